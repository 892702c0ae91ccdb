// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/commands.h"
#include "engine/store/reader.h"
#include "engine/store/recorder.h"
#include "tests/engine/store/integrity.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::store;

class StoreProcessesTest : public QObject {
    Q_OBJECT

    static void start(QProcess& process, const QTemporaryDir& folder, const QStringList& rest) {
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QStringLiteral(ENDLESS_WRITER), QStringList{folder.path()} + rest);
        QVERIFY(process.waitForStarted());
    }
    static QByteArray integrity(const QTemporaryDir& folder) {
        return testing::integrity(folder.filePath(QStringLiteral("runs.sqlite")));
    }
    static std::vector<StoredPoint> pointsOf(Reader& reader, RunId run, const std::string& name) {
        const auto series = reader.series(run);
        for (const Series& one : *series)
            if (one.name == name) return *reader.points(one.id);
        return {};
    }

private Q_SLOTS:
    void twoProcesses_writeAtOnce() {
        const QTemporaryDir folder;
        constexpr int kSteps = 4000;
        QProcess a;
        QProcess b;
        start(a, folder, {QStringLiteral("same"), QString::number(kSteps)});
        start(b, folder, {QStringLiteral("same"), QString::number(kSteps)});
        QVERIFY(a.waitForFinished());
        QVERIFY(b.waitForFinished());
        QCOMPARE(a.exitCode(), 0);
        QCOMPARE(b.exitCode(), 0);
        auto reader = Reader::open(folder.path().toStdString());
        QVERIFY(reader.has_value());
        const auto runs = *reader->runs();
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(runs[0].number + runs[1].number, 3);
        for (const Run& run : runs) {
            QCOMPARE(run.state, RunState::Completed);
            const auto points = pointsOf(*reader, run.id, "train_loss");
            QCOMPARE(points.size(), std::size_t{kSteps});
            for (std::size_t i = 0; i < points.size(); ++i)
                QCOMPARE(points[i].step, static_cast<std::int64_t>(i) + 1);
            TailPosition position;
            QCOMPARE(reader->tail(run.id, position)->size(), std::size_t{2 * kSteps});
        }
        QCOMPARE(integrity(folder), QByteArray("ok"));
    }

    void killedProcess_leavesAWholeStore_andIsShownAsInterrupted() {
        for (int round = 0; round < 8; ++round) {
            const QTemporaryDir folder;
            QProcess process;
            start(process, folder, {QStringLiteral("victim")});
            QByteArray lines;
            const qsizetype enough = QRandomGenerator::global()->bounded(200, 6000);
            while (lines.size() < enough && process.waitForReadyRead())
                lines += process.readAllStandardOutput();
            ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
            const double killedAt = wallTime();
            QVERIFY(process.waitForFinished());
            lines += process.readAllStandardOutput();

            // What was put more than a second before the end must be there; so must, then, all before it.
            std::int64_t mustHave = 0;
            for (const QByteArray& line : lines.split('\n')) {
                const QList<QByteArray> fields = line.split(' ');
                if (fields.size() == 2 && fields[1].toDouble() < killedAt - 1.0)
                    mustHave = fields[0].toLongLong();
            }
            auto reader = Reader::open(folder.path().toStdString());
            QVERIFY(reader.has_value());
            Run run = reader->runs()->front();
            QCOMPARE(run.state, RunState::Interrupted); // before any recorder looked at it
            const auto points = pointsOf(*reader, run.id, "train_loss");
            QVERIFY(static_cast<std::int64_t>(points.size()) >= mustHave);
            for (std::size_t i = 0; i < points.size(); ++i)
                QCOMPARE(points[i].step, static_cast<std::int64_t>(i) + 1);

            auto recorder = Recorder::open(folder.path().toStdString());
            QVERIFY(recorder.has_value());
            run = **reader->run(run.id);
            QCOMPARE(run.state, RunState::Interrupted);
            QCOMPARE(run.endedAt, run.updatedAt);
            QVERIFY(reader->events(run.id)->back().text.find("ended without closing") != std::string::npos);
            recorder->reset();
            QCOMPARE(integrity(folder), QByteArray("ok"));
        }
    }

    void killedProcess_losesLessThanASecond() {
        const QTemporaryDir folder;
        QProcess process;
        start(process, folder, {QStringLiteral("victim")});
        double last = 0;
        double first = 0;
        while (first == 0 || last < first + 1.5) {
            QVERIFY(process.waitForReadyRead());
            const QList<QByteArray> lines = process.readAllStandardOutput().trimmed().split('\n');
            last = lines.back().split(' ').back().toDouble();
            if (first == 0) first = last;
        }
        ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
        const double killedAt = wallTime();
        QVERIFY(process.waitForFinished());
        auto reader = Reader::open(folder.path().toStdString());
        const auto points = pointsOf(*reader, reader->runs()->front().id, "train_loss");
        QVERIFY(!points.empty());
        QVERIFY2(killedAt - points.back().wallTime < 1.0,
                 std::to_string(killedAt - points.back().wallTime).c_str());
    }

    void commandsReachTheProcessThatOwnsTheRun() {
        const QTemporaryDir folder;
        const fs::path workspace = folder.path().toStdString();
        QProcess a;
        QProcess b;
        start(a, folder, {QStringLiteral("a")});
        start(b, folder, {QStringLiteral("b")});
        QVERIFY(a.waitForReadyRead() && b.waitForReadyRead());
        auto reader = Reader::open(workspace);
        const auto runs = *reader->runs();
        QCOMPARE(runs.size(), std::size_t{2});
        double slowest = 0;
        for (int round = 0; round < 20; ++round) {
            const Run& run = runs[static_cast<std::size_t>(round % 2)];
            const auto id = sendCommand(workspace, run.id, "pause", 0);
            QVERIFY2(id, id ? "" : id.error().message().c_str());
            QTRY_VERIFY_WITH_TIMEOUT((*reader->command(*id))->takenAt > 0, 5000);
            const CommandRow row = **reader->command(*id);
            QCOMPARE(row.outcome, "obeyed by " + std::to_string(run.process.pid));
            slowest = std::max(slowest, row.takenAt - row.createdAt);
        }
        qInfo("slowest of 20: %.0f ms", slowest * 1000);
        a.kill();
        QVERIFY(a.waitForFinished());
        const auto after = *reader->runs();
        for (const Run& run : after)
            QCOMPARE(sendCommand(workspace, run.id, "pause", 0).has_value(), run.name == "b");
        b.kill();
        QVERIFY(b.waitForFinished());
        QCOMPARE(integrity(folder), QByteArray("ok"));
    }

    void aLiveProcess_staysRunning_forOthers() {
        const QTemporaryDir folder;
        QProcess process;
        start(process, folder, {QStringLiteral("living")});
        QVERIFY(process.waitForReadyRead());
        auto recorder = Recorder::open(folder.path().toStdString());
        QVERIFY(recorder.has_value());
        auto reader = Reader::open(folder.path().toStdString());
        QTRY_COMPARE(reader->runs()->front().state, RunState::Running);
        process.kill();
        QVERIFY(process.waitForFinished());
        QCOMPARE(reader->runs()->front().state, RunState::Interrupted);
    }
};

QTEST_GUILESS_MAIN(StoreProcessesTest)
#include "tst_store_processes.moc"
