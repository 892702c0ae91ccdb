// SPDX-License-Identifier: Apache-2.0
#include "engine/text/corpus.h"

#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/text/utf8.h"
#include "engine/text/words.h"

namespace fathom::text {

namespace {

bool isManifest(const std::filesystem::path& file) {
    return file.extension() == ".json" || file.extension() == ".jsonl";
}

/// The "text" of a manifest's line, or why there is none.
tl::expected<std::string, std::string> textOfEntry(std::string_view line) {
    const Result<Value> entry = fromJson(line);
    if (!entry) return tl::unexpected("the line is not JSON: " + entry.error().why);
    const Value* const text = entry->isMap() ? entry->asMap().find("text") : nullptr;
    if (!text || !text->isString()) return tl::unexpected(std::string("the line has no text"));
    return text->asString();
}

} // namespace

Result<std::vector<std::string>> readCorpus(const std::vector<std::filesystem::path>& files) {
    std::vector<std::string> sentences;
    for (const std::filesystem::path& file : files) {
        const Result<std::string> content = readFile(file);
        if (!content) return fail(content.error());
        int number = 0;
        for (const std::string_view line : splitLines(*content)) {
            ++number;
            const auto bad = [&](std::string why, std::string remedy) {
                return fail({.kind = ErrorKind::BadInput,
                             .what = "Cannot read the sentences",
                             .why = std::move(why),
                             .remedy = std::move(remedy),
                             .file = file.string(),
                             .line = number});
            };
            if (!isUtf8(line)) return bad("the line is not UTF-8", "Convert the file to UTF-8");
            if (splitWords(line).empty()) continue;
            if (!isManifest(file)) {
                sentences.emplace_back(line);
                continue;
            }
            auto text = textOfEntry(line);
            if (!text) return bad(text.error(), R"(Write {"audio_filepath": …, "text": …} on each line)");
            if (!splitWords(*text).empty()) sentences.push_back(std::move(*text));
        }
    }
    if (sentences.empty())
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot read the sentences",
                     .why = "there is none",
                     .remedy = "Give files with one sentence a line, or manifests with texts",
                     .file = files.empty() ? std::string() : files.front().string()});
    return sentences;
}

} // namespace fathom::text
