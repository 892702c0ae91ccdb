// SPDX-License-Identifier: GPL-3.0-or-later
// What the Configure page does with files: saving, changes by others, broken and empty ones, drafts.
#include "app/config_view/config_tree_pane.h"
#include "app/models/config_model.h"
#include "app/pages/configure/configure_view.h"
#include "tests/app/configure_page_test.h"
#include "widgets/code_view.h"
#include "widgets/empty_state.h"
#include "widgets/notice_bar.h"

#include <QAction>
#include <QLabel>
#include <QSignalSpy>

using namespace fathom;
using namespace fathom::app;

class TestConfigureFiles : public ConfigurePageTest {
    Q_OBJECT
private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }
    void save_writesIntoTheFileAndUndoPutsItBack();
    void save_refusesAFileThatChanged();
    void diskChange_isOfferedAboveTheTree();
    void brokenFile_showsItsTextAndTheReason();
    void emptyFile_saysSo();
    void openingAnotherFile_keepsTheOverridesOfTheFirst();
    void state_survivesACrash();
    void command_ofARunIsOpenedToBeEdited();
};

void TestConfigureFiles::command_ofARunIsOpenedToBeEdited() {
    write(QStringLiteral("c.yaml"), "name: tiny\nmodel:\n  lr: 0.01\n");
    QSignalSpy pages(&m_fixture->context, &AppContext::pageRequested);
    Q_EMIT m_fixture->context.configureCommandRequested(
        QStringLiteral("fathom-cli train --config-path %1 --config-name c model.lr=0.5")
            .arg(m_fixture->folder.path()));
    QVERIFY(awaitComposed());
    QCOMPARE(pages.last()[0].toString(), QStringLiteral("configure"));
    QCOMPARE(overrides(), std::vector<std::string>{"model.lr=0.5"});
    QCOMPARE(cell(QStringLiteral("name"), ConfigModel::ValueColumn), QStringLiteral("tiny"));
}

void TestConfigureFiles::save_writesIntoTheFileAndUndoPutsItBack() {
    const QByteArray text = "# tuned by hand\nname: tiny\nmodel:\n  lr: 0.01   # start\n  labels: [a, b]\n";
    openConfig(text);
    const auto onDisk = [this] {
        QFile file(m_fixture->folder.filePath(QStringLiteral("c.yaml")));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QVERIFY(!action("save")->isEnabled());
    m_page->document().edit(QStringLiteral("model.lr"), QStringLiteral("0.02"));
    m_page->document().edit(QStringLiteral("model.labels"), QStringLiteral("[c]"));
    QVERIFY(awaitComposed());
    QSignalSpy said(&m_fixture->context, &AppContext::statusMessage);
    action("save")->trigger();
    QVERIFY(awaitComposed());
    const QByteArray saved = QByteArray(text).replace("0.01", "0.02");
    QCOMPARE(onDisk(), saved);
    QCOMPARE(overrides(), std::vector<std::string>{"model.labels=[c]"});
    QVERIFY(
        said.last()[0].toString().startsWith(QStringLiteral("1 value is in c.yaml now: model.labels stays")));
    QCOMPARE(cell(QStringLiteral("model.lr"), ConfigModel::ValueColumn), QStringLiteral("0.02"));
    QVERIFY(cell(QStringLiteral("model.lr"), ConfigModel::SourceColumn).contains(QStringLiteral("YAML")));
    action("undo")->trigger();
    QVERIFY(awaitComposed());
    QCOMPARE(onDisk(), text);
    QCOMPARE(overrides(), (std::vector<std::string>{"model.lr=0.02", "model.labels=[c]"}));
    action("redo")->trigger();
    QVERIFY(awaitComposed());
    QCOMPARE(onDisk(), saved);
    QCOMPARE(overrides(), std::vector<std::string>{"model.labels=[c]"});
    QVERIFY(!m_page->document().diskChange());
}

void TestConfigureFiles::save_refusesAFileThatChanged() {
    openConfig();
    m_page->document().edit(QStringLiteral("model.lr"), QStringLiteral("0.02"));
    QVERIFY(awaitComposed());
    write(QStringLiteral("c.yaml"), "name: other\nmodel:\n  lr: 3\n");
    action("save")->trigger();
    QVERIFY(awaitComposed());
    auto* const box = QApplication::activeModalWidget();
    QVERIFY(box && box->property("text").toString().contains(QStringLiteral("changed by someone else")));
    box->close();
    QFile file(m_fixture->folder.filePath(QStringLiteral("c.yaml")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().contains("lr: 3"));
    QCOMPARE(overrides(), std::vector<std::string>{"model.lr=0.02"});
}

void TestConfigureFiles::diskChange_isOfferedAboveTheTree() {
    openConfig();
    write(QStringLiteral("c.yaml"), "name: tiny\nmodel:\n  lr: 0.9\n  flag: true\n");
    widgets::NoticeBar* const notice = child<ConfigTreePane>()->diskNotice();
    QVERIFY(QTest::qWaitFor([&] { return notice->isVisible(); }, 10000));
    QVERIFY2(notice->text().contains(QStringLiteral("1 value differs")), qPrintable(notice->text()));
    QCOMPARE(cell(QStringLiteral("model.lr"), ConfigModel::ValueColumn), QStringLiteral("0.01"));
    QSignalSpy requested(&m_fixture->context, &AppContext::trainRequested);
    Q_EMIT notice->firstClicked();
    QVERIFY(awaitComposed());
    QVERIFY(!notice->isVisible());
    QCOMPARE(cell(QStringLiteral("model.lr"), ConfigModel::ValueColumn), QStringLiteral("0.9"));
}

void TestConfigureFiles::brokenFile_showsItsTextAndTheReason() {
    openConfig("name: tiny\nmodel: [1\nx: 2\n");
    widgets::NoticeBar* const notice = child<ConfigTreePane>()->errorNotice();
    QVERIFY(notice->isVisible());
    QVERIFY(child<widgets::CodeView>()->isVisible());
    QVERIFY(child<widgets::CodeView>()->toPlainText().contains(QStringLiteral("model: [1")));
    QVERIFY(child<widgets::CodeView>()->markedLine() > 0);
}

void TestConfigureFiles::emptyFile_saysSo() {
    openConfig("");
    QVERIFY(child<widgets::EmptyState>()->isVisible());
}

void TestConfigureFiles::openingAnotherFile_keepsTheOverridesOfTheFirst() {
    openConfig();
    m_page->document().edit(QStringLiteral("model.lr"), QStringLiteral("0.5"));
    write(QStringLiteral("other.yaml"), "a: 1\n");
    m_page->open(m_fixture->folder.filePath(QStringLiteral("other.yaml")));
    QVERIFY(awaitComposed());
    QVERIFY(overrides().empty());
    m_page->open(m_fixture->folder.filePath(QStringLiteral("c.yaml")));
    QVERIFY(awaitComposed());
    QCOMPARE(overrides(), std::vector<std::string>{"model.lr=0.5"});
}

void TestConfigureFiles::state_survivesACrash() {
    openConfig();
    m_page->document().edit(QStringLiteral("model.lr"), QStringLiteral("0.5"));
    // Nothing is saved on purpose: what is on disk a moment later has to be enough.
    const QString saved = m_fixture->folder.filePath(QStringLiteral("after_the_crash.ini"));
    QVERIFY(QTest::qWaitFor([&] {
        QFile::remove(saved);
        QFile::copy(m_fixture->settings.fileName(), saved);
        QFile file(saved);
        return file.open(QIODevice::ReadOnly) && file.readAll().contains("model.lr=0.5");
    }));
    QSettings settings(saved, QSettings::IniFormat);
    AppContext context({.actions = m_fixture->actions,
                        .jobs = m_fixture->jobs,
                        .engine = m_fixture->engine,
                        .settings = settings},
                       m_fixture->folder.path().toStdString());
    ConfigurePage again(context);
    settings.beginGroup(again.id());
    again.restoreState(settings);
    settings.endGroup();
    QVERIFY(!again.isSettled());
    QVERIFY(QTest::qWaitFor([&] { return again.isSettled(); }, 10000));
    QCOMPARE(again.document().state().overrides.items, std::vector<std::string>{"model.lr=0.5"});
    QVERIFY(again.document().hasTree());
}

QTEST_MAIN(TestConfigureFiles)
#include "tst_configure_files.moc"
