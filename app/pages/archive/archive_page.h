// SPDX-License-Identifier: GPL-3.0-or-later
// Archive: what is in a `.nemo` or a checkpoint, without running anything of it.
#pragma once

#include "app/pages/archive/archive_actions.h"
#include "app/pages/archive/archive_contents.h"
#include "app/shell/page.h"

#include <QHash>
#include <QPointer>
#include <QStringList>

class QAction;
class QMenu;
class QStackedWidget;
class QTabWidget;

namespace fathom::app {

class AppContext;
class ArchiveView;

class ArchivePage : public Page {
    Q_OBJECT
public:
    explicit ArchivePage(AppContext& context, QObject* parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("archive"); }
    [[nodiscard]] QString title() const override { return tr("Archive"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("archive"); }
    [[nodiscard]] QWidget* widget() override;
    void activated() override;
    void saveState(QSettings& settings) const override;
    void restoreState(QSettings& settings) override;
    /// "●" while an archive has unsaved edits.
    [[nodiscard]] QString badge() const override;
    /// Asks about unsaved edits, archive by archive.
    [[nodiscard]] bool mayClose() override;
    [[nodiscard]] bool isSettled() const override;

    /// Opens the file in a tab of its own, or brings its tab to the front.
    void open(const QString& file);
    /// Compares two files in a tab of their own.
    void diff(const QString& before, const QString& after);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Opening;
    QWidget* makeWidget();
    void addActions();
    void chooseFile();
    void chooseDiff();
    void showOpening(const QString& file);
    void show(const QString& file, const Result<std::shared_ptr<const ArchiveContents>>& contents);
    void showView(const QString& file, std::shared_ptr<const ArchiveContents> contents);
    /// `file` is empty for a tab of no file of its own.
    void addTab(QWidget* page, const QString& file, const QString& title);
    void showTitle(ArchiveView* view);
    void requestClose(int index);
    void closeTab(QWidget* page);
    void remember(const QString& file);
    void showRecent();
    void frontChanged();
    [[nodiscard]] ArchiveView* front() const;
    [[nodiscard]] QList<ArchiveView*> views() const;
    [[nodiscard]] QStringList openFiles() const;

    AppContext& m_context;
    QPointer<QWidget> m_widget;
    QStackedWidget* m_stack = nullptr;
    QTabWidget* m_tabs = nullptr;
    QMenu* m_recentMenu = nullptr;
    std::optional<ArchiveActions> m_actions;
    QStringList m_recent;
    QStringList m_wanted;                               ///< asked for before the widget existed
    QHash<QString, std::shared_ptr<Opening>> m_opening; ///< by path
};

} // namespace fathom::app
