// SPDX-License-Identifier: Apache-2.0
// The character map of a SentencePiece model: what texts are rewritten by before they are cut into pieces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::text {

/// A Darts-clone double array (units of 32 bits, the children of one in a block of 256) whose leaves are
/// places in a table of texts that end in zero bytes.
class CharacterMap {
public:
    CharacterMap() = default;
    /// Format: precompiled_charsmap of sentencepiece_model.proto. Empty bytes map nothing.
    explicit CharacterMap(std::string_view bytes);

    /// Why it cannot be used: it leads outside its tables, or a path does not end. Empty for a sound one.
    [[nodiscard]] const std::string& damage() const { return m_damage; }

    struct Match {
        std::size_t length = 0; ///< bytes of the text; 0: no key fits
        std::string_view replacement{};
    };
    /// The longest key at the front of the text. For a sound map only.
    [[nodiscard]] Match longest(std::string_view text) const;

private:
    [[nodiscard]] std::string findDamage();
    [[nodiscard]] int nested(std::size_t node, int depth, std::vector<int>& known) const;

    std::vector<std::uint32_t> m_units;
    std::string m_texts;
    std::string m_damage;
};

} // namespace fathom::text
