// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_page.h"
#include "app/pages/archive/archive_view.h"
#include "app/pages/archive/artifact_view.h"
#include "tests/app/page_fixture.h"

#include <QFile>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeView>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

class TestArchivePage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void open_showsWeightsFirstAndEveryPart();
    void vocabulary_isShownAsATable();
    void sameFile_isOpenedOnce();
    void damagedFile_saysWhyAndLeavesThePageUsable();
    void openFiles_survivesARestart();

private:
    [[nodiscard]] QTabWidget* tabs() const;
    void open(const QString& file);
    std::unique_ptr<PageFixture> m_fixture;
    std::unique_ptr<ArchivePage> m_page;
};

namespace {
QString golden(const char* name) {
    return QStringLiteral(FATHOM_TEST_DATA "/nemo/") + QString::fromLatin1(name);
}
} // namespace

void TestArchivePage::init() {
    m_fixture = std::make_unique<PageFixture>();
    m_page = std::make_unique<ArchivePage>(m_fixture->context);
    m_page->widget()->show();
}

void TestArchivePage::cleanup() {
    delete m_page->widget();
    m_page.reset();
    m_fixture.reset();
}

QTabWidget* TestArchivePage::tabs() const {
    return m_page->widget()->findChild<QTabWidget*>(QString(), Qt::FindChildrenRecursively);
}

void TestArchivePage::open(const QString& file) {
    Q_EMIT m_fixture->context.archiveFileOpened(file);
    QVERIFY(QTest::qWaitFor([this] { return m_page->isSettled(); }, 10000));
}

void TestArchivePage::open_showsWeightsFirstAndEveryPart() {
    open(golden("quartznet_char.nemo"));
    auto* const view = m_page->widget()->findChild<ArchiveView*>();
    QVERIFY(view);
    QCOMPARE(view->part(), QStringLiteral("weights"));
    for (const QString& part : {QStringLiteral("config"), QStringLiteral("artifacts"),
                                QStringLiteral("members"), QStringLiteral("safety")}) {
        view->showPart(part);
        QCOMPARE(view->part(), part);
    }
    QVERIFY(view->contents().configTree.has_value());
    QVERIFY(view->contents().parameters > 0);
}

void TestArchivePage::vocabulary_isShownAsATable() {
    open(golden("conformer_ctc_wpe.nemo"));
    auto* const view = m_page->widget()->findChild<ArchiveView*>();
    QVERIFY(view);
    const auto& artifacts = view->contents().artifacts;
    const auto vocabulary = std::find_if(artifacts.begin(), artifacts.end(),
                                         [](const std::string& name) { return name.ends_with("vocab.txt"); });
    QVERIFY(vocabulary != artifacts.end());
    view->showPart(QStringLiteral("artifact ") + QString::fromStdString(*vocabulary));
    const auto* const artifact = view->findChild<ArtifactView*>();
    QVERIFY(artifact);
    QTRY_VERIFY_WITH_TIMEOUT(artifact->isSettled(), 10000);
    QCOMPARE(artifact->kind(), ArtifactPreview::Kind::Tokens);
    const auto* const table = artifact->findChild<QTreeView*>();
    QVERIFY(table && table->isVisible());
    QVERIFY(table->model()->rowCount() > 10);
}

void TestArchivePage::sameFile_isOpenedOnce() {
    open(golden("quartznet_char.nemo"));
    open(golden("quartznet_char.nemo"));
    QCOMPARE(tabs()->count(), 1);
    open(golden("quartznet_char_gz.nemo"));
    QCOMPARE(tabs()->count(), 2);
}

void TestArchivePage::damagedFile_saysWhyAndLeavesThePageUsable() {
    QFile whole(golden("quartznet_char.nemo"));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    const QString path = m_fixture->folder.filePath(QStringLiteral("half.nemo"));
    QFile half(path);
    QVERIFY(half.open(QIODevice::WriteOnly));
    half.write(whole.read(whole.size() / 2));
    half.close();
    open(path);
    QCOMPARE(tabs()->count(), 1);
    QVERIFY(!m_page->widget()->findChild<ArchiveView*>());
    open(golden("quartznet_char.nemo"));
    QCOMPARE(tabs()->count(), 2);
    QVERIFY(m_page->widget()->findChild<ArchiveView*>());
}

void TestArchivePage::openFiles_survivesARestart() {
    open(golden("quartznet_char.nemo"));
    m_page->saveState(m_fixture->settings);
    PageFixture fresh;
    ArchivePage again(fresh.context);
    const std::unique_ptr<QWidget> widget(again.widget());
    again.restoreState(m_fixture->settings);
    QVERIFY(QTest::qWaitFor([&] { return again.isSettled(); }, 10000));
    QVERIFY(widget->findChild<ArchiveView*>());
}

QTEST_MAIN(TestArchivePage)
#include "tst_archive_page.moc"
