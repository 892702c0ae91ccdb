// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/form_parts.h"

#include "widgets/icon.h"
#include "widgets/theme.h"
#include "widgets/wrap_layout.h"

#include <QCoreApplication>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace fathom::app {

using widgets::kGrid;

QPushButton* formButton(const char* icon, const QString& text, const QString& toolTip) {
    auto* const made = new QPushButton(widgets::icon(QLatin1String(icon)), text);
    made->setToolTip(toolTip);
    made->setAutoDefault(false);
    return made;
}

QPushButton* optionsButton(QWidget* options, const QString& toolTip) {
    QPushButton* const made =
        formButton("configure", QCoreApplication::translate("FormParts", "Options"), toolTip);
    made->setCheckable(true);
    options->hide();
    QObject::connect(made, &QPushButton::toggled, options, &QWidget::setVisible);
    return made;
}

QWidget* formBar(std::initializer_list<QWidget*> left, std::initializer_list<QWidget*> right) {
    auto* const bar = new QWidget;
    auto* const row = new widgets::WrapLayout(bar);
    for (QWidget* const widget : left)
        row->addWidget(widget);
    row->addStretch();
    for (QWidget* const widget : right)
        row->addWidget(widget);
    return bar;
}

QHBoxLayout* formFooter(QLabel* count, std::initializer_list<QWidget*> buttons) {
    auto* const row = new QHBoxLayout;
    row->setSpacing(kGrid);
    count->setObjectName(QStringLiteral("count"));
    row->addWidget(count, 1);
    for (QWidget* const button : buttons)
        row->addWidget(button);
    return row;
}

void layOutOptions(QWidget* options, std::initializer_list<FormRow> left,
                   std::initializer_list<FormRow> right) {
    options->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    auto* const row = new QHBoxLayout(options);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(3 * kGrid);
    for (const auto& rows : {left, right}) {
        auto* const column = new QFormLayout;
        column->setVerticalSpacing(kGrid / 2);
        column->setRowWrapPolicy(QFormLayout::WrapLongRows);
        for (const FormRow& it : rows)
            column->addRow(it.label, it.field);
        row->addLayout(column, 1);
    }
}

} // namespace fathom::app
