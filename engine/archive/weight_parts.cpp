// SPDX-License-Identifier: Apache-2.0
// Names of folders: nemo/utils/model_utils.py (inject_model_parallel_rank) and Megatron's dist_checkpointing.
#include "engine/archive/weight_parts.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/pickle_machine.h"
#include "engine/base/value.h"

#include <algorithm>
#include <array>
#include <map>

namespace fathom::archive {

namespace {

constexpr std::string_view kWeights = "model_weights.ckpt";

std::string_view folderOf(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
}

std::string_view lastPart(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

/// Takes "<word><digits>" off the front.
bool takeRank(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    const std::size_t end = std::min(text.find_first_not_of("0123456789", word.size()), text.size());
    if (end == word.size()) return false;
    text.remove_prefix(end);
    return true;
}

struct FolderContents {
    WeightKind kind = WeightKind::TorchDistributed;
    std::size_t pieces = 0; ///< *.distcp files, or tensors
    std::uint64_t bytes = 0;
};

/// Folders that hold a distributed checkpoint.
std::map<std::string, FolderContents, std::less<>> findFolders(const std::vector<Member>& members) {
    std::map<std::string, FolderContents, std::less<>> folders;
    for (const Member& member : members) {
        if (member.type != MemberType::File) continue;
        const std::string_view name = plainMemberName(member.name);
        if (lastPart(name) == ".metadata")
            folders.try_emplace(std::string(folderOf(name)));
        else if (lastPart(name) == ".zarray")
            folders.try_emplace(std::string(folderOf(folderOf(name)))).first->second.kind = WeightKind::Zarr;
    }
    const auto count = [&](std::string_view folder, WeightKind kind, const Member& member) {
        const auto it = folders.find(folder);
        if (it == folders.end() || (kind == WeightKind::Zarr && it->second.kind != kind)) return;
        const std::string_view piece = it->second.kind == WeightKind::Zarr ? ".zarray" : ".distcp";
        it->second.bytes += member.bytes;
        it->second.pieces += member.name.ends_with(piece) ? 1 : 0;
    };
    for (const Member& member : members) {
        const std::string_view folder = folderOf(plainMemberName(member.name));
        count(folder, WeightKind::TorchDistributed, member);
        if (!folder.empty()) count(folderOf(folder), WeightKind::Zarr, member);
    }
    std::erase_if(folders, [](const auto& entry) { return entry.second.pieces == 0; });
    return folders;
}

std::string counted(std::size_t count, const char* word) {
    return std::to_string(count) + ' ' + word + (count == 1 ? "" : "s");
}

std::string describe(const FolderContents& contents) {
    if (contents.kind == WeightKind::Zarr)
        return "distributed checkpoint of Megatron in zarr format, " + counted(contents.pieces, "tensor");
    return "distributed checkpoint of torch, sharded over " + counted(contents.pieces, "file");
}

/// Adds the tensor of one entry of state_dict_metadata; entries that are no tensors have no "size".
void addListed(const PickleValue& key, const PickleValue& value, std::vector<ListedTensor>& list) {
    const PickleValue state = value.state();
    const auto size = state.find("size");
    const auto properties = state.find("properties");
    if (!key.isString() || !size || !properties) return;
    ListedTensor tensor{.name = std::string(key.text())};
    for (std::size_t i = 0; i < size->size(); ++i)
        tensor.shape.push_back(size->at(i).toInt().value_or(0));
    const PickleValue fields = properties->state(); // a tuple that begins with the dtype, or a dict
    const auto dtype = fields.find("dtype");
    if (dtype)
        tensor.dtype = dtype->text();
    else if (fields.size() > 0)
        tensor.dtype = fields.at(0).text();
    if (tensor.dtype.starts_with("torch.")) tensor.dtype.erase(0, 6);
    if (const auto chunks = state.find("chunks")) tensor.pieces = static_cast<std::int64_t>(chunks->size());
    list.push_back(std::move(tensor));
}

/// A _StorageInfo: relative_path, offset, length.
void addFile(const PickleValue& piece, std::map<std::string, std::uint64_t>& files) {
    const auto number = [&](const char* key) {
        const auto field = piece.find(key);
        return field ? field->toInt().value_or(0) : 0;
    };
    const auto path = piece.find("relative_path");
    std::int64_t end = 0;
    if (!path || __builtin_add_overflow(number("offset"), number("length"), &end) || end < 0) return;
    std::uint64_t& bytes = files[std::string(path->text())];
    bytes = std::max(bytes, static_cast<std::uint64_t>(end));
}

/// numpy's "<f4" as PyTorch calls it.
std::string dtypeOfZarr(const std::string& text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kNames{{{"<f4", "float32"},
                                                                                    {"<f8", "float64"},
                                                                                    {"<f2", "float16"},
                                                                                    {"bfloat16", "bfloat16"},
                                                                                    {"<i8", "int64"},
                                                                                    {"<i4", "int32"},
                                                                                    {"<i2", "int16"},
                                                                                    {"|i1", "int8"},
                                                                                    {"|u1", "uint8"},
                                                                                    {"|b1", "bool"},
                                                                                    {"<u2", "uint16"},
                                                                                    {"<u4", "uint32"}}};
    const auto it =
        std::find_if(kNames.begin(), kNames.end(), [&](const auto& row) { return row.first == text; });
    return it == kNames.end() ? text : std::string(it->second);
}

Error unreadable(const std::string& label, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the list of tensors",
            .why = std::move(why),
            .remedy = "Copy or download the archive again",
            .file = label};
}

} // namespace

std::string_view name(WeightKind kind) {
    constexpr std::string_view kNames[]{"checkpoint", "rank", "torch_dist", "zarr"};
    return kNames[static_cast<std::size_t>(kind)];
}

bool isRankFolder(std::string_view folder) {
    bool hasRank = takeRank(folder, "mp_rank_");
    if (!hasRank && takeRank(folder, "tp_rank_")) hasRank = takeRank(folder, "_pp_rank_");
    if (hasRank && takeRank(folder, "_fsdp_shard_")) return folder.empty();
    return (hasRank || takeRank(folder, "fsdp_shard_")) && folder.empty();
}

std::vector<WeightPart> findWeightParts(const std::vector<Member>& members) {
    std::vector<WeightPart> parts;
    std::size_t ranks = 0;
    for (const Member& member : members) {
        const std::string_view plain = plainMemberName(member.name);
        if (member.type != MemberType::File || !member.problem.empty() || lastPart(plain) != kWeights)
            continue;
        const bool isRank = isRankFolder(lastPart(folderOf(plain)));
        ranks += isRank ? 1 : 0;
        WeightPart part{isRank ? WeightKind::ModelParallelRank : WeightKind::Checkpoint, std::string(plain),
                        "all weights in one file", member.bytes};
        if (isRank) part.description = "weights of one model-parallel rank";
        parts.push_back(std::move(part));
    }
    for (WeightPart& part : parts)
        if (part.kind == WeightKind::ModelParallelRank)
            part.description += " of " + std::to_string(ranks) + ": slices of tensors, or some of the layers";
    for (const auto& [folder, contents] : findFolders(members))
        parts.push_back({contents.kind, folder.empty() ? "." : folder, describe(contents), contents.bytes});
    return parts;
}

Result<TorchDistributed> readTorchDistributed(std::span<const std::byte> metadata, const std::string& label) {
    const auto document = std::make_shared<PickleDocument>();
    std::size_t position = 0;
    const auto root = PickleMachine(*document, metadata, label).run(position);
    if (!root) return fail(root.error());
    const PickleValue state = PickleValue(document, *root).state();
    const auto entries = state.find("state_dict_metadata");
    if (!entries) return fail(unreadable(label, "it is not the metadata of torch.distributed.checkpoint"));
    TorchDistributed result;
    for (std::size_t i = 0; i < entries->size(); ++i)
        addListed(entries->keyAt(i), entries->at(i), result.tensors);
    const auto stored = state.find("storage_data");
    for (std::size_t i = 0; stored && i < stored->size(); ++i)
        addFile(stored->at(i).state(), result.files);
    return result;
}

Result<ListedTensor> readZarray(std::string name, std::span<const std::byte> json, const std::string& label) {
    const auto value = fromJson(asText(json));
    const Value* shape = value ? value->at("shape") : nullptr;
    const Value* dtype = value ? value->at("dtype") : nullptr;
    if (shape == nullptr || !shape->isList() || dtype == nullptr || !dtype->isString())
        return fail(unreadable(label, "its .zarray has no shape and dtype"));
    ListedTensor tensor{.name = std::move(name), .dtype = dtypeOfZarr(dtype->asString())};
    for (const Value& extent : shape->asList())
        tensor.shape.push_back(extent.isInt() ? extent.asInt() : 0);
    const Value* chunks = value->at("chunks");
    for (std::size_t i = 0; chunks != nullptr && chunks->isList() && i < tensor.shape.size(); ++i) {
        if (i >= chunks->asList().size() || !chunks->asList()[i].isInt()) continue;
        const std::int64_t size = std::max<std::int64_t>(1, chunks->asList()[i].asInt());
        const std::int64_t along = tensor.shape[i] / size + (tensor.shape[i] % size > 0 ? 1 : 0);
        if (along > 1 && __builtin_mul_overflow(tensor.pieces, along, &tensor.pieces))
            return fail(unreadable(label, "its .zarray has an impossible shape"));
    }
    return tensor;
}

} // namespace fathom::archive
