// SPDX-License-Identifier: Apache-2.0
// The longest piece of a vocabulary that a text begins with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fathom::text {

/// A byte-wise trie in one open-addressed hash table: a look-up touches one slot a byte.
class PieceTrie {
public:
    static constexpr std::int64_t kNone = -1;

    struct Match {
        std::int64_t id = kNone;
        std::size_t length = 0; ///< bytes
    };

    PieceTrie() : m_ids{kNone}, m_slots(kFirstSlots) {}

    /// A piece that is there already gets the new id. Empty pieces are left out.
    void insert(std::string_view piece, std::int64_t id);
    /// The longest piece at the front of `text`; `id` is kNone if there is none.
    [[nodiscard]] Match longest(std::string_view text) const;
    /// The id of exactly this piece, or kNone.
    [[nodiscard]] std::int64_t find(std::string_view piece) const;
    /// Calls `found(length, id)` for each piece at the front of `text`, the shortest first.
    template <class Found> void forEachPrefix(std::string_view text, Found found) const {
        std::uint32_t node = kRoot;
        for (std::size_t i = 0; i < text.size(); ++i) {
            node = child(node, text[i]);
            if (node == kRoot) return;
            if (m_ids[node] != kNone) found(i + 1, m_ids[node]);
        }
    }

private:
    static constexpr std::size_t kFirstSlots = 1024;
    static constexpr std::uint32_t kRoot = 0; // no node's child, so it marks a free slot
    struct Slot {
        std::uint64_t key = 0;
        std::uint32_t child = kRoot;
    };

    [[nodiscard]] std::size_t slotOf(std::uint64_t key) const;
    [[nodiscard]] std::uint32_t child(std::uint32_t node, char byte) const;
    std::uint32_t addChild(std::uint32_t node, char byte);
    void grow();

    std::vector<std::int64_t> m_ids; ///< of each node
    std::vector<Slot> m_slots;       ///< a power of two, at most half full
};

} // namespace fathom::text
