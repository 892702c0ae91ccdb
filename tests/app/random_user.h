// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody who does anything at all with a window: clicks anywhere, presses any key, takes any action.
//
//   RandomUser user(window, actions, 7);
//   user.act(2000);     // the same two thousand for the same seed and the same window
#pragma once

#include "app/shell/action_registry.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDialog>
#include <QFileDialog>
#include <QMenu>
#include <QRandomGenerator>
#include <QTimer>
#include <QWindow>
#include <QtTest>

namespace fathom::app {

/// Goes on within menus and dialogs that wait (they run loops of their own). Dialogs that choose files are
/// left at once: in them files can be deleted.
class RandomUser : public QObject {
public:
    RandomUser(QWidget& window, const ActionRegistry& actions, quint32 seed)
        : m_window(window), m_actions(actions), m_random(seed) {}

    /// Returns when that much was done and no menu or dialog waits.
    void act(int count) {
        m_left = count;
        QTimer::singleShot(0, this, [this] { next(); });
        m_loop.exec();
    }
    /// The last few things that were done, one a line.
    [[nodiscard]] QString story() const { return m_story.join(QLatin1Char('\n')); }

private:
    void next() {
        QWidget* const top = target();
        if (m_left <= 0 && top == &m_window) return m_loop.quit();
        QTimer::singleShot(1, this, [this] { next(); }); // first: what follows may wait in a loop of its own
        if (qobject_cast<QFileDialog*>(top) != nullptr) return static_cast<QDialog*>(top)->reject();
        if (m_left-- <= 0) {
            top->close();
            return;
        }
        const int dice = m_random.bounded(100);
        if (dice < 35)
            key(top);
        else if (dice < 75)
            mouse(top);
        else if (dice < 93)
            action();
        else
            leaveOrResize(top);
    }

    [[nodiscard]] QWidget* target() {
        if (QWidget* const popup = QApplication::activePopupWidget()) return popup;
        if (QWidget* const modal = QApplication::activeModalWidget()) return modal;
        QWidget* const active = QApplication::activeWindow();
        return m_left > 0 && active != nullptr && active->isVisible() && m_random.bounded(4) > 0 ? active
                                                                                                 : &m_window;
    }

    void tell(const QString& what) {
        if (qEnvironmentVariableIsSet("FATHOM_RANDOM_USE_TRACE")) qInfo("%s", qPrintable(what));
        m_story.append(what);
        if (m_story.size() > 12) m_story.removeFirst();
    }

    void key(QWidget* top) {
        static constexpr Qt::Key kKeys[] = {
            Qt::Key_Tab, Qt::Key_Return, Qt::Key_Space,  Qt::Key_Up,        Qt::Key_Down, Qt::Key_Left,
            Qt::Key_Up,  Qt::Key_Down,   Qt::Key_Escape, Qt::Key_Backspace, Qt::Key_Home, Qt::Key_Right,
            Qt::Key_End, Qt::Key_Delete, Qt::Key_PageUp, Qt::Key_PageDown,  Qt::Key_F2,   Qt::Key_Menu};
        static constexpr Qt::KeyboardModifiers kModifiers[] = {Qt::NoModifier, Qt::NoModifier,
                                                               Qt::ShiftModifier, Qt::ControlModifier};
        static const QString kText = QStringLiteral("abelnorstvw0123 .=<>'\"(~*/$é漢");
        QWidget* focused = QApplication::focusWidget();
        if (focused == nullptr || focused->window() != top->window()) focused = top;
        if (m_random.bounded(2) == 0) {
            const QChar text = kText.at(m_random.bounded(static_cast<int>(kText.size())));
            tell(QStringLiteral("type %1 in %2").arg(text, nameOf(focused)));
            QTest::sendKeyEvent(QTest::Click, focused, Qt::Key_unknown, QString(text), Qt::NoModifier);
            return;
        }
        const Qt::Key key = kKeys[m_random.bounded(static_cast<int>(std::size(kKeys)))];
        const Qt::KeyboardModifiers modifiers =
            kModifiers[m_random.bounded(static_cast<int>(std::size(kModifiers)))];
        tell(QStringLiteral("press %1 in %2")
                 .arg(QKeySequence(QKeyCombination(modifiers, key)).toString(), nameOf(focused)));
        QTest::keyClick(focused, key, modifiers);
    }

    /// Through the system's events: whatever is under the pointer gets them, and may be gone by the next.
    void mouse(QWidget* top) {
        const QPointer<QWindow> window = top->window()->windowHandle();
        if (window == nullptr || top->size().isEmpty()) return;
        const QPoint at = somewhereIn(*top);
        const int kind = m_random.bounded(10);
        const Qt::MouseButton button = kind == 0 ? Qt::RightButton : Qt::LeftButton;
        const Qt::KeyboardModifiers modifiers = kind == 1   ? Qt::ShiftModifier
                                                : kind == 2 ? Qt::ControlModifier
                                                            : Qt::NoModifier;
        const QWidget* const hit = top->childAt(at);
        tell(QStringLiteral("mouse %1 at %2,%3 in %4")
                 .arg(kind)
                 .arg(at.x())
                 .arg(at.y())
                 .arg(nameOf(hit != nullptr ? hit : top)));
        const auto isThere = [&window](const QPoint& point) {
            return window && window->isVisible() && QRect(QPoint(), window->size()).contains(point);
        };
        const QPoint to = kind == 4 ? somewhereIn(*top) : at;
        if (isThere(at)) QTest::mouseMove(window, at);
        if (kind == 5 && isThere(at)) return turnWheel(*window, at, modifiers);
        if (isThere(at)) QTest::mousePress(window, button, modifiers, at);
        if (kind == 4 && isThere(to)) QTest::mouseMove(window, to);
        if (isThere(to)) QTest::mouseRelease(window, button, modifiers, to);
        if (kind == 3 && isThere(at)) QTest::mouseDClick(window, button, modifiers, at);
    }

    void turnWheel(QWindow& window, const QPoint& at, Qt::KeyboardModifiers modifiers) {
        const int turn = m_random.bounded(2) == 0 ? 120 : -120;
        QWheelEvent event(at, window.mapToGlobal(at), {}, {0, turn}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&window, &event);
    }

    QPoint somewhereIn(const QWidget& widget) {
        return {m_random.bounded(widget.width()), m_random.bounded(widget.height())};
    }

    void action() {
        const QList<QAction*> all = m_actions.actions();
        QAction* const chosen = all.at(m_random.bounded(static_cast<int>(all.size())));
        const bool isBlocked =
            QApplication::activeModalWidget() != nullptr || QApplication::activePopupWidget() != nullptr;
        if (isBlocked || !chosen->isEnabled() || chosen == m_actions.find(QStringLiteral("app.quit"))) return;
        tell(QStringLiteral("action ") + chosen->text());
        chosen->trigger();
    }

    void leaveOrResize(QWidget* top) {
        if (top != &m_window) {
            tell(QStringLiteral("close ") + nameOf(top));
            top->close();
            return;
        }
        const QSize size(800 + m_random.bounded(1200), 500 + m_random.bounded(700));
        tell(QStringLiteral("resize to %1 x %2").arg(size.width()).arg(size.height()));
        m_window.resize(size);
    }

    static QString nameOf(const QWidget* widget) {
        const QString name =
            widget->accessibleName().isEmpty() ? widget->objectName() : widget->accessibleName();
        return QLatin1String(widget->metaObject()->className()) + QLatin1Char(' ') + name;
    }

    QWidget& m_window;
    const ActionRegistry& m_actions;
    QRandomGenerator m_random;
    QEventLoop m_loop{};
    QStringList m_story{};
    int m_left = 0;
};

} // namespace fathom::app
