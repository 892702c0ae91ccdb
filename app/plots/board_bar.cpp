// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_bar.h"

#include "app/plots/view_editors.h"
#include "widgets/form_labels.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <QWidgetAction>

namespace fathom::app {

BoardBar::BoardBar(QWidget* parent) : QWidget(parent) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    m_boards = new QComboBox(this);
    m_boards->setAccessibleName(tr("Board"));
    m_boards->setToolTip(tr("Arrangement of plots; kept in the workspace under this name"));
    m_boards->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_boards->setMinimumWidth(9 * widgets::kGrid);
    m_filter = new QLineEdit(this);
    m_filter->setPlaceholderText(tr("Filter plots"));
    m_filter->setAccessibleName(tr("Filter plots"));
    m_filter->setToolTip(tr("Part of a title or metric, or /a regular expression/"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::icon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    m_filter->setMaximumWidth(28 * widgets::kGrid);
    m_axis = new AxisEdit(this);
    m_smoothing = new SmoothingEdit(this);
    layout->addWidget(m_boards);
    layout->addWidget(m_filter, 1);
    layout->addWidget(m_axis);
    layout->addWidget(m_smoothing);
    buildGrouping();
    layout->addWidget(m_grouping);
    layout->addStretch(1);
    m_more = new QToolButton(this);
    m_more->setIcon(widgets::icon(QStringLiteral("more")));
    m_more->setAutoRaise(true);
    m_more->setToolTip(tr("More about this board"));
    m_more->setAccessibleName(tr("More about this board"));
    layout->addWidget(m_more);
    auto* menu = new QMenu(m_more);
    connect(m_more, &QToolButton::clicked, menu, [this, menu] {
        menu->clear();
        menu->addActions(m_menu);
        menu->exec(m_more->mapToGlobal(QPoint(0, m_more->height())));
    });
    connect(m_boards, &QComboBox::textActivated, this, &BoardBar::boardChosen);
    connect(m_filter, &QLineEdit::textChanged, this, &BoardBar::filterChanged);
    connect(m_axis, &AxisEdit::edited, this, &BoardBar::edit);
    connect(m_smoothing, &SmoothingEdit::edited, this, &BoardBar::edit);
}

void BoardBar::buildGrouping() {
    m_grouping = new QPushButton(this);
    m_grouping->setIcon(widgets::icon(QStringLiteral("group")));
    m_grouping->setToolTip(tr("Tell runs apart by values of their config, or average them"));
    auto* panel = new QWidget;
    auto* form = new QFormLayout(panel);
    form->setContentsMargins(2 * widgets::kGrid, widgets::kGrid, 2 * widgets::kGrid, widgets::kGrid);
    const auto addKey = [&](const QString& text) {
        auto* combo = new NameCombo(tr("nothing"), panel);
        combo->setMinimumContentsLength(28);
        combo->setAccessibleName(text);
        form->addRow(text, combo);
        connect(combo, &NameCombo::nameEdited, this, &BoardBar::edit);
        return combo;
    };
    m_color = addKey(tr("Colour by"));
    m_dash = addKey(tr("Dash by"));
    m_facet = addKey(tr("A plot for each"));
    m_average = new QCheckBox(tr("Average runs of one colour and dash"), panel);
    m_spread = new QComboBox(panel);
    m_spread->addItems(
        {tr("None"), tr("Standard deviation"), tr("95 % interval of the mean"), tr("Least to greatest")});
    m_spread->setAccessibleName(tr("Band around the mean"));
    m_joinResumed = new QCheckBox(tr("Resumed runs as one curve"), panel);
    form->addRow(m_average);
    form->addRow(tr("Band"), m_spread);
    form->addRow(m_joinResumed);
    widgets::centerLabels(*form);
    auto* menu = new QMenu(m_grouping);
    auto* action = new QWidgetAction(menu);
    action->setDefaultWidget(panel);
    menu->addAction(action);
    m_grouping->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, m_color, [this] { m_color->setFocus(); });
    connect(m_average, &QCheckBox::toggled, this, &BoardBar::edit);
    connect(m_spread, &QComboBox::activated, this, &BoardBar::edit);
    connect(m_joinResumed, &QCheckBox::toggled, this, &BoardBar::edit);
}

void BoardBar::setSpec(const BoardSpec& spec) {
    m_spec = spec;
    m_spec.plots.clear();
    const QSignalBlocker blockers[] = {QSignalBlocker(m_average), QSignalBlocker(m_joinResumed)};
    m_axis->setValue(spec.view.axis, spec.view.xMetric);
    m_smoothing->setValue(spec.view.smoothing);
    m_color->setName(spec.grouping.colorKey);
    m_dash->setName(spec.grouping.dashKey);
    m_facet->setName(spec.grouping.facetKey);
    m_average->setChecked(spec.grouping.average);
    m_spread->setCurrentIndex(static_cast<int>(spec.grouping.spread));
    m_joinResumed->setChecked(spec.joinResumed);
    showGrouping();
}

void BoardBar::setFacts(const BoardFacts& facts) {
    m_axis->setMetrics(facts.metrics);
    for (NameCombo* combo : {m_color, m_dash, m_facet})
        combo->setNames(facts.configKeys);
    m_grouping->setVisible(facts.runs.size() > 1);
}

void BoardBar::setBoards(const QStringList& names, const QString& current) {
    m_boards->clear();
    m_boards->addItems(names);
    m_boards->setCurrentText(current);
}

QString BoardBar::filter() const {
    return m_filter->text().trimmed();
}

void BoardBar::setFilter(const QString& filter) {
    m_filter->setText(filter);
}

void BoardBar::focusFilter() {
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void BoardBar::setActions(const QList<QAction*>& buttons, const QList<QAction*>& menu) {
    auto* layout = static_cast<QHBoxLayout*>(this->layout());
    for (QAction* action : buttons) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setAccessibleName(action->text());
        button->setAutoRaise(true);
        layout->insertWidget(layout->count() - 1, button);
    }
    m_menu = menu;
}

void BoardBar::edit() {
    m_spec.view.axis = m_axis->axis();
    m_spec.view.xMetric = m_axis->metric();
    m_spec.view.smoothing = m_smoothing->value();
    m_spec.grouping = {.colorKey = m_color->name(),
                       .dashKey = m_dash->name(),
                       .facetKey = m_facet->name(),
                       .average = m_average->isChecked(),
                       .spread = static_cast<widgets::Spread>(m_spread->currentIndex())};
    m_spec.joinResumed = m_joinResumed->isChecked();
    showGrouping();
    Q_EMIT edited(m_spec);
}

void BoardBar::showGrouping() {
    const Grouping& grouping = m_spec.grouping;
    QStringList keys;
    for (const QString& key : {grouping.colorKey, grouping.dashKey, grouping.facetKey})
        if (!key.isEmpty()) keys.append(key.section(QLatin1Char('.'), -1));
    keys.removeDuplicates();
    m_grouping->setText(!keys.isEmpty()    ? tr("By %1").arg(keys.join(QStringLiteral(", ")))
                        : grouping.average ? tr("Mean of all")
                                           : tr("Group"));
    m_spread->setEnabled(grouping.average);
}

} // namespace fathom::app
