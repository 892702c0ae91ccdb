// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/override_list.h"

#include <algorithm>
#include <utility>

namespace fathom::app {

namespace {

std::string join(const OverrideParts& parts) {
    return parts.prefix + parts.key + (parts.value ? "=" + *parts.value : std::string());
}

std::string keyOf(const std::string& item) {
    return splitOverride(item).key;
}

/// Drops the edits of `key` and below it; true when there were any.
bool dropEdits(OverrideList& list, std::string_view key) {
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const bool drop = i >= list.editedFrom && isAtOrBelow(keyOf(list.items[i]), key);
        if (!drop) kept.push_back(list.items[i]);
    }
    const bool dropped = kept.size() != list.items.size();
    list.items = std::move(kept);
    return dropped;
}

} // namespace

bool isAtOrBelow(std::string_view key, std::string_view ancestor) {
    if (ancestor.empty()) return true;
    if (!key.starts_with(ancestor)) return false;
    return key.size() == ancestor.size() || key[ancestor.size()] == '.';
}

OverrideParts splitOverride(std::string_view text) {
    OverrideParts parts;
    std::size_t prefix = 0;
    if (text.starts_with("++"))
        prefix = 2;
    else if (text.starts_with('+') || text.starts_with('~'))
        prefix = 1;
    parts.prefix = text.substr(0, prefix);
    text.remove_prefix(prefix);
    const std::size_t equals = text.find('=');
    parts.key = text.substr(0, equals);
    if (equals != std::string_view::npos) parts.value = text.substr(equals + 1);
    return parts;
}

void OverrideList::set(std::string_view key, std::string_view value) {
    const std::string text(value);
    bool shadowed = false; // a later override of an ancestor would beat an edit in place
    for (std::size_t i = items.size(); i-- > 0;) {
        OverrideParts parts = splitOverride(items[i]);
        if (parts.key != key) {
            shadowed = shadowed || isAtOrBelow(key, parts.key);
            continue;
        }
        const bool deleted = parts.prefix == "~";
        if (deleted || i < editedFrom) {
            items.push_back(join({deleted ? "+" : "", std::string(key), text}));
            return;
        }
        if (shadowed) {
            items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
            items.push_back(join({parts.prefix.empty() ? "" : "++", std::string(key), text}));
            return;
        }
        parts.value = text;
        items[i] = join(parts);
        return;
    }
    items.push_back(join({"", std::string(key), text}));
}

void OverrideList::add(std::string_view key, std::string_view value) {
    items.push_back(join({"+", std::string(key), std::string(value)}));
}

void OverrideList::remove(std::string_view key) {
    bool addedByEdit = false;
    for (std::size_t i = editedFrom; i < items.size(); ++i) {
        if (keyOf(items[i]) != key) continue;
        addedByEdit = items[i].starts_with('+');
        break;
    }
    dropEdits(*this, key);
    if (!addedByEdit) items.push_back("~" + std::string(key));
}

bool OverrideList::reset(std::string_view key) {
    if (dropEdits(*this, key)) return true;
    for (std::size_t i = std::min(editedFrom, items.size()); i-- > 0;) {
        if (!isAtOrBelow(keyOf(items[i]), key)) continue;
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
        --editedFrom;
        return true;
    }
    return false;
}

void OverrideList::put(std::size_t index, std::string text) {
    if (index >= items.size()) return;
    if (!text.empty()) {
        items[index] = std::move(text);
        return;
    }
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(index));
    if (index < editedFrom) --editedFrom;
}

bool OverrideList::touches(std::string_view key) const {
    return std::any_of(items.begin(), items.end(),
                       [&](const std::string& item) { return isAtOrBelow(keyOf(item), key); });
}

void OverrideList::replace(std::vector<std::string> typed) {
    std::size_t kept = 0;
    while (kept < items.size() - editedFrom && kept < typed.size() &&
           typed[typed.size() - 1 - kept] == items[items.size() - 1 - kept]) {
        ++kept;
    }
    items = std::move(typed);
    editedFrom = items.size() - kept;
}

} // namespace fathom::app
