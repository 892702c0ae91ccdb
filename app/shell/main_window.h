// SPDX-License-Identifier: GPL-3.0-or-later
// The window: hosts the pages and wires them to the bridge. It owns no data.
#pragma once

#include "app/models/run_news.h"

#include <QHash>
#include <QWidget>

#include <memory>
#include <vector>

class QPushButton;
class QStackedWidget;

namespace fathom::app {

class AppContext;
class CommandPalette;
class Page;
class Rail;
class RunStatusBar;
class SqlWindow;

class MainWindow : public QWidget {
    Q_OBJECT
public:
    /// The pages come in the order of the rail. They and the context outlive the window.
    MainWindow(AppContext& context, std::vector<std::unique_ptr<Page>>& pages, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Brings a page up; an unknown id is ignored.
    void showPage(const QString& pageId);
    [[nodiscard]] QString currentPage() const;
    /// .yaml and .yml go to Configure, figures to Compare, everything else to Archive.
    void openFile(const QString& path);
    /// Puts a line between the pages and the status bar.
    void addBar(QWidget* bar);
    /// Makes the widgets of pages that were not shown yet, one per turn of the event loop.
    void buildPagesWhenIdle();

Q_SIGNALS:
    /// Once, when the first frame was painted.
    void firstPainted();
    /// Files and folders that no page opens were dropped on the window.
    void importRequested(const QStringList& paths);

protected:
    void closeEvent(QCloseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build();
    [[nodiscard]] QWidget* buildHeader();
    void connectContext();
    void addActions();
    void chooseFile();
    void openSql();
    void adoptAction(QAction* action);
    void ensureWidget(std::size_t index);
    void showIndex(std::size_t index);
    [[nodiscard]] std::size_t indexOf(const QString& pageId) const;
    [[nodiscard]] QList<QAction*> paletteActions() const;
    [[nodiscard]] QString titleInPalette(const QAction* action) const;
    void presentPalette();
    void rememberRuns(const RunListNewsPtr& news);
    void saveState();
    void restoreGeometryAndPage();

    AppContext& m_context;
    std::vector<std::unique_ptr<Page>>& m_pages;
    Rail* m_rail = nullptr;
    QStackedWidget* m_stack = nullptr;
    RunStatusBar* m_status = nullptr;
    CommandPalette* m_palette = nullptr;
    SqlWindow* m_sql = nullptr;      ///< made when it is first asked for
    std::vector<QWidget*> m_widgets; ///< null until the page is built
    std::vector<bool> m_wasShown;
    std::size_t m_current = 0;
    bool m_painted = false;
    struct KnownRun {
        QString title{};
        store::RunState state{};
    };
    QHash<qint64, KnownRun> m_runs; ///< what the palette can find
};

} // namespace fathom::app
