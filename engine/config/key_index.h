// SPDX-License-Identifier: Apache-2.0
// Children of large maps by their key: looking each of 10,000 siblings up by a scan would be quadratic.
// Internal to engine/config.
#pragma once

#include "engine/config/config.h"

#include <unordered_map>

namespace fathom::config::detail {

/// Immutable; valid as long as the tree that it was made of.
class KeyIndex {
public:
    explicit KeyIndex(const Node& root) { add(root); }
    KeyIndex(const KeyIndex&) = delete;
    KeyIndex& operator=(const KeyIndex&) = delete;

    /// parent.child(key), for nodes of any tree.
    [[nodiscard]] const Node* child(const Node& parent, std::string_view key) const;

private:
    void add(const Node& node);
    std::unordered_map<const Node*, std::unordered_map<std::string_view, const Node*>> m_maps;
};

} // namespace fathom::config::detail
