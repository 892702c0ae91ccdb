// SPDX-License-Identifier: Apache-2.0
// Training of SentencePiece models with the options of NeMo's create_spt_model, which its scripts
// process_asr_text_tokenizer.py and create_spt_model.py use.
//
//   auto sentences = readCorpus({"train.en", "train.fr"});
//   auto trained = trainSentencePiece(*sentences, {.type = "bpe", .vocabSize = 8000, .bos = true, .eos =
//   true,
//                                                  .pad = true});
//   Status saved = trained->save("tokenizer_spe_bpe_v8000");
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fathom::text {

struct SentencePieceTraining {
    std::string type = "unigram";    ///< unigram, bpe, char or word
    std::int64_t vocabSize = 1024;   ///< all pieces, special ones too
    bool hardVocabLimit = false;     ///< else the vocabulary may come out smaller
    double characterCoverage = 1.0;  ///< 0.98 … 1: share of the corpus's characters that get a piece
    bool lowerCase = false;          ///< normalization nmt_nfkc_cf instead of nmt_nfkc
    std::int64_t sampleSize = 0;     ///< sentences to train on, drawn at random; 0: all
    std::uint32_t seed = 0;          ///< of the draw
    std::int64_t maxPieceLength = 0; ///< characters; 0: 16, as SentencePiece
    /// NeMo's numbering: <unk> is 0, <s> is 1, </s> is 2 and <pad> comes behind those that there are. An id
    /// given below replaces it.
    bool bos = false, eos = false, pad = false;
    std::optional<std::int64_t> bosId{}, eosId{}, padId{}, unkId{}; ///< -1: not in the vocabulary
    std::vector<std::string> controlSymbols{};                      ///< never found in texts
    std::vector<std::string> userDefinedSymbols{};                  ///< found in texts as one piece each
    bool byteFallback = false;
    bool splitDigits = false;
    bool splitByWhitespace = true;
    bool splitByUnicodeScript = true;
    bool removeExtraWhitespaces = false; ///< NeMo's default; SentencePiece's own is true
    bool trainExtremelyLargeCorpus = false;
};

/// The three files that NeMo keeps.
struct TrainedSentencePiece {
    std::string model{};      ///< tokenizer.model
    std::string pieces{};     ///< tokenizer.vocab: a piece, a tab and its score on each line
    std::string vocabulary{}; ///< vocab.txt: pieces without the special ones, spelled as WordPiece would
    std::int64_t size = 0;    ///< pieces

    /// Writes tokenizer.model, tokenizer.vocab and vocab.txt into the folder, which is made if need be; each
    /// replaces its predecessor as a whole, the model last.
    [[nodiscard]] Status save(const std::filesystem::path& folder) const;
};

/// Sentences of more than 4192 bytes are left out. Takes minutes for millions of sentences and cannot be
/// stopped; any thread. Options that do not go together, or that the sentences do not allow, are errors
/// (Usage).
[[nodiscard]] Result<TrainedSentencePiece> trainSentencePiece(const std::vector<std::string>& sentences,
                                                              const SentencePieceTraining& options);

} // namespace fathom::text
