// SPDX-License-Identifier: Apache-2.0
// Order of opcodes: torch/serialization.py, torch/_tensor.py and nn/parameter.py (__reduce_ex__), CPython's
// _pickle.c.
#include "engine/archive/torch_pickler.h"

#include "engine/archive/float_convert.h"

#include <algorithm>
#include <limits>

namespace fathom::archive {

namespace {

constexpr std::size_t kBatch = 1000; // items that one SETITEMS or APPENDS takes

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
    const std::span<const std::byte> storage = isInside ? tensor.storageBytes : tensor.bytes;
    return storage.first(storage.size() - storage.size() % itemSize(tensor.dtype));
}

/// What Python's "surrogatepass" decodes: UTF-8, and halves of surrogate pairs.
bool isUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (length == 0 || lead > 0xf4 || length > text.size() - i) return false;
        for (std::size_t j = 1; j < length; ++j)
            if ((static_cast<unsigned char>(text[i + j]) & 0xc0U) != 0x80) return false;
        const auto second = length > 2 ? static_cast<unsigned char>(text[i + 1]) : 0x80;
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90) ||
            (lead == 0xf4 && second > 0x8f))
            return false;
        i += length;
    }
    return true;
}

/// A key that an earlier entry has too, or nullptr.
const TorchKey* repeatedKey(const TorchObject::Entries& entries) {
    std::vector<const TorchKey*> keys;
    keys.reserve(entries.size());
    for (const auto& entry : entries)
        keys.push_back(&entry.first);
    std::ranges::sort(keys, [](const TorchKey* a, const TorchKey* b) { return *a < *b; });
    const auto it =
        std::ranges::adjacent_find(keys, [](const TorchKey* a, const TorchKey* b) { return *a == *b; });
    return it != keys.end() ? *it : nullptr;
}

std::string keyText(const TorchKey& key) {
    return key.isText() ? key.text() : std::to_string(key.number());
}

} // namespace

Result<std::string> TorchPickler::pickle(const TorchObject& root) {
    if (root.isTooDeep()) {
        refuse("it has more than " + std::to_string(TorchObject::kMaxDepth) + " levels");
        return fail(m_error);
    }
    if (!object(root)) return fail(m_error);
    return m_pickle.finish();
}

bool TorchPickler::refuse(std::string why) {
    std::string what = "Cannot write the checkpoint";
    std::string_view separator = "'s ";
    for (const Step& step : m_path) {
        if (step.key != nullptr && step.key->isText()) {
            what += separator;
            what += step.key->text();
        } else {
            what += separator == "." ? "[" : "'s [";
            what += step.key != nullptr ? std::to_string(step.key->number()) : std::to_string(step.index);
            what += ']';
        }
        separator = ".";
    }
    m_error = {.kind = ErrorKind::Usage,
               .what = std::move(what),
               .why = std::move(why),
               .remedy = "Change or leave out this part of it"};
    return false;
}

bool TorchPickler::object(const TorchObject& value) {
    switch (value.kind()) {
    case TorchObject::Kind::None:
        m_pickle.op('N');
        return true;
    case TorchObject::Kind::Bool:
        m_pickle.op(*value.toBool() ? '\x88' : '\x89');
        return true;
    case TorchObject::Kind::Int:
        m_pickle.integer(*value.toInt());
        return true;
    case TorchObject::Kind::Float:
        m_pickle.real(*value.toDouble());
        return true;
    case TorchObject::Kind::String:
        return text(value.text());
    case TorchObject::Kind::Global:
        return global(value.text());
    case TorchObject::Kind::Tensor:
        return tensor(value);
    default:
        return container(value);
    }
}

bool TorchPickler::container(const TorchObject& value) {
    switch (value.kind()) {
    case TorchObject::Kind::List:
        m_pickle.op(']');
        m_pickle.memoize();
        return items(value, std::nullopt);
    case TorchObject::Kind::Tuple:
        return tuple(value);
    case TorchObject::Kind::Dict:
        m_pickle.op('}');
        m_pickle.memoize();
        return entries(value, Keys::Shared, std::nullopt);
    case TorchObject::Kind::OrderedDict:
        return orderedDict(value);
    default:
        return config(value, std::nullopt);
    }
}

bool TorchPickler::text(std::string_view value) {
    if (value.size() > std::numeric_limits<std::uint32_t>::max())
        return refuse("a text is larger than 4 GiB");
    if (!isUtf8(value)) return refuse("a text is not UTF-8");
    m_pickle.shared(value);
    return true;
}

bool TorchPickler::key(const TorchKey& value, Keys keys) {
    if (!value.isText()) {
        m_pickle.integer(value.number());
        return true;
    }
    if (keys == Keys::Shared) return text(value.text());
    if (!isUtf8(value.text())) return refuse("its name is not UTF-8");
    m_pickle.text(value.text());
    return true;
}

bool TorchPickler::global(std::string_view dottedName) {
    const std::size_t dot = dottedName.rfind('.');
    const bool isName = dot != std::string_view::npos && dot > 0 && dot + 1 < dottedName.size() &&
                        dottedName.find('\n') == std::string_view::npos && isUtf8(dottedName);
    if (!isName) return refuse("the name of a class is not module.Class: " + std::string(dottedName));
    m_pickle.global(dottedName.substr(0, dot), dottedName.substr(dot + 1));
    return true;
}

bool TorchPickler::child(const TorchObject& value, ConfigParent parent) {
    return parent ? config(value, parent) : object(value);
}

bool TorchPickler::tuple(const TorchObject& value) {
    const TorchObject::Items& all = value.items();
    if (all.size() > 3) m_pickle.op('(');
    for (std::size_t i = 0; i < all.size(); ++i) {
        m_path.push_back({.index = i});
        if (!object(all[i])) return false;
        m_path.pop_back();
    }
    m_pickle.endTuple(all.size());
    return true;
}

bool TorchPickler::items(const TorchObject& list, ConfigParent parent) {
    const TorchObject::Items& all = list.items();
    for (std::size_t first = 0; first < all.size(); first += kBatch) {
        const std::size_t end = std::min(first + kBatch, all.size());
        if (all.size() > 1) m_pickle.op('(');
        for (std::size_t i = first; i < end; ++i) {
            m_path.push_back({.index = i});
            if (!child(all[i], parent)) return false;
            m_path.pop_back();
        }
        m_pickle.op(all.size() > 1 ? 'e' : 'a');
    }
    return true;
}

bool TorchPickler::entries(const TorchObject& dict, Keys keys, ConfigParent parent) {
    const TorchObject::Entries& all = dict.entries();
    if (const TorchKey* repeated = repeatedKey(all))
        return refuse("the key " + keyText(*repeated) + " is given twice");
    const bool isExact =
        dict.kind() != TorchObject::Kind::OrderedDict; // for which _pickle.c has a loop of its own
    for (std::size_t first = 0; first < all.size(); first += kBatch) {
        const std::size_t end = std::min(first + kBatch, all.size());
        const bool isSingle = end - first == 1 && (all.size() == 1 || !isExact);
        if (!isSingle) m_pickle.op('(');
        for (std::size_t i = first; i < end; ++i) {
            m_path.push_back({.key = &all[i].first});
            if (!key(all[i].first, keys) || !child(all[i].second, parent)) return false;
            m_path.pop_back();
        }
        m_pickle.op(isSingle ? 's' : 'u');
    }
    return true;
}

void TorchPickler::emptyOrderedDict() {
    m_pickle.global("collections", "OrderedDict");
    m_pickle.op(')');
    m_pickle.op('R');
    m_pickle.memoize();
}

/// Their keys are mostly made by concatenation, so that no two are one object.
bool TorchPickler::orderedDict(const TorchObject& dict) {
    emptyOrderedDict();
    if (!entries(dict, Keys::OfTheirOwn, std::nullopt)) return false;
    if (dict.attributes().isNone()) return true;
    if (dict.attributes().kind() != TorchObject::Kind::Dict)
        return refuse("the attributes of an OrderedDict are not a dict");
    if (!object(dict.attributes())) return false;
    m_pickle.op('b');
    return true;
}

bool TorchPickler::checkTensor(const Tensor& tensor, DType dtype) {
    if (dtype != tensor.dtype && !(isConvertible(dtype) && isConvertible(tensor.dtype)))
        return refuse("it cannot be converted to " + std::string(name(dtype)));
    const std::int64_t elements = reach(tensor);
    if (elements < 0 || static_cast<std::uint64_t>(elements) > tensor.bytes.size() / itemSize(tensor.dtype))
        return refuse("its bytes are fewer than its shape and stride reach");
    return true;
}

std::size_t TorchPickler::storageKey(const Tensor& tensor, DType dtype) {
    const std::span<const std::byte> storage = storageOf(tensor);
    std::size_t number = m_storages.size();
    if (tensor.storage >= 0 && !storage.empty())
        number =
            m_known.try_emplace({storage.data(), storage.size(), tensor.dtype, dtype}, number).first->second;
    if (number == m_storages.size()) m_storages.push_back({storage, tensor.owner, tensor.dtype, dtype});
    return number;
}

void TorchPickler::rebuild(const Tensor& tensor, DType dtype, bool requiresGrad) {
    const std::span<const std::byte> storage = storageOf(tensor);
    const std::string_view type = storageClass(dtype);
    const auto item = static_cast<std::int64_t>(itemSize(tensor.dtype));
    const auto storageBytes = static_cast<std::int64_t>(storage.size());
    m_pickle.global("torch._utils", type.empty() ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
    m_pickle.op('(');
    m_pickle.op('(');
    m_pickle.shared("storage");
    if (type.empty())
        m_pickle.global("torch.storage", "UntypedStorage");
    else
        m_pickle.global("torch", type);
    m_pickle.shared(std::to_string(storageKey(tensor, dtype)));
    m_pickle.shared("cpu");
    m_pickle.integer(type.empty() ? storageBytes : storageBytes / item);
    m_pickle.endTuple(5);
    m_pickle.op('Q');
    m_pickle.integer(storage.empty() ? 0 : (tensor.bytes.data() - storage.data()) / item);
    m_pickle.integers(tensor.shape);
    m_pickle.integers(tensor.stride);
    m_pickle.op(requiresGrad ? '\x88' : '\x89');
    emptyOrderedDict(); // backward hooks
    if (type.empty()) m_pickle.global("torch", name(dtype));
    m_pickle.endTuple(type.empty() ? 7 : 6);
    m_pickle.op('R');
    m_pickle.memoize();
}

bool TorchPickler::tensor(const TorchObject& value) {
    const Tensor& tensor = *value.tensor();
    const TorchTensorOptions options = value.tensorOptions();
    const DType dtype = options.dtype.value_or(tensor.dtype);
    if (!checkTensor(tensor, dtype)) return false;
    if (!options.isParameter) {
        rebuild(tensor, dtype, options.requiresGrad);
        return true;
    }
    m_pickle.global("torch._utils", "_rebuild_parameter");
    rebuild(tensor, dtype, false);
    m_pickle.op(options.requiresGrad ? '\x88' : '\x89');
    emptyOrderedDict(); // backward hooks
    m_pickle.endTuple(3);
    m_pickle.op('R');
    m_pickle.memoize();
    return true;
}

} // namespace fathom::archive
