// SPDX-License-Identifier: GPL-3.0-or-later
// What stands beside the tree: the source with the story of the current key, the comparison with another
// config, the runs of a sweep; below them the learning rate.
#pragma once

#include <QWidget>

class QTabWidget;

namespace fathom::app {

class ConfigComparison;
class ConfigModel;
class DiffPane;
class OriginPane;
class SchedulePane;
class SourcePane;
class SweepPane;
struct SweepPreview;

class InspectorPane : public QWidget {
    Q_OBJECT
public:
    InspectorPane(const ConfigModel& model, ConfigComparison& comparison, QWidget* parent = nullptr);

    [[nodiscard]] SourcePane* source() const { return m_source; }
    [[nodiscard]] OriginPane* origin() const { return m_origin; }
    [[nodiscard]] DiffPane* diff() const { return m_diff; }
    [[nodiscard]] SweepPane* sweep() const { return m_sweep; }
    [[nodiscard]] SchedulePane* schedule() const { return m_schedule; }

    void showSource();
    void showDiff();
    /// The tab of the sweep is there while there is one; a new sweep comes to the front.
    void setSweep(const SweepPreview& sweep, int current);

private:
    QTabWidget* m_tabs;
    SourcePane* m_source;
    OriginPane* m_origin;
    DiffPane* m_diff;
    SweepPane* m_sweep;
    SchedulePane* m_schedule;
};

} // namespace fathom::app
