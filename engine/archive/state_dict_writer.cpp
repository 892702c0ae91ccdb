// SPDX-License-Identifier: Apache-2.0
// Order of opcodes: torch/serialization.py, torch/_tensor.py (__reduce_ex__) and CPython's _pickle.c.
#include "engine/archive/state_dict_writer.h"

#include "engine/archive/float_convert.h"
#include "engine/archive/pickle_writer.h"
#include "engine/archive/torch_zip_writer.h"

#include <map>
#include <tuple>
#include <unordered_set>

namespace fathom::archive {

namespace {

constexpr std::size_t kBatch = 1000; // items that one SETITEMS takes

/// The storage class of a dtype; empty for those that torch writes untyped.
std::string_view storageClass(DType dtype) {
    switch (dtype) {
    case DType::Float32:
        return "FloatStorage";
    case DType::Float64:
        return "DoubleStorage";
    case DType::Float16:
        return "HalfStorage";
    case DType::BFloat16:
        return "BFloat16Storage";
    case DType::Int8:
        return "CharStorage";
    case DType::Int16:
        return "ShortStorage";
    case DType::Int32:
        return "IntStorage";
    case DType::Int64:
        return "LongStorage";
    case DType::UInt8:
        return "ByteStorage";
    case DType::Bool:
        return "BoolStorage";
    case DType::Complex64:
        return "ComplexFloatStorage";
    case DType::Complex128:
        return "ComplexDoubleStorage";
    case DType::UInt16:
    case DType::UInt32:
    case DType::UInt64:
    case DType::Float8E4M3:
    case DType::Float8E5M2:
        return {};
    }
    return {};
}

Error unusable(const Tensor& tensor, std::string why) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot write the tensor " + tensor.name,
            .why = std::move(why),
            .remedy = "Give each tensor its own name, and bytes that fit its shape and stride"};
}

/// Elements from the first to the last that are reached, or -1.
std::int64_t reach(const Tensor& tensor) {
    if (tensor.shape.size() != tensor.stride.size()) return -1;
    std::int64_t last = 0;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        std::int64_t step = 0;
        if (tensor.shape[i] < 0 || tensor.stride[i] < 0) return -1;
        if (tensor.shape[i] == 0) return 0;
        if (__builtin_mul_overflow(tensor.shape[i] - 1, tensor.stride[i], &step) ||
            __builtin_add_overflow(last, step, &last))
            return -1;
    }
    return last + 1;
}

std::span<const std::byte> storageOf(const Tensor& tensor) {
    const auto* begin = tensor.storageBytes.data();
    const bool isInside = !tensor.storageBytes.empty() && tensor.bytes.data() >= begin &&
                          tensor.bytes.data() + tensor.bytes.size() <= begin + tensor.storageBytes.size();
    return isInside ? tensor.storageBytes : tensor.bytes;
}

/// Writes "(OrderedDict(), items…)" pieces; `item(i)` writes key and value.
template <class Item> void orderedDict(PickleWriter& pickle, std::size_t count, const Item& item) {
    pickle.global("collections", "OrderedDict");
    pickle.op(')');
    pickle.op('R');
    pickle.memoize();
    for (std::size_t first = 0; first < count; first += kBatch) {
        const std::size_t end = std::min(first + kBatch, count);
        const bool isSingle = end - first == 1;
        if (!isSingle) pickle.op('(');
        for (std::size_t i = first; i < end; ++i)
            item(i);
        pickle.op(isSingle ? 's' : 'u');
    }
}

void rebuiltTensor(PickleWriter& pickle, const StateDictEntry& entry, const std::string& storageKey,
                   std::span<const std::byte> storage) {
    const Tensor& tensor = entry.tensor;
    const std::string_view type = storageClass(entry.dtype);
    const auto item = static_cast<std::int64_t>(itemSize(tensor.dtype));
    const auto storageBytes = static_cast<std::int64_t>(storage.size());
    pickle.global("torch._utils", type.empty() ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
    pickle.op('(');
    pickle.op('(');
    pickle.shared("storage");
    if (type.empty())
        pickle.global("torch.storage", "UntypedStorage");
    else
        pickle.global("torch", type);
    pickle.shared(storageKey);
    pickle.shared("cpu");
    pickle.integer(type.empty() ? storageBytes : storageBytes / item);
    pickle.op('t');
    pickle.memoize();
    pickle.op('Q');
    pickle.integer(storage.empty() ? 0 : (tensor.bytes.data() - storage.data()) / item);
    pickle.integers(tensor.shape);
    pickle.integers(tensor.stride);
    pickle.op('\x89');                          // requires_grad
    orderedDict(pickle, 0, [](std::size_t) {}); // backward hooks
    if (type.empty()) pickle.global("torch", name(entry.dtype));
    pickle.op('t');
    pickle.memoize();
    pickle.op('R');
    pickle.memoize();
}

void metadata(PickleWriter& pickle, const std::vector<ModuleVersion>& modules) {
    pickle.op('}');
    pickle.memoize();
    pickle.shared("_metadata");
    orderedDict(pickle, modules.size(), [&](std::size_t i) {
        pickle.text(modules[i].path);
        pickle.op('}');
        pickle.memoize();
        pickle.shared("version");
        pickle.integer(modules[i].version);
        pickle.op('s');
    });
    pickle.op('s');
    pickle.op('b');
}

} // namespace

Result<StateDictWriter> StateDictWriter::prepare(const std::vector<Tensor>& tensors,
                                                 const std::vector<ModuleVersion>& modules,
                                                 std::string archiveName) {
    std::vector<StateDictEntry> entries;
    entries.reserve(tensors.size());
    for (const Tensor& tensor : tensors)
        entries.push_back({tensor, tensor.dtype});
    return prepare(entries, modules, std::move(archiveName));
}

Result<StateDictWriter> StateDictWriter::prepare(const std::vector<StateDictEntry>& entries,
                                                 const std::vector<ModuleVersion>& modules,
                                                 std::string archiveName) {
    StateDictWriter writer;
    writer.m_archiveName = std::move(archiveName);
    std::unordered_set<std::string_view> names;
    for (const auto& [tensor, dtype] : entries) {
        if (!names.insert(tensor.name).second)
            return fail(unusable(tensor, "another tensor has the same name"));
        if (dtype != tensor.dtype && !(isConvertible(dtype) && isConvertible(tensor.dtype)))
            return fail(unusable(tensor, "it cannot be converted to " + std::string(name(dtype))));
        const std::int64_t elements = reach(tensor);
        if (elements < 0 ||
            static_cast<std::uint64_t>(elements) > tensor.bytes.size() / itemSize(tensor.dtype))
            return fail(unusable(tensor, "its bytes are fewer than its shape and stride reach"));
    }
    std::map<std::tuple<const std::byte*, std::size_t, DType, DType>, std::size_t> known;
    PickleWriter pickle;
    orderedDict(pickle, entries.size(), [&](std::size_t i) {
        const auto& [tensor, dtype] = entries[i];
        const std::span<const std::byte> storage = storageOf(tensor);
        std::size_t number = writer.m_storages.size();
        if (tensor.storage >= 0 && !storage.empty())
            number = known.try_emplace({storage.data(), storage.size(), tensor.dtype, dtype}, number)
                         .first->second;
        if (number == writer.m_storages.size())
            writer.m_storages.push_back({storage, tensor.owner, tensor.dtype, dtype});
        pickle.text(tensor.name);
        rebuiltTensor(pickle, entries[i], std::to_string(number), storage);
    });
    if (!modules.empty()) metadata(pickle, modules);
    writer.m_pickle = pickle.finish();
    return writer;
}

Status StateDictWriter::run(TorchZipWriter& zip) const {
    if (auto added = zip.add("data.pkl", asBytes(m_pickle)); !added) return added;
    if (auto added = zip.add(".format_version", asBytes("1")); !added) return added;
    if (auto added = zip.add(".storage_alignment", asBytes("64")); !added) return added;
    if (auto added = zip.add("byteorder", asBytes("little")); !added) return added;
    for (std::size_t i = 0; i < m_storages.size(); ++i) {
        const Storage& storage = m_storages[i];
        const std::uint64_t bytes = storage.bytes.size() / itemSize(storage.from) * itemSize(storage.to);
        const auto produce = [&](const Sink& sink) {
            return convertFloats(storage.bytes, storage.from, storage.to, sink);
        };
        const std::uint64_t whole = storage.from == storage.to ? storage.bytes.size() : bytes;
        if (auto added = zip.add("data/" + std::to_string(i), whole, produce); !added) return added;
    }
    return zip.finish();
}

std::uint64_t StateDictWriter::bytes() const {
    TorchZipWriter zip(m_archiveName, {});
    (void)run(zip); // counting cannot fail
    return zip.size();
}

Status StateDictWriter::write(const Sink& sink) const {
    TorchZipWriter zip(m_archiveName, sink);
    return run(zip);
}

Result<std::string> serializeStateDict(const std::vector<Tensor>& tensors,
                                       const std::vector<ModuleVersion>& modules,
                                       const std::string& archiveName) {
    const auto writer = StateDictWriter::prepare(tensors, modules, archiveName);
    if (!writer) return fail(writer.error());
    std::string out;
    out.reserve(static_cast<std::size_t>(writer->bytes()));
    const auto written = writer->write([&](std::span<const std::byte> bytes) -> Status {
        out.append(asText(bytes));
        return {};
    });
    if (!written) return fail(written.error());
    return out;
}

} // namespace fathom::archive
