// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli as a user runs it: one real training, and every wrong input with its exit code and one-line
// error.
#include "engine/base/value.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using fathom::Value;

namespace {

struct Output {
    int exitCode = -1;
    QString out;
    QString err;
};

QString source(const QString& path) {
    return QStringLiteral(FATHOM_SOURCE_DIR "/") + path;
}

Output run(const QStringList& arguments) {
    QProcess process;
    process.setWorkingDirectory(source(QString()));
    process.start(qEnvironmentVariable("FATHOM_CLI"), arguments);
    process.closeWriteChannel();
    Output output;
    if (process.waitForFinished(180'000)) output.exitCode = process.exitCode();
    output.out = QString::fromUtf8(process.readAllStandardOutput());
    output.err = QString::fromUtf8(process.readAllStandardError());
    return output;
}

void write(const QString& path, const QByteArray& content) {
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
    file.write(content);
}

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString clip(const QString& name) {
    return source(QStringLiteral("resources/examples/speech_prompts/audio/") + name);
}

QByteArray manifestLine(const QString& audio, double duration, const QString& text) {
    return QStringLiteral("{\"audio_filepath\": \"%1\", \"duration\": %2, \"text\": \"%3\"}\n")
        .arg(audio)
        .arg(duration)
        .arg(text)
        .toUtf8();
}

} // namespace

class CliTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    QString path(const QString& name) const { return m_folder.filePath(name); }

    /// A training of two steps on `manifest`, in this test's own workspace.
    QStringList training(const QString& manifest, const QStringList& more = {}) const {
        const QString set = QStringLiteral("model.%1.manifest_filepath=") + manifest;
        return QStringList{QStringLiteral("train"),
                           QStringLiteral("--config-path"),
                           QStringLiteral("configs/asr"),
                           QStringLiteral("--config-name"),
                           QStringLiteral("quartznet_prompts"),
                           QStringLiteral("--workspace"),
                           m_folder.path(),
                           QStringLiteral("exp_manager.exp_dir=") + path(QStringLiteral("exp")),
                           set.arg(QStringLiteral("train_ds")),
                           set.arg(QStringLiteral("validation_ds")),
                           QStringLiteral("model.test_ds.manifest_filepath=null"),
                           QStringLiteral("model.train_ds.batch_size=2"),
                           QStringLiteral("trainer.log_every_n_steps=1"),
                           QStringLiteral("trainer.check_val_every_n_epoch=1"),
                           QStringLiteral("trainer.max_epochs=1")} +
               more;
    }

private Q_SLOTS:
    void initTestCase() {
        write(path(QStringLiteral("good.json")), manifestLine(clip(QStringLiteral("agent-loginok.flac")),
                                                              1.746, QStringLiteral("agent logged in")) +
                                                     manifestLine(clip(QStringLiteral("auth-thankyou.flac")),
                                                                  0.96, QStringLiteral("thank you")));
        QVERIFY(QFile::exists(clip(QStringLiteral("agent-loginok.flac"))));
    }

    void aTraining_endsInAnArchiveThatTranscribes() {
        const Output training = run(this->training(path(QStringLiteral("good.json"))));
        QVERIFY2(training.exitCode == 0, qPrintable(training.err));

        const Output listed = run({QStringLiteral("runs"), QStringLiteral("ls"), QStringLiteral("--json"),
                                   QStringLiteral("--workspace"), m_folder.path()});
        QCOMPARE(listed.exitCode, 0);
        const auto runs = fathom::fromJson(listed.out.toStdString());
        QVERIFY2(runs.has_value() && runs->isList() && runs->asList().size() == 1, qPrintable(listed.out));
        const Value& row = runs->asList().front();
        QCOMPARE(row.at("state")->asString(), std::string("completed"));
        QCOMPARE(row.at("step")->asInt(), 1);
        QVERIFY(row.at("metrics.train_loss") != nullptr);
        QVERIFY(row.at("metrics.val_wer") != nullptr);

        const QDir folder(QString::fromStdString(row.at("directory")->asString()) +
                          QStringLiteral("/checkpoints"));
        const QStringList archives = folder.entryList({QStringLiteral("*.nemo")});
        QVERIFY2(!archives.isEmpty(), qPrintable(folder.path()));
        const QString nemo = folder.filePath(archives.front());
        const Output text = run({QStringLiteral("transcribe"), nemo,
                                 clip(QStringLiteral("auth-thankyou.flac")), QStringLiteral("--json")});
        QVERIFY2(text.exitCode == 0, qPrintable(text.err));
        const auto line = fathom::fromJson(text.out.trimmed().toStdString());
        QVERIFY2(line.has_value() && line->at("text") != nullptr && line->at("text")->isString(),
                 qPrintable(text.out));

        const QByteArray whole = read(nemo);
        write(path(QStringLiteral("half.nemo")), whole.left(whole.size() / 2));
    }

    void wrongInput_isOneLineWithARemedy_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("says");

        const auto row = [](const char* name, const QStringList& arguments, int exitCode, const char* says) {
            QTest::newRow(name) << arguments << exitCode << QString::fromUtf8(says);
        };
        const auto manifest = [&](const char* name, const QByteArray& content) {
            write(path(QString::fromUtf8(name)), content);
            return training(path(QString::fromUtf8(name)));
        };
        const QString good = path(QStringLiteral("good.json"));
        const QStringList base{QStringLiteral("train"), QStringLiteral("--config-path"),
                               QStringLiteral("configs/asr"), QStringLiteral("--workspace"), m_folder.path()};
        row("no such config",
            base + QStringList{QStringLiteral("--config-name"), QStringLiteral("quartznet_prompt")}, 2,
            "quartznet_prompt");
        row("misspelt key", training(good, {QStringLiteral("model.optim.lrr=0.1")}), 2, "lrr");
        row("wrong type", training(good, {QStringLiteral("model.optim.lr=fast")}), 2, "fast");
        row("unknown optimizer", training(good, {QStringLiteral("model.optim.name=adamx")}), 2, "adamw");
        row("unknown trainer flag", training(good, {QStringLiteral("+trainer.max_epoch=1")}), 2,
            "max_epochs");
        row("missing file",
            manifest("missing.json", manifestLine(QStringLiteral("none.flac"), 1, QStringLiteral("a"))), 3,
            "missing.json:1");
        write(path(QStringLiteral("cut.flac")), read(clip(QStringLiteral("agent-loginok.flac"))).left(9000));
        row("truncated recording",
            manifest("cut.json", manifestLine(path(QStringLiteral("cut.flac")), 1.746,
                                              QStringLiteral("agent logged in"))),
            3, "cut.json:1");
        row("empty manifest", manifest("empty.json", ""), 3, "empty.json");
        row("not JSON", manifest("broken.json", "{oops\n"), 3, "broken.json:1");
        row("character not in labels",
            manifest("label.json", manifestLine(clip(QStringLiteral("auth-thankyou.flac")), 0.96,
                                                QStringLiteral("thank you 7"))),
            3, "label.json:1");
        row("folder cannot be written", training(good, {QStringLiteral("exp_manager.exp_dir=/proc/none")}), 2,
            "exp_dir");
        row("archive cut at half",
            {QStringLiteral("nemo"), QStringLiteral("show"), path(QStringLiteral("half.nemo"))}, 3,
            "half.nemo");
        row("archive cut at half, restored",
            {QStringLiteral("transcribe"), path(QStringLiteral("half.nemo")),
             clip(QStringLiteral("auth-thankyou.flac"))},
            3, "half.nemo");
        row("no such archive",
            {QStringLiteral("nemo"), QStringLiteral("ls"), path(QStringLiteral("none.nemo"))}, 3,
            "none.nemo");
        row("no subcommand", {}, 2, "subcommand");
    }
    void wrongInput_isOneLineWithARemedy() {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, says);
        const Output output = run(arguments);
        QVERIFY2(output.exitCode == exitCode, qPrintable(QString::number(output.exitCode) +
                                                         QStringLiteral(": ") + output.err + output.out));
        QVERIFY2(output.err.contains(says), qPrintable(output.err));
        if (arguments.isEmpty()) return;
        QStringList errors = output.err.split(QLatin1Char('\n')).filter(QStringLiteral("error: "));
        QCOMPARE(errors.size(), 1);
    }

    void anInterruptedTraining_endsWithinAStepAndSaysSo() {
        QProcess process;
        process.setWorkingDirectory(source(QString()));
        QStringList arguments = training(path(QStringLiteral("good.json")));
        arguments.removeLast();
        process.start(qEnvironmentVariable("FATHOM_CLI"),
                      arguments + QStringList{QStringLiteral("trainer.max_epochs=100000")});
        // The run is in the store, with steps behind it, before the signal comes.
        const auto steps = [&] {
            const Output listed =
                run({QStringLiteral("runs"), QStringLiteral("show"), QStringLiteral("last"),
                     QStringLiteral("--json"), QStringLiteral("--workspace"), m_folder.path()});
            const auto shown = fathom::fromJson(listed.out.toStdString());
            const Value* step = shown ? shown->at("step") : nullptr;
            return step && step->isInt() ? step->asInt() : 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(steps() >= 3, 60'000);
        process.terminate();
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitCode(), 130);
        const Output listed = run({QStringLiteral("runs"), QStringLiteral("show"), QStringLiteral("last"),
                                   QStringLiteral("--json"), QStringLiteral("--workspace"), m_folder.path()});
        QVERIFY2(listed.out.contains(QStringLiteral("\"stopped\"")), qPrintable(listed.out));
    }
};

QTEST_GUILESS_MAIN(CliTest)
#include "tst_cli.moc"
