// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/transcribe_command.h"

#include "app/cli/restore_flags.h"
#include "engine/base/file.h"
#include "engine/base/value.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

namespace fathom::cli {
namespace {

constexpr std::size_t kClipsAtOnce = 4; // so that texts appear as they are known

struct TranscribeOptions {
    std::string file{};
    std::vector<std::string> sources{};
    bool json = false;
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

void show(const run::Transcript& transcript, bool json) {
    if (json)
        print(toJson(Value(Value::Map{{"audio_filepath", transcript.audioFile}, {"text", transcript.text}})));
    else
        print(transcript.audioFile + '\t' + transcript.text);
    std::fflush(stdout);
}

Status transcribe(const TranscribeOptions& options, const std::stop_token& stop, Log& log) {
    const Result<std::vector<std::filesystem::path>> audio = recordings(options);
    if (!audio) return fail(audio.error());
    const Result<run::TorchModule*> module = run::loadTorchModule();
    if (!module) return fail(module.error());
    const auto model = restoreForCommand(**module, options.file, options.restore, log);
    if (!model) return fail(model.error());
    for (std::size_t begin = 0; begin < audio->size(); begin += kClipsAtOnce) {
        const auto first = audio->begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last =
            audio->begin() + static_cast<std::ptrdiff_t>(std::min(begin + kClipsAtOnce, audio->size()));
        const auto transcripts = (*model)->inference().transcribe({first, last}, {}, stop);
        if (!transcripts) return fail(transcripts.error());
        for (const run::Transcript& transcript : *transcripts)
            show(transcript, options.json);
    }
    return {};
}

} // namespace

void addTranscribeCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("transcribe", "Print the texts of recordings");
    const auto options = std::make_shared<TranscribeOptions>();
    command->add_option("file", options->file, "The .nemo archive of a speech model")->required();
    command->add_option("audio", options->sources, "Recordings, or manifests (.json, .jsonl)")->required();
    command->add_flag("--json", options->json, "One JSON object a line: audio_filepath, text");
    addRestoreFlags(*command, options->restore);
    command->callback([&context, options] {
        if (const Status done = transcribe(*options, context.stop.get_token(), context.log); !done)
            report(context, done.error(), options->json);
    });
}

} // namespace fathom::cli
