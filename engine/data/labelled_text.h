// SPDX-License-Identifier: Apache-2.0
// NeMo's files for text classification: one example a line, words, a tab and the number of the class. No
// LibTorch.
//
//   Result<LabelledTexts> texts = readLabelledTexts("train.tsv", {.classes = 2});
//   for (const LabelledText& item : texts->items) …
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::data {

struct LabelledText {
    std::string text{}; ///< its words with one space between them; UTF-8
    std::int64_t label = 0;
    int line = 0; ///< 1-based
};

struct LabelledTextOptions {
    std::int64_t classes = 0;   ///< labels are in [0, classes)
    std::int64_t maxLines = -1; ///< only the first so many lines; not positive: all
};

struct LabelledTexts {
    std::filesystem::path file{};
    std::vector<LabelledText> items{};
    bool hasHeader = false;       ///< the first line ends in a word that is no number
    std::vector<Error> skipped{}; ///< lines without a text or without a number, each with its line
};

/// Reads as NeMo's TextClassificationDataset: the last word of a line is its label, whatever white space is
/// between. Where NeMo leaves lines out silently, they are in `skipped`. Errors (BadInput) name file:line: no
/// such file, bytes that are not UTF-8, a label outside of the classes, no line that can be used.
[[nodiscard]] Result<LabelledTexts> readLabelledTexts(const std::filesystem::path& file,
                                                      const LabelledTextOptions& options);

/// A line to classify: the text before the last tab and the number behind it; without such an end all of it.
struct TextLine {
    std::string text{};
    std::optional<std::int64_t> label{};
};
[[nodiscard]] TextLine splitTextLine(std::string_view line);

/// The first byte that does not belong to UTF-8; nullopt: all do.
[[nodiscard]] std::optional<std::size_t> findInvalidUtf8(std::string_view text);

} // namespace fathom::data
