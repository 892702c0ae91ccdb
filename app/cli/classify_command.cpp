// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/classify_command.h"

#include "app/cli/restore_flags.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/data/labelled_text.h"
#include "engine/text/words.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

namespace fathom::cli {
namespace {

constexpr std::size_t kTextsAtOnce = 512; // so that answers appear while a long file is read

struct ClassifyOptions {
    std::string file{};
    std::string source{};
    bool json = false;
    RestoreFlags restore{};
};

using Lines = std::vector<data::TextLine>;

/// What is to be classified, one text a line; empty lines are none.
Result<Lines> readTexts(const std::string& source) {
    Result<std::string> content =
        source == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : readFile(source);
    if (!content) return fail(content.error());
    Lines lines;
    int number = 0;
    for (const std::string_view line : text::splitLines(*content)) {
        ++number;
        if (const auto at = data::findInvalidUtf8(line))
            return fail({.kind = ErrorKind::BadInput,
                         .what = "Cannot classify the texts",
                         .why = "byte " + std::to_string(*at + 1) + " of the line is not UTF-8",
                         .remedy = "Convert the file to UTF-8",
                         .file = source == "-" ? "standard input" : source,
                         .line = number});
        if (!text::splitWords(line).empty()) lines.push_back(data::splitTextLine(line));
    }
    return lines;
}

void show(const data::TextLine& line, const run::Classification& answer, bool json) {
    if (json) {
        Value::List shares(answer.probabilities.begin(), answer.probabilities.end());
        Value::Map map{{"text", line.text}, {"label", answer.label}};
        if (!answer.className.empty()) map.set("class", answer.className);
        map.set("probabilities", std::move(shares));
        if (line.label) map.set("expected", *line.label);
        print(toJson(Value(std::move(map))));
        return;
    }
    char share[16];
    std::snprintf(share, sizeof share, "%.4f", answer.probabilities[static_cast<std::size_t>(answer.label)]);
    print((answer.className.empty() ? std::to_string(answer.label) : answer.className) + '\t' + share + '\t' +
          line.text);
}

/// How many of the lines with a label got it.
class Score {
public:
    void add(const data::TextLine& line, const run::Classification& answer) {
        if (!line.label) return;
        ++m_known;
        m_right += *line.label == answer.label ? 1 : 0;
    }
    void tell(Log& log) const {
        if (m_known == 0) return;
        char text[96];
        std::snprintf(text, sizeof text, "%lld of %lld labelled texts are right: accuracy %.4f",
                      static_cast<long long>(m_right), static_cast<long long>(m_known),
                      static_cast<double>(m_right) / static_cast<double>(m_known));
        log.info(text);
    }

private:
    std::int64_t m_known = 0;
    std::int64_t m_right = 0;
};

Status classify(const ClassifyOptions& options, const std::stop_token& stop, Log& log) {
    const Result<Lines> lines = readTexts(options.source);
    if (!lines) return fail(lines.error());
    const Result<run::TorchModule*> module = run::loadTorchModule();
    if (!module) return fail(module.error());
    const auto model = restoreForCommand(**module, options.file, options.restore, log);
    if (!model) return fail(model.error());
    Score score;
    for (std::size_t begin = 0; begin < lines->size(); begin += kTextsAtOnce) {
        const std::size_t end = std::min(begin + kTextsAtOnce, lines->size());
        std::vector<std::string> texts;
        for (std::size_t i = begin; i < end; ++i)
            texts.push_back((*lines)[i].text);
        const auto answers = (*model)->inference().classify(texts, stop);
        if (!answers) return fail(answers.error());
        for (std::size_t i = begin; i < end; ++i) {
            score.add((*lines)[i], (*answers)[i - begin]);
            show((*lines)[i], (*answers)[i - begin], options.json);
        }
        std::fflush(stdout);
    }
    score.tell(log);
    return {};
}

} // namespace

void addClassifyCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("classify", "Print the classes of texts");
    const auto options = std::make_shared<ClassifyOptions>();
    command->add_option("file", options->file, "The .nemo archive of a text classification model")
        ->required();
    command
        ->add_option(
            "texts", options->source,
            "A file with one text a line, each with or without a tab and its label; - is standard input")
        ->required();
    command->add_flag("--json", options->json,
                      "One JSON object a line: text, label, class, probabilities and, where given, expected");
    addRestoreFlags(*command, options->restore);
    command->callback([&context, options] {
        if (const Status done = classify(*options, context.stop.get_token(), context.log); !done)
            report(context, done.error(), options->json);
    });
}

} // namespace fathom::cli
