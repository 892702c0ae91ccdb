// SPDX-License-Identifier: Apache-2.0
#include "engine/decode/ctc_beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace fathom::decode {

namespace {

constexpr double kImpossible = -std::numeric_limits<double>::infinity();

double logAdd(double a, double b) {
    const double most = std::max(a, b);
    return most == kImpossible ? most : most + std::log1p(std::exp(std::min(a, b) - most));
}

/// A prefix that survived a frame. Parents outlive their children.
struct Node {
    std::int32_t parent = -1;
    std::int32_t token = -1; ///< -1: the empty prefix
    NgramState state{};      ///< after the words (or tokens) that are complete
    double language = 0;     ///< their weighted score and bonus
    bool isKnown = true;     ///< the model lists a word that begins like the unfinished one
    std::string word{};      ///< the unfinished one
};

/// A hypothesis at a frame: what survives becomes a node.
struct Beam {
    std::int32_t node = -1; ///< of its own, or (isNew) of the prefix it extends by `token`
    std::int32_t token = -1;
    bool isNew = false;
    double blank = kImpossible; ///< log-probability of the alignments that end in a blank
    double other = kImpossible; ///< and of those that do not
    double rank = 0;            ///< with the language model
};

} // namespace

class CtcBeamSearch::Search {
public:
    explicit Search(const CtcBeamSearch& owner) : m(owner) {
        Node root;
        if (m.m_model) root.state = m.m_model->begin();
        m_nodes.push_back(std::move(root));
        m_beams.push_back({.node = 0, .blank = 0});
    }

    void step(const float* row) {
        const auto blank = static_cast<std::int32_t>(m.m_tokens.size());
        chooseTokens(row, blank);
        std::vector<Beam> next;
        std::unordered_map<std::uint64_t, std::size_t>
            own; // (parent, token) of prefixes that are beams already
        for (const Beam& beam : m_beams) {
            const Node& node = m_nodes[static_cast<std::size_t>(beam.node)];
            own.emplace(key(node.parent, node.token), next.size());
            next.push_back({.node = beam.node, .token = node.token});
        }
        for (std::size_t i = 0; i < m_beams.size(); ++i) {
            const Beam& beam = m_beams[i];
            const double total = logAdd(beam.blank, beam.other);
            for (const std::int32_t token : m_chosen) {
                const auto logp = static_cast<double>(row[token]);
                if (!(logp > kImpossible)) continue; // NaN too
                if (token == blank) {
                    next[i].blank = logAdd(next[i].blank, total + logp);
                    continue;
                }
                const bool repeats = token == next[i].token;
                if (repeats) next[i].other = logAdd(next[i].other, beam.other + logp);
                const double grown = (repeats ? beam.blank : total) + logp;
                if (const auto found = own.find(key(beam.node, token)); found != own.end())
                    next[found->second].other = logAdd(next[found->second].other, grown);
                else
                    next.push_back({.node = beam.node, .token = token, .isNew = true, .other = grown});
            }
        }
        keepBest(std::move(next));
    }

    std::vector<BeamHypothesis> finish() {
        std::vector<BeamHypothesis> out;
        for (const Beam& beam : m_beams) {
            BeamHypothesis hypothesis;
            hypothesis.acoustic = logAdd(beam.blank, beam.other);
            hypothesis.score = hypothesis.acoustic + ended(beam.node);
            for (std::int32_t at = beam.node; at > 0; at = m_nodes[static_cast<std::size_t>(at)].parent)
                hypothesis.tokens.push_back(m_nodes[static_cast<std::size_t>(at)].token);
            std::ranges::reverse(hypothesis.tokens);
            out.push_back(std::move(hypothesis));
        }
        std::ranges::stable_sort(out, std::greater<>(), &BeamHypothesis::score);
        out.resize(std::min(out.size(), static_cast<std::size_t>(std::max(m.m_options.alternatives, 1))));
        return out;
    }

private:
    static std::uint64_t key(std::int32_t parent, std::int32_t token) {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(parent)) << 32U |
               static_cast<std::uint32_t>(token);
    }

    void chooseTokens(const float* row, std::int32_t blank) {
        m_chosen.clear();
        const auto least = static_cast<float>(m.m_options.tokenMinLogp);
        for (std::int32_t token = 0; token <= blank; ++token)
            if (row[token] >= least) m_chosen.push_back(token);
        const auto best = static_cast<std::int32_t>(std::max_element(row, row + blank + 1) - row);
        if (m_chosen.empty()) m_chosen.push_back(best);
    }

    /// The node of a beam that is new, with what its token completes. Words are scored once for all tokens
    /// that end them.
    Node extended(std::int32_t parent, std::int32_t token) {
        const Node& from = m_nodes[static_cast<std::size_t>(parent)];
        const BeamToken& added = m.m_tokens[static_cast<std::size_t>(token)];
        Node node{.parent = parent, .token = token, .state = from.state, .language = from.language};
        if (!m.m_tokenWords.empty()) {
            node.language +=
                m.m_options.bonus + m.m_options.languageWeight * m.m_model->score(node.state, wordOf(token));
            return node;
        }
        if (added.beginsWord && !from.word.empty()) {
            if (m_completed.empty() || m_completedOf != parent) {
                m_completed.assign(1, completed(from));
                m_completedOf = parent;
            }
            node.state = m_completed.front().state;
            node.language = m_completed.front().language;
        }
        node.word = (added.beginsWord ? std::string() : from.word) + added.text;
        if (m.m_model) node.isKnown = node.word.empty() || m.m_model->hasPrefix(node.word);
        return node;
    }

    Node completed(Node node) const {
        node.language += m.m_options.bonus;
        if (m.m_model) {
            const WordId word = m.m_model->id(node.word);
            double score = m.m_model->score(node.state, word);
            if (word == m.m_model->unknown()) score += m.m_options.unknownOffset;
            node.language += m.m_options.languageWeight * score;
        }
        return node;
    }

    WordId wordOf(std::int32_t token) const { return m.m_tokenWords[static_cast<std::size_t>(token)]; }

    /// What language model and bonus add to a whole text.
    double ended(std::int32_t index) const {
        const Node& node = m_nodes[static_cast<std::size_t>(index)];
        const Node last = node.word.empty() ? node : completed(node);
        return last.language + (m.m_model ? m.m_options.languageWeight * m.m_model->end(last.state) : 0.0);
    }

    /// An unfinished word that no word begins like will cost what an unknown one does.
    double pending(const Node& node) const {
        return node.language + (node.isKnown ? 0 : m.m_options.languageWeight * m.m_options.unknownOffset);
    }

    void keepBest(std::vector<Beam> next) {
        std::vector<Node> grown; // of the new beams, in their order
        for (Beam& beam : next) {
            double language = 0;
            if (beam.isNew) {
                grown.push_back(extended(beam.node, beam.token));
                language = pending(grown.back());
            } else {
                language = pending(m_nodes[static_cast<std::size_t>(beam.node)]);
            }
            beam.rank = logAdd(beam.blank, beam.other) + language;
        }
        std::vector<std::size_t> order(next.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        const std::size_t kept =
            std::min(order.size(), static_cast<std::size_t>(std::max(m.m_options.beamSize, 1)));
        std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(kept), std::greater<>(),
                                  [&](std::size_t i) { return next[i].rank; });
        const double least = next[order[0]].rank + m.m_options.beamPruneLogp;
        const std::size_t old = m_beams.size(); // beams before it have nodes
        m_beams.clear();
        m_completed.clear();
        for (std::size_t i = 0; i < kept && (i == 0 || next[order[i]].rank >= least); ++i) {
            Beam& beam = next[order[i]];
            if (beam.isNew) {
                // A prefix that was dropped may come back, and its longer ones may still be there.
                const auto [known, isFirst] =
                    m_known.emplace(key(beam.node, beam.token), static_cast<std::int32_t>(m_nodes.size()));
                if (isFirst) m_nodes.push_back(std::move(grown[order[i] - old]));
                beam.node = known->second;
                beam.isNew = false;
            }
            m_beams.push_back(beam);
        }
    }

    const CtcBeamSearch& m;
    std::vector<Node> m_nodes;
    std::unordered_map<std::uint64_t, std::int32_t> m_known; ///< nodes by (parent, token)
    std::vector<Beam> m_beams;
    std::vector<std::int32_t> m_chosen;
    std::vector<Node> m_completed; ///< at most one: m_completedOf with its word ended
    std::int32_t m_completedOf = -1;
};

CtcBeamSearch::CtcBeamSearch(std::vector<BeamToken> tokens, const BeamOptions& options,
                             std::shared_ptr<const NgramModel> languageModel, std::vector<WordId> tokenWords)
    : m_tokens(std::move(tokens)),
      m_options(options),
      m_model(std::move(languageModel)),
      m_tokenWords(std::move(tokenWords)) {}

std::vector<BeamHypothesis> CtcBeamSearch::run(std::span<const float> logProbs, std::size_t frames) const {
    Search search(*this);
    const std::size_t width = m_tokens.size() + 1;
    for (std::size_t t = 0; t < frames && (t + 1) * width <= logProbs.size(); ++t)
        search.step(logProbs.data() + t * width);
    return search.finish();
}

namespace {

std::string utf8(char32_t point) {
    const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xC0 | point >> 6U), byte(0x80 | (point & 0x3FU))};
    return {byte(0xE0 | point >> 12U), byte(0x80 | (point >> 6U & 0x3FU)), byte(0x80 | (point & 0x3FU))};
}

} // namespace

std::vector<WordId> tokenWords(const NgramModel& model, std::span<const std::string> pieces,
                               bool areSubwords) {
    constexpr char32_t kNeMosOffset = 100;
    std::vector<WordId> words(pieces.size());
    std::vector<bool> isToken(model.words());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        words[i] = model.id(areSubwords ? utf8(static_cast<char32_t>(i) + kNeMosOffset) : pieces[i]);
        if (words[i] != model.unknown()) isToken[words[i]] = true;
    }
    std::size_t known = 0, all = 0;
    for (WordId id = 0; id < model.words(); ++id) {
        if (id == model.unknown() || model.word(id) == "<s>" || model.word(id) == "</s>") continue;
        ++all;
        if (isToken[id]) ++known;
    }
    if (all == 0 || 10 * known < 9 * all) words.clear();
    return words;
}

} // namespace fathom::decode
