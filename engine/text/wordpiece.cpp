// SPDX-License-Identifier: Apache-2.0
#include "engine/text/wordpiece.h"

#include "engine/base/file.h"
#include "engine/text/bert_words.h"
#include "engine/text/piece_trie.h"
#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace fathom::text {

namespace {

constexpr std::string_view kContinues = "##";
constexpr std::size_t kLongestWord = 100; // Hugging Face's max_input_chars_per_word

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// What the Rust decoder does to each piece.
void tidy(std::string& piece) {
    static constexpr std::pair<std::string_view, std::string_view> kRules[] = {
        {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
        {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    for (const auto& [from, to] : kRules)
        replaceAll(piece, from, to);
}

class WordPieceTokenizer final : public Tokenizer {
public:
    explicit WordPieceTokenizer(const WordPieceOptions& options) : m_options(options) {}
    [[nodiscard]] Status load(std::string_view bytes, const std::string& name);

    [[nodiscard]] EncodedText encode(std::string_view text) const override;
    [[nodiscard]] std::vector<Piece> pieces(std::string_view text) const override;
    [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override;
    [[nodiscard]] std::string joinPieces(std::span<const std::int64_t> ids) const override;
    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(m_pieces.size()); }
    [[nodiscard]] std::string piece(std::int64_t id) const override {
        return id >= 0 && id < size() ? m_pieces[static_cast<std::size_t>(id)] : std::string();
    }
    [[nodiscard]] std::optional<std::int64_t> idOf(std::string_view piece) const override {
        const auto found = m_ids.find(std::string(piece));
        return found == m_ids.end() ? std::nullopt : std::optional<std::int64_t>(found->second);
    }

private:
    /// An id with the bytes that it stands for.
    struct Found {
        std::int64_t id;
        std::size_t begin, end;
    };

    void addSpecials();
    [[nodiscard]] bool isSpecial(std::int64_t id) const {
        return std::ranges::find(m_specials, id) != m_specials.end();
    }
    [[nodiscard]] std::vector<Found> find(std::string_view text) const;
    void findInPlainText(std::string_view text, std::size_t offset, std::vector<Found>& found) const;
    void findInWord(const Word& word, std::vector<Found>& found) const;

    WordPieceOptions m_options;
    std::vector<std::string> m_pieces;
    std::unordered_map<std::string, std::int64_t> m_ids;
    std::array<std::int64_t, 5> m_specials{}; ///< unk, sep, pad, cls, mask
    PieceTrie m_specialTokens;                ///< found in the text before it is cut into words
    PieceTrie m_begins;                       ///< pieces as they are
    PieceTrie m_continues;                    ///< pieces that began with ##, without it
};

Status WordPieceTokenizer::load(std::string_view bytes, const std::string& name) {
    const auto bad = [&](std::size_t line, std::string why, std::string remedy) {
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot read the WordPiece vocabulary",
                     .why = std::move(why),
                     .remedy = std::move(remedy),
                     .file = name,
                     .line = static_cast<int>(line)});
    };
    for (const std::string_view line : splitLines(bytes)) {
        const std::size_t number = m_pieces.size() + 1;
        if (!isUtf8(line)) return bad(number, "the line is not UTF-8", "Give a vocab.txt in UTF-8");
        const auto [known, isNew] = m_ids.emplace(line, size());
        if (!isNew)
            return bad(number,
                       "line " + std::to_string(known->second + 1) + " has '" + known->first + "' too",
                       "Remove one of the lines");
        m_pieces.emplace_back(line);
    }
    if (m_pieces.empty()) return bad(0, "it is empty", "Give a vocab.txt with one piece a line");
    addSpecials();
    for (std::size_t i = 0; i < m_pieces.size(); ++i) {
        const std::string_view piece = m_pieces[i];
        m_begins.insert(piece, static_cast<std::int64_t>(i));
        if (piece.starts_with(kContinues))
            m_continues.insert(piece.substr(kContinues.size()), static_cast<std::int64_t>(i));
    }
    return {};
}

/// Those that the vocabulary lacks come behind it, in Hugging Face's order.
void WordPieceTokenizer::addSpecials() {
    const std::string* const tokens[] = {&m_options.unkToken, &m_options.sepToken, &m_options.padToken,
                                         &m_options.clsToken, &m_options.maskToken};
    for (std::size_t i = 0; i < m_specials.size(); ++i) {
        const auto [known, isNew] = m_ids.emplace(*tokens[i], size());
        if (isNew) m_pieces.push_back(*tokens[i]);
        m_specials[i] = known->second;
        m_specialTokens.insert(*tokens[i], known->second);
    }
    // NeMo lets the beginning and the end of a sequence be [CLS] and [SEP].
    m_special = {.pad = m_specials[2],
                 .bos = m_specials[3],
                 .eos = m_specials[1],
                 .unk = m_specials[0],
                 .cls = m_specials[3],
                 .sep = m_specials[1],
                 .mask = m_specials[4]};
}

std::vector<WordPieceTokenizer::Found> WordPieceTokenizer::find(std::string_view text) const {
    std::vector<Found> found;
    found.reserve(text.size() / 4 + 1);
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size();) {
        const PieceTrie::Match special = m_specialTokens.longest(text.substr(at));
        if (special.id == PieceTrie::kNone) {
            ++at;
            continue;
        }
        findInPlainText(text.substr(plain, at - plain), plain, found);
        found.push_back({special.id, at, at + special.length});
        plain = at += special.length;
    }
    findInPlainText(text.substr(plain), plain, found);
    return found;
}

void WordPieceTokenizer::findInPlainText(std::string_view text, std::size_t offset,
                                         std::vector<Found>& found) const {
    for (const Word& word : bertWords(text, m_options, offset))
        findInWord(word, found);
}

void WordPieceTokenizer::findInWord(const Word& word, std::vector<Found>& found) const {
    const Found unknown{m_specials[0], word.front().begin, word.back().end};
    if (word.size() > kLongestWord) return found.push_back(unknown);
    std::string spelled;
    std::array<std::uint16_t, kLongestWord * 4 + 1> characterAt; // of each byte at which one begins
    for (std::size_t i = 0; i < word.size(); ++i) {
        characterAt[spelled.size()] = static_cast<std::uint16_t>(i);
        appendUtf8(spelled, word[i].code);
    }
    characterAt[spelled.size()] = static_cast<std::uint16_t>(word.size());
    const std::size_t before = found.size();
    for (std::size_t at = 0; at < spelled.size();) {
        const PieceTrie::Match match =
            (at == 0 ? m_begins : m_continues).longest(std::string_view(spelled).substr(at));
        if (match.id == PieceTrie::kNone) {
            found.resize(before, unknown);
            return found.push_back(unknown);
        }
        const std::size_t first = characterAt[at];
        at += match.length;
        found.push_back({match.id, word[first].begin, word[characterAt[at] - 1U].end});
    }
}

EncodedText WordPieceTokenizer::encode(std::string_view text) const {
    EncodedText encoded;
    for (const Found& found : find(text)) {
        encoded.ids.push_back(found.id);
        if (found.id != m_specials[0]) continue;
        std::string source(text.substr(found.begin, found.end - found.begin));
        if (source != m_options.unkToken &&
            std::ranges::find(encoded.unknown, source) == encoded.unknown.end())
            encoded.unknown.push_back(std::move(source));
    }
    return encoded;
}

std::vector<Piece> WordPieceTokenizer::pieces(std::string_view text) const {
    std::vector<Piece> pieces;
    for (const Found& found : find(text))
        pieces.push_back({found.id, m_pieces[static_cast<std::size_t>(found.id)], found.begin, found.end});
    return pieces;
}

std::string WordPieceTokenizer::joinPieces(std::span<const std::int64_t> ids) const {
    std::string text;
    bool first = true;
    for (const std::int64_t id : ids) {
        if (id < 0 || id >= size()) continue;
        std::string piece = m_pieces[static_cast<std::size_t>(id)];
        const bool fast = m_options.backend == BertBackend::Fast;
        if (!first && fast && piece.starts_with(kContinues))
            piece.erase(0, kContinues.size());
        else if (!first)
            piece.insert(piece.begin(), ' ');
        if (fast) tidy(piece);
        text += piece;
        first = false;
    }
    if (m_options.backend == BertBackend::Fast) return text;
    replaceAll(text, " ##", "");
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string WordPieceTokenizer::decode(std::span<const std::int64_t> ids) const {
    std::vector<std::int64_t> kept;
    for (const std::int64_t id : ids)
        if (!isSpecial(id)) kept.push_back(id);
    return joinPieces(kept);
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> readWordPiece(std::string_view bytes, const std::string& name,
                                                       const WordPieceOptions& options) {
    auto tokenizer = std::make_shared<WordPieceTokenizer>(options);
    if (const Status loaded = tokenizer->load(bytes, name); !loaded) return fail(loaded.error());
    return tokenizer;
}

Result<std::shared_ptr<const Tokenizer>> openWordPiece(const std::filesystem::path& vocabulary,
                                                       const WordPieceOptions& options) {
    const Result<std::string> bytes = readFile(vocabulary);
    if (!bytes) return fail(bytes.error());
    return readWordPiece(*bytes, vocabulary.string(), options);
}

} // namespace fathom::text
