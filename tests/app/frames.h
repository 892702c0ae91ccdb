// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for what a widget draws, for tests and benchmarks that measure it.
#pragma once

#include <QCoreApplication>
#include <QEvent>
#include <QWidget>

namespace fathom::testing {

class Frames : public QObject {
public:
    explicit Frames(QWidget& widget) : m_widget(widget) { widget.installEventFilter(this); }
    /// Until all that was asked for is painted.
    void await() {
        m_painted = false;
        m_widget.update();
        while (!m_painted)
            QCoreApplication::processEvents();
    }

protected:
    bool eventFilter(QObject*, QEvent* event) override {
        m_painted = m_painted || event->type() == QEvent::Paint;
        return false;
    }

private:
    QWidget& m_widget;
    bool m_painted = false;
};

} // namespace fathom::testing
