// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/alignment_delegate.h"

#include "app/models/sample_model.h"
#include "app/samples/aligned_text.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QPainter>

namespace fathom::app {

void AlignmentDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
    QStyleOptionViewItem background(option);
    initStyleOption(&background, index);
    background.text.clear();
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);
    paintAlignment(*painter, option.rect.adjusted(widgets::kGrid, 4, -widgets::kGrid, -4),
                   index.data(SampleModel::AlignmentRole).value<WordAlignment>(), option.font, option.palette,
                   LineBreaks::None);
}

QSize AlignmentDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {40 * widgets::kGrid, alignedLineHeight(option.font) + 2};
}

} // namespace fathom::app
