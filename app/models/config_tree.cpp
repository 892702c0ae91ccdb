// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_tree.h"

#include "app/models/override_text.h"
#include "engine/config/override.h"

#include <QCoreApplication>

#include <algorithm>

namespace fathom::app {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ConfigTree", text);
}

bool isPlainList(const config::Node& node) {
    return node.kind == config::NodeKind::List &&
           std::all_of(node.children.begin(), node.children.end(),
                       [](const config::Node& item) { return item.kind == config::NodeKind::Scalar; });
}

ConfigOrigin originOf(const config::Assignment& assignment) {
    return {assignment.layer, QString::fromStdString(assignment.file), assignment.line, assignment.argument,
            QString::fromStdString(assignment.where())};
}

/// The assignments of a list are kept with the list or, where only its items have some, with those.
const std::vector<config::Assignment>& historyOf(const config::Node& node) {
    const bool fromItem =
        node.history.empty() && node.kind == config::NodeKind::List && !node.children.empty();
    return fromItem ? node.children.front().history : node.history;
}

QString summaryOf(const config::Node& node) {
    if (node.kind == config::NodeKind::List) {
        return node.children.size() == 1 ? tr("1 item") : tr("%1 items").arg(node.children.size());
    }
    for (const char* const name : {"name", "_target_"}) {
        const config::Node* const child = node.child(name);
        if (child && !child->removed && child->value.isString()) return displayText(child->value);
    }
    return node.children.empty() ? QStringLiteral("{}") : QString();
}

/// Builds rows and collects the problems on the way.
class Builder {
public:
    explicit Builder(const config::Config& config) : m_config(config) {}

    ConfigItem item(const config::Node& node, const std::string& path) {
        ConfigItem item = head(node, path);
        if (item.isLeaf) {
            if (!node.removed) fillLeaf(item, node, path);
            addBeats(item, node);
            return item;
        }
        item.value = summaryOf(node);
        for (const config::Node& child : node.children) {
            item.children.push_back(this->item(child, path.empty() ? child.key : path + '.' + child.key));
        }
        return item;
    }

    std::vector<ConfigProblem> problems{};

private:
    static ConfigItem head(const config::Node& node, const std::string& path) {
        ConfigItem item;
        item.key = QString::fromStdString(node.key);
        item.path = QString::fromStdString(path);
        item.isRemoved = node.removed;
        item.isLeaf = node.kind == config::NodeKind::Scalar || isPlainList(node) || node.removed;
        item.kind = node.kind == config::NodeKind::Scalar ? ConfigKind::Scalar
                    : node.kind == config::NodeKind::List ? ConfigKind::List
                                                          : ConfigKind::Map;
        const auto& history = historyOf(node);
        if (!history.empty()) item.origin = originOf(history.back());
        return item;
    }

    void fillLeaf(ConfigItem& item, const config::Node& node, const std::string& path) {
        const Value value = node.kind == config::NodeKind::Scalar ? node.value : m_config.unresolved(path);
        item.type = value.type();
        item.value = displayText(value);
        item.isMissing = node.isMissing();
        if (item.isMissing) {
            addProblem(path, tr("No value for %1").arg(item.path), tr("the config leaves it open (\?\?\?)"),
                       tr("Enter a value, or remove the section if it is not used"));
        }
        const bool interpolated =
            node.isInterpolation() ||
            std::any_of(node.children.begin(), node.children.end(),
                        [](const config::Node& child) { return child.isInterpolation(); });
        if (!interpolated) return;
        const Result<Value> resolved = m_config.resolved(path);
        if (resolved) {
            item.resolved = displayText(*resolved);
        } else {
            item.isBroken = true;
            problems.push_back({resolved.error(), false});
            if (problems.back().error.key.empty()) problems.back().error.key = path;
        }
    }

    static void addBeats(ConfigItem& item, const config::Node& node) {
        const auto& history = historyOf(node);
        for (std::size_t i = history.size(); i-- > 0;) {
            if (i + 1 == history.size() || history[i].text.empty()) continue;
            ConfigItem beat;
            beat.kind = ConfigKind::Beat;
            beat.key = QString::number(i);
            beat.path = item.path;
            beat.value = QString::fromStdString(history[i].text);
            beat.origin = originOf(history[i]);
            item.children.push_back(std::move(beat));
        }
    }

    void addProblem(const std::string& path, const QString& what, const QString& why, const QString& remedy) {
        problems.push_back(
            {m_config.errorAt(path, what.toStdString(), why.toStdString(), remedy.toStdString()), false});
        problems.back().error.key = path;
    }

    const config::Config& m_config;
};

/// The row of the longest prefix of `path` that the tree has.
ConfigItem& nearest(ConfigItem& root, const QString& path) {
    ConfigItem* found = &root;
    for (;;) {
        ConfigItem* next = nullptr;
        for (ConfigItem& child : found->children) {
            const bool isKey = child.kind != ConfigKind::Beat && child.kind != ConfigKind::Problem;
            const bool covers = path == child.path || path.startsWith(child.path + QLatin1Char('.'));
            if (isKey && covers) next = &child;
        }
        if (!next) return *found;
        found = next;
    }
}

} // namespace

QString displayText(const Value& value) {
    if (!value.isString()) return QString::fromStdString(overrideText(value));
    const std::string& text = value.asString();
    const bool isLine = !text.empty() && text.find_first_of("\n\t") == std::string::npos &&
                        text.front() != ' ' && text.back() != ' ';
    // Quotes are left out where what the user sees would be read back as this very string.
    const auto parsed = config::parseOverride("key=" + overrideTextFromInput(text));
    const bool readsBack = isLine && parsed && !parsed->isSweep() && toValue(parsed->element) == value;
    return QString::fromStdString(readsBack ? text : quoteForOverride(text));
}

ConfigTree buildConfigTree(const config::Config& config) {
    Builder builder(config);
    ConfigTree tree;
    tree.root = builder.item(config.root(), {});
    tree.problems = std::move(builder.problems);
    return tree;
}

ConfigItem withProblems(ConfigItem root, const std::vector<ConfigProblem>& problems) {
    int number = 0;
    for (const ConfigProblem& problem : problems) {
        ConfigItem row;
        row.kind = ConfigKind::Problem;
        row.key = QStringLiteral("problem %1").arg(number++);
        row.path = QString::fromStdString(problem.error.key);
        row.isBroken = problem.isBlocking;
        const Error& error = problem.error;
        row.value = QString::fromStdString(error.what);
        if (!error.why.empty()) row.value += QStringLiteral(": ") + QString::fromStdString(error.why);
        if (!error.remedy.empty()) row.value += QStringLiteral(". ") + QString::fromStdString(error.remedy);
        if (!error.file.empty()) {
            row.origin = ConfigOrigin{config::Layer::Yaml, QString::fromStdString(error.file), error.line, -1,
                                      QString::fromStdString(error.file)};
        }
        row.value = row.value.simplified();
        ConfigItem& parent = nearest(root, row.path);
        parent.children.insert(parent.children.begin(), std::move(row));
    }
    return root;
}

} // namespace fathom::app
