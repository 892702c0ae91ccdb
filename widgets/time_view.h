// SPDX-License-Identifier: GPL-3.0-or-later
// A stretch of time from left to right: what a waveform and a spectrogram have in common, so that the same
// instant is at the same x in both.
//
// Clicking and dragging choose a time, as do the arrow keys; the wheel and + − zoom around the pointer or the
// cursor, 0 and a double click show all, Shift with the wheel and Page Up and Page Down move.
#pragma once

#include <QRectF>
#include <QWidget>

namespace fathom::widgets {

/// Seconds from the beginning.
struct TimeSpan {
    double from = 0;
    double to = 0;
    [[nodiscard]] double length() const { return to - from; }
    friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

class TimeView : public QWidget {
    Q_OBJECT
public:
    explicit TimeView(QWidget* parent = nullptr);

    /// How long the whole is; 0 for nothing.
    [[nodiscard]] double seconds() const { return m_seconds; }
    /// What is in sight.
    [[nodiscard]] TimeSpan view() const { return m_view; }
    /// Shows this stretch, moved and shortened to what there is. Silent: viewChosen is for the user's doing.
    void setView(TimeSpan view);
    /// A line at that time; negative hides it. The view turns the page when the line leaves it.
    void setCursorTime(double seconds);
    [[nodiscard]] double cursorTime() const { return m_cursor; }
    [[nodiscard]] double xOf(double seconds) const;
    [[nodiscard]] double timeAt(double x) const;

Q_SIGNALS:
    /// The user pointed at a time: clicked, dragged, or pressed an arrow key.
    void timeChosen(double seconds);
    /// The user zoomed or moved, or the cursor turned the page.
    void viewChosen(const fathom::widgets::TimeSpan& view);

protected:
    /// Another recording, shown as a whole.
    void setSeconds(double seconds);
    /// Seconds between marks at round times, so that their labels have room.
    [[nodiscard]] double markStep() const;
    /// Marks and their labels below `area`, which is as wide as the widget.
    void paintMarks(QPainter& painter, const QRectF& area) const;
    void paintCursor(QPainter& painter, const QRectF& area) const;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void choose(TimeSpan view);
    void zoom(double factor, double around);

    double m_seconds = 0;
    TimeSpan m_view;
    double m_cursor = -1;
};

} // namespace fathom::widgets
