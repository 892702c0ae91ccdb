// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/vocabulary_pane.h"

#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

VocabularyPane::VocabularyPane(QWidget* parent)
    : QWidget(parent),
      m_model(new VocabularyModel(this)),
      m_proxy(new QSortFilterProxyModel(this)),
      m_filter(new QLineEdit),
      m_count(new QLabel),
      m_table(new QTreeView) {
    m_proxy->setSourceModel(m_model);
    m_proxy->setSortRole(VocabularyModel::SortRole);
    m_proxy->setFilterKeyColumn(VocabularyModel::TokenColumn);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setPlaceholderText(tr("Filter tokens"));
    m_filter->setAccessibleName(tr("Filter tokens"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_table->setModel(m_proxy);
    m_table->setAccessibleName(tr("Tokens"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setItemDelegate(new widgets::RowDelegate(m_table));
    m_table->setFont(widgets::monospace(font()));
    m_table->setSortingEnabled(true);
    m_table->header()->setFont(font());
    m_table->header()->setStretchLastSection(false);
    m_table->header()->setSortIndicator(-1, Qt::AscendingOrder);
    m_proxy->sort(-1);
    const int em = m_table->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    m_table->header()->resizeSection(VocabularyModel::IndexColumn, 10 * em);
    m_table->header()->resizeSection(VocabularyModel::TokenColumn, 30 * em);
    m_table->header()->resizeSection(VocabularyModel::ScoreColumn, 12 * em);
    m_table->header()->resizeSection(VocabularyModel::TypeColumn, 16 * em);
    auto* const row = new QHBoxLayout;
    row->addWidget(m_filter, 1);
    row->addWidget(m_count);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(row);
    layout->addWidget(m_table, 1);
    setFocusProxy(m_table);
    connect(m_filter, &QLineEdit::textChanged, this, &VocabularyPane::filter);
}

void VocabularyPane::setVocabulary(Vocabulary vocabulary) {
    m_model->setVocabulary(std::move(vocabulary));
    m_table->setColumnHidden(VocabularyModel::ScoreColumn, !m_model->hasScores());
    m_table->setColumnHidden(VocabularyModel::TypeColumn, !m_model->hasTypes());
    m_table->setCurrentIndex(m_proxy->index(0, 0));
    filter(m_filter->text());
}

void VocabularyPane::filter(const QString& text) {
    m_proxy->setFilterFixedString(text);
    const bool isAll = m_proxy->rowCount() == m_model->rowCount();
    const QString all = widgets::formatCount(m_model->rowCount());
    m_count->setText(isAll ? (m_model->rowCount() == 1 ? tr("1 token") : tr("%1 tokens").arg(all))
                           : tr("%1 of %2").arg(widgets::formatCount(m_proxy->rowCount()), all));
}

void VocabularyPane::focusFilter() {
    m_filter->setFocus();
    m_filter->selectAll();
}

} // namespace fathom::app
