// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens as a table that sorts and filters.
#pragma once

#include "app/models/vocabulary.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTreeView;

namespace fathom::app {

class VocabularyPane : public QWidget {
    Q_OBJECT
public:
    explicit VocabularyPane(QWidget* parent = nullptr);
    void setVocabulary(Vocabulary vocabulary);
    void focusFilter();

private:
    void filter(const QString& text);
    VocabularyModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QLineEdit* m_filter;
    QLabel* m_count;
    QTreeView* m_table;
};

} // namespace fathom::app
