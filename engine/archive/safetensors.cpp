// SPDX-License-Identifier: Apache-2.0
// What is refused: `SafeTensors::deserialize` and `Metadata::validate` of the format's Rust library.
#include "engine/archive/safetensors.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/safetensors_header.h"

#include <algorithm>

namespace fathom::archive {

namespace {

constexpr std::uint64_t kLargestHeader = 100'000'000;

struct TypeName {
    std::string_view name;
    DType type;
};

constexpr std::array kTypeNames{
    TypeName{"F64", DType::Float64},        TypeName{"F32", DType::Float32},
    TypeName{"F16", DType::Float16},        TypeName{"BF16", DType::BFloat16},
    TypeName{"F8_E4M3", DType::Float8E4M3}, TypeName{"F8_E5M2", DType::Float8E5M2},
    TypeName{"I64", DType::Int64},          TypeName{"I32", DType::Int32},
    TypeName{"I16", DType::Int16},          TypeName{"I8", DType::Int8},
    TypeName{"U64", DType::UInt64},         TypeName{"U32", DType::UInt32},
    TypeName{"U16", DType::UInt16},         TypeName{"U8", DType::UInt8},
    TypeName{"BOOL", DType::Bool},          TypeName{"C64", DType::Complex64},
};

class Reader {
public:
    Reader(std::span<const std::byte> bytes, const std::string& label) : m_bytes(bytes), m_label(label) {}

    Result<TorchFile> run(std::shared_ptr<const void> owner) {
        const auto length = readAs<std::uint64_t>(m_bytes, 0);
        if (!length) return fail(unreadable("it is too short for a header"));
        if (*length > kLargestHeader) return fail(unreadable("its header says to have more than 100 MB"));
        const auto text = slice(m_bytes, sizeof *length, *length);
        if (!text) return fail(unreadable("it ends in its header", "Copy or download it again"));
        if (!asText(*text).starts_with('{')) return fail(unreadable("its header does not begin with {"));
        auto header = parseSafetensorsHeader(asText(*text));
        if (!header) return fail(unreadable(std::move(header.error())));
        m_buffer = m_bytes.subspan(sizeof *length + static_cast<std::size_t>(*length));
        std::stable_sort(
            header->entries.begin(), header->entries.end(),
            [](const SafetensorsEntry& a, const SafetensorsEntry& b) { return a.offsets < b.offsets; });
        if (auto tiles = checkTiling(header->entries); !tiles) return fail(tiles.error());
        m_document->owner = std::move(owner);
        for (const SafetensorsEntry& entry : header->entries)
            if (auto added = add(entry); !added) return fail(added.error());
        addMetadata(header->metadata);
        m_root.hasEntries = true;
        return TorchFile{m_document, m_document->add(std::move(m_root))};
    }

private:
    Error unreadable(std::string why, std::string remedy = "Save the tensors again with safetensors") const {
        return {.kind = ErrorKind::BadInput,
                .what = "Cannot read the safetensors file",
                .why = std::move(why),
                .remedy = std::move(remedy),
                .file = m_label};
    }

    /// Every byte of the buffer belongs to exactly one tensor: nothing can hide in it.
    Status checkTiling(const std::vector<SafetensorsEntry>& sorted) const {
        std::uint64_t end = 0;
        for (const SafetensorsEntry& entry : sorted) {
            const std::string place = "tensor " + entry.name;
            if (entry.offsets[1] < entry.offsets[0])
                return fail(unreadable("the bytes of " + place + " end before they begin"));
            if (entry.offsets[0] < end)
                return fail(unreadable("the bytes of " + place + " overlap those of another tensor"));
            if (entry.offsets[0] > end)
                return fail(unreadable("there is a hole before the bytes of " + place));
            end = entry.offsets[1];
        }
        if (end > m_buffer.size())
            return fail(unreadable("it is shorter than its tensors", "Copy or download it again"));
        if (end < m_buffer.size()) return fail(unreadable("it goes on behind its last tensor"));
        return {};
    }

    Status add(const SafetensorsEntry& entry) {
        const auto type = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                       [&](const TypeName& known) { return known.name == entry.dtype; });
        if (type == kTypeNames.end())
            return fail(unreadable("tensor " + entry.name + " is of dtype " + entry.dtype +
                                       ", which PyTorch's basic dtypes do not have",
                                   "Convert the tensor"));
        Tensor tensor{.dtype = type->type, .shape = entry.shape};
        const std::uint64_t size = entry.offsets[1] - entry.offsets[0];
        auto needed = std::uint64_t{itemSize(tensor.dtype)};
        for (const std::int64_t extent : entry.shape)
            if (__builtin_mul_overflow(needed, static_cast<std::uint64_t>(extent), &needed))
                return fail(unreadable("tensor " + entry.name + " has an impossible shape"));
        if (needed != size)
            return fail(unreadable("tensor " + entry.name + " has " + std::to_string(size) +
                                   " bytes, but by dtype and shape " + std::to_string(needed)));
        tensor.stride = contiguousStride(tensor.shape);
        tensor.bytes =
            m_buffer.subspan(static_cast<std::size_t>(entry.offsets[0]), static_cast<std::size_t>(size));
        tensor.owner = m_document->owner;
        tensor.storage = static_cast<std::int64_t>(m_document->tensors.size());
        tensor.storageBytes = tensor.bytes;
        PickleNode node(PickleKind::Tensor);
        node.integer = tensor.storage;
        m_document->tensors.push_back(std::move(tensor));
        m_root.items.push_back(text(entry.name));
        m_root.items.push_back(m_document->add(std::move(node)));
        return {};
    }

    void addMetadata(const std::vector<std::pair<std::string, std::string>>& metadata) {
        if (metadata.empty()) return;
        PickleNode dict(PickleKind::Dict);
        dict.hasEntries = true;
        for (const auto& [key, value] : metadata) {
            dict.items.push_back(text(key));
            dict.items.push_back(text(value));
        }
        m_root.items.push_back(text("__metadata__"));
        m_root.items.push_back(m_document->add(std::move(dict)));
    }

    NodeId text(const std::string& content) {
        PickleNode node(PickleKind::String);
        node.text = m_document->keep(content);
        return m_document->add(std::move(node));
    }

    std::span<const std::byte> m_bytes;
    const std::string& m_label;
    std::span<const std::byte> m_buffer{};
    std::shared_ptr<PickleDocument> m_document = std::make_shared<PickleDocument>();
    PickleNode m_root{PickleKind::Dict};
};

} // namespace

bool isSafetensors(std::span<const std::byte> bytes) {
    const auto length = readAs<std::uint64_t>(bytes, 0);
    return length && *length <= kLargestHeader && bytes.size() > sizeof *length &&
           bytes[sizeof *length] == std::byte{'{'};
}

Result<TorchFile> readSafetensors(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                  const std::string& label) {
    return Reader(bytes, label).run(std::move(owner));
}

} // namespace fathom::archive
