// SPDX-License-Identifier: Apache-2.0
#include "engine/text/sentencepiece_options.h"

#include "engine/text/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace fathom::text {

namespace {

/// bos, eos, pad and unk, in NeMo's order.
struct Ids {
    std::int64_t bos, eos, pad, unk;
};

/// create_spt_model: <s> is 1, </s> is 2, whether the other is there or not, and <pad> comes behind them.
/// (With </s> but without <s> it would give </s> and <pad> the same id; here <pad> gets the free one.)
Ids idsOf(const SentencePieceTraining& options) {
    const std::int64_t pad = options.eos ? (options.bos ? 3 : 1) : (options.bos ? 2 : 1);
    return {options.bosId.value_or(options.bos ? 1 : -1), options.eosId.value_or(options.eos ? 2 : -1),
            options.padId.value_or(options.pad ? pad : -1), options.unkId.value_or(0)};
}

std::string decimal(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

/// One line of CSV, quoted where needed.
std::string joined(const std::vector<std::string>& symbols) {
    std::string line;
    for (const std::string& symbol : symbols) {
        if (!line.empty()) line += ',';
        if (symbol.find_first_of(",\"") == std::string::npos) {
            line += symbol;
            continue;
        }
        line += '"';
        for (const char c : symbol)
            line.append(c == '"' ? 2 : 1, c);
        line += '"';
    }
    return line;
}

constexpr std::string_view kForbidden("\n\t\0", 3);

/// The complaint about the symbols, or nothing.
std::string symbolProblem(const std::vector<std::string>& symbols, std::set<std::string>& seen) {
    for (const std::string& symbol : symbols) {
        if (symbol.empty() || !isUtf8(symbol) || symbol.find_first_of(kForbidden) != std::string::npos)
            return "a symbol is empty or not text";
        if (!seen.insert(symbol).second) return "'" + symbol + "' is there already";
    }
    return {};
}

} // namespace

Status checkOptions(const SentencePieceTraining& options) {
    const auto bad = [](const char* key, std::string why, std::string remedy) {
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot train the SentencePiece model",
                     .why = std::move(why),
                     .remedy = std::move(remedy),
                     .key = key});
    };
    static constexpr std::array kTypes{"unigram", "bpe", "char", "word"};
    if (std::ranges::find(kTypes, options.type) == kTypes.end())
        return bad("type", "there is no type '" + options.type + "'", "Use unigram, bpe, char or word");
    if (options.vocabSize < 2)
        return bad("vocab_size", std::to_string(options.vocabSize) + " pieces are too few", "Use 2 or more");
    if (!(options.characterCoverage >= 0.98 && options.characterCoverage <= 1))
        return bad("character_coverage", decimal(options.characterCoverage) + " is outside 0.98 … 1",
                   "Use 1, or 0.9995 for languages with thousands of characters");
    if (options.maxPieceLength < 0 || options.maxPieceLength > 512)
        return bad("max_piece_length", "the longest piece must have 1 to 512 characters", "Correct it");
    const Ids ids = idsOf(options);
    std::set<std::int64_t> used;
    for (const std::int64_t id : {ids.bos, ids.eos, ids.pad, ids.unk}) {
        if (id < -1 || id >= options.vocabSize)
            return bad("ids", "the id " + std::to_string(id) + " is outside the vocabulary",
                       "Use -1 (none) or 0 … vocab_size-1");
        if (id >= 0 && !used.insert(id).second)
            return bad("ids", "two special pieces have the id " + std::to_string(id),
                       "Give them ids of their own");
    }
    if (ids.unk < 0) return bad("unk_id", "every vocabulary has <unk>", "Give it an id");
    std::set<std::string> seen{"<s>", "</s>", "<pad>", "<unk>"};
    for (const auto* symbols : {&options.controlSymbols, &options.userDefinedSymbols})
        if (std::string why = symbolProblem(*symbols, seen); !why.empty())
            return bad("symbols", std::move(why), "Remove it");
    return {};
}

std::unordered_map<std::string, std::string> trainerArguments(const SentencePieceTraining& options) {
    const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
    const Ids ids = idsOf(options);
    std::unordered_map<std::string, std::string> arguments{
        {"model_type", options.type},
        {"vocab_size", std::to_string(options.vocabSize)},
        {"hard_vocab_limit", truth(options.hardVocabLimit)},
        {"character_coverage", decimal(options.characterCoverage)},
        {"shuffle_input_sentence", "true"},
        {"bos_id", std::to_string(ids.bos)},
        {"eos_id", std::to_string(ids.eos)},
        {"pad_id", std::to_string(ids.pad)},
        {"unk_id", std::to_string(ids.unk)},
        {"byte_fallback", truth(options.byteFallback)},
        {"split_digits", truth(options.splitDigits)},
        {"split_by_whitespace", truth(options.splitByWhitespace)},
        {"split_by_unicode_script", truth(options.splitByUnicodeScript)},
        {"remove_extra_whitespaces", truth(options.removeExtraWhitespaces)},
        {"train_extremely_large_corpus", truth(options.trainExtremelyLargeCorpus)},
        {"normalization_rule_name", options.lowerCase ? "nmt_nfkc_cf" : "nmt_nfkc"},
        {"minloglevel", "3"}};
    if (options.sampleSize > 0) arguments["input_sentence_size"] = std::to_string(options.sampleSize);
    if (options.maxPieceLength > 0)
        arguments["max_sentencepiece_length"] = std::to_string(options.maxPieceLength);
    if (!options.controlSymbols.empty()) arguments["control_symbols"] = joined(options.controlSymbols);
    if (!options.userDefinedSymbols.empty())
        arguments["user_defined_symbols"] = joined(options.userDefinedSymbols);
    return arguments;
}

} // namespace fathom::text
