// SPDX-License-Identifier: Apache-2.0
// Text to label ids and back for character models: NeMo's `labels` list.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fathom::data {

/// Ids of a text, and what could not be said with the labels.
struct EncodedText {
    std::vector<std::int64_t> ids{};
    std::vector<std::string>
        unknown{}; ///< each character once, in order of appearance; they have no id in `ids`
};

/// Immutable, so any thread may use it.
class CharTokenizer {
public:
    /// `labels[i]` has id i. Labels of several characters stand for a whole word. A `labels` that is empty or
    /// names a label twice is an error (Usage). `unknownId` (NeMo's unk_index) replaces unknown characters if
    /// given and not negative.
    [[nodiscard]] static Result<CharTokenizer> create(std::vector<std::string> labels,
                                                      std::optional<std::int64_t> unknownId = {});

    /// NeMo drops unknown characters silently; here the caller learns of them.
    [[nodiscard]] EncodedText encode(std::string_view text) const;
    /// Joins the labels of the ids; an id outside the labels gives nothing.
    [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const;

    [[nodiscard]] const std::vector<std::string>& labels() const { return m_labels; }

private:
    CharTokenizer() = default;
    void append(EncodedText& encoded, std::string_view character) const;

    std::vector<std::string> m_labels;
    std::unordered_map<std::string, std::int64_t> m_ids;
    std::optional<std::int64_t> m_unknownId;
};

/// "'ß' (U+00DF)", for messages.
[[nodiscard]] std::string describeCharacter(std::string_view character);

} // namespace fathom::data
