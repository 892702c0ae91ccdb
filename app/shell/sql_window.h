// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the workspace's database in SQL, which cannot change it (docs/schema.md has the tables).
#pragma once

#include "app/shell/sql_result.h"
#include "engine/base/result.h"

#include <QDialog>

#include <memory>
#include <stop_token>

class QLabel;
class QMenu;
class QPlainTextEdit;
class QPushButton;
class QTableView;

namespace fathom::widgets {
class NoticeBar;
} // namespace fathom::widgets

namespace fathom::app {

class AppContext;

/// Not modal. Questions run in the background, one at a time.
class SqlWindow : public QDialog {
    Q_OBJECT
public:
    explicit SqlWindow(AppContext& context, QWidget* parent = nullptr);
    ~SqlWindow() override;

    void setText(const QString& sql);
    /// The selected statements, or all: of several that have rows the last one's are shown.
    void run();
    void stop();
    [[nodiscard]] bool isBusy() const { return m_isBusy; }
    [[nodiscard]] const SqlResult& answer() const { return *m_result; }
    [[nodiscard]] QString error() const;
    /// Of the text, from 1: where the error is; 0: none.
    [[nodiscard]] int errorLine() const { return m_errorLine; }
    [[nodiscard]] QStringList history() const;
    /// Said in the status bar of the window when done.
    void writeCsv(const QString& file);

protected:
    /// Escape ends a question that runs, and else closes the window; the text stays.
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Answer {
        std::shared_ptr<SqlRows> rows = std::make_shared<SqlRows>();
        Status status{};
        double seconds = 0;
    };
    [[nodiscard]] QWidget* buildBar();
    void enableButtons();
    void fitColumns();
    void take(const Answer& answer, int firstLine);
    void showError(const Error& error, int firstLine);
    void markLine(int line);
    void remember(const QString& sql);
    void fillHistory();
    void fillTables();
    void chooseCsv();
    void copyCells();

    AppContext& m_context;
    QPlainTextEdit* m_text;
    QPushButton* m_run;
    QPushButton* m_stopButton;
    QPushButton* m_export;
    QMenu* m_historyMenu;
    QMenu* m_tablesMenu;
    QLabel* m_caption;
    widgets::NoticeBar* m_notice;
    SqlResult* m_result;
    QTableView* m_table;
    std::stop_source m_stop;
    bool m_isBusy = false;
    int m_errorLine = 0;
};

} // namespace fathom::app
