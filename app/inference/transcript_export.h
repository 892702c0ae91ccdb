// SPDX-License-Identifier: GPL-3.0-or-later
// Transcripts as files that other programs read.
#pragma once

#include "engine/run/inference.h"

#include <string>
#include <vector>

#include <QString>

namespace fathom::app {

enum class TranscriptFormat {
    Manifest, ///< NeMo's JSON lines: audio_filepath, text, words
    Tsv,      ///< file, tab, text
    Ctm,      ///< NIST's: a word a line with its begin and duration
};
[[nodiscard]] std::string formatTranscripts(const std::vector<run::Transcript>& transcripts,
                                            TranscriptFormat format);
/// By the name's ending: ".ctm", ".tsv" or ".txt", else a manifest.
[[nodiscard]] TranscriptFormat transcriptFormatOf(const QString& file);

} // namespace fathom::app
