// SPDX-License-Identifier: GPL-3.0-or-later
// What the command line asks of the window, and where the window finds what ships with it.
#pragma once

#include <QString>
#include <QStringList>

#include <filesystem>
#include <optional>

class QSettings;

namespace fathom::app {

struct Options {
    QString workspace{}; ///< empty: the last one, or the one for first runs
    QStringList files{};
    QString screenshots{}; ///< folder; empty: a window for people
    QString theme{};       ///< "light", "dark" or empty
    QStringList plugins{}; ///< shared objects to load before anything is shown
    QString page{};        ///< id of the page to begin with, or empty
    QString problem{};     ///< set when the arguments are wrong
    bool help = false;
    bool version = false;
};

/// Reads the arguments without Qt's application object, which must know the platform first.
[[nodiscard]] Options parseOptions(const QStringList& arguments);
[[nodiscard]] QString usage();

/// The workspace to use: the one asked for, else the last, else `speech_prompts` in the user's data folder.
[[nodiscard]] std::filesystem::path chooseWorkspace(const Options& options, const QSettings& settings);
/// The bundled example config, beside the build or installed; empty when it is not there.
[[nodiscard]] QString bundledConfig();

/// Milliseconds since this process was started (exec), by the kernel's account; resolution 10 ms.
[[nodiscard]] std::optional<double> millisecondsSinceStart();
/// Resident memory of this process.
[[nodiscard]] double residentBytes();

} // namespace fathom::app
