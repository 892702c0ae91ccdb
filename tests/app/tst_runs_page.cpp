// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs page over a store with a few runs: asked for, sorted, tagged, trashed, opened, compared.
#include "app/pages/runs/column_chooser.h"
#include "app/pages/runs/compare_bar.h"
#include "app/pages/runs/filter_line.h"
#include "app/pages/runs/run_models.h"
#include "app/pages/runs/run_panel.h"
#include "app/pages/runs/run_summary.h"
#include "app/pages/runs/run_table_view.h"
#include "app/pages/runs/runs_page.h"
#include "app/pages/runs/table_pane.h"
#include "app/pages/runs/trash_dialog.h"
#include "engine/store/bulk_writer.h"
#include "engine/store/edit.h"
#include "engine/store/reader.h"
#include "tests/app/page_fixture.h"
#include "tests/app/run_fixture.h"
#include "widgets/notice_bar.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QTreeView>
#include <QTreeWidget>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;
using store::RunId;
using store::RunState;

namespace {

struct PaintCount : QObject {
    int count = 0;
    explicit PaintCount(QWidget& widget) { widget.installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
};

struct RunsFixture : PageFixture {
    RunsPage* page = nullptr;
    std::unique_ptr<QWidget> widget;

    RunsFixture() {
        write();
        page = new RunsPage(context, &context);
        widget.reset(page->widget());
        widget->resize(1400, 700);
        widget->show();
        page->restoreState(settings);
        engine.open();
    }
    ~RunsFixture() { widget.reset(); }

    /// speech/1 and speech/3 completed, speech/2 failed.
    void write() {
        auto writer = store::BulkWriter::open(context.workspace());
        QVERIFY(writer.has_value());
        for (int number = 1; number <= 3; ++number) {
            const double lr = 0.01 * number;
            store::ForeignRun run{.run = {.name = "speech",
                                          .command = "fathom-cli train --config-name speech model.optim.lr=" +
                                                     std::to_string(number),
                                          .configName = "speech",
                                          .directory = folder.path().toStdString() + "/run" +
                                                       std::to_string(number),
                                          .leaves = {{"model.optim.lr", lr, "command line", "override 1"},
                                                     {"model.optim.name", number == 2 ? "sgd" : "adamw",
                                                      "yaml", "speech.yaml:3"}},
                                          .environment = {{"git.commit", "abc" + std::to_string(number)}}},
                                  .state = number == 2 ? RunState::Failed : RunState::Completed,
                                  .error = number == 2 ? "out of memory" : "",
                                  .createdAt = 1.7e9 + number,
                                  .startedAt = 1.7e9 + number,
                                  .endedAt = 1.7e9 + number + 60,
                                  .progress = {.step = 100 * number, .totalSteps = 300}};
            const auto id = writer->addRun(run);
            QVERIFY(id.has_value());
            const SeriesId wer = writer->series(*id, "val_wer");
            writer->put({wer, 50, 1.7e9, 0.5 / number});
            writer->put({wer, 100, 1.7e9, 0.9 / number});
            writer->artifact(*id, {.kind = "nemo",
                                   .path = "/models/" + std::to_string(number) + ".nemo",
                                   .sha256 = "",
                                   .bytes = 1000});
            QVERIFY(writer->commit().has_value());
        }
    }

    [[nodiscard]] RunTableView& table() const { return *widget->findChild<RunTableView*>(); }
    [[nodiscard]] RunTableModel& model() const { return page->model(); }
    [[nodiscard]] QAction* action(const char* name) const {
        return actions.find(QStringLiteral("runs.") + QLatin1String(name));
    }
    [[nodiscard]] QStringList shown() const {
        QStringList all;
        for (int line = 0; line < model().rowCount(); ++line)
            all.append(model().index(line, 0).data().toString());
        return all;
    }
    [[nodiscard]] bool awaitSettled() const {
        return QTest::qWaitFor([this] { return page->isSettled() && page->columns().hasSchema(); });
    }
    [[nodiscard]] bool awaitRuns(const QStringList& runs) const {
        return QTest::qWaitFor([&] { return shown() == runs; });
    }
    void filter(const char* text) const {
        widget->findChild<FilterLine*>()->setText(QString::fromUtf8(text));
    }
    [[nodiscard]] store::Run stored(RunId id) const {
        auto reader = store::Reader::open(context.workspace());
        return reader ? reader->run(id).value().value() : store::Run();
    }
};

QStringList titles(std::initializer_list<int> numbers) {
    QStringList all;
    for (const int number : numbers)
        all.append(QStringLiteral("speech/%1").arg(number));
    return all;
}

} // namespace

class TestRunsPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void summary_showsOverridesWhole();
    void emptyWorkspaceOffersToTrain() {
        PageFixture fixture;
        RunsPage page(fixture.context);
        std::unique_ptr<QWidget> widget(page.widget());
        Q_EMIT fixture.engine.runListChanged(listNews({}, true));
        QCOMPARE(qobject_cast<QStackedWidget*>(widget.get())->currentIndex(), 0);
        QVERIFY(!fixture.actions.find(QStringLiteral("runs.open"))->isEnabled());
    }

    void columnsOfTheStoreAppear_withTheMetricsThatThereAre() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})));
        QVERIFY(fixture.awaitSettled());
        const auto header = [&](int column) {
            return fixture.model().headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        };
        QCOMPARE(header(5), QStringLiteral("val_wer"));
        QCOMPARE(header(6), QStringLiteral("min val_wer"));
        QTRY_COMPARE(fixture.model().index(0, 6).data().toString(), QStringLiteral("0.1667"));
        QCOMPARE(fixture.model().index(1, 1).data().toString(), QStringLiteral("Failed"));
        QCOMPARE(fixture.model().index(1, 1).data(Qt::ToolTipRole).toString(),
                 QStringLiteral("out of memory"));
    }

    void filterIsOfferedWhatItCanSay_andSaysWhatIsWrong() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        auto* line = fixture.widget->findChild<FilterLine*>();
        fixture.filter("lr < 0.025 and not failed");
        QVERIFY(fixture.awaitRuns(titles({1})));
        fixture.filter("git.commit = abc3 or state = failed");
        QVERIFY(fixture.awaitRuns(titles({3, 2})));
        fixture.filter("val_wer < fast");
        QTRY_VERIFY(line->errorText().contains(QStringLiteral("val_wer < ▸fast")));
        QVERIFY(line->errorText().contains(QStringLiteral("expected a number instead of 'fast'")));
        QCOMPARE(fixture.shown(), titles({3, 2})); // the last right one
        line->line().clear();
        QVERIFY(line->errorText().isEmpty());
        line->focusLine();
        QTest::keyClicks(&line->line(), QStringLiteral("optim.na"));
        QCOMPARE(fixture.model().shownCount(), 3); // not yet taken for a word
        QTest::keyClick(QApplication::activePopupWidget() != nullptr ? QApplication::activePopupWidget()
                                                                     : &line->line(),
                        Qt::Key_Down);
        QVERIFY(QApplication::activePopupWidget() != nullptr);
        QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_Return);
        QCOMPARE(line->text(), QStringLiteral("model.optim.name "));
        QCOMPARE(QApplication::focusWidget(), &line->line());
        QCOMPARE(fixture.model().shownCount(), 3);
        if (QApplication::activePopupWidget() != nullptr)
            QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_Escape);
        QTest::keyClicks(&line->line(), QStringLiteral("= sgd"));
        QVERIFY(fixture.awaitRuns(titles({2})));
    }

    void headersSort_andShiftAddsAKey() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        QHeaderView* header = fixture.table().horizontalHeader();
        const auto click = [&](int column, Qt::KeyboardModifiers modifiers) {
            const QPoint at(header->sectionViewportPosition(column) + 20, header->height() / 2);
            QTest::mouseClick(header->viewport(), Qt::LeftButton, modifiers, at);
        };
        click(1, Qt::NoModifier);
        QVERIFY(fixture.awaitRuns(titles({3, 1, 2})));
        QCOMPARE(fixture.model().headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(),
                 QStringLiteral("State ↑"));
        click(2, Qt::ShiftModifier);
        QVERIFY(fixture.awaitRuns(titles({1, 3, 2})));
        QCOMPARE(fixture.model().headerData(2, Qt::Horizontal, Qt::DisplayRole).toString(),
                 QStringLiteral("Started ↑2"));
        click(1, Qt::NoModifier);
        QVERIFY(fixture.awaitRuns(titles({2, 3, 1})));
        click(1, Qt::NoModifier);
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})));
    }

    void pinnedColumnsStay_whileTheOthersScroll() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        fixture.table().setPinnedCount(1);
        auto* pinned = fixture.table().findChild<QTableView*>();
        QVERIFY(pinned->isVisible());
        QVERIFY(!pinned->isColumnHidden(0) && pinned->isColumnHidden(1));
        QCOMPARE(pinned->width(), fixture.table().columnWidth(0));
        fixture.table().horizontalHeader()->resizeSection(0, 300);
        QCOMPARE(pinned->width(), 300);
        fixture.table().selectLine(1);
        QVERIFY(pinned->selectionModel()->isRowSelected(1));
        QVERIFY(QTest::qWaitForWindowActive(fixture.widget.get()));
        fixture.table().setFocus();
        PaintCount paints(*pinned->viewport());
        do {
            paints.count = 0;
            QTest::qWait(20);
        } while (paints.count > 0);
        fixture.table().clearFocus();
        QTRY_VERIFY(paints.count > 0); // as pale as the rest of the row
    }

    void tableStaysWhereItIsSideways_whenColumnsComeAndGo() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        fixture.widget->resize(700, 500);
        fixture.table().selectLine(1);
        fixture.action("columns")->trigger();
        auto* chooser = fixture.widget->findChild<ColumnChooser*>();
        QVERIFY(chooser);
        const auto* items = chooser->findChild<QStandardItemModel*>();
        items->findItems(QStringLiteral("model.optim.lr"), Qt::MatchExactly | Qt::MatchRecursive)
            .first()
            ->setCheckState(Qt::Checked);
        chooser->accept();
        RunTableView& table = fixture.table();
        const int last = fixture.model().columnCount() - 1;
        const int x = table.columnViewportPosition(last); // what was ticked is in sight
        QVERIFY(x >= 0 && x + table.columnWidth(last) <= table.viewport()->width());
        QScrollBar& bar = *table.horizontalScrollBar();
        const int place = bar.value() - 10;
        QVERIFY(place > 0);
        bar.setValue(place);
        table.horizontalHeader()->moveSection(last, last - 1);
        QTRY_COMPARE(fixture.model().headerData(last - 1, Qt::Horizontal, Qt::DisplayRole).toString(),
                     QStringLiteral("lr"));
        QTest::qWait(0); // what a reset leaves for later
        QCOMPARE(bar.value(), place);
        for (int column = 0; column <= last; ++column)
            QVERIFY(table.columnWidth(column) >= table.horizontalHeader()->sectionSizeHint(column));
    }

    void chooserShowsAndHidesColumnsAtOnce_andAllIsRemembered() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        fixture.action("columns")->trigger();
        auto* chooser = fixture.widget->findChild<ColumnChooser*>();
        QVERIFY(chooser);
        QVERIFY(QTest::qWaitForWindowActive(chooser));
        chooser->search().setText(QStringLiteral("optim.lr"));
        chooser->search().setFocus();
        QTRY_VERIFY(chooser->search().hasFocus());
        QTest::keyClick(&chooser->search(), Qt::Key_Down);
        const auto* tree = chooser->findChild<QTreeView*>();
        QVERIFY(tree->hasFocus());
        QCOMPARE(tree->currentIndex().data().toString(), QStringLiteral("model.optim.lr"));
        auto* items = chooser->findChild<QStandardItemModel*>();
        const QList<QStandardItem*> found =
            items->findItems(QStringLiteral("model.optim.lr"), Qt::MatchExactly | Qt::MatchRecursive);
        QCOMPARE(found.size(), 1);
        found.first()->setCheckState(Qt::Checked);
        const int last = fixture.model().columnCount() - 1;
        QCOMPARE(fixture.model().headerData(last, Qt::Horizontal, Qt::DisplayRole).toString(),
                 QStringLiteral("lr"));
        QTRY_COMPARE(fixture.model().index(0, last).data().toString(), QStringLiteral("0.03"));
        chooser->accept();
        fixture.table().horizontalHeader()->moveSection(last, 1);
        QTRY_COMPARE(fixture.model().headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(),
                     QStringLiteral("lr"));
        fixture.table().horizontalHeader()->resizeSection(1, 222);
        fixture.model().setSort({{fixture.model().columns()[1], true}});
        fixture.filter("speech");
        fixture.page->saveState(fixture.settings);

        ActionRegistry actions;
        AppContext context({.actions = actions,
                            .jobs = fixture.jobs,
                            .engine = fixture.engine,
                            .settings = fixture.settings},
                           fixture.context.workspace());
        RunsPage again(context);
        std::unique_ptr<QWidget> widget(again.widget());
        again.restoreState(fixture.settings);
        QVERIFY(again.model().columns() == fixture.model().columns());
        QVERIFY(again.model().sort() == fixture.model().sort());
        QCOMPARE(widget->findChild<RunTableView*>()->columnWidth(1), 222);
        QCOMPARE(widget->findChild<FilterLine*>()->text(), QStringLiteral("speech"));
        AppContext other({.actions = actions,
                          .jobs = fixture.jobs,
                          .engine = fixture.engine,
                          .settings = fixture.settings},
                         "/elsewhere");
        QVERIFY(loadLayout(fixture.settings, other.workspace()).columns.empty());
    }

    void enterOpensTheRun_andItsFilesAndCommandAreAtHand() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        fixture.page->activated();
        QTest::keyClick(&fixture.table(), Qt::Key_Down);
        QSignalSpy shown(&fixture.context, &AppContext::showRunRequested);
        QTest::keyClick(&fixture.table(), Qt::Key_Return);
        QCOMPARE(shown.count(), 1);
        QCOMPARE(shown[0][0].toLongLong(), 2);
        fixture.action("copy")->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().endsWith(QStringLiteral("model.optim.lr=2")));
        QSignalSpy told(&fixture.context, &AppContext::statusMessage);
        fixture.action("folder")->trigger(); // where nothing opens folders
        QVERIFY(told.last()[0].toString().endsWith(QStringLiteral("/run2")));
        QSignalSpy cloned(&fixture.context, &AppContext::configureCommandRequested);
        fixture.action("clone")->trigger();
        QVERIFY(cloned.last()[0].toString().startsWith(QStringLiteral("fathom-cli train")));
        QSignalSpy opened(&fixture.context, &AppContext::openFileRequested);
        fixture.action("archive")->trigger();
        QTRY_COMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toString(), QStringLiteral("/models/2.nemo"));
        QSignalSpy trained(&fixture.context, &AppContext::trainRequested);
        fixture.action("resume")->trigger();
        QCOMPARE(trained.count(), 1);
        const auto request = trained[0][0].value<run::RunRequest>();
        QCOMPARE(request.configName, std::string("speech"));
        QVERIFY(std::find(request.overrides.begin(), request.overrides.end(),
                          "++exp_manager.resume_if_exists=true") != request.overrides.end());
        fixture.table().selectLine(0);
        QVERIFY(!fixture.action("resume")->isEnabled()); // it completed
    }

    void modelOfTheRun_isTriedInAWindowOfItsOwn() {
        RunsFixture fixture;
        const std::string model = fixture.folder.filePath(QStringLiteral("net.nemo")).toStdString();
        const std::string last = fixture.folder.filePath(QStringLiteral("last.ckpt")).toStdString();
        {
            auto writer = store::BulkWriter::open(fixture.context.workspace());
            QVERIFY(writer.has_value());
            const auto id =
                writer->addRun({.run = {.name = "tried"}, .state = RunState::Completed, .createdAt = 2e9});
            QVERIFY(id.has_value());
            for (const auto& [kind, path] :
                 {std::pair("nemo", model), std::pair("ckpt", last), std::pair("log", model + ".log")})
                writer->artifact(*id, {.kind = kind, .path = path, .sha256 = "", .bytes = 1});
            QVERIFY(writer->commit().has_value());
            const auto files = modelFilesOf(fixture.context.workspace(), *id);
            QCOMPARE(files.size(), std::size_t{2});
            QCOMPARE(files[0].label, QStringLiteral("net.nemo")); // before the checkpoint
            QCOMPARE(files[1].path, std::filesystem::path(last));
        }
        QVERIFY(QTest::qWaitFor([&] { return fixture.shown().size() == 4; }) && fixture.awaitSettled());
        fixture.table().selectLine(0);
        QSignalSpy said(&fixture.context, &AppContext::statusMessage);
        fixture.action("try")->trigger();
        QTRY_COMPARE(said.count(), 1); // the files were deleted
        QVERIFY(said[0][0].toString().contains(QStringLiteral("no model to be tried")));
        for (const std::string& path : {model, last})
            QVERIFY(QFile(QString::fromStdString(path)).open(QIODevice::WriteOnly));
        fixture.action("try")->trigger();
        QTRY_VERIFY(fixture.widget->findChild<InferenceDialog*>());
        auto* const dialog = fixture.widget->findChild<InferenceDialog*>();
        QVERIFY(dialog->isVisible());
        QCOMPARE(dialog->findChild<QComboBox*>()->count(), 2);
        QPointer<QWidget> alive(dialog);
        dialog->close();
        QTRY_VERIFY(!alive); // and with it the model
    }

    void spaceMarks_andTheBarComparesWhatIsMarked() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        auto* bar = fixture.widget->findChild<CompareBar*>();
        QVERIFY(!bar->isVisible());
        fixture.table().selectLine(0);
        QTest::keyClick(&fixture.table(), Qt::Key_Space);
        QVERIFY(bar->isVisible());
        QVERIFY(!fixture.action("compare")->isEnabled());
        fixture.table().selectLine(2);
        QTest::keyClick(&fixture.table(), Qt::Key_Space);
        QVERIFY2(bar->text().contains(QStringLiteral("speech/3, speech/1")), qPrintable(bar->text()));
        QSignalSpy compared(&fixture.context, &AppContext::compareRequested);
        fixture.action("compare")->trigger();
        QCOMPARE(compared[0][0].value<QList<qint64>>(), (QList<qint64>{3, 1}));
        fixture.action("clearMarks")->trigger();
        QVERIFY(!bar->isVisible());
        fixture.table().selectAll();
        fixture.action("compare")->trigger(); // without marks: what is selected
        QCOMPARE(compared[1][0].value<QList<qint64>>(), (QList<qint64>{3, 2, 1}));
    }

    void starsTagsNotesAndArchiveAreWritten_andTakenBack() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        fixture.table().selectLine(2);
        fixture.action("star")->trigger();
        QTRY_VERIFY(fixture.model().index(2, 0).data(RunTableModel::StarRole).toBool());
        fixture.filter("starred");
        QVERIFY(fixture.awaitRuns(titles({1})));
        fixture.action("undo")->trigger();
        QTRY_VERIFY(!fixture.stored(RunId{1}).starred);
        fixture.filter("");
        fixture.table().selectLine(2);
        auto* summary = fixture.widget->findChild<RunSummary*>();
        QTRY_COMPARE(summary->findChild<QLabel*>()->text(), QStringLiteral("speech/1"));
        auto* tags = summary->findChild<QLineEdit*>();
        tags->setFocus();
        tags->setText(QStringLiteral("base, good"));
        QTest::keyClick(tags, Qt::Key_Return);
        QTRY_COMPARE(fixture.stored(RunId{1}).tags, (std::vector<std::string>{"base", "good"}));
        auto* note = summary->findChild<QPlainTextEdit*>();
        fixture.action("note")->trigger();
        QVERIFY(note->hasFocus());
        note->setPlainText(QStringLiteral("the one to beat"));
        QTest::keyClick(note, Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(fixture.stored(RunId{1}).note, std::string("the one to beat"));
        fixture.filter("tags = base and note contains beat");
        QVERIFY(fixture.awaitRuns(titles({1})));
        fixture.filter("");
        fixture.table().selectLine(2);
        fixture.action("putAway")->trigger();
        QVERIFY(fixture.awaitRuns(titles({3, 2})));
        QVERIFY(fixture.stored(RunId{1}).archived);
        QVERIFY(fixture.table().currentRun() != nullptr);
        QVERIFY(fixture.table().currentRun()->id == RunId{2}); // its place is taken, as that of a trashed one
    }

    void trashedRunsGo_andComeBack_orAreDeletedWithTheirSizeSaid() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        fixture.table().selectLine(1);
        fixture.action("trash")->trigger();
        QVERIFY(fixture.awaitRuns(titles({3, 1})));
        QVERIFY(fixture.table().currentRun() != nullptr);
        QVERIFY(fixture.table().currentRun()->id == RunId{1}); // the next one, not the first
        auto* notice = fixture.widget->findChild<widgets::NoticeBar*>();
        QTRY_VERIFY(notice->isVisible());
        QVERIFY2(notice->text().contains(QStringLiteral("1 run moved to the trash")),
                 qPrintable(notice->text()));
        notice->findChild<QPushButton*>()->click();
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})));
        fixture.table().selectLine(fixture.model().lineOf(RunId{2}));
        fixture.action("trash")->trigger();
        QVERIFY(fixture.awaitRuns(titles({3, 1})));
        QVERIFY(QDir(fixture.folder.path()).mkdir(QStringLiteral("run2")));
        QFile checkpoint(fixture.folder.filePath(QStringLiteral("run2/last.ckpt")));
        QVERIFY(checkpoint.open(QIODevice::WriteOnly) && checkpoint.write(QByteArray(5000, 'x')) == 5000);
        checkpoint.close();
        fixture.action("openTrash")->trigger();
        auto* trash = fixture.widget->findChild<TrashDialog*>();
        QTRY_COMPARE(trash->findChild<QTreeWidget*>()->topLevelItemCount(), 1);
        const auto* text = trash->findChild<QLabel*>();
        QTRY_VERIFY(text->text().contains(QStringLiteral("in the store; its folder keeps 5.0 kB.")));
        trash->findChild<QCheckBox*>()->click();
        QVERIFY(text->text().contains(QStringLiteral("in the store and 5.0 kB in its folder.")));
        trash->findChild<QCheckBox*>()->click();
        for (QPushButton* button : trash->findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Delete for good")) button->click();
        QTRY_COMPARE(trash->findChild<QTreeWidget*>()->topLevelItemCount(), 0);
        auto reader = store::Reader::open(fixture.context.workspace());
        QCOMPARE(reader->runCount().value(), std::int64_t{2});
    }

    void panelShowsWhoSetEachValue() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        fixture.table().selectLine(1);
        QVERIFY(fixture.awaitSettled());
        const QList<TablePane*> panes = fixture.widget->findChildren<TablePane*>();
        const auto pane = [&](const QString& name) {
            for (TablePane* each : panes)
                if (each->view().accessibleName() == name) return each;
            return panes.first();
        };
        QTRY_COMPARE(pane(QStringLiteral("Config"))->rowCount(), 2);
        const QAbstractItemModel* config = pane(QStringLiteral("Config"))->view().model();
        QCOMPARE(config->index(0, 0).data().toString(), QStringLiteral("model.optim.lr"));
        QCOMPARE(config->index(0, 1).data().toString(), QStringLiteral("0.02"));
        QCOMPARE(config->index(0, 2).data().toString(), QStringLiteral("command line  override 1"));
        QCOMPARE(pane(QStringLiteral("Environment"))->rowCount(), 1);
        QCOMPARE(pane(QStringLiteral("Artifacts"))->rowCount(), 1);
        QCOMPARE(pane(QStringLiteral("Metrics"))->rowCount(), 1);
    }

    void everyControlCanBeReachedAndIsNamed() {
        RunsFixture fixture;
        QVERIFY(fixture.awaitRuns(titles({3, 2, 1})) && fixture.awaitSettled());
        for (const QWidget* each : fixture.widget->findChildren<QWidget*>()) {
            if (each->focusPolicy() == Qt::NoFocus || !each->isVisible() ||
                each->objectName().startsWith(QLatin1String("qt_")))
                continue;
            const auto* button = qobject_cast<const QAbstractButton*>(each);
            const bool isNamed = !each->accessibleName().isEmpty() ||
                                 (button != nullptr && !button->text().isEmpty()) ||
                                 qobject_cast<const QAbstractScrollArea*>(each->parentWidget()) != nullptr ||
                                 each->inherits("QTabBar") || each->inherits("QScrollArea") ||
                                 each->inherits("QHeaderView") || each->inherits("QLabel");
            QVERIFY2(isNamed, each->metaObject()->className());
        }
    }

    void chooserOffersTheBestOfAWhole_beforeThatOfItsParts() {
        query::Schema schema{.metrics = {"train_loss", "val_f1"}};
        for (int i = 0; i < 20; ++i)
            schema.metrics.push_back("val_f1_class" + std::to_string(i));
        schema.metrics.insert(schema.metrics.end(), {"val_loss", "val_wer"});
        const ColumnChooser chooser(schema, {}, nullptr);
        const auto* items = chooser.findChild<QStandardItemModel*>();
        for (const char* by : {"val_f1", "val_loss", "val_wer"})
            QCOMPARE(items->findItems(QStringLiteral("train_loss at best ") + QLatin1String(by),
                                      Qt::MatchExactly | Qt::MatchRecursive)
                         .size(),
                     1);
    }
};

void TestRunsPage::summary_showsOverridesWhole() {
    store::Run run{.id = RunId{1}, .name = "net"};
    run.overrides = {"exp_manager.exp_dir=/data/experiments/of/this/year",
                     "model.train_ds.manifest_filepath=/data/manifests/train.json"};
    RunSummary summary;
    summary.resize(480, 600);
    summary.show(run);
    summary.QWidget::show();
    const QLabel* overrides = nullptr;
    for (const QLabel* const label : summary.findChildren<QLabel*>())
        if (label->text().contains(QStringLiteral("manifest_filepath"))) overrides = label;
    QVERIFY(overrides);
    QTRY_VERIFY(overrides->isVisible());
    QTRY_VERIFY(overrides->width() > summary.width() * 2 / 3);
    QVERIFY(overrides->height() >= overrides->heightForWidth(overrides->width()));
}

QTEST_MAIN(TestRunsPage)
#include "tst_runs_page.moc"
