// SPDX-License-Identifier: GPL-3.0-or-later
// The example plugins of tests/plugin_example as a user runs them: a training, its schedule, its archive.
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

QString plugin(const char* name) {
    return QStringLiteral(FATHOM_PLUGIN_DIR "/lib%1.so").arg(QLatin1String(name));
}

} // namespace

class PluginCliTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    Output run(const QStringList& arguments) const {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start(qEnvironmentVariable("FATHOM_CLI"), arguments);
        process.closeWriteChannel();
        Output output;
        if (process.waitForFinished(120'000)) output.exitCode = process.exitCode();
        output.out = QString::fromUtf8(process.readAllStandardOutput());
        output.err = QString::fromUtf8(process.readAllStandardError());
        return output;
    }
    static QStringList command(const char* name, const QStringList& more = {}) {
        return QStringList{QLatin1String(name), QStringLiteral("--config-path"),
                           QStringLiteral(FATHOM_SOURCE_DIR "/tests/plugin_example"),
                           QStringLiteral("--config-name"), QStringLiteral("sine")} +
               more;
    }
    static QString listed() {
        return QStringLiteral("plugins=[%1,%2]").arg(plugin("example_schedule"), plugin("example_training"));
    }
    /// Value of a metric at the end of each epoch.
    std::vector<double> metric(const char* name) const {
        const Output shown = run({QStringLiteral("runs"), QStringLiteral("metrics"), QStringLiteral("last"),
                                  QStringLiteral("--name"), QLatin1String(name), QStringLiteral("--json")});
        std::vector<double> values;
        if (const auto points = fathom::fromJson(shown.out.toStdString()); points && points->isList())
            for (const Value& point : points->asList())
                values.push_back(point.at("value")->toDouble());
        return values;
    }

private Q_SLOTS:
    void schedule_printsThePluginsCurve() {
        const Output listedOnly = run(command("schedule", {listed(), QStringLiteral("--steps"),
                                                           QStringLiteral("81"), QStringLiteral("--json")}));
        QVERIFY2(listedOnly.exitCode == 0, qPrintable(listedOnly.err));
        const auto lr = fathom::fromJson(listedOnly.out.toStdString());
        QVERIFY(lr && lr->at("lr"));
        const Value::List& rates = lr->at("lr")->asList();
        QCOMPARE(rates.size(), std::size_t(82));
        QCOMPARE(rates[0].toDouble(), 0.01);
        QCOMPARE(rates[40].toDouble(), 0.01 + (0.0001 - 0.01) * 0.5);
        QCOMPARE(rates[80].toDouble(), 0.01);

        // Without LibTorch, and by --plugin, which does not swallow the override after it.
        const Output given = run(
            command("schedule", {QStringLiteral("--steps"), QStringLiteral("1"), QStringLiteral("--plugin"),
                                 plugin("example_schedule"), QStringLiteral("plugins=null"),
                                 QStringLiteral("model.optim.sched.period=2")}));
        QVERIFY2(given.exitCode == 0, qPrintable(given.err));
        QCOMPARE(given.out, QStringLiteral("0\t0.01\n1\t0.00505\n"));
    }

    void config_loadsOnlyWhatIsNamedOnTheCommandLine() {
        const Output without = run(command("config", {QStringLiteral("--check")}));
        QCOMPARE(without.exitCode, 0); // the listed files are not even there
        QVERIFY2(without.out.contains(QStringLiteral("'signum' so far")), qPrintable(without.out));
        const Output with = run(command("config", {QStringLiteral("--plugin"), plugin("example_training"),
                                                   QStringLiteral("--plugin"), plugin("example_schedule"),
                                                   QStringLiteral("--check")}));
        QCOMPARE(with.exitCode, 0);
        QVERIFY2(with.out.startsWith(QStringLiteral("0 errors, 0 warnings")), qPrintable(with.out));
        const Output explained =
            run(command("config", {QStringLiteral("--plugin"), plugin("example_training"),
                                   QStringLiteral("--explain"), QStringLiteral("model.optim.momentum")}));
        QVERIFY2(explained.out.contains(QStringLiteral("share of the last direction that is kept")),
                 qPrintable(explained.out));
        const Output wrong =
            run(command("config", {QStringLiteral("--plugin"), plugin("example_training"),
                                   QStringLiteral("--plugin"), plugin("example_schedule"),
                                   QStringLiteral("--check"), QStringLiteral("model.hidden=none")}));
        QCOMPARE(wrong.exitCode, 2);
    }

    void train_learnsWithModelOptimizerAndScheduleOfPlugins() {
        const Output training = run(command("train", {listed()}));
        QVERIFY2(training.exitCode == 0, qPrintable(training.err));
        QVERIFY2(training.err.contains(QStringLiteral("libexample_training.so: signum, SineModel")),
                 qPrintable(training.err));
        const std::vector<double> losses = metric("train_loss");
        QVERIFY2(losses.size() > 100, qPrintable(QString::number(losses.size())));
        const std::vector<double> validation = metric("val_loss");
        QCOMPARE(validation.size(), std::size_t(30));
        QVERIFY2(validation.back() < validation.front() / 4, qPrintable(QString::number(validation.back())));
        const std::vector<double> rates = metric("learning_rate");
        QVERIFY(rates.size() > 100 && rates[0] == 0.01 && rates[1] < 0.01);
    }

    void anArchiveOfAPluginsModel_runsWithThePluginOnly() {
        const QDir experiments(m_folder.filePath(QStringLiteral("nemo_experiments/sine")));
        const QStringList versions = experiments.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        QCOMPARE(versions.size(), 1);
        const QString archive = experiments.filePath(versions[0] + QStringLiteral("/checkpoints/sine.nemo"));
        QVERIFY(QFile::exists(archive));
        const QByteArray header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }";
        QByteArray npy("\x93NUMPY\x01\x00\x76\x00", 10);
        npy += header.leftJustified(117, ' ') + '\n';
        const float x = 0.5F;
        npy.append(reinterpret_cast<const char*>(&x), sizeof x);
        QFile file(m_folder.filePath(QStringLiteral("x.npy")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(npy);
        file.close();
        const QStringList forward{QStringLiteral("forward"), archive,
                                  QStringLiteral("--in"),    QStringLiteral("x=x.npy"),
                                  QStringLiteral("--out"),   QStringLiteral("y=y.npy")};
        const Output without = run(forward);
        QCOMPARE(without.exitCode, 3);
        QVERIFY2(without.err.contains(QStringLiteral("--plugin")), qPrintable(without.err));
        const Output with =
            run(forward + QStringList{QStringLiteral("--plugin"), plugin("example_training")});
        QVERIFY2(with.exitCode == 0, qPrintable(with.err));
        QFile result(m_folder.filePath(QStringLiteral("y.npy")));
        QVERIFY(result.open(QIODevice::ReadOnly));
        float y = 0;
        const QByteArray last = result.readAll().right(4);
        std::memcpy(&y, last.constData(), sizeof y);
        QVERIFY2(std::abs(y - 1.0F) < 0.5F, qPrintable(QString::number(y))); // sin(pi / 2)
    }

    void mistakes_areOneLineWithTheirPlace_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        QTest::newRow("a listed file that is not there")
            << command("train")
            << QStringLiteral("sine.yaml:7:11: Cannot load the plugin libexample_schedule.so");
        QTest::newRow("a named file that is not there")
            << command("train", {QStringLiteral("--plugin"), QStringLiteral("none.so")})
            << QStringLiteral("none.so: Cannot load the plugin: No such file");
        QTest::newRow("an unknown field")
            << command("train", {listed(), QStringLiteral("+model.optim.nesterov=true")})
            << QStringLiteral("signum has lr, momentum, weight_decay");
        QTest::newRow("a value that the optimizer refuses")
            << command("train", {listed(), QStringLiteral("model.optim.momentum=1")})
            << QStringLiteral("model.optim.momentum");
        QTest::newRow("a missing argument of the schedule")
            << command("train", {listed(), QStringLiteral("~model.optim.sched.period")})
            << QStringLiteral("period");
        QTest::newRow("an unknown field of the model")
            << command("train", {listed(), QStringLiteral("+model.hiden=3")}) << QStringLiteral("hidden");
        QTest::newRow("Lightning's plugins are something else")
            << command("train", {listed(), QStringLiteral("+trainer.plugins=[x]")})
            << QStringLiteral("trainer.plugins");
    }
    void mistakes_areOneLineWithTheirPlace() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, says);
        const Output output = run(arguments);
        QCOMPARE(output.exitCode, 2);
        QVERIFY2(output.err.contains(says), qPrintable(output.err));
        QCOMPARE(output.err.count(QLatin1Char('\n')), 1);
    }
};

QTEST_GUILESS_MAIN(PluginCliTest)
#include "tst_plugin_cli.moc"
