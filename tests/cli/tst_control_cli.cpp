// SPDX-License-Identifier: GPL-3.0-or-later
// A training in one process, controlled from others.
#include "engine/base/value.h"
#include "engine/store/reader.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>

using namespace fathom;

class ControlCliTest : public QObject {
    Q_OBJECT
    struct Output {
        int exitCode = -1;
        QString out;
        QString err;
    };

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QProcess> m_training;

    Output control(const QStringList& arguments) const {
        QProcess process;
        process.start(qEnvironmentVariable("FATHOM_CLI"),
                      QStringList{QStringLiteral("runs"), QStringLiteral("control"), QStringLiteral("last")} +
                          arguments + QStringList{QStringLiteral("--workspace"), m_folder->path()});
        Output output;
        if (process.waitForFinished(60'000)) output.exitCode = process.exitCode();
        output.out = QString::fromUtf8(process.readAllStandardOutput());
        output.err = QString::fromUtf8(process.readAllStandardError());
        return output;
    }
    Output control(const char* command) const { return control(QStringList{QLatin1String(command)}); }
    [[nodiscard]] store::Run run() const {
        auto reader = store::Reader::open(m_folder->path().toStdString());
        const auto runs = reader ? reader->runs() : Result<std::vector<store::Run>>{};
        return runs && !runs->empty() ? runs->front() : store::Run{};
    }
    [[nodiscard]] std::int64_t step() const { return run().progress.step; }
    [[nodiscard]] QStringList commandEvents() const {
        QStringList texts;
        auto reader = store::Reader::open(m_folder->path().toStdString());
        const auto events = reader->events(run().id).value();
        for (const store::Event& event : events)
            if (event.kind == "command")
                texts.append(QString::fromStdString(event.text).section(QStringLiteral(": "), 1));
        return texts;
    }
    void train() {
        m_training = std::make_unique<QProcess>();
        m_training->setStandardErrorFile(m_folder->filePath(QStringLiteral("log")));
        m_training->start(
            qEnvironmentVariable("FATHOM_CLI"),
            {QStringLiteral("train"), QStringLiteral("--config-path"), m_folder->path(),
             QStringLiteral("--config-name"), QStringLiteral("tiny"), QStringLiteral("--workspace"),
             m_folder->path(), QStringLiteral("trainer.max_epochs=100000"),
             QStringLiteral("+trainer.check_val_every_n_epoch=100000"),
             QStringLiteral("model.optim.sched=null"), QStringLiteral("+exp_manager.resume_if_exists=true"),
             QStringLiteral("+exp_manager.resume_ignore_no_checkpoint=true")});
        QVERIFY(m_training->waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(step() > 0, 30'000);
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QFile tiny(QStringLiteral(FATHOM_TEST_DATA "/train/tiny.yaml"));
        QVERIFY(tiny.open(QIODevice::ReadOnly));
        QByteArray yaml = tiny.readAll();
        yaml.replace("MANIFEST", FATHOM_TEST_DATA "/nemo/manifest.json");
        yaml.replace("EXPDIR", m_folder->filePath(QStringLiteral("exp")).toUtf8());
        QFile config(m_folder->filePath(QStringLiteral("tiny.yaml")));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write(yaml);
        config.close();
        train();
    }
    void cleanup() {
        m_training->kill();
        m_training->waitForFinished();
    }

    void aRunIsPausedChangedAndStopped_fromAnotherProcess() {
        const Output paused = control("pause");
        QVERIFY2(paused.exitCode == 0, qPrintable(paused.err));
        QVERIFY2(paused.out.trimmed().endsWith(QStringLiteral(": paused")), qPrintable(paused.out));
        QTRY_COMPARE(run().progress.phase, std::string("paused"));
        const std::int64_t stood = step();

        const Output rate = control({QStringLiteral("lr=0.005"), QStringLiteral("--json")});
        QVERIFY2(rate.exitCode == 0, qPrintable(rate.err));
        const auto answer = fromJson(rate.out.toStdString());
        QVERIFY2(answer && answer->at("outcome") != nullptr, qPrintable(rate.out));
        QVERIFY(answer->at("outcome")->asString().find("to 0.005") != std::string::npos);
        QCOMPARE(control("checkpoint").exitCode, 0);
        QCOMPARE(control("validate").exitCode, 0);
        QCOMPARE(step(), stood); // not one batch while all that went on
        const QDir checkpoints(QString::fromStdString(run().directory) + QStringLiteral("/checkpoints"));
        QTRY_VERIFY(!checkpoints.entryList({QStringLiteral("*-last.ckpt")}).isEmpty());
        auto reader = store::Reader::open(m_folder->path().toStdString());
        const auto values = [&](const std::string& name) {
            const auto all = reader->lastValues(run().id).value();
            for (const store::LastValue& value : all)
                if (value.name == name) return std::pair(value.point.step, value.point.value);
            return std::pair(std::int64_t{-1}, 0.0);
        };
        QTRY_COMPARE(values("val_loss").first, stood);

        QCOMPARE(control("resume").exitCode, 0);
        QTRY_VERIFY(step() > stood);
        QTRY_COMPARE(values("learning_rate").second, 0.005);
        QVERIFY(control("stop").exitCode == 0);
        QVERIFY(m_training->waitForFinished());
        QCOMPARE(m_training->exitCode(), 130);
        QCOMPARE(run().state, store::RunState::Stopped);
        QCOMPARE(
            commandEvents(),
            (QStringList{QStringLiteral("paused"), QStringLiteral("learning rate set from 0.01 to 0.005"),
                         QStringLiteral("checkpoint on demand"), QStringLiteral("validation on demand"),
                         QStringLiteral("resumed"), QStringLiteral("stop requested")}));

        const Output late = control("pause");
        QCOMPARE(late.exitCode, 2);
        QVERIFY2(late.err.contains(QStringLiteral("is stopped")), qPrintable(late.err));
    }

    void aRunThatGoesOn_marksWhere() {
        QVERIFY(control("stop").exitCode == 0);
        QVERIFY(m_training->waitForFinished());
        const std::int64_t stopped = step();
        train();
        QTRY_VERIFY_WITH_TIMEOUT(step() > stopped, 30'000);
        auto reader = store::Reader::open(m_folder->path().toStdString());
        const auto events = reader->events(run().id).value();
        const auto resumed = std::find_if(events.begin(), events.end(),
                                          [](const store::Event& event) { return event.kind == "resume"; });
        QVERIFY(resumed != events.end());
        QCOMPARE(resumed->step, stopped);
    }

    void fewerEpochs_endTheRun() {
        QCOMPARE(control("max_epochs=1").exitCode, 0);
        QVERIFY(m_training->waitForFinished(60'000));
        QCOMPARE(m_training->exitCode(), 0);
        QCOMPARE(run().state, store::RunState::Completed);
    }

    void aDeadRun_andANonsenseCommand_areRefused() {
        QCOMPARE(control("lr=fast").exitCode, 2);
        QCOMPARE(control("dance").exitCode, 2);
        ::kill(static_cast<pid_t>(m_training->processId()), SIGKILL);
        QVERIFY(m_training->waitForFinished());
        const Output dead = control("resume");
        QCOMPARE(dead.exitCode, 2);
        QVERIFY2(dead.err.contains(QStringLiteral("is interrupted")), qPrintable(dead.err));
    }

    void aProcessThatHangs_isWaitedForBounded() {
        ::kill(static_cast<pid_t>(m_training->processId()), SIGSTOP);
        const Output none =
            control({QStringLiteral("pause"), QStringLiteral("--timeout"), QStringLiteral("0.2")});
        QCOMPARE(none.exitCode, 1);
        QVERIFY2(none.err.contains(QStringLiteral("has not taken it yet")), qPrintable(none.err));
        ::kill(static_cast<pid_t>(m_training->processId()), SIGCONT);
        QTRY_COMPARE(run().progress.phase, std::string("paused")); // late, but not lost
    }
};

QTEST_GUILESS_MAIN(ControlCliTest)
#include "tst_control_cli.moc"
