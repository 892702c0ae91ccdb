// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/command_palette.h"
#include "app/shell/main_window.h"
#include "app/shell/page.h"
#include "app/shell/palette_model.h"
#include "app/shell/run_status_bar.h"
#include "app/shell/shortcuts_dialog.h"
#include "app/shell/startup.h"
#include "app/shell/theme_actions.h"
#include "tests/app/page_fixture.h"
#include "tests/app/run_fixture.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTreeWidget>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

class FakePage : public Page {
public:
    explicit FakePage(QString name) : m_name(std::move(name)) {}
    [[nodiscard]] QString id() const override { return m_name; }
    [[nodiscard]] QString title() const override { return m_name; }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("train"); }
    [[nodiscard]] QWidget* widget() override {
        if (!m_widget) m_widget = new QLineEdit;
        return m_widget;
    }
    void saveState(QSettings& settings) const override {
        settings.setValue(QStringLiteral("text"), m_widget->text());
    }
    void restoreState(QSettings& settings) override {
        m_widget->setText(settings.value(QStringLiteral("text")).toString());
    }
    [[nodiscard]] bool mayClose() override { return m_mayClose; }

    QPointer<QLineEdit> m_widget;
    bool m_mayClose = true;

private:
    QString m_name;
};

std::vector<std::unique_ptr<Page>> fakePages() {
    std::vector<std::unique_ptr<Page>> pages;
    for (const char* name : {"configure", "train", "archive"})
        pages.push_back(std::make_unique<FakePage>(QLatin1String(name)));
    return pages;
}

/// A window on its own services; settings outlive it.
struct Desk {
    explicit Desk(QSettings& settings, const QString& folder)
        : engine(folder.toStdString()),
          context({.actions = actions, .jobs = jobs, .engine = engine, .settings = settings},
                  folder.toStdString()),
          themes(actions, settings, &context),
          pages(fakePages()),
          window(context, pages) {}
    FakePage& page(std::size_t index) { return static_cast<FakePage&>(*pages[index]); }

    ActionRegistry actions;
    JobRunner jobs;
    EngineBridge engine;
    AppContext context;
    ThemeActions themes;
    std::vector<std::unique_ptr<Page>> pages;
    MainWindow window;
};

} // namespace

class TestShell : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<QSettings>(m_folder->filePath(QStringLiteral("settings.ini")),
                                                 QSettings::IniFormat);
    }

    void onlyTheFirstPageIsBuilt_beforeTheFirstPaint() {
        Desk desk(*m_settings, m_folder->path());
        QVERIFY(desk.page(0).m_widget);
        QVERIFY(!desk.page(1).m_widget);
        QSignalSpy painted(&desk.window, &MainWindow::firstPainted);
        desk.window.show();
        QTRY_COMPARE(painted.count(), 1);
        desk.window.buildPagesWhenIdle();
        QTRY_VERIFY(desk.page(2).m_widget);
    }

    void keysChangeThePage() {
        Desk desk(*m_settings, m_folder->path());
        desk.window.show();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        QTest::keyClick(&desk.window, Qt::Key_3, Qt::ControlModifier);
        QCOMPARE(desk.window.currentPage(), QStringLiteral("archive"));
    }

    void reopensWhereItWasLeft() {
        {
            Desk desk(*m_settings, m_folder->path());
            desk.window.resize(1000, 700);
            desk.window.show();
            desk.window.showPage(QStringLiteral("train"));
            desk.page(1).m_widget->setText(QStringLiteral("kept"));
            QVERIFY(desk.window.close());
        }
        Desk desk(*m_settings, m_folder->path());
        QCOMPARE(desk.window.currentPage(), QStringLiteral("train"));
        QCOMPARE(desk.page(1).m_widget->text(), QStringLiteral("kept"));
        QCOMPARE(desk.window.size(), QSize(1000, 700));
    }

    void pageThatWasNeverShown_leavesWhatWasSaved() {
        const QString key = QStringLiteral("train/text"), kept = QStringLiteral("as it was left");
        m_settings->setValue(key, kept);
        Desk desk(*m_settings, m_folder->path());
        desk.window.show();
        desk.window.buildPagesWhenIdle();
        QTRY_VERIFY(desk.page(1).m_widget);
        desk.page(1).m_widget->setText(QStringLiteral("sizes of no window"));
        QVERIFY(desk.window.close());
        QCOMPARE(m_settings->value(key).toString(), kept);
    }

    void aPageCanKeepTheWindowOpen() {
        Desk desk(*m_settings, m_folder->path());
        desk.window.show();
        desk.page(0).m_mayClose = false;
        QVERIFY(!desk.window.close());
    }

    void filesGoToThePageOfTheirKind() {
        Desk desk(*m_settings, m_folder->path());
        QSignalSpy configs(&desk.context, &AppContext::configFileOpened);
        QSignalSpy archives(&desk.context, &AppContext::archiveFileOpened);
        Q_EMIT desk.context.openFileRequested(QStringLiteral("/d/model.nemo"));
        QCOMPARE(desk.window.currentPage(), QStringLiteral("archive"));
        QCOMPARE(archives[0][0].toString(), QStringLiteral("/d/model.nemo"));
        Q_EMIT desk.context.openFileRequested(QStringLiteral("/d/config.yaml"));
        QCOMPARE(desk.window.currentPage(), QStringLiteral("configure"));
        QCOMPARE(configs.count(), 1);
    }

    void paletteFindsActionsAndRuns_andRunsThem() {
        Desk desk(*m_settings, m_folder->path());
        desk.window.show();
        Q_EMIT desk.engine.runListChanged(listNews({makeRow(12, store::RunState::Running)}, true));
        desk.actions.find(QStringLiteral("palette.show"))->trigger();
        auto* palette = desk.window.findChild<CommandPalette*>();
        QVERIFY(palette->isVisible());
        palette->line().setText(QStringLiteral("speech/12"));
        QCOMPARE(palette->model().at(0).title, QStringLiteral("speech/12"));
        QSignalSpy shown(&desk.context, &AppContext::showRunRequested);
        QTest::keyClick(&palette->line(), Qt::Key_Return);
        QCOMPARE(shown.count(), 1);
        QVERIFY(!palette->isVisible());
        desk.actions.find(QStringLiteral("palette.show"))->trigger();
        palette->line().setText(QStringLiteral("go arch"));
        QTest::keyClick(&palette->line(), Qt::Key_Return);
        QCOMPARE(desk.window.currentPage(), QStringLiteral("archive"));
    }

    void actionsOfOneName_areToldApart_andThatOfThePageInSightIsFirst() {
        Desk desk(*m_settings, m_folder->path());
        QStringList triggered;
        for (const char* page : {"train", "archive"})
            desk.actions.add({.id = QLatin1String(page) + QStringLiteral(".saveBoard"),
                              .text = QStringLiteral("Save board"),
                              .page = QLatin1String(page)},
                             &desk.window, [&triggered, page] { triggered.append(QLatin1String(page)); });
        desk.window.show();
        desk.window.showPage(QStringLiteral("archive"));
        desk.actions.find(QStringLiteral("palette.show"))->trigger();
        auto* palette = desk.window.findChild<CommandPalette*>();
        palette->line().setText(QStringLiteral("save board"));
        QCOMPARE(palette->model().rowCount(), 2);
        QCOMPARE(palette->model().at(0).title, QStringLiteral("Save board (archive)"));
        QCOMPARE(palette->model().at(1).title, QStringLiteral("Save board (train)"));
        QTest::keyClick(&palette->line(), Qt::Key_Return);
        QCOMPARE(triggered, QStringList{QStringLiteral("archive")});
        QCOMPARE(desk.window.currentPage(), QStringLiteral("archive"));
    }

    void paletteModelPassesTheTester() {
        PaletteModel model;
        QAbstractItemModelTester tester(&model);
        model.setItems({{.title = QStringLiteral("Open folder")},
                        {.title = QStringLiteral("Copy command"), .enabled = false}});
        model.setFilter(QStringLiteral("of"));
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(PaletteModel::score(QStringLiteral("Open folder"), QStringLiteral("of")) >
                PaletteModel::score(QStringLiteral("proof"), QStringLiteral("pf")));
        QCOMPARE(PaletteModel::score(QStringLiteral("Train"), QStringLiteral("xyz")), 0);
    }

    void pageShortcut_worksWhileThePageIsShownWhereverTheFocusIs() {
        Desk desk(*m_settings, m_folder->path());
        int opened = 0;
        desk.actions.add({.id = QStringLiteral("configure.probe"),
                          .text = QStringLiteral("Probe"),
                          .shortcut = QKeySequence(Qt::CTRL | Qt::Key_J),
                          .page = QStringLiteral("configure")},
                         &desk.window, [&opened] { ++opened; });
        desk.window.show();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        desk.window.showPage(QStringLiteral("configure"));
        desk.window.setFocus(); // not inside the page
        QTest::keyClick(&desk.window, Qt::Key_J, Qt::ControlModifier);
        QCOMPARE(opened, 1);
        desk.window.showPage(QStringLiteral("train"));
        QTest::keyClick(&desk.window, Qt::Key_J, Qt::ControlModifier);
        QCOMPARE(opened, 1);
    }

    void shortcutListNamesEveryAction() {
        Desk desk(*m_settings, m_folder->path());
        ShortcutsDialog dialog(desk.actions, &desk.window);
        auto* list = dialog.findChild<QTreeWidget*>();
        QVERIFY(list->topLevelItemCount() >= desk.actions.actions().size());
        QVERIFY(!list->findItems(QStringLiteral("Ctrl+K"), Qt::MatchExactly, 1).isEmpty());
    }

    void themeIsAppliedAndRemembered() {
        Desk desk(*m_settings, m_folder->path());
        desk.actions.find(QStringLiteral("view.theme.dark"))->trigger();
        QVERIFY(widgets::colorsFor(QApplication::palette()).dark);
        QCOMPARE(ThemeActions::stored(*m_settings), widgets::ThemeMode::Dark);
        desk.actions.find(QStringLiteral("view.theme.toggle"))->trigger();
        QVERIFY(!widgets::colorsFor(QApplication::palette()).dark);
    }

    void statusTellsTheRunThatGoesOn() {
        Desk desk(*m_settings, m_folder->path());
        auto* status = desk.window.findChild<RunStatusBar*>();
        QCOMPARE(status->text(), QStringLiteral("No runs yet"));
        Q_EMIT desk.engine.runListChanged(listNews(
            {makeRow(3, store::RunState::Completed), makeRow(2, store::RunState::Running, 0.41)}, true));
        QVERIFY2(status->text().startsWith(
                     QStringLiteral("speech/2   step 840 / 1,404   val_wer 0.41   5.9 steps/s   ETA 1 min")),
                 qPrintable(status->text()));
        Q_EMIT desk.context.statusMessage(QStringLiteral("Copied"));
        QCOMPARE(status->text(), QStringLiteral("Copied"));
    }

    void statusTellsTheLastTraining_notALaterImport() {
        Desk desk(*m_settings, m_folder->path());
        RunRow imported = makeRow(3, store::RunState::Completed);
        imported.run.source = "csv:/logs/a.csv";
        Q_EMIT desk.engine.runListChanged(
            listNews({imported, makeRow(2, store::RunState::Completed)}, true));
        const auto* status = desk.window.findChild<RunStatusBar*>();
        QVERIFY2(status->text().startsWith(QStringLiteral("speech/2")), qPrintable(status->text()));
    }

    void argumentsAreRead_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("workspace");
        QTest::addColumn<QStringList>("files");
        QTest::addColumn<bool>("wrong");
        const auto list = [](std::initializer_list<const char*> texts) {
            QStringList all;
            for (const char* text : texts)
                all.append(QLatin1String(text));
            return all;
        };
        QTest::newRow("nothing") << QStringList{} << QString() << QStringList{} << false;
        QTest::newRow("workspace") << list({"runs"}) << "runs" << QStringList{} << false;
        QTest::newRow("file") << list({"a.nemo"}) << QString() << list({"a.nemo"}) << false;
        QTest::newRow("both") << list({"runs", "a.yaml", "b.nemo"}) << "runs" << list({"a.yaml", "b.nemo"})
                              << false;
        QTest::newRow("options") << list({"--theme", "dark", "--page=runs", "runs"}) << "runs"
                                 << QStringList{} << false;
        QTest::newRow("no value") << list({"--screenshot"}) << QString() << QStringList{} << true;
        QTest::newRow("unknown") << list({"--colour"}) << QString() << QStringList{} << true;
        QTest::newRow("no such theme") << list({"--theme", "pink"}) << QString() << QStringList{} << true;
    }

    void argumentsAreRead() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, workspace);
        QFETCH(QStringList, files);
        QFETCH(bool, wrong);
        const Options options = parseOptions(arguments);
        QCOMPARE(!options.problem.isEmpty(), wrong);
        QCOMPARE(options.workspace, workspace);
        QCOMPARE(options.files, files);
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QSettings> m_settings;
};

QTEST_MAIN(TestShell)
#include "tst_shell.moc"
