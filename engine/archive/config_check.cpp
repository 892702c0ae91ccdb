// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/config_check.h"

#include "engine/archive/config_leaves.h"
#include "engine/archive/nemo_state.h"
#include "engine/archive/suspicion.h"

#include <algorithm>

namespace fathom::archive {

namespace {

/// "a.b.C": what Python could import.
bool isDottedName(const std::string& text) {
    return text.find('.') != std::string::npos && text.find_first_of(" /:$") == std::string::npos;
}

/// `_target_` anywhere, and `target` of the model and its parts.
bool namesClass(const std::string& key, const std::string& text) {
    const std::string name = key.substr(key.rfind('.') + 1);
    return name == "_target_" || (name == "target" && isDottedName(text));
}

} // namespace

std::vector<Finding> checkModelConfig(const Value& config, const std::vector<std::string>& files) {
    std::vector<Finding> findings;
    if (!config.isMap()) return {{Severity::Error, "the config is not a map"}};
    if (config.asMap().find("model") != nullptr)
        findings.push_back(
            {Severity::Error, "the config has a key `model`, which NeMo's constructors refuse"});
    if (config.asMap().find("target") == nullptr && config.asMap().find("_target_") == nullptr)
        findings.push_back({Severity::Warning,
                            "the config names no class (`target`), so only the right class can restore it"});
    for (const auto& [key, value] : leaves(config)) {
        if (!value.isString()) continue;
        const std::string& text = value.asString();
        if (namesClass(key, text) && !isAllowedTarget(text))
            findings.push_back({Severity::Warning, "the config's " + key + " is " + text +
                                                       ", which is no class of a model: NeMo 3.0 blocks it"});
        if (!text.starts_with(kArtifactPrefix)) continue;
        const std::string file = text.substr(kArtifactPrefix.size());
        if (std::find(files.begin(), files.end(), file) == files.end())
            findings.push_back({Severity::Error, "the config's " + key + " names the artifact " + file +
                                                     ", which is missing"});
    }
    return findings;
}

} // namespace fathom::archive
