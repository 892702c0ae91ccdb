// SPDX-License-Identifier: Apache-2.0
// Names as torch 2.11's weights_only list, Lightning's checkpoints and OmegaConf's nodes have them.
#include "engine/archive/pickle_known.h"

#include <algorithm>
#include <array>

namespace fathom::archive {

namespace {

struct StorageClass {
    std::string_view name;
    DType type;
};

constexpr std::array kStorages{
    StorageClass{"torch.FloatStorage", DType::Float32},
    StorageClass{"torch.DoubleStorage", DType::Float64},
    StorageClass{"torch.HalfStorage", DType::Float16},
    StorageClass{"torch.BFloat16Storage", DType::BFloat16},
    StorageClass{"torch.CharStorage", DType::Int8},
    StorageClass{"torch.ShortStorage", DType::Int16},
    StorageClass{"torch.IntStorage", DType::Int32},
    StorageClass{"torch.LongStorage", DType::Int64},
    StorageClass{"torch.ByteStorage", DType::UInt8},
    StorageClass{"torch.BoolStorage", DType::Bool},
    StorageClass{"torch.ComplexFloatStorage", DType::Complex64},
    StorageClass{"torch.ComplexDoubleStorage", DType::Complex128},
    StorageClass{"torch.storage.UntypedStorage", DType::UInt8},
    StorageClass{"torch.UntypedStorage", DType::UInt8},
};

constexpr std::string_view kData[]{
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "collections.deque",
    "_codecs.encode",
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor_v3",
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
    "torch._tensor._rebuild_from_type_v2",
    "torch.nn.parameter.Parameter",
    "torch.Tensor",
    "torch.Size",
    "torch.device",
    "torch.serialization._get_layout",
    "pathlib.PosixPath",
    "pathlib.WindowsPath",
    "datetime.timedelta",
    "argparse.Namespace",
    "typing.Any",
    "typing.List",
    "typing.Dict",
    "typing.Union",
    "typing.Optional",
    "typing.Tuple",
    "omegaconf.base.ContainerMetadata",
    "omegaconf.base.Metadata",
    "omegaconf.dictconfig.DictConfig",
    "omegaconf.listconfig.ListConfig",
    "omegaconf.nodes.AnyNode",
    "omegaconf.nodes.BooleanNode",
    "omegaconf.nodes.BytesNode",
    "omegaconf.nodes.EnumNode",
    "omegaconf.nodes.FloatNode",
    "omegaconf.nodes.IntegerNode",
    "omegaconf.nodes.PathNode",
    "omegaconf.nodes.StringNode",
    "omegaconf.base.UnionNode",
    "lightning.fabric.utilities.data.AttributeDict",
    "lightning_fabric.utilities.data.AttributeDict",
    "lightning.pytorch.utilities.parsing.AttributeDict",
    "pytorch_lightning.utilities.parsing.AttributeDict",
};

constexpr std::size_t kMaxArguments = 16;
constexpr std::size_t kMaxDimensions = 64;

constexpr std::string_view kBuiltinTypes[]{
    "bool", "int",   "long", "float", "complex",   "str",    "unicode",  "bytes", "bytearray",
    "list", "tuple", "dict", "set",   "frozenset", "object", "NoneType", "range", "slice"};

template <class Range> bool contains(const Range& range, std::string_view name) {
    return std::find(std::begin(range), std::end(range), name) != std::end(range);
}

/// "bool" of "builtins.bool" and of Python 2's "__builtin__.bool"; empty for anything else.
std::string_view builtin(std::string_view name) {
    for (const std::string_view module : {std::string_view("builtins."), std::string_view("__builtin__.")})
        if (name.starts_with(module)) return name.substr(module.size());
    return {};
}

const StorageClass* storageClass(std::string_view name) {
    const auto it = std::find_if(kStorages.begin(), kStorages.end(),
                                 [&](const StorageClass& s) { return s.name == name; });
    return it == kStorages.end() ? nullptr : &*it;
}

std::optional<DType> dtypeOf(std::string_view name) {
    return name.starts_with("torch.") ? dtypeNamed(name.substr(6)) : std::nullopt;
}

/// Makes the values that known callables stand for.
class Maker {
public:
    Maker(PickleDocument& document, NodeId callable, NodeId arguments)
        : m_document(document), m_callable(callable), m_arguments(document.nodes[arguments].items) {}

    std::optional<NodeId> make(std::string_view name) {
        if (name == "collections.OrderedDict" || name == "collections.defaultdict" ||
            name == "collections.Counter")
            return dict(name);
        if (name == "torch.Size") return only(PickleKind::Tuple);
        if (name == "_codecs.encode") return encoded();
        if (name == "torch._utils._rebuild_tensor") return tensor(false);
        if (name == "torch._utils._rebuild_tensor_v2") return tensor(false);
        if (name == "torch._utils._rebuild_tensor_v3") return tensor(true);
        if (name == "torch._utils._rebuild_parameter" || name == "torch._utils._rebuild_parameter_with_state")
            return parameter();
        if (name == "torch._tensor._rebuild_from_type_v2") return fromType();
        const std::string_view type = builtin(name);
        if (type == "set" || type == "frozenset") return collection(PickleKind::Set);
        if (type == "bytearray" || type == "bytes")
            return m_arguments.empty() ? add(PickleNode(PickleKind::Bytes)) : first(PickleKind::Bytes);
        if (type == "list" && m_arguments.empty()) return add(PickleNode(PickleKind::List));
        if (type == "dict" && m_arguments.empty()) return dict({});
        return std::nullopt;
    }

private:
    const PickleNode& node(std::size_t i) const { return m_document.nodes[m_arguments[i]]; }
    /// Counts a copy; false when this pickle has made enough of them.
    bool mayCopy(std::size_t items) {
        m_document.copiedItems += items;
        return m_document.copiedItems <= PickleDocument::kMaxCopiedItems;
    }
    NodeId add(PickleNode value) { return m_document.add(std::move(value)); }

    std::optional<NodeId> first(PickleKind kind) const {
        if (m_arguments.empty() || node(0).kind != kind) return std::nullopt;
        return m_arguments[0];
    }
    std::optional<NodeId> only(PickleKind kind) const {
        return m_arguments.size() == 1 ? first(kind) : std::nullopt;
    }

    std::optional<NodeId> dict(std::string_view name) {
        PickleNode result(PickleKind::Dict);
        result.hasEntries = true;
        result.type = name.empty() ? kNone : m_callable;
        if (name != "collections.defaultdict" && !m_arguments.empty()) {
            const PickleNode& source = node(0);
            if (!mayCopy(source.items.size())) return std::nullopt;
            if (source.kind == PickleKind::Dict) {
                result.items = source.items;
            } else if (source.kind == PickleKind::List) { // Python 2's OrderedDict: [[key, value], …]
                for (const NodeId pair : source.items) {
                    const PickleNode& entry = m_document.nodes[pair];
                    if (entry.kind != PickleKind::List && entry.kind != PickleKind::Tuple)
                        return std::nullopt;
                    if (entry.items.size() != 2) return std::nullopt;
                    result.items.insert(result.items.end(), entry.items.begin(), entry.items.end());
                }
            } else {
                return std::nullopt;
            }
        }
        return add(std::move(result));
    }

    std::optional<NodeId> collection(PickleKind kind) {
        PickleNode result(kind);
        if (!m_arguments.empty()) {
            const PickleNode& source = node(0);
            if (source.kind != PickleKind::List && source.kind != PickleKind::Tuple) return std::nullopt;
            if (!mayCopy(source.items.size())) return std::nullopt;
            result.items = source.items;
        }
        return add(std::move(result));
    }

    /// Protocol 2 writes bytes as encode(text, "latin1").
    std::optional<NodeId> encoded() {
        if (m_arguments.size() != 2 || node(0).kind != PickleKind::String || node(1).text != "latin1")
            return std::nullopt;
        std::string bytes;
        const std::string_view utf8 = node(0).text;
        for (std::size_t i = 0; i < utf8.size(); ++i) {
            const auto lead = static_cast<unsigned char>(utf8[i]);
            if (lead < 0x80) {
                bytes += utf8[i];
            } else if ((lead & 0xfeU) == 0xc2 && i + 1 < utf8.size()) {
                const auto tail = static_cast<unsigned char>(utf8[++i]);
                bytes += static_cast<char>((lead & 3U) << 6 | (tail & 0x3fU));
            } else {
                return std::nullopt;
            }
        }
        PickleNode result(PickleKind::Bytes);
        result.text = m_document.keep(std::move(bytes));
        return add(std::move(result));
    }

    std::optional<std::vector<std::int64_t>> integers(std::size_t i) const {
        if (node(i).kind != PickleKind::Tuple && node(i).kind != PickleKind::List) return std::nullopt;
        if (node(i).items.size() > kMaxDimensions) return std::nullopt;
        std::vector<std::int64_t> values;
        for (const NodeId id : node(i).items) {
            if (m_document.nodes[id].kind != PickleKind::Int) return std::nullopt;
            values.push_back(m_document.nodes[id].integer);
        }
        return values;
    }

    /// (storage, offset, size, stride, requires_grad, …); with `typed` the dtype is argument 6.
    std::optional<NodeId> tensor(bool typed) {
        if (m_arguments.size() < (typed ? 7U : 4U)) return std::nullopt;
        if (node(0).kind != PickleKind::Storage || node(1).kind != PickleKind::Int) return std::nullopt;
        TensorSpec spec;
        spec.storage = static_cast<std::size_t>(node(0).integer);
        spec.dtype = m_document.storageSpecs[spec.storage].type;
        if (typed) {
            const auto dtype = node(6).kind == PickleKind::Global ? dtypeOf(node(6).text) : std::nullopt;
            if (!dtype) return std::nullopt;
            spec.dtype = *dtype;
        }
        auto shape = integers(2);
        auto stride = integers(3);
        if (!shape || !stride || shape->size() != stride->size()) return std::nullopt;
        spec.offset = node(1).integer;
        spec.shape = std::move(*shape);
        spec.stride = std::move(*stride);
        PickleNode result(PickleKind::Tensor);
        result.integer = static_cast<std::int64_t>(m_document.tensorSpecs.size());
        result.requiresGrad = m_arguments.size() > 4 && m_arguments[4] == kTrue;
        m_document.tensorSpecs.push_back(std::move(spec));
        return add(std::move(result));
    }

    /// (tensor, requires_grad, hooks, …)
    std::optional<NodeId> parameter() {
        if (!first(PickleKind::Tensor)) return std::nullopt;
        PickleNode result(PickleKind::Tensor);
        result.integer = node(0).integer;
        result.isParameter = true;
        result.requiresGrad = m_arguments.size() > 1 && m_arguments[1] == kTrue;
        return add(std::move(result));
    }

    /// (function, type, arguments, state): what the function makes of its arguments.
    std::optional<NodeId> fromType() {
        if (m_arguments.size() < 3 || node(0).kind != PickleKind::Global || node(2).kind != PickleKind::Tuple)
            return std::nullopt;
        if (node(2).items.size() > kMaxArguments) return std::nullopt;
        const std::string_view function = node(0).text;
        if (!function.starts_with("torch._utils._rebuild_")) return std::nullopt;
        return Maker(m_document, m_arguments[0], m_arguments[2]).make(function);
    }

    PickleDocument& m_document;
    NodeId m_callable;
    const std::vector<NodeId> m_arguments; // a copy: adding nodes moves them
};

} // namespace

bool isKnownGlobal(std::string_view name) {
    return contains(kData, name) || storageClass(name) != nullptr || dtypeOf(name) ||
           contains(kBuiltinTypes, builtin(name));
}

std::optional<NodeId> makeKnown(PickleDocument& document, NodeId callable, NodeId arguments) {
    if (document.nodes[callable].kind != PickleKind::Global) return std::nullopt;
    if (document.nodes[arguments].items.size() > kMaxArguments) return std::nullopt;
    return Maker(document, callable, arguments).make(document.nodes[callable].text);
}

std::optional<NodeId> makeStorage(PickleDocument& document, NodeId persistentId) {
    const PickleNode& id = document.nodes[persistentId];
    if (id.kind != PickleKind::Tuple || id.items.size() < 5) return std::nullopt;
    const auto part = [&](std::size_t i) -> const PickleNode& { return document.nodes[id.items[i]]; };
    const bool fits = part(0).text == "storage" && part(1).kind == PickleKind::Global &&
                      part(2).kind == PickleKind::String && part(3).kind == PickleKind::String &&
                      part(4).kind == PickleKind::Int;
    const StorageClass* type = fits ? storageClass(part(1).text) : nullptr;
    const bool isView =
        id.items.size() > 5 && id.items[5] != kNone; // view_metadata, not written since torch 0.4
    if (type == nullptr || part(4).integer < 0 || isView) return std::nullopt;
    PickleNode node(PickleKind::Storage);
    node.text = part(2).text;
    node.integer = static_cast<std::int64_t>(document.storageSpecs.size());
    document.storageSpecs.push_back({part(2).text, part(3).text, type->type, part(4).integer});
    return document.add(std::move(node));
}

} // namespace fathom::archive
