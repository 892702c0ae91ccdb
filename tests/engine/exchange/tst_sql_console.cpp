// SPDX-License-Identifier: GPL-3.0-or-later
// What the SQL console answers, and all the ways in which it must not write.
#include "engine/base/file.h"
#include "engine/exchange/sql_console.h"
#include "engine/store/bulk_writer.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::exchange;

namespace {

class TestSqlConsole : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void answers_withTypedValues();
    void runs_severalStatements_andNamesTheLineOfTheWrongOne();
    void refuses_whatDoesMoreThanRead_data();
    void refuses_whatDoesMoreThanRead();
    void ends_aStatementThatTakesTooLong_orIsStopped();
    void ends_whenNoMoreRowsAreWanted();
    void reads_whileAnotherWrites();

private:
    /// Rows as JSON, one a line; or the error.
    std::string ask(std::string_view sql, const SqlOptions& options = {}) {
        std::string text;
        const Status done =
            m_console->run(sql,
                           {.row =
                                [&](const std::vector<Value>& row) {
                                    text += toJson(Value(Value::List(row.begin(), row.end()))) + '\n';
                                    return true;
                                }},
                           options);
        return done ? text : "error " + std::to_string(done.error().line) + ": " + done.error().message();
    }

    std::unique_ptr<QTemporaryDir> m_folder{};
    fs::path m_workspace{};
    std::optional<SqlConsole> m_console{};
};

void TestSqlConsole::init() {
    m_console.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_workspace = m_folder->path().toStdString();
    auto writer = store::BulkWriter::open(m_workspace);
    QVERIFY(writer);
    store::ForeignRun run;
    run.run.name = "quartz";
    const auto id = writer->addRun(run);
    QVERIFY(id);
    const SeriesId loss = writer->series(*id, "loss");
    for (int step = 0; step < 10; ++step)
        writer->put({loss, step, 1.7e9, 0.5 * step});
    QVERIFY(writer->commit());
    auto console = SqlConsole::open(m_workspace);
    QVERIFY(console);
    m_console = std::move(*console);
}

void TestSqlConsole::answers_withTypedValues() {
    QCOMPARE(ask("SELECT name, number FROM runs"), std::string("[\"quartz\", 1]\n"));
    QCOMPARE(ask("SELECT step, value FROM metrics WHERE step = 3"), std::string("[3, 1.5]\n"));
    QCOMPARE(ask("SELECT NULL, 1.0, x'00ff', 'ä'"),
             std::string("[null, 1.0, {\"$bytes\": \"00ff\"}, \"ä\"]\n"));
    QVERIFY(ask("PRAGMA table_info(runs)").starts_with("[0, \"id\""));
    QVERIFY(ask("EXPLAIN QUERY PLAN SELECT * FROM points WHERE id = 3").find("points") != std::string::npos);
    QVERIFY(!SqlConsole::open(m_workspace / "nowhere"));
}

void TestSqlConsole::runs_severalStatements_andNamesTheLineOfTheWrongOne() {
    QCOMPARE(ask("-- a comment\nSELECT 1; SELECT 2;\n\n"), std::string("[1]\n[2]\n"));
    const std::string wrong = ask("SELECT 1;\n\nSELECT missing FROM runs;");
    QVERIFY2(wrong.starts_with("error 3:") && wrong.find("no such column") != std::string::npos,
             wrong.c_str());
    QVERIFY(SqlConsole::isComplete("SELECT 1;"));
    QVERIFY(!SqlConsole::isComplete("SELECT 'a;"));
}

void TestSqlConsole::refuses_whatDoesMoreThanRead_data() {
    QTest::addColumn<QByteArray>("sql");
    for (const char* sql : {"DELETE FROM runs",
                            "UPDATE runs SET name = 'x'",
                            "INSERT INTO tags VALUES(1, 'a')",
                            "DROP TABLE runs",
                            "CREATE TABLE t(a)",
                            "CREATE TEMP TABLE t(a)",
                            "CREATE VIEW v AS SELECT 1",
                            "ATTACH 'other.sqlite' AS o",
                            "VACUUM",
                            "VACUUM INTO 'copy.sqlite'",
                            "PRAGMA query_only = OFF",
                            "PRAGMA user_version = 9",
                            "PRAGMA writable_schema = ON",
                            "PRAGMA wal_checkpoint",
                            "PRAGMA journal_mode = DELETE",
                            "BEGIN IMMEDIATE",
                            "BEGIN",
                            "SAVEPOINT a",
                            "REINDEX",
                            "ANALYZE",
                            "SELECT load_extension('x')",
                            "WITH a AS (SELECT 1) DELETE FROM runs",
                            "REPLACE INTO tags VALUES(1, 'a')"})
        QTest::newRow(sql) << QByteArray(sql);
}

void TestSqlConsole::refuses_whatDoesMoreThanRead() {
    QFETCH(QByteArray, sql);
    const std::string before = readFile(m_workspace / "runs.sqlite").value_or("");
    const std::string answer = ask(sql.toStdString());
    QVERIFY2(answer.starts_with("error"), answer.c_str());
    QCOMPARE(ask("SELECT count(*), min(name) FROM runs"), std::string("[1, \"quartz\"]\n"));
    QVERIFY(!before.empty() && readFile(m_workspace / "runs.sqlite").value_or("") == before);
    QVERIFY(!fs::exists("other.sqlite") && !fs::exists("copy.sqlite"));
}

void TestSqlConsole::ends_aStatementThatTakesTooLong_orIsStopped() {
    constexpr const char* kEndless =
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
    QElapsedTimer timer;
    timer.start();
    const std::string late = ask(kEndless, {.timeoutSeconds = 0.2});
    QVERIFY2(late.find("longer than 0.2 s") != std::string::npos, late.c_str());
    std::stop_source stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop.request_stop();
    });
    const Status stopped = m_console->run(kEndless, {}, {.stop = stop.get_token()});
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().kind, ErrorKind::Interrupted);
    QVERIFY(timer.elapsed() < 20'000);
    QCOMPARE(ask("SELECT 1"), std::string("[1]\n")); // goes on
}

void TestSqlConsole::ends_whenNoMoreRowsAreWanted() {
    int rows = 0;
    QVERIFY(m_console->run("SELECT step FROM metrics; SELECT 1",
                           {.row = [&](const std::vector<Value>&) { return ++rows % 3 != 0; }}));
    QCOMPARE(rows, 4); // three of the first, one of the second
}

void TestSqlConsole::reads_whileAnotherWrites() {
    auto writer = store::BulkWriter::open(m_workspace);
    QVERIFY(writer);
    const SeriesId more = writer->series(store::RunId{1}, "more");
    for (int i = 0; i < 20; ++i) {
        writer->put({more, i, 1.7e9, 1});
        QVERIFY(writer->commit());
        QCOMPARE(ask("SELECT count(*) FROM metrics"),
                 std::string("[").append(std::to_string(11 + i)).append("]\n"));
    }
}

} // namespace

QTEST_GUILESS_MAIN(TestSqlConsole)
#include "tst_sql_console.moc"
