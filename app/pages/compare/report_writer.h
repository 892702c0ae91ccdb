// SPDX-License-Identifier: GPL-3.0-or-later
// Writes what the Compare page compares as a document, with every section, whichever tabs were looked at:
// what is missing is read first.
#pragma once

#include "app/pages/compare/compare_report.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>

namespace fathom::app {

class AppContext;
class PanelLoader;
class PlotBoard;
class PlotTile;
class RelationsTab;
class StudySource;
class WeightsTab;

class ReportWriter : public QObject {
    Q_OBJECT
public:
    /// What the page has; all of it outlives the writer.
    struct Parts {
        PlotBoard& curves;
        WeightsTab& weights;
        StudySource& study;
        RelationsTab& relations;
    };
    ReportWriter(AppContext& context, const Parts& parts, QObject* parent);
    ~ReportWriter() override;

    /// .md gives Markdown, anything else HTML. In place of one that is still being written. The plots of
    /// `comparison` must be set on the board.
    void write(const ComparisonPtr& comparison, const QString& file);
    [[nodiscard]] bool isBusy() const { return m_isBusy; }

Q_SIGNALS:
    /// `problem` is empty when it was.
    void written(const QString& file, const QString& problem);

private:
    void look();
    void loadCurves();
    void take(const PlotTile& tile);
    void compose();
    void addStudy(ReportInput& input) const;

    AppContext& m_context;
    Parts m_parts;
    ComparisonPtr m_comparison;
    QString m_file;
    QTimer m_look; ///< whether all is read
    std::unique_ptr<PanelLoader> m_panels;
    std::shared_ptr<ReportCurves> m_curves;
    bool m_hasCurves = false;
    bool m_isBusy = false;
};

} // namespace fathom::app
