// SPDX-License-Identifier: Apache-2.0
#include "engine/model/older_config.h"

#include "engine/config/compose.h"
#include "engine/config/yaml_writer.h"

#include <algorithm>

namespace fathom::model {

namespace {

bool isOlder(const Value& value) {
    if (!value.isMap()) return false;
    const Value::Map& map = value.asMap();
    if (map.find("params") || (map.find("cls") && !map.find("_target_"))) return true;
    return std::ranges::any_of(map, [](const auto& entry) { return isOlder(entry.second); });
}

Value updated(const Value& value) {
    if (!value.isMap()) return value;
    Value::Map map = value.asMap();
    if (const Value* name = map.find("cls"); name && !map.find("_target_")) {
        Value target = *name;
        map.erase("cls");
        map.set("_target_", std::move(target));
    }
    if (const Value* found = map.find("params"); found && found->isMap()) {
        const Value params = *found;
        map.erase("params");
        for (const auto& [key, item] : params.asMap())
            map.set(key, item);
    }
    for (auto& entry : map)
        entry.second = updated(entry.second);
    return map;
}

} // namespace

Result<config::Config> inTodaysForm(const config::Config& config) {
    if (!isOlder(config.unresolved())) return config;
    const Result<Value> resolved = config.resolved();
    if (!resolved) return fail(resolved.error());
    return config::compose({.configName = "model_config",
                            .files = {{"model_config.yaml", config::writeYaml(updated(*resolved))}}});
}

} // namespace fathom::model
