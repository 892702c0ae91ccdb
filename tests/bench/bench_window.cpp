// SPDX-License-Identifier: GPL-3.0-or-later
// The window's promises: first paint after exec, memory before LibTorch is loaded, and how late the GUI event
// loop gets while the bundled example trains in the same process. Prints `name value unit` lines; run it on
// an idle machine, from the root of the checkout:
//   build/release/bench/bench_window [seconds of training]
#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "app/shell/main_window.h"
#include "app/shell/page.h"
#include "app/shell/pages.h"
#include "app/shell/theme_actions.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace fathom;
using namespace fathom::app;

namespace {

double quantile(std::vector<double> values, double q) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

QByteArray procFile(qint64 pid, const char* name) {
    QFile file(QStringLiteral("/proc/%1/%2").arg(pid).arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

double residentMegabytes(qint64 pid) {
    static const QRegularExpression line(QStringLiteral("VmRSS:\\s+(\\d+) kB"));
    return line.match(QString::fromUtf8(procFile(pid, "status"))).captured(1).toDouble() / 1024;
}

/// Starts the real program, waits for its first frame, and looks at it a second later.
void measureStartup(const QString& workspace) {
    std::vector<double> paints;
    double memory = 0;
    bool torch = false;
    for (int i = 0; i < 7; ++i) {
        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("FATHOM_TRACE_STARTUP"), QStringLiteral("1"));
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), workspace);
        program.setProcessEnvironment(environment);
        program.setProcessChannelMode(QProcess::MergedChannels);
        program.start(QStringLiteral(FATHOM_BINARY_DIR "/bin/fathom"), {workspace});
        QByteArray said;
        while (!said.contains(" ms,") && program.waitForReadyRead(10'000))
            said += program.readAll();
        static const QRegularExpression number(QStringLiteral("after (\\d+) ms"));
        paints.push_back(number.match(QString::fromUtf8(said)).captured(1).toDouble());
        program.waitForFinished(1'000); // let the idle work of the first second happen
        memory = std::max(memory, residentMegabytes(program.processId()));
        torch = torch || procFile(program.processId(), "maps").contains("libtorch");
        program.terminate();
        if (!program.waitForFinished(3'000)) program.kill();
        program.waitForFinished();
    }
    std::printf("first_paint_median %.0f ms\nfirst_paint_max %.0f ms\n", quantile(paints, 0.5),
                quantile(paints, 1));
    std::printf("resident_before_libtorch %.0f MB\nlibtorch_loaded_at_start %s\n", memory,
                torch ? "yes" : "no");
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const int seconds = argc > 1 ? std::atoi(argv[1]) : 30;
    QTemporaryDir folder;
    measureStartup(folder.path());

    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    widgets::applyTheme(application, widgets::ThemeMode::Light);
    const std::filesystem::path workspace = folder.path().toStdString();
    ActionRegistry actions;
    JobRunner jobs;
    EngineBridge engine(workspace);
    AppContext context({.actions = actions, .jobs = jobs, .engine = engine, .settings = settings}, workspace);
    ThemeActions themes(actions, settings, &context);
    auto pages = makePages(context);
    MainWindow window(context, pages);
    window.resize(1440, 900);
    window.show();
    engine.open();
    window.showPage(QStringLiteral("train"));

    std::vector<double> late;
    QElapsedTimer sinceBeat;
    QTimer beat;
    beat.setTimerType(Qt::PreciseTimer);
    beat.setInterval(5);
    QObject::connect(&beat, &QTimer::timeout, &window, [&] {
        late.push_back(static_cast<double>(sinceBeat.nsecsElapsed()) / 1e6 - 5);
        sinceBeat.restart();
    });
    qint64 runId = -1;
    std::int64_t firstStep = -1;
    std::int64_t lastStep = 0;
    QElapsedTimer training;
    QObject::connect(&engine, &EngineBridge::runStarted, &window, [&](qint64 run) {
        runId = run;
        sinceBeat.start();
        beat.start(); // from the loading of LibTorch on
    });
    QObject::connect(&engine, &EngineBridge::startFailed, &window, [&](const Error& error) {
        std::fprintf(stderr, "%s\n", error.message().c_str());
        QApplication::exit(1);
    });
    QObject::connect(&engine, &EngineBridge::runListChanged, &window, [&](const RunListNewsPtr& news) {
        for (const RunRow& row : news->rows) {
            if (static_cast<qint64>(row.run.id) != runId || row.run.progress.step == 0) continue;
            if (firstStep < 0) {
                firstStep = row.run.progress.step;
                training.start();
                QTimer::singleShot(seconds * 1000, &window, [&] { QApplication::exit(0); });
            }
            lastStep = row.run.progress.step;
        }
    });
    QTimer::singleShot(0, &window, [&] {
        run::RunRequest request;
        request.configPath = "configs/asr";
        request.configName = "quartznet_prompts";
        request.overrides = {"exp_manager.exp_dir=" + (workspace / "exp").string()};
        request.workspace = workspace;
        Q_EMIT context.trainRequested(request);
    });
    const int code = QApplication::exec();
    const double elapsed = static_cast<double>(training.elapsed()) / 1000;
    std::printf("training_steps_per_second %.2f steps/s\n",
                static_cast<double>(lastStep - firstStep) / elapsed);
    std::printf("gui_loop_late_p50 %.2f ms\ngui_loop_late_p99 %.2f ms\ngui_loop_late_max %.2f ms\n",
                quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1));
    return code;
}
