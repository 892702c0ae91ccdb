// SPDX-License-Identifier: GPL-3.0-or-later
// A page that fills the room there is, and scrolls where that is less than it needs at the least.
#pragma once

#include <QScrollArea>

namespace fathom::widgets {

/// Unlike a resizable QScrollArea, which gives a page with wrapping labels all the height that it would like
/// to have.
class ScrollPage : public QScrollArea {
    Q_OBJECT
public:
    /// Owns `page`.
    explicit ScrollPage(QWidget* page, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] QSize needed(int width) const;
    void fit();
};

} // namespace fathom::widgets
