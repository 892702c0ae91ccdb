// SPDX-License-Identifier: GPL-3.0-or-later
// Bringing runs of other programs into the workspace from the window: TensorBoard, CSV, Lightning, MLflow,
// W&B, another workspace.
#pragma once

#include <QObject>
#include <QStringList>

class QWidget;

namespace fathom::app {

class AppContext;

/// Adds the actions `runs.import.files` and `runs.import.folder`. The import runs in the background; the
/// window sees the runs come as it sees those of another process.
class ImportActions : public QObject {
    Q_OBJECT
public:
    /// The dialogs stand over `window`, which outlives this.
    ImportActions(AppContext& context, QWidget* window, QObject* parent = nullptr);

    /// Imports each; at the end one status message tells what came in.
    void importPaths(const QStringList& paths);

Q_SIGNALS:
    /// What could not be imported, a line each; nobody connected: a dialog says it.
    void failed(const QString& problems);

private:
    void chooseFiles();
    void chooseFolder();
    void rememberFolder(const QString& path);
    [[nodiscard]] QString lastFolder() const;

    AppContext& m_context;
    QWidget* m_window;
};

} // namespace fathom::app
