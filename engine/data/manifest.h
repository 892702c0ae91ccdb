// SPDX-License-Identifier: Apache-2.0
// NeMo's manifests: one JSON object a line, naming a recording, its length and its text.
//
//   Result<Manifest> manifest = readManifest(splitManifestList("train.json,more.json"), {.maxDuration
//   = 16.7}); for (const ManifestEntry& entry : manifest->entries) …
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::data {

/// One line of a manifest.
struct ManifestEntry {
    std::filesystem::path
        audio{}; ///< resolved: relative to the manifest's folder if it exists there, else to the current one
    double duration = 0;    ///< seconds
    std::string text{};     ///< UTF-8; empty if the line has none
    double offset = 0;      ///< seconds from the beginning of the recording
    std::size_t file = 0;   ///< index into Manifest::files
    int line = 0;           ///< 1-based
    std::size_t bucket = 0; ///< of a tarred set
    std::size_t member = 0; ///< the recording in the bucket's tar files
};

struct ManifestOptions {
    double minDuration = 0;              ///< seconds; shorter ones are left out
    std::optional<double> maxDuration{}; ///< seconds; longer ones are left out
    int maxUtts = 0;                     ///< stop after that many; 0: all
    bool skipBadFiles = false;           ///< leave out lines whose recording is missing, and count them
    bool tarred = false;                 ///< recordings are not files of their own: names stay as they are
};

struct Manifest {
    std::vector<std::filesystem::path> files{};
    std::vector<ManifestEntry> entries{};
    double seconds = 0;       ///< of `entries`
    std::size_t filtered = 0; ///< left out by their duration
    double filteredSeconds = 0;
    std::vector<Error> skipped{}; ///< left out because of skipBadFiles

    /// An error about one entry: carries the manifest's path and line.
    [[nodiscard]] Error error(const ManifestEntry& entry, std::string what, std::string why,
                              std::string remedy) const;
};

/// "a.json, b.json" → two paths; NeMo's manifest_filepath may be such a list.
[[nodiscard]] std::vector<std::filesystem::path> splitManifestList(std::string_view list);

/// Reads manifests one after the other. Errors (BadInput) name file:line: not JSON, no audio_filepath, no
/// duration, a missing recording. A manifest without a usable line is an error. The recordings' content is
/// not looked at: readAudio does. Source: nemo/collections/common/parts/preprocessing/manifest.py and
/// collections.py.
[[nodiscard]] Result<Manifest> readManifest(const std::vector<std::filesystem::path>& files,
                                            const ManifestOptions& options = {});

} // namespace fathom::data
