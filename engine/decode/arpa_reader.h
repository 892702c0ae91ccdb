// SPDX-License-Identifier: Apache-2.0
// Reads ARPA text. Internal to engine/decode.
#pragma once

#include "engine/decode/ngram_model.h"

namespace fathom::decode {

class ArpaReader {
public:
    ArpaReader(std::string_view text, std::string label) : m_rest(text), m_label(std::move(label)) {}
    [[nodiscard]] Result<std::shared_ptr<const NgramModel>> read();

private:
    [[nodiscard]] Status readCounts();
    [[nodiscard]] Status readCount(std::string_view line);
    [[nodiscard]] Status readUnigrams();
    [[nodiscard]] Status readOrder(int order);
    [[nodiscard]] Status readNgram(int order, std::string_view line);
    [[nodiscard]] Status expectSection(int order);
    [[nodiscard]] Status findMarks();
    /// The next line that is not blank, without white space at its ends; empty at the end of the text.
    [[nodiscard]] std::string_view nextLine();
    [[nodiscard]] tl::unexpected<Error> refuse(std::string why) const;

    std::string_view m_rest;
    std::string m_label;
    int m_line = 0;
    std::vector<std::uint64_t> m_counts{}; ///< as the header says
    std::shared_ptr<NgramModel> m_model{};
};

} // namespace fathom::decode
