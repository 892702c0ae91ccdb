// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/forward_command.h"

#include "app/cli/restore_flags.h"
#include "engine/archive/npy.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace fathom::cli {
namespace {

struct ForwardOptions {
    std::string file{};
    std::vector<std::string> inputs{};
    std::vector<std::string> outputs{};
    RestoreFlags restore{};
};

struct NamedPath {
    std::string name{};
    std::string path{};
};

Result<NamedPath> split(const std::string& option, const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot use " + option + ' ' + text,
                     .why = "it is not NAME=FILE.npy",
                     .remedy = "Write " + option + " audio_signal=x.npy"});
    return NamedPath{text.substr(0, equals), text.substr(equals + 1)};
}

Result<std::vector<run::NamedArray>> readInputs(const ForwardOptions& options) {
    std::vector<run::NamedArray> inputs;
    for (const std::string& text : options.inputs) {
        const Result<NamedPath> input = split("--in", text);
        if (!input) return fail(input.error());
        Result<archive::Tensor> tensor = archive::readNpy(input->path);
        if (!tensor) return fail(tensor.error());
        inputs.push_back({input->name, std::move(*tensor)});
    }
    return inputs;
}

Status writeOutput(const std::string& text, const std::vector<run::NamedArray>& arrays) {
    const Result<NamedPath> output = split("--out", text);
    if (!output) return fail(output.error());
    const auto found = std::ranges::find(arrays, output->name, &run::NamedArray::name);
    if (found != arrays.end()) return archive::writeNpy(output->path, found->tensor);
    std::string names;
    for (const run::NamedArray& array : arrays)
        names += (names.empty() ? "" : ", ") + array.name;
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot write " + output->path,
                 .why = "the model has no output '" + output->name + "'",
                 .remedy = "Outputs: " + names});
}

Status forward(const ForwardOptions& options, Log& log) {
    const Result<std::vector<run::NamedArray>> inputs = readInputs(options);
    if (!inputs) return fail(inputs.error());
    const Result<run::TorchModule*> module = run::loadTorchModule();
    if (!module) return fail(module.error());
    const auto model = restoreForCommand(**module, options.file, options.restore, log);
    if (!model) return fail(model.error());
    const auto outputs = (*model)->forward(*inputs);
    if (!outputs) return fail(outputs.error());
    for (const std::string& text : options.outputs) {
        if (const Status written = writeOutput(text, *outputs); !written) return fail(written.error());
    }
    return {};
}

} // namespace

void addForwardCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("forward", "Run a restored model once, in eval mode, on arrays");
    const auto options = std::make_shared<ForwardOptions>();
    command->add_option("file", options->file, "The .nemo archive")->required();
    command->add_option("--in", options->inputs, "NAME=X.npy with NeMo's input name; once for each")
        ->required();
    command->add_option("--out", options->outputs, "NAME=Y.npy with NeMo's output name; once for each")
        ->required();
    addRestoreFlags(*command, options->restore);
    command->callback([&context, options] {
        if (const Status done = forward(*options, context.log); !done) report(context, done.error());
    });
}

} // namespace fathom::cli
