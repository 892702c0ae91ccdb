// SPDX-License-Identifier: Apache-2.0
// Mutations of a node tree during composition: merging configs and applying value overrides, typed where
// dataclasses say so (omegaconf/basecontainer.py and OmegaConf.update). Internal to engine/config.
#pragma once

#include "engine/config/override.h"
#include "engine/config/structured.h"

namespace fathom::config::detail {

/// What the functions below throw on wrong input; compose() turns it into a Result.
struct ComposeFailure {
    Error error;
};

/// "Key 'x' is not in struct" and the like, with OmegaConf's class name.
[[noreturn]] void raiseConfig(std::string className, std::string why, std::string remedy = {},
                              std::string key = {});

/// One tree under construction.
class TreeEditor {
public:
    /// `store` may be null; both must outlive the editor.
    TreeEditor(Node& root, const SchemaStore* store) : m_root(root), m_store(store) {}

    /// From now on unknown keys are refused (OmegaConf's struct flag).
    void close() { m_struct = true; }
    /// OmegaConf.merge: maps recurse, lists and scalars replace, "???" does not replace.
    void merge(Node&& source) {
        m_merging = true;
        mergeMap(m_root, std::move(source), {});
    }
    /// Applies one value override.
    void apply(const Override& override, const Assignment& made);

private:
    void mergeMap(Node& target, Node&& source, const std::string& path);
    void mergeList(Node& target, Node&& source, const std::string& path);
    void mergeChild(Node& target, Node* existing, const Value& key, Node&& child, bool open,
                    const std::string& path);
    void mergeContainers(Node& target, Node&& source, const std::string& path);
    [[noreturn]] void raiseNoSubclass(const Node& target, const Node& source) const;
    void expand(Node& target) const;
    void expandInterpolation(Node& target, const std::string& path) const;

    Node& setItem(Node& parent, const Value& key, Node&& value, bool open, const std::string& path);
    /// The same with the child of that key already looked up; null for none.
    Node& setFound(Node& parent, Node* existing, const Value& key, Node&& value, bool open,
                   const std::string& path);
    Node& setListItem(Node& list, const Value& key, Node&& value, const std::string& path);
    void setValue(Node& node, Node&& value, const std::string& path);
    void checkSet(const Node& parent, const Node* existing, const Node& value, const std::string& path) const;
    [[nodiscard]] Node wrapped(const std::shared_ptr<const NodeType>& type, Node&& value,
                               const std::string& path);

    struct Target {
        Node* parent = nullptr;
        std::string path{};
        std::string key{};
    };
    [[nodiscard]] Target walk(const std::vector<std::string>& parts, bool force, const Assignment& made);
    void update(const std::string& key, Node&& value, bool force, const Assignment& made);
    [[nodiscard]] Value selected(const std::string& key) const;
    void applyDelete(const Override& override, const Assignment& made);
    void applyValue(const Override& override, const Assignment& made);

    Node& m_root;
    const SchemaStore* m_store;
    bool m_struct = false;
    bool m_merging = false;     ///< not setting a plain value
    std::string m_mergedInto{}; ///< the node that OmegaConf.merge was called for
};

/// The nodes of a value, each with `made` as its history.
[[nodiscard]] Node nodeOf(const Value& value, const Assignment& made);

/// Whether the node is a map or list to OmegaConf, be it null, missing or an interpolation at the moment.
[[nodiscard]] inline bool isContainer(const Node& node) {
    return node.kind != NodeKind::Scalar || (node.type && node.type->isContainer());
}

} // namespace fathom::config::detail
