// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings among what people choose and drop: files, folders of them, NeMo manifests.
#pragma once

#include "engine/base/result.h"

#include <QStringList>

#include <stop_token>

class QMimeData;

namespace fathom::app {

/// Local paths of what is dragged that findRecordings() can do something with.
[[nodiscard]] QStringList recordingPathsIn(const QMimeData& data);
/// Whether every file that is dragged is a recording by its name.
[[nodiscard]] bool hasRecordings(const QMimeData& data);
/// Recordings in these paths in order: a file itself, those below a folder by name, those a manifest names.
/// For a background thread. Errors (BadInput): a manifest that cannot be read, with file and line; nothing
/// found.
[[nodiscard]] Result<QStringList> findRecordings(const QStringList& paths, const std::stop_token& stop);
/// For file dialogs.
[[nodiscard]] QString recordingFilter();

} // namespace fathom::app
