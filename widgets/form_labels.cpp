// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form_labels.h"

#include <QFormLayout>
#include <QWidget>

namespace fathom::widgets {

void centerLabels(QFormLayout& form) {
    for (int row = 0; row < form.rowCount(); ++row) {
        const QLayoutItem* label = form.itemAt(row, QFormLayout::LabelRole);
        const QLayoutItem* field = form.itemAt(row, QFormLayout::FieldRole);
        if (label == nullptr || field == nullptr || label->widget() == nullptr) continue;
        label->widget()->setMinimumHeight(field->sizeHint().height());
    }
}

} // namespace fathom::widgets
