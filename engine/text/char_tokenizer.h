// SPDX-License-Identifier: Apache-2.0
// Text to label ids and back for character models: NeMo's `labels` list.
#pragma once

#include "engine/text/tokenizer.h"

#include <functional>
#include <unordered_map>

namespace fathom::text {

class CharTokenizer final : public Tokenizer {
public:
    /// `labels[i]` has id i. Labels of several characters stand for a whole word. A `labels` that is empty or
    /// names a label twice is an error (Usage). `unknownId` (NeMo's unk_index) replaces unknown characters if
    /// given and not negative; they are not reported then.
    [[nodiscard]] static Result<CharTokenizer> create(std::vector<std::string> labels,
                                                      std::optional<std::int64_t> unknownId = {});

    /// NeMo drops unknown characters silently; here the caller learns of them.
    [[nodiscard]] EncodedText encode(std::string_view text) const override;
    [[nodiscard]] std::vector<Piece> pieces(std::string_view text) const override;
    /// Joins the labels of the ids.
    [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override;

    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(m_labels.size()); }
    [[nodiscard]] std::string piece(std::int64_t id) const override;
    [[nodiscard]] std::optional<std::int64_t> idOf(std::string_view piece) const override;
    [[nodiscard]] const std::vector<std::string>& labels() const { return m_labels; }

private:
    CharTokenizer() = default;
    /// The id, or nothing, of each part of the text from front to back.
    using Visit = std::function<void(std::string_view part, std::optional<std::int64_t> id)>;
    void visit(std::string_view text, const Visit& visit) const;

    std::vector<std::string> m_labels;
    std::unordered_map<std::string, std::int64_t> m_ids;
};

} // namespace fathom::text
