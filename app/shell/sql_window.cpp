// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/sql_window.h"

#include "app/bridge/job_runner.h"
#include "app/shell/app_context.h"
#include "engine/base/file.h"
#include "engine/exchange/sql_console.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/notice_bar.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QTableView>
#include <QTextBlock>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace fathom::app {

using widgets::kGrid;

namespace {

constexpr std::size_t kMostRows = 100'000; ///< that are kept and shown
constexpr int kMostHistory = 50;
constexpr int kHistoryLetters = 80;
constexpr int kMostLetters = 48; ///< of a column until it is widened

QString historyKey() {
    return QStringLiteral("sql/history");
}

const char* const kTables = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
                            "AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name";

} // namespace

SqlWindow::SqlWindow(AppContext& context, QWidget* parent)
    : QDialog(parent),
      m_context(context),
      m_text(new QPlainTextEdit),
      m_run(new QPushButton(widgets::icon(QStringLiteral("play")), tr("Run"))),
      m_stopButton(new QPushButton(widgets::icon(QStringLiteral("stop")), tr("Stop"))),
      m_export(new QPushButton(widgets::icon(QStringLiteral("export")), tr("Export CSV…"))),
      m_historyMenu(new QMenu(this)),
      m_tablesMenu(new QMenu(this)),
      m_caption(new QLabel),
      m_notice(new widgets::NoticeBar),
      m_result(new SqlResult(this)),
      m_table(new QTableView) {
    setWindowTitle(tr("SQL console"));
    m_text->setFont(widgets::monospace(font()));
    m_text->setPlaceholderText(tr("SELECT name, number, state FROM runs ORDER BY id DESC LIMIT 20"));
    m_text->setAccessibleName(tr("SQL"));
    m_text->setTabChangesFocus(true);
    m_table->setModel(m_result);
    m_table->setItemDelegate(new widgets::RowDelegate(m_table));
    m_table->setAccessibleName(tr("Rows"));
    m_table->setWordWrap(false);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false); // Tab leaves it
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kGrid);
    auto* const top = new QWidget;
    auto* const column = new QVBoxLayout(top);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_text, 1);
    column->addWidget(m_notice);
    column->addWidget(buildBar());
    auto* const split = new QSplitter(Qt::Vertical);
    split->addWidget(top);
    split->addWidget(m_table);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(split);
    auto* const copy = new QShortcut(QKeySequence::Copy, m_table, nullptr, nullptr, Qt::WidgetShortcut);
    connect(copy, &QShortcut::activated, this, &SqlWindow::copyCells);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        enableButtons();
        if (m_errorLine == 0) return;
        m_errorLine = 0;
        m_text->setExtraSelections({});
        m_notice->hide();
    });
    widgets::resizeToFit(*this, {960, 640});
    enableButtons();
    fillHistory();
    fillTables();
}

SqlWindow::~SqlWindow() {
    m_stop.request_stop();
}

QWidget* SqlWindow::buildBar() {
    auto* const bar = new QWidget;
    auto* const history = new QPushButton(tr("History"));
    history->setMenu(m_historyMenu);
    auto* const tables = new QPushButton(tr("Tables"));
    tables->setMenu(m_tablesMenu);
    tables->setToolTip(tr("What there is to ask for; docs/schema.md says what it means"));
    m_run->setToolTip(tr("Run the selection, or all (Ctrl+Return)"));
    m_run->setShortcut(Qt::CTRL | Qt::Key_Return);
    m_caption->setFont(widgets::captionFont(font()));
    auto* const row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    for (QPushButton* const button : {m_run, m_stopButton, history, tables}) {
        button->setAutoDefault(false);
        row->addWidget(button);
    }
    row->addWidget(m_caption, 1);
    row->addWidget(m_export);
    m_export->setAutoDefault(false);
    connect(m_run, &QPushButton::clicked, this, &SqlWindow::run);
    connect(m_stopButton, &QPushButton::clicked, this, &SqlWindow::stop);
    connect(m_export, &QPushButton::clicked, this, &SqlWindow::chooseCsv);
    return bar;
}

void SqlWindow::setText(const QString& sql) {
    QTextCursor all(m_text->document());
    all.select(QTextCursor::Document);
    all.insertText(sql); // which Undo takes back
    m_text->moveCursor(QTextCursor::End);
    m_text->setFocus();
}

void SqlWindow::enableButtons() {
    m_run->setEnabled(!m_isBusy && !m_text->toPlainText().trimmed().isEmpty());
    m_stopButton->setEnabled(m_isBusy);
    m_export->setEnabled(m_result->columnCount() > 0);
}

void SqlWindow::run() {
    const QTextCursor cursor = m_text->textCursor();
    const bool isPart = cursor.hasSelection();
    QString sql = isPart ? cursor.selectedText() : m_text->toPlainText();
    sql.replace(QChar::ParagraphSeparator, QLatin1Char('\n'));
    if (m_isBusy || sql.trimmed().isEmpty()) return;
    const int firstLine = isPart ? m_text->document()->findBlock(cursor.selectionStart()).blockNumber() : 0;
    m_isBusy = true;
    m_stop = {};
    enableButtons();
    m_notice->hide();
    m_caption->setText(tr("Running …"));
    remember(sql);
    m_context.jobs().run(
        {}, this,
        [workspace = m_context.workspace(), text = sql.toStdString(),
         cancel = m_stop](const std::stop_token& closing) mutable {
            const std::stop_callback ending(closing, [&] { cancel.request_stop(); });
            Answer answer;
            const auto start = std::chrono::steady_clock::now();
            auto console = exchange::SqlConsole::open(workspace);
            if (!console) {
                answer.status = fail(console.error());
                return answer;
            }
            SqlRows& rows = *answer.rows;
            answer.status = console->run(
                text,
                {.columns = [&](const std::vector<std::string>& columns) { rows = {.columns = columns}; },
                 .row =
                     [&](const std::vector<Value>& row) {
                         rows.isCut = rows.rows.size() == kMostRows;
                         if (!rows.isCut) rows.rows.push_back(row);
                         return !rows.isCut;
                     }},
                {.stop = cancel.get_token()});
            answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            return answer;
        },
        [this, firstLine](const Answer& answer) { take(answer, firstLine); });
}

void SqlWindow::keyPressEvent(QKeyEvent* event) {
    if (m_isBusy && event->key() == Qt::Key_Escape) return stop();
    QDialog::keyPressEvent(event);
}

void SqlWindow::stop() {
    m_stop.request_stop();
}

void SqlWindow::take(const Answer& answer, int firstLine) {
    m_isBusy = false;
    if (!answer.status) showError(answer.status.error(), firstLine);
    if (!answer.status && answer.rows->columns.empty()) { // the rows of before stay
        m_caption->setText(m_result->columnCount() > 0 ? tr("The rows of before") : QString());
        return enableButtons();
    }
    m_result->setRows(answer.rows);
    fitColumns();
    enableButtons();
    const auto rows = static_cast<qint64>(answer.rows->rows.size());
    const QString count = rows == 1 ? tr("1 row") : tr("%1 rows").arg(widgets::formatCount(rows));
    const QString time = answer.seconds < 1 ? tr("%1 ms").arg(answer.seconds * 1e3, 0, 'f', 0)
                                            : widgets::formatDuration(answer.seconds);
    m_caption->setText(answer.rows->isCut ? tr("The first %1 in %2").arg(count, time)
                                          : tr("%1 in %2").arg(count, time));
}

/// To what is in them, though a long text does not push the others out of sight.
void SqlWindow::fitColumns() {
    m_table->resizeColumnsToContents();
    const int most = kMostLetters * m_table->fontMetrics().averageCharWidth();
    for (int column = 0; column < m_result->columnCount(); ++column)
        if (m_table->columnWidth(column) > most) m_table->setColumnWidth(column, most);
}

void SqlWindow::showError(const Error& error, int firstLine) {
    m_errorLine = error.line > 0 ? firstLine + error.line : 0;
    const QString why = QString::fromStdString(error.why);
    m_notice->present(widgets::NoticeBar::Kind::Error,
                      m_errorLine > 0 ? tr("Line %1: %2").arg(m_errorLine).arg(why) : why, {}, {});
    if (m_errorLine > 0) markLine(m_errorLine);
}

/// And puts the cursor there.
void SqlWindow::markLine(int line) {
    const QTextBlock block = m_text->document()->findBlockByNumber(line - 1);
    QTextCursor cursor(block);
    QTextEdit::ExtraSelection mark;
    const widgets::Colors& colors = widgets::colorsFor(this);
    mark.format.setBackground(widgets::blend(colors.surface, colors.error, 0.2));
    mark.format.setProperty(QTextFormat::FullWidthSelection, true);
    mark.cursor = cursor;
    m_text->setExtraSelections({mark});
    if (!m_text->textCursor().hasSelection()) m_text->setTextCursor(cursor);
    m_text->setFocus();
}

QString SqlWindow::error() const {
    return m_notice->isHidden() ? QString() : m_notice->text();
}

QStringList SqlWindow::history() const {
    return m_context.settings().value(historyKey()).toStringList();
}

/// The newest first.
void SqlWindow::remember(const QString& sql) {
    QStringList all = history();
    all.removeAll(sql.trimmed());
    all.prepend(sql.trimmed());
    m_context.settings().setValue(historyKey(), all.mid(0, kMostHistory));
    fillHistory();
}

void SqlWindow::fillHistory() {
    m_historyMenu->clear();
    for (const QString& sql : history()) {
        QString line = sql.simplified();
        if (line.size() > kHistoryLetters) line = line.left(kHistoryLetters) + QStringLiteral(" …");
        m_historyMenu->addAction(line.replace(QLatin1Char('&'), QStringLiteral("&&")), this,
                                 [this, sql] { setText(sql); });
    }
    if (m_historyMenu->isEmpty()) m_historyMenu->addAction(tr("Nothing yet"))->setEnabled(false);
}

void SqlWindow::fillTables() {
    m_context.jobs().run(
        {}, this,
        [workspace = m_context.workspace()](const std::stop_token&) {
            QStringList names;
            if (auto console = exchange::SqlConsole::open(workspace))
                (void)console->run(kTables, {.row = [&](const std::vector<Value>& row) {
                                       names.append(QString::fromStdString(row.front().asString()));
                                       return true;
                                   }});
            return names;
        },
        [this](const QStringList& names) {
            for (const QString& name : names)
                m_tablesMenu->addAction(name, this, [this, name] {
                    setText(QStringLiteral("SELECT * FROM %1 LIMIT 100").arg(name));
                });
            if (names.isEmpty()) m_tablesMenu->addAction(tr("No runs yet"))->setEnabled(false);
        });
}

void SqlWindow::chooseCsv() {
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Export CSV"), QDir::home().filePath(QStringLiteral("rows.csv")), tr("CSV (*.csv)"));
    if (!file.isEmpty()) writeCsv(file);
}

void SqlWindow::writeCsv(const QString& file) {
    m_context.jobs().run(
        {}, this,
        [rows = m_result->rows(), path = file.toStdString()](const std::stop_token&) {
            return writeFileAtomically(path, toCsv(*rows));
        },
        [this, file](const Status& written) {
            if (written)
                m_caption->setText(tr("Written to %1").arg(file));
            else
                showError(written.error(), 0);
        });
}

/// As lines of cells with tabs between, as spreadsheets take them.
void SqlWindow::copyCells() {
    QModelIndexList cells = m_table->selectionModel()->selectedIndexes();
    std::sort(cells.begin(), cells.end());
    QString text;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        if (i > 0) text += cells[i].row() == cells[i - 1].row() ? QLatin1Char('\t') : QLatin1Char('\n');
        text += cells[i].data().toString();
    }
    QGuiApplication::clipboard()->setText(text);
}

} // namespace fathom::app
