// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_model.h"
#include "app/pages/configure/command_box.h"
#include "app/pages/configure/config_document.h"
#include "app/pages/configure/config_tree_view.h"
#include "app/pages/configure/configure_page.h"
#include "app/pages/configure/configure_view.h"
#include "tests/app/page_fixture.h"
#include "widgets/code_view.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

class TestConfigurePage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void noFile_saysWhatToDo();
    void editing_inTheTreeChangesTheCommandLine();
    void typing_inTheCommandLineChangesTheTree();
    void selection_marksTheSourceLine();
    void delete_removesTheKeyAndUndoBringsItBack();
    void train_sendsTheRequest();
    void train_withAnErrorShowsItInstead();
    void state_survivesARestart();

private:
    void openConfig();
    [[nodiscard]] bool awaitComposed() const;
    template <class T> [[nodiscard]] T* child() const { return m_page->widget()->findChild<T*>(); }
    [[nodiscard]] ConfigTreeView* tree() const { return child<ConfigTreeView>(); }

    std::unique_ptr<PageFixture> m_fixture;
    std::unique_ptr<ConfigurePage> m_page;
};

void TestConfigurePage::init() {
    m_fixture = std::make_unique<PageFixture>();
    m_page = std::make_unique<ConfigurePage>(m_fixture->context);
    m_page->widget()->resize(1200, 800);
    m_page->widget()->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page->widget()));
}

void TestConfigurePage::cleanup() {
    delete m_page->widget();
    m_page.reset();
    m_fixture.reset();
}

bool TestConfigurePage::awaitComposed() const {
    return QTest::qWaitFor([this] { return m_page->isSettled(); }, 10000);
}

void TestConfigurePage::openConfig() {
    const QString path = m_fixture->folder.filePath(QStringLiteral("c.yaml"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("name: tiny\nmodel:\n  lr: 0.01\n  flag: true\n");
    file.close();
    Q_EMIT m_fixture->context.configFileOpened(path);
    QVERIFY(awaitComposed());
}

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

void TestConfigurePage::state_survivesARestart() {
    openConfig();
    m_page->document().edit(QStringLiteral("model.lr"), QStringLiteral("0.5"));
    QVERIFY(awaitComposed());
    m_page->saveState(m_fixture->settings);
    m_page->document().resetAll();
    PageFixture fresh;
    ConfigurePage again(fresh.context);
    const std::unique_ptr<QWidget> widget(again.widget());
    again.restoreState(m_fixture->settings);
    QVERIFY(QTest::qWaitFor([&] { return again.isSettled(); }, 10000));
    QCOMPARE(again.document().state().overrides.items, std::vector<std::string>{"model.lr=0.5"});
    QVERIFY(!again.document().tree().root.children.empty());
}

QTEST_MAIN(TestConfigurePage)
#include "tst_configure_page.moc"
