// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/config_delegate.h"
#include "app/config_view/config_tree_pane.h"
#include "app/config_view/config_tree_view.h"
#include "app/config_view/origin_pane.h"
#include "app/config_view/value_editors.h"
#include "app/models/config_model.h"
#include "app/pages/configure/command_box.h"
#include "app/pages/configure/config_comparison.h"
#include "app/pages/configure/config_document.h"
#include "app/pages/configure/config_header.h"
#include "app/pages/configure/configure_page.h"
#include "app/pages/configure/configure_view.h"
#include "app/pages/configure/diff_pane.h"
#include "app/pages/configure/sweep_pane.h"
#include "tests/app/configure_page_test.h"
#include "widgets/code_view.h"
#include "widgets/empty_state.h"
#include "widgets/line_plot.h"
#include "widgets/notice_bar.h"
#include "widgets/theme.h"

#include <QAbstractItemView>
#include <QClipboard>
#include <QComboBox>
#include <QCompleter>
#include <QDir>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

class TestConfigurePage : public ConfigurePageTest {
    Q_OBJECT
private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }
    void noFile_saysWhatToDo();
    void editing_inTheTreeChangesTheCommandLine();
    void typing_inTheCommandLineChangesTheTree();
    void selection_marksTheSourceLine();
    void delete_removesTheKeyAndUndoBringsItBack();
    void train_sendsTheRequest();
    void train_withAnErrorShowsItInstead();
    void boolAndPath_haveEditorsOfTheirOwn();
    void group_isChosenFromItsOptions();
    void optimizer_switchesItsSection();
    void range_isKept();
    void section_isEditedAsText();
    void restore_bringsARemovedKeyBack();
    void filter_findsKeysValuesLayersAndFiles();
    void problem_hasAFixButton();
    void interpolation_isCompleted();
    void problem_isMendedByF2();
    void problemMenu_listsAllAndJumps();
    void origin_tellsTheChainAndItsLinksWork();
    void badge_jumpsToTheLineAndEscapeGoesBack();
    void diff_showsWhatTheOverridesChange();
    void sweep_isPreviewedAndTrained();
    void waitingRuns_canBeDropped();
    void schedule_followsEachEdit();
    void pasting_aWholeCommandReplacesTheLine();
    void copiedCommand_composesToTheSame();
    void keyWithoutValue_isNotRemoved();
    void manyLeaves_areShownQuickly();
};

void TestConfigurePage::noFile_saysWhatToDo() {
    QVERIFY(!child<CommandBox>()->isVisible() || child<CommandBox>()->toPlainText().isEmpty());
    QSignalSpy requested(&m_fixture->context, &AppContext::trainRequested);
    Q_EMIT m_fixture->context.trainCurrentRequested();
    QVERIFY(requested.isEmpty());
}

void TestConfigurePage::editing_inTheTreeChangesTheCommandLine() {
    openConfig();
    tree()->setFocus();
    tree()->editPath(QStringLiteral("model.lr"));
    auto* const editor = tree()->findChild<QLineEdit*>();
    QVERIFY(editor);
    QCOMPARE(editor->text(), QStringLiteral("0.01"));
    editor->setText(QStringLiteral("0.5"));
    QTest::keyClick(editor, Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([this] { return !m_page->document().state().overrides.items.empty(); }));
    QVERIFY(awaitComposed());
    QVERIFY(child<CommandBox>()->toPlainText().endsWith(QStringLiteral("model.lr=0.5")));
    QCOMPARE(tree()->currentPath(), QStringLiteral("model.lr"));
    QCOMPARE(tree()->currentIndex().siblingAtColumn(ConfigModel::SourceColumn).data().toString(),
             QStringLiteral("Edited"));
    QCOMPARE(m_page->badge(), QStringLiteral("●"));
}

void TestConfigurePage::typing_inTheCommandLineChangesTheTree() {
    openConfig();
    auto* const box = child<CommandBox>();
    box->setFocus();
    box->moveCursor(QTextCursor::End);
    QTest::keyClicks(box, QStringLiteral(" model.lr=7"));
    QVERIFY(QTest::qWaitFor([this] { return !m_page->document().state().overrides.items.empty(); }));
    QVERIFY(awaitComposed());
    QVERIFY(tree()->selectPath(QStringLiteral("model.lr")));
    QCOMPARE(tree()->currentIndex().siblingAtColumn(ConfigModel::ValueColumn).data().toString(),
             QStringLiteral("7"));
}

void TestConfigurePage::selection_marksTheSourceLine() {
    openConfig();
    auto* const code = child<widgets::CodeView>();
    QVERIFY(tree()->selectPath(QStringLiteral("model.flag")));
    QCOMPARE(code->markedLine(), 4);
    Q_EMIT code->lineChosen(3);
    QCOMPARE(tree()->currentPath(), QStringLiteral("model.lr"));
    QCOMPARE(code->markedLine(), 3);
}

void TestConfigurePage::delete_removesTheKeyAndUndoBringsItBack() {
    openConfig();
    QVERIFY(tree()->selectPath(QStringLiteral("model.flag")));
    m_fixture->actions.find(QStringLiteral("configure.remove"))->trigger();
    QVERIFY(awaitComposed());
    QCOMPARE(m_page->document().state().overrides.items, std::vector<std::string>{"~model.flag"});
    QVERIFY(tree()->selectPath(QStringLiteral("model.flag")));
    QVERIFY(tree()->currentIndex().data(ConfigModel::RemovedRole).toBool());
    m_fixture->actions.find(QStringLiteral("configure.undo"))->trigger();
    QVERIFY(awaitComposed());
    QVERIFY(!tree()->currentIndex().data(ConfigModel::RemovedRole).toBool());
}

void TestConfigurePage::train_sendsTheRequest() {
    openConfig();
    QSignalSpy requested(&m_fixture->context, &AppContext::trainRequested);
    Q_EMIT m_fixture->context.trainCurrentRequested();
    QCOMPARE(requested.size(), 1);
    const auto request = requested[0][0].value<run::RunRequest>();
    QCOMPARE(request.configName, std::string("c"));
    QCOMPARE(request.workspace, m_fixture->context.workspace());
}

void TestConfigurePage::train_withAnErrorShowsItInstead() {
    openConfig();
    m_page->document().edit(QStringLiteral("model.nosuch"), QStringLiteral("1"));
    QVERIFY(awaitComposed());
    QSignalSpy requested(&m_fixture->context, &AppContext::trainRequested);
    QSignalSpy shown(&m_fixture->context, &AppContext::pageRequested);
    Q_EMIT m_fixture->context.trainCurrentRequested();
    QVERIFY(requested.isEmpty());
    QCOMPARE(shown.size(), 1);
    QCOMPARE(m_page->badge(), QStringLiteral("!"));
}

void TestConfigurePage::boolAndPath_haveEditorsOfTheirOwn() {
    openConfig("flag: true\nmanifest_filepath: /no/such/file\nx: 1\n");
    tree()->editPath(QStringLiteral("flag"));
    auto* const combo = tree()->findChild<QComboBox*>();
    QVERIFY(combo);
    QCOMPARE(combo->count(), 2);
    combo->setCurrentIndex(1);
    Q_EMIT combo->activated(1);
    QVERIFY(QTest::qWaitFor([this] { return overrides() == std::vector<std::string>{"flag=false"}; }));
    QVERIFY(awaitComposed());
    tree()->editPath(QStringLiteral("manifest_filepath"));
    auto* const path = tree()->findChild<PathEditor*>();
    QVERIFY(path);
    QVERIFY(!path->line()->toolTip().isEmpty()); // there is no such file
    path->line()->setText(m_fixture->folder.filePath(QStringLiteral("c.yaml")));
    QVERIFY(path->line()->toolTip().isEmpty());
    QTest::keyClick(path->line(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([this] { return overrides().size() == 2; }));
    QVERIFY(awaitComposed());
    QVERIFY(m_page->document().problems().empty());
}

void TestConfigurePage::group_isChosenFromItsOptions() {
    write(QStringLiteral("model/small.yaml"), "width: 8\n");
    write(QStringLiteral("model/large.yaml"), "width: 64\n");
    openConfig("defaults:\n  - model: small\n  - _self_\nname: x\n");
    QCOMPARE(cell(QStringLiteral("model.width"), ConfigModel::SourceColumn), QStringLiteral("Group :1"));
    tree()->editPath(QStringLiteral("model"));
    auto* const combo = tree()->findChild<QComboBox*>();
    QVERIFY(combo);
    combo->setCurrentText(QStringLiteral("large"));
    Q_EMIT combo->activated(combo->currentIndex());
    QVERIFY(QTest::qWaitFor([this] { return overrides() == std::vector<std::string>{"model=large"}; }));
    QVERIFY(awaitComposed());
    QCOMPARE(cell(QStringLiteral("model.width"), ConfigModel::ValueColumn), QStringLiteral("64"));
}

void TestConfigurePage::optimizer_switchesItsSection() {
    openConfig("model:\n  optim:\n    name: novograd\n    lr: 0.1\n    luc: true\n    sched:\n      name: "
               "CosineAnnealing\n"
               "      warmup_steps: 5\n      constant_steps: 2\n      max_steps: 100\n");
    const auto choose = [this](const char* path, const char* name) {
        tree()->editPath(QLatin1String(path));
        auto* const combo = tree()->findChild<QComboBox*>();
        QVERIFY(combo);
        combo->setCurrentText(QLatin1String(name));
        QCOMPARE(combo->currentText(), QLatin1String(name));
        const auto before = overrides();
        Q_EMIT combo->activated(combo->currentIndex());
        QVERIFY(QTest::qWaitFor([&] { return overrides() != before; }));
        QVERIFY(awaitComposed());
    };
    choose("model.optim.name", "sgd");
    QCOMPARE(overrides(), (std::vector<std::string>{"model.optim.name=sgd", "~model.optim.luc"}));
    QCOMPARE(cell(QStringLiteral("model.optim.momentum"), ConfigModel::SourceColumn),
             QStringLiteral("dataclass"));
    m_page->document().edit(QStringLiteral("model.optim.momentum"), QStringLiteral("0.9"));
    QVERIFY(awaitComposed());
    QCOMPARE(overrides().back(), std::string("+model.optim.momentum=0.9"));
    QVERIFY(!m_page->document().hasError());
    choose("model.optim.name", "novograd"); // and back: what the first switch took is there again
    QCOMPARE(overrides(), std::vector<std::string>{"model.optim.name=novograd"});
    choose("model.optim.sched.name", "NoamAnnealing");
    QVERIFY(std::ranges::count(overrides(), std::string("~model.optim.sched.constant_steps")) == 1);
}

void TestConfigurePage::range_isKept() {
    openConfig("trainer:\n  accumulate_grad_batches: 2\n");
    tree()->editPath(QStringLiteral("trainer.accumulate_grad_batches"));
    auto* const line = tree()->findChild<QLineEdit*>();
    QVERIFY(line && line->validator());
    line->setText(QStringLiteral("0"));
    QVERIFY(!line->hasAcceptableInput());
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(overrides().empty());
    line->setText(QStringLiteral("${trainer.max_epochs}")); // no number: the engine judges
    QVERIFY(line->hasAcceptableInput());
    line->setText(QStringLiteral("4"));
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([this] { return !overrides().empty(); }));
}

void TestConfigurePage::section_isEditedAsText() {
    openConfig();
    QVERIFY(tree()->selectPath(QStringLiteral("model")));
    tree()->setFocus();
    action("editText")->trigger();
    auto* const line = tree()->findChild<QLineEdit*>();
    QVERIFY(line);
    QCOMPARE(line->text(), QStringLiteral("{lr: 0.01, flag: true}"));
    line->setText(QStringLiteral("{lr: 0.5, extra: [1, 2]}"));
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([this] { return overrides().size() == 3; }));
    QCOMPARE(overrides(), (std::vector<std::string>{"~model.flag", "model.lr=0.5", "+model.extra=[1, 2]"}));
}

void TestConfigurePage::restore_bringsARemovedKeyBack() {
    openConfig();
    QVERIFY(tree()->selectPath(QStringLiteral("model.flag")));
    QVERIFY(!action("restore")->isVisible());
    action("remove")->trigger();
    QVERIFY(awaitComposed());
    QVERIFY(!action("remove")->isEnabled());
    QVERIFY(action("restore")->isVisible());
    action("restore")->trigger();
    QVERIFY(awaitComposed());
    QVERIFY(overrides().empty());
}

void TestConfigurePage::filter_findsKeysValuesLayersAndFiles() {
    write(QStringLiteral("model/small.yaml"), "width: 8\n");
    openConfig("defaults:\n  - model: small\n  - _self_\nname: tiny\nother: 3\n");
    m_page->document().edit(QStringLiteral("other"), QStringLiteral("4"));
    QVERIFY(awaitComposed());
    auto* const line = child<ConfigTreePane>()->findChild<QLineEdit*>();
    const auto isShown = [this](const char* path) { return tree()->selectPath(QLatin1String(path)); };
    line->setText(QStringLiteral("file:small"));
    QVERIFY(isShown("model.width") && !isShown("name"));
    line->setText(QStringLiteral("layer:edited"));
    QVERIFY(isShown("other") && !isShown("name"));
    line->setText(QStringLiteral("tin"));
    QVERIFY(isShown("name") && !isShown("other"));
    QTest::keyClick(line, Qt::Key_Escape);
    QVERIFY(isShown("model.width"));
}

void TestConfigurePage::problem_hasAFixButton() {
    openConfig();
    m_page->document().setCommandLine(QStringLiteral("model.lrr=0.5"));
    QVERIFY(awaitComposed());
    const QModelIndex problem = child<ConfigTreePane>()->model().indexOfProblem(0);
    QVERIFY(problem.isValid());
    QCOMPARE(problem.data(ConfigModel::FixRole).toString(), QStringLiteral("Use model.lr"));
    tree()->selectSource(problem);
    const QRect row = tree()->visualRect(tree()->currentIndex());
    QVERIFY(row.isValid());
    const QRect area(row.left(), row.top(), tree()->viewport()->width() - 2 * widgets::kGrid - row.left(),
                     row.height());
    const QRect button = ConfigDelegate::fixRect(area, tree()->font(), QStringLiteral("Use model.lr"));
    QTest::mouseClick(tree()->viewport(), Qt::LeftButton, {}, button.center());
    QVERIFY(QTest::qWaitFor([this] { return overrides() == std::vector<std::string>{"model.lr=0.5"}; }));
    QVERIFY(awaitComposed());
    QVERIFY(!m_page->document().hasError());
}

void TestConfigurePage::interpolation_isCompleted() {
    openConfig("name: x\nmodel:\n  sample_rate: 16000\n  train: {sample_rate: 8000}\n  test: {rate: 1}\n");
    tree()->editPath(QStringLiteral("model.test.rate"));
    auto* const editor = tree()->findChild<QLineEdit*>();
    QVERIFY(editor);
    editor->clear();
    QTest::keyClicks(editor, QStringLiteral("${sample"));
    auto* const completer = editor->findChild<QCompleter*>();
    QVERIFY(completer && completer->popup()->isVisible());
    QCOMPARE(completer->completionCount(), 2);
    QTest::keyClick(completer->popup(), Qt::Key_Down);
    QTest::keyClick(completer->popup(), Qt::Key_Return);
    QCOMPARE(editor->text(), QStringLiteral("${model.sample_rate}"));
    QVERIFY(!completer->popup()->isVisible());
    QTest::keyClicks(editor, QStringLiteral("_${oc.env:HO")); // a resolver has no keys to offer
    QVERIFY(!completer->popup()->isVisible());
    editor->setText(QStringLiteral("${model.sample_rate}"));
    QTest::keyClick(editor, Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([this] { return !overrides().empty(); }));
    QVERIFY(awaitComposed());
    QCOMPARE(cell(QStringLiteral("model.test.rate"), ConfigModel::ResolvedColumn), QStringLiteral("16000"));
}

void TestConfigurePage::problem_isMendedByF2() {
    openConfig("model:\n  lr: ???\n  flag: true\n  last: ???\n");
    for (const Qt::Key key : {Qt::Key_F2, Qt::Key_Return}) {
        action("nextProblem")->trigger();
        tree()->setFocus();
        QVERIFY(tree()->currentIndex().siblingAtColumn(0).data(ConfigModel::KindRole).toInt() ==
                static_cast<int>(ConfigKind::Problem));
        QTest::keyClick(tree(), key);
        auto* const editor = tree()->findChild<QLineEdit*>();
        QVERIFY(editor);
        QCOMPARE(tree()->currentPath(), QStringLiteral("model.lr"));
        editor->setText(QStringLiteral("0.5"));
        QTest::keyClick(editor, Qt::Key_Return);
        QVERIFY(QTest::qWaitFor([this] { return !overrides().empty(); }));
        QVERIFY(awaitComposed());
        QCOMPARE(overrides(), std::vector<std::string>{"model.lr=0.5"});
        action("nextProblem")->trigger(); // the mended one is gone from the list
        QCOMPARE(tree()->currentPath(), QStringLiteral("model.last"));
        action("undo")->trigger();
        QVERIFY(awaitComposed());
    }
}

void TestConfigurePage::problemMenu_listsAllAndJumps() {
    openConfig("a: ???\nb: ???\nc: 1\n");
    QToolButton* button = nullptr;
    for (QToolButton* const each : child<ConfigHeader>()->findChildren<QToolButton*>())
        if (each->accessibleName() == QStringLiteral("Problems")) button = each;
    QVERIFY(button && button->menu());
    QCOMPARE(button->text(), QStringLiteral("2 problems"));
    QCOMPARE(button->menu()->actions().size(), 2);
    button->menu()->actions()[1]->trigger();
    QCOMPARE(tree()->currentPath(), QStringLiteral("b"));
    action("nextProblem")->trigger();
    QCOMPARE(tree()->currentPath(), QStringLiteral("a"));
}

void TestConfigurePage::origin_tellsTheChainAndItsLinksWork() {
    openConfig("lr: 0.01\ntwice: ${lr}\n");
    m_page->document().edit(QStringLiteral("lr"), QStringLiteral("0.5"));
    QVERIFY(awaitComposed());
    auto* const origin = child<OriginPane>();
    QVERIFY(tree()->selectPath(QStringLiteral("lr")));
    QVERIFY2(origin->toPlainText().contains(QStringLiteral("beats")), qPrintable(origin->toPlainText()));
    QVERIFY(origin->toPlainText().contains(QStringLiteral("c.yaml:1")));
    QVERIFY(origin->toPlainText().contains(QStringLiteral("Used by twice")));
    QVERIFY(tree()->selectPath(QStringLiteral("twice")));
    QVERIFY(origin->toPlainText().contains(QStringLiteral("Computed from lr = 0.5")));
    Q_EMIT origin->anchorClicked(QUrl(QStringLiteral("key:lr")));
    QCOMPARE(tree()->currentPath(), QStringLiteral("lr"));
    Q_EMIT origin->anchorClicked(QUrl(QStringLiteral("row:0"))); // what it beats
    QCOMPARE(child<widgets::CodeView>()->markedLine(), 1);
}

void TestConfigurePage::badge_jumpsToTheLineAndEscapeGoesBack() {
    openConfig();
    QVERIFY(tree()->selectPath(QStringLiteral("model.flag")));
    action("source")->trigger();
    auto* const code = child<widgets::CodeView>();
    QCOMPARE(code->markedLine(), 4);
    QTRY_VERIFY(code->hasFocus());
    QTest::keyClick(code, Qt::Key_Escape);
    QTRY_VERIFY(tree()->hasFocus());
}

void TestConfigurePage::diff_showsWhatTheOverridesChange() {
    openConfig();
    m_page->document().edit(QStringLiteral("model.lr"), QStringLiteral("0.5"));
    QVERIFY(awaitComposed());
    action("compareFiles")->trigger();
    QVERIFY(awaitComposed());
    auto* const table = child<DiffPane>()->table();
    QCOMPARE(table->model()->rowCount(), 1);
    QCOMPARE(table->model()->index(0, ConfigDiffModel::LeftColumn).data().toString(), QStringLiteral("0.5"));
    QCOMPARE(table->model()->index(0, ConfigDiffModel::RightColumn).data().toString(),
             QStringLiteral("0.01"));
    child<ConfigTreePane>()->setShow(ConfigFilter::Show::Differences);
    QVERIFY(tree()->selectPath(QStringLiteral("model.lr")));
    QVERIFY(!tree()->selectPath(QStringLiteral("model.flag")));
    Q_EMIT table->activated(table->model()->index(0, 0));
    QCOMPARE(tree()->currentPath(), QStringLiteral("model.lr"));
    write(QStringLiteral("other.yaml"), "name: tiny\nmodel:\n  lr: 0.7\n  new: 1\n");
    m_page->comparison().compareWith(m_fixture->folder.filePath(QStringLiteral("other.yaml")));
    QVERIFY(awaitComposed());
    QCOMPARE(table->model()->rowCount(), 3);
    table->setCurrentIndex(table->model()->index(2, 0)); // model.new, which this config lacks
    table->actions().front()->trigger();
    QCOMPARE(overrides().back(), std::string("+model.new=1"));
}

void TestConfigurePage::sweep_isPreviewedAndTrained() {
    openConfig();
    tree()->editPath(QStringLiteral("model.lr"));
    auto* const editor = tree()->findChild<QLineEdit*>();
    editor->setText(QStringLiteral("0.1,0.01"));
    QTest::keyClick(editor, Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([this] { return !overrides().empty(); }));
    QVERIFY(awaitComposed());
    QVERIFY(!m_page->document().hasError());
    auto* const table = child<SweepPane>()->table();
    QCOMPARE(table->model()->rowCount(), 2);
    QCOMPARE(cell(QStringLiteral("model.lr"), ConfigModel::ResolvedColumn), QStringLiteral("0.1"));
    table->setCurrentIndex(table->model()->index(1, 0));
    QVERIFY(awaitComposed());
    QCOMPARE(cell(QStringLiteral("model.lr"), ConfigModel::ResolvedColumn), QStringLiteral("0.01"));
    QSignalSpy requested(&m_fixture->context, &AppContext::trainRequested);
    Q_EMIT m_fixture->context.trainCurrentRequested();
    QCOMPARE(requested.size(), 1); // the others wait for it
    widgets::NoticeBar* const waiting = child<ConfigTreePane>()->queueNotice();
    QVERIFY(waiting->isVisible());
    QVERIFY(waiting->text().startsWith(QStringLiteral("1 run of the sweep waits")));
    QCOMPARE(requested[0][0].value<run::RunRequest>().overrides, std::vector<std::string>{"model.lr=0.1"});
    Q_EMIT m_fixture->context.runStarted(1);
    Q_EMIT m_fixture->engine.runListChanged(std::make_shared<RunListNews>());
    QCOMPARE(requested.size(), 2);
    QCOMPARE(requested[1][0].value<run::RunRequest>().overrides, std::vector<std::string>{"model.lr=0.01"});
    QVERIFY(!waiting->isVisible());
    QVERIFY(m_page->mayClose());
}

void TestConfigurePage::waitingRuns_canBeDropped() {
    openConfig();
    m_page->document().edit(QStringLiteral("model.lr"), QStringLiteral("0.1,0.01,0.001"));
    QVERIFY(awaitComposed());
    QSignalSpy requested(&m_fixture->context, &AppContext::trainRequested);
    Q_EMIT m_fixture->context.trainCurrentRequested();
    widgets::NoticeBar* const waiting = child<ConfigTreePane>()->queueNotice();
    QVERIFY(waiting->text().startsWith(QStringLiteral("2 runs")));
    bool asked = false; // closing now would lose them
    QTimer::singleShot(0, this, [&asked] {
        if (auto* const box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget())) {
            asked = box->text().startsWith(QStringLiteral("2 runs"));
            box->reject();
        }
    });
    QVERIFY(!m_page->mayClose());
    QVERIFY(asked);
    Q_EMIT waiting->firstClicked();
    QVERIFY(!waiting->isVisible());
    Q_EMIT m_fixture->context.runStarted(1);
    Q_EMIT m_fixture->engine.runListChanged(std::make_shared<RunListNews>());
    QCOMPARE(requested.size(), 1);
    QVERIFY(m_page->mayClose());
}

void TestConfigurePage::schedule_followsEachEdit() {
    openConfig("optim:\n  lr: 0.1\n  sched:\n    name: CosineAnnealing\n    max_steps: 100\n");
    auto* const plot = child<widgets::LinePlot>();
    QVERIFY(plot && plot->isVisible());
    const std::size_t before = plot->pointCount(0);
    QCOMPARE(before, std::size_t{101});
    m_page->document().edit(QStringLiteral("optim.sched.max_steps"), QStringLiteral("50"));
    QVERIFY(awaitComposed());
    QCOMPARE(plot->pointCount(0), std::size_t{51});
}

void TestConfigurePage::pasting_aWholeCommandReplacesTheLine() {
    openConfig();
    QGuiApplication::clipboard()->setText(QStringLiteral("python train.py model.lr=0.3 ~model.flag"));
    auto* const box = child<CommandBox>();
    box->setFocus();
    box->moveCursor(QTextCursor::End);
    box->paste();
    QVERIFY(awaitComposed());
    QCOMPARE(overrides(), (std::vector<std::string>{"model.lr=0.3", "~model.flag"}));
    QVERIFY(box->toPlainText().endsWith(QStringLiteral("--config-name=c model.lr=0.3 ~model.flag")));
    QGuiApplication::clipboard()->setText(QStringLiteral("name=other"));
    action("pasteCommand")->trigger();
    QCOMPARE(overrides().back(), std::string("name=other"));
}

void TestConfigurePage::copiedCommand_composesToTheSame() {
    const QString program = qEnvironmentVariable("FATHOM_CLI");
    QVERIFY2(QFileInfo::exists(program), "FATHOM_CLI has to name fathom-cli");
    openConfig();
    m_page->document().edit(QStringLiteral("name"), QStringLiteral("it's a \"test\" ~x = ${model.lr}"));
    m_page->document().remove(QStringLiteral("model.flag"));
    m_page->document().add(QStringLiteral("model.list"), QStringLiteral("[a, 'b c', {k: 1}]"));
    QVERIFY(awaitComposed());
    QVERIFY(!m_page->document().hasError());
    action("copyCommand")->trigger();
    QString command = QGuiApplication::clipboard()->text();
    QVERIFY(command.startsWith(QStringLiteral("fathom-cli train ")));
    command.replace(QStringLiteral("fathom-cli train"), program + QStringLiteral(" config --json"));
    QProcess shell;
    shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), command});
    QVERIFY(shell.waitForFinished());
    const auto printed = fromJson(shell.readAllStandardOutput().toStdString());
    QVERIFY2(printed, shell.readAllStandardError().constData());
    QCOMPARE(QString::fromStdString(toJson(*printed->at("config"))),
             QString::fromStdString(toJson(m_page->document().composition().config->unresolved())));
}

void TestConfigurePage::keyWithoutValue_isNotRemoved() {
    openConfig("model:\n  lr: ???\n  none: null\n");
    QSignalSpy said(&m_fixture->context, &AppContext::statusMessage);
    for (const char* const key : {"model.lr", "model.none"}) {
        QVERIFY(tree()->selectPath(QString::fromLatin1(key)));
        action("remove")->trigger();
        QVERIFY(awaitComposed());
        QVERIFY(overrides().empty());
        QVERIFY(said.last()[0].toString().contains(QStringLiteral("which has no value")));
    }
}

void TestConfigurePage::manyLeaves_areShownQuickly() {
    QByteArray yaml;
    for (int section = 0; section < 100; ++section) {
        yaml += "section" + QByteArray::number(section) + ":\n";
        for (int key = 0; key < 20; ++key)
            yaml += "  key" + QByteArray::number(key) + ": " + QByteArray::number(section * key) + "\n";
    }
    openConfig(yaml);
    QElapsedTimer timer;
    timer.start();
    m_page->document().edit(QStringLiteral("section50.key7"), QStringLiteral("1"));
    QVERIFY(awaitComposed());
    QVERIFY2(timer.elapsed() < 5000, "an edit of 2,000 leaves"); // generous: a debug build on a busy machine
    QCOMPARE(cell(QStringLiteral("section50.key7"), ConfigModel::ValueColumn), QStringLiteral("1"));
}

QTEST_MAIN(TestConfigurePage)
#include "tst_configure_page.moc"
