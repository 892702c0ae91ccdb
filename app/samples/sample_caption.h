// SPDX-License-Identifier: GPL-3.0-or-later
// What the samples of a validation say together, in a line.
#pragma once

#include "app/models/sample_analysis.h"

#include <QString>

namespace fathom::app {

/// "WER 0.234: 31 errors in 132 words (20 replaced, 8 missing, 3 extra) …"; says so where the store keeps
/// only the first samples of a validation.
[[nodiscard]] QString corpusSentence(const SampleSet& set, const SampleAnalysis& analysis);
/// "12 better, 3 worse, 21 the same", with "WER 0.41 → 0.234" where both are known.
[[nodiscard]] QString changeSentence(const SampleChanges& changes, const SampleAnalysis& before,
                                     const SampleAnalysis& now);

} // namespace fathom::app
