// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_key.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {

KeyEntry baselineEntry(const RunFacts& run) {
    return {.name = QCoreApplication::translate("PlotBoard", "%1 (baseline)").arg(run.title)};
}

/// "lr 0.01", "lr 0.02"
void addValues(std::vector<KeyEntry>& entries, const BoardFacts& facts, const QString& key, bool colored) {
    const QStringList values = valuesOf(facts, key);
    for (int i = 0; i < values.size(); ++i)
        entries.push_back({.name = namedValue(key, values[i]),
                           .color = colored ? i % kCurveColors : -1,
                           .dash = curveDash(colored ? i / kCurveColors : i)});
}

} // namespace

std::vector<KeyEntry> keyOf(const BoardSpec& board, const BoardFacts& facts, const RunColors& colors,
                            std::optional<store::RunId> baseline) {
    const Grouping& grouping = board.grouping;
    std::vector<KeyEntry> entries;
    if (facts.runs.size() < 2) return entries;
    if (!grouping.colorKey.isEmpty()) {
        for (const RunFacts& run : facts.runs)
            if (run.id == baseline && !grouping.average) entries.push_back(baselineEntry(run));
        addValues(entries, facts, grouping.colorKey, true);
    } else if (!grouping.average) {
        for (const RunFacts& run : facts.runs) {
            const int place = colors.of(run.id);
            entries.push_back(run.id == baseline
                                  ? baselineEntry(run)
                                  : KeyEntry{.name = run.title, .color = place % kCurveColors});
            if (grouping.dashKey.isEmpty()) entries.back().dash = curveDash(place / kCurveColors);
        }
    }
    if (!grouping.dashKey.isEmpty() && grouping.dashKey != grouping.colorKey)
        addValues(entries, facts, grouping.dashKey, false);
    return entries;
}

} // namespace fathom::app
