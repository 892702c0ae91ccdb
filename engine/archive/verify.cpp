// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/inspect.h"
#include "engine/config/yaml_reader.h"

#include <unordered_set>

namespace fathom::archive {

namespace {

class Findings {
public:
    void error(std::string text) { list.push_back({Severity::Error, std::move(text)}); }
    void warning(std::string text) { list.push_back({Severity::Warning, std::move(text)}); }
    std::vector<Finding> list{};
};

void checkMembers(const Nemo& nemo, Findings& findings) {
    std::unordered_set<std::string_view> names;
    for (const Member& member : nemo.members()) {
        if (!member.problem.empty())
            findings.warning("member " + member.name + " is never extracted: " + member.problem);
        else if (!names.insert(plainMemberName(member.name)).second)
            findings.warning("member " + member.name + " is there twice; the last one counts");
    }
}

/// Strings that name a member by "nemo:".
void checkReferences(const Value& value, const std::string& key, const Nemo& nemo, Findings& findings) {
    if (value.isString() && value.asString().starts_with("nemo:")) {
        const std::string name = value.asString().substr(5);
        if (!nemo.bytes(name))
            findings.error("the config's " + key + " names the artifact " + name + ", which is missing");
    }
    if (value.isMap())
        for (const auto& [name, child] : value.asMap())
            checkReferences(child, key.empty() ? name : key + '.' + name, nemo, findings);
    if (value.isList())
        for (std::size_t i = 0; i < value.asList().size(); ++i)
            checkReferences(value.asList()[i], key + '.' + std::to_string(i), nemo, findings);
}

void checkConfig(const Nemo& nemo, Findings& findings) {
    const auto config = modelConfig(nemo);
    if (!config) return findings.error(config.error().message());
    if (!config->isMap()) return findings.error("the config is not a map");
    if (config->at("target") == nullptr && config->at("_target_") == nullptr)
        findings.warning("the config names no class (`target`), so only the right class can restore it");
    if (config->at("model") != nullptr)
        findings.warning("the config has a key `model`, which NeMo's constructors refuse");
    checkReferences(*config, {}, nemo, findings);
}

void checkWeights(const Result<std::shared_ptr<const Checkpoint>>& weights, Findings& findings) {
    if (!weights) return findings.error(weights.error().message());
    for (Finding& finding : verify(**weights))
        findings.list.push_back(std::move(finding));
    if ((*weights)->tensors().empty()) findings.warning("the weights hold no tensors");
}

/// The files that a distributed checkpoint's list names are there and long enough.
void checkTorchDistributed(const Nemo& nemo, const WeightPart& part, Findings& findings) {
    const std::string folder = part.name == "." ? std::string() : part.name + '/';
    const auto metadata = nemo.bytes(folder + ".metadata");
    if (!metadata) return findings.error(metadata.error().message());
    const auto read = readTorchDistributed(*metadata, nemo.path().string() + ":" + folder + ".metadata");
    if (!read) return findings.error(read.error().message());
    for (const auto& [name, bytes] : read->files) {
        const auto file = nemo.bytes(folder + name);
        if (!file)
            findings.error("the distributed checkpoint needs " + folder + name + ", which is missing");
        else if (file->size() < bytes)
            findings.error(folder + name + " is shorter than the distributed checkpoint says");
    }
}

void checkParts(const Nemo& nemo, const std::vector<WeightPart>& parts, Findings& findings) {
    findings.warning("the weights are distributed, so only NeMo with Megatron can restore them");
    for (const WeightPart& part : parts) {
        if (part.isCheckpoint())
            checkWeights(nemo.weights(part), findings);
        else if (part.kind == WeightKind::TorchDistributed)
            checkTorchDistributed(nemo, part, findings);
        else if (const auto listed = nemo.listTensors(part); !listed)
            findings.error(listed.error().message());
    }
}

} // namespace

Result<Value> modelConfig(const Nemo& nemo) {
    const auto text = nemo.configYaml();
    if (!text) return fail(text.error());
    auto node = config::readYaml(*text, nemo.path().string() + ":model_config.yaml", config::Layer::Yaml);
    if (!node) {
        Error error = node.error();
        error.kind = ErrorKind::BadInput;
        return fail(std::move(error));
    }
    const config::Config config(std::move(*node));
    auto resolved = config.resolved();
    return resolved ? std::move(resolved) : Result<Value>(config.unresolved());
}

std::vector<Finding> verify(const Checkpoint& checkpoint) {
    Findings findings;
    if (const auto checked = checkpoint.verify(); !checked) findings.error(checked.error().message());
    for (const std::string& global : checkpoint.opaqueGlobals())
        findings.warning("the pickle names " + global +
                         ", which is no data: torch.load refuses it by default");
    return std::move(findings.list);
}

std::vector<Finding> verify(const Nemo& nemo) {
    Findings findings;
    if (nemo.isCompressed() && nemo.compression() != Compression::Gzip)
        findings.warning("it is compressed by " + std::string(name(nemo.compression())) +
                         ", but NeMo reads plain and gzip tars only");
    checkMembers(nemo, findings);
    checkConfig(nemo, findings);
    const std::vector<WeightPart> parts = nemo.weightParts();
    if (!parts.empty() && parts.front().kind != WeightKind::Checkpoint)
        checkParts(nemo, parts, findings);
    else
        checkWeights(nemo.weights(), findings);
    return std::move(findings.list);
}

} // namespace fathom::archive
