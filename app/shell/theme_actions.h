// SPDX-License-Identifier: GPL-3.0-or-later
// The theme: three actions, of which one is checked, and the setting that remembers it.
#pragma once

#include "widgets/theme.h"

#include <QObject>

class QSettings;

namespace fathom::app {

class ActionRegistry;

class ThemeActions : public QObject {
    Q_OBJECT
public:
    ThemeActions(ActionRegistry& actions, QSettings& settings, QObject* parent);

    [[nodiscard]] static widgets::ThemeMode stored(const QSettings& settings);

private:
    void choose(widgets::ThemeMode mode);
    ActionRegistry& m_actions;
    QSettings& m_settings;
};

} // namespace fathom::app
