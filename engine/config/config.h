// SPDX-License-Identifier: Apache-2.0
// A composed configuration: what Hydra's @main function would be handed, plus where every value came from.
//
//   auto config = config::compose({.configPath = "configs/asr", .configName = "quartznet_prompts",
//                                  .overrides = {"model.optim.lr=0.02"}});
//   const config::Node* lr = config->find("model.optim.lr");
//   lr->history.back().where();                       // "override 1: model.optim.lr=0.02"
//   Result<Value> model = config->resolved("model");  // interpolations replaced
#pragma once

#include "engine/base/value.h"
#include "engine/config/provenance.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::config {

enum class NodeKind { Scalar, Map, List };

namespace detail {
class KeyIndex;
}

struct NodeType;  // engine/config/structured.h
struct ClassType; // the same

struct Node {
    std::string key{}; ///< last path component; list items are "0", "1", …
    Value typedKey{};  ///< the key where it is not a string (`1: a`, `true: b`), otherwise null
    NodeKind kind = NodeKind::Scalar;
    /// Scalars only: as composed; interpolations as their text, "???" when missing. Python values that YAML
    /// has no word for are one-entry maps: {"$enum": "Color.RED"}, {"$bytes": hex}, {"$path": text}, {"$int":
    /// digits}.
    Value value{};
    std::vector<Node> children{};      ///< maps and lists, in order
    std::vector<Assignment> history{}; ///< oldest first; never empty for a scalar
    std::shared_ptr<const NodeType>
        type{}; ///< what a dataclass demands of this node; null when anything goes
    std::shared_ptr<const ClassType> object{}; ///< the dataclass that a map is an instance of
    bool removed = false; ///< deleted by an override (~key); kept so that the tree can show it

    [[nodiscard]] bool isMissing() const;       ///< the scalar "???"
    [[nodiscard]] bool isInterpolation() const; ///< a string that holds an unescaped ${…}
    [[nodiscard]] const Node* child(std::string_view name) const;
};

/// Immutable and cheap to copy (shared inside); any thread may read.
class Config {
public:
    explicit Config(Node root);
    /// The root map. Its key is empty.
    [[nodiscard]] const Node& root() const;
    /// Node at a dotted path, "" for the root; nullptr when there is none or it was removed.
    [[nodiscard]] const Node* find(std::string_view path) const;
    /// The subtree as plain data, interpolations as their text.
    [[nodiscard]] Value unresolved(std::string_view path = {}) const;
    /// The subtree with every interpolation replaced; "???" stays. Errors (Usage) carry file, line and key.
    [[nodiscard]] Result<Value> resolved(std::string_view path = {}) const;
    /// An Error of kind Usage placed where `path` got its value (the nearest ancestor that exists).
    [[nodiscard]] Error errorAt(std::string_view path, std::string what, std::string why,
                                std::string remedy) const;
    /// Block-style YAML of the subtree as OmegaConf.to_yaml writes it.
    [[nodiscard]] Result<std::string> toYaml(std::string_view path, bool resolve) const;

    /// For code of engine/config that walks the tree itself.
    [[nodiscard]] const detail::KeyIndex& keyIndex() const { return *m_index; }

private:
    std::shared_ptr<const Node> m_root;
    std::shared_ptr<const detail::KeyIndex> m_index;
};

} // namespace fathom::config
