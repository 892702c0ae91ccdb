// SPDX-License-Identifier: GPL-3.0-or-later
// Builds everything in order and destroys it backwards. There are no singletons.
#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "app/shell/import_actions.h"
#include "app/shell/import_bar.h"
#include "app/shell/main_window.h"
#include "app/shell/page.h"
#include "app/shell/pages.h"
#include "app/shell/screenshot.h"
#include "app/shell/startup.h"
#include "app/shell/theme_actions.h"
#include "engine/plugin/plugins.h"
#include "engine/run/openmp_wait.h"

#include <QApplication>
#include <QSettings>
#include <QTimer>

#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace {

using namespace fathom::app;

QStringList argumentsOf(int argc, char** argv) {
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    return arguments;
}

/// Prints and returns the exit code for arguments that need no window; -1 to go on.
int answerWithoutWindow(const Options& options) {
    if (options.help) {
        std::fputs(qPrintable(usage()), stdout);
        return 0;
    }
    if (options.version) {
        std::puts("fathom " FATHOM_VERSION);
        return 0;
    }
    if (options.problem.isEmpty()) return -1;
    std::fprintf(stderr, "fathom: %s. Try --help.\n", qPrintable(options.problem));
    return 2;
}

void applyThemeOf(QApplication& application, const Options& options, const QSettings& settings) {
    using fathom::widgets::ThemeMode;
    ThemeMode mode = ThemeActions::stored(settings);
    if (options.theme == QLatin1String("light")) mode = ThemeMode::Light;
    if (options.theme == QLatin1String("dark")) mode = ThemeMode::Dark;
    fathom::widgets::applyTheme(application, mode);
}

/// Prints and returns the exit code when one cannot be loaded; -1 to go on.
int loadPlugins(const Options& options, fathom::plugin::Selection& selection) {
    for (const QString& file : options.plugins)
        if (const fathom::Status added = selection.add(file.toStdString()); !added) {
            std::fprintf(stderr, "fathom: %s\n", added.error().message().c_str());
            return added.error().exitCode();
        }
    return -1;
}

/// Qt's libraries have loaded OpenMP before main, which reads its variables then and never again: so once
/// more, from the start, some ten milliseconds. Where that fails, trainings are slower on busy cores, nothing
/// else.
void restartWithShortOpenMpWait(char** argv) {
    if (!fathom::run::shortenOpenMpWait()) return;
    std::error_code failed;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (!failed) execv(self.c_str(), argv);
}

/// For benchmarks: FATHOM_TRACE_STARTUP=1.
void traceStartup() {
    if (!qEnvironmentVariableIsSet("FATHOM_TRACE_STARTUP")) return;
    if (const auto elapsed = millisecondsSinceStart())
        std::fprintf(stderr, "first paint after %.0f ms, %.1f MB resident\n", *elapsed,
                     residentBytes() / 1e6);
}

} // namespace

int main(int argc, char** argv) {
    restartWithShortOpenMpWait(argv);
    const Options options = parseOptions(argumentsOf(argc, argv));
    if (const int code = answerWithoutWindow(options); code >= 0) return code;
    fathom::plugin::Selection plugins;
    if (const int code = loadPlugins(options, plugins); code >= 0) return code;
    if (!options.screenshots.isEmpty() && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");

    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("fathom"));
    QApplication::setApplicationName(QStringLiteral("fathom"));
    QApplication::setApplicationDisplayName(QStringLiteral("Fathom"));
    QApplication::setApplicationVersion(QStringLiteral(FATHOM_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("fathom"));
    QSettings settings;
    applyThemeOf(application, options, settings);
    const auto workspace = chooseWorkspace(options, settings);
    const bool firstRun = settings.value(QStringLiteral("page")).isNull();

    ActionRegistry actions;
    JobRunner jobs;
    EngineBridge engine(workspace);
    engine.usePlugins(plugins);
    AppContext context({.actions = actions, .jobs = jobs, .engine = engine, .settings = settings}, workspace);
    ThemeActions themes(actions, settings, &context);
    std::vector<std::unique_ptr<Page>> pages = makePages(context);
    MainWindow window(context, pages);
    ImportActions imports(context, &window);
    window.addBar(imports.bar());
    QObject::connect(&window, &MainWindow::importRequested, &imports,
                     [&imports](const QStringList& paths) { imports.importPaths(paths); });
    ScreenshotRun screenshots(window, pages, options.screenshots);

    QObject::connect(&window, &MainWindow::firstPainted, &context, [&] {
        traceStartup();
        engine.open();
        window.buildPagesWhenIdle();
        if (options.files.isEmpty() && firstRun && !bundledConfig().isEmpty())
            window.openFile(bundledConfig());
        for (const QString& file : options.files)
            window.openFile(file);
        if (!options.page.isEmpty()) window.showPage(options.page);
        if (!options.screenshots.isEmpty()) return screenshots.start();
        settings.setValue(QStringLiteral("workspace"), QString::fromStdString(workspace.string()));
    });
    if (!options.screenshots.isEmpty()) window.resize(1440, 900);
    window.show();
    return QApplication::exec();
}
