// SPDX-License-Identifier: Apache-2.0
// Two texts line by line, as `diff -u` shows them, with the words that changed within a line marked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::analysis {

/// A stretch of a line, in bytes.
struct TextMark {
    std::size_t first = 0;
    std::size_t count = 0;

    friend bool operator==(const TextMark&, const TextMark&) = default;
};

struct DiffLine {
    enum class Kind { Same, Removed, Added };
    Kind kind = Kind::Same;
    int before = 0; ///< 1-based line number; 0 for an added line
    int after = 0;  ///< 0 for a removed line
    std::string text{};
    /// What changed in a removed or added line that has a counterpart; none where the whole line did.
    std::vector<TextMark> marks{};
};

struct DiffHunk {
    std::vector<DiffLine> lines{};
};

struct TextDiffOptions {
    int context = 3; ///< unchanged lines around a change; -1 for all
};

/// No hunk: the texts are equal but for a newline at the end. "\r" counts as part of a line.
[[nodiscard]] std::vector<DiffHunk> diffText(std::string_view before, std::string_view after,
                                             const TextDiffOptions& options = {});

/// As `diff -u` writes it, without file names; empty for no hunk.
[[nodiscard]] std::string unifiedText(const std::vector<DiffHunk>& hunks);

/// One file of a git patch.
struct PatchFile {
    std::string path{}; ///< as after the change; "" for what comes before the first file
    std::string text{}; ///< its part of the patch, without git's `index` line
};

/// Cuts the output of `git diff` at its files.
[[nodiscard]] std::vector<PatchFile> patchFiles(std::string_view patch);

struct PatchDifference {
    std::string path{};
    std::string before{}; ///< its part of the patch; empty: this file is in one patch only
    std::string after{};
    std::vector<DiffHunk> hunks{};
};

/// The files that two uncommitted patches change differently, in the order of `before`; what only `after` has
/// comes last.
[[nodiscard]] std::vector<PatchDifference> diffPatches(std::string_view before, std::string_view after);

} // namespace fathom::analysis
