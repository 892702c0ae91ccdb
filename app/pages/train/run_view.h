// SPDX-License-Identifier: GPL-3.0-or-later
// One run as it goes: header, plots, predictions, log and files. Fed by news; knows no bridge.
#pragma once

#include "app/models/run_news.h"
#include "app/models/sample_model.h"
#include "engine/base/result.h"

#include <QSortFilterProxyModel>
#include <QWidget>

class QAction;
class QLabel;
class QSettings;
class QSplitter;
class QTabWidget;
class QTableView;
class QTreeWidget;

namespace fathom::app {

class LogView;
class PlotBoard;
class RunHeader;
struct RunActions;

class RunView : public QWidget {
    Q_OBJECT
public:
    explicit RunView(const RunActions& actions, QWidget* parent = nullptr);

    void apply(const RunNews& news);
    void showRefused(const Error& error);
    void saveState(QSettings& settings) const;
    void restoreState(QSettings& settings);

    [[nodiscard]] RunHeader& header() const { return *m_header; }
    [[nodiscard]] PlotBoard& plots() const { return *m_plots; }
    [[nodiscard]] LogView& log() const { return *m_log; }
    [[nodiscard]] SampleModel& samples() { return m_samples; }

Q_SIGNALS:
    /// The user opened one of the run's files.
    void fileActivated(const QString& path);

private:
    [[nodiscard]] QWidget* buildSamples();
    [[nodiscard]] QWidget* buildFiles();
    void clear();
    void setFiles(const std::vector<store::Artifact>& artifacts);
    void setSamples(std::vector<store::Sample> samples);

    SampleModel m_samples;
    QSortFilterProxyModel m_sortedSamples;
    RunHeader* m_header = nullptr;
    PlotBoard* m_plots = nullptr;
    LogView* m_log = nullptr;
    QTableView* m_sampleTable = nullptr;
    QLabel* m_sampleCaption = nullptr;
    QTreeWidget* m_files = nullptr;
    QTabWidget* m_tabs = nullptr;
    QSplitter* m_splitter = nullptr;
};

} // namespace fathom::app
