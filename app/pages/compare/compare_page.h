// SPDX-License-Identifier: GPL-3.0-or-later
// Why is one run better than another: any number of runs against a baseline.
#pragma once

#include "app/shell/page.h"
#include "engine/base/result.h"

#include <QPointer>

#include <optional>

class QAction;
class QComboBox;
class QLabel;
class QStackedWidget;
class QTabWidget;

namespace fathom::widgets {
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class AppContext;
class ComparisonSource;
class ComparisonTab;
struct FigureSource;
class ImportanceTab;
class PlotBoard;
class PredictionsTab;
class ProblemBar;
class RelationsTab;
class ReportWriter;
class StudySource;
class WeightsTab;

class ComparePage : public Page {
    Q_OBJECT
public:
    explicit ComparePage(AppContext& context, QObject* parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("compare"); }
    [[nodiscard]] QString title() const override { return tr("Compare"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("compare"); }
    [[nodiscard]] QWidget* widget() override;
    [[nodiscard]] QString badge() const override;
    void activated() override;
    void saveState(QSettings& settings) const override;
    void restoreState(QSettings& settings) override;
    [[nodiscard]] bool isSettled() const override;

    /// Compares these; the first is the baseline unless the one before is among them.
    void setRuns(const QList<qint64>& runs);
    [[nodiscard]] const QList<qint64>& runs() const;
    void setBaseline(qint64 run);
    [[nodiscard]] qint64 baseline() const;
    /// .md gives Markdown, anything else HTML. Said in the status bar when done.
    void writeReport(const QString& file);
    /// Shows the plot of an exported figure again, as a board of its own.
    void openFigure(const QString& file);

private:
    void addActions();
    void build();
    [[nodiscard]] QWidget* buildHeader();
    void connectTab(ComparisonTab* tab);
    void choose();
    void chooseReport();
    void forget();
    void show();
    void showFigure(const FigureSource& source, const QString& file);
    void refuseFigure(const Error& error);
    void forgetFigure();
    void fillCurrentTab();
    void plotRuns();
    void updateHeader();
    void sayWhyEmpty();
    void updateActions();
    [[nodiscard]] QString workspaceGroup() const;

    AppContext& m_context;
    ComparisonSource* m_source;
    QAction* m_report = nullptr;
    QAction* m_copy = nullptr;
    QAction* m_all = nullptr;
    QAction* m_next = nullptr;
    QAction* m_chooseAction = nullptr;
    StudySource* m_study = nullptr;
    QPointer<QStackedWidget> m_stack;
    widgets::EmptyState* m_empty = nullptr;
    QComboBox* m_baselineBox = nullptr;
    QLabel* m_caption = nullptr;
    QTabWidget* m_tabs = nullptr;
    ComparisonTab* m_overview = nullptr;
    ComparisonTab* m_config = nullptr;
    PlotBoard* m_curves = nullptr;
    PredictionsTab* m_predictions = nullptr;
    WeightsTab* m_weights = nullptr;
    ImportanceTab* m_importance = nullptr;
    RelationsTab* m_relations = nullptr;
    ReportWriter* m_writer = nullptr;
    ProblemBar* m_problem = nullptr;
    std::optional<Error> m_figureProblem{}; ///< why the figure that was opened last is not shown
};

} // namespace fathom::app
