// SPDX-License-Identifier: Apache-2.0
// What a text goes through before it is cut into tokens, and a translation after: NeMo's
// setup_pre_and_post_processing_utils.
#pragma once

#include "engine/base/result.h"
#include "engine/text/bleu.h"
#include "engine/text/moses.h"

#include <memory>
#include <string>
#include <string_view>

namespace fathom::model {

/// Immutable; cheap to copy.
class LanguagePair {
public:
    /// Does nothing to texts.
    LanguagePair() = default;
    /// Names as in the config; empty or "ignore": nothing is done, otherwise what Moses does for that
    /// language. Usage error, with the key `src_language` or `tgt_language`, for a language whose rules are
    /// not known here.
    [[nodiscard]] static Result<LanguagePair> make(const std::string& source, const std::string& target);

    /// The source as the tokenizer is to get it.
    [[nodiscard]] std::string prepare(std::string_view text) const;
    /// A translation or reference as people write it.
    [[nodiscard]] std::string finish(const std::string& text) const;

private:
    std::shared_ptr<const text::MosesProcessor> m_source{}; ///< null: nothing is done
    std::shared_ptr<const text::MosesProcessor> m_target{};
};

/// The tokens by which NeMo judges translations into a language.
[[nodiscard]] text::BleuTokenizer bleuTokenizerOf(const std::string& targetLanguage);

} // namespace fathom::model
