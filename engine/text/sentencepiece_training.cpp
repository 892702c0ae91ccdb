// SPDX-License-Identifier: Apache-2.0
#include "engine/text/sentencepiece_training.h"

#include "engine/base/file.h"
#include "engine/text/sentencepiece_options.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <cstdio>

namespace fathom::text {

namespace {

constexpr std::size_t kLongestSentence = 4192;      // the library leaves out longer ones
constexpr std::string_view kSpace = "\xE2\x96\x81"; // ▁

Error cannotTrain(std::string why, std::string remedy, std::string key = {}) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot train the SentencePiece model",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .key = std::move(key)};
}

class Sentences final : public sentencepiece::SentenceIterator {
public:
    explicit Sentences(const std::vector<std::string>& sentences) : m_sentences(sentences) {}
    [[nodiscard]] bool done() const override { return m_at >= m_sentences.size(); }
    void Next() override { ++m_at; }
    [[nodiscard]] const std::string& value() const override { return m_sentences[m_at]; }
    [[nodiscard]] sentencepiece::util::Status status() const override { return {}; }

private:
    const std::vector<std::string>& m_sentences;
    std::size_t m_at = 0;
};

/// The library's message behind "file(line) [condition] ": "Vocabulary size is too high (…)".
std::string reason(std::string_view message) {
    const std::size_t condition = message.find("] ");
    std::string_view text = condition == std::string_view::npos ? message : message.substr(condition + 2);
    if (const std::size_t flag = text.find(" with --"); flag != std::string_view::npos)
        text = text.substr(0, flag);
    while (text.ends_with(' ') || text.ends_with('.') || text.ends_with('\n'))
        text.remove_suffix(1);
    return std::string(text.empty() ? message : text);
}

void describe(TrainedSentencePiece& trained, const std::vector<std::string>& special) {
    sentencepiece::SentencePieceProcessor processor;
    if (!processor.LoadFromSerializedProto(trained.model).ok()) return;
    trained.size = processor.GetPieceSize();
    for (int id = 0; id < processor.GetPieceSize(); ++id) {
        const std::string& piece = processor.IdToPiece(id);
        char score[32];
        std::snprintf(score, sizeof score, "%g", static_cast<double>(processor.GetScore(id)));
        trained.pieces.append(piece).append("\t").append(score).append("\n");
        if (std::ranges::find(special, piece) != special.end()) continue;
        const bool begins = piece.starts_with(kSpace);
        std::string word = begins ? piece.substr(kSpace.size()) : "##" + piece;
        trained.vocabulary.append(word.empty() ? std::string(kSpace) : word).append("\n");
    }
}

} // namespace

Status TrainedSentencePiece::save(const std::filesystem::path& folder) const {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail({.kind = ErrorKind::Failed,
                     .what = "Cannot make the folder",
                     .why = error.message(),
                     .remedy = "Choose another folder",
                     .file = folder.string()});
    for (const auto& [name, content] :
         {std::pair{"vocab.txt", &vocabulary}, {"tokenizer.vocab", &pieces}, {"tokenizer.model", &model}})
        if (const Status written = writeFileAtomically(folder / name, *content); !written)
            return fail(written.error());
    return {};
}

Result<TrainedSentencePiece> trainSentencePiece(const std::vector<std::string>& sentences,
                                                const SentencePieceTraining& options) {
    if (Status checked = checkOptions(options); !checked) return fail(checked.error());
    const auto fits = [](const std::string& sentence) { return sentence.size() <= kLongestSentence; };
    if (std::ranges::none_of(sentences, fits))
        return fail(cannotTrain("no sentence has at most " + std::to_string(kLongestSentence) + " bytes",
                                "Write one sentence a line"));
    std::vector<std::string> special{"<s>", "</s>", "<pad>", "<unk>"};
    special.insert(special.end(), options.controlSymbols.begin(), options.controlSymbols.end());
    special.insert(special.end(), options.userDefinedSymbols.begin(), options.userDefinedSymbols.end());
    TrainedSentencePiece trained;
    try {
        sentencepiece::SetRandomGeneratorSeed(options.seed);
        Sentences iterator(sentences);
        const auto status =
            sentencepiece::SentencePieceTrainer::Train(trainerArguments(options), &iterator, &trained.model);
        if (!status.ok())
            return fail(cannotTrain(reason(status.error_message()),
                                    "Change the size of the vocabulary, or give more text"));
    } catch (const std::exception& error) {
        return fail(cannotTrain(error.what(), "Give more text or another type"));
    }
    describe(trained, special);
    return trained;
}

} // namespace fathom::text
