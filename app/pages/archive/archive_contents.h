// SPDX-License-Identifier: GPL-3.0-or-later
// An opened `.nemo` or checkpoint with what the page shows of it. Read in the background, immutable
// afterwards.
#pragma once

#include "app/models/config_composition.h"
#include "app/models/tensor_model.h"
#include "engine/archive/nemo_editor.h"

#include <QString>

#include <memory>
#include <optional>

namespace fathom::app {

struct ArchiveContents {
    QString path{};
    qint64 fileBytes = 0;
    std::optional<archive::Nemo> nemo{}; ///< nullopt for a checkpoint
    /// With no edits; nullopt where nothing can be edited: a checkpoint, or no readable config.
    std::optional<archive::NemoEditor> editor{};
    std::shared_ptr<const archive::Checkpoint> weights{}; ///< null when there are none or they are damaged
    std::shared_ptr<const StateDict> tensors{};           ///< of `weights`
    std::optional<Error> weightsError{};
    std::vector<archive::WeightPart> weightParts{}; ///< where there are no `weights` that are one file
    QString configYaml{};
    Composition config{}; ///< of the YAML without edits
    std::optional<Error> configError{};
    qint64 parameters = 0;
};

/// Opens a `.nemo`, a checkpoint or an extracted folder. For a background thread; a large gzip takes seconds
/// the first time, and tells its progress.
[[nodiscard]] Result<std::shared_ptr<const ArchiveContents>>
openArchive(const QString& path, const archive::OpenOptions& options = {});

/// The archive's config with edits, as the tree shows it. Reads no file.
[[nodiscard]] Composition composeConfig(const QString& yaml, const std::vector<std::string>& edits);
/// What origins of composeConfig() call the config's file.
[[nodiscard]] QString configFileName();

/// The folder of the run store that knows what Fathom wrote of the archive: the one it lies in, else
/// `workspace` where that has one.
[[nodiscard]] std::optional<std::filesystem::path> storeFor(const std::filesystem::path& archive,
                                                            const std::filesystem::path& workspace);

/// An artifact, that is neither config nor weights nor a folder.
[[nodiscard]] bool isArtifact(const archive::Member& member);

} // namespace fathom::app
