// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/parallel_text.h"

#include "engine/base/file.h"
#include "engine/model/nmt/mt_text.h"
#include "engine/text/utf8.h"

#include <algorithm>
#include <atomic>
#include <string_view>
#include <thread>

namespace fathom::model {

namespace {

/// As Python's readlines(): a line ends with "\n", which is left off; so is that of the last one.
std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

Error badCorpus(std::string why, std::string remedy, const std::filesystem::path& file, int line = 0) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the sentences",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = file.string(),
            .line = line};
}

Status checkUtf8(const std::vector<std::string_view>& lines, const std::filesystem::path& file) {
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (!text::isUtf8(lines[i]))
            return fail(badCorpus("the line is not UTF-8", "Convert the file, for example with iconv", file,
                                  static_cast<int>(i) + 1));
    return {};
}

/// Both sides of all lines, some lines at a time on each processor.
std::vector<SentencePair> encodeAll(const std::vector<std::string_view>& source,
                                    const std::vector<std::string_view>& target, const TokenSides& sides,
                                    const std::stop_token& stop) {
    constexpr std::size_t kLines = 256;
    std::vector<SentencePair> pairs(source.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t begin = next.fetch_add(kLines); begin < pairs.size() && !stop.stop_requested();
             begin = next.fetch_add(kLines)) {
            for (std::size_t i = begin; i < std::min(begin + kLines, pairs.size()); ++i)
                pairs[i] = {idsOf(sides.source, source[i]), idsOf(sides.target, target[i]),
                            static_cast<int>(i) + 1};
        }
    };
    const std::size_t threads =
        std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), pairs.size() / kLines + 1);
    {
        std::vector<std::jthread> workers; // ended before `pairs` goes anywhere
        for (std::size_t i = 1; i < threads; ++i)
            workers.emplace_back(work);
        work();
    }
    return pairs;
}

std::size_t unknownIn(const std::vector<std::int64_t>& ids, const TokenSide& side) {
    const auto unknown = side.tokenizer->unkId();
    return unknown ? static_cast<std::size_t>(std::ranges::count(ids, *unknown)) : 0;
}

void leaveOut(ParallelText& corpus, const PairLimits& limits) {
    const auto isLeftOut = [&](const SentencePair& pair) {
        return !keepsPair(static_cast<std::int64_t>(pair.source.size()),
                          static_cast<std::int64_t>(pair.target.size()), limits);
    };
    if (const auto first = std::ranges::find_if(corpus.pairs, isLeftOut); first != corpus.pairs.end())
        corpus.firstLeftOut = first->line;
    corpus.leftOut = std::erase_if(corpus.pairs, isLeftOut);
}

} // namespace

bool keepsPair(std::int64_t source, std::int64_t target, const PairLimits& limits) {
    if (!limits.clean) return true;
    const auto [least, most] = std::minmax(source, target);
    if (most > limits.maxLength || least < limits.minLength || most - least > limits.maxDifference)
        return false;
    const double ratio = static_cast<double>(std::max<std::int64_t>(source - 2, 1)) /
                         static_cast<double>(std::max<std::int64_t>(target - 2, 1));
    const auto bound = static_cast<double>(limits.maxRatio);
    return ratio <= bound && ratio >= 1 / bound;
}

std::string ParallelText::summary() const {
    std::string text = std::to_string(pairs.size()) + " sentence pairs of " +
                       files.source.filename().string() + " and " + files.target.filename().string();
    if (leftOut > 0)
        text += ", " + std::to_string(leftOut) + " left out by their lengths (the first is line " +
                std::to_string(firstLeftOut) + ")";
    if (unknownTokens > 0) text += ", " + std::to_string(unknownTokens) + " unknown tokens";
    return text;
}

Result<ParallelText> readParallelText(const ParallelFiles& files, const TokenSides& sides,
                                      const PairLimits& limits, const std::stop_token& stop) {
    const Result<std::string> sourceText = readFile(files.source);
    if (!sourceText) return fail(sourceText.error());
    const Result<std::string> targetText = readFile(files.target);
    if (!targetText) return fail(targetText.error());
    std::vector<std::string_view> source = linesOf(*sourceText);
    std::vector<std::string_view> target = linesOf(*targetText);
    if (source.size() != target.size()) {
        Error error = badCorpus("Source and target corpora have different lengths! " + files.source.string() +
                                    " has " + std::to_string(source.size()) + " lines, " +
                                    files.target.string() + " has " + std::to_string(target.size()),
                                "Give files whose lines are translations of each other", files.target,
                                static_cast<int>(std::min(source.size(), target.size())) + 1);
        error.className = "ValueError";
        return fail(std::move(error));
    }
    if (limits.samples >= 0 && static_cast<std::size_t>(limits.samples) < source.size()) {
        source.resize(static_cast<std::size_t>(limits.samples));
        target.resize(static_cast<std::size_t>(limits.samples));
    }
    for (const auto& [lines, file] : {std::pair{&source, &files.source}, std::pair{&target, &files.target}})
        if (const Status valid = checkUtf8(*lines, *file); !valid) return fail(valid.error());
    ParallelText corpus{
        .files = files, .pairs = encodeAll(source, target, sides, stop), .lines = source.size()};
    if (stop.stop_requested())
        return fail({.kind = ErrorKind::Interrupted,
                     .what = "Reading stopped",
                     .why = "stop was requested",
                     .remedy = ""});
    leaveOut(corpus, limits);
    if (corpus.pairs.empty())
        return fail(
            badCorpus(corpus.lines == 0 ? "the file is empty"
                                        : "every pair is left out by max_seq_length and min_seq_length",
                      corpus.lines == 0 ? "Give a file with sentences" : "Set other limits, or clean=false",
                      files.source));
    for (const SentencePair& pair : corpus.pairs)
        corpus.unknownTokens += unknownIn(pair.source, sides.source) + unknownIn(pair.target, sides.target);
    return corpus;
}

} // namespace fathom::model
