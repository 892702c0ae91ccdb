// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/run_sink.h"

namespace fathom::exchange {

void ImportCounts::warn(std::string text) {
    if (warnings.size() < kMostWarnings) warnings.push_back(std::move(text));
}

void ImportCounts::add(const ImportCounts& other) {
    points += other.points;
    events += other.events;
    samples += other.samples;
    artifacts += other.artifacts;
    purged += other.purged;
    badRecords += other.badRecords;
    badBytes += other.badBytes;
    bytes += other.bytes;
    for (const auto& [kind, count] : other.skipped)
        skipped[kind] += count;
    for (const std::string& text : other.warnings)
        warn(text);
}

} // namespace fathom::exchange
