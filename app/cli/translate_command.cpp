// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/translate_command.h"

#include "app/cli/restore_flags.h"
#include "engine/base/file.h"
#include "engine/base/value.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

namespace fathom::cli {
namespace {

constexpr std::size_t kLinesAtOnce = 256; // NeMo's own number; they are translated as one batch

struct TranslateFlags {
    std::string file{};
    std::string text{};
    bool json = false;
    run::TranslateOptions options{};
    RestoreFlags restore{};
};

/// The file's lines, or those of standard input for "-".
Result<std::vector<std::string>> linesOf(const std::string& source) {
    Result<std::string> text =
        source == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : readFile(source);
    if (!text) return fail(text.error());
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        lines.push_back(text->substr(begin, end - begin));
        if (lines.back().ends_with('\r')) lines.back().pop_back();
        begin = end + 1;
    }
    return lines;
}

void show(const std::string& text, const run::Translation& translation, const TranslateFlags& flags) {
    Value::List alternatives;
    for (const run::Alternative& alternative : translation.alternatives)
        alternatives.emplace_back(Value::Map{{"text", alternative.text}, {"score", alternative.score}});
    if (flags.json)
        print(toJson(Value(Value::Map{{"text", text},
                                      {"translation", translation.text},
                                      {"alternatives", Value(std::move(alternatives))}})));
    else if (flags.options.alternatives <= 1)
        print(translation.text);
    else
        for (const run::Alternative& alternative : translation.alternatives)
            print(std::to_string(alternative.score) + '\t' + alternative.text);
    std::fflush(stdout);
}

Status translate(const TranslateFlags& flags, const std::stop_token& stop, Log& log) {
    const Result<std::vector<std::string>> lines = linesOf(flags.text);
    if (!lines) return fail(lines.error());
    const Result<run::TorchModule*> module = run::loadTorchModule();
    if (!module) return fail(module.error());
    const auto model = restoreForCommand(**module, flags.file, flags.restore, log);
    if (!model) return fail(model.error());
    for (std::size_t begin = 0; begin < lines->size(); begin += kLinesAtOnce) {
        const auto first = lines->begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last =
            lines->begin() + static_cast<std::ptrdiff_t>(std::min(begin + kLinesAtOnce, lines->size()));
        auto translations = (*model)->inference().translate({first, last}, flags.options, stop);
        if (!translations) {
            Error error = translations.error();
            if (error.kind == ErrorKind::BadInput && begin > 0)
                error.why += " (counted from line " + std::to_string(begin + 1) + " on)";
            return fail(std::move(error));
        }
        for (std::size_t i = 0; i < translations->size(); ++i)
            show((*lines)[begin + i], (*translations)[i], flags);
    }
    return {};
}

} // namespace

void addTranslateCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("translate", "Print translations of the lines of a text");
    const auto flags = std::make_shared<TranslateFlags>();
    command->add_option("file", flags->file, "The .nemo archive of a translation model")->required();
    command->add_option("text", flags->text, "A text file with a sentence in each line; - for standard input")
        ->required();
    command->add_flag("--json", flags->json, "One JSON object a line: text, translation, alternatives");
    command
        ->add_option("--beam-size", flags->options.beamSize, "Hypotheses that are kept; default: the model's")
        ->check(CLI::PositiveNumber);
    command->add_option("--length-penalty", flags->options.lengthPenalty,
                        "Reward of long translations; default: the model's len_pen");
    command
        ->add_option("--max-generation-delta", flags->options.maxGenerationDelta,
                     "Tokens that a translation may be longer than its source")
        ->check(CLI::NonNegativeNumber);
    command
        ->add_option("--alternatives", flags->options.alternatives,
                     "How many translations to print, best first")
        ->check(CLI::PositiveNumber);
    command->add_option("--source-language", flags->options.sourceLanguage,
                        "Instead of the model's src_language; ignore: the text is taken as it is");
    command->add_option("--target-language", flags->options.targetLanguage,
                        "Instead of the model's tgt_language");
    addRestoreFlags(*command, flags->restore);
    command->callback([&context, flags] {
        if (const Status done = translate(*flags, context.stop.get_token(), context.log); !done)
            report(context, done.error(), flags->json);
    });
}

} // namespace fathom::cli
