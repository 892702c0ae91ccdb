// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as each of the texts that data sets begin with: a manifest, labelled texts, sentences to train a
// vocabulary on, a pattern for paths, and sentences to be translated. The first byte chooses.
#include "engine/data/brace_paths.h"
#include "engine/data/labelled_text.h"
#include "engine/data/manifest.h"
#include "engine/text/bleu.h"
#include "engine/text/corpus.h"
#include "engine/text/moses.h"
#include "tests/fuzz/fuzz_folder.h"

#include <cstdlib>

using namespace fathom;
namespace fs = std::filesystem;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void requirePlace(const Error& error) {
    require(!error.file.empty() && !error.why.empty());
}

void readManifest(const fs::path& file) {
    for (const bool tarred : {false, true}) {
        const auto manifest = data::readManifest({file}, {.skipBadFiles = true, .tarred = tarred});
        if (!manifest) return requirePlace(manifest.error());
        for (const data::ManifestEntry& entry : manifest->entries)
            require(entry.duration >= 0 && entry.offset >= 0 && entry.line > 0);
    }
}

void readLabelled(const fs::path& file) {
    const auto texts = data::readLabelledTexts(file, {.classes = 3});
    if (!texts) return requirePlace(texts.error());
    for (const data::LabelledText& item : texts->items)
        require(item.label >= 0 && item.label < 3 && !data::findInvalidUtf8(item.text));
}

void translate(std::string_view sentence) {
    static const auto french = text::MosesProcessor::create("fr"),
                      english = text::MosesProcessor::create("en");
    for (const auto* language : {&french, &english}) {
        const std::string tokens = (*language)->prepare(sentence);
        const std::string back = (*language)->detokenize(tokens);
        for (const auto tokenizer : {text::BleuTokenizer::Mteval13a, text::BleuTokenizer::Chinese}) {
            const double score = text::sentenceBleu(text::countBleu(sentence, back, tokenizer));
            require(score >= 0 && score < 100.001);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Folder folder;
    if (size == 0) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    const fs::path file = folder.path / (data[0] % 5 == 2 ? "text.txt" : "text.json");
    if (data[0] % 5 < 4) fuzz::write(file, data + 1, size - 1);
    switch (data[0] % 5) {
    case 0:
        readManifest(file);
        break;
    case 1:
        readLabelled(file);
        break;
    case 2:
    case 3:
        if (const auto sentences = text::readCorpus({file}); !sentences) requirePlace(sentences.error());
        break;
    default:
        if (rest.size() < 256) require(!data::expandPath(rest).empty());
        translate(rest);
    }
    return 0;
}
