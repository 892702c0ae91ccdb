// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli runs import, merge, export and sql, from outside.
#include "engine/base/value.h"
#include "engine/store/event_encoding.h"
#include "engine/store/reader.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;
using namespace fathom;

namespace {

class TestRunsExchange : public QObject {
    Q_OBJECT

    struct Outcome {
        int code = 0;
        QByteArray out{};
        QByteArray err{};
    };

    Outcome runs(const QStringList& arguments, const QByteArray& input = {}) {
        QProcess process;
        process.start(qEnvironmentVariable("FATHOM_CLI"),
                      QStringList{QStringLiteral("runs")} + arguments +
                          QStringList{QStringLiteral("--workspace"), workspace()});
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished()) qFatal("fathom-cli does not end");
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    [[nodiscard]] QString path(const char* name) const { return m_folder->filePath(QString::fromUtf8(name)); }
    [[nodiscard]] QString workspace() const { return path("workspace"); }
    static QString data(const char* name) {
        return QStringLiteral(FATHOM_TEST_DATA "/exchange/") + QString::fromUtf8(name);
    }

    std::unique_ptr<QTemporaryDir> m_folder{};

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void import_tellsFigures_andNothingTwice() {
        for (const bool isFirst : {true, false}) {
            const Outcome outcome =
                runs({QStringLiteral("import"), data("tensorboard"), QStringLiteral("--json")});
            QCOMPARE(outcome.code, 0);
            const auto report = fromJson(outcome.out.toStdString());
            QVERIFY(report);
            QCOMPARE(report->at("format")->asString(), std::string("tensorboard"));
            QCOMPARE(report->at("runs")->asList().size(), 4U);
            QCOMPARE(report->at("purged")->asInt(), 11);
            QCOMPARE(report->at("skipped.audio")->asInt(), 1);
            for (const Value& run : report->at("runs")->asList())
                QCOMPARE(run.at("outcome")->asString(), std::string(isFirst ? "new" : "unchanged"));
        }
        const Outcome table = runs({QStringLiteral("import"), data("lightning")});
        QVERIFY(table.out.contains("quartz/version_0/1") && table.out.contains("1 new run,"));
    }

    void import_endsWithThree_forBadInput() {
        QFile file(path("bad.csv"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("step,loss\n1,2\nx,3\n") > 0);
        file.close();
        const Outcome bad = runs({QStringLiteral("import"), path("bad.csv")});
        QCOMPARE(bad.code, 3);
        QVERIFY(bad.err.contains("bad.csv:3"));
        QVERIFY(bad.out.contains("broke off"));
        QCOMPARE(runs({QStringLiteral("import"), path("nowhere")}).code, 3);
        QCOMPARE(
            runs({QStringLiteral("import"), data("wandb"), QStringLiteral("--format"), QStringLiteral("aim")})
                .code,
            2);
        QCOMPARE(runs({QStringLiteral("import"), data("wandb"), QStringLiteral("--follow")}).code, 2);
    }

    void export_andMerge_bringTheSamePointsToAnotherWorkspace() {
        QCOMPARE(runs({QStringLiteral("import"), data("mlflow")}).code, 0);
        const Outcome exported = runs({QStringLiteral("export"), QStringLiteral("1"), QStringLiteral("2"),
                                       QStringLiteral("--format"), QStringLiteral("tensorboard"),
                                       QStringLiteral("-o"), path("tb"), QStringLiteral("--json")});
        QCOMPARE(exported.code, 0);
        QCOMPARE(fromJson(exported.out.toStdString())->at("points")->asInt(), 48);
        fs::rename(workspace().toStdString(), path("first").toStdString());
        for (const char* kind : {"new", "unchanged"}) {
            const Outcome merged = runs({QStringLiteral("merge"), path("first"), QStringLiteral("--json")});
            QCOMPARE(merged.code, 0);
            const auto report = fromJson(merged.out.toStdString());
            QCOMPARE(report->at("runs")->asList().size(), 2U);
            QCOMPARE(report->at("runs.0.outcome")->asString(), std::string(kind));
        }
        const Outcome count = runs({QStringLiteral("sql"), QStringLiteral("--json"),
                                    QStringLiteral("SELECT count(*) AS n FROM metrics")});
        QCOMPARE(count.out, QByteArray("{\"n\": 48}\n"));
    }

    void sql_readsStatementsFromStandardInput_andRefusesWrites() {
        QCOMPARE(runs({QStringLiteral("import"), data("lightning")}).code, 0);
        const Outcome rows =
            runs({QStringLiteral("sql")}, "SELECT name, step FROM runs;\nSELECT 'a' AS letter;");
        QCOMPARE(rows.code, 0);
        QVERIFY2(rows.out.contains("quartz/version_0    45") && rows.out.contains("letter"),
                 rows.out.constData());
        const Outcome refused = runs({QStringLiteral("sql"), QStringLiteral("DELETE FROM runs")});
        QCOMPARE(refused.code, 2);
        QVERIFY(refused.err.contains("refused"));
        const Outcome late = runs(
            {QStringLiteral("sql"), QStringLiteral("--timeout"), QStringLiteral("0.1"),
             QStringLiteral(
                 "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c")});
        QCOMPARE(late.code, 1);
    }

    /// Another process follows; what this one writes comes into the store, and Ctrl+C ends it.
    void import_follows_untilInterrupted() {
        const fs::path file = path("logs/events.out.tfevents.1.host.1.0").toStdString();
        fs::create_directories(file.parent_path());
        const auto write = [&](std::int64_t step) {
            std::ofstream(file, std::ios::binary | std::ios::app) << store::framed(
                step < 0 ? store::versionEvent({1.7e9, 0}) : store::scalarEvent({1.7e9, step}, "loss", 1));
        };
        write(-1);
        write(0);
        QProcess process;
        process.start(qEnvironmentVariable("FATHOM_CLI"),
                      {QStringLiteral("runs"), QStringLiteral("import"), QStringLiteral("--follow"),
                       path("logs"), QStringLiteral("--workspace"), workspace(), QStringLiteral("--json")});
        const auto hasPoints = [&](std::int64_t count) {
            return QTest::qWaitFor(
                [&] {
                    auto reader = store::Reader::open(workspace().toStdString());
                    const auto summaries =
                        reader ? reader->metricColumn("loss") : Result<std::vector<store::SeriesSummary>>();
                    return summaries && summaries->size() == 1 && summaries->front().points == count;
                },
                20'000);
        };
        QVERIFY(hasPoints(1));
        for (int step = 1; step < 4; ++step) {
            write(step);
            QVERIFY(hasPoints(step + 1));
        }
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(fromJson(process.readAllStandardOutput().toStdString())->at("points")->asInt(), 4);
    }
};

} // namespace

QTEST_GUILESS_MAIN(TestRunsExchange)
#include "tst_runs_exchange.moc"
