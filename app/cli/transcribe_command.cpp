// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/transcribe_command.h"

#include "app/cli/restore_flags.h"
#include "engine/base/file.h"
#include "engine/base/value.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <unistd.h>
#include <vector>

namespace fathom::cli {
namespace {

constexpr std::size_t kBatchesAtOnce = 8; // sorted by length among each other; then their texts appear

struct TranscribeOptions {
    std::string file{};
    std::vector<std::string> sources{};
    bool json = false;
    run::TranscribeOptions how{.bufferSeconds = 60};
    RestoreFlags restore{};
};

bool isManifest(const std::filesystem::path& path) {
    const std::string extension = path.extension().string();
    return extension == ".json" || extension == ".jsonl";
}

/// The recordings a manifest names. A relative one is looked for beside the manifest first, as NeMo does.
Result<std::vector<std::filesystem::path>> readManifest(const std::filesystem::path& manifest) {
    const Result<std::string> text = readFile(manifest);
    if (!text) return fail(text.error());
    std::vector<std::filesystem::path> audio;
    int line = 0;
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        const std::string row = text->substr(begin, end - begin);
        begin = end + 1;
        ++line;
        if (row.find_first_not_of(" \t\r") == std::string::npos) continue;
        const Result<Value> entry = fromJson(row);
        const Value* path = entry && entry->isMap() ? entry->asMap().find("audio_filepath") : nullptr;
        if (!path || !path->isString())
            return fail({.kind = ErrorKind::BadInput,
                         .what = "Cannot read the manifest",
                         .why = entry ? "the line has no audio_filepath" : entry.error().why,
                         .remedy = "Correct the line",
                         .file = manifest.string(),
                         .line = line});
        const std::filesystem::path beside = manifest.parent_path() / path->asString();
        audio.push_back(std::filesystem::exists(beside) ? beside : std::filesystem::path(path->asString()));
    }
    return audio;
}

Result<std::vector<std::filesystem::path>> recordings(const TranscribeOptions& options) {
    std::vector<std::filesystem::path> all;
    for (const std::string& source : options.sources) {
        if (!isManifest(source)) {
            all.emplace_back(source);
            continue;
        }
        Result<std::vector<std::filesystem::path>> listed = readManifest(source);
        if (!listed) return fail(listed.error());
        all.insert(all.end(), listed->begin(), listed->end());
    }
    return all;
}

std::string jsonOf(const run::Transcript& transcript, bool words) {
    Value::Map line{
        {"audio_filepath", transcript.audioFile}, {"text", transcript.text}, {"score", transcript.score}};
    if (words) {
        Value::List list;
        for (const run::Word& word : transcript.words)
            list.emplace_back(Value::Map{{"word", word.text}, {"start", word.start}, {"end", word.end}});
        line.set("words", Value(std::move(list)));
    }
    if (!transcript.alternatives.empty()) {
        Value::List list;
        for (const run::Alternative& alternative : transcript.alternatives)
            list.emplace_back(Value::Map{{"text", alternative.text}, {"score", alternative.score}});
        line.set("alternatives", Value(std::move(list)));
    }
    return toJson(Value(std::move(line)));
}

void show(const run::Transcript& transcript, const TranscribeOptions& options) {
    if (options.json) {
        print(jsonOf(transcript, options.how.words));
    } else {
        print(transcript.audioFile + '\t' + transcript.text);
        for (const run::Word& word : transcript.words) {
            char times[64];
            std::snprintf(times, sizeof times, "%10.2f %10.2f  ", word.start, word.end);
            print(times + word.text);
        }
    }
    std::fflush(stdout);
}

/// On a terminal, for what takes long.
void showProgress(double done, double all) {
    if (isatty(STDERR_FILENO) == 0) return;
    std::fprintf(stderr, "\r%.0f of %.0f s%s", done, all, done >= all ? "\r\033[K" : "");
    std::fflush(stderr);
}

Status transcribe(const TranscribeOptions& options, const std::stop_token& stop, Log& log) {
    const Result<std::vector<std::filesystem::path>> audio = recordings(options);
    if (!audio) return fail(audio.error());
    const Result<run::TorchModule*> module = run::loadTorchModule();
    if (!module) return fail(module.error());
    const auto model = restoreForCommand(**module, options.file, options.restore, log);
    if (!model) return fail(model.error());
    const std::size_t atOnce = kBatchesAtOnce * static_cast<std::size_t>(options.how.batchSize);
    for (std::size_t begin = 0; begin < audio->size(); begin += atOnce) {
        const auto first = audio->begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last =
            audio->begin() + static_cast<std::ptrdiff_t>(std::min(begin + atOnce, audio->size()));
        const auto transcripts = (*model)->inference().transcribe({first, last}, options.how, stop);
        if (!transcripts) return fail(transcripts.error());
        for (const run::Transcript& transcript : *transcripts)
            show(transcript, options);
    }
    return {};
}

} // namespace

void addTranscribeCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("transcribe", "Print the texts of recordings");
    const auto options = std::make_shared<TranscribeOptions>();
    command->add_option("file", options->file, "The .nemo archive of a speech model")->required();
    command->add_option("audio", options->sources, "Recordings, or manifests (.json, .jsonl)")->required();
    command->add_flag("--json", options->json,
                      "One JSON object a line: audio_filepath, text, score, words, alternatives");
    run::TranscribeOptions& how = options->how;
    command->add_flag("--words", how.words, "When each word begins and ends, in seconds");
    command->add_option("--batch-size", how.batchSize, "Clips decoded at once")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command
        ->add_option("--beam-size", how.beamSize, "Hypotheses kept; 1: greedy; 0: as the model's config says")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    command->add_option("--lm", how.languageModel, "N-gram language model of words or tokens as ARPA text")
        ->check(CLI::ExistingFile);
    command->add_option("--lm-weight", how.languageModelWeight, "Its weight (alpha)")->capture_default_str();
    command->add_option("--word-bonus", how.wordBonus, "Added for each word (beta), with --lm")
        ->capture_default_str();
    command
        ->add_option("--buffer", how.bufferSeconds,
                     "Longer recordings are read in parts of so many seconds; 0: whole")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    how.progress = showProgress;
    addRestoreFlags(*command, options->restore);
    command->callback([&context, options] {
        if (const Status done = transcribe(*options, context.stop.get_token(), context.log); !done)
            report(context, done.error(), options->json);
    });
}

} // namespace fathom::cli
