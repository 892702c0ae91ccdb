// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/checkpoint.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/safetensors.h"
#include "engine/archive/torch_file.h"
#include "engine/base/file.h"

#include <limits>

namespace fathom::archive {

struct Checkpoint::Impl {
    CheckpointFormat format = CheckpointFormat::Zip;
    std::optional<ZipIndex> zip{};
    PickleValue root{};
    std::vector<Tensor> tensors{};
    std::vector<ModuleVersion> modules{};
    std::vector<std::string> opaqueGlobals{};
    std::unordered_map<std::string_view, std::size_t> byName{};
    std::shared_ptr<const void> owner{};

    void readStateDict(const PickleValue& dict) {
        tensors.reserve(dict.size());
        std::unordered_map<std::string_view, std::size_t> seen;
        for (std::size_t i = 0; i < dict.size(); ++i) {
            const Tensor* tensor = dict.at(i).tensor();
            if (tensor == nullptr || !dict.keyAt(i).isString()) continue;
            const std::string_view key = dict.keyAt(i).text();
            const auto [it, isNew] = seen.try_emplace(key, tensors.size());
            Tensor& target = isNew ? tensors.emplace_back()
                                   : tensors[it->second]; // as in Python, the last of equal keys wins
            target = *tensor;
            target.name = std::string(key);
        }
        for (std::size_t i = 0; i < tensors.size(); ++i)
            byName.emplace(tensors[i].name, i);
        readModules(dict.state());
    }

    void readModules(const PickleValue& state) {
        const auto metadata = state.find("_metadata");
        if (!metadata) return;
        for (std::size_t i = 0; i < metadata->size(); ++i) {
            ModuleVersion module{std::string(metadata->keyAt(i).text())};
            const auto version = metadata->at(i).find("version");
            const auto number = version ? version->toInt() : std::nullopt;
            if (number && *number >= 0 && *number <= std::numeric_limits<int>::max())
                module.version = static_cast<int>(*number);
            modules.push_back(std::move(module));
        }
    }
};

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return fail(file.error());
    return parse((*file)->bytes(), *file, path.string());
}

Result<Checkpoint> Checkpoint::parse(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                     const std::string& label) {
    auto impl = std::make_shared<Impl>();
    impl->owner = owner;
    Result<TorchFile> file;
    if (isZip(bytes)) {
        auto zip = ZipIndex::open(bytes, label);
        if (!zip) return fail(zip.error());
        impl->zip.emplace(std::move(*zip));
        file = readTorchZip(*impl->zip, std::move(owner), label);
    } else if (isSafetensors(bytes)) {
        impl->format = CheckpointFormat::Safetensors;
        file = readSafetensors(bytes, std::move(owner), label);
    } else {
        impl->format = CheckpointFormat::Legacy;
        file = readTorchLegacy(bytes, std::move(owner), label);
    }
    if (!file) return fail(file.error());
    impl->opaqueGlobals = file->document->opaqueGlobals;
    impl->root = PickleValue(file->document, file->root);
    const auto inner =
        impl->format == CheckpointFormat::Safetensors ? std::nullopt : impl->root.find("state_dict");
    impl->readStateDict(inner && inner->isDict() ? *inner : impl->root);
    return Checkpoint(std::move(impl));
}

const std::vector<Tensor>& Checkpoint::tensors() const {
    return m_impl->tensors;
}
const std::vector<ModuleVersion>& Checkpoint::modules() const {
    return m_impl->modules;
}
const std::vector<std::string>& Checkpoint::opaqueGlobals() const {
    return m_impl->opaqueGlobals;
}
const PickleValue& Checkpoint::root() const {
    return m_impl->root;
}
CheckpointFormat Checkpoint::format() const {
    return m_impl->format;
}

const Tensor* Checkpoint::find(std::string_view name) const {
    const auto it = m_impl->byName.find(name);
    return it == m_impl->byName.end() ? nullptr : &m_impl->tensors[it->second];
}

Status Checkpoint::verify() const {
    if (!m_impl->zip) return {};
    for (const ZipEntry& entry : m_impl->zip->entries())
        if (auto checked = m_impl->zip->verify(entry); !checked) return checked;
    return {};
}

} // namespace fathom::archive
