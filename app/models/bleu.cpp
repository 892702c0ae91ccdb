// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/bleu.h"

#include "app/models/edit_distance.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace fathom::app {

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

/// What Python's str.split() splits at and ASCII does not have.
void plainSpaces(std::string& text) {
    if (std::none_of(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0x80U) != 0 || (c >= 0x1C && c <= 0x1F);
        }))
        return;
    for (const char* space : {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9",
                              "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\x1C", "\x1D", "\x1E", "\x1F"})
        replaceAll(text, space, " ");
    for (int last = 0x80; last <= 0x8A; ++last)
        replaceAll(text, std::string("\xE2\x80") + static_cast<char>(last), " ");
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

std::vector<std::string> bleuTokens(std::string_view text) {
    const std::size_t end = text.find_last_not_of(" \t\n\r\v\f");
    std::string line(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
    replaceAll(line, "<skipped>", "");
    replaceAll(line, "-\n", "");
    replaceAll(line, "\n", " ");
    for (const auto& [entity, character] :
         {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}})
        replaceAll(line, entity, character);
    std::string apart;
    line.insert(0, 1, ' ').push_back(' ');
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
    apart = rewritePairs(
        apart, [](char a, char b) { return isDigit(a) && b == '-'; },
        [](std::string& out, char a, char b) {
            out.append({a, ' ', b, ' '});
        });
    plainSpaces(apart);
    const auto words = splitWords(apart);
    return {words.begin(), words.end()};
}

BleuCounts countBleu(std::string_view reference, std::string_view prediction) {
    std::unordered_map<std::string, int> numbers;
    const auto numbered = [&](std::string_view text) {
        std::vector<int> tokens;
        for (std::string& token : bleuTokens(text))
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

} // namespace fathom::app
