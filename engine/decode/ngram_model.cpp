// SPDX-License-Identifier: Apache-2.0
#include "engine/decode/ngram_model.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numbers>
#include <numeric>

namespace fathom::decode {

const NgramModel::Weights* NgramModel::Table::find(std::uint64_t key) const {
    if (keys.empty()) return nullptr;
    const std::size_t mask = keys.size() - 1;
    for (std::size_t at = key & mask; keys[at] != 0; at = (at + 1) & mask)
        if (keys[at] == key) return &weights[at];
    return nullptr;
}

void NgramModel::Table::resize(std::size_t slots) {
    Table larger;
    larger.keys.resize(slots);
    larger.weights.resize(larger.keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (keys[i] != 0) larger.add(keys[i], weights[i]);
    *this = std::move(larger);
}

bool NgramModel::Table::add(std::uint64_t key, Weights value) {
    if (3 * (size + 1) > 2 * keys.size()) resize(std::max<std::size_t>(16, keys.size() * 2));
    const std::size_t mask = keys.size() - 1;
    std::size_t at = key & mask;
    for (; keys[at] != 0; at = (at + 1) & mask)
        if (keys[at] == key) return false;
    keys[at] = key;
    weights[at] = value;
    ++size;
    return true;
}

std::uint64_t NgramModel::extended(std::uint64_t key, WordId older) {
    std::uint64_t z = key * 0x9e3779b97f4a7c15ULL + older + 1;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    return z == 0 ? 1 : z;
}

std::size_t NgramModel::ngrams() const {
    return std::accumulate(m_tables.begin(), m_tables.end(), m_unigrams.size(),
                           [](std::size_t sum, const Table& table) { return sum + table.size; });
}

void NgramModel::indexWords() {
    m_index.assign(std::bit_ceil(2 * m_words.size() + 1), 0);
    const std::size_t mask = m_index.size() - 1;
    for (std::size_t id = 0; id < m_words.size(); ++id) {
        std::size_t at = std::hash<std::string_view>{}(m_words[id]) & mask;
        while (m_index[at] != 0 && m_words[m_index[at] - 1] != m_words[id])
            at = (at + 1) & mask;
        if (m_index[at] == 0) m_index[at] = static_cast<std::uint32_t>(id + 1);
    }
    m_sorted.resize(m_words.size());
    std::iota(m_sorted.begin(), m_sorted.end(), WordId{0});
    std::ranges::sort(m_sorted, {}, [this](WordId id) { return m_words[id]; });
}

WordId NgramModel::id(std::string_view word) const {
    const std::size_t mask = m_index.size() - 1;
    for (std::size_t at = std::hash<std::string_view>{}(word)&mask; m_index[at] != 0; at = (at + 1) & mask)
        if (m_words[m_index[at] - 1] == word) return m_index[at] - 1;
    return m_unknown;
}

bool NgramModel::hasPrefix(std::string_view text) const {
    const auto found =
        std::ranges::lower_bound(m_sorted, text, {}, [this](WordId id) { return m_words[id]; });
    return found != m_sorted.end() && m_words[*found].starts_with(text);
}

NgramState NgramModel::begin() const {
    NgramState state;
    if (m_begin == m_unknown || order() == 1) return state;
    state.words[0] = m_begin;
    state.count = 1;
    return state;
}

/// What leaving the contexts of more than `from` words costs.
double NgramModel::backoff(const NgramState& state, int from) const {
    double sum = 0;
    std::uint64_t key = 0;
    for (int length = 1; length <= state.count; ++length) {
        const WordId word = state.words[static_cast<std::size_t>(length - 1)];
        key = extended(key, word);
        if (length <= from) continue;
        const Weights* weights =
            length == 1 ? &m_unigrams[word] : m_tables[static_cast<std::size_t>(length - 2)].find(key);
        if (weights) sum += static_cast<double>(weights->backoff);
    }
    return sum;
}

double NgramModel::score(NgramState& state, WordId word) const {
    double probability = static_cast<double>(m_unigrams[word].probability);
    int matched = 0; // words of context
    std::uint64_t key = extended(0, word);
    for (int length = 1; length <= state.count; ++length) {
        key = extended(key, state.words[static_cast<std::size_t>(length - 1)]);
        if (const Weights* weights = m_tables[static_cast<std::size_t>(length - 1)].find(key)) {
            probability = static_cast<double>(weights->probability);
            matched = length;
        }
    }
    const double log10 = probability + backoff(state, matched);
    if (order() > 1) {
        state.count = std::min(state.count + 1, order() - 1);
        std::shift_right(state.words.begin(), state.words.end(), 1);
        state.words[0] = word;
    }
    return log10 * std::numbers::ln10;
}

double NgramModel::end(NgramState state) const {
    return m_end == m_unknown ? 0.0 : score(state, m_end);
}

} // namespace fathom::decode
