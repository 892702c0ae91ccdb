// SPDX-License-Identifier: GPL-3.0-or-later
// The samples of a run's validations: the table of references and predictions with the errors of each, the
// recording of the selected one, and what all of them say together – confused words and the vocabulary for
// speech, the confusion matrix and the scores of each class for a classifier, BLEU for translation.
//
//   auto* view = new SampleView(context, parent);
//   view->addActions(QStringLiteral("train"));       // once per page
//   view->setRun(runId);                             // follows its newest validation
//   view->compareWithRun(otherId, tr("speech/3"));   // sets another run's newest validation beside
#pragma once

#include "app/models/sample_model.h"
#include "app/samples/column_table_model.h"
#include "engine/store/types.h"

#include <QTimer>
#include <QWidget>

#include <filesystem>
#include <optional>
#include <vector>

class QBoxLayout;
class QSettings;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace fathom::widgets {
class ElidedLabel;
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class AppContext;
class ClipPane;
class ConfusionView;
class FigureTable;
class SampleBar;
class SampleDetail;
class SampleLoader;
class SampleTable;

/// GUI thread. While hidden it reads nothing.
class SampleView : public QWidget {
    Q_OBJECT
public:
    explicit SampleView(AppContext& context, QWidget* parent = nullptr);
    ~SampleView() override;

    /// −1 for none. The same run again changes nothing.
    void setRun(qint64 run);
    /// −1 for none. After setRun(), which forgets it.
    void compareWithRun(qint64 run, const QString& name);
    /// Registers what can be done here for the page of this id ("train"); at most once for a page.
    void addActions(const QString& page);
    /// Opens the samples of a table below, such as those with a certain mistake.
    void showOnly(const std::vector<int>& samples, const QString& what);
    void saveState(QSettings& settings) const;
    void restoreState(QSettings& settings);
    /// True when everything that is asked for is on screen, or nothing is while hidden.
    [[nodiscard]] bool isSettled() const;

    [[nodiscard]] SampleModel& model() { return m_model; }
    [[nodiscard]] SampleTable& table() const { return *m_table; }
    [[nodiscard]] ClipPane& clip() const;
    [[nodiscard]] QString caption() const;
    /// Little: what has no room side by side is put one above the other.
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// isSettled() became true.
    void settled();

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct ClassRow {
        QString label{};
        ClassScore score{};
    };
    enum class Part { Samples, Words, Vocabulary, Matrix, Classes };

    void build();
    [[nodiscard]] QWidget* buildHeader();
    void buildFigureTables();
    void link();
    void linkLoader();
    void showLoaded(const SampleSetPtr& set, bool isNewer);
    void showAnalysis(const SampleAnalysisPtr& analysis);
    void showChanges(const SampleSetPtr& before, const SampleAnalysisPtr& beforeAnalysis,
                     const SampleChangesPtr& changes);
    void showParts();
    void showPart(int tab);
    void showDetail(int sample);
    void applyFilter();
    void updateCaption();
    void updateEmpty(const QString& problem = {});
    void lookSoon();
    void arrange(bool narrow);

    AppContext& m_context;
    SampleModel m_model;
    ColumnTableModel<WordConfusion> m_confusions;
    ColumnTableModel<WordAccuracy> m_vocabulary;
    ColumnTableModel<ClassRow> m_classes;
    SampleLoader* m_loader;
    qint64 m_run = -1;
    int m_sample = -1; ///< the one in the detail
    QString m_corpus;  ///< what all samples say
    QString m_change;  ///< against what they are compared with
    bool m_isStale = false;
    std::optional<bool> m_isNarrow; ///< as it is arranged
    bool m_hasSizes = false;        ///< of the splitter, from the settings
    QTimer m_soon;
    std::vector<Part> m_parts; ///< of the tabs

    QBoxLayout* m_header = nullptr;
    QTabBar* m_tabs;
    SampleBar* m_bar;
    widgets::ElidedLabel* m_caption;
    QStackedWidget* m_content;
    QSplitter* m_splitter;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_empty;
    SampleTable* m_table;
    FigureTable* m_confusionTable;
    FigureTable* m_vocabularyTable;
    FigureTable* m_classTable;
    ConfusionView* m_matrix;
    SampleDetail* m_detail;
};

} // namespace fathom::app
