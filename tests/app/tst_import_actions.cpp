// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/import_actions.h"
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

class TestImportActions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void import_bringsRunsIn_andTellsHowMany();
    void import_tellsWhatItCouldNotRead();
    void actions_areRegistered();
};

void TestImportActions::import_bringsRunsIn_andTellsHowMany() {
    PageFixture fixture;
    ImportActions imports(fixture.context, nullptr);
    QSignalSpy messages(&fixture.context, &AppContext::statusMessage);
    QSignalSpy pages(&fixture.context, &AppContext::pageRequested);
    imports.importPaths({data("tensorboard"), data("lightning")});
    QTRY_COMPARE(messages.count(), 2);
    QCOMPARE(messages[1][0].toString(),
             QStringLiteral("Imported: 5 new runs, 0 updated, 0 unchanged; 195 new points"));
    QCOMPARE(pages.count(), 1);
    auto reader = store::Reader::open(fixture.folder.path().toStdString());
    QVERIFY(reader);
    QCOMPARE(reader->runs()->size(), 5U);
    imports.importPaths({data("lightning")});
    QTRY_COMPARE(messages.count(), 4);
    QVERIFY(messages[3][0].toString().contains(QStringLiteral("1 unchanged")));
    QCOMPARE(pages.count(), 1);
}

void TestImportActions::import_tellsWhatItCouldNotRead() {
    PageFixture fixture;
    ImportActions imports(fixture.context, nullptr);
    QSignalSpy problems(&imports, &ImportActions::failed);
    imports.importPaths({data("README.md"), data("lightning")});
    QTRY_COMPARE(problems.count(), 1);
    QVERIFY(problems[0][0].toString().contains(QStringLiteral("README.md")));
    QCOMPARE(store::Reader::open(fixture.folder.path().toStdString())->runs()->size(), 1U);
}

void TestImportActions::actions_areRegistered() {
    PageFixture fixture;
    const ImportActions imports(fixture.context, nullptr);
    for (const char* id : {"runs.import.folder", "runs.import.files"}) {
        const QAction* action = fixture.actions.find(QLatin1String(id));
        QVERIFY(action != nullptr);
        QVERIFY(!action->statusTip().isEmpty() && !action->icon().isNull());
    }
}

} // namespace

QTEST_MAIN(TestImportActions)
#include "tst_import_actions.moc"
