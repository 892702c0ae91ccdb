// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/sql_window.h"
#include "engine/base/file.h"
#include "engine/store/bulk_writer.h"
#include "tests/app/page_fixture.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QPlainTextEdit>
#include <QTableView>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

/// Three runs, the name of one of which is hard to quote.
struct Opened {
    PageFixture fixture;
    std::unique_ptr<SqlWindow> window;

    Opened() {
        auto writer = store::BulkWriter::open(fixture.folder.path().toStdString());
        for (const char* name : {"net", "net", "a, \"b\""})
            if (!writer->addRun({.run = {.name = name}, .note = "x"})) qFatal("no run");
        window = std::make_unique<SqlWindow>(fixture.context);
    }
    void ask(const char* sql) {
        window->setText(QString::fromUtf8(sql));
        window->run();
        QTRY_VERIFY_WITH_TIMEOUT(!window->isBusy(), 30'000);
    }
};

class TestSqlWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rows_areShownWithTheirColumns() {
        Opened opened;
        SqlResult& result = const_cast<SqlResult&>(opened.window->answer());
        QAbstractItemModelTester tester(&result, QAbstractItemModelTester::FailureReportingMode::QtTest);
        opened.ask("SELECT 1;\nSELECT name, number, NULL AS absent FROM runs ORDER BY id");
        QVERIFY2(opened.window->error().isEmpty(), qPrintable(opened.window->error()));
        QCOMPARE(result.rowCount(), 3);
        QCOMPARE(result.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("number"));
        QCOMPARE(result.index(1, 1).data().toString(), QStringLiteral("2"));
        QVERIFY(result.index(1, 2).data().isNull());
    }

    void wrongSql_isMarkedAtItsLine_andTheRowsStay() {
        Opened opened;
        opened.ask("SELECT name FROM runs");
        opened.ask("SELECT 1;\n\nSELECT nonsense FROM runs");
        QCOMPARE(opened.window->errorLine(), 3);
        QVERIFY2(opened.window->error().contains(QStringLiteral("nonsense")),
                 qPrintable(opened.window->error()));
        opened.ask("DELETE FROM runs");
        QVERIFY2(opened.window->error().contains(QStringLiteral("refused")),
                 qPrintable(opened.window->error()));
        opened.ask("SELECT count(*) FROM runs");
        QVERIFY(opened.window->error().isEmpty());
        QCOMPARE(opened.window->answer().index(0, 0).data().toInt(), 3);
    }

    void longTexts_leaveRoomForTheOtherColumns() {
        Opened opened;
        auto* const table = opened.window->findChild<QTableView*>();
        opened.window->show();
        opened.ask("SELECT printf('%.*c', 2000, 'x') AS long, 1 AS number, name FROM runs");
        QVERIFY(table->columnWidth(0) < opened.window->width() * 2 / 3);
        QVERIFY(table->columnWidth(0) > table->columnWidth(1));
        const QAbstractItemModel* const result = table->model();
        QCOMPARE(result->headerData(1, Qt::Horizontal, Qt::TextAlignmentRole), // as what is below it
                 result->index(0, 1).data(Qt::TextAlignmentRole));
    }

    void tab_goesThroughTheWholeWindow() {
        Opened opened;
        opened.window->show();
        opened.ask("SELECT name FROM runs");
        auto* const text = opened.window->findChild<QPlainTextEdit*>();
        auto* const table = opened.window->findChild<QTableView*>();
        QTRY_VERIFY(text->hasFocus());
        for (int i = 0; i < 10 && !table->hasFocus(); ++i)
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QVERIFY(table->hasFocus());
        QTest::keyClick(table, Qt::Key_Tab);
        QVERIFY(text->hasFocus());
        QTest::keyClick(text, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(text, Qt::Key_Delete);
        QTest::keyClick(text, Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(!opened.window->isBusy());                  // there is nothing to ask
        opened.window->setText(QStringLiteral("SELECT 1")); // as History and Tables do
        QTest::keyClick(text, Qt::Key_Z, Qt::ControlModifier);
        QTest::keyClick(text, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(text->toPlainText(), QStringLiteral("SELECT name FROM runs"));
    }

    void stop_endsAnEndlessQuestion() {
        Opened opened;
        opened.window->setText(QStringLiteral(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"));
        opened.window->show();
        opened.window->run();
        QVERIFY(opened.window->isBusy());
        QTest::keyClick(opened.window.get(), Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!opened.window->isBusy(), 30'000);
        QVERIFY(opened.window->isVisible());
        QVERIFY2(opened.window->error().contains(QStringLiteral("stopped")),
                 qPrintable(opened.window->error()));
    }

    void history_keepsTheNewestFirst_andEachOnce() {
        Opened opened;
        opened.ask("SELECT 1");
        opened.ask("SELECT 2");
        opened.ask("SELECT 1");
        QCOMPARE(opened.window->history(),
                 (QStringList{QStringLiteral("SELECT 1"), QStringLiteral("SELECT 2")}));
        QCOMPARE(SqlWindow(opened.fixture.context).history().size(), 2);
    }

    void csv_quotesWhatNeedsIt() {
        Opened opened;
        opened.ask("SELECT name, NULL AS absent, 0.1 AS tenth FROM runs WHERE id = 3");
        const QString file = opened.fixture.folder.filePath(QStringLiteral("rows.csv"));
        opened.window->writeCsv(file);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(file), 30'000);
        QCOMPARE(*readFile(file.toStdString()), std::string("name,absent,tenth\n\"a, \"\"b\"\"\",,0.1\n"));
    }

    void manyRows_areCut() {
        Opened opened;
        opened.ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
        QCOMPARE(opened.window->answer().rowCount(), 100'000);
        QVERIFY(opened.window->answer().rows()->isCut);
    }
};

} // namespace

QTEST_MAIN(TestSqlWindow)
#include "tst_sql_window.moc"
