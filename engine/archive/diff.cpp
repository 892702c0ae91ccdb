// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/artifact_pairs.h"
#include "engine/archive/config_leaves.h"
#include "engine/archive/inspect.h"

#include <algorithm>
#include <map>

namespace fathom::archive {

namespace {

/// Pairs what both sides name: `before` in its order, then what only `after` has. Null: not there.
template <class T, class Visit>
void pairUp(const std::vector<std::pair<std::string, T>>& before,
            const std::vector<std::pair<std::string, T>>& after, const Visit& visit) {
    std::map<std::string_view, const T*> rest;
    for (const auto& [name, value] : after)
        rest.insert_or_assign(name, &value);
    for (const auto& [name, value] : before) {
        const auto it = rest.find(name);
        visit(name, &value, it == rest.end() ? nullptr : it->second);
        if (it != rest.end()) rest.erase(it);
    }
    for (const auto& [name, value] : after)
        if (rest.erase(name) > 0) visit(name, static_cast<const T*>(nullptr), &value);
}

ChangeKind kindOf(const void* before, const void* after) {
    return before == nullptr  ? ChangeKind::Added
           : after == nullptr ? ChangeKind::Removed
                              : ChangeKind::Changed;
}

Result<Leaves> leavesOf(const Nemo& nemo) {
    const auto config = modelConfig(nemo);
    if (!config) return fail(config.error());
    return leaves(*config);
}

/// What is compared by tensors: the weights, or each model-parallel rank's.
std::vector<WeightPart> checkpointsOf(const Nemo& nemo) {
    std::vector<WeightPart> parts = nemo.weightParts();
    std::erase_if(parts, [](const WeightPart& part) { return !part.isCheckpoint(); });
    return parts;
}

/// All but the config and those.
ArchiveFiles otherFiles(const Nemo& nemo) {
    const std::vector<WeightPart> parts = checkpointsOf(nemo);
    ArchiveFiles files;
    for (const Member& member : nemo.members()) {
        const std::string name(plainMemberName(member.name));
        const bool isWeights = std::any_of(parts.begin(), parts.end(),
                                           [&](const WeightPart& part) { return part.name == name; });
        if (member.type != MemberType::File || name.ends_with("model_config.yaml") || isWeights) continue;
        if (const auto bytes = nemo.bytes(name)) files.push_back({name, *bytes});
    }
    return files;
}

std::string sizeText(const ArchiveFile* file) {
    return file == nullptr ? std::string() : std::to_string(file->bytes.size()) + " bytes";
}

void compareFiles(const std::vector<ArtifactPair>& pairs, NemoDiff& result) {
    for (const auto& [before, after] : pairs) {
        const bool isRenamed = before != nullptr && after != nullptr && before->name != after->name;
        if (before != nullptr && after != nullptr && haveEqualContents(*before, *after)) {
            if (isRenamed) result.renamed.emplace_back(before->name, after->name);
            continue;
        }
        Change change{kindOf(before, after), before != nullptr ? before->name : after->name, sizeText(before),
                      sizeText(after)};
        if (isRenamed) change.after += " as " + after->name;
        result.members.push_back(std::move(change));
    }
}

void compareConfigs(const Leaves& before, const Leaves& after, NemoDiff& result) {
    const std::map<std::string_view, std::string_view> renamed(result.renamed.begin(), result.renamed.end());
    const auto isSameArtifact = [&](const Value& a, const Value& b) {
        const auto it = renamed.find(artifactNamed(a));
        return it != renamed.end() && it->second == artifactNamed(b);
    };
    pairUp(before, after, [&](const std::string& key, const Value* a, const Value* b) {
        if (a != nullptr && b != nullptr && (*a == *b || isSameArtifact(*a, *b))) return;
        const auto text = [](const Value* value) {
            return value == nullptr ? std::string() : toJson(*value);
        };
        result.config.push_back({kindOf(a, b), key, text(a), text(b)});
    });
}

std::string shapeText(const Tensor* tensor) {
    if (tensor == nullptr) return {};
    std::string text(name(tensor->dtype));
    text += '[';
    for (std::size_t i = 0; i < tensor->shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(tensor->shape[i]);
    return text + ']';
}

std::vector<std::pair<std::string, const Tensor*>> byName(const Checkpoint& checkpoint) {
    std::vector<std::pair<std::string, const Tensor*>> list;
    for (const Tensor& tensor : checkpoint.tensors())
        list.emplace_back(tensor.name, &tensor);
    return list;
}

/// `prefix` goes before the tensors' names.
Status compareWeights(const Checkpoint& before, const Checkpoint& after, const std::string& prefix,
                      const ScanOptions& options, NemoDiff& result) {
    std::vector<std::pair<std::string, TensorPair>> rows;
    std::vector<TensorPair> comparable;
    pairUp(byName(before), byName(after),
           [&](const std::string& name, const Tensor* const* a, const Tensor* const* b) {
               rows.emplace_back(name, TensorPair{a != nullptr ? *a : nullptr, b != nullptr ? *b : nullptr});
               if (a != nullptr && b != nullptr && (*a)->shape == (*b)->shape)
                   comparable.emplace_back(*a, *b);
           });
    const auto comparisons = compareTensors(comparable, options);
    if (!comparisons) return fail({ErrorKind::Interrupted, "Interrupted", "", ""});
    auto comparison = comparisons->begin();
    for (const auto& [name, pair] : rows) {
        const auto& [a, b] = pair;
        Change change{kindOf(a, b), prefix + name, shapeText(a), shapeText(b)};
        const bool isComparable = a != nullptr && b != nullptr && a->shape == b->shape;
        const PairComparison known = isComparable ? *comparison++ : PairComparison{};
        std::int64_t& counter = known.isIdentical                    ? result.counts.identical
                                : change.kind == ChangeKind::Added   ? result.counts.added
                                : change.kind == ChangeKind::Removed ? result.counts.removed
                                                                     : result.counts.changed;
        ++counter;
        if (known.isIdentical) continue;
        change.difference = known.difference;
        result.tensors.push_back(std::move(change));
    }
    return {};
}

/// The ranks of two archives by their folders' names. Distributed checkpoints are compared as files.
Status compareRanks(const Nemo& before, const Nemo& after, const ScanOptions& options, NemoDiff& result) {
    const std::vector<WeightPart> others = checkpointsOf(after);
    for (const WeightPart& part : checkpointsOf(before)) {
        const auto other = std::find_if(others.begin(), others.end(), [&](const WeightPart& candidate) {
            return candidate.name == part.name;
        });
        if (other == others.end()) {
            result.members.push_back({ChangeKind::Removed, part.name, std::to_string(part.bytes) + " bytes"});
            continue;
        }
        const auto a = before.weights(part);
        if (!a) return fail(a.error());
        const auto b = after.weights(*other);
        if (!b) return fail(b.error());
        const std::string folder = part.name.substr(0, part.name.rfind('/') + 1);
        if (auto compared = compareWeights(**a, **b, folder, options, result); !compared) return compared;
    }
    const std::vector<WeightPart> parts = checkpointsOf(before);
    for (const WeightPart& part : others)
        if (std::none_of(parts.begin(), parts.end(),
                         [&](const WeightPart& known) { return known.name == part.name; }))
            result.members.push_back(
                {ChangeKind::Added, part.name, {}, std::to_string(part.bytes) + " bytes"});
    return {};
}

bool isDistributed(const Nemo& nemo) {
    const std::vector<WeightPart> parts = nemo.weightParts();
    return !parts.empty() && parts.front().kind != WeightKind::Checkpoint;
}

Status compareAllWeights(const Nemo& before, const Nemo& after, const ScanOptions& options,
                         NemoDiff& result) {
    if (isDistributed(before) && isDistributed(after)) return compareRanks(before, after, options, result);
    const auto weightsBefore = before.weights();
    if (!weightsBefore) return fail(weightsBefore.error());
    const auto weightsAfter = after.weights();
    if (!weightsAfter) return fail(weightsAfter.error());
    return compareWeights(**weightsBefore, **weightsAfter, {}, options, result);
}

} // namespace

Result<NemoDiff> diff(const Nemo& before, const Nemo& after, const ScanOptions& options) {
    const auto leavesBefore = leavesOf(before);
    if (!leavesBefore) return fail(leavesBefore.error());
    const auto leavesAfter = leavesOf(after);
    if (!leavesAfter) return fail(leavesAfter.error());
    NemoDiff result;
    const ArchiveFiles filesBefore = otherFiles(before);
    const ArchiveFiles filesAfter = otherFiles(after);
    compareFiles(pairArtifacts({filesBefore, *leavesBefore}, {filesAfter, *leavesAfter}), result);
    compareConfigs(*leavesBefore, *leavesAfter, result);
    if (auto compared = compareAllWeights(before, after, options, result); !compared)
        return fail(compared.error());
    return result;
}

Result<NemoDiff> diff(const Checkpoint& before, const Checkpoint& after, const ScanOptions& options) {
    NemoDiff result;
    if (auto compared = compareWeights(before, after, {}, options, result); !compared)
        return fail(compared.error());
    return result;
}

Result<NemoDiff> diff(const std::filesystem::path& before, const std::filesystem::path& after,
                      const OpenOptions& options) {
    if (isCheckpointFile(before) || isCheckpointFile(after)) {
        const auto weightsBefore = openWeights(before, options);
        if (!weightsBefore) return fail(weightsBefore.error());
        const auto weightsAfter = openWeights(after, options);
        if (!weightsAfter) return fail(weightsAfter.error());
        return diff(**weightsBefore, **weightsAfter, {.stop = options.stop});
    }
    const auto nemoBefore = Nemo::open(before, options);
    if (!nemoBefore) return fail(nemoBefore.error());
    const auto nemoAfter = Nemo::open(after, options);
    if (!nemoAfter) return fail(nemoAfter.error());
    return diff(*nemoBefore, *nemoAfter, {.stop = options.stop});
}

} // namespace fathom::archive
