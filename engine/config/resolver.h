// SPDX-License-Identifier: Apache-2.0
// Evaluates interpolations over a node tree, as OmegaConf 2.3 does. Internal to engine/config.
#pragma once

#include "engine/config/config.h"
#include "engine/config/interpolation.h"

#include <deque>
#include <unordered_map>
#include <unordered_set>

namespace fathom::config::detail {

/// A node with the way to it; the root has no parent.
struct Link {
    const Node* node = nullptr;
    const Link* parent = nullptr;
    bool plain = false; ///< what a resolver returned: its text is not evaluated again
};

/// What evaluating throws; caught by the public functions of this class.
struct ResolveFailure {
    Error error;
};

/// "a.b[0].c" to its parts; each list index is a part.
[[nodiscard]] std::vector<std::string> splitKey(std::string_view key);

class Resolver {
public:
    /// `keys` makes large maps quick; it and the root must outlive the resolver.
    explicit Resolver(const Node& root, const KeyIndex* keys = nullptr);

    /// The subtree as plain data, every interpolation replaced. "???" and interpolations to it stay "???"
    /// only where they are written so; an interpolation of a missing value is an
    /// InterpolationToMissingValueError.
    [[nodiscard]] Result<Value> resolve(std::string_view path);
    /// Evaluates a text as if it stood beside the children of `container`.
    [[nodiscard]] Result<Value> evaluateText(const std::string& text, std::string_view container);

    /// The node at a path, the last interpolation replaced by what it stands for.
    [[nodiscard]] Result<const Node*> nodeAt(std::string_view path);
    /// OmegaConf.select: null where there is nothing; the value resolved.
    [[nodiscard]] Result<Value> selectValue(const std::string& path);

    // For the resolver functions.
    [[nodiscard]] const Link* select(const Link* from, std::string key, bool throwOnMissing);
    [[nodiscard]] const Link* fresh(Node node, const Link* parent, bool plain);
    [[nodiscard]] const Link* fresh(const Value& value, const Link* parent);
    [[nodiscard]] const Link* evaluate(const Interpolation& expression, const Link* place);
    [[nodiscard]] const Link* dereference(const Link* link);
    [[nodiscard]] Value valueOf(const Link* link);
    [[nodiscard]] static std::string fullKey(const Link* link);
    [[noreturn]] static void raise(const Link* at, std::string className, std::string why,
                                   std::string remedy = {});
    [[nodiscard]] const Link* root() const { return &m_root; }

private:
    [[nodiscard]] const Link* descend(const Link* link, const std::string& key, bool throwOnMissing);
    [[nodiscard]] const Link* nodeInterpolation(const Interpolation& expression, const Link* place);
    [[nodiscard]] const Link* resolverCall(const Interpolation& expression, const Link* place);
    [[nodiscard]] std::string textOf(const Interpolation& expression, const Link* place);
    [[nodiscard]] std::string keyText(const Interpolation& part, const Link* place);
    /// What a typed node makes of the result of its interpolation.
    [[nodiscard]] const Link* converted(const Link* result, const Link* place);
    [[nodiscard]] const Link* dereferenceSelected(const Link* link);
    [[nodiscard]] const Link* dereferenceAt(const Link* place);
    void spend(const Link* at);

    Link m_root;
    const KeyIndex* m_keys;
    std::deque<Node> m_nodes;
    std::deque<Link> m_links;
    std::unordered_map<std::string, Interpolation> m_parsed;
    std::vector<const Node*> m_active; ///< nodes that interpolations named, innermost last
    std::size_t m_spent = 0;
    int m_depth = 0;
};

/// Calls `${name:args}`; null when there is no such resolver. `source` is the interpolation as written.
[[nodiscard]] const Link* callResolver(Resolver& resolver, const std::string& name,
                                       const std::vector<const Link*>& arguments, const Link* place);

/// Nodes of plain data, with no history.
[[nodiscard]] Node nodeFromValue(const Value& value);
/// Whether a map value stands for a scalar: {"$enum": …}, {"$path": …}, {"$bytes": …}, {"$int": …}.
[[nodiscard]] bool isSpecialScalar(const Value& value);
/// The node as plain data, interpolations as their text.
[[nodiscard]] Value valueFromNode(const Node& node);

} // namespace fathom::config::detail
