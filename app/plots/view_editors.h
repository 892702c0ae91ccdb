// SPDX-License-Identifier: GPL-3.0-or-later
// Small editors that the board's bar and a plot's settings share.
#pragma once

#include "app/plots/board_spec.h"

#include <QComboBox>
#include <QWidget>

class QDoubleSpinBox;
class QSlider;
class QSpinBox;

namespace fathom::app {

/// The way of smoothing and its strength.
class SmoothingEdit : public QWidget {
    Q_OBJECT
public:
    explicit SmoothingEdit(QWidget* parent = nullptr);
    void setValue(const widgets::Smoothing& smoothing);
    [[nodiscard]] widgets::Smoothing value() const;

Q_SIGNALS:
    void edited();

private:
    void showStrength();
    QComboBox* m_method = nullptr;
    QSlider* m_slider = nullptr; ///< of the weight
    QDoubleSpinBox* m_weight = nullptr;
    QSpinBox* m_window = nullptr;
    QSpinBox* m_order = nullptr;
};

/// What x is; for another metric also which.
class AxisEdit : public QWidget {
    Q_OBJECT
public:
    explicit AxisEdit(QWidget* parent = nullptr);
    void setMetrics(const QStringList& metrics);
    void setValue(XAxis axis, const QString& metric);
    [[nodiscard]] XAxis axis() const;
    [[nodiscard]] QString metric() const;

Q_SIGNALS:
    void edited();

private:
    QComboBox* m_axis = nullptr;
    QComboBox* m_metric = nullptr;
};

/// A choice of one of many names, found by typing any part of it; the first entry stands for none.
class NameCombo : public QComboBox {
    Q_OBJECT
public:
    explicit NameCombo(const QString& none, QWidget* parent = nullptr);
    /// Keeps the chosen name, even where it is none of these.
    void setNames(const QStringList& names);
    void setName(const QString& name);
    [[nodiscard]] QString name() const;

Q_SIGNALS:
    void nameEdited();

private:
    void keyPressEvent(QKeyEvent* event) override;
    void settle();
    QString m_told; ///< the name that nameEdited() told last, or that was set
};

/// "Exponential average", …
[[nodiscard]] QString label(widgets::SmoothingMethod method);
/// "Step", "Epoch", "Wall time", …
[[nodiscard]] QString label(XAxis axis);

} // namespace fathom::app
