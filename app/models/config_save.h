// SPDX-License-Identifier: GPL-3.0-or-later
// Edits written into the files that they override.
//
// A value goes where the file's own value stands and nothing else of the file changes, byte for byte; its
// override is not needed any more and goes. What the config composes to stays the same, or the edit stays an
// override.
#pragma once

#include "app/models/config_composition.h"

#include <string>
#include <vector>

namespace fathom::app {

struct FileChange {
    QString file{}; ///< as origins name it
    std::string before{};
    std::string after{};
};

struct ConfigSave {
    std::vector<FileChange> changes{};
    OverrideList left{};       ///< what the files do not say
    int written = 0;           ///< edits that the files say now
    std::vector<Error> kept{}; ///< why an edit stayed an override, one for each
};

/// What saving would change. Only edits (Layer::Edited) are written, not what the command line said. Errors:
/// the state does not compose; a file is no longer what `sources` says. Reads files; for a background thread.
[[nodiscard]] Result<ConfigSave> planSave(const ConfigState& state, const SourceTexts& sources);

/// Replaces each file atomically, symbolic links staying what they are. A file that is no longer `before` is
/// an error; then, or when one cannot be written, all stay or become again what they were.
[[nodiscard]] Status writeChanges(const std::vector<FileChange>& changes);

} // namespace fathom::app
