// SPDX-License-Identifier: Apache-2.0
#include "engine/config/compose.h"

#include "engine/base/file.h"
#include "engine/config/override.h"
#include "engine/config/suggest.h"
#include "engine/config/tree.h"
#include "engine/config/yaml_reader.h"

namespace fathom::config {

namespace {

using detail::ComposeFailure;
using detail::raiseConfig;

std::string fileNameOf(const ComposeRequest& request) {
    const bool hasEnding = request.configName.ends_with(".yaml") || request.configName.ends_with(".yml");
    return hasEnding ? request.configName : request.configName + ".yaml";
}

std::vector<std::string> configNames(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
    return names;
}

Node primaryConfig(const ComposeRequest& request) {
    const std::string name = fileNameOf(request);
    const std::filesystem::path path = request.configPath / name;
    const auto inMemory = request.files.find(name);
    if (inMemory != request.files.end()) {
        Result<Node> node = readYaml(inMemory->second, path.string(), Layer::Yaml);
        if (!node) throw ComposeFailure{node.error()};
        return std::move(*node);
    }
    if (request.files.empty() && !std::filesystem::is_directory(request.configPath))
        raiseConfig("MissingConfigException",
                    "Primary config directory not found.\nCheck that the config directory '" +
                        request.configPath.string() + "' exists and readable",
                    "Correct --config-path");
    if (!std::filesystem::exists(path))
        raiseConfig("MissingConfigException",
                    "Cannot find primary config '" + request.configName +
                        "'. Check that it's in your config search path " + request.configPath.string(),
                    didYouMean(request.configName, configNames(request.configPath),
                               "Correct --config-name or --config-path"));
    const Result<std::string> text = readFile(path);
    if (!text) throw ComposeFailure{text.error()};
    Result<Node> node = readYaml(*text, path.string(), Layer::Yaml);
    if (!node) throw ComposeFailure{node.error()};
    return std::move(*node);
}

Assignment assignmentOf(const ComposeRequest& request, std::size_t index, const Override& override) {
    Assignment made;
    made.layer = index >= request.editedFrom ? Layer::Edited : Layer::CommandLine;
    made.operation = override.kind == OverrideKind::Delete   ? Operation::Delete
                     : override.kind == OverrideKind::Change ? Operation::Set
                                                             : Operation::Add;
    made.argument = static_cast<int>(index);
    made.text = override.input;
    return made;
}

} // namespace

Result<Config> compose(const ComposeRequest& request) {
    try {
        std::vector<Override> overrides;
        for (const std::string& text : request.overrides) {
            Result<Override> parsed = parseOverride(text);
            if (!parsed) return fail(parsed.error());
            overrides.push_back(std::move(*parsed));
        }
        Node root = primaryConfig(request);
        for (std::size_t i = 0; i < overrides.size(); ++i) {
            const Override& override = overrides[i];
            if (override.isSweep())
                raiseConfig("ConfigCompositionException",
                            "Ambiguous value for argument '" + override.input +
                                "'\n1. To use it as a list, use key=[value1,value2]\n2. To use it as string, "
                                "quote the value: key=\\'value1,value2\\'\n3. To sweep over it, add "
                                "--multirun to your command line",
                            {}, override.key);
            detail::applyOverride(root, override, assignmentOf(request, i, override));
        }
        return Config(std::move(root));
    } catch (const ComposeFailure& failure) {
        return fail(failure.error);
    } catch (const std::filesystem::filesystem_error& error) {
        return fail(
            Error{ErrorKind::Usage, "Cannot read the config folder", error.what(), "Check its permissions"});
    }
}

} // namespace fathom::config
