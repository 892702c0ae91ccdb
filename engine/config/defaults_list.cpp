// SPDX-License-Identifier: Apache-2.0
#include "engine/config/defaults_list.h"

#include "engine/config/convert.h"
#include "engine/config/group_choices.h"
#include "engine/config/resolver.h"
#include "engine/config/tree.h"

#include <algorithm>
#include <set>

namespace fathom::config::detail {

namespace {

constexpr int kMaxDepth = 50;

struct TreeNode {
    DefaultItem item{};
    std::vector<std::unique_ptr<TreeNode>> children{};
    TreeNode* parent = nullptr;
};

bool hasContent(const Node& config) {
    if (config.kind != NodeKind::Map) return false;
    return std::ranges::any_of(config.children, [](const Node& child) { return !child.isMissing(); });
}

class TreeBuilder {
public:
    TreeBuilder(Repository& repository, GroupChoices& choices, bool skipMissing)
        : m_repository(repository), m_choices(choices), m_skipMissing(skipMissing) {}

    void build(TreeNode& node, bool isRoot, bool interpolated) {
        if (++m_depth > kMaxDepth)
            raiseConfig("RecursionError", "maximum recursion depth exceeded in comparison",
                        "Break the cycle: the defaults lists nest more than 50 levels deep");
        expand(node, isRoot, interpolated);
        --m_depth;
    }

private:
    void expand(TreeNode& root, bool isRoot, bool interpolated) {
        DefaultItem& parent = root.item;
        if (isRoot) {
            parent.placeIn("", "");
            if (!m_repository.hasConfig(parent.configPath())) notFound(root);
        }
        if (!parent.isMissing())
            if (const LoadedConfig* loaded = parent.name() ? m_repository.load(parent.configPath()) : nullptr)
                parent.setPackageHeader(loaded->packageHeader);
        if (m_choices.isDeleted(parent)) {
            m_choices.markDeleted(parent);
            return;
        }
        m_choices.setKnown(parent);
        if (!parent.name() || checkMissing(parent)) return;
        const LoadedConfig* loaded = m_repository.load(parent.configPath());
        if (!loaded) {
            if (!parent.optional) notFound(root);
            parent.deleted = true;
            return;
        }
        std::vector<DefaultItem> items = loaded->defaults;
        bool selfAdded = false;
        if (!items.empty() || (isRoot && !m_choices.appended().empty()))
            selfAdded = validateSelf(parent, items, hasContent(loaded->config));
        if (isRoot) items.insert(items.end(), m_choices.appended().begin(), m_choices.appended().end());
        collectOverrides(items, parent, interpolated);
        addChildren(root, items, interpolated);
        resolveInterpolated(root, items, selfAdded);
    }

    /// Appends `_self_` where it is not given; returns whether it was absent.
    static bool validateSelf(const DefaultItem& parent, std::vector<DefaultItem>& items, bool) {
        bool hasSelf = false, hasOther = false;
        for (const DefaultItem& item : items) {
            hasOther = hasOther || !item.override;
            if (!item.isSelf()) continue;
            if (hasSelf)
                raiseConfig("ConfigCompositionException",
                            "Duplicate _self_ defined in " + parent.configPath(), "Remove one of them");
            hasSelf = true;
        }
        if ((!hasSelf && hasOther) || items.empty()) {
            DefaultItem self;
            self.path = "_self_";
            items.push_back(std::move(self));
        }
        return !hasSelf;
    }

    void collectOverrides(std::vector<DefaultItem>& items, const DefaultItem& parent, bool interpolated) {
        const DefaultItem* last = nullptr;
        for (DefaultItem& item : items) {
            if (item.isSelf()) continue;
            item.placeIn(parent.groupPath(), parent.finalPackage());
            const bool legacyHydra = item.isGroup && !item.override && item.group.starts_with("hydra/");
            if (last && !(item.override || item.appended || legacyHydra))
                raiseConfig("ConfigCompositionException",
                            "In " + parent.configPath() + ": Override '" + last->overrideKey() + " : " +
                                last->value.value_or("None") + "' is defined before '" + item.overrideKey() +
                                ": " + item.name().value_or("None") +
                                "'.\nOverrides must be at the end of the defaults list",
                            "Move the override to the end");
            if (!item.isGroup) continue;
            if (legacyHydra) item.override = true;
            if (!item.override) continue;
            if (!legacyHydra) last = &item;
            if (interpolated)
                raiseConfig("ConfigCompositionException",
                            parent.configPath() +
                                ": Default List Overrides are not allowed in the subtree\nof an in "
                                "interpolated config group (override " +
                                item.overrideKey() + "=" + item.value.value_or("None") + ").");
            m_choices.addOverride(parent.configPath(), item);
        }
    }

    void addChildren(TreeNode& root, std::vector<DefaultItem>& items, bool interpolated) {
        const DefaultItem parent = root.item;
        std::vector<std::unique_ptr<TreeNode>> children; // in reverse, as Hydra walks them
        const auto add = [&](DefaultItem item, bool descend) {
            auto child = std::make_unique<TreeNode>();
            child->item = std::move(item);
            child->parent = &root;
            if (descend) build(*child, false, interpolated);
            children.push_back(std::move(child));
        };
        for (auto it = items.rbegin(); it != items.rend(); ++it) {
            DefaultItem& item = *it;
            if (item.isSelf()) {
                item.parentGroup = parent.parentGroup;
                add(item, false);
                continue;
            }
            if (item.override) continue;
            item.placeIn(parent.groupPath(), parent.finalPackage());
            m_choices.applyTo(item);
            if (!item.isGroup || !item.hasOptions) {
                add(item, !item.isInterpolation());
                continue;
            }
            for (auto option = item.options.rbegin(); option != item.options.rend(); ++option) {
                if (option->find("${") != std::string::npos)
                    raiseConfig("ConfigCompositionException",
                                "In '" + parent.configPath() +
                                    "': Defaults List interpolation is not supported in options list items");
                DefaultItem single;
                single.path = item.group + "/" + *option;
                single.package = item.package;
                single.optional = item.optional;
                single.placeIn(parent.groupPath(), parent.finalPackage());
                add(std::move(single), true);
            }
        }
        std::ranges::reverse(children);
        root.children = std::move(children);
    }

    void resolveInterpolated(TreeNode& root, const std::vector<DefaultItem>& items, bool selfAdded) {
        for (auto it = root.children.rbegin(); it != root.children.rend(); ++it) {
            TreeNode& child = **it;
            if (child.item.isSelf() || !child.item.isInterpolation()) continue;
            const std::string text = child.item.isGroup ? *child.item.value : child.item.configPath();
            const std::string resolved = interpolate(text, items, selfAdded);
            if (child.item.isGroup)
                child.item.value = resolved;
            else
                child.item.path = resolved;
            child.item.placeIn(root.item.groupPath(), root.item.finalPackage());
            build(child, false, true);
        }
    }

    std::string interpolate(const std::string& text, const std::vector<DefaultItem>& items, bool selfAdded) {
        Node known = m_choices.knownChoices();
        Node list;
        list.kind = NodeKind::List;
        list.key = "defaults";
        for (const DefaultItem& item : items) {
            if (selfAdded && item.isSelf()) continue;
            Node entry;
            entry.key = std::to_string(list.children.size());
            if (item.isGroup) {
                entry.kind = NodeKind::Map;
                entry.children.emplace_back();
                entry.children.back().key = item.overrideKey();
                if (item.value) entry.children.back().value = Value(*item.value);
            } else {
                entry.value = Value(item.configPath());
            }
            list.children.push_back(std::move(entry));
        }
        known.children.push_back(std::move(list));
        Resolver resolver(known);
        const Result<Value> value = resolver.evaluateText(text, {});
        if (value && value->isString()) return value->asString();
        std::string options;
        for (const Node& choice : known.children)
            if (choice.key != "defaults") options += (options.empty() ? "" : ", ") + choice.key;
        raiseConfig("ConfigCompositionException",
                    "Error resolving interpolation '" + text + "'" +
                        (options.empty() ? "" : ", possible interpolation keys: " + options));
    }

    [[nodiscard]] bool checkMissing(const DefaultItem& item) const {
        if (!item.configPath().ends_with("???")) return false;
        if (m_skipMissing) return true;
        if (!item.isGroup)
            raiseConfig("ValueError", "Missing ConfigDefault is not supported : " + item.configPath());
        std::string text = "You must specify '" + item.overrideKey() + "', e.g, " + item.overrideKey() +
                           "=<OPTION>\nAvailable options:\n";
        const std::vector<std::string> options = m_repository.options(item.groupPath());
        for (std::size_t i = 0; i < options.size(); ++i)
            text += (i == 0 ? "\t" : "\n\t") + options[i];
        raiseConfig("ConfigCompositionException", std::move(text), {}, item.overrideKey());
    }

    [[noreturn]] void notFound(const TreeNode& node) const {
        const DefaultItem& item = node.item;
        std::string text;
        std::string remedy;
        if (item.primary) {
            text = "Cannot find primary config '" + item.configPath() +
                   "'. Check that it's in your config search path.\n";
            remedy = m_choices.suggestion(item.configPath(), m_repository.options(""),
                                          "Correct --config-name or --config-path");
        } else {
            if (item.isGroup) {
                text = "Could not find '" + item.configPath() + "'\n";
                const std::vector<std::string> options = m_repository.options(item.groupPath());
                if (!options.empty()) text += "\nAvailable options in '" + item.groupPath() + "':\n";
                for (std::size_t i = 0; i < options.size(); ++i)
                    text += (i == 0 ? "\t" : "\n\t") + options[i];
                remedy = m_choices.suggestion(item.value.value_or(""), options, "Choose one of them");
            } else {
                text = "Could not load '" + item.configPath() + "'.\n";
            }
            if (node.parent) text = "In '" + node.parent->item.configPath() + "': " + text;
        }
        raiseConfig("MissingConfigException", text + m_repository.searchPath(), std::move(remedy));
    }

    Repository& m_repository;
    GroupChoices& m_choices;
    bool m_skipMissing;
    int m_depth = 0;
};

std::optional<ResultDefault> resultOf(const TreeNode* tree, const DefaultItem& item) {
    if (item.deleted || item.isMissing() || !item.name()) return std::nullopt;
    ResultDefault out;
    if (item.isSelf()) {
        out.configPath = tree->item.configPath();
        out.isSelf = true;
        out.package = tree->item.finalPackage();
        out.primary = tree->item.primary;
        return out;
    }
    out.configPath = item.configPath();
    out.package = item.finalPackage();
    if (item.isGroup) out.overrideKey = item.overrideKey();
    out.primary = item.primary;
    return out;
}

void flatten(const TreeNode& node, std::vector<ResultDefault>& out) {
    if (node.children.empty()) {
        if (auto result = resultOf(node.parent, node.item)) out.push_back(std::move(*result));
        return;
    }
    for (const auto& child : node.children)
        flatten(*child, out);
}

} // namespace

DefaultsList createDefaultsList(Repository& repository, const std::string& configName,
                                const std::vector<Override>& overrides, bool skipMissing) {
    GroupChoices choices(repository, overrides);
    TreeNode root;
    root.item.path = configName.empty() ? std::string(kEmptyConfig) : configName;
    root.item.primary = true;
    TreeBuilder(repository, choices, skipMissing).build(root, true, false);
    DefaultsList out;
    flatten(root, out.defaults);
    std::set<std::string> keys;
    for (const ResultDefault& each : out.defaults)
        if (!each.isSelf && !each.overrideKey.empty() && !keys.insert(each.overrideKey).second)
            raiseConfig("ConfigCompositionException",
                        each.overrideKey + " appears more than once in the final defaults list",
                        "Remove one of them");
    choices.ensureAllUsed();
    out.valueOverrides = choices.valueOverrides();
    return out;
}

} // namespace fathom::config::detail
