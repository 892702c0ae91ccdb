// SPDX-License-Identifier: GPL-3.0-or-later
// One opened archive: what it holds at the left, the chosen part at the right.
#pragma once

#include "app/pages/archive/archive_contents.h"

#include <QWidget>

class QStackedWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace fathom::app {

class ArtifactView;
class JobRunner;
class TensorView;

class ArchiveView : public QWidget {
    Q_OBJECT
public:
    ArchiveView(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs, QWidget* parent = nullptr);

    [[nodiscard]] const ArchiveContents& contents() const { return *m_contents; }
    /// "config", "weights", "artifact NAME", "members" or "safety".
    void showPart(const QString& part);
    [[nodiscard]] QString part() const;
    void focusFilter();

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    void fillParts();
    QTreeWidgetItem* addPart(QTreeWidgetItem* parent, const QString& part, const QString& text,
                             const QString& icon);
    QWidget* makeSummary();
    QWidget* makeConfig();
    QWidget* makeMembers();
    QWidget* makeSafety();
    QWidget* makeProblem(const QString& title, const Error& error);
    QWidget* page(const QString& part);
    void showItem(QTreeWidgetItem* item);
    void showArtifact(const QString& name);

    std::shared_ptr<const ArchiveContents> m_contents;
    JobRunner& m_jobs;
    QTreeWidget* m_parts;
    QStackedWidget* m_stack;
    TensorView* m_tensors = nullptr;
    ArtifactView* m_artifact = nullptr;
    QHash<QString, QWidget*> m_pages; ///< made when first shown
};

} // namespace fathom::app
