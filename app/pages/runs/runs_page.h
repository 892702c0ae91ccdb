// SPDX-License-Identifier: GPL-3.0-or-later
// Every run of the workspace in a table.
#pragma once

#include "app/models/run_filter_model.h"
#include "app/models/run_table_model.h"
#include "app/shell/page.h"

#include <QPointer>

class QAction;
class QLabel;
class QLineEdit;
class QStackedWidget;
class QTableView;

namespace fathom::app {

class AppContext;

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
    [[nodiscard]] bool isSettled() const override { return m_settled; }

private:
    void addActions();
    void build();
    void buildTable(QWidget* parent);
    void apply(const RunListNewsPtr& news);
    void updateCaption();
    void updateActions();
    [[nodiscard]] const RunRow* current() const;
    void openRun();
    void openFolder();
    void copyCommand();
    void openArchive();

    AppContext& m_context;
    RunTableModel m_runs;
    RunFilterModel m_filter;
    QAction* m_open = nullptr;
    QAction* m_folder = nullptr;
    QAction* m_copy = nullptr;
    QAction* m_archive = nullptr;
    QPointer<QStackedWidget> m_stack;
    QPointer<QTableView> m_table;
    QPointer<QLineEdit> m_line;
    QPointer<QLabel> m_caption;
    bool m_settled = false;
};

} // namespace fathom::app
