// SPDX-License-Identifier: GPL-3.0-or-later
// One plot of a board: keeps a LinePlot in step with its plan and with what the reader thread sends.
#pragma once

#include "app/plots/plot_plan.h"

#include <QWidget>

#include <map>
#include <memory>

namespace fathom::widgets {
class LinePlot;
class PlotLink;
} // namespace fathom::widgets

class QMenu;

namespace fathom::app {

class PlotTile : public QWidget {
    Q_OBJECT
public:
    PlotTile(quint64 id, QWidget* parent);
    ~PlotTile() override;

    [[nodiscard]] quint64 id() const { return m_id; }
    /// What is drawn stays until the answer to a new query comes. `link` is used where the plot has the
    /// board's x.
    void setPlan(const PlotPanel& panel, PlotPlan plan, const std::vector<PlotNote>& notes,
                 widgets::PlotLink* link);
    [[nodiscard]] const PlotPanel& panel() const { return m_panel; }
    [[nodiscard]] const PlotPlan& plan() const { return m_plan; }
    /// The same object until the query changes.
    [[nodiscard]] const PlotQueryPtr& query() const { return m_query; }
    void apply(const PlotNews& news);
    /// The query was answered to the end.
    [[nodiscard]] bool isComplete() const { return m_complete; }
    [[nodiscard]] widgets::LinePlot& plot() const { return *m_plot; }
    /// Wheel turns over a plot that has no focus scroll the board.
    void setWheelScrolls(bool on) { m_wheelScrolls = on; }

Q_SIGNALS:
    /// The user changed a scale or the clipping on the plot itself.
    void viewEdited(fathom::app::PlotOverrides own);
    void noteRequested(double x, double y);
    void noteActivated(int index);
    void menuOpened(QMenu* menu);
    void runHovered(qint64 run); ///< −1: none
    void runClicked(qint64 run);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// The curves of the plot that one curve of the query takes; −1: not yet there.
    struct Slot {
        int raw = -1;
        int smoothed = -1;
        int superseded = -1;
    };
    void begin(const PlotQuery& query);
    void applyCurve(const CurveNews& news);
    void applyGroup(const GroupNews& news);
    void applySmoothed(Slot& slot, const CurveLook& look, const CurveContent& content);
    void applySuperseded(Slot& slot, const CurveLook& look, const CurveContent& content);
    void restyle();
    void hideCurves(const Slot& slot);
    [[nodiscard]] QColor color(const CurveLook& look) const;
    [[nodiscard]] qint64 runOf(int curve) const;
    void noticeView();

    quint64 m_id;
    PlotPanel m_panel;
    PlotPlan m_plan;
    PlotQueryPtr m_query;
    PlotQueryPtr m_drawn; ///< that the curves of the plot belong to
    bool m_complete = false;
    bool m_wheelScrolls = false;
    bool m_settingView = false;
    widgets::LinePlot* m_plot = nullptr;
    std::map<CurveId, Slot> m_slots;
    std::map<std::size_t, int> m_groups; ///< of the query, to curves of the plot
};

} // namespace fathom::app
