// SPDX-License-Identifier: GPL-3.0-or-later
// A candidate of the filter line: what to write, and muted on the right what it is.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class CandidateDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    static constexpr int DetailRole = Qt::UserRole + 1; ///< QString

    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace fathom::app
