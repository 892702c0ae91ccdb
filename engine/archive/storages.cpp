// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/storages.h"

#include <algorithm>
#include <unordered_map>

namespace fathom::archive {

namespace {

// An expanded tensor (stride 0) may say more than its storage holds, but not without end.
constexpr std::int64_t kLargestExpansion = std::int64_t{1} << 32;

Error damaged(const std::string& label, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the checkpoint",
            .why = std::move(why),
            .remedy = "Copy or download it again, or save the model again",
            .file = label};
}

/// Elements from the first to the last that shape and stride can reach; nothing when they make no sense.
std::optional<std::int64_t> reach(const TensorSpec& spec, std::int64_t largest) {
    std::int64_t count = 1;
    std::int64_t last = 0;
    for (std::size_t i = 0; i < spec.shape.size(); ++i) {
        std::int64_t step = 0;
        if (spec.shape[i] < 0 || spec.stride[i] < 0) return std::nullopt;
        if (__builtin_mul_overflow(count, spec.shape[i], &count)) return std::nullopt;
        if (spec.shape[i] == 0) continue;
        if (__builtin_mul_overflow(spec.shape[i] - 1, spec.stride[i], &step) ||
            __builtin_add_overflow(last, step, &last))
            return std::nullopt;
    }
    if (count > largest) return std::nullopt;
    return count == 0 ? 0 : last + 1;
}

class Binder {
public:
    Binder(PickleDocument& document, const StorageLookup& lookup, const std::string& label)
        : m_document(document), m_lookup(lookup), m_label(label) {}

    Status run() {
        m_document.tensors.reserve(m_document.tensorSpecs.size());
        for (const TensorSpec& spec : m_document.tensorSpecs)
            if (auto bound = bind(spec); !bound) return bound;
        return {};
    }

private:
    struct Storage {
        std::int64_t number = 0;
        ZipBytes content{};
    };

    Result<const Storage*> storage(const StorageSpec& spec) {
        if (const auto it = m_storages.find(spec.key); it != m_storages.end()) return &it->second;
        auto content = m_lookup(spec);
        if (!content) return fail(content.error());
        const auto number = static_cast<std::int64_t>(m_storages.size());
        return &m_storages.emplace(spec.key, Storage{number, std::move(*content)}).first->second;
    }

    Status bind(const TensorSpec& spec) {
        const StorageSpec& storageSpec = m_document.storageSpecs[spec.storage];
        const auto found = storage(storageSpec);
        if (!found) return fail(found.error());
        const ZipBytes& content = (*found)->content;
        const auto item = static_cast<std::int64_t>(itemSize(spec.dtype));
        const std::string place = "storage " + std::string(storageSpec.key);
        std::int64_t claimed = 0;
        if (__builtin_mul_overflow(storageSpec.count, static_cast<std::int64_t>(itemSize(storageSpec.type)),
                                   &claimed) ||
            static_cast<std::uint64_t>(claimed) > content.bytes.size())
            return fail(damaged(m_label, place + " has " + std::to_string(content.bytes.size()) +
                                             " bytes, fewer than its tensors say"));
        const auto elements = reach(spec, std::max(claimed / item, kLargestExpansion / item));
        if (!elements)
            return fail(damaged(m_label, "a tensor in " + place + " has an impossible shape or stride"));
        if (spec.offset < 0 || spec.offset > claimed / item || *elements > claimed / item - spec.offset)
            return fail(damaged(m_label, "a tensor reaches outside " + place));
        Tensor tensor;
        tensor.dtype = spec.dtype;
        tensor.shape = spec.shape;
        tensor.stride = spec.stride;
        tensor.bytes = content.bytes.subspan(static_cast<std::size_t>(spec.offset * item),
                                             static_cast<std::size_t>(*elements * item));
        tensor.owner = content.owner ? content.owner : m_document.owner;
        tensor.storage = (*found)->number;
        tensor.storageBytes = content.bytes;
        m_document.tensors.push_back(std::move(tensor));
        return {};
    }

    PickleDocument& m_document;
    const StorageLookup& m_lookup;
    const std::string& m_label;
    std::unordered_map<std::string_view, Storage> m_storages;
};

} // namespace

Status bindTensors(PickleDocument& document, const StorageLookup& lookup, const std::string& label) {
    return Binder(document, lookup, label).run();
}

} // namespace fathom::archive
