// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/import_actions.h"
#include "app/shell/import_bar.h"
#include "engine/store/reader.h"
#include "tests/app/page_fixture.h"

#include <QSignalSpy>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

QString data(const char* name) {
    return QStringLiteral(FATHOM_TEST_DATA "/exchange/") + QLatin1String(name);
}

constexpr int kManyRows = 400'000;

/// Enough rows that the import is still going on when something happens to it.
QString writeLongLog(const QTemporaryDir& folder) {
    QFile file(folder.filePath(QStringLiteral("long.csv")));
    if (!file.open(QIODevice::WriteOnly)) return {};
    QByteArray text = "step,loss\n";
    for (int i = 0; i < kManyRows; ++i)
        text += QByteArray::number(i) + ",0.5\n";
    file.write(text);
    return file.fileName();
}

class TestImportActions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void import_bringsRunsIn_andTellsHowMany();
    void import_tellsWhatItCouldNotRead();
    void cancel_keepsWhatIsThere_andAnotherImportGoesOn();
    void theWindowMayClose_whileAnImportGoesOn();
    void merge_takesRunsOfAnotherWorkspace_oneImportAfterTheOther();
    void actions_areRegistered();
};

void TestImportActions::import_bringsRunsIn_andTellsHowMany() {
    PageFixture fixture;
    ImportActions imports(fixture.context, nullptr);
    QSignalSpy pages(&fixture.context, &AppContext::pageRequested);
    QVERIFY(!imports.bar()->isVisibleTo(nullptr));
    imports.importPaths({data("tensorboard"), data("lightning")});
    QVERIFY(imports.bar()->isBusy());
    QTRY_VERIFY(!imports.bar()->isBusy());
    const QString told = imports.bar()->text();
    QVERIFY2(told.startsWith(QStringLiteral("Imported: 5 new runs; 195 new points, ")), qPrintable(told));
    QVERIFY(imports.bar()->problems().isEmpty());
    QCOMPARE(pages.count(), 1);
    auto reader = store::Reader::open(fixture.folder.path().toStdString());
    QVERIFY(reader);
    QCOMPARE(reader->runs()->size(), 5U);
    imports.importPaths({data("lightning")});
    QTRY_VERIFY(!imports.bar()->isBusy());
    QCOMPARE(imports.bar()->text(), QStringLiteral("Imported: 1 unchanged"));
    QCOMPARE(pages.count(), 1);
}

void TestImportActions::import_tellsWhatItCouldNotRead() {
    PageFixture fixture;
    ImportActions imports(fixture.context, nullptr);
    imports.importPaths({data("README.md"), data("lightning")});
    QTRY_VERIFY(!imports.bar()->isBusy());
    QCOMPARE(imports.bar()->problems().size(), 1);
    QVERIFY(imports.bar()->problems()[0].contains(QStringLiteral("README.md")));
    QCOMPARE(store::Reader::open(fixture.folder.path().toStdString())->runs()->size(), 1U);
    imports.importPaths({data("README.md")});
    QTRY_VERIFY(!imports.bar()->isBusy());
    QVERIFY2(imports.bar()->text().startsWith(QStringLiteral("Nothing was imported: ")),
             qPrintable(imports.bar()->text()));
    QVERIFY(imports.bar()->text().contains(QStringLiteral("README.md")));
}

/// Run again it goes on to the end.
void TestImportActions::cancel_keepsWhatIsThere_andAnotherImportGoesOn() {
    PageFixture fixture;
    const QTemporaryDir logs;
    const QString log = writeLongLog(logs);
    QVERIFY(!log.isEmpty());
    ImportActions imports(fixture.context, nullptr);
    ImportBar& bar = *imports.bar();
    imports.importPaths({log});
    Q_EMIT bar.cancelRequested();
    QTRY_VERIFY(!bar.isBusy());
    QVERIFY2(bar.text().startsWith(QStringLiteral("Import stopped")), qPrintable(bar.text()));
    imports.importPaths({log});
    QTRY_VERIFY_WITH_TIMEOUT(!bar.isBusy(), 60'000);
    QVERIFY2(bar.text().startsWith(QStringLiteral("Imported")), qPrintable(bar.text()));
    auto reader = store::Reader::open(fixture.folder.path().toStdString());
    QCOMPARE(reader->runs()->size(), 1U);
    QCOMPARE(reader->summaries(reader->runs()->front().id)->front().points, kManyRows);
}

/// The bar goes with the window, at any moment of what the import tells; the jobs go last.
void TestImportActions::theWindowMayClose_whileAnImportGoesOn() {
    const QTemporaryDir logs;
    const QString log = writeLongLog(logs);
    QVERIFY(!log.isEmpty());
    for (const int milliseconds : {0, 1, 3, 10}) {
        PageFixture fixture;
        ImportActions imports(fixture.context, nullptr);
        imports.importPaths({log});
        QTest::qWait(milliseconds);
        QVERIFY(imports.bar()->isBusy());
    }
}

void TestImportActions::merge_takesRunsOfAnotherWorkspace_oneImportAfterTheOther() {
    PageFixture other;
    ImportActions there(other.context, nullptr);
    there.importPaths({data("lightning")});
    QTRY_VERIFY(!there.bar()->isBusy());
    PageFixture fixture;
    ImportActions imports(fixture.context, nullptr);
    imports.importPaths({other.folder.path()}, exchange::Format::Workspace);
    imports.importPaths({data("tensorboard")}); // waits for its turn
    QTRY_VERIFY(!imports.bar()->isBusy());
    const QString told = imports.bar()->text(); // of both
    QVERIFY2(told.startsWith(QStringLiteral("Imported: 1 new run; ")), qPrintable(told));
    QVERIFY2(told.contains(QStringLiteral(" — Imported: 4 new runs; ")), qPrintable(told));
    QCOMPARE(store::Reader::open(fixture.folder.path().toStdString())->runs()->size(), 5U);
}

void TestImportActions::actions_areRegistered() {
    PageFixture fixture;
    const ImportActions imports(fixture.context, nullptr);
    for (const char* id : {"runs.import.folder", "runs.import.files", "runs.merge"}) {
        const QAction* action = fixture.actions.find(QLatin1String(id));
        QVERIFY(action != nullptr);
        QVERIFY(!action->statusTip().isEmpty() && !action->icon().isNull());
    }
}

} // namespace

QTEST_MAIN(TestImportActions)
#include "tst_import_actions.moc"
