// SPDX-License-Identifier: GPL-3.0-or-later
// Which view suits a member of an archive, and what that view shows.
#pragma once

#include "app/models/audio_clip.h"
#include "app/models/vocabulary.h"

#include <QString>

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>

namespace fathom::app {

struct ArtifactPreview {
    enum class Kind { Text, Yaml, Json, Tokens, Pieces, Audio, Binary };

    Kind kind = Kind::Binary;
    qint64 bytes = 0;
    QString text{};          ///< whole, or the first 2 MiB
    bool isCut = false;      ///< `text` is not all
    Vocabulary vocabulary{}; ///< of Tokens and Pieces
    AudioClip audio{};
};

/// Decides by the content, the name (as stored) breaking ties. Reads as much as the view needs; for a
/// background thread.
[[nodiscard]] ArtifactPreview previewArtifact(const QString& name, std::span<const std::byte> bytes,
                                              std::stop_token stop = {});

/// What people call the kind: "SentencePiece model, 1,024 pieces".
[[nodiscard]] QString describe(const ArtifactPreview& preview);

/// The stored name without "./".
[[nodiscard]] QString artifactPath(const QString& stored);
/// NeMo prefixes 32 hex digits so that names do not clash: the reader wants the rest. Without "./".
[[nodiscard]] QString artifactName(const QString& stored);

} // namespace fathom::app
