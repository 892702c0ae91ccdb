// SPDX-License-Identifier: Apache-2.0
#include "engine/config/group_choices.h"

#include "engine/config/convert.h"
#include "engine/config/suggest.h"
#include "engine/config/tree.h"

#include <algorithm>

namespace fathom::config::detail {

namespace {

[[noreturn]] void refuse(std::string why, std::string remedy = {}, std::string key = {}) {
    raiseConfig("ConfigCompositionException", std::move(why), std::move(remedy), std::move(key));
}

/// Overrides of Hydra's own settings (launcher, logging, run folder) mean nothing here.
bool isHydraOwn(const std::string& key) {
    return key.starts_with("hydra/") || key.starts_with("hydra.");
}

std::string typeOf(const Element& element) {
    return pythonTypeName(toValue(element));
}

} // namespace

GroupChoices::GroupChoices(const Repository& repository, const std::vector<Override>& overrides) {
    for (std::size_t i = 0; i < overrides.size(); ++i) {
        const Override& override = overrides[i];
        if (override.isSweep() || isHydraOwn(override.key)) continue;
        if (override.element.type == Element::Type::Dict || !repository.hasGroup(override.key))
            m_valueOverrides.push_back(i);
        else
            addGroupOverride(override);
    }
}

void GroupChoices::addGroupOverride(const Override& override) {
    const std::string key = override.package ? override.key + "@" + *override.package : override.key;
    const Value value = toValue(override.element);
    if (override.kind == OverrideKind::ForceAdd)
        refuse("force-add of config groups is not supported: '" + override.input + "'", "Use one +", key);
    if (override.kind == OverrideKind::Delete) {
        if (override.hasValue && !value.isNull() && !value.isString())
            raiseConfig("ValueError",
                        "Config group override deletion value must be a string : " + override.input);
        Deletion deletion{
            value.isString() && override.hasValue ? std::optional(value.asString()) : std::nullopt, false};
        const auto known = std::ranges::find(m_deletions, key, [](const auto& entry) { return entry.first; });
        if (known == m_deletions.end())
            m_deletions.emplace_back(key, std::move(deletion));
        else
            known->second = std::move(deletion); // the last one counts
        return;
    }
    if (!value.isString() && !value.isList())
        raiseConfig("ValueError",
                    "Config group override must be a string or a list. Got " + typeOf(override.element),
                    "Give the name of an option", key);
    Choice choice;
    choice.key = key;
    choice.external = true;
    choice.hasOptions = value.isList();
    if (value.isString()) choice.value = value.asString();
    if (value.isList())
        for (const Value& option : value.asList())
            choice.options.push_back(pythonStr(option));
    if (override.kind == OverrideKind::Add) {
        DefaultItem item;
        item.isGroup = true;
        item.group = override.key;
        item.package = override.package == "_here_" ? std::string() : override.package;
        item.value = choice.value;
        item.options = choice.options;
        item.hasOptions = choice.hasOptions;
        item.appended = true;
        m_appended.push_back(std::move(item));
        return;
    }
    if (Choice* existing = find(key))
        *existing = std::move(choice);
    else
        m_choices.push_back(std::move(choice));
}

GroupChoices::Choice* GroupChoices::find(const std::string& key) {
    const auto found = std::ranges::find(m_choices, key, &Choice::key);
    return found == m_choices.end() ? nullptr : &*found;
}

void GroupChoices::addOverride(const std::string& config, const DefaultItem& item) {
    if (item.groupPath().starts_with("hydra/")) return;
    const std::string key = item.overrideKey();
    if (find(key)) return; // the outermost override wins
    m_choices.push_back({key, item.value, item.options, item.hasOptions, false, false, config});
}

void GroupChoices::applyTo(DefaultItem& item) {
    if (!item.isGroup) return;
    Choice* choice = find(item.overrideKey());
    if (!choice) return;
    item.value = choice->value;
    item.options = choice->options;
    item.hasOptions = choice->hasOptions;
    choice->used = true;
}

void GroupChoices::setKnown(const DefaultItem& item) {
    if (!item.isGroup) return;
    const std::string key = item.overrideKey();
    const auto known = std::ranges::find(m_known, key, [](const auto& entry) { return entry.first; });
    if (known == m_known.end()) {
        m_known.emplace_back(key, item.value);
    } else if (known->second != item.value) {
        const std::string previous = known->second.value_or("None");
        refuse("Multiple values for " + key + ". To override a value use 'override " + key + ": " + previous +
                   "'",
               {}, key);
    }
    m_knownByGroup[item.groupPath()].insert(key);
}

bool GroupChoices::isDeleted(const DefaultItem& item) const {
    if (!item.isGroup) return false;
    const std::string key = item.overrideKey();
    return std::ranges::any_of(m_deletions, [&](const auto& entry) {
        return entry.first == key && (!entry.second.name || entry.second.name == item.value);
    });
}

void GroupChoices::markDeleted(DefaultItem& item) {
    item.deleted = true;
    for (auto& [key, deletion] : m_deletions)
        if (key == item.overrideKey()) deletion.used = true;
}

void GroupChoices::ensureAllUsed() const {
    for (const Choice& choice : m_choices) {
        if (choice.used) continue;
        const auto known = m_knownByGroup.find(choice.key.substr(0, choice.key.find('@')));
        std::string text = "Could not override '" + choice.key + "'.";
        if (known == m_knownByGroup.end() || known->second.empty()) {
            text += " No match in the defaults list.";
        } else {
            std::string keys;
            for (const std::string& key : known->second)
                keys += (keys.empty() ? "" : ", ") + key;
            text += std::string("\nDid you mean to override ") + (known->second.size() > 1 ? "one of " : "") +
                    keys + "?";
        }
        if (!choice.config.empty()) text = "In '" + choice.config + "': " + text;
        if (choice.external) {
            std::string value = choice.value.value_or("None");
            if (choice.hasOptions) {
                Value::List list;
                for (const std::string& option : choice.options)
                    list.emplace_back(option);
                value = pythonRepr(Value(std::move(list)));
            }
            text += "\nTo append to your default list use +" + choice.key + "=" + value;
        }
        refuse(std::move(text), {}, choice.key);
    }
    for (const auto& [key, deletion] : m_deletions)
        if (!deletion.used)
            refuse("Could not delete '" + key + (deletion.name ? "=" + *deletion.name : "") +
                       "'. No match in the defaults list",
                   {}, key);
}

Node GroupChoices::knownChoices() const {
    Node map;
    map.kind = NodeKind::Map;
    for (const auto& [key, value] : m_known) {
        Node child;
        child.key = key;
        if (value) child.value = Value(*value);
        map.children.push_back(std::move(child));
    }
    return map;
}

std::string GroupChoices::suggestion(const std::string& word, const std::vector<std::string>& candidates,
                                     std::string otherwise) const {
    return didYouMean(word, candidates, std::move(otherwise));
}

} // namespace fathom::config::detail
