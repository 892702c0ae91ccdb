// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/nemo_json.h"

#include "engine/archive/statistics.h"
#include "engine/base/checksum.h"

namespace fathom::cli {

namespace {

Value integers(const std::vector<std::int64_t>& values) {
    Value::List list;
    for (const std::int64_t value : values)
        list.emplace_back(value);
    return Value(std::move(list));
}

Value statisticsOf(const archive::Tensor& tensor) {
    const auto numbers = archive::statistics(tensor);
    if (!numbers) return {};
    const bool isEmpty = numbers->count == numbers->nans + numbers->infinities;
    const auto finite = [&](double value) { return isEmpty ? Value{} : Value(value); };
    return Value(Value::Map{{"min", finite(numbers->minimum)},
                            {"max", finite(numbers->maximum)},
                            {"mean", finite(numbers->mean)},
                            {"std", finite(numbers->standardDeviation)},
                            {"norm", finite(numbers->norm)},
                            {"zeros", numbers->zeros},
                            {"nan", numbers->nans},
                            {"inf", numbers->infinities}});
}

Value changes(const std::vector<archive::Change>& list) {
    Value::List objects;
    for (const archive::Change& change : list) {
        const auto side = [](const std::string& text) { return text.empty() ? Value{} : Value(text); };
        Value::Map object{{"change", std::string(name(change.kind))},
                          {"name", change.name},
                          {"before", side(change.before)},
                          {"after", side(change.after)}};
        if (change.difference) {
            object.set("norm_diff", change.difference->norm);
            object.set("cosine", change.difference->cosine);
            object.set("max_abs_diff", change.difference->largest);
        }
        objects.emplace_back(std::move(object));
    }
    return Value(std::move(objects));
}

} // namespace

std::string_view name(archive::MemberType type) {
    switch (type) {
    case archive::MemberType::File:
        return "file";
    case archive::MemberType::Directory:
        return "dir";
    case archive::MemberType::Link:
        return "link";
    case archive::MemberType::Other:
        return "other";
    }
    return "other";
}

std::string_view name(archive::ChangeKind kind) {
    switch (kind) {
    case archive::ChangeKind::Added:
        return "added";
    case archive::ChangeKind::Removed:
        return "removed";
    case archive::ChangeKind::Changed:
        return "changed";
    }
    return "changed";
}

Value::Map toJsonObject(const archive::Member& member) {
    return {{"name", member.name},
            {"type", std::string(name(member.type))},
            {"bytes", static_cast<std::int64_t>(member.bytes)},
            {"offset", static_cast<std::int64_t>(member.offset)},
            {"mode", static_cast<std::int64_t>(member.mode)},
            {"mtime", member.mtime},
            {"problem", member.problem.empty() ? Value{} : Value(member.problem)}};
}

std::string md5Of(const archive::Tensor& tensor) {
    Hasher hasher(Digest::Md5);
    tensor.visitContiguous([&](std::span<const std::byte> piece) { hasher.update(piece); });
    return hasher.hex();
}

Value::Map toJsonObject(const archive::Tensor& tensor, const TensorColumns& columns) {
    Value::Map object{{"name", tensor.name},
                      {"dtype", std::string(archive::name(tensor.dtype))},
                      {"shape", integers(tensor.shape)},
                      {"stride", integers(tensor.stride)},
                      {"bytes", static_cast<std::int64_t>(tensor.byteCount())}};
    if (columns.md5) object.set("md5", md5Of(tensor));
    if (columns.statistics) object.set("stats", statisticsOf(tensor));
    return object;
}

Value::Map toJsonObject(const archive::WeightPart& part) {
    return {{"kind", std::string(name(part.kind))},
            {"name", part.name},
            {"description", part.description},
            {"bytes", static_cast<std::int64_t>(part.bytes)}};
}

Value::Map toJsonObject(const archive::ListedTensor& tensor) {
    return {{"name", tensor.name},
            {"dtype", tensor.dtype},
            {"shape", integers(tensor.shape)},
            {"pieces", tensor.pieces}};
}

Value::Map toJsonObject(const archive::NemoDiff& diff) {
    Value::List renamed;
    for (const auto& [before, after] : diff.renamed)
        renamed.emplace_back(Value::Map{{"before", before}, {"after", after}});
    return {{"equal", diff.isEmpty()},
            {"summary", Value(Value::Map{{"identical", diff.counts.identical},
                                         {"changed", diff.counts.changed},
                                         {"added", diff.counts.added},
                                         {"removed", diff.counts.removed}})},
            {"members", changes(diff.members)},
            {"config", changes(diff.config)},
            {"tensors", changes(diff.tensors)},
            {"renamed", Value(std::move(renamed))}};
}

} // namespace fathom::cli
