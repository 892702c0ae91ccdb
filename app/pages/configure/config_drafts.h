// SPDX-License-Identifier: GPL-3.0-or-later
// The overrides on each recent config, kept as they are made: neither a crash nor opening another file loses
// them.
#pragma once

#include "app/models/override_list.h"

#include <QStringList>

class QSettings;

namespace fathom::app {

/// Lives in "configure/drafts"; no group may be open in the settings.
class ConfigDrafts {
public:
    explicit ConfigDrafts(QSettings& settings) : m_settings(settings) {}
    /// An empty list forgets the file.
    void save(const QString& file, const OverrideList& overrides);
    [[nodiscard]] OverrideList load(const QString& file) const;
    /// Forgets the files that are not in the list.
    void keepOnly(const QStringList& files);

private:
    QSettings& m_settings;
};

} // namespace fathom::app
