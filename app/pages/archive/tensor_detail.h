// SPDX-License-Identifier: GPL-3.0-or-later
// One tensor: its values, a heat map of them, and their distribution.
#pragma once

#include "app/models/tensor_slice.h"
#include "app/models/tensor_summary.h"

#include <QWidget>

#include <optional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableView;
class QTabWidget;

namespace fathom::widgets {
class HeatMap;
class Histogram;
} // namespace fathom::widgets

namespace fathom::app {

class JobRunner;
class TensorValueModel;

class TensorDetail : public QWidget {
    Q_OBJECT
public:
    explicit TensorDetail(JobRunner& jobs, QWidget* parent = nullptr);

    /// Shows the tensor; its numbers follow with setSummary.
    void setTensor(const archive::Tensor& tensor);
    /// Nothing is chosen: says so.
    void clear(const QString& title);
    /// nullopt: there are none of this dtype.
    void setSummary(const std::optional<TensorSummary>& summary);
    /// What is said of the element under the pointer.
    [[nodiscard]] QString readout() const;
    [[nodiscard]] widgets::HeatMap* heatMap() const { return m_heatMap; }
    void showHeatMap();

Q_SIGNALS:
    void exportRequested();

private:
    QWidget* makeValues();
    QWidget* makeHeatMap();
    QWidget* makeHistogram();
    void makeSpinners(const archive::Tensor& tensor);
    void showSlice();
    void clearReadout();
    void readCells(const widgets::HeatRegion& region);
    void readValues(qint64 row, qint64 column);
    void copyValues();
    bool eventFilter(QObject* watched, QEvent* event) override;

    JobRunner& m_jobs;
    std::optional<archive::Tensor> m_tensor;
    TensorSlice m_slice;
    int m_generation = 0; ///< of the slice
    TensorValueModel* m_values;
    QLabel* m_name;
    QLabel* m_numbers;
    QPushButton* m_export;
    QTabWidget* m_tabs;
    QTableView* m_table = nullptr;
    widgets::HeatMap* m_heatMap = nullptr;
    QLabel* m_readout = nullptr;
    widgets::Histogram* m_histogram = nullptr;
    QWidget* m_axes;
    QHBoxLayout* m_axisRow;
    std::vector<QSpinBox*> m_spinners;
};

} // namespace fathom::app
