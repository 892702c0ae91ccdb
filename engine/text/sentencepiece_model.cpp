// SPDX-License-Identifier: Apache-2.0
#include "engine/text/sentencepiece_model.h"

#include "engine/text/utf8.h"

#include <protozero/pbf_reader.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <unordered_set>
#include <vector>

namespace fathom::text {

namespace {

using Reader = protozero::pbf_reader;
using Wire = protozero::pbf_wire_type;

constexpr std::uint32_t field(protozero::pbf_tag_type number, Wire type) {
    return protozero::tag_and_type(number, type);
}

/// Most keys of a character map that may begin another; the library keeps no more.
constexpr int kMostNestedKeys = 32;
constexpr int kLongestKey = 256;

/// A Darts-clone double array: units of 32 bits, the children of one in a block of 256.
class DoubleArray {
public:
    explicit DoubleArray(std::string_view bytes) : m_units(bytes.size() / 4) {
        std::memcpy(m_units.data(), bytes.data(), m_units.size() * 4);
    }

    /// Why walking it could leave it, `values` being the bytes that its leaves point into.
    [[nodiscard]] std::string damage(std::size_t values) {
        for (std::size_t i = 0; i < m_units.size(); ++i) {
            if (isLeaf(m_units[i])) {
                if ((m_units[i] & 0x7FFFFFFFU) >= values) return "points outside its texts";
            } else if (((i ^ offset(m_units[i])) | 0xFFU) >= m_units.size()) {
                return "points outside its table";
            }
        }
        m_nested.assign(m_units.size(), kUnseen);
        return nested(0, 0) > kMostNestedKeys ? "is not a tree" : "";
    }

private:
    static constexpr int kUnseen = -1;
    static constexpr int kUnderWay = -2;

    static bool isLeaf(std::uint32_t unit) { return unit >> 31U != 0; }
    static bool hasLeaf(std::uint32_t unit) { return (unit >> 8U & 1U) != 0; }
    static std::uint32_t label(std::uint32_t unit) { return unit & ((1U << 31U) | 0xFFU); }
    static std::size_t offset(std::uint32_t unit) {
        return static_cast<std::size_t>(unit >> 10U) << ((unit & (1U << 9U)) >> 6U);
    }

    /// Keys that end on the fullest path below a node; too many for a path that does not end.
    int nested(std::size_t node, int depth) {
        if (m_nested[node] >= 0) return m_nested[node];
        if (m_nested[node] == kUnderWay || depth > kLongestKey) return kMostNestedKeys + 1;
        m_nested[node] = kUnderWay;
        const std::size_t children = node ^ offset(m_units[node]);
        int most = 0;
        for (std::uint32_t key = 1; key < 256; ++key) {
            const std::size_t child = children ^ key;
            if (label(m_units[child]) == key) most = std::max(most, nested(child, depth + 1));
        }
        if (hasLeaf(m_units[node]) && ++most > 0 && !isLeaf(m_units[children])) most = kMostNestedKeys + 1;
        return m_nested[node] = std::min(most, kMostNestedKeys + 1);
    }

    std::vector<std::uint32_t> m_units;
    std::vector<int> m_nested;
};

std::string characterMapDamage(std::string_view map) {
    if (map.empty()) return {};
    std::uint32_t bytes = 0;
    if (map.size() <= sizeof bytes) return "is cut off";
    std::memcpy(&bytes, map.data(), sizeof bytes);
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap32(bytes);
    map.remove_prefix(sizeof bytes);
    if (bytes < 1024 || bytes % 1024 != 0 || bytes >= map.size()) return "is cut off";
    const std::string_view texts = map.substr(bytes);
    if (texts.back() != '\0' || !isUtf8(texts)) return "has broken texts";
    return DoubleArray(map.substr(0, bytes)).damage(texts.size());
}

std::string normalizerDamage(Reader normalizer) {
    while (normalizer.next()) {
        if (normalizer.tag_and_type() != field(2, Wire::length_delimited)) {
            normalizer.skip();
            continue;
        }
        const protozero::data_view map = normalizer.get_view();
        if (std::string why = characterMapDamage({map.data(), map.size()}); !why.empty())
            return "the character map " + why;
    }
    return {};
}

/// Checks pieces one by one, and what they are together.
class Pieces {
public:
    [[nodiscard]] std::string add(Reader reader) {
        std::string_view text;
        std::int32_t type = kNormal;
        float score = 0;
        while (reader.next()) {
            switch (reader.tag_and_type()) {
            case field(1, Wire::length_delimited):
                text = view(reader.get_view());
                break;
            case field(2, Wire::fixed32):
                score = reader.get_float();
                break;
            case field(3, Wire::varint):
                type = reader.get_enum();
                break;
            default:
                reader.skip();
            }
        }
        const std::string name = "piece " + std::to_string(m_seen.size());
        if (text.empty()) return name + " is empty";
        if (!isUtf8(text) || text.find('\0') != std::string_view::npos) return name + " is not text";
        if (!std::isfinite(score)) return name + " has no finite score";
        if (type < kNormal || type > kByte) return name + " is of unknown type " + std::to_string(type);
        if (!m_seen.insert(text).second) return name + " is there twice: '" + std::string(text) + "'";
        m_unknown += type == kUnknown ? 1 : 0;
        m_bytes += type == kByte ? 1 : 0;
        return {};
    }

    [[nodiscard]] std::string missing() const {
        if (m_seen.empty()) return "it has no pieces";
        if (m_unknown != 1)
            return "it has " + std::to_string(m_unknown) + " pieces for the unknown instead of one";
        if (m_bytes != 0 && m_bytes != 256)
            return "it has pieces for " + std::to_string(m_bytes) + " of the 256 bytes";
        return {};
    }

private:
    static constexpr std::int32_t kNormal = 1, kUnknown = 2, kByte = 6;
    static std::string_view view(protozero::data_view data) { return {data.data(), data.size()}; }

    std::unordered_set<std::string_view> m_seen;
    int m_unknown = 0;
    int m_bytes = 0;
};

} // namespace

std::string sentencePieceDamage(std::string_view bytes) {
    Pieces pieces;
    try {
        for (Reader model(bytes.data(), bytes.size()); model.next();) {
            std::string why;
            switch (model.tag_and_type()) {
            case field(1, Wire::length_delimited):
                why = pieces.add(model.get_message());
                break;
            case field(3, Wire::length_delimited):
            case field(5, Wire::length_delimited):
                why = normalizerDamage(model.get_message());
                break;
            default:
                model.skip();
            }
            if (!why.empty()) return why;
        }
    } catch (const protozero::exception&) {
        return "it is not a SentencePiece model, or it is cut off";
    }
    return pieces.missing();
}

} // namespace fathom::text
