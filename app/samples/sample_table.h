// SPDX-License-Identifier: GPL-3.0-or-later
// The table of samples: pairs word under word, sorted by a click on a header.
#pragma once

#include <QTableView>

namespace fathom::app {

class SampleModel;

class SampleTable : public QTableView {
    Q_OBJECT
public:
    /// The model must outlive the table.
    explicit SampleTable(SampleModel& model, QWidget* parent = nullptr);
    /// Shows the columns that the model has; in a comparison those that there is room for.
    void updateColumns();
    /// Selects the row of this sample and scrolls to it; nothing when it is filtered out.
    void selectSample(int sample);

Q_SIGNALS:
    /// Space was pressed.
    void playRequested();
    /// The current row is of another sample; −1 for none.
    void sampleChanged(int sample);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    void copyRow() const;
    SampleModel& m_model;
};

} // namespace fathom::app
