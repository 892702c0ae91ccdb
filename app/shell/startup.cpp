// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/startup.h"

#include "engine/base/clock.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

#include <ctime>
#include <fstream>
#include <unistd.h>

namespace fathom::app {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("fathom::app::Options", source);
}

/// Takes the value of `--name VALUE` or `--name=VALUE`; false when this is another option.
bool takeValue(const QStringList& arguments, qsizetype& i, const QString& name, QString& value,
               QString& problem) {
    const QString& argument = arguments[i];
    if (argument.startsWith(name + QLatin1Char('='))) {
        value = argument.mid(name.size() + 1);
        return true;
    }
    if (argument != name) return false;
    if (i + 1 == arguments.size())
        problem = text("%1 needs a value").arg(name);
    else
        value = arguments[++i];
    return true;
}

void takePath(const QString& path, Options& options) {
    const bool isFolder =
        QFileInfo(path).isDir() || (!QFileInfo::exists(path) && QFileInfo(path).suffix().isEmpty());
    if (isFolder && options.workspace.isEmpty() && options.files.isEmpty())
        options.workspace = path;
    else
        options.files.append(path);
}

} // namespace

Options parseOptions(const QStringList& arguments) {
    Options options;
    bool onlyPaths = false;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString& argument = arguments[i];
        if (onlyPaths || !argument.startsWith(QLatin1Char('-')))
            takePath(argument, options);
        else if (argument == QLatin1String("--"))
            onlyPaths = true;
        else if (argument == QLatin1String("--help") || argument == QLatin1String("-h"))
            options.help = true;
        else if (argument == QLatin1String("--version"))
            options.version = true;
        else if (QString plugin; takeValue(arguments, i, QStringLiteral("--plugin"), plugin, options.problem))
            options.plugins.append(plugin);
        else if (!takeValue(arguments, i, QStringLiteral("--screenshot"), options.screenshots,
                            options.problem) &&
                 !takeValue(arguments, i, QStringLiteral("--theme"), options.theme, options.problem) &&
                 !takeValue(arguments, i, QStringLiteral("--page"), options.page, options.problem))
            options.problem = text("unknown option %1").arg(argument);
    }
    if (!options.theme.isEmpty() && options.theme != QLatin1String("light") &&
        options.theme != QLatin1String("dark"))
        options.problem = text("--theme is light or dark");
    return options;
}

QString usage() {
    return text(
        "Usage: fathom [OPTIONS] [WORKSPACE] [FILE…]\n"
        "\n"
        "WORKSPACE is the folder of runs.sqlite. FILE may be .yaml, .nemo, .ckpt or an exported figure.\n"
        "\n"
        "  --page ID           begin with this page: configure, train, runs, compare, archive\n"
        "  --plugin FILE       load this shared object; may be repeated\n"
        "  --theme light|dark  colours for this time\n"
        "  --screenshot DIR    draw every page to a PNG, without a display, then exit\n"
        "  --version           print the version\n"
        "  --help              print this\n");
}

std::filesystem::path chooseWorkspace(const Options& options, const QSettings& settings) {
    QString folder = options.workspace;
    if (folder.isEmpty()) folder = settings.value(QStringLiteral("workspace")).toString();
    if (folder.isEmpty())
        folder = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                 QStringLiteral("/fathom/speech_prompts");
    return QDir::cleanPath(QDir(folder).absolutePath()).toStdString();
}

QString bundledConfig() {
    const QString name = QStringLiteral("configs/asr/quartznet_prompts.yaml");
    const QDir bin(QCoreApplication::applicationDirPath());
    // Installed, or in a build folder of the checkout (build/<preset>/bin).
    for (const char* root : {"../share/fathom", "../../..", "../.."}) {
        const QFileInfo file(bin.filePath(QLatin1String(root) + QLatin1Char('/') + name));
        if (file.exists()) return file.canonicalFilePath();
    }
    return {};
}

std::optional<double> millisecondsSinceStart() {
    timespec now{};
    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) return std::nullopt;
    const double ticksPerSecond = static_cast<double>(sysconf(_SC_CLK_TCK));
    const double started = static_cast<double>(thisProcess().startTime) / ticksPerSecond;
    return (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 - started) * 1000;
}

double residentBytes() {
    std::ifstream statm("/proc/self/statm");
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

} // namespace fathom::app
