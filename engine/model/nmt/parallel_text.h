// SPDX-License-Identifier: Apache-2.0
// Two text files whose lines are translations of each other, as ids.
//
//   auto corpus = readParallelText({.source = "train.en", .target = "train.fr"}, sides);
//   log.info(corpus->summary());
#pragma once

#include "engine/base/result.h"
#include "engine/text/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace fathom::model {

struct ParallelFiles {
    std::filesystem::path source{};
    std::filesystem::path target{};
};

/// NeMo's `clean` and its limits, in tokens with bos and eos.
struct PairLimits {
    bool clean = false;
    std::int64_t minLength = 1;
    std::int64_t maxLength = 512;
    std::int64_t maxDifference = 512;
    std::int64_t maxRatio = 512;
    std::int64_t samples = -1; ///< pairs that are read at most; negative: all
};

/// Whether NeMo's clean_src_and_target keeps a pair of such lengths.
[[nodiscard]] bool keepsPair(std::int64_t source, std::int64_t target, const PairLimits& limits);

/// A tokenizer and the ids that it puts around a sentence.
struct TokenSide {
    std::shared_ptr<const text::Tokenizer> tokenizer{};
    std::int64_t pad = 0;
    std::int64_t bos = 1;
    std::int64_t eos = 2;
};

struct TokenSides {
    TokenSide source{};
    TokenSide target{};
};

struct SentencePair {
    std::vector<std::int64_t> source{}; ///< bos, tokens, eos
    std::vector<std::int64_t> target{};
    int line = 0; ///< of both files, from 1 on
};

struct ParallelText {
    ParallelFiles files{};
    std::vector<SentencePair> pairs{};
    std::size_t lines = 0;
    std::size_t leftOut = 0;       ///< by the limits
    int firstLeftOut = 0;          ///< its line
    std::size_t unknownTokens = 0; ///< of both sides
    [[nodiscard]] std::string summary() const;
};

/// Reads and encodes both files on all processors. Errors (BadInput) name the file and where they can the
/// line: a file cannot be read, lines are not UTF-8, the files have different numbers of lines, no pair is
/// left. A request to stop ends it (Interrupted).
[[nodiscard]] Result<ParallelText> readParallelText(const ParallelFiles& files, const TokenSides& sides,
                                                    const PairLimits& limits,
                                                    const std::stop_token& stop = {});

} // namespace fathom::model
