// SPDX-License-Identifier: GPL-3.0-or-later
// Every run of the workspace in a table: asked for, sorted, grouped, tagged, opened, compared.
#pragma once

#include "app/models/run_table_model.h"
#include "app/pages/runs/run_actions.h"
#include "app/pages/runs/run_columns.h"
#include "app/pages/runs/run_edits.h"
#include "app/pages/runs/table_layout.h"
#include "app/shell/page.h"

#include <QPointer>
#include <QTimer>

namespace fathom::app {

class AppContext;
class ColumnMenus;
class RunsView;

class RunsPage : public Page {
    Q_OBJECT
public:
    explicit RunsPage(AppContext& context, QObject* parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("runs"); }
    [[nodiscard]] QString title() const override { return tr("Runs"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("runs"); }
    [[nodiscard]] QWidget* widget() override;
    [[nodiscard]] QString badge() const override;
    void activated() override;
    void saveState(QSettings& settings) const override;
    void restoreState(QSettings& settings) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] RunTableModel& model() { return m_runs; }
    [[nodiscard]] const RunColumns& columns() const { return m_columns; }

private:
    void build();
    void connectModel();
    void connectView();
    void trigger(QAction* action);
    void apply(const RunListNewsPtr& news);
    void applySchema();
    void updateActions();
    void updateMarks();
    void showCurrent();
    void showContextMenu(const QPoint& at);
    [[nodiscard]] std::vector<store::Run> selected() const;
    [[nodiscard]] const store::Run* current() const;

    void resume(const store::Run& run);
    void copyCommands();
    void toggleMarks();
    void compare();
    void toggleStar();
    void toggleArchived();
    void askForTag();
    void setTags(const store::Run& run, const QStringList& tags);
    void writeNote();
    void togglePanel(bool on);

    AppContext& m_context;
    RunTableModel m_runs;
    RunColumns m_columns;
    RunEdits m_edits;
    RunActions m_actions;
    TableLayout m_layout; ///< as it was restored, until there is a view
    ColumnMenus* m_menus = nullptr;
    QPointer<RunsView> m_view;
    QTimer m_panelDelay;
    bool m_hasColumns = false; ///< of the user, or of a schema
    bool m_settled = false;
};

} // namespace fathom::app
