// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/config_check.h"
#include "engine/archive/config_leaves.h"
#include "engine/archive/inspect.h"
#include "engine/archive/suspicion.h"
#include "engine/config/yaml_reader.h"

#include <algorithm>
#include <unordered_set>

namespace fathom::archive {

namespace {

class Findings {
public:
    void error(std::string text) { list.push_back({Severity::Error, std::move(text)}); }
    void warning(std::string text) { list.push_back({Severity::Warning, std::move(text)}); }
    std::vector<Finding> list{};
};

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void checkMembers(const Nemo& nemo, Findings& findings) {
    std::unordered_set<std::string_view> names;
    for (const Member& member : nemo.members()) {
        if (!member.problem.empty())
            findings.warning("member " + member.name + " is never extracted: " + member.problem);
        else if (!names.insert(plainMemberName(member.name)).second)
            findings.warning("member " + member.name + " is there twice; the last one counts");
        if (std::any_of(member.name.begin(), member.name.end(), isControl))
            findings.warning("member " + member.name +
                             " has control characters in its name, which a terminal obeys");
    }
}

std::vector<std::string> safeFiles(const Nemo& nemo) {
    std::vector<std::string> files;
    for (const Member& member : nemo.members())
        if (member.type == MemberType::File && member.problem.empty())
            files.emplace_back(plainMemberName(member.name));
    return files;
}

Result<config::Config> parseConfig(const Nemo& nemo) {
    const auto text = nemo.configYaml();
    if (!text) return fail(text.error());
    auto node = config::readYaml(*text, nemo.path().string() + ":model_config.yaml", config::Layer::Yaml);
    if (!node) {
        Error error = node.error();
        error.kind = ErrorKind::BadInput;
        return fail(std::move(error));
    }
    return config::Config(std::move(*node));
}

/// NeMo resolves interpolations before it saves, so any is odd.
void checkInterpolations(const config::Config& config, Findings& findings) {
    for (const auto& [key, value] : leaves(config.unresolved()))
        if (value.isString() && value.asString().find("${oc.env:") != std::string::npos)
            findings.warning("the config's " + key + " asks for the environment of whoever loads it");
    if (const auto resolved = config.resolved(); !resolved)
        findings.warning("the config's interpolations cannot be resolved: " + resolved.error().why);
}

void checkConfig(const Nemo& nemo, Findings& findings) {
    const auto parsed = parseConfig(nemo);
    if (!parsed) return findings.error(parsed.error().message());
    checkInterpolations(*parsed, findings);
    const auto config = modelConfig(nemo);
    if (!config) return findings.error(config.error().message());
    for (Finding& finding : checkModelConfig(*config, safeFiles(nemo)))
        findings.list.push_back(std::move(finding));
}

/// Tensors that say far more than their storages hold: legal by strides of 0, and a trap for whoever copies.
void checkExpansion(const Checkpoint& checkpoint, Findings& findings) {
    constexpr std::uint64_t kSuspicious = std::uint64_t{1} << 30;
    std::uint64_t expanded = 0;
    for (const Tensor& tensor : checkpoint.tensors())
        if (tensor.byteCount() > tensor.bytes.size()) expanded += tensor.byteCount() - tensor.bytes.size();
    if (expanded > kSuspicious)
        findings.warning("its tensors say to have " + std::to_string(expanded) +
                         " bytes more than they do, by strides of 0");
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
    const auto config = parseConfig(nemo);
    if (!config) return fail(config.error());
    auto resolved = config->resolved();
    return resolved ? std::move(resolved) : Result<Value>(config->unresolved());
}

std::vector<Finding> verify(const Checkpoint& checkpoint) {
    Findings findings;
    if (const auto checked = checkpoint.verify(); !checked) findings.error(checked.error().message());
    for (const std::string& global : checkpoint.opaqueGlobals()) {
        if (runsCode(global))
            findings.error("the pickle names " + global +
                           ", by which loading it can run a program: do not load it with weights_only=False");
        else
            findings.warning("the pickle names " + global +
                             ", which is no data: torch.load refuses it by default");
    }
    if (!isReasonable(checkpoint.root()))
        findings.warning("its contents nest deeper than 100 levels or stand for more than a million values, "
                         "which no training saves");
    checkExpansion(checkpoint, findings);
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
