// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/nemo_command.h"

#include "app/cli/nemo_edit_command.h"
#include "app/cli/nemo_json.h"
#include "app/cli/open_progress.h"
#include "app/cli/table.h"
#include "engine/archive/statistics.h"
#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/run/archive_manifest.h"

#include <algorithm>

namespace fathom::cli {

namespace {

struct NemoOptions {
    std::string file{};
    std::string other{};
    std::vector<std::string> members{};
    std::string folder = ".";
    std::string workspace{};
    bool json = false;
    bool md5 = false;
    bool statistics = false;
};

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.5g", value);
    return text;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return text + ']';
}

/// "drwx------", with a "-" for a plain file.
std::string modeText(const archive::Member& member) {
    std::string text = member.type == archive::MemberType::Directory ? "d"
                       : member.type == archive::MemberType::Link    ? "l"
                                                                     : "-";
    for (int bit = 8; bit >= 0; --bit)
        text += (member.mode >> bit & 1U) != 0 ? "xwr"[bit % 3] : '-';
    return text;
}

bool isDistributed(const std::vector<archive::WeightPart>& parts) {
    return !parts.empty() && parts.front().kind != archive::WeightKind::Checkpoint;
}

Status list(const NemoOptions& options, CommandContext& context) {
    const auto nemo = archive::Nemo::open(options.file, openOptions(context));
    if (!nemo) return fail(nemo.error());
    if (options.json) {
        Value::List members;
        for (const archive::Member& member : nemo->members())
            members.emplace_back(toJsonObject(member));
        Value::List weights;
        for (const archive::WeightPart& part : nemo->weightParts())
            weights.emplace_back(toJsonObject(part));
        print(toJson(Value(Value::Map{{"file", options.file},
                                      {"compressed", nemo->isCompressed()},
                                      {"compression", std::string(archive::name(nemo->compression()))},
                                      {"members", Value(std::move(members))},
                                      {"weights", Value(std::move(weights))}})));
        return {};
    }
    std::vector<std::vector<std::string>> rows;
    for (const archive::Member& member : nemo->members()) {
        std::vector<std::string> row{modeText(member), std::to_string(member.bytes),
                                     member.mtime > 0 ? localTimestamp(member.mtime) : "-",
                                     printable(member.name)};
        if (!member.problem.empty()) row.push_back("(unsafe: " + member.problem + ")");
        rows.push_back(std::move(row));
    }
    print(formatTable(rows, {Align::Left, Align::Right, Align::Left, Align::Left, Align::Left}));
    if (const auto parts = nemo->weightParts(); isDistributed(parts))
        for (const archive::WeightPart& part : parts)
            print(printable(part.name) + ": " + part.description);
    return {};
}

Status showCheckpoint(const NemoOptions& options) {
    const auto checkpoint = archive::Checkpoint::open(options.file);
    if (!checkpoint) return fail(checkpoint.error());
    auto root = archive::toValue(checkpoint->root());
    if (!root) return fail(root.error());
    print(toJson(*root));
    return {};
}

Status show(const NemoOptions& options, CommandContext& context) {
    if (archive::isCheckpointFile(options.file)) return showCheckpoint(options);
    const auto nemo = archive::Nemo::open(options.file, openOptions(context));
    if (!nemo) return fail(nemo.error());
    if (!options.members.empty()) {
        const auto bytes = nemo->bytes(options.members.front());
        if (!bytes) return fail(bytes.error());
        std::fwrite(bytes->data(), 1, bytes->size(), stdout);
        return {};
    }
    const auto yaml = nemo->configYaml();
    if (!yaml) return fail(yaml.error());
    if (!options.json) {
        print(*yaml);
        return {};
    }
    auto config = archive::modelConfig(*nemo);
    if (!config) return fail(config.error());
    const auto text = [&](const char* key) {
        const Value* value = config->at(key);
        return value == nullptr ? Value{} : *value;
    };
    Value::Map object{
        {"target", text("target")}, {"nemo_version", text("nemo_version")}, {"config_yaml", *yaml}};
    Value::List weights;
    for (const archive::WeightPart& part : nemo->weightParts())
        weights.emplace_back(toJsonObject(part));
    object.set("weights", Value(std::move(weights)));
    object.set("config", std::move(*config));
    print(toJson(Value(std::move(object))));
    return {};
}

std::vector<std::string> tensorRow(const archive::Tensor& tensor, const NemoOptions& options) {
    std::vector<std::string> row{printable(tensor.name), std::string(archive::name(tensor.dtype)),
                                 shapeText(tensor.shape), std::to_string(tensor.byteCount())};
    if (options.statistics) {
        const auto numbers = archive::statistics(tensor);
        const bool isEmpty = !numbers || numbers->finite() == 0;
        for (double archive::TensorStatistics::*field :
             {&archive::TensorStatistics::minimum, &archive::TensorStatistics::maximum,
              &archive::TensorStatistics::mean, &archive::TensorStatistics::standardDeviation,
              &archive::TensorStatistics::norm})
            row.push_back(isEmpty ? "-" : number((*numbers).*field));
        row.push_back(numbers ? std::to_string(numbers->nans + numbers->infinities) : "-");
    }
    if (options.md5) row.push_back(md5Of(tensor));
    return row;
}

Error interrupted() {
    return {ErrorKind::Interrupted, "Interrupted", "", ""};
}

Status printTensors(const archive::Checkpoint& weights, const NemoOptions& options, CommandContext& context) {
    std::vector<std::vector<std::string>> rows{{"NAME", "DTYPE", "SHAPE", "BYTES"}};
    std::vector<Align> columns{Align::Left, Align::Left, Align::Left, Align::Right};
    if (options.statistics) {
        for (const char* title : {"MIN", "MAX", "MEAN", "STD", "NORM", "NAN/INF"}) {
            rows.front().emplace_back(title);
            columns.push_back(Align::Right);
        }
    }
    if (options.md5) {
        rows.front().emplace_back("MD5");
        columns.push_back(Align::Left);
    }
    for (const archive::Tensor& tensor : weights.tensors()) {
        if (context.stop.stop_requested()) return fail(interrupted());
        rows.push_back(tensorRow(tensor, options));
    }
    print(formatTable(rows, columns));
    return {};
}

Status addTensors(const archive::Checkpoint& weights, const NemoOptions& options, CommandContext& context,
                  const Value& part, Value::List& list) {
    for (const archive::Tensor& tensor : weights.tensors()) {
        if (context.stop.stop_requested()) return fail(interrupted());
        Value::Map object = toJsonObject(tensor, {.md5 = true, .statistics = options.statistics});
        if (!part.isNull()) object.set("part", part);
        list.emplace_back(std::move(object));
    }
    return {};
}

void printListed(const std::vector<archive::ListedTensor>& tensors) {
    std::vector<std::vector<std::string>> rows{{"NAME", "DTYPE", "SHAPE", "PIECES"}};
    for (const archive::ListedTensor& tensor : tensors)
        rows.push_back({printable(tensor.name), printable(tensor.dtype), shapeText(tensor.shape),
                        std::to_string(tensor.pieces)});
    print(formatTable(rows, {Align::Left, Align::Left, Align::Left, Align::Right}));
}

/// Each part under its name; of those that cannot be read, what they list.
Status distributedTensors(const archive::Nemo& nemo, const NemoOptions& options, CommandContext& context) {
    Value::List list;
    for (const archive::WeightPart& part : nemo.weightParts()) {
        if (!options.json) print(printable(part.name) + ": " + part.description);
        if (part.isCheckpoint()) {
            const auto weights = nemo.weights(part);
            if (!weights) return fail(weights.error());
            const Status done = options.json ? addTensors(**weights, options, context, Value(part.name), list)
                                             : printTensors(**weights, options, context);
            if (!done) return done;
            continue;
        }
        const auto listed = nemo.listTensors(part);
        if (!listed) return fail(listed.error());
        if (!options.json) printListed(*listed);
        for (const archive::ListedTensor& tensor : *listed) {
            Value::Map object = toJsonObject(tensor);
            object.set("part", part.name);
            list.emplace_back(std::move(object));
        }
    }
    if (options.json) print(toJson(Value(std::move(list))));
    return {};
}

Result<std::shared_ptr<const archive::Checkpoint>> openCheckpoint(const NemoOptions& options) {
    auto checkpoint = archive::Checkpoint::open(options.file);
    if (!checkpoint) return fail(checkpoint.error());
    return std::make_shared<const archive::Checkpoint>(std::move(*checkpoint));
}

Status tensors(const NemoOptions& options, CommandContext& context) {
    Result<std::shared_ptr<const archive::Checkpoint>> weights;
    if (archive::isCheckpointFile(options.file)) {
        weights = openCheckpoint(options);
    } else {
        const auto nemo = archive::Nemo::open(options.file, openOptions(context));
        if (!nemo) return fail(nemo.error());
        if (isDistributed(nemo->weightParts())) return distributedTensors(*nemo, options, context);
        weights = nemo->weights();
    }
    if (!weights) return fail(weights.error());
    if (!options.json) return printTensors(**weights, options, context);
    Value::List list;
    if (auto added = addTensors(**weights, options, context, {}, list); !added) return added;
    print(toJson(Value(std::move(list))));
    return {};
}

/// With what the run store says of the archive, if one is near and knows it.
Result<run::ManifestCheck> findingsOf(const NemoOptions& options, const CommandContext& context) {
    if (archive::isCheckpointFile(options.file)) {
        const auto checkpoint = archive::Checkpoint::open(options.file);
        if (!checkpoint) return fail(checkpoint.error());
        return run::ManifestCheck{.findings = archive::verify(*checkpoint)};
    }
    const auto nemo = archive::Nemo::open(options.file, openOptions(context));
    if (!nemo) return fail(nemo.error());
    const auto workspace = options.workspace.empty()
                               ? store::workspaceOf(options.file)
                               : std::optional<std::filesystem::path>(options.workspace);
    run::ManifestCheck check;
    if (workspace) {
        auto known = run::checkManifest(*workspace, *nemo);
        if (!known) return fail(known.error());
        check = std::move(*known);
    }
    for (archive::Finding& finding : archive::verify(*nemo))
        check.findings.push_back(std::move(finding));
    return check;
}

std::string countOf(const Value::List& warnings) {
    if (warnings.empty()) return {};
    return warnings.size() == 1 ? ", 1 warning" : ", " + std::to_string(warnings.size()) + " warnings";
}

Status verify(const NemoOptions& options, CommandContext& context) {
    const auto check = findingsOf(options, context);
    if (!check) return fail(check.error());
    Value::List errors;
    Value::List warnings;
    for (const archive::Finding& finding : check->findings) {
        const bool isError = finding.severity == archive::Severity::Error;
        (isError ? errors : warnings).emplace_back(finding.text);
        if (!options.json)
            context.log.write(isError ? LogLevel::Error : LogLevel::Warning, printable(finding.text));
    }
    if (!errors.empty()) context.exitCode = 3;
    if (options.json)
        print(toJson(Value(Value::Map{{"ok", errors.empty()},
                                      {"has_manifest", check->isKnown},
                                      {"errors", Value(errors)},
                                      {"warnings", Value(warnings)}})));
    else if (errors.empty())
        print(options.file + ": ok" + (check->isKnown ? ", as Fathom wrote it" : "") + countOf(warnings));
    return {};
}

Status extract(const NemoOptions& options, CommandContext& context) {
    const auto nemo = archive::Nemo::open(options.file, openOptions(context));
    if (!nemo) return fail(nemo.error());
    const auto extraction = archive::extract(*nemo, options.members, options.folder);
    if (!extraction) return fail(extraction.error());
    if (options.json) {
        Value::List written;
        for (const std::string& name : extraction->written)
            written.emplace_back(name);
        Value::List skipped;
        for (const archive::Finding& finding : extraction->skipped)
            skipped.emplace_back(finding.text);
        print(toJson(Value(Value::Map{{"folder", options.folder},
                                      {"written", Value(std::move(written))},
                                      {"skipped", Value(std::move(skipped))}})));
        return {};
    }
    for (const archive::Finding& finding : extraction->skipped)
        context.log.warning(printable(finding.text));
    return {};
}

/// Sign, name and what is on either side.
std::vector<std::string> changeRow(const archive::Change& change) {
    const bool isAdded = change.kind == archive::ChangeKind::Added;
    const bool isRemoved = change.kind == archive::ChangeKind::Removed;
    std::string values = isAdded ? change.after : change.before;
    if (!isAdded && !isRemoved && change.before != change.after) values += " -> " + change.after;
    return {isAdded ? "+" : isRemoved ? "-" : "~", printable(change.name), printable(values)};
}

void printChanges(const char* title, const std::vector<archive::Change>& changes) {
    if (changes.empty()) return;
    std::vector<std::vector<std::string>> rows;
    for (const archive::Change& change : changes)
        rows.push_back(changeRow(change));
    print(std::string(title) + '\n' + formatTable(rows, {Align::Left, Align::Left, Align::Left}));
}

void printTensorChanges(const archive::NemoDiff& diff) {
    if (diff.tensors.empty()) return;
    std::vector<std::vector<std::string>> rows{{"", "NAME", "TENSOR", "NORM", "COSINE", "MAX ABS"}};
    for (const archive::Change& change : diff.tensors) {
        std::vector<std::string> row = changeRow(change);
        if (const auto& apart = change.difference) {
            char cosine[32];
            std::snprintf(cosine, sizeof cosine, "%.9g", apart->cosine);
            row.insert(row.end(), {number(apart->norm), cosine, number(apart->largest)});
        }
        rows.push_back(std::move(row));
    }
    const archive::TensorCounts& counts = diff.counts;
    print(
        "tensors: " + std::to_string(counts.changed) + " changed, " + std::to_string(counts.added) +
        " added, " + std::to_string(counts.removed) + " removed, " + std::to_string(counts.identical) +
        " identical\n" +
        formatTable(rows, {Align::Left, Align::Left, Align::Left, Align::Right, Align::Right, Align::Right}));
}

Status diff(const NemoOptions& options, CommandContext& context) {
    const auto changes =
        archive::diff(std::filesystem::path(options.file), options.other, {.stop = context.stop.get_token()});
    if (!changes) return fail(changes.error());
    if (options.json) {
        print(toJson(Value(toJsonObject(*changes))));
        return {};
    }
    if (changes->isEmpty()) print("no differences");
    printChanges("members", changes->members);
    printChanges("config", changes->config);
    printTensorChanges(*changes);
    if (!changes->renamed.empty())
        print("artifacts with the same contents under another name: " +
              std::to_string(changes->renamed.size()));
    return {};
}

} // namespace

void addNemoCommand(CLI::App& app, CommandContext& context) {
    // Shared by the subcommands' callbacks, of which CLI11 runs one.
    auto options = std::make_shared<NemoOptions>();
    CLI::App* nemo =
        app.add_subcommand("nemo", "Looks into .nemo archives and checkpoints, and changes archives");
    nemo->require_subcommand(1);
    const auto add = [&](const char* name, const char* help,
                         Status (*action)(const NemoOptions&, CommandContext&)) {
        CLI::App* command = nemo->add_subcommand(name, help);
        command
            ->add_option(std::string_view(name) == "diff" ? "A" : "FILE", options->file,
                         "A .nemo file, or a folder into which one was extracted")
            ->required();
        command->callback([options, action, &context] {
            if (const Status done = action(*options, context); !done)
                report(context, done.error(), options->json);
        });
        return command;
    };
    const auto addJson = [&](CLI::App* command) {
        command->add_flag("--json", options->json, "Print one JSON document");
    };

    addJson(add("ls", "The members of an archive", list));
    CLI::App* showing =
        add("show", "The model's config, one member's text, or a checkpoint's contents", show);
    showing->add_option("MEMBER", options->members, "Print this member instead of the config")
        ->expected(0, 1);
    addJson(showing);
    CLI::App* printing = add("tensors", "The weights of an archive or of a .ckpt file", tensors);
    printing->add_flag("--stats", options->statistics,
                       "Least and largest value, mean, deviation, norm, NaNs");
    printing->add_flag("--md5", options->md5, "MD5 of each tensor's bytes (always part of --json)");
    addJson(printing);
    CLI::App* checking =
        add("verify", "Checks everything that NeMo would stumble over; exit code 3 when something is broken",
            verify);
    checking->add_option("--workspace", options->workspace,
                         "Whose run store has the checksums (default: the one that the archive lies in)");
    addJson(checking);
    CLI::App* extracting = add("extract", "Writes members into a folder; unsafe ones are skipped", extract);
    extracting->add_option("MEMBER", options->members, "Members to write (default: all)");
    extracting->add_option("-C,--directory", options->folder,
                           "Folder to write to (default: the current one)");
    addJson(extracting);
    CLI::App* comparing =
        add("diff", "What differs between two archives (members, config, tensors) or checkpoints (tensors)",
            diff);
    comparing->add_option("B", options->other, "The archive to compare with")->required();
    addJson(comparing);
    addNemoEditCommands(*nemo, context);
}

} // namespace fathom::cli
