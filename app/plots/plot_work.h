// SPDX-License-Identifier: GPL-3.0-or-later
// The work behind one plot, in pieces short enough to drop it between two of them.
#pragma once

#include "app/plots/curve_store.h"

#include <chrono>
#include <optional>
#include <vector>

namespace fathom::app {

/// One thread only.
class PlotWork {
public:
    using Clock = std::chrono::steady_clock;

    PlotWork(quint64 plot, PlotQueryPtr query);

    [[nodiscard]] quint64 plot() const { return m_plot; }
    [[nodiscard]] const PlotQueryPtr& query() const { return m_query; }
    /// Someone wrote to the store: curves of live runs are looked at again, not more often than a tenth of
    /// the time that takes.
    void wake(const CurveStore& store);
    /// A first look at one curve that had none: short series whole, long ones coarse. False when all had one.
    bool glance(CurveStore& store, Clock::time_point now);
    /// One more piece: a long series, a curve that may have grown, an average, the marks. False when nothing
    /// is left to do now.
    bool advance(CurveStore& store, Clock::time_point now);
    /// When advance() has something again; nothing when only wake() can tell.
    [[nodiscard]] std::optional<Clock::time_point> nextDue() const;
    /// What came of it since the last call; null for nothing.
    [[nodiscard]] PlotNewsPtr takeNews();

private:
    enum class State { Untouched, Coarse, Whole };
    struct Curve {
        State state = State::Untouched;
        bool due = false;       ///< may have grown
        std::size_t points = 0; ///< of all attempts when it was last computed
        double lastX = 0;
        bool isPlain = false; ///< nothing superseded, in order: new points go behind
        Clock::time_point notBefore{};
        CurveContentPtr content{}; ///< kept where it is averaged
    };
    void deliver(CurveStore& store, std::size_t index, Clock::time_point now);
    bool deliverNew(std::size_t index, std::span<const Attempt> attempts, std::size_t points);
    void send(std::size_t index, CurveNews news);
    bool averageOne();

    quint64 m_plot;
    PlotQueryPtr m_query;
    std::vector<Curve> m_curves;
    std::vector<bool> m_groupDue;
    bool m_marksDue = false;
    bool m_told = false; ///< that it is complete
    std::vector<MarkNews> m_marks;
    std::shared_ptr<PlotNews> m_news;
};

} // namespace fathom::app
