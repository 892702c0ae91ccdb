// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/table_pane.h"

#include "widgets/icon.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

TablePane::TablePane(const QStringList& headers, const QString& name, const QString& empty, QWidget* parent)
    : QWidget(parent),
      m_model(new QStandardItemModel(this)),
      m_filter(new QSortFilterProxyModel(this)),
      m_search(new QLineEdit(this)),
      m_view(new QTreeView(this)),
      m_empty(empty) {
    m_model->setHorizontalHeaderLabels(headers);
    m_filter->setSourceModel(m_model);
    m_filter->setFilterKeyColumn(-1);
    m_filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_search->setPlaceholderText(tr("Search"));
    m_search->setAccessibleName(tr("Search in %1").arg(name));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_view->setModel(m_filter);
    m_view->setAccessibleName(name);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setItemDelegate(new widgets::RowDelegate(m_view));
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::kGrid, 0, 0);
    layout->addWidget(m_search);
    layout->addWidget(m_view, 1);
    connect(m_search, &QLineEdit::textChanged, m_filter, &QSortFilterProxyModel::setFilterFixedString);
    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const QModelIndex first = index.siblingAtColumn(0);
        Q_EMIT activated(first.data().toString(), first.data(Qt::UserRole + 1));
    });
}

void TablePane::setRows(const QList<QList<QStandardItem*>>& rows) {
    const bool isFirst = m_model->rowCount() == 0;
    m_model->removeRows(0, m_model->rowCount());
    for (const auto& row : rows)
        m_model->appendRow(row);
    m_search->setVisible(!rows.isEmpty());
    m_view->setHeaderHidden(rows.isEmpty());
    if (!isFirst) return; // the user's widths stay
    for (int column = 0; column + 1 < m_model->columnCount(); ++column) {
        m_view->resizeColumnToContents(column);
        m_view->setColumnWidth(column, std::min(m_view->columnWidth(column), width() / 2));
    }
}

int TablePane::rowCount() const {
    return m_model->rowCount();
}

/// Copying takes the row; an empty list says that it is.
bool TablePane::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_view && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        QStringList cells;
        for (int column = 0; column < m_filter->columnCount(); ++column)
            cells.append(m_view->currentIndex().siblingAtColumn(column).data().toString());
        QGuiApplication::clipboard()->setText(cells.join(QLatin1Char('\t')));
        return true;
    }
    const bool isPainted = QWidget::eventFilter(watched, event);
    if (watched != m_view->viewport() || event->type() != QEvent::Paint || m_model->rowCount() > 0)
        return isPainted;
    QPainter painter(m_view->viewport());
    painter.setPen(widgets::colorsFor(this).muted);
    painter.drawText(
        m_view->viewport()->rect().adjusted(widgets::kGrid, 2 * widgets::kGrid, -widgets::kGrid, 0),
        Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_empty);
    return true;
}

} // namespace fathom::app
