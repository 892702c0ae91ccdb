// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/mt_text.h"

#include "engine/text/tokenizer_settings.h"

#include <array>

namespace fathom::model {

namespace {

Result<TokenSide> openSide(const std::string& section, const MtTokenizerParams& params,
                           archive::ArtifactRegistry& artifacts) {
    const std::string key = section + ".tokenizer_model";
    const auto artifact = artifacts.add(key, params.model);
    if (!artifact) return fail(artifact.error());
    const std::span<const std::byte> bytes = (*artifact)->bytes();
    const std::string_view content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    auto tokenizer = text::readSentencePiece(content, (*artifact)->name());
    if (tokenizer && params.legacy)
        tokenizer = text::readSentencePiece(content, (*artifact)->name(),
                                            text::legacyTranslationOptions(**tokenizer));
    if (!tokenizer) {
        Error error = tokenizer.error();
        error.what += ' ' + (*artifact)->name();
        error.key = key;
        return fail(std::move(error));
    }
    const text::SpecialIds& special = (*tokenizer)->special();
    std::string lacking;
    for (const auto& [name, id] : {std::pair{"eos_id", special.eos}, std::pair{"bos_id", special.bos},
                                   std::pair{"unk_id", special.unk}, std::pair{"pad_id", special.pad}})
        if (!id) lacking += std::string(lacking.empty() ? "'" : ", '") + name + "=-1'";
    if (!lacking.empty())
        return fail(
            {.kind = ErrorKind::Usage,
             .what = "Cannot use the tokenizer " + (*artifact)->name(),
             .why = section + "=sentencepiece has invalid negative special tokens = [" + lacking + "]",
             .remedy = "Train one with ids for pad, bos, eos and unk",
             .key = key,
             .className = "ValueError"});
    return TokenSide{*tokenizer, *special.pad, *special.bos, *special.eos};
}

} // namespace

Result<TokenSides> openTokenizers(const MtModelParams& params, archive::ArtifactRegistry& artifacts) {
    auto source = openSide("encoder_tokenizer", params.encoderTokenizer, artifacts);
    if (!source) return fail(source.error());
    auto target = openSide("decoder_tokenizer", params.decoderTokenizer, artifacts);
    if (!target) return fail(target.error());
    return TokenSides{std::move(*source), std::move(*target)};
}

std::string textOf(const TokenSide& side, std::span<const std::int64_t> ids) {
    std::vector<std::int64_t> known(ids.begin(), ids.end());
    for (std::int64_t& id : known)
        if (id >= side.tokenizer->size()) id = side.tokenizer->unkId().value_or(id);
    return side.tokenizer->decode(known);
}

std::vector<std::int64_t> idsOf(const TokenSide& side, std::string_view text) {
    std::vector<std::int64_t> ids = side.tokenizer->encode(text).ids;
    ids.insert(ids.begin(), side.bos);
    ids.push_back(side.eos);
    return ids;
}

} // namespace fathom::model
