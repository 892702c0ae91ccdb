// SPDX-License-Identifier: GPL-3.0-or-later
// Title, metrics and own ways of drawing of one plot.
#pragma once

#include "app/plots/board_spec.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QRadioButton;

namespace fathom::app {

class AxisEdit;
class SmoothingEdit;

class PlotSettingsDialog : public QDialog {
    Q_OBJECT
public:
    /// `metrics` are those of the board's runs.
    PlotSettingsDialog(const PlotSpec& plot, const BoardView& board, const QStringList& metrics,
                       QWidget* parent);
    [[nodiscard]] PlotSpec plot() const;

private:
    QWidget* buildMetrics();
    QWidget* buildView(const BoardView& board);
    void fillList();
    void filterList(const QString& text);
    void check();
    [[nodiscard]] QStringList chosen() const;

    PlotSpec m_plot;
    QStringList m_metrics;
    QLineEdit* m_title = nullptr;
    QRadioButton* m_byName = nullptr;
    QRadioButton* m_byPattern = nullptr;
    QLineEdit* m_search = nullptr;
    QListWidget* m_list = nullptr;
    QLineEdit* m_pattern = nullptr;
    QLabel* m_found = nullptr;
    QCheckBox* m_ownAxis = nullptr;
    AxisEdit* m_axis = nullptr;
    QCheckBox* m_ownSmoothing = nullptr;
    SmoothingEdit* m_smoothing = nullptr;
    QComboBox* m_xScale = nullptr;
    QComboBox* m_yScale = nullptr;
    QComboBox* m_clip = nullptr;
    QDialogButtonBox* m_buttons = nullptr;
};

} // namespace fathom::app
