// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/torch_object.h"

#include <algorithm>
#include <bit>

namespace fathom::archive {

struct TorchObject::HeldTensor {
    Tensor tensor{};
    TorchTensorOptions options{};
};

struct TorchObject::Container {
    Kind kind = Kind::List;
    Items items{};
    Entries entries{};
    TorchObject attributes{};
    ConfigFlags flags{};
    int depth = 1;
    bool isTooDeep = false;
};

TorchObject::TorchObject(Tensor tensor, const TorchTensorOptions& options)
    : m_data(std::make_shared<const HeldTensor>(HeldTensor{std::move(tensor), options})) {}

/// Counts the levels, so that nothing that walks an object, its destructor included, can recurse too deep.
TorchObject TorchObject::contain(Container container) {
    const auto take = [&](const TorchObject& child) {
        container.depth = std::max(container.depth, child.depth() + 1);
        container.isTooDeep = container.isTooDeep || child.isTooDeep();
    };
    for (const TorchObject& item : container.items)
        take(item);
    for (const Entry& entry : container.entries)
        take(entry.second);
    take(container.attributes);
    if (container.depth > kMaxDepth) container = {.kind = container.kind, .isTooDeep = true};
    TorchObject object;
    object.m_data = std::make_shared<const Container>(std::move(container));
    return object;
}

TorchObject TorchObject::list(Items items) {
    return contain({.kind = Kind::List, .items = std::move(items)});
}

TorchObject TorchObject::tuple(Items items) {
    return contain({.kind = Kind::Tuple, .items = std::move(items)});
}

TorchObject TorchObject::dict(Entries entries) {
    return contain({.kind = Kind::Dict, .entries = std::move(entries)});
}

TorchObject TorchObject::orderedDict(Entries entries, TorchObject attributes) {
    return contain(
        {.kind = Kind::OrderedDict, .entries = std::move(entries), .attributes = std::move(attributes)});
}

TorchObject TorchObject::stateDict(const std::vector<Tensor>& tensors,
                                   const std::vector<ModuleVersion>& modules) {
    Entries entries;
    entries.reserve(tensors.size());
    for (const Tensor& tensor : tensors)
        entries.emplace_back(tensor.name, tensor);
    return stateDict(std::move(entries), modules);
}

TorchObject TorchObject::stateDict(Entries tensors, const std::vector<ModuleVersion>& modules) {
    if (modules.empty()) return orderedDict(std::move(tensors));
    Entries versions;
    versions.reserve(modules.size());
    for (const ModuleVersion& module : modules)
        versions.emplace_back(module.path, dict({{"version", module.version}}));
    return orderedDict(std::move(tensors), dict({{"_metadata", orderedDict(std::move(versions))}}));
}

TorchObject TorchObject::global(std::string dottedName) {
    TorchObject object;
    object.m_data = GlobalName{std::move(dottedName)};
    return object;
}

TorchObject TorchObject::dictConfig(Entries entries, ConfigFlags flags) {
    return contain({.kind = Kind::DictConfig, .entries = std::move(entries), .flags = std::move(flags)});
}

TorchObject TorchObject::listConfig(Items items, ConfigFlags flags) {
    return contain({.kind = Kind::ListConfig, .items = std::move(items), .flags = std::move(flags)});
}

TorchObject TorchObject::convert(const Value& value, Kind map, Kind list, int depth) {
    Container container;
    switch (value.type()) {
    case Value::Type::Null:
        return {};
    case Value::Type::Bool:
        return value.asBool();
    case Value::Type::Int:
        return value.asInt();
    case Value::Type::Float:
        return value.asFloat();
    case Value::Type::String:
        return value.asString();
    case Value::Type::List:
        container.kind = list;
        break;
    case Value::Type::Map:
        container.kind = map;
        break;
    }
    container.isTooDeep = depth > kMaxDepth;
    if (container.isTooDeep) return contain(std::move(container));
    if (value.isMap()) {
        container.entries.reserve(value.asMap().size());
        for (const auto& [key, item] : value.asMap())
            container.entries.emplace_back(key, convert(item, map, list, depth + 1));
    } else {
        container.items.reserve(value.asList().size());
        for (const Value& item : value.asList())
            container.items.push_back(convert(item, map, list, depth + 1));
    }
    return contain(std::move(container));
}

TorchObject TorchObject::plain(const Value& value) {
    return convert(value, Kind::Dict, Kind::List, 1);
}

TorchObject TorchObject::config(const Value& value, const ConfigFlags& flags) {
    TorchObject object = convert(value, Kind::DictConfig, Kind::ListConfig, 1);
    if (flags.empty() || object.container() == nullptr) return object;
    Container container = *object.container();
    container.flags = flags;
    return contain(std::move(container));
}

const TorchObject::Container* TorchObject::container() const {
    const auto* held = std::get_if<std::shared_ptr<const Container>>(&m_data);
    return held != nullptr ? held->get() : nullptr;
}

int TorchObject::depth() const {
    return container() != nullptr ? container()->depth : 0;
}

bool TorchObject::isTooDeep() const {
    return container() != nullptr && container()->isTooDeep;
}

TorchObject::Kind TorchObject::kind() const {
    if (container() != nullptr) return container()->kind;
    constexpr Kind kinds[] = {Kind::None,   Kind::Bool,   Kind::Int,   Kind::Float,
                              Kind::String, Kind::Global, Kind::Tensor};
    return kinds[m_data.index()];
}

std::optional<bool> TorchObject::toBool() const {
    const auto* value = std::get_if<bool>(&m_data);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> TorchObject::toInt() const {
    const auto* value = std::get_if<std::int64_t>(&m_data);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<double> TorchObject::toDouble() const {
    if (const auto* value = std::get_if<double>(&m_data)) return *value;
    if (const auto integer = toInt()) return static_cast<double>(*integer);
    return std::nullopt;
}

std::string_view TorchObject::text() const {
    if (const auto* value = std::get_if<std::string>(&m_data)) return *value;
    if (const auto* global = std::get_if<GlobalName>(&m_data)) return global->name;
    return {};
}

const Tensor* TorchObject::tensor() const {
    const auto* held = std::get_if<std::shared_ptr<const HeldTensor>>(&m_data);
    return held != nullptr ? &(*held)->tensor : nullptr;
}

TorchTensorOptions TorchObject::tensorOptions() const {
    const auto* held = std::get_if<std::shared_ptr<const HeldTensor>>(&m_data);
    return held != nullptr ? (*held)->options : TorchTensorOptions{};
}

std::size_t TorchObject::size() const {
    return items().size() + entries().size();
}

const TorchObject& TorchObject::at(std::size_t i) const {
    return items().empty() ? entries()[i].second : items()[i];
}

const TorchObject::Items& TorchObject::items() const {
    static const Items none;
    return container() != nullptr ? container()->items : none;
}

const TorchObject::Entries& TorchObject::entries() const {
    static const Entries none;
    return container() != nullptr ? container()->entries : none;
}

const TorchObject* TorchObject::find(const TorchKey& key) const {
    const Entries& all = entries();
    const auto it = std::find_if(all.begin(), all.end(), [&](const Entry& e) { return e.first == key; });
    return it != all.end() ? &it->second : nullptr;
}

const TorchObject& TorchObject::attributes() const {
    static const TorchObject none;
    return container() != nullptr ? container()->attributes : none;
}

const ConfigFlags& TorchObject::flags() const {
    static const ConfigFlags none;
    return container() != nullptr ? container()->flags : none;
}

TorchObject TorchObject::with(const TorchKey& key, TorchObject value) const {
    Container changed = *container();
    Entries& all = changed.entries;
    const auto it = std::find_if(all.begin(), all.end(), [&](const Entry& e) { return e.first == key; });
    if (it != all.end())
        it->second = std::move(value);
    else
        all.emplace_back(key, std::move(value));
    return contain(std::move(changed));
}

namespace {

bool areEqual(const Tensor& a, const Tensor& b) {
    if (a.dtype != b.dtype || a.shape != b.shape) return false;
    // A few bytes can be an expanded tensor of gigabytes, which is not to be copied.
    const std::size_t stored = std::min(a.bytes.size(), b.bytes.size());
    if (a.stride == b.stride && std::ranges::equal(a.bytes.first(stored), b.bytes.first(stored))) return true;
    if (a.isContiguous() && b.isContiguous())
        return std::ranges::equal(a.bytes.first(a.byteCount()), b.bytes.first(b.byteCount()));
    return a.contiguousBytes() == b.contiguousBytes();
}

} // namespace

bool operator==(const TorchObject& a, const TorchObject& b) {
    if (a.kind() != b.kind()) return false;
    if (const auto* real = std::get_if<double>(&a.m_data))
        return std::bit_cast<std::uint64_t>(*real) == std::bit_cast<std::uint64_t>(*b.toDouble());
    if (a.tensor() != nullptr)
        return a.tensorOptions() == b.tensorOptions() && areEqual(*a.tensor(), *b.tensor());
    if (const auto* left = a.container()) {
        const auto* right = b.container();
        return left == right || (left->items == right->items && left->entries == right->entries &&
                                 left->attributes == right->attributes && left->flags == right->flags);
    }
    return a.toBool() == b.toBool() && a.toInt() == b.toInt() && a.text() == b.text();
}

} // namespace fathom::archive
