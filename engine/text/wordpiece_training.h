// SPDX-License-Identifier: Apache-2.0
// Training of WordPiece vocabularies as Hugging Face's BertWordPieceTokenizer does it, which NeMo's
// process_asr_text_tokenizer.py --tokenizer=wpe calls.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fathom::text {

struct WordPieceTraining {
    std::int64_t vocabSize = 1024;     ///< all pieces, the five special ones too
    bool lowerCase = false;            ///< and without accents, as BERT
    std::int64_t minFrequency = 2;     ///< pairs that are rarer are not joined
    std::int64_t limitAlphabet = 1000; ///< characters, the most frequent ones
};

struct TrainedWordPiece {
    std::vector<std::string> pieces{}; ///< by id: special ones, characters, ##characters, joined ones

    /// Replaces vocab.txt in the folder, which is made if need be.
    [[nodiscard]] Status save(const std::filesystem::path& folder) const;
};

/// Joins the most frequent pair of pieces, again and again; of equally frequent ones that with the lower ids.
/// (In Hugging Face's the ids of the ##characters, and so the ties, change from run to run; here they are
/// sorted.) A size that does not hold the characters is an error (Usage).
[[nodiscard]] Result<TrainedWordPiece> trainWordPiece(const std::vector<std::string>& sentences,
                                                      const WordPieceTraining& options);

} // namespace fathom::text
