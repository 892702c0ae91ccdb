// SPDX-License-Identifier: Apache-2.0
// The section `decoding` of a CTC model as a struct.
#pragma once

#include "engine/config/config.h"
#include "engine/decode/ctc_beam_search.h"

#include <filesystem>
#include <string>

namespace fathom::model {

struct CtcDecodingParams {
    bool isBeam = false;        ///< strategy beam, pyctcdecode or beam_batch; else greedy or greedy_batch
    decode::BeamOptions beam{}; ///< also of a greedy strategy, for who asks for a beam
    std::filesystem::path languageModel{}; ///< ARPA text; empty: none
    std::string wordSeparator = " ";
    std::string unsupported{};    ///< a strategy of NeMo that is not here, for a warning; decoded greedily
    bool wantsConfidence = false; ///< NeMo's measures of how sure a text is, for a warning: there are none
};

/// Reads the section at `path`; an absent one reads as NeMo's defaults. Errors are Usage with file, line and
/// key.
[[nodiscard]] Result<CtcDecodingParams> readCtcDecoding(const config::Config& config,
                                                        const std::string& path);

} // namespace fathom::model
