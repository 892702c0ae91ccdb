// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_edits.h"

#include "engine/config/override.h"
#include "engine/config/schemas/catalog.h"

#include <algorithm>

namespace fathom::app {

namespace {

Value unresolved(const ComposedConfig& composed, const std::string& key) {
    const auto& config = composed.config;
    return config && config->find(key) ? config->unresolved(key) : Value{};
}

bool isOverridden(const OverrideList& overrides, const std::string& key) {
    return std::ranges::any_of(overrides.items,
                               [&](const std::string& item) { return splitOverride(item).key == key; });
}

void setDifferences(OverrideList& overrides, const std::string& path, const Value::Map& now,
                    const Value::Map& wanted) {
    for (const auto& [key, value] : now) {
        if (!wanted.find(key)) overrides.remove(path + '.' + key);
    }
    for (const auto& [key, value] : wanted) {
        const Value* const old = now.find(key);
        const std::string child = path + '.' + key;
        if (old && old->isMap() && value.isMap())
            setDifferences(overrides, child, old->asMap(), value.asMap());
        else if (!old)
            overrides.add(child, config::overrideText(value));
        else if (*old != value)
            overrides.set(child, config::overrideText(value));
    }
}

} // namespace

void setKey(OverrideList& overrides, const ComposedConfig& composed, const std::string& path,
            const std::string& value) {
    const bool isNew = composed.config && !composed.config->find(path) && !isOverridden(overrides, path);
    const bool isKnown = isNew && findKey(composed.root, QString::fromStdString(path)) != nullptr;
    if (isKnown)
        overrides.add(path, value);
    else
        overrides.set(path, value);
}

void setSection(OverrideList& overrides, const ComposedConfig& composed, const std::string& path,
                const std::string& typed) {
    const Result<config::Override> parsed = config::parseOverride("key=" + typed);
    const Value wanted = parsed && !parsed->isSweep() ? config::toValue(parsed->element) : Value{};
    const Value now = unresolved(composed, path);
    if (wanted.isMap() && now.isMap())
        setDifferences(overrides, path, now.asMap(), wanted.asMap());
    else
        setKey(overrides, composed, path, config::overrideTextFromInput(typed));
}

void switchSection(OverrideList& overrides, const ComposedConfig& composed, const std::string& path,
                   const std::string& name) {
    const std::string section = path.substr(0, path.rfind('.'));
    const config::Description* const fields =
        section.ends_with("sched") ? schemas::scheduler(name) : schemas::optimizer(name);
    const Value now = unresolved(composed, section);
    setKey(overrides, composed, path, config::overrideTextFromInput(name));
    if (!fields || fields->isOpen || !now.isMap()) return;
    for (const auto& [key, value] : now.asMap()) {
        if (!fields->field(key) && key != "name" && key != "sched") overrides.remove(section + '.' + key);
    }
    for (const std::string& field : fields->fieldNames()) {
        const std::string removal = '~' + section + '.' + field;
        auto& items = overrides.items;
        const auto edits = items.begin() + static_cast<std::ptrdiff_t>(overrides.editedFrom);
        items.erase(std::remove(edits, items.end(), removal), items.end());
    }
}

} // namespace fathom::app
