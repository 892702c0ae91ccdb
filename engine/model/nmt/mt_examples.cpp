// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/mt_examples.h"

#include "engine/nn/random.h"

#include <algorithm>

namespace fathom::model {

void TranslationExamples::see(std::size_t limit, const std::function<Example()>& make) {
    // Reservoir sampling; the same evaluation shows the same sentences.
    nn::Random random(m_seen);
    const auto place = static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(m_seen++)));
    if (m_kept.size() < limit)
        m_kept.push_back(make());
    else if (place < limit)
        m_kept[place] = make();
}

void TranslationExamples::report(std::size_t limit, Log& log) {
    for (std::size_t i = 0; i < std::min(limit, m_kept.size()); ++i) {
        log.info("Example " + std::to_string(i) + ':');
        log.info("    Input:        " + m_kept[i].input);
        log.info("    Prediction:   " + m_kept[i].prediction);
        log.info("    Ground Truth: " + m_kept[i].reference);
    }
    m_kept.clear();
    m_seen = 0;
}

} // namespace fathom::model
