// SPDX-License-Identifier: GPL-3.0-or-later
// A text as a tokenizer takes it apart, for showing.
#pragma once

#include "engine/text/tokenizer.h"
#include "widgets/chip_flow.h"

#include <QString>
#include <QStringList>

#include <stop_token>
#include <vector>

namespace fathom::app {

struct TokenizedText {
    std::vector<widgets::Chip> chips{}; ///< of the first 20,000 pieces
    /// Where each chip's piece stands in the text, in UTF-16 units: [begin, end).
    struct Range {
        qsizetype begin = 0;
        qsizetype end = 0;
    };
    std::vector<Range> ranges{};
    std::vector<std::int64_t> ids{}; ///< of all of it
    qsizetype characters = 0;
    qsizetype words = 0;
    QStringList unknown{}; ///< what has no id of its own, each once
    QString decoded{};     ///< the ids as text again; lines stay lines
    bool isEqual = false;  ///< `decoded` is the text
};

/// Line by line, as models are handed texts. Any thread; a stop gives what there is so far.
[[nodiscard]] TokenizedText tokenize(const text::Tokenizer& tokenizer, const QString& text,
                                     const std::stop_token& stop);
/// "12 tokens · 34 characters · 2.8 characters a token · 1 unknown"
[[nodiscard]] QString summaryOf(const TokenizedText& text);
/// Numbers separated by anything. An id outside the vocabulary is told in `problem`.
[[nodiscard]] QString decodeIds(const text::Tokenizer& tokenizer, const QString& ids, QString& problem);

/// Shows the pieces of a line in a strip that is as high as they need, four lines of them at most; hides it
/// where there is nothing to show. GUI thread.
void showTokens(widgets::ChipFlow& strip, const text::Tokenizer* tokenizer, const QString& line);

} // namespace fathom::app
