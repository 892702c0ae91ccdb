// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/config_tree_pane.h"

#include "app/config_view/config_tree_view.h"
#include "app/models/config_model.h"
#include "widgets/icon.h"
#include "widgets/notice_bar.h"
#include "widgets/theme.h"

#include <QButtonGroup>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

ConfigTreePane::ConfigTreePane(QWidget* parent)
    : QWidget(parent),
      m_model(new ConfigModel(this)),
      m_filter(new ConfigFilter(this)),
      m_error(new widgets::NoticeBar(this)),
      m_disk(new widgets::NoticeBar(this)),
      m_queue(new widgets::NoticeBar(this)) {
    m_filter->setSourceModel(m_model);
    m_tree = new ConfigTreeView(*m_model, *m_filter);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(makeFilterRow());
    layout->addWidget(m_queue);
    layout->addWidget(m_disk);
    layout->addWidget(m_error);
    layout->addWidget(m_tree, 1);
}

QWidget* ConfigTreePane::makeFilterRow() {
    auto* const row = new QWidget;
    auto* const layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    m_filterLine = new QLineEdit;
    m_filterLine->setPlaceholderText(tr("Filter keys, values, layer:edited, file:name"));
    m_filterLine->setAccessibleName(tr("Filter"));
    m_filterLine->setClearButtonEnabled(true);
    m_filterLine->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_filterLine->installEventFilter(this);
    layout->addWidget(m_filterLine, 1);
    m_show = new QButtonGroup(this);
    const QStringList names{tr("All"), tr("Overrides"), tr("Problems"), tr("Differs")};
    const QStringList tips{tr("Every key"), tr("Only keys that an override decides"),
                           tr("Only what is wrong or open"),
                           tr("Only keys that differ from the config on the Differences tab")};
    for (int i = 0; i < names.size(); ++i) {
        auto* const button = new QToolButton;
        button->setText(names[i]);
        button->setToolTip(tips[i]);
        button->setCheckable(true);
        button->setChecked(i == 0);
        button->setAutoRaise(true);
        m_show->addButton(button, i);
        layout->addWidget(button);
    }
    m_show->button(static_cast<int>(ConfigFilter::Show::Differences))->hide();
    connect(m_filterLine, &QLineEdit::textChanged, this, &ConfigTreePane::filterChanged);
    connect(m_show, &QButtonGroup::idClicked, this, &ConfigTreePane::filterChanged);
    return row;
}

void ConfigTreePane::setTree(const ConfigItem& root) {
    m_model->setTree(root);
    m_tree->spanProblems();
}

void ConfigTreePane::setDifferences(const std::optional<QSet<QString>>& paths) {
    const int id = static_cast<int>(ConfigFilter::Show::Differences);
    m_show->button(id)->setVisible(paths.has_value());
    m_filter->setDifferences(paths.value_or(QSet<QString>()));
    if (!paths && m_show->checkedId() == id) setShow(ConfigFilter::Show::All);
}

void ConfigTreePane::setShow(ConfigFilter::Show show) {
    m_show->button(static_cast<int>(show))->setChecked(true);
    filterChanged();
}

void ConfigTreePane::focusFilter() {
    m_filterLine->setFocus();
    m_filterLine->selectAll();
}

bool ConfigTreePane::revealPath(const QString& path) {
    if (m_tree->selectPath(path)) return true;
    if (!m_filter->isActive() || !m_model->indexOf(path).isValid()) return false;
    m_filterLine->clear();
    setShow(ConfigFilter::Show::All);
    return m_tree->selectPath(path);
}

void ConfigTreePane::filterChanged() {
    const QString current = m_tree->currentPath();
    if (!m_filter->isActive()) m_expandedBefore = m_tree->expandedPaths();
    m_filter->setText(m_filterLine->text());
    m_filter->setShow(static_cast<ConfigFilter::Show>(m_show->checkedId()));
    if (m_filter->isActive()) {
        m_tree->expandAll();
    } else {
        m_tree->collapseAll();
        m_tree->expandPaths(m_expandedBefore);
    }
    if (!current.isEmpty()) m_tree->selectPath(current);
    m_tree->spanProblems();
}

bool ConfigTreePane::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_filterLine || event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Escape && !m_filterLine->text().isEmpty()) {
        m_filterLine->clear();
        return true;
    }
    if (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Down) {
        m_tree->setFocus();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace fathom::app
