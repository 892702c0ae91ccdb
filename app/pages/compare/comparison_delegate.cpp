// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/comparison_delegate.h"

#include "app/config_view/layer_badge.h"
#include "app/pages/compare/comparison_model.h"
#include "engine/config/provenance.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QPainter>

namespace fathom::app {

namespace {

constexpr int kBar = 3;

/// By the words that the store keeps.
LayerBadge badgeOf(const QString& layer, const widgets::Colors& colors) {
    using config::Layer;
    static const std::pair<QLatin1String, Layer> layers[] = {
        {QLatin1String("dataclass"), Layer::Dataclass},
        {QLatin1String("yaml"), Layer::Yaml},
        {QLatin1String("group"), Layer::Group},
        {QLatin1String("command line"), Layer::CommandLine},
        {QLatin1String("edited"), Layer::Edited}};
    for (const auto& [name, one] : layers)
        if (layer == name) return badgeOfLayer(static_cast<int>(one), colors);
    return {};
}

} // namespace

void ComparisonDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    const widgets::Colors& c = widgets::colorsFor(option->palette);
    if (index.data(ComparisonModel::HeadingRole).toBool()) {
        option->font.setBold(true);
        option->backgroundBrush = c.raised;
        return;
    }
    const bool isMetric = index.data(ComparisonModel::SectionRole).toInt() ==
                          static_cast<int>(ComparisonSection::Kind::Metrics);
    if (!isMetric || index.column() == 0) option->font = widgets::monospace(option->font);
    option->textElideMode = index.column() == 0 ? Qt::ElideMiddle : Qt::ElideRight;
    if (index.column() == 0) return;
    const bool isMissing = index.data(ComparisonModel::MissingRole).toBool();
    const bool isSame = index.data(ComparisonModel::SameRole).toBool();
    if (isMissing || (isSame && index.column() > 1)) option->palette.setColor(QPalette::Text, c.muted);
    if (isMissing) option->font.setItalic(true);
    if (!isSame && index.column() > 1) option->backgroundBrush = widgets::blend(c.surface, c.accent, 0.13);
    const LayerBadge badge = badgeOf(index.data(ComparisonModel::LayerRole).toString(), c);
    if (badge.icon.isEmpty()) return;
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->icon = widgets::icon(badge.icon, badge.color);
    option->decorationSize = QSize(14, 14);
}

/// What differs has a bar at its left besides the tint.
void ComparisonDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const {
    QStyleOptionViewItem inner(option);
    if (index.column() > 1) { // room between the bar and the text
        QStyleOptionViewItem whole(option);
        initStyleOption(&whole, index);
        painter->fillRect(option.rect, whole.backgroundBrush);
        inner.rect.setLeft(option.rect.left() + kBar + 3);
    }
    QStyledItemDelegate::paint(painter, inner, index);
    if ((option.state & QStyle::State_Selected) != 0 && index.column() > 0) { // the tint would hide it
        painter->setPen(widgets::colorsFor(option.palette).accent);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    if (index.column() < 2 || index.data(ComparisonModel::HeadingRole).toBool() ||
        index.data(ComparisonModel::SameRole).toBool())
        return;
    painter->fillRect(QRect(option.rect.left(), option.rect.top() + 2, kBar, option.rect.height() - 4),
                      widgets::colorsFor(option.palette).accent);
}

} // namespace fathom::app
