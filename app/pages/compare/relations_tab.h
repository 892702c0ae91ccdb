// SPDX-License-Identifier: GPL-3.0-or-later
// Config against metric in pictures: parallel coordinates, a scatter plot, a matrix of them. What is brushed
// there can be compared.
#pragma once

#include "app/pages/compare/study_source.h"

#include <QWidget>

class QComboBox;
class QMenu;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace fathom::widgets {
class EmptyState;
class ParallelCoordinates;
class ScatterPlot;
} // namespace fathom::widgets

namespace fathom::app {

class RelationsTab : public QWidget {
    Q_OBJECT
public:
    enum class View { Parallel, Scatter, Matrix };
    explicit RelationsTab(StudySource& source, QWidget* parent = nullptr);

    void setView(View view);
    [[nodiscard]] View view() const;
    /// Keys that are axes, most important first; at most these many are taken by themselves.
    static constexpr std::size_t kOwnAxes = 6;
    [[nodiscard]] const QStringList& keys() const { return m_keys; }
    [[nodiscard]] widgets::ParallelCoordinates& parallel() const { return *m_parallel; }
    [[nodiscard]] widgets::ScatterPlot& scatter() const { return *m_scatter; }
    [[nodiscard]] widgets::ScatterPlot& matrix() const { return *m_matrix; }

Q_SIGNALS:
    void compareRequested(const QList<qint64>& runs);
    void showRunRequested(qint64 run);

private:
    void build();
    [[nodiscard]] QWidget* buildBar();
    void showStudy();
    void showKeys();
    void showScatter();
    void fillKeyMenu();
    void select(const std::vector<int>& items);
    void updateAxisButtons();
    void toggleAxis(bool logarithmic);
    [[nodiscard]] widgets::ScatterAxis axis(const QString& key) const;

    StudySource& m_source;
    StudyPtr m_shown;
    QStringList m_keys;
    bool m_hasOwnKeys = false; ///< the user chose them
    std::vector<int> m_selection;
    QString m_flippedX;                 ///< key whose scatter axis is turned round
    std::optional<bool> m_logarithmicX; ///< what the user made of the scatter's axis
    QComboBox* m_view;
    QComboBox* m_x;
    QToolButton* m_axes;
    QMenu* m_axisMenu;
    QToolButton* m_logarithmic;
    QToolButton* m_flipped;
    QPushButton* m_compare;
    QStackedWidget* m_stack;
    widgets::ParallelCoordinates* m_parallel;
    widgets::ScatterPlot* m_scatter;
    widgets::ScatterPlot* m_matrix;
    widgets::EmptyState* m_message;
};

} // namespace fathom::app
