// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_groups.h"

#include <QRegularExpression>

#include <filesystem>

namespace fathom::app {

namespace {

namespace fs = std::filesystem;

/// The first key that each group file set.
void collect(const config::Node& node, const QStringList& path, std::map<QString, QStringList>& found) {
    for (const config::Assignment& made : node.history) {
        const bool isSection = node.kind == config::NodeKind::Map && !node.children.empty();
        if (!isSection && made.layer == config::Layer::Group && !made.file.empty())
            found.try_emplace(QString::fromStdString(made.file), path);
    }
    for (const config::Node& child : node.children)
        collect(child, path + QStringList{QString::fromStdString(child.key)}, found);
}

QStringList topLevelKeys(const QString& yaml) {
    static const QRegularExpression key(QStringLiteral("^([\\w./-]+)\\s*:"),
                                        QRegularExpression::MultilineOption);
    QStringList keys;
    auto matches = key.globalMatch(yaml);
    while (matches.hasNext())
        keys.append(matches.next().captured(1));
    return keys;
}

/// What of the key's path stands outside the file: the package that the file was put into.
QStringList packageOf(const QStringList& path, const QString& yaml) {
    const QStringList keys = topLevelKeys(yaml);
    for (int i = 0; i < path.size(); ++i) {
        if (keys.contains(path[i])) return path.mid(0, i);
    }
    return {};
}

} // namespace

std::vector<ConfigGroup> findGroups(const config::ComposeRequest& request, const config::Config& config,
                                    const std::map<QString, QString>& sources) {
    std::map<QString, QStringList> found;
    collect(config.root(), {}, found);
    std::vector<ConfigGroup> groups;
    for (const auto& [file, path] : found) {
        const fs::path relative = fs::path(file.toStdString()).lexically_relative(request.configPath);
        if (relative.empty() || *relative.begin() == ".." || !relative.has_parent_path()) continue;
        const auto source = sources.find(file);
        if (source == sources.end()) continue;
        const QString package = packageOf(path, source->second).join(QLatin1Char('.'));
        if (package.isEmpty()) continue;
        ConfigGroup group;
        group.path = package;
        group.key = QString::fromStdString(relative.parent_path().generic_string());
        group.option = QString::fromStdString(relative.stem().string());
        for (const std::string& option : config::groupOptions(request, group.key.toStdString()))
            group.options.append(QString::fromStdString(option));
        const bool hasHeader =
            source->second.section(QLatin1Char('\n'), 0, 4).contains(QStringLiteral("@package"));
        const bool isOwnPlace = package == QString(group.key).replace(QLatin1Char('/'), QLatin1Char('.'));
        if (!hasHeader && !isOwnPlace) group.key += QLatin1Char('@') + package;
        groups.push_back(std::move(group));
    }
    return groups;
}

} // namespace fathom::app
