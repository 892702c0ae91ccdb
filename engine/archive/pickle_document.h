// SPDX-License-Identifier: Apache-2.0
// The store behind PickleValue: a flat array of nodes, so that no pickle can make reading or freeing it
// recurse.
#pragma once

#include "engine/archive/pickle_value.h"

#include <deque>
#include <string>
#include <vector>

namespace fathom::archive {

using NodeId = std::uint32_t;

inline constexpr NodeId kNone = 0;
inline constexpr NodeId kTrue = 1;
inline constexpr NodeId kFalse = 2;
inline constexpr NodeId kEmptyTuple = 3;

struct PickleNode {
    PickleKind kind = PickleKind::None;
    bool hasEntries = false;  ///< items are key, value, key, value, …
    bool isParameter = false; ///< Tensor
    bool requiresGrad = false;
    NodeId type = kNone;      ///< Object, Dict, Set: the Global that names the class
    NodeId arguments = kNone; ///< Object
    NodeId state = kNone;
    union {
        std::int64_t integer; ///< Bool, Int; Tensor, Storage: index into its specs
        double real;          ///< Float
    };
    std::string_view text{}; ///< into the pickle or into PickleDocument::texts
    std::vector<NodeId> items{};

    PickleNode() : integer(0) {}
    explicit PickleNode(PickleKind nodeKind) : kind(nodeKind), integer(0) {}
};

/// What a persistent id says of a storage. The same key may be named many times.
struct StorageSpec {
    std::string_view key{};
    std::string_view location{}; ///< "cpu", "cuda:0"
    DType type = DType::UInt8;
    std::int64_t count = 0; ///< elements of type
};

/// A tensor as the pickle describes it, before its storage is looked up.
struct TensorSpec {
    std::size_t storage = 0; ///< index into storageSpecs
    DType dtype = DType::Float32;
    std::int64_t offset = 0; ///< elements of dtype
    std::vector<std::int64_t> shape{};
    std::vector<std::int64_t> stride{};
};

struct PickleDocument {
    std::deque<PickleNode> nodes{};  ///< never moved: doubling gigabytes would need as much again
    std::deque<std::string> texts{}; ///< what is not literally in the pickle
    std::vector<StorageSpec> storageSpecs{};
    std::vector<TensorSpec> tensorSpecs{};
    std::vector<Tensor> tensors{};            ///< one for each spec, filled once storages are known
    std::vector<std::string> opaqueGlobals{}; ///< in order of first use
    std::shared_ptr<const void> owner{};      ///< of the pickle's bytes
    std::size_t copiedItems =
        0; ///< by callables that copy a list; limited, or a small pickle could grow without end

    static constexpr std::size_t kMaxCopiedItems = 4'000'000;

    PickleDocument();
    NodeId add(PickleNode node) {
        nodes.push_back(std::move(node));
        return static_cast<NodeId>(nodes.size() - 1);
    }
    std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
    [[nodiscard]] bool isGlobal(NodeId id, std::string_view name) const {
        return nodes[id].kind == PickleKind::Global && nodes[id].text == name;
    }
};

} // namespace fathom::archive
