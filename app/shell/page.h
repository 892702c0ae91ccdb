// SPDX-License-Identifier: GPL-3.0-or-later
// What the shell asks of a page. A page knows AppContext and nothing of other pages; app/shell/pages.cpp
// lists them all.
//
//   class RunsPage : public Page {
//       QString id() const override { return QStringLiteral("runs"); }
//       QWidget* widget() override;                 // built on first call, owned by the page until the shell
//       shows it
//   };
#pragma once

#include <QKeySequence>
#include <QObject>
#include <QString>

class QSettings;
class QWidget;

namespace fathom::app {

/// Pages are made before the first paint: constructors must be cheap (no files, no widgets). The shell calls
/// widget() when the page is first shown, or when the program is idle. GUI thread only.
class Page : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Stable name for settings, `--page` and screenshots: "configure".
    [[nodiscard]] virtual QString id() const = 0;
    /// Short label for the rail, translated.
    [[nodiscard]] virtual QString title() const = 0;
    /// Name of an icon in resources/icons, without ".svg".
    [[nodiscard]] virtual QString iconName() const = 0;
    /// The page's widget, made on the first call. The shell takes it as a child of its stack.
    [[nodiscard]] virtual QWidget* widget() = 0;
    /// Short text on the rail: what runs or is unsaved ("●", "3"); empty for none.
    [[nodiscard]] virtual QString badge() const { return {}; }
    /// Called after the page became the visible one.
    virtual void activated() {}
    /// Geometry, selection, open files. The group of the page's id is already open in `settings`.
    virtual void saveState(QSettings& settings) const { Q_UNUSED(settings) }
    /// Called once, right after widget() was first called.
    virtual void restoreState(QSettings& settings) { Q_UNUSED(settings) }
    /// False keeps the window open: the page asked the user (unsaved changes) and the answer was Cancel.
    [[nodiscard]] virtual bool mayClose() { return true; }
    /// True when everything that is asked for is on screen; `--screenshot` waits for it (at most 5 s).
    [[nodiscard]] virtual bool isSettled() const { return true; }

Q_SIGNALS:
    void badgeChanged();
};

} // namespace fathom::app
