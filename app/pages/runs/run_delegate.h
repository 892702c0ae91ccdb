// SPDX-License-Identifier: GPL-3.0-or-later
// The state as icon and word in its colour, a star before the name, groups apart from runs, a curve before
// the number of a metric.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class RunTableModel;
class Sparklines;

class RunDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    /// Of a view on `model`; both outlive the delegate.
    RunDelegate(const RunTableModel& model, Sparklines& sparklines, QObject* parent);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    void paintCurve(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

    const RunTableModel& m_model;
    Sparklines& m_sparklines;
};

/// The first of the columns that show a metric has its curve.
[[nodiscard]] bool showsCurve(const RunTableModel& model, int column);

} // namespace fathom::app
