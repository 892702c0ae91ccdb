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

void flatten(const Value& value, const std::string& prefix,
             std::vector<std::pair<std::string, Value>>& leaves) {
    if (!value.isMap() || value.asMap().empty()) {
        leaves.emplace_back(prefix, value);
        return;
    }
    for (const auto& [key, child] : value.asMap())
        flatten(child, prefix.empty() ? key : prefix + '.' + key, leaves);
}

} // namespace fathom::exchange
