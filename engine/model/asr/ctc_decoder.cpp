// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/ctc_decoder.h"

#include "engine/text/char_tokenizer.h"
#include "engine/text/utf8.h"

#include <algorithm>

namespace fathom::model {

namespace {

constexpr std::string_view kWordStart = "▁";

decode::TokenKind tokenKindOf(const text::Tokenizer& tokenizer) {
    if (dynamic_cast<const text::CharTokenizer*>(&tokenizer)) return decode::TokenKind::Characters;
    for (std::int64_t id = 0; id < tokenizer.size(); ++id)
        if (tokenizer.piece(id).starts_with("##")) return decode::TokenKind::WordPieces;
    return decode::TokenKind::SentencePieces;
}

/// Characters of pieces that are not special, continued or word-initial: NeMo's
/// extract_punctuation_from_vocab.
std::set<std::string> punctuationOf(const text::Tokenizer& tokenizer) {
    std::set<std::string> marks;
    for (std::int64_t id = 0; id < tokenizer.size(); ++id) {
        const std::string piece = tokenizer.piece(id);
        const bool special = piece.starts_with("##") || piece.starts_with(kWordStart) ||
                             (piece.starts_with('[') && piece.ends_with(']')) ||
                             (piece.starts_with('<') && piece.ends_with('>'));
        if (special) continue;
        for (std::string_view rest = piece; !rest.empty();) {
            const std::string_view character = rest.substr(0, text::sequenceLength(rest));
            if (isPunctuation(text::codePoint(character))) marks.emplace(character);
            rest.remove_prefix(character.size());
        }
    }
    return marks;
}

std::vector<decode::BeamToken> beamTokens(const text::Tokenizer& tokenizer, const decode::WordRules& rules) {
    std::vector<decode::BeamToken> tokens;
    for (std::int64_t id = 0; id < tokenizer.size(); ++id) {
        std::string piece = tokenizer.piece(id);
        switch (rules.kind) {
        case decode::TokenKind::Characters:
            if (piece == rules.separator)
                tokens.push_back({"", true});
            else
                tokens.push_back({std::move(piece), false});
            break;
        case decode::TokenKind::SentencePieces:
            if (piece.starts_with(kWordStart))
                tokens.push_back({piece.substr(kWordStart.size()), true});
            else
                tokens.push_back({std::move(piece), false});
            break;
        case decode::TokenKind::WordPieces:
            if (piece.starts_with("##"))
                tokens.push_back({piece.substr(2), false});
            else
                tokens.push_back({std::move(piece), true});
            break;
        }
    }
    return tokens;
}

} // namespace

CtcDecoder::CtcDecoder(const CtcDecoding& decoding, bool words)
    : m_decoding(decoding), m_words(words), m_blank(decoding.tokenizer().size()) {
    m_rules.kind = tokenKindOf(decoding.tokenizer());
    m_rules.punctuation = punctuationOf(decoding.tokenizer());
}

Result<std::shared_ptr<const CtcDecoder>> CtcDecoder::make(const CtcDecoding& decoding,
                                                           const CtcDecodingParams& params,
                                                           const run::TranscribeOptions& options) {
    std::shared_ptr<CtcDecoder> decoder(new CtcDecoder(decoding, options.words));
    decoder->m_rules.separator = params.wordSeparator;
    const bool wantsModel = !options.languageModel.empty();
    const bool isBeam = options.beamSize > 1 || (options.beamSize == 0 && (params.isBeam || wantsModel));
    if (!isBeam) return decoder;
    decode::BeamOptions beam = params.beam;
    if (options.beamSize > 1) beam.beamSize = options.beamSize;
    if (wantsModel) {
        beam.languageWeight = options.languageModelWeight;
        beam.bonus = options.wordBonus;
    }
    beam.alternatives = beam.beamSize;
    const std::filesystem::path& path = wantsModel ? options.languageModel : params.languageModel;
    const text::Tokenizer& tokenizer = decoding.tokenizer();
    std::shared_ptr<const decode::NgramModel> model;
    std::vector<decode::WordId> words;
    if (path.empty()) {
        beam.bonus = 0; // as pyctcdecode without a model: nothing weighs against longer texts
    } else {
        auto opened = decode::NgramModel::open(path);
        if (!opened) return fail(opened.error());
        model = std::move(*opened);
        std::vector<std::string> pieces;
        for (std::int64_t id = 0; id < tokenizer.size(); ++id)
            pieces.push_back(tokenizer.piece(id));
        words = decode::tokenWords(*model, pieces, decoder->m_rules.kind != decode::TokenKind::Characters);
    }
    decoder->m_search.emplace(beamTokens(tokenizer, decoder->m_rules), beam, std::move(model),
                              std::move(words));
    return decoder;
}

void CtcDecoder::decode(std::span<const float> logProbs, std::size_t frames, Pieces& said) const {
    if (m_search)
        decodeWithBeam(logProbs, frames, said);
    else
        decodeGreedily(logProbs, frames, said);
    said.frames += static_cast<std::int64_t>(frames);
    ++said.parts;
}

namespace {

/// Of a part that begins at frame `said.frames`. The first token of a later part begins where the last ended.
void append(std::vector<decode::TimedToken> tokens, CtcDecoder::Pieces& said) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        decode::TimedToken token = tokens[i];
        token.start += said.frames;
        token.end += said.frames;
        if (i == 0 && !said.tokens.empty()) token.start = said.tokens.back().end;
        said.tokens.push_back(token);
    }
}

} // namespace

void CtcDecoder::decodeGreedily(std::span<const float> logProbs, std::size_t frames, Pieces& said) const {
    const auto width = static_cast<std::size_t>(m_blank) + 1;
    std::vector<std::int64_t> path(frames);
    for (std::size_t t = 0; t < frames; ++t) {
        const auto row = logProbs.subspan(t * width, width);
        const auto best = std::ranges::max_element(row);
        path[t] = best - row.begin();
        if (path[t] != m_blank) said.score += static_cast<double>(*best);
    }
    append(decode::timedTokens(path, m_blank), said);
}

void CtcDecoder::decodeWithBeam(std::span<const float> logProbs, std::size_t frames, Pieces& said) const {
    const std::vector<decode::BeamHypothesis> found = m_search->run(logProbs, frames);
    const std::vector<std::int64_t>& best = found.front().tokens;
    const auto path =
        m_words ? decode::alignedPath(logProbs, frames, m_blank, best) : std::vector<std::int64_t>{};
    std::vector<decode::TimedToken> tokens = decode::timedTokens(path, m_blank);
    if (tokens.size() != best.size()) { // not asked for, or no path has more than no chance
        tokens.clear();
        for (const std::int64_t id : best)
            tokens.push_back({.id = id});
    }
    append(std::move(tokens), said);
    said.score += found.front().score;
    said.alternatives.clear();
    if (said.parts > 0) return;
    for (const decode::BeamHypothesis& hypothesis : found) { // different tokens may spell one text
        std::string text = textOf(hypothesis.tokens);
        if (std::ranges::find(said.alternatives, text, &run::Alternative::text) == said.alternatives.end())
            said.alternatives.push_back({std::move(text), hypothesis.score});
    }
}

std::string CtcDecoder::text(const Pieces& said) const {
    std::vector<std::int64_t> ids;
    ids.reserve(said.tokens.size());
    for (const decode::TimedToken& token : said.tokens)
        ids.push_back(token.id);
    return textOf(ids);
}

run::Transcript CtcDecoder::transcript(const Pieces& said, double frameSeconds) const {
    run::Transcript out;
    out.text = text(said);
    out.score = said.score;
    out.alternatives = said.alternatives;
    if (!m_words) return out;
    const decode::TokenTexts texts{
        .piece = [this](std::int64_t id) { return m_decoding.tokenizer().piece(id); },
        .text = [this](std::span<const std::int64_t> ids) { return m_decoding.reference(ids); }};
    for (decode::TimedWord& word : decode::timedWords(said.tokens, texts, m_rules))
        out.words.push_back({std::move(word.text), static_cast<double>(word.start) * frameSeconds,
                             static_cast<double>(word.end) * frameSeconds});
    return out;
}

} // namespace fathom::model
