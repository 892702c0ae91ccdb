// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/value.h"
#include "engine/store/recorder.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <limits>

namespace fs = std::filesystem;
using namespace fathom;

class RunsCommandTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    struct Outcome {
        int code;
        QByteArray out;
        QByteArray err;
    };

    fs::path workspace() const { return m_folder.path().toStdString(); }

    Outcome runs(const QStringList& arguments, const QString& folder = {}) {
        QProcess process;
        process.start(
            qEnvironmentVariable("FATHOM_CLI"),
            QStringList{QStringLiteral("runs")} + arguments +
                QStringList{QStringLiteral("--workspace"), folder.isEmpty() ? m_folder.path() : folder});
        if (!process.waitForFinished()) qFatal("fathom-cli does not end");
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    Value json(const QStringList& arguments) {
        const Outcome outcome = runs(arguments + QStringList{QStringLiteral("--json")});
        Result<Value> value = fromJson(outcome.out.toStdString());
        return value ? *value : Value();
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(qEnvironmentVariableIsSet("FATHOM_CLI"), "FATHOM_CLI has to name fathom-cli");
        auto recorder = store::Recorder::open(workspace());
        fs::create_directories(workspace() / "out" / "deep");
        auto first =
            *(*recorder)->createRun({.name = "net", .overrides = {"a=1"}, .configJson = R"({"a": 1})"});
        auto second = *(*recorder)->createRun({.name = "net", .directory = (workspace() / "out").string()});
        auto third = *(*recorder)->createRun({.name = "bad", .directory = workspace().string()});
        first->state(store::RunState::Running);
        first->progress({.step = 2, .totalSteps = 4});
        first->put({first->series("train_loss"), 1, 10, 0.5});
        first->put({first->series("train_loss"), 2, 11, std::numeric_limits<double>::quiet_NaN()});
        first->put({first->series("val_wer"), 2, 11, 0.75});
        first->event(LogLevel::Warning, "careful");
        for (const auto& run : {first, second, third})
            run->state(store::RunState::Completed);
    }

    void ls_printsAllRunsAsJson() {
        const Value list = json({QStringLiteral("ls")});
        QVERIFY(list.isList());
        QCOMPARE(list.asList().size(), std::size_t{3});
        const Value& first = list.asList()[2];
        QCOMPARE(first.at("title")->asString(), std::string("net/1"));
        QCOMPARE(first.at("state")->asString(), std::string("completed"));
        QCOMPARE(first.at("step")->asInt(), 2);
        QCOMPARE(first.at("total_steps")->asInt(), 4);
        QCOMPARE(first.at("metrics.val_wer")->asFloat(), 0.75);
        QVERIFY(list.asList()[0].at("started_at")->isNull());
    }

    void ls_filtersSortsAndChoosesColumns() {
        const auto lines = [this](const QStringList& arguments) {
            return runs(QStringList{QStringLiteral("ls")} + arguments).out.trimmed().split('\n');
        };
        QList<QByteArray> some =
            lines({QStringLiteral("--where"), QStringLiteral("val_wer < 0.8 and name = net")});
        QCOMPARE(some.size(), 2);
        QVERIFY(some[1].startsWith("net/1"));
        some = lines({QStringLiteral("--columns"), QStringLiteral("run, a, min(val_wer), last(train_loss)"),
                      QStringLiteral("--sort"), QStringLiteral("-run")});
        QCOMPARE(some.size(), 4);
        QCOMPARE(some[0].simplified(), QByteArray("run config.a min(val_wer) train_loss"));
        QCOMPARE(some[1].simplified(), QByteArray("net/2 - - -"));
        QCOMPARE(some[2].simplified(), QByteArray("net/1 1 0.75 NaN"));
        const Value list =
            json({QStringLiteral("ls"), QStringLiteral("--where"), QStringLiteral("a is not missing"),
                  QStringLiteral("--columns"), QStringLiteral("run,step,a")});
        QCOMPARE(QByteArray::fromStdString(toJson(list)),
                 QByteArray(R"([{"run": "net/1", "step": 2, "config.a": 1}])"));
    }

    void ls_saysWhereAFilterIsWrong() {
        const Outcome outcome =
            runs({QStringLiteral("ls"), QStringLiteral("--where"), QStringLiteral("val_wer < fast")});
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("expected a number instead of 'fast' (column 11: val_wer < \xe2\x96\xb8"
                                      "fast)"),
                 outcome.err.constData());
        QVERIFY(runs({QStringLiteral("ls"), QStringLiteral("--sort"), QStringLiteral("nonesuch")}).code == 2);
    }

    void show_takesAFilter() {
        const Value list = json({QStringLiteral("show"), QStringLiteral("--where"), QStringLiteral("net")});
        QVERIFY(list.isList());
        QCOMPARE(list.asList().size(), std::size_t{2});
        QCOMPARE(runs({QStringLiteral("show")}).code, 2);
        QCOMPARE(runs({QStringLiteral("rm")}).code, 2);
    }

    void ls_printsAlignedColumns() {
        const QList<QByteArray> lines = runs({QStringLiteral("ls")}).out.split('\n');
        QVERIFY(lines[0].startsWith("RUN"));
        QCOMPARE(lines[3].indexOf("completed"), lines[0].indexOf("STATE"));
        QVERIFY(lines[3].contains("2/4"));
        QVERIFY(lines[3].contains("0.75"));
    }

    void show_findsRunsByIdTitleNameAndLast() {
        QCOMPARE(json({QStringLiteral("show"), QStringLiteral("1")}).at("title")->asString(),
                 std::string("net/1"));
        QCOMPARE(json({QStringLiteral("show"), QStringLiteral("net/2")}).at("id")->asInt(), 2);
        QCOMPARE(json({QStringLiteral("show"), QStringLiteral("net")}).at("id")->asInt(), 2);
        QCOMPARE(json({QStringLiteral("show"), QStringLiteral("last")}).at("id")->asInt(), 3);
        const Value details = json({QStringLiteral("show"), QStringLiteral("net/1")});
        QCOMPARE(details.at("config.a")->asInt(), 1);
        QCOMPARE(details.at("overrides.0")->asString(), std::string("a=1"));
        QCOMPARE(details.at("events.0.text")->asString(), std::string("careful"));
        QVERIFY(runs({QStringLiteral("show"), QStringLiteral("net/1")}).out.contains("careful"));
    }

    void show_refusesAnUnknownRun() {
        const Outcome outcome = runs({QStringLiteral("show"), QStringLiteral("none")});
        QCOMPARE(outcome.code, 2);
        QVERIFY(outcome.out.isEmpty());
        QVERIFY(outcome.err.contains("runs ls"));
        const Value error = json({QStringLiteral("show"), QStringLiteral("none")});
        QVERIFY(error.at("error.message") != nullptr);
    }

    void metrics_printsPointsWithNan() {
        const QString net = QStringLiteral("net/1");
        QCOMPARE(json({QStringLiteral("metrics"), net}).asList().size(), std::size_t{3});
        const Value loss =
            json({QStringLiteral("metrics"), net, QStringLiteral("--name"), QStringLiteral("train_loss")});
        QCOMPARE(loss.asList().size(), std::size_t{2});
        QCOMPARE(loss.at("0.value")->asFloat(), 0.5);
        QCOMPARE(loss.at("1.step")->asInt(), 2);
        QCOMPARE(runs({QStringLiteral("metrics"), net, QStringLiteral("--name"), QStringLiteral("x")}).code,
                 2);
    }

    void export_writesCsv() {
        const QString net = QStringLiteral("net/1");
        const QByteArray expected =
            "name,step,wall_time,value\ntrain_loss,1,10.0,0.5\ntrain_loss,2,11.0,nan\n"
            "val_wer,2,11.0,0.75\n";
        QCOMPARE(runs({QStringLiteral("export"), net}).out, expected);
        const QString path = m_folder.filePath(QStringLiteral("points.csv"));
        QCOMPARE(runs({QStringLiteral("export"), net, QStringLiteral("-o"), path}).code, 0);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), expected);
    }

    void rm_deletesFilesOnlyWhenAsked_andNeverTheWorkspace() {
        QCOMPARE(runs({QStringLiteral("rm"), QStringLiteral("bad/1"), QStringLiteral("--files")}).code, 2);
        QCOMPARE(runs({QStringLiteral("rm"), QStringLiteral("bad/1")}).code, 0);
        QVERIFY(fs::exists(workspace() / "runs.sqlite"));
        QCOMPARE(runs({QStringLiteral("rm"), QStringLiteral("net/2"), QStringLiteral("--files")}).code, 0);
        QVERIFY(!fs::exists(workspace() / "out"));
        QCOMPARE(json({QStringLiteral("ls")}).asList().size(), std::size_t{1});
    }

    void aFolderWithoutRuns_isAnErrorWithARemedy() {
        const QTemporaryDir empty;
        const Outcome outcome = runs({QStringLiteral("ls")}, empty.path());
        QCOMPARE(outcome.code, 3);
        QVERIFY(outcome.err.contains("Start a run"));
        QVERIFY(!fs::exists(empty.path().toStdString() + "/runs.sqlite"));
    }
};

QTEST_GUILESS_MAIN(RunsCommandTest)
#include "tst_runs_command.moc"
