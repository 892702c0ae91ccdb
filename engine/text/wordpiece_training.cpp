// SPDX-License-Identifier: Apache-2.0
#include "engine/text/wordpiece_training.h"

#include "engine/base/file.h"
#include "engine/text/bert_words.h"
#include "engine/text/utf8.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>

namespace fathom::text {

namespace {

constexpr std::string_view kContinues = "##";
using Pair = std::pair<std::uint32_t, std::uint32_t>;

struct PairHash {
    std::size_t operator()(const Pair& pair) const {
        return std::hash<std::uint64_t>()(static_cast<std::uint64_t>(pair.first) << 32U | pair.second);
    }
};

/// A word of the corpus as the ids of its pieces.
struct CountedWord {
    std::vector<std::uint32_t> ids{};
    std::int64_t count = 0;
};

struct Candidate {
    Pair pair;
    std::int64_t count = 0;
    bool operator<(const Candidate& other) const {
        return count != other.count ? count < other.count : pair > other.pair;
    }
};

class Trainer {
public:
    explicit Trainer(const WordPieceTraining& options) : m_options(options) {}

    void count(const std::vector<std::string>& sentences) {
        WordPieceOptions options;
        options.doLowerCase = m_options.lowerCase;
        options.backend = BertBackend::Fast;
        for (const std::string& sentence : sentences)
            for (const Word& word : bertWords(sentence, options, 0)) {
                std::u32string spelled;
                for (const Character& character : word)
                    spelled += character.code;
                ++m_counts[spelled];
            }
    }

    /// The special pieces, the characters, and the words in them. The size that this takes.
    std::size_t begin() {
        for (const char* special : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
            add(special);
        const std::set<char32_t> alphabet = this->alphabet();
        std::set<char32_t> continuing;
        for (const auto& [word, count] : m_counts)
            for (const char32_t code : std::u32string_view(word).substr(1))
                if (alphabet.contains(code)) continuing.insert(code);
        for (const char32_t code : alphabet)
            m_first[code] = add(spelled(code));
        for (const char32_t code : continuing)
            m_continuing[code] = add(std::string(kContinues) + spelled(code));
        for (const auto& [word, count] : m_counts)
            addWord(word, count);
        return m_pieces.size();
    }

    void joinPairs() {
        for (std::uint32_t word = 0; word < m_words.size(); ++word)
            for (std::size_t i = 0; i + 1 < m_words[word].ids.size(); ++i)
                change({m_words[word].ids[i], m_words[word].ids[i + 1]}, word, 1);
        for (const auto& [pair, count] : m_pairs)
            m_queue.push({pair, count});
        while (std::ssize(m_pieces) < m_options.vocabSize && !m_queue.empty()) {
            const Candidate top = m_queue.top();
            m_queue.pop();
            const std::int64_t now = m_pairs[top.pair];
            if (now != top.count) {
                if (now > 0) m_queue.push({top.pair, now});
                continue;
            }
            if (now < 1 || now < m_options.minFrequency) break;
            join(top.pair);
        }
    }

    std::vector<std::string> take() { return std::move(m_pieces); }

private:
    static std::string spelled(char32_t code) {
        std::string text;
        appendUtf8(text, code);
        return text;
    }

    std::uint32_t add(const std::string& piece) {
        const auto [found, isNew] = m_ids.emplace(piece, static_cast<std::uint32_t>(m_pieces.size()));
        if (isNew) m_pieces.push_back(piece);
        return found->second;
    }

    [[nodiscard]] std::set<char32_t> alphabet() const {
        std::map<char32_t, std::int64_t> counts;
        for (const auto& [word, count] : m_counts)
            for (const char32_t code : word)
                counts[code] += count;
        std::vector<std::pair<char32_t, std::int64_t>> ordered(counts.begin(), counts.end());
        std::ranges::stable_sort(ordered, std::greater(), &std::pair<char32_t, std::int64_t>::second);
        std::set<char32_t> kept;
        for (const auto& [code, count] : ordered)
            if (std::ssize(kept) < m_options.limitAlphabet) kept.insert(code);
        return kept;
    }

    void addWord(const std::u32string& word, std::int64_t count) {
        CountedWord counted{.count = count};
        for (std::size_t i = 0; i < word.size(); ++i) {
            const auto& ids = i == 0 ? m_first : m_continuing;
            if (const auto found = ids.find(word[i]); found != ids.end())
                counted.ids.push_back(found->second);
        }
        m_words.push_back(std::move(counted));
    }

    void change(const Pair& pair, std::uint32_t word, int times) {
        m_pairs[pair] += times * m_words[word].count;
        if (times > 0) m_places[pair].insert(word);
    }

    void join(const Pair& pair) {
        std::string_view second = m_pieces[pair.second];
        if (second.starts_with(kContinues)) second.remove_prefix(kContinues.size());
        const std::uint32_t joined = add(m_pieces[pair.first] + std::string(second));
        std::set<Pair> grown;
        for (const std::uint32_t word : std::exchange(m_places[pair], {}))
            joinIn(word, pair, joined, grown);
        m_pairs[pair] = 0;
        for (const Pair& next : grown)
            if (m_pairs[next] > 0) m_queue.push({next, m_pairs[next]});
    }

    void joinIn(std::uint32_t word, const Pair& pair, std::uint32_t joined, std::set<Pair>& grown) {
        std::vector<std::uint32_t>& ids = m_words[word].ids;
        for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
            if (ids[i] != pair.first || ids[i + 1] != pair.second) continue;
            if (i > 0) {
                change({ids[i - 1], pair.first}, word, -1);
                change({ids[i - 1], joined}, word, 1);
                grown.insert({ids[i - 1], joined});
            }
            if (i + 2 < ids.size()) {
                change({pair.second, ids[i + 2]}, word, -1);
                change({joined, ids[i + 2]}, word, 1);
                grown.insert({joined, ids[i + 2]});
            }
            ids[i] = joined;
            ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
    }

    WordPieceTraining m_options;
    std::map<std::u32string, std::int64_t> m_counts;
    std::vector<CountedWord> m_words;
    std::vector<std::string> m_pieces;
    std::unordered_map<std::string, std::uint32_t> m_ids;
    std::unordered_map<char32_t, std::uint32_t> m_first;
    std::unordered_map<char32_t, std::uint32_t> m_continuing;
    std::unordered_map<Pair, std::int64_t, PairHash> m_pairs;
    std::unordered_map<Pair, std::set<std::uint32_t>, PairHash> m_places; ///< words that may have the pair
    std::priority_queue<Candidate> m_queue;
};

} // namespace

Status TrainedWordPiece::save(const std::filesystem::path& folder) const {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail({.kind = ErrorKind::Failed,
                     .what = "Cannot make the folder",
                     .why = error.message(),
                     .remedy = "Choose another folder",
                     .file = folder.string()});
    std::string lines;
    for (const std::string& piece : pieces)
        lines.append(piece).append("\n");
    return writeFileAtomically(folder / "vocab.txt", lines);
}

Result<TrainedWordPiece> trainWordPiece(const std::vector<std::string>& sentences,
                                        const WordPieceTraining& options) {
    Trainer trainer(options);
    trainer.count(sentences);
    const std::size_t least = trainer.begin();
    if (options.vocabSize < static_cast<std::int64_t>(least))
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot train the WordPiece vocabulary",
                     .why = std::to_string(options.vocabSize) + " pieces do not hold the " +
                            std::to_string(least) + " special ones and characters",
                     .remedy = "Use at least " + std::to_string(least),
                     .key = "vocab_size"});
    trainer.joinPairs();
    return TrainedWordPiece{trainer.take()};
}

} // namespace fathom::text
