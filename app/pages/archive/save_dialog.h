// SPDX-License-Identifier: GPL-3.0-or-later
// What saving will do, before it does: every change, what a restore would stumble over, and how the file is
// written.
#pragma once

#include "app/pages/archive/archive_saver.h"

#include <QDialog>

class QLabel;
class QListWidget;
class QPushButton;
class QTreeView;

namespace fathom::app {

class PlannedChangeModel;

class SaveDialog : public QDialog {
    Q_OBJECT
public:
    /// `preview` comes later; until then Save waits.
    explicit SaveDialog(const QString& target, QWidget* parent = nullptr);
    void setPreview(const SavePreview& preview);
    [[nodiscard]] const QString& target() const { return m_target; }

private:
    void showFindings(const std::vector<archive::Finding>& findings);
    void showProblem(const QString& text);
    void showPlan(const Result<archive::SavePlan>& plan);
    QString m_target;
    PlannedChangeModel* m_model;
    QLabel* m_title;
    QTreeView* m_changes;
    QListWidget* m_findings;
    QLabel* m_plan;
    QPushButton* m_save = nullptr;
};

} // namespace fathom::app
