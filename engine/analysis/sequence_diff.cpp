// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/sequence_diff.h"

#include <algorithm>

namespace fathom::analysis {

namespace {

using Items = std::span<const std::uint32_t>;
constexpr std::ptrdiff_t kMostEdits = 4000; // the trace takes half its square in numbers

/// Furthest reached position in `before` on each diagonal k = x - y, for k from -d to d in steps of two.
using Frontier = std::vector<std::ptrdiff_t>;

std::ptrdiff_t reached(const Frontier& frontier, std::ptrdiff_t k) {
    const auto d = static_cast<std::ptrdiff_t>(frontier.size()) - 1;
    return k < -d || k > d ? -1 : frontier[static_cast<std::size_t>((k + d) / 2)];
}

struct Step {
    std::ptrdiff_t x = -1; ///< where diagonal k is entered; -1: it cannot be
    bool removes = false;  ///< by removing an item, from k - 1; else by adding one, from k + 1
};

Step enter(const Frontier& last, std::ptrdiff_t k, std::ptrdiff_t n, std::ptrdiff_t m) {
    Step removing{reached(last, k - 1), true};
    if (removing.x >= 0 && ++removing.x > n) removing.x = -1;
    Step adding{reached(last, k + 1), false};
    if (adding.x >= 0 && adding.x - k > m) adding.x = -1;
    return removing.x > adding.x ? removing : adding;
}

/// One frontier for each number of edits, up to the one that reaches both ends; empty when there are too
/// many.
std::vector<Frontier> search(Items before, Items after) {
    const auto n = static_cast<std::ptrdiff_t>(before.size());
    const auto m = static_cast<std::ptrdiff_t>(after.size());
    std::vector<Frontier> trace;
    for (std::ptrdiff_t d = 0; d <= std::min(n + m, kMostEdits); ++d) {
        Frontier next(static_cast<std::size_t>(d) + 1, -1);
        for (std::ptrdiff_t k = -d; k <= d; k += 2) {
            std::ptrdiff_t x = d == 0 ? 0 : enter(trace.back(), k, n, m).x;
            if (x < 0) continue;
            while (x < n && x - k < m &&
                   before[static_cast<std::size_t>(x)] == after[static_cast<std::size_t>(x - k)])
                ++x;
            next[static_cast<std::size_t>((k + d) / 2)] = x;
        }
        trace.push_back(std::move(next));
        if (reached(trace.back(), n - m) == n) return trace;
    }
    return {};
}

std::vector<Edit> walkBack(const std::vector<Frontier>& trace, std::size_t before, std::size_t after) {
    const auto n = static_cast<std::ptrdiff_t>(before);
    const auto m = static_cast<std::ptrdiff_t>(after);
    std::ptrdiff_t x = n;
    std::ptrdiff_t y = m;
    std::vector<Edit> edits; // from the end to the start
    const auto put = [&](EditKind kind) {
        x -= kind == EditKind::Added ? 0 : 1;
        y -= kind == EditKind::Removed ? 0 : 1;
        edits.push_back({kind, static_cast<std::size_t>(x), static_cast<std::size_t>(y)});
    };
    for (std::size_t d = trace.size() - 1; d > 0; --d) {
        const Step step = enter(trace[d - 1], x - y, n, m);
        while (x > step.x)
            put(EditKind::Same);
        put(step.removes ? EditKind::Removed : EditKind::Added);
    }
    while (x > 0)
        put(EditKind::Same);
    std::reverse(edits.begin(), edits.end());
    return edits;
}

/// Within a stretch of edits, removed items first.
void orderEdits(std::vector<Edit>& edits) {
    for (auto from = edits.begin(); from != edits.end();) {
        const auto isSame = [](const Edit& edit) { return edit.kind == EditKind::Same; };
        from = std::find_if_not(from, edits.end(), isSame);
        const auto to = std::find_if(from, edits.end(), isSame);
        if (from == to) continue;
        const std::size_t before = from->before;
        const std::size_t after = from->after;
        const auto removed = static_cast<std::size_t>(
            std::count_if(from, to, [](const Edit& edit) { return edit.kind == EditKind::Removed; }));
        std::size_t index = 0;
        for (auto edit = from; edit != to; ++edit, ++index)
            *edit = index < removed ? Edit{EditKind::Removed, before + index, after}
                                    : Edit{EditKind::Added, before + removed, after + (index - removed)};
        from = to;
    }
}

} // namespace

std::vector<Edit> diffSequences(Items before, Items after) {
    const std::size_t shorter = std::min(before.size(), after.size());
    std::size_t head = 0;
    while (head < shorter && before[head] == after[head])
        ++head;
    std::size_t tail = 0;
    while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
        ++tail;
    const Items left = before.subspan(head, before.size() - head - tail);
    const Items right = after.subspan(head, after.size() - head - tail);

    std::vector<Edit> edits;
    edits.reserve(before.size() + right.size());
    for (std::size_t i = 0; i < head; ++i)
        edits.push_back({EditKind::Same, i, i});
    const std::vector<Frontier> trace = search(left, right);
    if (trace.empty()) {
        for (std::size_t i = 0; i < left.size(); ++i)
            edits.push_back({EditKind::Removed, head + i, head});
        for (std::size_t i = 0; i < right.size(); ++i)
            edits.push_back({EditKind::Added, head + left.size(), head + i});
    } else {
        for (const Edit& edit : walkBack(trace, left.size(), right.size()))
            edits.push_back({edit.kind, head + edit.before, head + edit.after});
    }
    for (std::size_t i = 0; i < tail; ++i)
        edits.push_back({EditKind::Same, before.size() - tail + i, after.size() - tail + i});
    orderEdits(edits);
    return edits;
}

} // namespace fathom::analysis
