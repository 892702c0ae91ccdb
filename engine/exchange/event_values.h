// SPDX-License-Identifier: Apache-2.0
// The values of event messages on their way to a sink: which tag is what. Internal to engine/exchange.
#pragma once

#include "engine/exchange/event_message.h"
#include "engine/exchange/event_run.h"
#include "engine/exchange/run_sink.h"

#include <deque>
#include <limits>
#include <string>
#include <unordered_map>

namespace fathom::exchange {

class EventValues {
public:
    explicit EventValues(EventOptions options) : m_options(options) {}

    /// `keeps(tag)` tells whether the values of a tag survive later purges.
    template <class Keeps> void take(const EventMessage& event, RunSink& sink, const Keeps& keeps) {
        if (event.isOther) ++sink.counts.skipped["graph or log"];
        for (const SummaryValue& value : event.values) {
            Tag& tag = tagOf(value);
            if (tag.role == Role::Scalar && value.hasNumber) {
                if (!keeps(value.tag)) {
                    ++sink.counts.purged;
                    continue;
                }
                if (tag.series < 0) tag.series = sink.series(tag.name);
                noteTime(event);
                sink.put(tag.series, event.step, event.wallTime, value.number);
                ++sink.counts.points;
            } else if (tag.role == Role::Hparams || keeps(value.tag)) {
                takeOther(tag, event, value, sink);
            }
        }
    }

    /// The greatest step of a value handed on so far.
    [[nodiscard]] std::int64_t greatestStep() const { return m_greatestStep; }
    void describe(RunSink& sink) const { sink.describe(m_description); }

private:
    enum class Role { Unknown, Scalar, Text, Hparams, Other };
    struct Tag {
        std::string name{};
        Role role = Role::Unknown;
        std::string kind{}; ///< what skipped values of it count as
        int series = -1;
        std::size_t follower = 0; ///< the tag that came after it the last time
    };

    [[nodiscard]] Tag& tagOf(const SummaryValue& value);
    [[nodiscard]] std::size_t find(std::string_view name);
    static void classify(Tag& tag, const SummaryValue& value);
    void takeOther(const Tag& tag, const EventMessage& event, const SummaryValue& value, RunSink& sink);
    void takeHparams(const SummaryValue& value);
    void takeMedia(const Tag& tag, const EventMessage& event, const SummaryValue& value, RunSink& sink);
    [[nodiscard]] bool takeTensorMedia(const Tag& tag, const EventMessage& event, const SummaryValue& value,
                                       RunSink& sink);
    void noteTime(const EventMessage& event) { m_greatestStep = std::max(m_greatestStep, event.step); }

    EventOptions m_options;
    std::deque<Tag> m_tags{};
    std::unordered_map<std::string_view, std::size_t> m_byName{};
    std::size_t m_last = 0;
    std::int64_t m_greatestStep = std::numeric_limits<std::int64_t>::min();
    store::ForeignRun m_description{};
};

} // namespace fathom::exchange
