// SPDX-License-Identifier: Apache-2.0
#include "engine/text/bleu.h"

#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace fathom::text {

namespace {

constexpr std::size_t kOrder = 4;
using Gram = std::array<int, kOrder>; // −1 behind a shorter one

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isPoint(char c) {
    return c == '.' || c == ',';
}

bool isPunctuation(char c) {
    return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
           (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

void replaceAll(std::string& text, std::string_view what, std::string_view by) {
    std::size_t at = text.find(what);
    if (at == std::string::npos) return;
    std::string result;
    std::size_t copied = 0;
    for (; at != std::string::npos; at = text.find(what, copied)) {
        result.append(text, copied, at - copied).append(by);
        copied = at + what.size();
    }
    text = std::move(result.append(text, copied));
}

/// Copies the text; where `fits` two neighbours, `put` writes them instead, and both are done with.
template <class Fits, class Put> std::string rewritePairs(const std::string& text, Fits fits, Put put) {
    std::string result;
    result.reserve(2 * text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 1 < text.size() && fits(text[i], text[i + 1])) {
            put(result, text[i], text[i + 1]);
            ++i;
        } else {
            result += text[i];
        }
    }
    return result;
}

void resolveEntities(std::string& line) {
    replaceAll(line, "<skipped>", "");
    replaceAll(line, "-\n", "");
    replaceAll(line, "\n", " ");
    for (const auto& [entity, character] :
         {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}})
        replaceAll(line, entity, character);
}

std::string punctuationApart(const std::string& line) {
    std::string apart;
    for (const char c : line) {
        if (isPunctuation(c)) apart += ' ';
        apart += c;
        if (isPunctuation(c)) apart += ' ';
    }
    apart = rewritePairs(
        apart, [](char a, char b) { return !isDigit(a) && isPoint(b); },
        [](std::string& out, char a, char b) {
            out.append({a, ' ', b, ' '});
        });
    apart = rewritePairs(
        apart, [](char a, char b) { return isPoint(a) && !isDigit(b); },
        [](std::string& out, char a, char b) {
            out.append({' ', a, ' ', b});
        });
    return rewritePairs(
        apart, [](char a, char b) { return isDigit(a) && b == '-'; },
        [](std::string& out, char a, char b) {
            out.append({a, ' ', b, ' '});
        });
}

/// sacrebleu's table. Two of its ranges are meant to lie beyond U+FFFF; spelled \u20000 and \u2f800 in
/// Python they begin at U+2001 and U+2F81.
bool isIdeograph(char32_t code) {
    static constexpr std::pair<char32_t, char32_t> kRanges[] = {
        {0x2001, 0x2A6D}, {0x2E80, 0x2EFF}, {0x2F00, 0x2FDF}, {0x2FF0, 0x303F},
        {0x3100, 0x312F}, {0x31A0, 0x31BF}, {0x31C0, 0x31EF}, {0x3200, 0x33FF},
        {0x3400, 0x4DB5}, {0x4E00, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A},
        {0xFA70, 0xFAD9}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0xFF00, 0xFFEF}};
    return std::any_of(std::begin(kRanges), std::end(kRanges),
                       [code](const auto& range) { return code >= range.first && code <= range.second; });
}

std::string ideographsApart(std::string_view line) {
    std::string apart;
    while (!line.empty()) {
        const std::string_view character = line.substr(0, sequenceLength(line));
        const bool alone = isIdeograph(codePoint(character));
        if (alone) apart += ' ';
        apart.append(character);
        if (alone) apart += ' ';
        line.remove_prefix(character.size());
    }
    return apart;
}

std::vector<Gram> grams(const std::vector<int>& tokens, std::size_t order) {
    std::vector<Gram> found;
    for (std::size_t i = 0; i + order <= tokens.size(); ++i) {
        Gram gram;
        gram.fill(-1);
        std::copy_n(tokens.begin() + static_cast<std::ptrdiff_t>(i), order, gram.begin());
        found.push_back(gram);
    }
    std::sort(found.begin(), found.end());
    return found;
}

double bleu(const BleuCounts& counts, bool isEffectiveOrder) {
    if (std::all_of(counts.matches.begin(), counts.matches.end(), [](auto n) { return n == 0; })) return 0;
    double logs = 0;
    double smoothing = 1;
    std::size_t order = 0;
    for (; order < kOrder && counts.totals[order] > 0; ++order) {
        const auto total = static_cast<double>(counts.totals[order]);
        if (counts.matches[order] == 0) smoothing *= 2;
        logs +=
            std::log(counts.matches[order] == 0 ? 100 / (smoothing * total)
                                                : 100 * static_cast<double>(counts.matches[order]) / total);
    }
    if (order < kOrder && !isEffectiveOrder) return 0;
    const bool isShort = counts.predictionLength < counts.referenceLength;
    const double penalty = isShort ? 1 - static_cast<double>(counts.referenceLength) /
                                             static_cast<double>(counts.predictionLength)
                                   : 0;
    return std::exp(penalty + logs / static_cast<double>(order));
}

} // namespace

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
    for (std::size_t i = 0; i < kOrder; ++i) {
        matches[i] += other.matches[i];
        totals[i] += other.totals[i];
    }
    predictionLength += other.predictionLength;
    referenceLength += other.referenceLength;
    return *this;
}

std::vector<std::string> bleuTokens(std::string_view text, BleuTokenizer tokenizer) {
    std::string line(text.substr(0, text.find_last_not_of(" \t\n\r\v\f") + 1));
    if (tokenizer == BleuTokenizer::Mteval13a) {
        resolveEntities(line);
        line.insert(line.begin(), ' ');
        line.push_back(' ');
    }
    if (tokenizer == BleuTokenizer::Chinese) line = ideographsApart(line);
    if (tokenizer != BleuTokenizer::None) line = punctuationApart(line);
    const auto words = splitWords(line);
    return {words.begin(), words.end()};
}

BleuCounts countBleu(std::string_view reference, std::string_view prediction, BleuTokenizer tokenizer) {
    std::unordered_map<std::string, int> numbers;
    const auto numbered = [&](std::string_view text) {
        std::vector<int> tokens;
        for (std::string& token : bleuTokens(text, tokenizer))
            tokens.push_back(
                numbers.try_emplace(std::move(token), static_cast<int>(numbers.size())).first->second);
        return tokens;
    };
    const std::vector<int> expected = numbered(reference);
    const std::vector<int> found = numbered(prediction);
    BleuCounts counts{.predictionLength = std::ssize(found), .referenceLength = std::ssize(expected)};
    for (std::size_t order = 1; order <= kOrder; ++order) {
        const std::vector<Gram> wanted = grams(expected, order);
        const std::vector<Gram> given = grams(found, order);
        std::vector<Gram> common;
        std::set_intersection(wanted.begin(), wanted.end(), given.begin(), given.end(),
                              std::back_inserter(common));
        counts.matches[order - 1] = std::ssize(common);
        counts.totals[order - 1] = std::ssize(given);
    }
    return counts;
}

double corpusBleu(const BleuCounts& counts) {
    return bleu(counts, false);
}

double sentenceBleu(const BleuCounts& counts) {
    return bleu(counts, true);
}

std::string bleuSignature(BleuTokenizer tokenizer) {
    const char* const name = tokenizer == BleuTokenizer::Mteval13a ? "13a"
                             : tokenizer == BleuTokenizer::Chinese ? "zh"
                                                                   : "none";
    return std::string("nrefs:1|case:mixed|eff:no|tok:") + name + "|smooth:exp|version:2.6.0";
}

} // namespace fathom::text
