// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/nemo_edit_command.h"

#include "app/cli/nemo_json.h"
#include "app/cli/progress_bar.h"
#include "app/cli/table.h"
#include "engine/archive/nemo_save.h"
#include "engine/base/file.h"
#include "engine/run/archive_manifest.h"

#include <sys/stat.h>

namespace fathom::cli {

namespace {

using archive::NemoEditor;
using archive::PlannedChange;

struct EditOptions {
    std::string file{};
    std::vector<std::string> overrides{};
    std::string key{};
    std::string source{};
    std::string other{}; ///< archive to take the artifact from
    std::string newName{};
    std::string dtype{};
    std::vector<std::string> only{};
    std::vector<std::string> dropped{};
    std::vector<std::string> renamed{};
    std::string output{};
    std::string workspace{};
    bool dryRun = false;
    bool json = false;
};

Error usage(std::string what, std::string why, std::string remedy) {
    return {ErrorKind::Usage, std::move(what), std::move(why), std::move(remedy)};
}

Status set(NemoEditor& editor, const EditOptions& options) {
    for (const std::string& override : options.overrides)
        if (auto done = editor.setConfig(override); !done) return done;
    return {};
}

std::optional<std::string> artifactAt(const NemoEditor& editor, const std::string& key) {
    for (const NemoEditor::Artifact& artifact : editor.artifacts())
        if (artifact.key == key) return artifact.member;
    return std::nullopt;
}

Status put(NemoEditor& editor, const EditOptions& options) {
    if (!options.other.empty()) {
        const auto other = archive::Nemo::open(options.other);
        if (!other) return fail(other.error());
        return editor.mergeArtifact(options.key, *other, options.source);
    }
    auto content = readFile(options.source);
    if (!content) return fail(content.error());
    struct stat info {};
    const std::uint32_t mode = stat(options.source.c_str(), &info) == 0 ? info.st_mode & 0777U : 0644U;
    const std::string name = std::filesystem::path(options.source).filename().string();
    return editor.putArtifact(options.key, {.name = name, .content = std::move(*content), .mode = mode});
}

Status add(NemoEditor& editor, const EditOptions& options) {
    if (const auto member = artifactAt(editor, options.key))
        return fail(usage("Cannot add " + options.key, "it names the artifact " + *member + " already",
                          "Use `nemo replace` to put another in its place"));
    return put(editor, options);
}

Status replace(NemoEditor& editor, const EditOptions& options) {
    if (artifactAt(editor, options.key)) return put(editor, options);
    std::string known;
    for (const NemoEditor::Artifact& artifact : editor.artifacts())
        known += (known.empty() ? "" : ", ") + artifact.key;
    return fail(usage("Cannot replace " + options.key, "it names no artifact",
                      known.empty() ? "The archive has no artifacts; use `nemo add`"
                                    : "Artifacts: " + known + "; use `nemo add` for a new one"));
}

/// A config path, or the name of a member that no key names.
Status remove(NemoEditor& editor, const EditOptions& options) {
    const auto removed = editor.removeArtifact(options.key);
    if (removed || !editor.bytes(options.key)) return removed;
    return editor.removeMember(options.key);
}

Status rename(NemoEditor& editor, const EditOptions& options) {
    return editor.renameMember(options.key, options.newName);
}

Status checkCount(const Result<std::size_t>& count, const std::string& pattern) {
    if (!count) return fail(count.error());
    if (*count > 0) return {};
    return fail(usage("Cannot change the tensors " + pattern, "none would change",
                      "See `fathom-cli nemo tensors` for their names and dtypes"));
}

Status convert(NemoEditor& editor, const EditOptions& options) {
    for (const std::string& pattern : options.dropped)
        if (auto done = checkCount(editor.dropTensors(pattern), pattern); !done) return done;
    for (const std::string& pair : options.renamed) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos)
            return fail(usage("Cannot use --rename " + pair, "it is not OLD=NEW",
                              "Write --rename 'encoder.*=enc.*'"));
        const std::string pattern = pair.substr(0, equals);
        if (auto done = checkCount(editor.renameTensors(pattern, pair.substr(equals + 1)), pattern); !done)
            return done;
    }
    if (options.dtype.empty()) return {};
    const auto dtype = archive::dtypeNamed(options.dtype);
    if (!dtype)
        return fail(usage("Cannot convert to " + options.dtype, "there is no such dtype",
                          "Give float32, float64, float16 or bfloat16"));
    const std::vector<std::string> all{"*"};
    for (const std::string& pattern : options.only.empty() ? all : options.only)
        if (auto done = checkCount(editor.convertTensors(pattern, *dtype), pattern); !done) return done;
    return {};
}

Value toJsonObject(const PlannedChange& change) {
    static constexpr std::string_view kParts[]{"config", "member", "tensor"};
    const auto side = [](const std::string& text) { return text.empty() ? Value{} : Value(text); };
    return Value(Value::Map{{"part", std::string(kParts[static_cast<std::size_t>(change.part)])},
                            {"change", std::string(name(change.kind))},
                            {"name", change.name},
                            {"before", side(change.before)},
                            {"after", side(change.after)}});
}

void printChanges(const std::vector<PlannedChange>& changes) {
    std::vector<std::vector<std::string>> rows;
    for (const PlannedChange& change : changes) {
        const bool isAdded = change.kind == archive::ChangeKind::Added;
        const bool isRemoved = change.kind == archive::ChangeKind::Removed;
        std::string values = isAdded ? change.after : change.before;
        if (!isAdded && !isRemoved) values += " -> " + change.after;
        rows.push_back({isAdded ? "+" : isRemoved ? "-" : "~", printable(change.name), printable(values)});
    }
    if (!rows.empty()) print(formatTable(rows, {Align::Left, Align::Left, Align::Left}));
}

struct Outcome {
    std::string target{};
    bool isInPlace = false;
    std::uint64_t bytes = 0;
    std::vector<PlannedChange> changes{};
    std::vector<archive::Finding> findings{};
    std::vector<std::string> notes{};
};

void printOutcome(const Outcome& outcome, const EditOptions& options, CommandContext& context) {
    std::vector<std::string> warnings = outcome.notes;
    for (const archive::Finding& finding : outcome.findings)
        warnings.push_back(finding.text);
    if (options.json) {
        Value::List changes;
        for (const PlannedChange& change : outcome.changes)
            changes.push_back(toJsonObject(change));
        Value::List texts;
        for (const std::string& warning : warnings)
            texts.emplace_back(warning);
        print(toJson(Value(Value::Map{{"file", outcome.target},
                                      {"saved", !options.dryRun},
                                      {"in_place", outcome.isInPlace},
                                      {"bytes_written", static_cast<std::int64_t>(outcome.bytes)},
                                      {"changes", Value(std::move(changes))},
                                      {"warnings", Value(std::move(texts))}})));
        return;
    }
    for (const std::string& warning : warnings)
        context.log.warning(printable(warning));
    printChanges(outcome.changes);
    const std::string how = outcome.isInPlace ? " in place" : "";
    print(outcome.target + (options.dryRun ? ": would be saved" : ": saved") + how + ", " +
          std::to_string(outcome.bytes) + " bytes written");
}

Status editAndSave(const EditOptions& options, Status (*edit)(NemoEditor&, const EditOptions&),
                   CommandContext& context) {
    auto editor = NemoEditor::open(options.file);
    if (!editor) return fail(editor.error());
    if (auto edited = edit(*editor, options); !edited) return edited;
    Outcome outcome{.target = options.output.empty() ? options.file : options.output,
                    .changes = editor->changes()};
    const auto plan = archive::planSave(editor->draft(), outcome.target);
    if (!plan) return fail(plan.error());
    outcome.isInPlace = plan->isInPlace;
    outcome.bytes = plan->bytesToWrite;
    outcome.notes = plan->notes;
    outcome.findings = archive::lint(editor->draft());
    const bool isNothing = outcome.changes.empty() && options.output.empty() && plan->notes.empty();
    if (isNothing) {
        outcome.bytes = 0;
    } else if (!options.dryRun) {
        const auto workspace = options.workspace.empty()
                                   ? store::workspaceOf(outcome.target)
                                   : std::optional<std::filesystem::path>(options.workspace);
        const archive::SaveOptions saving{.stop = context.stop.get_token(), .digests = workspace.has_value()};
        const auto report = archive::saveNemo(editor->draft(), outcome.target, saving);
        if (!report) return fail(report.error());
        if (workspace)
            if (auto recorded = run::recordManifest(*workspace, outcome.target, *report); !recorded)
                outcome.notes.push_back(recorded.error().message());
        outcome.isInPlace = report->wasInPlace;
        outcome.bytes = report->bytesWritten;
    }
    printOutcome(outcome, options, context);
    return {};
}

} // namespace

void addNemoEditCommands(CLI::App& nemo, CommandContext& context) {
    auto options = std::make_shared<EditOptions>();
    const auto command = [&](const char* name, const char* help,
                             Status (*edit)(NemoEditor&, const EditOptions&)) {
        CLI::App* const added = nemo.add_subcommand(name, help);
        added->add_option("FILE", options->file, "The .nemo archive, or an extracted folder with -o")
            ->required();
        added->add_option("-o,--output", options->output, "Save here instead of into FILE");
        added->add_option("--workspace", options->workspace,
                          "Whose run store keeps the checksums (default: the one that the archive lies in)");
        added->add_flag("--dry-run", options->dryRun, "Say what would change, and save nothing");
        added->add_flag("--json", options->json, "Print one JSON document");
        added->callback([options, edit, &context] {
            if (const Status done = editAndSave(*options, edit, context); !done)
                report(context, done.error(), options->json);
        });
        return added;
    };
    command("set", "Changes the model's config: KEY=VALUE, +NEW=VALUE or ~KEY, as Hydra's overrides", set)
        ->add_option("KEY=VALUE", options->overrides, "Overrides")
        ->required();
    for (const bool isNew : {true, false}) {
        CLI::App* const putting =
            isNew ? command("add", "Adds a file as the artifact that a config key names", add)
                  : command("replace", "Puts another file in the place of an artifact", replace);
        putting->add_option("CONFIG_PATH", options->key, "Such as tokenizer.model_path")->required();
        putting->add_option("SRC", options->source, "The file; with --from the config path in OTHER")
            ->required();
        putting->add_option("--from", options->other, "Take the artifact from this archive");
    }
    command("rm", "Removes an artifact, its config key becoming null; or a member that nothing names", remove)
        ->add_option("CONFIG_PATH", options->key, "Such as tokenizer.model_path, or a member")
        ->required();
    CLI::App* const renaming = command("rename", "Renames a member; the config follows", rename);
    renaming->add_option("MEMBER", options->key, "Its name")->required();
    renaming->add_option("NEW", options->newName, "Its new name")->required();
    CLI::App* const converting = command(
        "convert", "Changes the weights, and writes a compressed archive as the plain tar it should be",
        convert);
    converting->add_option("--dtype", options->dtype, "float32, float64, float16 or bfloat16");
    converting->add_option("--only", options->only, "Convert tensors that match this pattern (*, ?)");
    converting->add_option("--drop", options->dropped, "Drop tensors that match");
    converting->add_option("--rename", options->renamed,
                           "OLD=NEW with the same wildcards: 'encoder.*=enc.*'");
}

} // namespace fathom::cli
