// SPDX-License-Identifier: Apache-2.0
// Layout of both containers: torch/serialization.py.
#include "engine/archive/torch_file.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/pickle_machine.h"
#include "engine/archive/storages.h"

#include <unordered_map>

namespace fathom::archive {

namespace {

Error unreadable(const std::string& label, std::string why,
                 std::string remedy = "Save the model again with torch.save") {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the checkpoint",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = label};
}

Result<ZipBytes> record(const ZipIndex& zip, const std::string& name, const std::string& label) {
    const ZipEntry* entry = zip.find(name);
    if (entry == nullptr) return fail(unreadable(label, "its record " + name + " is missing"));
    return zip.read(*entry);
}

constexpr std::string_view kLegacyMagic = "0x1950a86a20f9469cfc6c";
constexpr std::int64_t kLegacyProtocol = 1001;

class LegacyReader {
public:
    LegacyReader(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                 const std::string& label)
        : m_bytes(bytes),
          m_label(label),
          m_document(std::make_shared<PickleDocument>()),
          m_machine(*m_document, bytes, label) {
        m_document->owner = std::move(owner);
    }

    Result<TorchFile> run() {
        const auto magic = m_machine.run(m_position);
        if (!magic || m_document->nodes[*magic].text != kLegacyMagic)
            return fail(unreadable(m_label, "it is not a file of torch.save", "Give a .ckpt or .pt file"));
        const auto protocol = m_machine.run(m_position);
        if (!protocol) return fail(protocol.error());
        if (m_document->nodes[*protocol].integer != kLegacyProtocol)
            return fail(unreadable(m_label, "its legacy protocol is not 1001"));
        const auto system = m_machine.run(m_position);
        if (!system) return fail(system.error());
        const auto littleEndian = PickleValue(m_document, *system).find("little_endian");
        if (littleEndian && littleEndian->toBool() == false)
            return fail(unreadable(m_label, "it was written on a big-endian machine"));
        const auto root = m_machine.run(m_position);
        if (!root) return fail(root.error());
        if (auto read = storages(); !read) return fail(read.error());
        const auto lookup = [this](const StorageSpec& spec) -> Result<ZipBytes> {
            const auto it = m_storages.find(spec.key);
            if (it == m_storages.end())
                return fail(unreadable(m_label, "storage " + std::string(spec.key) + " is missing"));
            return ZipBytes{it->second, nullptr};
        };
        if (auto bound = bindTensors(*m_document, lookup, m_label); !bound) return fail(bound.error());
        return TorchFile{m_document, *root};
    }

private:
    /// A list of keys, then for each its element count and bytes. The item size is in the storage's class.
    Status storages() {
        const auto keys = m_machine.run(m_position);
        if (!keys) return fail(keys.error());
        std::unordered_map<std::string_view, std::size_t> itemSizes;
        for (const StorageSpec& spec : m_document->storageSpecs)
            itemSizes.emplace(spec.key, itemSize(spec.type));
        const PickleValue list(m_document, *keys);
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string_view key = list.at(i).text();
            const auto item = itemSizes.find(key);
            if (item == itemSizes.end())
                return fail(unreadable(m_label, "its list of storages does not fit its tensors"));
            const auto count = readAs<std::uint64_t>(m_bytes, m_position);
            std::uint64_t size = 0;
            if (!count || __builtin_mul_overflow(*count, item->second, &size)) return fail(cut());
            const auto content = slice(m_bytes, m_position + sizeof *count, size);
            if (!content) return fail(cut());
            m_storages.emplace(key, *content);
            m_position += sizeof *count + content->size();
        }
        return {};
    }

    Error cut() const {
        return unreadable(m_label, "it ends in the middle of a storage", "Copy or download it again");
    }

    std::span<const std::byte> m_bytes;
    const std::string& m_label;
    std::shared_ptr<PickleDocument> m_document;
    PickleMachine m_machine;
    std::size_t m_position = 0;
    std::unordered_map<std::string_view, std::span<const std::byte>> m_storages{};
};

} // namespace

Result<TorchFile> readTorchZip(const ZipIndex& zip, std::shared_ptr<const void> owner,
                               const std::string& label) {
    if (zip.entries().empty()) return fail(unreadable(label, "it holds no records"));
    const std::string& first = zip.entries().front().name;
    const std::string prefix = first.substr(0, first.find('/') + 1);
    if (zip.find(prefix + "byteorder") != nullptr) {
        const auto order = record(zip, prefix + "byteorder", label);
        if (!order) return fail(order.error());
        if (asText(order->bytes) != "little")
            return fail(unreadable(label, "it was written on a big-endian machine"));
    }
    auto pickle = record(zip, prefix + "data.pkl", label);
    if (!pickle) return fail(pickle.error());
    TorchFile file{std::make_shared<PickleDocument>()};
    file.document->owner = owner;
    if (pickle->owner) { // an expanded pickle: keep both alive
        auto both =
            std::make_shared<const std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>>(
                owner, pickle->owner);
        file.document->owner = both;
    }
    std::size_t position = 0;
    const auto root = PickleMachine(*file.document, pickle->bytes, label).run(position);
    if (!root) return fail(root.error());
    file.root = *root;
    const auto lookup = [&](const StorageSpec& spec) {
        return record(zip, prefix + "data/" + std::string(spec.key), label);
    };
    if (auto bound = bindTensors(*file.document, lookup, label); !bound) return fail(bound.error());
    return file;
}

Result<TorchFile> readTorchLegacy(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                  const std::string& label) {
    return LegacyReader(bytes, std::move(owner), label).run();
}

} // namespace fathom::archive
