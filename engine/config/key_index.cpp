// SPDX-License-Identifier: Apache-2.0
#include "engine/config/key_index.h"

namespace fathom::config::detail {

namespace {

constexpr std::size_t kSmallMap = 64; // a scan is as fast

} // namespace

void KeyIndex::add(const Node& node) {
    if (node.kind == NodeKind::Map && node.children.size() > kSmallMap) {
        auto& keys = m_maps[&node];
        keys.reserve(node.children.size());
        for (const Node& child : node.children)
            if (!child.removed) keys.try_emplace(child.key, &child);
    }
    for (const Node& child : node.children)
        if (child.kind != NodeKind::Scalar) add(child);
}

const Node* KeyIndex::child(const Node& parent, std::string_view key) const {
    if (parent.kind != NodeKind::Map || parent.children.size() <= kSmallMap) return parent.child(key);
    const auto map = m_maps.find(&parent);
    if (map == m_maps.end()) return parent.child(key);
    const auto found = map->second.find(key);
    return found == map->second.end() ? nullptr : found->second;
}

} // namespace fathom::config::detail
