// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_delegate.h"

#include "app/models/run_table_model.h"
#include "app/pages/runs/sparklines.h"
#include "widgets/icon.h"
#include "widgets/state_chip.h"
#include "widgets/theme.h"

#include <QPainter>

#include <algorithm>

namespace fathom::app {

namespace {

void setIcon(QStyleOptionViewItem& option, const QString& name, const QColor& color) {
    option.icon = widgets::icon(name, color);
    option.features |= QStyleOptionViewItem::HasDecoration;
    option.decorationSize = QSize(14, 14);
}

constexpr int kLeastCurve = 24; // pixels across
constexpr int kCurveMargin = 3;

} // namespace

bool showsCurve(const RunTableModel& model, int column) {
    const auto& fields = model.columns();
    if (column < 0 || column >= static_cast<int>(fields.size())) return false;
    const query::Field& field = fields[static_cast<std::size_t>(column)];
    if (field.kind != query::Field::Kind::Metric) return false;
    const auto first = std::find_if(fields.begin(), fields.end(), [&](const query::Field& other) {
        return other.kind == field.kind && other.name == field.name;
    });
    return first - fields.begin() == column;
}

RunDelegate::RunDelegate(const RunTableModel& model, Sparklines& sparklines, QObject* parent)
    : QStyledItemDelegate(parent), m_model(model), m_sparklines(sparklines) {}

void RunDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    if (showsCurve(m_model, index.column())) paintCurve(painter, option, index);
}

/// In the room that the number leaves.
void RunDelegate::paintCurve(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    const store::Run* run = m_model.run(index.row());
    const QString number = index.data(Qt::DisplayRole).toString();
    if (run == nullptr || number.isEmpty()) return;
    const QFontMetrics& metrics = option.fontMetrics;
    const int usual = metrics.horizontalAdvance(QStringLiteral("0.00000")); // curves of a column end alike
    const int text = std::max(usual, metrics.horizontalAdvance(number)) +
                     metrics.horizontalAdvance(QChar(0x2002)) + 2 * widgets::kGrid;
    const QRect area = option.rect.adjusted(widgets::kGrid, kCurveMargin, -text, -kCurveMargin);
    if (area.width() < kLeastCurve) return;
    const widgets::Colors& colors = widgets::colorsFor(option.palette);
    const query::Field& field = m_model.columns()[static_cast<std::size_t>(index.column())];
    const QPixmap curve =
        m_sparklines.pixmap({run->id, field.name}, area.size(), painter->device()->devicePixelRatioF(),
                            colors.muted, colors.accent);
    if (!curve.isNull()) painter->drawPixmap(area.topLeft(), curve);
}

void RunDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    if (option->displayAlignment.testFlag(Qt::AlignRight))
        option->text.append(QChar(0x2002)); // apart from the next column
    const widgets::Colors& colors = widgets::colorsFor(option->palette);
    if (index.data(RunTableModel::GroupRole).toBool()) {
        option->backgroundBrush = colors.raised;
        return;
    }
    if (const QString icon = index.data(RunTableModel::StateIconRole).toString(); !icon.isEmpty()) {
        const auto mood = static_cast<widgets::Mood>(index.data(RunTableModel::StateMoodRole).toInt());
        const QColor color = widgets::moodColor(mood, option->palette);
        option->palette.setColor(QPalette::Text, color);
        option->palette.setColor(QPalette::HighlightedText, color);
        setIcon(*option, icon, color);
    } else if (index.data(RunTableModel::StarRole).toBool()) {
        setIcon(*option, QStringLiteral("star"), colors.warning);
    }
}

} // namespace fathom::app
