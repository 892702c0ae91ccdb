// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/tokenizer_train.h"

#include "engine/base/value.h"
#include "engine/text/corpus.h"
#include "engine/text/sentencepiece_training.h"
#include "engine/text/wordpiece_training.h"

#include <memory>
#include <vector>

namespace fathom::cli {
namespace {

struct TrainOptions {
    std::vector<std::string> files{};
    std::string folder{};
    text::SentencePieceTraining sentencePiece{};
    bool json = false;
};

void announce(const TrainOptions& options, std::int64_t pieces, std::size_t sentences) {
    if (options.json)
        print(toJson(Value(Value::Map{{"folder", options.folder},
                                      {"type", options.sentencePiece.type},
                                      {"vocab_size", pieces},
                                      {"sentences", static_cast<std::int64_t>(sentences)}})));
    else
        print(options.folder + ": " + std::to_string(pieces) + " pieces from " + std::to_string(sentences) +
              " sentences");
}

Status train(const TrainOptions& options) {
    const auto sentences = text::readCorpus({options.files.begin(), options.files.end()});
    if (!sentences) return fail(sentences.error());
    if (options.sentencePiece.type == "wpe") {
        const auto trained = text::trainWordPiece(*sentences, {.vocabSize = options.sentencePiece.vocabSize,
                                                               .lowerCase = options.sentencePiece.lowerCase});
        if (!trained) return fail(trained.error());
        if (const Status saved = trained->save(options.folder); !saved) return fail(saved.error());
        announce(options, static_cast<std::int64_t>(trained->pieces.size()), sentences->size());
        return {};
    }
    const auto trained = text::trainSentencePiece(*sentences, options.sentencePiece);
    if (!trained) return fail(trained.error());
    if (const Status saved = trained->save(options.folder); !saved) return fail(saved.error());
    announce(options, trained->size, sentences->size());
    return {};
}

void addPieceOptions(CLI::App& command, text::SentencePieceTraining& options) {
    command.add_option("--vocab-size", options.vocabSize, "Pieces, special ones too")->capture_default_str();
    command.add_flag("--lower-case", options.lowerCase, "Fold upper case into lower case");
    command.add_flag("--bos", options.bos, "Add <s>, as id 1");
    command.add_flag("--eos", options.eos, "Add </s>, as id 2");
    command.add_flag("--pad", options.pad, "Add <pad>, behind them");
    command.add_option("--bos-id", options.bosId, "The id of <s>; -1: none");
    command.add_option("--eos-id", options.eosId, "The id of </s>; -1: none");
    command.add_option("--pad-id", options.padId, "The id of <pad>; -1: none");
    command.add_option("--unk-id", options.unkId, "The id of <unk>");
    command
        .add_option("--user-symbol", options.userDefinedSymbols,
                    "A text that is always one piece; repeatable")
        ->expected(1)
        ->take_all();
    command
        .add_option("--control-symbol", options.controlSymbols, "A piece that no text contains; repeatable")
        ->expected(1)
        ->take_all();
}

void addSentencePieceOptions(CLI::App& command, text::SentencePieceTraining& options) {
    command
        .add_option("--coverage", options.characterCoverage,
                    "Share of the characters that get a piece; 0.9995 for thousands of them")
        ->capture_default_str();
    command.add_option("--max-piece-length", options.maxPieceLength, "Characters of the longest piece");
    command.add_option("--sample-size", options.sampleSize, "Train on that many sentences, drawn at random");
    command.add_option("--seed", options.seed, "Of the draw")->capture_default_str();
    command.add_flag("--byte-fallback", options.byteFallback, "Spell unknown characters as bytes");
    command.add_flag("--split-digits", options.splitDigits, "Each digit is a piece");
    command.add_flag("!--across-spaces", options.splitByWhitespace, "Let pieces go across spaces");
    command.add_flag("!--across-scripts", options.splitByUnicodeScript, "Let pieces mix scripts");
    command.add_flag("--remove-extra-whitespaces", options.removeExtraWhitespaces,
                     "Runs of spaces count as one");
    command.add_flag("--hard-vocab-limit", options.hardVocabLimit,
                     "Fail rather than train a smaller vocabulary");
    command.add_flag("--large-corpus", options.trainExtremelyLargeCorpus, "For more text than 32 bits count");
}

} // namespace

void addTokenizerTrain(CLI::App& tokenizer, CommandContext& context) {
    CLI::App* command =
        tokenizer.add_subcommand("train", "Train a vocabulary, with the options of NeMo's scripts");
    const auto options = std::make_shared<TrainOptions>();
    command->add_option("files", options->files, "Texts, a sentence a line, or manifests (.json, .jsonl)")
        ->required();
    command
        ->add_option("-o,--output", options->folder, "Folder for tokenizer.model, tokenizer.vocab, vocab.txt")
        ->required();
    command
        ->add_option("--type", options->sentencePiece.type,
                     "SentencePiece: unigram, bpe, char or word; BERT's WordPiece: wpe")
        ->capture_default_str();
    addPieceOptions(*command, options->sentencePiece);
    addSentencePieceOptions(*command, options->sentencePiece);
    command->add_flag("--json", options->json, "One JSON object: folder, type, vocab_size, sentences");
    command->callback([&context, options] {
        if (const Status done = train(*options); !done) report(context, done.error(), options->json);
    });
}

} // namespace fathom::cli
