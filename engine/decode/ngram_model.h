// SPDX-License-Identifier: Apache-2.0
// N-gram language models as ARPA text
// (http://www.speech.sri.com/projects/srilm/manpages/ngram-format.5.html), with the back-off rule that KenLM
// and SRILM follow.
//
//   auto model = decode::NgramModel::open("4gram.arpa");
//   decode::NgramState state = (*model)->begin();
//   double score = 0;
//   for (std::string_view word : words)
//       score += (*model)->score(state, (*model)->id(word));   // natural logarithm
//   score += (*model)->end(state);
#pragma once

#include "engine/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::decode {

inline constexpr int kMaxOrder = 8;

using WordId = std::uint32_t;

/// The last words, newest first.
struct NgramState {
    std::array<WordId, kMaxOrder - 1> words{};
    int count = 0;
};

/// Immutable; any thread.
class NgramModel {
public:
    /// Reads the file. Errors (BadInput) name file and line: not ARPA (a KenLM binary or a compressed file is
    /// told apart), a count or number that is wrong, a word without a unigram, an order over kMaxOrder.
    [[nodiscard]] static Result<std::shared_ptr<const NgramModel>> open(const std::filesystem::path& path);
    /// The same of the text; `label` is what errors call it.
    [[nodiscard]] static Result<std::shared_ptr<const NgramModel>> parse(std::string_view text,
                                                                         const std::string& label);

    [[nodiscard]] int order() const { return static_cast<int>(m_tables.size()) + 1; }
    [[nodiscard]] std::size_t ngrams() const; ///< of all orders
    /// The words, <s>, </s> and <unk> among them, by id.
    [[nodiscard]] std::size_t words() const { return m_words.size(); }
    [[nodiscard]] std::string_view word(WordId id) const { return m_words[id]; }

    /// That of <unk> for a word that the model does not list.
    [[nodiscard]] WordId id(std::string_view word) const;
    [[nodiscard]] WordId unknown() const { return m_unknown; }
    /// Whether a word begins so.
    [[nodiscard]] bool hasPrefix(std::string_view text) const;

    [[nodiscard]] NgramState begin() const; ///< after <s>
    /// log P(word | state), natural; `state` moves on.
    [[nodiscard]] double score(NgramState& state, WordId word) const;
    /// log P(</s> | state); 0 for a model without </s>.
    [[nodiscard]] double end(NgramState state) const;

private:
    friend class ArpaReader;
    struct Weights {
        float probability = 0; ///< log10
        float backoff = 0;
    };
    /// N-grams of one order by the hash of their words, open addressing. 64 bits: two of ten million share
    /// one with a chance of 1 to 370,000.
    struct Table {
        std::vector<std::uint64_t> keys{}; ///< 0: free
        std::vector<Weights> weights{};
        std::size_t size = 0;
        [[nodiscard]] const Weights* find(std::uint64_t key) const;
        bool add(std::uint64_t key, Weights value); ///< false: there already
        void resize(std::size_t slots); ///< a power of two
    };
    NgramModel() = default;
    /// Of a word put before (older than) those that `key` stands for.
    [[nodiscard]] static std::uint64_t extended(std::uint64_t key, WordId older);
    [[nodiscard]] double backoff(const NgramState& state, int from) const;
    void indexWords();

    std::string m_text; ///< what m_words view
    std::vector<std::string_view> m_words;
    std::vector<std::uint32_t> m_index; ///< by hash: id + 1
    std::vector<WordId> m_sorted;       ///< by word
    std::vector<Weights> m_unigrams;
    std::vector<Table> m_tables; ///< of order 2 and up
    WordId m_unknown = 0;
    WordId m_begin = 0; ///< m_unknown where there is none
    WordId m_end = 0;
};

} // namespace fathom::decode
