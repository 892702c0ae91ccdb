// SPDX-License-Identifier: GPL-3.0-or-later
// A list of a few columns with a line to search it: config, environment, artifacts, metrics of one run.
#pragma once

#include <QStringList>
#include <QWidget>

class QLineEdit;
class QSortFilterProxyModel;
class QStandardItem;
class QStandardItemModel;
class QTreeView;

namespace fathom::app {

class TablePane : public QWidget {
    Q_OBJECT
public:
    /// `empty` is said where there are no rows.
    TablePane(const QStringList& headers, const QString& name, const QString& empty,
              QWidget* parent = nullptr);

    /// Rows of items, owned by the pane from here on.
    void setRows(const QList<QList<QStandardItem*>>& rows);
    [[nodiscard]] int rowCount() const;
    [[nodiscard]] QTreeView& view() const { return *m_view; }

Q_SIGNALS:
    /// Text of the first column, and its user data.
    void activated(const QString& text, const QVariant& data);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QStandardItemModel* m_model;
    QSortFilterProxyModel* m_filter;
    QLineEdit* m_search;
    QTreeView* m_view;
    QString m_empty;
};

} // namespace fathom::app
