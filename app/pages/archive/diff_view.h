// SPDX-License-Identifier: GPL-3.0-or-later
// Two archives side by side: only what differs in tensors, config and members.
#pragma once

#include "engine/archive/inspect.h"

#include <QWidget>

class QLabel;
class QStackedWidget;
class QTabWidget;
class QTreeView;

namespace fathom::widgets {
class ElidedLabel;
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class JobRunner;
class PlannedChangeModel;
class TensorDiffModel;

class DiffView : public QWidget {
    Q_OBJECT
public:
    /// Compares in the background, from `before` to `after`: archives, folders or bare checkpoints.
    DiffView(QString before, QString after, JobRunner& jobs, QWidget* parent = nullptr);
    ~DiffView() override;

    [[nodiscard]] bool isSettled() const { return !m_isComparing; }
    /// "3 tensors changed, 120 identical …", or why there is nothing to show.
    [[nodiscard]] QString summary() const;
    /// "before.nemo ↔ after.nemo"
    [[nodiscard]] QString title() const;

private:
    QTreeView* makeTable(QAbstractItemModel* model, int sortRole, const QString& name);
    void compare();
    void cancel();
    void show(const Result<archive::NemoDiff>& diff);
    [[nodiscard]] QString jobKey() const;
    QString m_before;
    QString m_after;
    JobRunner& m_jobs;
    bool m_isComparing = false;
    TensorDiffModel* m_tensors;
    PlannedChangeModel* m_config;
    PlannedChangeModel* m_members;
    widgets::ElidedLabel* m_files;
    QLabel* m_summary;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_message;
    QTabWidget* m_tabs;
};

} // namespace fathom::app
