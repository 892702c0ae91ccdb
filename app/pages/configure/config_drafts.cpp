// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_drafts.h"

#include <QFileInfo>
#include <QSettings>
#include <QUrl>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr QLatin1String kGroup("configure/drafts/");

QString keyOf(const QString& file) {
    return QString::fromLatin1(QUrl::toPercentEncoding(QFileInfo(file).absoluteFilePath()));
}

} // namespace

// The first entry says from where on the overrides are edits; QSettings writes to disk by itself, a moment
// later.
void ConfigDrafts::save(const QString& file, const OverrideList& overrides) {
    const QString key = kGroup + keyOf(file);
    if (overrides.items.empty()) return m_settings.remove(key);
    QStringList entries{QString::number(overrides.editedFrom)};
    for (const std::string& item : overrides.items)
        entries.append(QString::fromStdString(item));
    m_settings.setValue(key, entries);
}

OverrideList ConfigDrafts::load(const QString& file) const {
    OverrideList overrides;
    const QStringList entries = m_settings.value(kGroup + keyOf(file)).toStringList();
    for (qsizetype i = 1; i < entries.size(); ++i)
        overrides.items.push_back(entries[i].toStdString());
    const auto editedFrom = static_cast<std::size_t>(entries.value(0).toUInt());
    overrides.editedFrom = std::min(overrides.items.size(), editedFrom);
    return overrides;
}

void ConfigDrafts::keepOnly(const QStringList& files) {
    QStringList wanted;
    for (const QString& file : files)
        wanted.append(keyOf(file));
    m_settings.beginGroup(kGroup.chopped(1));
    const QStringList stored = m_settings.childKeys();
    for (const QString& key : stored) {
        if (!wanted.contains(key)) m_settings.remove(key);
    }
    m_settings.endGroup();
}

} // namespace fathom::app
