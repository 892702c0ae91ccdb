// SPDX-License-Identifier: Apache-2.0
#include "engine/text/character_map.h"

#include "engine/text/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace fathom::text {

namespace {

/// Most keys that may begin one another; SentencePiece's library keeps no more.
constexpr int kMostNestedKeys = 32;
constexpr int kLongestKey = 256;
constexpr int kUnseen = -1;
constexpr int kUnderWay = -2;

bool isLeaf(std::uint32_t unit) {
    return unit >> 31U != 0;
}

bool hasLeaf(std::uint32_t unit) {
    return (unit >> 8U & 1U) != 0;
}

std::uint32_t label(std::uint32_t unit) {
    return unit & ((1U << 31U) | 0xFFU);
}

std::size_t offset(std::uint32_t unit) {
    return static_cast<std::size_t>(unit >> 10U) << ((unit & (1U << 9U)) >> 6U);
}

} // namespace

CharacterMap::CharacterMap(std::string_view bytes) {
    if (bytes.empty()) return;
    std::uint32_t size = 0;
    if (bytes.size() > sizeof size) std::memcpy(&size, bytes.data(), sizeof size);
    if constexpr (std::endian::native == std::endian::big) size = __builtin_bswap32(size);
    if (size < 1024 || size % 1024 != 0 || size >= bytes.size() - sizeof size) {
        m_damage = "is cut off";
        return;
    }
    m_units.resize(size / 4);
    std::memcpy(m_units.data(), bytes.data() + sizeof size, size);
    m_texts = bytes.substr(sizeof size + size);
    m_damage = findDamage();
}

std::string CharacterMap::findDamage() {
    if (m_texts.back() != '\0' || !isUtf8(m_texts)) return "has broken texts";
    for (std::size_t i = 0; i < m_units.size(); ++i) {
        if (i > 0 && isLeaf(m_units[i])) { // the root is read as a node, whatever it says
            if ((m_units[i] & 0x7FFFFFFFU) >= m_texts.size()) return "points outside its texts";
        } else if (((i ^ offset(m_units[i])) | 0xFFU) >= m_units.size()) {
            return "points outside its table";
        }
    }
    std::vector<int> known(m_units.size(), kUnseen);
    return nested(0, 0, known) > kMostNestedKeys ? "is not a tree" : "";
}

/// Keys that end on the fullest path below a node; too many for a path that does not end.
int CharacterMap::nested(std::size_t node, int depth, std::vector<int>& known) const {
    if (known[node] >= 0) return known[node];
    if (known[node] == kUnderWay || depth > kLongestKey) return kMostNestedKeys + 1;
    known[node] = kUnderWay;
    const std::size_t children = node ^ offset(m_units[node]);
    int most = 0;
    for (std::uint32_t key = 1; key < 256; ++key) {
        const std::size_t child = children ^ key;
        if (label(m_units[child]) == key) most = std::max(most, nested(child, depth + 1, known));
    }
    if (hasLeaf(m_units[node])) most = isLeaf(m_units[children]) ? most + 1 : kMostNestedKeys + 1;
    return known[node] = std::min(most, kMostNestedKeys + 1);
}

CharacterMap::Match CharacterMap::longest(std::string_view text) const {
    Match match;
    if (m_units.empty()) return match;
    std::size_t node = offset(m_units[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto key = static_cast<unsigned char>(text[i]);
        node ^= key;
        const std::uint32_t unit = m_units[node];
        if (label(unit) != key) break;
        node ^= offset(unit);
        if (hasLeaf(unit)) match = {i + 1, std::string_view(m_texts.data() + (m_units[node] & 0x7FFFFFFFU))};
    }
    return match;
}

} // namespace fathom::text
