// SPDX-License-Identifier: Apache-2.0
// Text to ids and back: what every tokenizer of the engine offers, whatever it was made from.
//
//   Result<std::shared_ptr<const Tokenizer>> tokenizer = openSentencePiece("tokenizer.model"); //
//   sentencepiece.h const EncodedText encoded = (*tokenizer)->encode("hello world"); const std::string text =
//   (*tokenizer)->decode(encoded.ids);
//
// char_tokenizer.h: NeMo's `labels`; sentencepiece.h: .model files; wordpiece.h: vocab.txt of BERT.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::text {

/// Ids of a text, and what could not be said with the vocabulary.
struct EncodedText {
    std::vector<std::int64_t> ids{};
    /// Characters or words without an id of their own, each once, in order of appearance. They stand in `ids`
    /// as the unknown id where the vocabulary has one, and are left out where it has none.
    std::vector<std::string> unknown{};
};

/// One id of a text with the bytes of the text that it stands for.
struct Piece {
    std::int64_t id = 0;
    std::string piece{};   ///< as the vocabulary spells it
    std::size_t begin = 0; ///< first byte of the text that it covers
    std::size_t end = 0;   ///< one past the last; equal to `begin` for a piece that covers nothing
    friend bool operator==(const Piece&, const Piece&) = default;
};

/// Ids with a meaning of their own; empty where the vocabulary has none.
struct SpecialIds {
    std::optional<std::int64_t> pad{}, bos{}, eos{}, unk{}, cls{}, sep{}, mask{};
    friend bool operator==(const SpecialIds&, const SpecialIds&) = default;
};

/// Immutable, so any thread may use it.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    /// NeMo's text_to_ids: without special ids around it. Broken UTF-8 is encoded as U+FFFD or reported as
    /// unknown, never refused.
    [[nodiscard]] virtual EncodedText encode(std::string_view text) const = 0;
    /// The ids of encode() with where each comes from.
    [[nodiscard]] virtual std::vector<Piece> pieces(std::string_view text) const = 0;
    /// NeMo's ids_to_text; ids outside the vocabulary give nothing.
    [[nodiscard]] virtual std::string decode(std::span<const std::int64_t> ids) const = 0;

    /// NeMo's tokens_to_text(ids_to_tokens(ids)), which is what its CTC decoding writes: special pieces stay.
    [[nodiscard]] virtual std::string joinPieces(std::span<const std::int64_t> ids) const {
        return decode(ids);
    }

    /// NeMo's vocab_size: ids are 0 … size()-1.
    [[nodiscard]] virtual std::int64_t size() const = 0;
    /// NeMo's ids_to_tokens for one id; "" outside the vocabulary.
    [[nodiscard]] virtual std::string piece(std::int64_t id) const = 0;
    /// The id of a piece as the vocabulary spells it; empty for one that it does not have.
    [[nodiscard]] virtual std::optional<std::int64_t> idOf(std::string_view piece) const = 0;

    [[nodiscard]] const SpecialIds& special() const { return m_special; }
    [[nodiscard]] std::optional<std::int64_t> padId() const { return m_special.pad; }
    [[nodiscard]] std::optional<std::int64_t> bosId() const { return m_special.bos; }
    [[nodiscard]] std::optional<std::int64_t> eosId() const { return m_special.eos; }
    [[nodiscard]] std::optional<std::int64_t> unkId() const { return m_special.unk; }
    [[nodiscard]] std::optional<std::int64_t> clsId() const { return m_special.cls; }
    [[nodiscard]] std::optional<std::int64_t> sepId() const { return m_special.sep; }
    [[nodiscard]] std::optional<std::int64_t> maskId() const { return m_special.mask; }

protected:
    Tokenizer() = default;
    Tokenizer(const Tokenizer&) = default;
    Tokenizer(Tokenizer&&) = default;
    Tokenizer& operator=(const Tokenizer&) = default;
    Tokenizer& operator=(Tokenizer&&) = default;

    SpecialIds m_special{};
};

} // namespace fathom::text
