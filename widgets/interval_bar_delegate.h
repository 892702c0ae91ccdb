// SPDX-License-Identifier: GPL-3.0-or-later
// A number in a table cell as a bar from zero with its interval as a whisker, and the number beside it.
#pragma once

#include <QMetaType>
#include <QStyledItemDelegate>

#include <limits>

class QPalette;

namespace fathom::widgets {

/// NaN for what is not known.
struct IntervalBar {
    double value = std::numeric_limits<double>::quiet_NaN();
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
    double least = 0; ///< ends of the scale
    double greatest = 1;
};

/// Draws bar and whisker into `area`.
void drawIntervalBar(QPainter* painter, const QRectF& area, const IntervalBar& bar, const QPalette& palette);

/// Cells whose BarRole holds an IntervalBar; the display text goes to the right of it. Others as usual.
class IntervalBarDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum Role { BarRole = Qt::UserRole + 200 };
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace fathom::widgets

Q_DECLARE_METATYPE(fathom::widgets::IntervalBar)
