// SPDX-License-Identifier: GPL-3.0-or-later
// A classifier's confusion matrix.
#pragma once

#include "app/models/sample_analysis.h"

#include <QWidget>

class QTableView;

namespace fathom::widgets {
class ElidedLabel;
}

namespace fathom::app {

class ConfusionModel;

class ConfusionView : public QWidget {
    Q_OBJECT
public:
    explicit ConfusionView(QWidget* parent = nullptr);
    void set(SampleAnalysisPtr analysis);
    [[nodiscard]] QTableView& table() const { return *m_table; }

Q_SIGNALS:
    /// A cell was clicked, or Enter was pressed on it. `what` names it.
    void samplesChosen(const std::vector<int>& samples, const QString& what);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void choose(const QModelIndex& index);
    ConfusionModel* m_model;
    QTableView* m_table;
    widgets::ElidedLabel* m_caption;
};

} // namespace fathom::app
