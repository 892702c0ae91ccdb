// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/mt_language.h"

namespace fathom::model {

namespace {

using Processor = std::shared_ptr<const text::MosesProcessor>;

/// Null where nothing is to be done.
Result<Processor> processorOf(const std::string& language, const char* key) {
    if (language.empty() || language == "ignore") return Processor{};
    Result<text::MosesProcessor> made = text::MosesProcessor::create(language);
    if (made) return std::make_shared<const text::MosesProcessor>(std::move(*made));
    Error error = made.error();
    error.key = key;
    return fail(std::move(error));
}

} // namespace

Result<LanguagePair> LanguagePair::make(const std::string& source, const std::string& target) {
    const Result<Processor> before = processorOf(source, "src_language");
    if (!before) return fail(before.error());
    const Result<Processor> after = processorOf(target, "tgt_language");
    if (!after) return fail(after.error());
    LanguagePair pair;
    pair.m_source = *before;
    pair.m_target = *after;
    return pair;
}

std::string LanguagePair::prepare(std::string_view text) const {
    return m_source ? m_source->prepare(text) : std::string(text);
}

std::string LanguagePair::finish(const std::string& text) const {
    return m_target ? m_target->detokenize(text) : text;
}

text::BleuTokenizer bleuTokenizerOf(const std::string& targetLanguage) {
    return targetLanguage == "zh" ? text::BleuTokenizer::Chinese : text::BleuTokenizer::Mteval13a;
}

} // namespace fathom::model
