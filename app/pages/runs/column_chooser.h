// SPDX-License-Identifier: GPL-3.0-or-later
// Which columns the table shows: everything a run has, to be searched and ticked. What is ticked shows at
// once.
#pragma once

#include "engine/query/field.h"

#include <QDialog>

class QLineEdit;
class QStandardItem;
class QStandardItemModel;
class QTreeView;

namespace fathom::app {

class ColumnChooser : public QDialog {
    Q_OBJECT
public:
    ColumnChooser(const query::Schema& schema, std::vector<query::Field> chosen, QWidget* parent);

    [[nodiscard]] const std::vector<query::Field>& chosen() const { return m_chosen; }
    [[nodiscard]] QLineEdit& search() const { return *m_search; }

Q_SIGNALS:
    /// Ticked or unticked: new ones come last.
    void chosenChanged();
    void defaultsRequested();

private:
    /// From the search to the first of what it found.
    void enterTree();
    void fill(const query::Schema& schema);
    void fillMetrics(const std::vector<std::string>& metrics);
    void fillBest(const std::vector<std::string>& metrics);
    QStandardItem* addSection(const QString& title);
    void addField(QStandardItem* parent, const query::Field& field, const QString& text,
                  const QString& detail);
    void take(QStandardItem* item);

    std::vector<query::Field> m_chosen;
    std::vector<query::Field> m_fields; ///< by the number that an item carries
    QStandardItemModel* m_model;
    QLineEdit* m_search;
    QTreeView* m_tree;
};

} // namespace fathom::app
