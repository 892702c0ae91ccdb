// SPDX-License-Identifier: Apache-2.0
#include "engine/train/experiment_logger.h"

#include "engine/config/yaml_reader.h"

namespace fathom::train {

Result<Value> hyperparametersOf(model::Model& model, const config::Config& config, std::string_view path) {
    Result<Value> section = config.resolved(path);
    if (!section) return section;
    const Result<std::string> yaml = model.configYaml();
    if (!yaml) return fail(yaml.error());
    Result<config::Node> saved = config::readYaml(*yaml, {}, config::Layer::Yaml);
    if (!saved) return fail(std::move(saved.error()));
    const Value whole = config::Config(std::move(*saved)).unresolved();
    for (const char* key : {"target", "nemo_version"})
        if (const Value* value = whole.at(key); value && section->isMap() && !section->asMap().find(key))
            section->asMap().set(key, *value);
    return Value(Value::Map{{"cfg", std::move(*section)}});
}

Value::Map flattened(const Value& parameters) {
    Value::Map flat;
    if (!parameters.isMap()) return flat;
    for (const auto& [key, value] : parameters.asMap()) {
        if (!value.isMap()) {
            flat.set(key, value);
            continue;
        }
        for (auto& [inner, item] : flattened(value))
            flat.set(key + '/' + inner, std::move(item));
    }
    return flat;
}

} // namespace fathom::train
