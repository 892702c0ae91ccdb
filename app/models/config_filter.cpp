// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_filter.h"

#include "app/models/config_model.h"

#include <algorithm>

namespace fathom::app {

namespace {

constexpr QLatin1String kLayerPrefix("layer:");
constexpr QLatin1String kFilePrefix("file:");

QString layerWord(const QModelIndex& index) {
    if (index.data(ConfigModel::RemovedRole).toBool()) return QStringLiteral("removed");
    switch (index.data(ConfigModel::LayerRole).toInt()) {
    case static_cast<int>(config::Layer::Dataclass):
        return QStringLiteral("dataclass");
    case static_cast<int>(config::Layer::Yaml):
        return QStringLiteral("yaml");
    case static_cast<int>(config::Layer::Group):
        return QStringLiteral("group");
    case static_cast<int>(config::Layer::CommandLine):
        return QStringLiteral("commandline");
    case static_cast<int>(config::Layer::Edited):
        return QStringLiteral("edited");
    default:
        return {};
    }
}

bool isOverride(const QModelIndex& index) {
    const bool decides =
        index.data(ConfigModel::LeafRole).toBool() || index.data(ConfigModel::RemovedRole).toBool();
    return decides &&
           index.data(ConfigModel::LayerRole).toInt() >= static_cast<int>(config::Layer::CommandLine);
}

ConfigKind kindOf(const QModelIndex& index) {
    return static_cast<ConfigKind>(index.data(ConfigModel::KindRole).toInt());
}

} // namespace

ConfigFilter::ConfigFilter(QObject* parent) : QSortFilterProxyModel(parent) {
    setRecursiveFilteringEnabled(true);
}

void ConfigFilter::setText(const QString& text) {
    const QStringList words = text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words == m_words) return;
    m_words = words;
    invalidateFilter();
}

void ConfigFilter::setShow(Show show) {
    if (show == m_show) return;
    m_show = show;
    invalidateFilter();
}

void ConfigFilter::setDifferences(const QSet<QString>& paths) {
    if (paths == m_differences) return;
    m_differences = paths;
    if (m_show == Show::Differences) invalidateFilter();
}

bool ConfigFilter::matches(const QModelIndex& index) const {
    const bool isLeaf = index.data(ConfigModel::LeafRole).toBool();
    if (m_show == Show::Overrides && !isOverride(index)) return false;
    if (m_show == Show::Problems && !index.data(ConfigModel::BrokenRole).toBool()) return false;
    if (m_show == Show::Differences &&
        !(isLeaf && m_differences.contains(index.data(ConfigModel::PathRole).toString())))
        return false;
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) {
        if (word.startsWith(kLayerPrefix))
            return isLeaf && layerWord(index).startsWith(word.mid(kLayerPrefix.size()));
        if (word.startsWith(kFilePrefix)) {
            const QString file = index.data(ConfigModel::FileRole).toString();
            return isLeaf && file.contains(word.mid(kFilePrefix.size()), Qt::CaseInsensitive);
        }
        if (index.data(ConfigModel::PathRole).toString().contains(word, Qt::CaseInsensitive)) return true;
        const auto contains = [&](int column) {
            return index.siblingAtColumn(column).data().toString().contains(word, Qt::CaseInsensitive);
        };
        return isLeaf && (contains(ConfigModel::ValueColumn) || contains(ConfigModel::ResolvedColumn));
    });
}

bool ConfigFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (!isActive()) return true;
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (kindOf(index) == ConfigKind::Problem)
        return m_show == Show::Problems || (parent.isValid() && matches(parent));
    if (kindOf(index) == ConfigKind::Beat) return matches(parent);
    return matches(index);
}

} // namespace fathom::app
