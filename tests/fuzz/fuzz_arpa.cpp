// SPDX-License-Identifier: GPL-3.0-or-later
// A language model as text, asked about the words that follow it.
#include "engine/decode/ngram_model.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto model = decode::NgramModel::parse(text, "input");
    if (!model) return 0;
    decode::NgramState state = (*model)->begin();
    for (std::size_t i = 0; i < 16; ++i) {
        const std::string_view word = text.substr(i * size / 16, 3);
        const double score = (*model)->score(state, (*model)->id(word));
        if (std::isnan(score)) std::abort();
        (void)(*model)->hasPrefix(word);
        (void)(*model)->end(state);
    }
    return 0;
}
