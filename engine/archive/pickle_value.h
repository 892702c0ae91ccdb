// SPDX-License-Identifier: Apache-2.0
// What a Python pickle says, as data. Nothing that a pickle names is ever called.
//
//   PickleValue root = checkpoint.root();
//   if (auto loops = root.find("loops")) …
//   for (std::size_t i = 0; i < root.size(); ++i) use(root.keyAt(i).text(), root.at(i));
#pragma once

#include "engine/archive/tensor.h"
#include "engine/base/result.h"
#include "engine/base/value.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace fathom::archive {

enum class PickleKind {
    None,
    Bool,
    Int,
    BigInt,
    Float,
    String,
    Bytes,
    List,
    Tuple,
    Dict,
    Set,
    Global,
    Object,
    Tensor,
    Storage
};

struct PickleDocument;

/// A node of a pickle: cheap to copy, keeps the whole document alive, immutable; any thread may read. The
/// graph may be cyclic (OmegaConf's nodes know their parents): whoever walks it counts or remembers `id()`.
class PickleValue {
public:
    PickleValue() = default; ///< None
    PickleValue(std::shared_ptr<const PickleDocument> document, std::uint32_t id);

    [[nodiscard]] PickleKind kind() const;
    /// Equal exactly for the same Python object (None, True, False and () count as one each).
    [[nodiscard]] std::uint32_t id() const { return m_id; }
    [[nodiscard]] bool isNone() const { return kind() == PickleKind::None; }
    [[nodiscard]] bool isString() const { return kind() == PickleKind::String; }
    [[nodiscard]] bool isDict() const { return kind() == PickleKind::Dict; }

    [[nodiscard]] std::optional<bool> toBool() const;
    [[nodiscard]] std::optional<std::int64_t> toInt() const;
    /// Of a float or int.
    [[nodiscard]] std::optional<double> toDouble() const;
    /// String: its UTF-8; Bytes: the bytes; Global: "module.name"; BigInt: "0x…" of its two's complement;
    /// else empty.
    [[nodiscard]] std::string_view text() const;
    /// Object, Dict and Set: "module.Class" of what would have been made, empty for the plain built-in types.
    [[nodiscard]] std::string_view className() const;

    /// Elements of a list, tuple or set; entries of a dict; appended or set items of an object.
    [[nodiscard]] std::size_t size() const;
    /// Element, or value of an entry. Requires i < size().
    [[nodiscard]] PickleValue at(std::size_t i) const;
    /// Key of an entry of a dict (or of an object with entries); None for others.
    [[nodiscard]] PickleValue keyAt(std::size_t i) const;
    /// Value of a string key in a dict or in an object's entries; the last one of duplicates. Linear.
    [[nodiscard]] std::optional<PickleValue> find(std::string_view key) const;

    /// What an object was to be made from: a tuple, or None.
    [[nodiscard]] PickleValue arguments() const;
    /// What BUILD was to set, usually the object's `__dict__`; None when nothing.
    [[nodiscard]] PickleValue state() const;
    /// Of a Tensor node, else nullptr. Its name is empty: names are keys of the dicts that hold it.
    [[nodiscard]] const Tensor* tensor() const;
    /// Whether the tensor was a torch.nn.Parameter.
    [[nodiscard]] bool isParameter() const;
    [[nodiscard]] bool requiresGrad() const;

private:
    std::shared_ptr<const PickleDocument> m_document{};
    std::uint32_t m_id = 0;
};

/// Plain data for display and for configs: OmegaConf containers and nodes become maps, lists and scalars; a
/// tensor becomes
/// {"$tensor": "float32[3, 4]"}, anything opaque {"$object": "module.Class"}, a dict of more than 10,000
/// entries
/// {"$dict": "12345 entries"}, a cycle or what lies deeper than 100 levels null.
/// BadInput when it would grow beyond a million values.
[[nodiscard]] Result<Value> toValue(const PickleValue& value);
/// False where toValue would fail or leave out what lies too deep: no training saves such a thing.
[[nodiscard]] bool isReasonable(const PickleValue& value);

} // namespace fathom::archive
