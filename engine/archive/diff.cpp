// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/inspect.h"
#include "engine/archive/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstring>
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

using Leaves = std::vector<std::pair<std::string, Value>>;

/// Scalars and empty containers by their dotted keys.
void flatten(const Value& value, const std::string& key, Leaves& leaves) {
    const auto join = [&](const std::string& name) { return key.empty() ? name : key + '.' + name; };
    if (value.isMap() && !value.asMap().empty()) {
        for (const auto& [name, child] : value.asMap())
            flatten(child, join(name), leaves);
    } else if (value.isList() && !value.asList().empty()) {
        for (std::size_t i = 0; i < value.asList().size(); ++i)
            flatten(value.asList()[i], join(std::to_string(i)), leaves);
    } else {
        leaves.emplace_back(key, value);
    }
}

Result<Leaves> configLeaves(const Nemo& nemo) {
    const auto config = modelConfig(nemo);
    if (!config) return fail(config.error());
    Leaves leaves;
    flatten(*config, {}, leaves);
    return leaves;
}

using Files = std::vector<std::pair<std::string, std::span<const std::byte>>>;

Files otherFiles(const Nemo& nemo) {
    Files files;
    for (const Member& member : nemo.members()) {
        const std::string name(plainMemberName(member.name));
        if (member.type != MemberType::File || name.ends_with("model_config.yaml") ||
            name.ends_with("model_weights.ckpt"))
            continue;
        if (const auto bytes = nemo.bytes(name)) files.emplace_back(name, *bytes);
    }
    return files;
}

std::string sizeText(const std::span<const std::byte>* bytes) {
    return bytes == nullptr ? std::string() : std::to_string(bytes->size()) + " bytes";
}

std::string shapeText(const Tensor* tensor) {
    if (tensor == nullptr) return {};
    std::string text(name(tensor->dtype));
    text += '[';
    for (std::size_t i = 0; i < tensor->shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(tensor->shape[i]);
    return text + ']';
}

/// Largest |a - b|; NaN against a number counts as infinite. Nothing for complex dtypes.
std::optional<double> largestDifference(const Tensor& a, const Tensor& b) {
    for (const DType dtype : {a.dtype, b.dtype})
        if (dtype == DType::Complex64 || dtype == DType::Complex128) return std::nullopt;
    const std::vector<std::byte> left = a.contiguousBytes();
    const std::vector<std::byte> right = b.contiguousBytes();
    double largest = 0;
    for (std::int64_t i = 0; i < a.elementCount(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double x = elementValue(a.dtype, std::span(left).subspan(at * itemSize(a.dtype)));
        const double y = elementValue(b.dtype, std::span(right).subspan(at * itemSize(b.dtype)));
        if (x == y || (std::isnan(x) && std::isnan(y))) continue;
        const double difference = std::fabs(x - y);
        largest = std::isnan(difference) ? HUGE_VAL : std::max(largest, difference);
    }
    return largest;
}

std::vector<std::pair<std::string, const Tensor*>> byName(const Checkpoint& checkpoint) {
    std::vector<std::pair<std::string, const Tensor*>> list;
    for (const Tensor& tensor : checkpoint.tensors())
        list.emplace_back(tensor.name, &tensor);
    return list;
}

std::vector<Change> tensorChanges(const Checkpoint& before, const Checkpoint& after) {
    std::vector<Change> changes;
    pairUp(byName(before), byName(after),
           [&](const std::string& name, const Tensor* const* a, const Tensor* const* b) {
               Change change{kindOf(a, b), name, shapeText(a != nullptr ? *a : nullptr),
                             shapeText(b != nullptr ? *b : nullptr)};
               if (a != nullptr && b != nullptr) {
                   const bool sameShape = (*a)->shape == (*b)->shape;
                   if (sameShape && (*a)->dtype == (*b)->dtype &&
                       (*a)->contiguousBytes() == (*b)->contiguousBytes())
                       return;
                   if (sameShape) change.largestDifference = largestDifference(**a, **b);
               }
               changes.push_back(std::move(change));
           });
    return changes;
}

} // namespace

Result<NemoDiff> diff(const Nemo& before, const Nemo& after) {
    NemoDiff result;
    pairUp(otherFiles(before), otherFiles(after), [&](const std::string& name, const auto* a, const auto* b) {
        if (a != nullptr && b != nullptr && std::equal(a->begin(), a->end(), b->begin(), b->end())) return;
        result.members.push_back({kindOf(a, b), name, sizeText(a), sizeText(b)});
    });
    const auto leavesBefore = configLeaves(before);
    if (!leavesBefore) return fail(leavesBefore.error());
    const auto leavesAfter = configLeaves(after);
    if (!leavesAfter) return fail(leavesAfter.error());
    pairUp(*leavesBefore, *leavesAfter, [&](const std::string& key, const Value* a, const Value* b) {
        if (a != nullptr && b != nullptr && *a == *b) return;
        const auto text = [](const Value* value) {
            return value == nullptr ? std::string() : toJson(*value);
        };
        result.config.push_back({kindOf(a, b), key, text(a), text(b)});
    });
    const auto weightsBefore = before.weights();
    if (!weightsBefore) return fail(weightsBefore.error());
    const auto weightsAfter = after.weights();
    if (!weightsAfter) return fail(weightsAfter.error());
    result.tensors = tensorChanges(**weightsBefore, **weightsAfter);
    return result;
}

} // namespace fathom::archive
