// SPDX-License-Identifier: GPL-3.0-or-later
// Bringing runs of other programs into the workspace from the window: TensorBoard, CSV, Lightning, MLflow,
// W&B, another workspace.
#pragma once

#include "engine/exchange/source.h"

#include <QObject>
#include <QPointer>
#include <QStringList>

#include <stop_token>
#include <vector>

class QWidget;

namespace fathom::app {

class AppContext;
class ImportBar;

/// Adds the actions `runs.import.files`, `runs.import.folder` and `runs.merge`. Imports run in the
/// background, one after the other; the window sees the runs come as it sees those of another process.
class ImportActions : public QObject {
    Q_OBJECT
public:
    /// The dialogs stand over `window`, which outlives this.
    ImportActions(AppContext& context, QWidget* window, QObject* parent = nullptr);
    ~ImportActions() override;

    /// Imports each, after what is being imported. A format is detected unless it is given.
    void importPaths(const QStringList& paths, std::optional<exchange::Format> format = {});
    /// Tells how it goes; for the window to show.
    [[nodiscard]] ImportBar* bar() const { return m_bar; }

private:
    struct Order {
        QStringList paths{};
        std::optional<exchange::Format> format{};
    };
    void chooseFiles();
    void chooseFolder();
    void chooseWorkspace();
    void startNext();
    void rememberFolder(const QString& path);
    [[nodiscard]] QString lastFolder() const;

    AppContext& m_context;
    QWidget* m_window;
    QPointer<ImportBar> m_bar;
    std::vector<Order> m_waiting;
    std::stop_source m_stop; ///< of what is being imported
    QStringList m_summaries; ///< of those that are done while others wait
    QStringList m_problems;
};

} // namespace fathom::app
