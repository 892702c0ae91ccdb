// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_tree.h"

#include "engine/config/convert.h"
#include "engine/config/explain.h"
#include "engine/config/override.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/structured.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

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
std::vector<config::Assignment> historyOf(const config::Node& node) {
    std::vector<config::Assignment> history = node.history;
    const bool isOnlyDefault = history.empty() || history.back().layer == config::Layer::Dataclass;
    if (node.kind != config::NodeKind::List || node.children.empty() || !isOnlyDefault) return history;
    for (const config::Assignment& made : node.children.front().history) {
        if (made.layer != config::Layer::Dataclass || history.empty()) history.push_back(made);
    }
    return history;
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

/// A longer section is no text for one line.
constexpr std::size_t kMostLeavesInALine = 60;

std::size_t countLeaves(const ConfigItem& item) {
    std::size_t count = item.isLeaf && !item.isDefault ? 1 : 0;
    for (const ConfigItem& child : item.children) {
        if (count > kMostLeavesInALine) break;
        count += child.kind == ConfigKind::Beat ? 0 : countLeaves(child);
    }
    return count;
}

QString typeText(Value::Type type) {
    static constexpr std::array<const char*, 7> kNames{"null", "bool", "int", "float", "str", "list", "dict"};
    return QString::fromLatin1(kNames[static_cast<std::size_t>(type)]);
}

QStringList memberNames(const config::EnumType& enumeration) {
    QStringList names;
    for (const auto& [name, value] : enumeration.members)
        names.append(QString::fromStdString(name));
    return names;
}

/// What the dataclass behind the node demands.
ConfigField fieldOf(const config::Node& node, const QString& key) {
    ConfigField field;
    field.path = pathKindOf(key);
    if (!node.type || node.type->kind == config::TypeKind::Any) return field;
    const QString text = QString::fromStdString(node.type->text);
    field.type = node.type->optional ? QStringLiteral("Optional[%1]").arg(text) : text;
    field.isDemanded = true;
    if (node.type->enumeration) field.choices = memberNames(*node.type->enumeration);
    if (node.type->kind == config::TypeKind::Path && field.path == ConfigField::Path::None)
        field.path = ConfigField::Path::File;
    return field;
}

bool namesAMissingFile(const Value& value) {
    const Value::List files = value.isList() ? value.asList() : Value::List{value};
    return std::any_of(files.begin(), files.end(), [](const Value& file) {
        if (!file.isString() || file.asString().empty() || config::isMissing(file)) return false;
        const std::string& text = file.asString();
        // A download, an archive member and a shell's home folder are not for us to look up.
        const bool isLocal = text.find(':') == std::string::npos && text.front() != '~';
        std::error_code ignored;
        return isLocal && !std::filesystem::exists(text, ignored);
    });
}

/// Builds rows and notes on the way which key is computed from which.
class Builder {
public:
    /// `full` is `given` with the defaults of the schemas below it.
    Builder(const config::Config& given, const config::Config& full, const std::vector<ConfigGroup>& groups)
        : m_given(given), m_config(full), m_groups(groups) {}

    ConfigItem item(const config::Node& node, const std::string& path) {
        ConfigItem item = head(node, path);
        if (item.isLeaf) {
            if (!node.removed) fillLeaf(item, node, path);
            addBeats(item, node);
            return item;
        }
        item.value = summaryOf(node);
        item.type = node.kind == config::NodeKind::List ? Value::Type::List : Value::Type::Map;
        for (const config::Node& child : node.children) {
            item.children.push_back(this->item(child, path.empty() ? child.key : path + '.' + child.key));
            const ConfigItem& last = item.children.back();
            const bool isEdit = last.origin && last.origin->layer == config::Layer::Edited;
            item.isEditedBelow =
                item.isEditedBelow || last.isEditedBelow || (isEdit && (last.isLeaf || last.isRemoved));
        }
        finishSection(item, path);
        return item;
    }

    /// Who uses a key, written into its row and into those of the sections above it.
    void addDependents(ConfigItem& item) const {
        if (const auto found = m_dependents.find(item.path); found != m_dependents.end())
            item.dependents = found->second;
        for (ConfigItem& child : item.children)
            addDependents(child);
    }

private:
    [[nodiscard]] ConfigItem head(const config::Node& node, const std::string& path) const {
        ConfigItem item;
        item.key = QString::fromStdString(node.key);
        item.path = QString::fromStdString(path);
        item.isRemoved = node.removed;
        item.isLeaf = node.kind == config::NodeKind::Scalar || isPlainList(node) || node.removed;
        item.kind = node.kind == config::NodeKind::Scalar ? ConfigKind::Scalar
                    : node.kind == config::NodeKind::List ? ConfigKind::List
                                                          : ConfigKind::Map;
        item.field = fieldOf(node, item.key);
        describe(item.field, path);
        item.isDefault = !node.removed && !path.empty() && !m_given.find(path);
        const auto history = historyOf(node);
        if (!history.empty()) item.origin = originOf(history.back());
        const bool isSectionOfDefaults = item.origin && item.origin->layer == config::Layer::Dataclass;
        if (!item.isLeaf && !item.isDefault && isSectionOfDefaults) item.origin.reset();
        return item;
    }

    /// What the schema of the section says.
    void describe(ConfigField& field, const std::string& path) const {
        const config::Field* const known = schemas::fieldAt(m_config, path);
        if (!known) return;
        if (!field.isDemanded && known->type != "Any") {
            field.type = QString::fromStdString(known->type);
            field.isDemanded = true;
        }
        field.help = QString::fromStdString(known->help);
        field.minimum = known->options.minimum;
        field.maximum = known->options.maximum;
        if (known->options.path == config::PathKind::File) field.path = ConfigField::Path::File;
        if (known->options.path == config::PathKind::Folder) field.path = ConfigField::Path::Folder;
        if (field.choices.isEmpty() && !known->options.choicesAreOpen) {
            for (const std::string& choice : schemas::choicesAt(m_config, path))
                field.choices.append(QString::fromStdString(choice));
        }
        field.switchesSection = path.ends_with("optim.name") || path.ends_with("sched.name");
    }

    void finishSection(ConfigItem& item, const std::string& path) const {
        const bool isGiven = !path.empty() && !item.isDefault;
        if (isGiven && countLeaves(item) <= kMostLeavesInALine)
            item.text = displayText(m_given.unresolved(path));
        if (item.field.type.isEmpty()) item.field.type = typeText(item.type);
        const auto group = std::find_if(m_groups.begin(), m_groups.end(),
                                        [&](const ConfigGroup& each) { return each.path == item.path; });
        if (group == m_groups.end() || path.empty()) return;
        item.value = group->option;
        item.field.groupKey = group->key;
        item.field.choices = group->options;
    }

    void fillLeaf(ConfigItem& item, const config::Node& node, const std::string& path) {
        const Value value = node.kind == config::NodeKind::Scalar ? node.value : m_config.unresolved(path);
        item.type = value.type();
        if (item.field.type.isEmpty()) item.field.type = typeText(item.type);
        item.value = displayText(value);
        item.isMissing = node.isMissing();
        const Value resolved = resolve(item, node, value, path);
        if (item.field.path == ConfigField::Path::None || item.isMissing || item.isBroken) return;
        item.field.isMissingFile = item.field.path == ConfigField::Path::File && namesAMissingFile(resolved);
    }

    /// The value with its interpolations replaced; they are remembered on the way.
    Value resolve(ConfigItem& item, const config::Node& node, const Value& value, const std::string& path) {
        noteReferences(item, node, path);
        for (const config::Node& child : node.children)
            noteReferences(item, child, path + '.' + child.key);
        const bool interpolated =
            node.isInterpolation() ||
            std::any_of(node.children.begin(), node.children.end(),
                        [](const config::Node& child) { return child.isInterpolation(); });
        if (!interpolated) return value;
        const Result<Value> resolved = m_config.resolved(path);
        if (resolved) {
            item.resolved = displayText(*resolved);
            return *resolved;
        }
        item.isBroken = true;
        return {};
    }

    void noteReferences(ConfigItem& item, const config::Node& node, const std::string& path) {
        if (!node.isInterpolation()) return;
        for (const std::string& reference : config::referencesOf(node.value.asString(), path)) {
            const QString key = QString::fromStdString(reference);
            if (!item.references.contains(key)) item.references.append(key);
            QStringList& users = m_dependents[key];
            // Keys come one after the other: a key that uses it twice was the last to be noted.
            if (users.isEmpty() || users.last() != item.path) users.append(item.path);
        }
    }

    static void addBeats(ConfigItem& item, const config::Node& node) {
        const auto history = historyOf(node);
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

    const config::Config& m_given;
    const config::Config& m_config;
    const std::vector<ConfigGroup>& m_groups;
    std::map<QString, QStringList> m_dependents;
};

bool isKeyRow(const ConfigItem& item) {
    return item.kind != ConfigKind::Beat && item.kind != ConfigKind::Problem;
}

/// The row of the longest prefix of `path` that the tree has.
ConfigItem& nearest(ConfigItem& root, const QString& path) {
    ConfigItem* found = &root;
    for (;;) {
        ConfigItem* next = nullptr;
        for (ConfigItem& child : found->children) {
            const bool covers = path == child.path || path.startsWith(child.path + QLatin1Char('.'));
            if (isKeyRow(child) && covers) next = &child;
        }
        if (!next) return *found;
        found = next;
    }
}

} // namespace

QString displayText(const Value& value) {
    if (!value.isString()) return QString::fromStdString(config::overrideText(value));
    const std::string& text = value.asString();
    const bool isLine = !text.empty() && text.find_first_of("\n\t") == std::string::npos &&
                        text.front() != ' ' && text.back() != ' ';
    // Quotes are left out where what the user sees would be read back as this very string.
    const auto parsed = config::parseOverride("key=" + config::overrideTextFromInput(text));
    const bool readsBack = isLine && parsed && !parsed->isSweep() && toValue(parsed->element) == value;
    return QString::fromStdString(readsBack ? text : config::quoteForOverride(text));
}

const ConfigItem* findKey(const ConfigItem& root, const QString& path) {
    const ConfigItem* found = &root;
    while (found->path != path) {
        const ConfigItem* next = nullptr;
        for (const ConfigItem& child : found->children) {
            if (!isKeyRow(child)) continue;
            const bool covers = path == child.path || path.startsWith(child.path + QLatin1Char('.'));
            // A key that holds a dot is found before the section that its name begins with.
            if (covers && (!next || child.path.size() > next->path.size())) next = &child;
        }
        if (!next) return nullptr;
        found = next;
    }
    return found;
}

namespace {

ConfigItem build(const config::Config& given, const config::Config& full,
                 const std::vector<ConfigGroup>& groups) {
    Builder builder(given, full, groups);
    ConfigItem root = builder.item(full.root(), {});
    builder.addDependents(root);
    return root;
}

} // namespace

ConfigItem buildConfigTree(const config::Config& config, const std::vector<ConfigGroup>& groups) {
    return build(config, config, groups);
}

ConfigItem buildConfigTreeWithDefaults(const config::Config& config, const std::vector<ConfigGroup>& groups) {
    return build(config, schemas::withDefaults(config), groups);
}

ConfigItem withProblems(ConfigItem root, const std::vector<ConfigProblem>& problems) {
    for (std::size_t i = 0; i < problems.size(); ++i) {
        const Error& error = problems[i].error;
        ConfigItem row;
        row.kind = ConfigKind::Problem;
        row.key = QStringLiteral("problem %1").arg(i);
        row.path = QString::fromStdString(error.key);
        row.isBroken = problems[i].isBlocking;
        row.problem = static_cast<int>(i);
        // Of an override the reason alone says what was tried, too.
        const bool isRefused = problems[i].isBlocking && problems[i].argument >= 0 && !error.why.empty();
        row.value = QString::fromStdString(isRefused ? error.why : error.what);
        if (!isRefused && !error.why.empty())
            row.value += QStringLiteral(": ") + QString::fromStdString(error.why);
        if (!error.remedy.empty()) row.value += QStringLiteral(". ") + QString::fromStdString(error.remedy);
        if (!problems[i].fixes.empty()) row.text = problems[i].fixes.front().text;
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
