// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/event_purges.h"

#include <charconv>

namespace fathom::exchange {

namespace {

/// 2 of "brain.Event:2"; 0 for what is no version.
double versionOf(std::string_view text) {
    double version = 0;
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return 0;
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), version);
    return version;
}

} // namespace

bool EventPurges::note(std::uint64_t index, const EventMessage& event) {
    if (!event.fileVersion.empty()) m_version = versionOf(event.fileVersion);
    if (m_version >= 2) {
        if (!event.isSessionStart || index == 0) return false;
        m_all.purges.push_back({index, event.step});
        return true;
    }
    // Before there were session starts: a step that falls purges the tags of its event.
    if (event.step >= m_newest || !event.hasSummary) {
        m_newest = event.step;
        return false;
    }
    for (const SummaryValue& value : event.values)
        m_byTag[std::string(value.tag)].purges.push_back({index, event.step});
    return true;
}

void EventPurges::List::prepare() {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (auto purge = purges.rbegin(); purge != purges.rend(); ++purge)
        purge->step = least = std::min(least, purge->step);
    next = 0;
}

bool EventPurges::List::keeps(std::uint64_t index, std::int64_t step) {
    while (next < purges.size() && purges[next].index <= index)
        ++next;
    return next == purges.size() || step < purges[next].step;
}

void EventPurges::prepare() {
    m_all.prepare();
    for (auto& [tag, list] : m_byTag)
        list.prepare();
}

bool EventPurges::keeps(std::uint64_t index, std::string_view tag, std::int64_t step) {
    if (!m_all.keeps(index, step)) return false;
    if (m_byTag.empty()) return true;
    const auto found = m_byTag.find(tag);
    return found == m_byTag.end() || found->second.keeps(index, step);
}

} // namespace fathom::exchange
