// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/theme_actions.h"

#include "app/shell/action_registry.h"

#include <QApplication>
#include <QSettings>

namespace fathom::app {

namespace {

using widgets::ThemeMode;

struct Choice {
    ThemeMode mode;
    QLatin1String name;
};

constexpr Choice kChoices[] = {{ThemeMode::System, QLatin1String("system")},
                               {ThemeMode::Light, QLatin1String("light")},
                               {ThemeMode::Dark, QLatin1String("dark")}};

QString settingKey() {
    return QStringLiteral("theme");
}

QString actionId(QLatin1String name) {
    return QStringLiteral("view.theme.") + name;
}

} // namespace

ThemeActions::ThemeActions(ActionRegistry& actions, QSettings& settings, QObject* parent)
    : QObject(parent), m_actions(actions), m_settings(settings) {
    const QString texts[] = {tr("Theme: as the system"), tr("Theme: light"), tr("Theme: dark")};
    const char* icons[] = {"theme", "sun", "moon"};
    const ThemeMode now = stored(settings);
    for (std::size_t i = 0; i < std::size(kChoices); ++i) {
        const ThemeMode mode = kChoices[i].mode;
        QAction* action = actions.add({.id = actionId(kChoices[i].name),
                                       .text = texts[i],
                                       .icon = QLatin1String(icons[i]),
                                       .tip = tr("Colours of the window"),
                                       .checkable = true},
                                      this, [this, mode] { choose(mode); });
        action->setChecked(mode == now);
    }
    actions.add({.id = QStringLiteral("view.theme.toggle"),
                 .text = tr("Switch between light and dark"),
                 .icon = QStringLiteral("theme"),
                 .shortcut = Qt::CTRL | Qt::SHIFT | Qt::Key_L,
                 .tip = tr("Switch between the light and the dark theme")},
                this, [this] {
                    choose(widgets::colorsFor(QApplication::palette()).dark ? ThemeMode::Light
                                                                            : ThemeMode::Dark);
                });
}

ThemeMode ThemeActions::stored(const QSettings& settings) {
    const QString name = settings.value(settingKey()).toString();
    for (const Choice& choice : kChoices)
        if (choice.name == name) return choice.mode;
    return ThemeMode::System;
}

void ThemeActions::choose(ThemeMode mode) {
    for (const Choice& choice : kChoices) {
        m_actions.find(actionId(choice.name))->setChecked(choice.mode == mode);
        if (choice.mode == mode) m_settings.setValue(settingKey(), QString(choice.name));
    }
    widgets::applyTheme(*qobject_cast<QApplication*>(QApplication::instance()), mode);
}

} // namespace fathom::app
