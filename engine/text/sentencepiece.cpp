// SPDX-License-Identifier: Apache-2.0
#include "engine/text/sentencepiece.h"

#include "engine/base/file.h"
#include "engine/text/sentencepiece_encoder.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace fathom::text {

namespace {

constexpr std::string_view kSeparator = "\xE2\x96\x81"; // ▁
constexpr std::string_view kBlank = " \t\n\r\v\f";

Error damaged(const std::string& name, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the SentencePiece model",
            .why = std::move(why),
            .remedy = "Give a .model file that SentencePiece wrote",
            .file = name};
}

std::string strip(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(kBlank) - begin + 1));
}

class SentencePieceTokenizer final : public Tokenizer {
public:
    [[nodiscard]] Status load(std::string_view bytes, const std::string& name,
                              const SentencePieceOptions& options);

    [[nodiscard]] EncodedText encode(std::string_view text) const override;
    [[nodiscard]] std::vector<Piece> pieces(std::string_view text) const override;
    [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override;
    [[nodiscard]] std::int64_t size() const override {
        return m_modelSize + static_cast<std::int64_t>(m_added.size());
    }
    [[nodiscard]] std::string piece(std::int64_t id) const override;
    [[nodiscard]] std::optional<std::int64_t> idOf(std::string_view piece) const override;

private:
    /// A token that legacy mode finds in texts.
    struct Special {
        std::string token;
        std::int64_t id;
    };
    /// Text between special tokens, and the one that follows it if there is one.
    struct Segment {
        std::string_view text;
        const Special* next = nullptr;
        std::size_t begin = 0;       ///< bytes of the whole text before it
        bool dropsSeparator = false; ///< it stands between two special tokens
    };

    [[nodiscard]] std::vector<std::int64_t> modelIds(std::string_view text) const;
    [[nodiscard]] std::optional<std::int64_t> modelId(std::string_view piece) const;
    [[nodiscard]] const Special* special(std::int64_t id) const;
    void addSpecials(const SentencePieceOptions& options);
    [[nodiscard]] std::vector<Segment> segments(std::string_view text) const;
    void append(EncodedText& encoded, const Segment& segment) const;
    void append(std::vector<Piece>& pieces, const Segment& segment) const;
    [[nodiscard]] std::string decodeModelIds(std::span<const std::int64_t> ids) const;

    sentencepiece::SentencePieceProcessor m_processor;
    std::optional<SentencePieceEncoder> m_encoder; ///< empty where only the library can do it
    std::int64_t m_modelSize = 0;
    std::int64_t m_unknown = 0;
    std::optional<std::int64_t> m_separator;
    bool m_legacy = false;
    std::vector<Special> m_specials;  ///< in the order in which they were given
    std::vector<std::string> m_added; ///< those behind the model's pieces
};

Status SentencePieceTokenizer::load(std::string_view bytes, const std::string& name,
                                    const SentencePieceOptions& options) {
    const auto model = parseSentencePieceModel(bytes);
    if (!model) return fail(damaged(name, model.error()));
    m_encoder = SentencePieceEncoder::create(*model);
    const auto status = m_processor.LoadFromSerializedProto(bytes);
    if (!status.ok()) return fail(damaged(name, status.error_message()));
    const auto given = [](int id) {
        return id < 0 ? std::optional<std::int64_t>() : std::optional<std::int64_t>(id);
    };
    m_modelSize = m_processor.GetPieceSize();
    m_unknown = m_processor.unk_id();
    m_special.unk = given(m_processor.unk_id());
    m_special.pad = given(m_processor.pad_id());
    m_special.bos = given(m_processor.bos_id());
    m_special.eos = given(m_processor.eos_id());
    m_separator = modelId(kSeparator);
    m_legacy = options.legacy;
    if (!m_legacy && !options.specialTokens.empty())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot add special tokens to the SentencePiece model",
                     .why = "only legacy mode adds tokens",
                     .remedy = "Set sentencepiece_legacy=true, or train the model with the tokens",
                     .file = name,
                     .key = "special_tokens"});
    addSpecials(options);
    return {};
}

/// NeMo's add_special_tokens: known ones keep their ids, others come behind the model's.
void SentencePieceTokenizer::addSpecials(const SentencePieceOptions& options) {
    for (const auto& [name, token] : options.specialTokens) {
        std::optional<std::int64_t> id = modelId(token);
        const auto same = [&wanted = token](const Special& special) { return special.token == wanted; };
        if (const auto known = std::ranges::find_if(m_specials, same); known != m_specials.end()) {
            id = known->id;
        } else {
            if (!id) {
                id = size();
                m_added.push_back(token);
            }
            m_specials.push_back({token, *id});
        }
        if (name == "pad_token") m_special.pad = id;
        if (name == "bos_token") m_special.bos = id;
        if (name == "eos_token") m_special.eos = id;
        if (name == "cls_token") m_special.cls = id;
        if (name == "sep_token") m_special.sep = id;
        if (name == "mask_token") m_special.mask = id;
    }
}

std::optional<std::int64_t> SentencePieceTokenizer::modelId(std::string_view piece) const {
    const int id = m_processor.PieceToId(piece);
    if (id == m_unknown && m_processor.IdToPiece(id) != piece) return std::nullopt;
    return id;
}

std::vector<std::int64_t> SentencePieceTokenizer::modelIds(std::string_view text) const {
    if (m_encoder) return m_encoder->encode(text);
    std::vector<int> ids;
    m_processor.Encode(text, &ids).IgnoreError();
    return {ids.begin(), ids.end()};
}

const SentencePieceTokenizer::Special* SentencePieceTokenizer::special(std::int64_t id) const {
    const auto found = std::ranges::find(m_specials, id, &Special::id);
    return found == m_specials.end() ? nullptr : &*found;
}

/// NeMo's legacy scan: the special token that begins first, of several the one that was given first.
std::vector<SentencePieceTokenizer::Segment> SentencePieceTokenizer::segments(std::string_view text) const {
    std::vector<Segment> segments;
    std::size_t begin = 0;
    for (bool afterSpecial = false;; afterSpecial = true) {
        std::size_t first = std::string_view::npos;
        const Special* next = nullptr;
        for (const Special& candidate : m_specials) {
            const std::size_t at =
                candidate.token.empty() ? std::string_view::npos : text.find(candidate.token, begin);
            if (at < first) {
                first = at;
                next = &candidate;
            }
        }
        segments.push_back({text.substr(begin, next ? first - begin : text.npos), next, begin,
                            afterSpecial && next != nullptr});
        if (!next) return segments;
        begin = first + next->token.size();
    }
}

void SentencePieceTokenizer::append(EncodedText& encoded, const Segment& segment) const {
    const std::vector<std::int64_t> ids = modelIds(segment.text);
    std::span<const std::int64_t> kept = ids;
    if (segment.dropsSeparator && !kept.empty() && m_separator && kept.front() == *m_separator)
        kept = kept.subspan(1);
    encoded.ids.insert(encoded.ids.end(), kept.begin(), kept.end());
    if (segment.next) encoded.ids.push_back(segment.next->id);
    if (std::ranges::find(kept, m_unknown) == kept.end()) return;
    std::vector<Piece> pieces;
    append(pieces, segment);
    for (const Piece& piece : pieces) {
        if (piece.id != m_unknown) continue;
        const std::string source(segment.text.substr(piece.begin - segment.begin, piece.end - piece.begin));
        if (!source.empty() && std::ranges::find(encoded.unknown, source) == encoded.unknown.end())
            encoded.unknown.push_back(source);
    }
}

void SentencePieceTokenizer::append(std::vector<Piece>& pieces, const Segment& segment) const {
    sentencepiece::ImmutableSentencePieceText encoded;
    if (!m_processor.Encode(segment.text, encoded.mutable_proto()).ok()) return;
    for (std::size_t i = 0; i < encoded.pieces_size(); ++i) {
        const auto piece = encoded.pieces(static_cast<int>(i));
        if (i == 0 && segment.dropsSeparator && m_separator && piece.id() == *m_separator) continue;
        pieces.push_back({piece.id(), m_processor.IdToPiece(static_cast<int>(piece.id())),
                          segment.begin + piece.begin(), segment.begin + piece.end()});
    }
    if (!segment.next) return;
    const std::size_t begin = segment.begin + segment.text.size();
    pieces.push_back({segment.next->id, segment.next->token, begin, begin + segment.next->token.size()});
}

EncodedText SentencePieceTokenizer::encode(std::string_view text) const {
    EncodedText encoded;
    for (const Segment& segment : segments(text))
        append(encoded, segment);
    return encoded;
}

std::vector<Piece> SentencePieceTokenizer::pieces(std::string_view text) const {
    std::vector<Piece> pieces;
    for (const Segment& segment : segments(text))
        append(pieces, segment);
    return pieces;
}

std::string SentencePieceTokenizer::decodeModelIds(std::span<const std::int64_t> ids) const {
    std::vector<int> known;
    known.reserve(ids.size());
    for (const std::int64_t id : ids)
        if (id >= 0 && id < m_modelSize) known.push_back(static_cast<int>(id));
    std::string text;
    m_processor.Decode(known, &text).IgnoreError();
    return text;
}

std::string SentencePieceTokenizer::decode(std::span<const std::int64_t> ids) const {
    if (!m_legacy) return decodeModelIds(ids);
    std::string text;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const Special* found = special(ids[i]);
        if (!found) continue;
        text += decodeModelIds(ids.subspan(begin, i - begin)) + " " + found->token + " ";
        begin = i + 1;
    }
    return strip(text + decodeModelIds(ids.subspan(begin)));
}

std::string SentencePieceTokenizer::piece(std::int64_t id) const {
    if (id < 0 || id >= size()) return {};
    return id < m_modelSize ? m_processor.IdToPiece(static_cast<int>(id))
                            : m_added[static_cast<std::size_t>(id - m_modelSize)];
}

std::optional<std::int64_t> SentencePieceTokenizer::idOf(std::string_view piece) const {
    const auto found = std::ranges::find(m_specials, piece, &Special::token);
    return found == m_specials.end() ? modelId(piece) : found->id;
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> readSentencePiece(std::string_view bytes, const std::string& name,
                                                           const SentencePieceOptions& options) {
    try {
        auto tokenizer = std::make_shared<SentencePieceTokenizer>();
        if (const Status loaded = tokenizer->load(bytes, name, options); !loaded) return fail(loaded.error());
        return tokenizer;
    } catch (const std::exception& error) {
        return fail(damaged(name, error.what()));
    }
}

Result<std::shared_ptr<const Tokenizer>> openSentencePiece(const std::filesystem::path& model,
                                                           const SentencePieceOptions& options) {
    const Result<std::string> bytes = readFile(model);
    if (!bytes) return fail(bytes.error());
    return readSentencePiece(*bytes, model.string(), options);
}

} // namespace fathom::text
