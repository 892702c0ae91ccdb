// SPDX-License-Identifier: Apache-2.0
#include "engine/text/piece_trie.h"

#include <utility>

namespace fathom::text {

namespace {

std::uint64_t keyOf(std::uint32_t node, char byte) {
    return static_cast<std::uint64_t>(node) << 8U | static_cast<unsigned char>(byte);
}

} // namespace

std::size_t PieceTrie::slotOf(std::uint64_t key) const {
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = (key * 0x9E3779B97F4A7C15ULL >> 32U) & mask;
    while (m_slots[slot].child != kRoot && m_slots[slot].key != key)
        slot = (slot + 1) & mask;
    return slot;
}

std::uint32_t PieceTrie::child(std::uint32_t node, char byte) const {
    return m_slots[slotOf(keyOf(node, byte))].child;
}

std::uint32_t PieceTrie::addChild(std::uint32_t node, char byte) {
    if (m_ids.size() * 2 >= m_slots.size()) grow();
    Slot& slot = m_slots[slotOf(keyOf(node, byte))];
    if (slot.child == kRoot) {
        slot = {keyOf(node, byte), static_cast<std::uint32_t>(m_ids.size())};
        m_ids.push_back(kNone);
    }
    return slot.child;
}

void PieceTrie::grow() {
    const std::vector<Slot> old = std::exchange(m_slots, std::vector<Slot>(m_slots.size() * 2));
    for (const Slot& slot : old)
        if (slot.child != kRoot) m_slots[slotOf(slot.key)] = slot;
}

void PieceTrie::insert(std::string_view piece, std::int64_t id) {
    if (piece.empty()) return;
    std::uint32_t node = kRoot;
    for (const char byte : piece)
        node = addChild(node, byte);
    m_ids[node] = id;
}

std::int64_t PieceTrie::find(std::string_view piece) const {
    std::uint32_t node = kRoot;
    for (const char byte : piece) {
        node = child(node, byte);
        if (node == kRoot) return kNone;
    }
    return m_ids[node];
}

PieceTrie::Match PieceTrie::longest(std::string_view text) const {
    Match match;
    std::uint32_t node = kRoot;
    for (std::size_t i = 0; i < text.size(); ++i) {
        node = child(node, text[i]);
        if (node == kRoot) break;
        if (m_ids[node] != kNone) match = {m_ids[node], i + 1};
    }
    return match;
}

} // namespace fathom::text
