// SPDX-License-Identifier: Apache-2.0
#include "engine/data/labelled_text.h"

#include "engine/base/file.h"
#include "engine/config/unicode.h"
#include "engine/text/words.h"

#include <charconv>

namespace fathom::data {

namespace {

/// As Python's int() reads a word of ASCII digits.
std::optional<std::int64_t> numberIn(std::string_view word) {
    if (word.starts_with('+')) word.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (code != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return number;
}

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty()) text += ' ';
        text += word;
    }
    return text;
}

struct Reader {
    LabelledTexts texts{};
    std::int64_t classes = 0;

    [[nodiscard]] Error error(int line, std::string why, std::string remedy) const {
        return {.kind = ErrorKind::BadInput,
                .what = "Cannot read the labelled texts",
                .why = std::move(why),
                .remedy = std::move(remedy),
                .file = texts.file.string(),
                .line = line};
    }
    Status add(std::string_view text, int line) {
        if (const auto at = findInvalidUtf8(text))
            return fail(error(line, "byte " + std::to_string(*at + 1) + " of the line is not UTF-8",
                              "Convert the file to UTF-8"));
        const std::vector<std::string_view> words = text::splitWords(text);
        if (words.empty()) {
            texts.skipped.push_back(error(line, "the line is empty", "Remove it"));
            return {};
        }
        const std::optional<std::int64_t> label = numberIn(words.back());
        if (!label && line == 1) {
            texts.hasHeader = true;
            return {};
        }
        if (!label) {
            texts.skipped.push_back(error(line, "the line does not end in the number of a class",
                                          "Write the text, a tab and the number"));
            return {};
        }
        if (*label < 0 || *label >= classes)
            return fail(error(line,
                              "Found an invalid label: " + std::to_string(*label) +
                                  ". Labels should be from [0, num_classes-1], and dataset.num_classes is " +
                                  std::to_string(classes),
                              "Correct the label or dataset.num_classes"));
        if (words.size() == 1) {
            texts.skipped.push_back(
                error(line, "the line has a label and no text", "Remove it or add its text"));
            return {};
        }
        texts.items.push_back({joined({words.data(), words.size() - 1}), *label, line});
        return {};
    }
};

} // namespace

std::optional<std::size_t> findInvalidUtf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = config::codePointAt(text, at).length;
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

TextLine splitTextLine(std::string_view line) {
    const std::size_t tab = line.rfind('\t');
    if (tab != std::string_view::npos) {
        const std::vector<std::string_view> behind = text::splitWords(line.substr(tab + 1));
        const auto label = behind.size() == 1 ? numberIn(behind.front()) : std::nullopt;
        if (label) return {std::string(line.substr(0, tab)), label};
    }
    return {std::string(line), std::nullopt};
}

Result<LabelledTexts> readLabelledTexts(const std::filesystem::path& file,
                                        const LabelledTextOptions& options) {
    const Result<std::string> content = readFile(file);
    if (!content) {
        Error error = content.error();
        error.remedy = "Each line of the file has the words of a text, a tab and the number of its class";
        error.className = "FileNotFoundError";
        return fail(std::move(error));
    }
    Reader reader{.texts = {.file = file}, .classes = options.classes};
    int line = 0;
    for (const std::string_view text : text::splitLines(*content)) {
        ++line;
        if (options.maxLines > 0 && line > options.maxLines) break;
        if (const Status added = reader.add(text, line); !added) return fail(added.error());
    }
    if (reader.texts.items.empty())
        return fail(reader.error(0, "no line holds a text and the number of its class",
                                 "Write the words of a text, a tab and the number, one example a line"));
    return std::move(reader.texts);
}

} // namespace fathom::data
