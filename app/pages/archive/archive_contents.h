// SPDX-License-Identifier: GPL-3.0-or-later
// An opened `.nemo` or checkpoint with what the page shows of it. Read in the background, immutable
// afterwards.
#pragma once

#include "app/models/config_tree.h"
#include "engine/archive/inspect.h"
#include "engine/archive/nemo.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

namespace fathom::app {

struct ArchiveContents {
    QString path{};
    qint64 fileBytes = 0;
    std::optional<archive::Nemo> nemo{};                  ///< nullopt for a checkpoint
    std::shared_ptr<const archive::Checkpoint> weights{}; ///< null when there are none or they are damaged
    std::optional<Error> weightsError{};
    QString configYaml{};
    std::optional<ConfigItem> configTree{}; ///< nullopt when the YAML cannot be read
    std::optional<Error> configError{};
    std::vector<std::string> artifacts{}; ///< member names other than config and weights
    std::vector<archive::Finding> findings{};
    qint64 parameters = 0;
};

/// Opens a `.nemo`, a `.ckpt` or an extracted folder. For a background thread; a large gzip takes seconds.
[[nodiscard]] Result<std::shared_ptr<const ArchiveContents>> openArchive(const QString& path);

} // namespace fathom::app
