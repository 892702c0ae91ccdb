// SPDX-License-Identifier: GPL-3.0-or-later
// One run as it goes: header, plots, predictions, log and files. Fed by news; the plots read the store
// themselves.
#pragma once

#include "app/models/run_news.h"
#include "engine/base/result.h"

#include <QWidget>

class QAction;
class QSettings;
class QSplitter;
class QTabWidget;
class QTreeWidget;

namespace fathom::app {

class AppContext;
class LogView;
class PlotBoard;
class RunHeader;
class SampleView;
struct RunActions;

class RunView : public QWidget {
    Q_OBJECT
public:
    RunView(AppContext& context, const RunActions& actions, QWidget* parent = nullptr);

    void apply(const RunNews& news);
    void showRefused(const Error& error);
    void saveState(QSettings& settings) const;
    void restoreState(QSettings& settings);

    [[nodiscard]] RunHeader& header() const { return *m_header; }
    [[nodiscard]] PlotBoard& plots() const { return *m_plots; }
    [[nodiscard]] LogView& log() const { return *m_log; }
    [[nodiscard]] SampleView& samples() const { return *m_samples; }

Q_SIGNALS:
    /// The user opened one of the run's files.
    void fileActivated(const QString& path);

private:
    [[nodiscard]] QWidget* buildFiles();
    void clear();
    void setFiles(const std::vector<store::Artifact>& artifacts);

    RunHeader* m_header = nullptr;
    PlotBoard* m_plots = nullptr;
    SampleView* m_samples = nullptr;
    LogView* m_log = nullptr;
    QTreeWidget* m_files = nullptr;
    QTabWidget* m_tabs = nullptr;
    QSplitter* m_splitter = nullptr;
};

} // namespace fathom::app
