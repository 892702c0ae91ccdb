// SPDX-License-Identifier: Apache-2.0
#include "engine/decode/arpa_reader.h"

#include "engine/base/file.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <optional>

namespace fathom::decode {

namespace {

constexpr std::string_view kBlank = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Cuts the first word off; empty when there is none.
std::string_view takeWord(std::string_view& rest) {
    rest = trimmed(rest);
    const std::string_view word = rest.substr(0, rest.find_first_of(kBlank));
    rest.remove_prefix(word.size());
    return word;
}

/// Minus infinity is read as what is nearly impossible.
std::optional<float> takeNumber(std::string_view& rest) {
    const std::string_view word = takeWord(rest);
    float value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !(value < 1e6F)) return std::nullopt;
    return std::max(value, -100.0F);
}

} // namespace

std::string_view ArpaReader::nextLine() {
    while (!m_rest.empty()) {
        const std::size_t end = std::min(m_rest.find('\n'), m_rest.size());
        const std::string_view line = trimmed(m_rest.substr(0, end));
        m_rest.remove_prefix(std::min(end + 1, m_rest.size()));
        ++m_line;
        if (!line.empty()) return line;
    }
    return {};
}

tl::unexpected<Error> ArpaReader::refuse(std::string why) const {
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot read the language model",
                 .why = std::move(why),
                 .remedy = "Give an n-gram model as ARPA text, as KenLM's lmplz writes it",
                 .file = m_label,
                 .line = m_line});
}

/// "ngram 2=1024"
Status ArpaReader::readCount(std::string_view line) {
    const std::string expected = "ngram " + std::to_string(m_counts.size() + 1) + "=";
    const std::string_view number = line.substr(std::min(expected.size(), line.size()));
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
    if (!line.starts_with(expected) || error != std::errc() || end != number.data() + number.size())
        return refuse("'" + std::string(line.substr(0, 40)) + "' is not '" + expected + "COUNT'");
    m_counts.push_back(count);
    if (m_counts.size() > static_cast<std::size_t>(kMaxOrder))
        return refuse("its order is over " + std::to_string(kMaxOrder));
    return {};
}

Status ArpaReader::readCounts() {
    if (m_rest.starts_with("mmap lm http://kheafield.com/code"))
        return refuse("this is a KenLM binary, which only KenLM reads");
    if (m_rest.starts_with("\x1f\x8b") || m_rest.starts_with("BZh") ||
        m_rest.starts_with("\xfd"
                           "7zXZ"))
        return refuse("the file is compressed");
    std::string_view line = nextLine();
    while (line != "\\data\\") { // SRILM allows text before it
        if (line.empty()) return refuse("there is no \\data\\ line");
        line = nextLine();
    }
    while (true) {
        const std::string_view before = m_rest;
        const int lineBefore = m_line;
        line = nextLine();
        if (!line.starts_with("ngram")) { // of the first section
            m_rest = before;
            m_line = lineBefore;
            break;
        }
        if (const Status count = readCount(line); !count) return count;
    }
    if (m_counts.empty()) return refuse("\\data\\ is followed by no count of n-grams");
    return {};
}

Status ArpaReader::expectSection(int order) {
    const std::string expected = "\\" + std::to_string(order) + "-grams:";
    const std::string_view line = nextLine();
    if (line == expected) return {};
    return refuse("'" + std::string(line.substr(0, 40)) + "' stands where " + expected +
                  " should; the counts in the header may be wrong");
}

Status ArpaReader::readUnigrams() {
    if (const Status section = expectSection(1); !section) return section;
    // Words of a line are at least 4 bytes with their number: a broken count allocates no more than the file.
    const std::uint64_t count = m_counts[0];
    if (count > m_rest.size() / 4 + 1) return refuse("the file is too short for its count of unigrams");
    struct Place {
        std::size_t begin, length;
    };
    std::vector<Place> places;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::string_view rest = nextLine();
        const std::optional<float> probability = takeNumber(rest);
        const std::string_view word = takeWord(rest);
        if (!probability || word.empty())
            return refuse("the line is not a unigram: PROBABILITY WORD [BACKOFF]");
        const std::optional<float> backoff = trimmed(rest).empty() ? 0.0F : takeNumber(rest);
        if (!backoff || !trimmed(rest).empty()) return refuse("what follows the word is not one back-off");
        places.push_back({m_model->m_text.size(), word.size()});
        m_model->m_text += word;
        m_model->m_unigrams.push_back({*probability, *backoff});
    }
    for (const Place& place : places)
        m_model->m_words.push_back(std::string_view(m_model->m_text).substr(place.begin, place.length));
    return findMarks();
}

/// <unk>, <s> and </s>; some models write them in capitals.
Status ArpaReader::findMarks() {
    NgramModel& model = *m_model;
    model.m_unknown = static_cast<WordId>(model.m_words.size()); // no word's, for the look-ups here
    model.indexWords();
    const auto find = [&](std::string_view small, std::string_view capital) {
        const WordId id = model.id(small);
        return id == model.m_unknown ? model.id(capital) : id;
    };
    const WordId none = model.m_unknown;
    const WordId unknown = find("<unk>", "<UNK>"), begin = find("<s>", "<S>"), end = find("</s>", "</S>");
    for (std::size_t id = 0; id < model.m_words.size(); ++id)
        if (model.id(model.m_words[id]) != id)
            return refuse("the word '" + std::string(model.m_words[id].substr(0, 80)) + "' has two unigrams");
    if (unknown == none) { // as KenLM does for a closed vocabulary
        model.m_words.push_back("<unk>");
        model.m_unigrams.push_back({-100.0F, 0.0F});
        model.indexWords();
    }
    model.m_unknown = unknown; // the new last one, if there was none
    model.m_begin = begin == none ? unknown : begin;
    model.m_end = end == none ? unknown : end;
    return {};
}

Status ArpaReader::readNgram(int order, std::string_view line) {
    NgramModel& model = *m_model;
    std::string_view rest = line;
    const std::optional<float> probability = takeNumber(rest);
    if (!probability) return refuse("the line does not begin with a probability");
    std::array<WordId, kMaxOrder> words{};
    for (int i = 0; i < order; ++i) {
        const std::string_view word = takeWord(rest);
        if (word.empty()) return refuse("the line has fewer than " + std::to_string(order) + " words");
        const WordId id = model.id(word);
        if (id == model.m_unknown && word != model.m_words[id])
            return refuse("the word '" + std::string(word.substr(0, 80)) + "' has no unigram");
        words[static_cast<std::size_t>(i)] = id;
    }
    const std::optional<float> backoff = trimmed(rest).empty() ? 0.0F : takeNumber(rest);
    if (!backoff || !trimmed(rest).empty()) return refuse("what follows the words is not one back-off");
    std::uint64_t key = 0;
    for (int i = order; i > 0; --i)
        key = NgramModel::extended(key, words[static_cast<std::size_t>(i - 1)]);
    if (!model.m_tables[static_cast<std::size_t>(order - 2)].add(key, {*probability, *backoff}))
        return refuse("the n-gram is there twice");
    return {};
}

Status ArpaReader::readOrder(int order) {
    if (const Status section = expectSection(order); !section) return section;
    const std::uint64_t count = m_counts[static_cast<std::size_t>(order - 1)];
    const std::uint64_t fit =
        m_rest.size() / (2 * static_cast<std::uint64_t>(order) + 1); // lines as short as can be
    m_model->m_tables.emplace_back().resize(std::bit_ceil(std::min(count, fit) * 3 / 2 + 16));
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string_view line = nextLine();
        if (line.empty() || line.front() == '\\')
            return refuse("there are fewer " + std::to_string(order) + "-grams than the header says");
        if (const Status read = readNgram(order, line); !read) return read;
    }
    return {};
}

Result<std::shared_ptr<const NgramModel>> ArpaReader::read() {
    if (const Status counts = readCounts(); !counts) return fail(counts.error());
    m_model.reset(new NgramModel);
    if (const Status unigrams = readUnigrams(); !unigrams) return fail(unigrams.error());
    for (int order = 2; order <= static_cast<int>(m_counts.size()); ++order)
        if (const Status read = readOrder(order); !read) return fail(read.error());
    if (nextLine() != "\\end\\")
        return refuse("\\end\\ is missing: the file is cut, or its counts are wrong");
    return std::shared_ptr<const NgramModel>(std::move(m_model));
}

Result<std::shared_ptr<const NgramModel>> NgramModel::parse(std::string_view text, const std::string& label) {
    try {
        return ArpaReader(text, label).read();
    } catch (const std::exception& error) { // out of memory
        return fail({.kind = ErrorKind::Failed,
                     .what = "Cannot read the language model",
                     .why = error.what(),
                     .remedy = "Use a smaller one",
                     .file = label});
    }
}

Result<std::shared_ptr<const NgramModel>> NgramModel::open(const std::filesystem::path& path) {
    const auto mapped = MappedFile::open(path);
    if (!mapped) return fail(mapped.error());
    const std::span<const std::byte> bytes = (*mapped)->bytes();
    return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

} // namespace fathom::decode
