// SPDX-License-Identifier: Apache-2.0
// Paths of sharded data, written as one pattern.
//
//   expandPath("audio_{0..3}.tar")           // audio_0.tar … audio_3.tar
//   expandPath("audio__OP_00..15_CL_.tar")   // for shells and Hydra, which read braces themselves
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fathom::data {

/// Every path that a pattern stands for, in order: `{0..7}` (also `{00..07}`, `{7..0}`, `{0..8..2}`,
/// `{a..d}`) and
/// `{train,dev}`, several and nested ones too. `(`, `[`, `<` and `_OP_` open, `)`, `]`, `>` and `_CL_` close,
/// as in NeMo. What is no pattern stays as it is, and so does one for more than a million paths. Source:
/// nemo/collections/asr/data/audio_to_text.py and the package braceexpand.
[[nodiscard]] std::vector<std::string> expandPath(std::string_view pattern);

} // namespace fathom::data
