// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli killed at random moments of a training and started again until it is done: every loss that any
// of the runs recorded is that of an uninterrupted training, to the bit. FATHOM_KILLS=100 is the long
// version.
#include "engine/base/file.h"
#include "engine/store/reader.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <random>

using namespace fathom;

namespace {

using Losses = std::map<std::int64_t, double>;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// A workspace in which one training is run, as often as it takes.
class Training {
public:
    Training() {
        const std::string data = FATHOM_TEST_DATA;
        const auto config = readFile(data + "/train/tiny.yaml");
        m_isReady = config &&
                    writeFileAtomically(path("tiny.yaml"),
                                        replaced(replaced(*config, "MANIFEST", data + "/nemo/manifest.json"),
                                                 "EXPDIR", path("exp")));
    }
    [[nodiscard]] bool isReady() const { return m_isReady; }

    /// Starts it, or goes on from its last checkpoint; kills it after so many milliseconds, -1: waits for the
    /// end. The exit code, -1 after a kill.
    int run(int killAfter) {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start(qEnvironmentVariable("FATHOM_CLI"),
                      {QStringLiteral("train"), QStringLiteral("--config-path"), m_folder.path(),
                       QStringLiteral("--config-name"), QStringLiteral("tiny"), QStringLiteral("--workspace"),
                       m_folder.path(), QStringLiteral("trainer.max_epochs=20"),
                       QStringLiteral("model.train_ds.batch_size=1"),
                       QStringLiteral("+trainer.accumulate_grad_batches=3"),
                       QStringLiteral("+trainer.val_check_interval=5"),
                       QStringLiteral("+exp_manager.resume_if_exists=true"),
                       QStringLiteral("+exp_manager.resume_ignore_no_checkpoint=true"),
                       QStringLiteral("+exp_manager.checkpoint_callback_params.every_n_train_steps=2"),
                       QStringLiteral("+exp_manager.checkpoint_callback_params.every_n_epochs=0")});
        if (!process.waitForFinished(killAfter < 0 ? 120'000 : killAfter)) {
            process.kill();
            process.waitForFinished();
            return -1;
        }
        if (process.exitCode() != 0) qWarning("%s", process.readAllStandardError().constData());
        return process.exitCode();
    }

    /// Of all its runs. Fails where two of them disagree.
    [[nodiscard]] Losses losses() const {
        Losses losses;
        auto reader = store::Reader::open(m_folder.path().toStdString());
        if (!reader) return losses;
        const auto runs = reader->runs();
        if (!runs) return losses;
        for (const store::Run& run : *runs)
            if (!addLosses(*reader, run.id, losses)) return {};
        return losses;
    }

private:
    /// False where a step has another loss already.
    static bool addLosses(store::Reader& reader, store::RunId run, Losses& losses) {
        const auto all = reader.series(run);
        if (!all) return false;
        for (const store::Series& series : *all) {
            if (series.name != "train_loss") continue;
            const auto points = reader.points(series.id);
            if (!points) return false;
            for (const store::StoredPoint& point : *points)
                if (losses.emplace(point.step, point.value).first->second != point.value) return false;
        }
        return true;
    }
    [[nodiscard]] std::string path(const char* name) const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    QTemporaryDir m_folder{};
    bool m_isReady = false;
};

} // namespace

class TestResumeKill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void killedTrainings_repeatTheLosses();
};

void TestResumeKill::killedTrainings_repeatTheLosses() {
    const int wanted = std::max(3, qEnvironmentVariableIntValue("FATHOM_KILLS"));
    Training whole;
    QVERIFY(whole.isReady());
    QElapsedTimer clock;
    clock.start();
    QCOMPARE(whole.run(-1), 0);
    const int length = static_cast<int>(clock.elapsed());
    const Losses expected = whole.losses();
    QCOMPARE(expected.size(), std::size_t{60}); // 20 epochs of eight batches, three to a step
    std::mt19937 random(20261127);
    int kills = 0;
    while (kills < wanted) {
        Training training;
        QVERIFY(training.isReady());
        int exit = -1;
        for (int start = 0; exit < 0; ++start) {
            // Late enough to get somewhere; the program needs some of it to load. On a busy machine it may
            // never get there: after a while it is let go.
            const int killAfter = std::uniform_int_distribution<int>(length / 5, length)(random);
            exit = training.run(kills < wanted && start < 20 ? killAfter : -1);
            if (exit < 0) ++kills;
        }
        QCOMPARE(exit, 0);
        const Losses losses = training.losses();
        QVERIFY2(!losses.empty(), "two runs recorded different losses for one step");
        for (const auto& [step, loss] : losses)
            QVERIFY2(expected.contains(step) && expected.at(step) == loss, qPrintable(QString::number(step)));
        QCOMPARE(losses.rbegin()->first, expected.rbegin()->first);
    }
    qInfo("%d kills, %d ms for a whole training", kills, length);
}

QTEST_GUILESS_MAIN(TestResumeKill)
#include "tst_resume_kill.moc"
