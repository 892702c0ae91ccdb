// SPDX-License-Identifier: GPL-3.0-or-later
// The tensors of a checkpoint as a table, with the values of the selected one below.
#pragma once

#include "app/models/tensor_model.h"

#include <QSet>
#include <QWidget>

class QHBoxLayout;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QSplitter;
class QToolButton;
class QTreeView;

namespace fathom::app {

class JobRunner;
class TensorDetail;

class TensorView : public QWidget {
    Q_OBJECT
public:
    explicit TensorView(JobRunner& jobs, QWidget* parent = nullptr);

    /// Other tensors, or the same after an edit: what was current and open stays so where it is still there.
    void setTensors(std::shared_ptr<const StateDict> tensors);
    /// Makes the tensor the current one. False when there is none of that name.
    bool selectTensor(const QString& name);
    /// What the current row stands for as a glob: "encoder.*" of a module; "*" for none.
    [[nodiscard]] QString currentPattern() const;
    /// Offers these in a menu above the table and on its rows.
    void setEditActions(const QList<QAction*>& actions);
    [[nodiscard]] TensorDetail* detail() const { return m_detail; }
    void focusFilter();

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    QWidget* makeBar();
    void makeTable();
    void group(bool on);
    void expandByDefault();
    [[nodiscard]] QSet<QString> openModules() const;
    void openAgain(const QSet<QString>& names);
    void showCurrent();
    void summarizeAll();
    void exportCurrent();
    void filter(const QString& text);
    [[nodiscard]] int currentTensor() const;
    [[nodiscard]] QString jobKey(const char* what) const;

    JobRunner& m_jobs;
    std::shared_ptr<const StateDict> m_tensors;
    TensorModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QTreeView* m_tree;
    TensorDetail* m_detail;
    QHBoxLayout* m_bar = nullptr;
    QLineEdit* m_filter = nullptr;
    QToolButton* m_group = nullptr;
    QPushButton* m_all = nullptr;
};

} // namespace fathom::app
