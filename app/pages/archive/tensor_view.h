// SPDX-License-Identifier: GPL-3.0-or-later
// The tensors of a checkpoint as a table, with the values of the selected one below.
#pragma once

#include "app/models/tensor_model.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QToolButton;
class QTreeView;

namespace fathom::widgets {
class Histogram;
}

namespace fathom::app {

class JobRunner;

class TensorView : public QWidget {
    Q_OBJECT
public:
    TensorView(std::shared_ptr<const archive::Checkpoint> checkpoint, JobRunner& jobs,
               QWidget* parent = nullptr);
    void focusFilter();

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    QWidget* makeBar();
    QWidget* makeDetails();
    void group(bool on);
    void showCurrent();
    void showSummary(int tensor);
    void summarizeAll();
    void exportCurrent();
    void filter(const QString& text);
    [[nodiscard]] int currentTensor() const;
    [[nodiscard]] QString jobKey(const char* what) const;

    std::shared_ptr<const archive::Checkpoint> m_checkpoint;
    JobRunner& m_jobs;
    TensorModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QTreeView* m_tree;
    QLineEdit* m_filter = nullptr;
    QToolButton* m_group = nullptr;
    QPushButton* m_all = nullptr;
    QPushButton* m_export = nullptr;
    QLabel* m_name = nullptr;
    QLabel* m_numbers = nullptr;
    widgets::Histogram* m_histogram = nullptr;
};

} // namespace fathom::app
