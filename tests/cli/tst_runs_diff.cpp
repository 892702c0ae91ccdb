// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/value.h"
#include "engine/store/recorder.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace fathom;

class RunsDiffTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    struct Outcome {
        int code;
        QByteArray out;
        QByteArray err;
    };

    Outcome diff(const QStringList& arguments) {
        QProcess process;
        process.start(qEnvironmentVariable("FATHOM_CLI"),
                      QStringList{QStringLiteral("runs"), QStringLiteral("diff")} + arguments +
                          QStringList{QStringLiteral("--workspace"), m_folder.path()});
        if (!process.waitForFinished()) qFatal("fathom-cli does not end");
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(qEnvironmentVariableIsSet("FATHOM_CLI"), "FATHOM_CLI has to name fathom-cli");
        auto recorder = store::Recorder::open(m_folder.path().toStdString());
        for (const double rate : {0.01, 0.02}) {
            const std::string patch =
                "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a = 1\n+a = " +
                std::string(rate < 0.015 ? "2" : "3") + '\n';
            auto run = *(*recorder)->createRun(
                {.name = "net",
                 .leaves = {{"optim.lr", rate, "command line", "override 1"},
                            {"optim.name", "sgd", "yaml", "net.yaml:3"}},
                 .environment = {{"git.patch", patch}, {"git.commit", "abc"}, {"torch.version", "2.11"}}});
            run->put({run->series("val_wer"), 5, 10, rate * 10});
            run->state(store::RunState::Completed);
        }
    }

    void differingKeys_arePrintedWithTheirLayers() {
        const Outcome outcome = diff({QStringLiteral("net/1"), QStringLiteral("net/2")});
        QCOMPARE(outcome.code, 0);
        const QString text = QString::fromUtf8(outcome.out);
        QVERIFY2(text.contains(QStringLiteral("config: 1 of 2 differ")), outcome.out);
        QVERIFY2(text.contains(QStringLiteral("0.01 (command line, override 1)")), outcome.out);
        QVERIFY2(!text.contains(QStringLiteral("optim.name")), "identical keys are left out");
        QVERIFY2(text.contains(QStringLiteral("environment: all 1 the same")), outcome.out);
        QVERIFY2(text.contains(QStringLiteral("-+a = 2\n++a = 3\n")), outcome.out);
        QVERIFY(diff({QStringLiteral("net/1"), QStringLiteral("net/2"), QStringLiteral("--all")})
                    .out.contains("optim.name"));
    }

    void json_hasEachValueWithItsPlace() {
        const Outcome outcome = diff({QStringLiteral("2"), QStringLiteral("1"), QStringLiteral("--json")});
        const Result<Value> value = fromJson(outcome.out.toStdString());
        QVERIFY2(value.has_value(), outcome.out);
        QCOMPARE(value->at("baseline")->asString(), std::string("net/2"));
        QCOMPARE(value->at("config")->asList().size(), std::size_t{1});
        QCOMPARE(value->at("config.0.key")->asString(), std::string("optim.lr"));
        QCOMPARE(value->at("config.0.values.0.value")->asFloat(), 0.02);
        QCOMPARE(value->at("config.0.values.1.origin")->asString(), std::string("override 1"));
        QVERIFY(value->at("environment")->asList().empty());
        QCOMPARE(value->at("metrics.0.key")->asString(), std::string("val_wer"));
    }

    void oneRun_orAWrongName_isRefused() {
        QCOMPARE(diff({QStringLiteral("net/1")}).code, 2);
        const Outcome outcome =
            diff({QStringLiteral("net/1"), QStringLiteral("nothing"), QStringLiteral("--json")});
        QCOMPARE(outcome.code, 2);
        QVERIFY(outcome.out.contains("\"error\""));
    }
};

QTEST_GUILESS_MAIN(RunsDiffTest)
#include "tst_runs_diff.moc"
