// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/view_editors.h"

#include "widgets/theme.h"

#include <QCompleter>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>

namespace fathom::app {

namespace {
using widgets::SmoothingMethod;

constexpr SmoothingMethod kMethods[] = {SmoothingMethod::None,          SmoothingMethod::Ema,
                                        SmoothingMethod::MovingAverage, SmoothingMethod::Median,
                                        SmoothingMethod::Gaussian,      SmoothingMethod::SavitzkyGolay};
constexpr XAxis kAxes[] = {XAxis::Step,     XAxis::Epoch,   XAxis::Wall,
                           XAxis::Relative, XAxis::Process, XAxis::Metric};
constexpr int kSliderSteps = 1000;
constexpr int kLeastChoice = 9 * widgets::kGrid; // a narrow window cuts the words, not the controls

QHBoxLayout* tightRow(QWidget* parent) {
    auto* layout = new QHBoxLayout(parent);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid / 2);
    return layout;
}
} // namespace

QString label(SmoothingMethod method) {
    switch (method) {
    case SmoothingMethod::Ema:
        return SmoothingEdit::tr("Exponential average");
    case SmoothingMethod::MovingAverage:
        return SmoothingEdit::tr("Moving average");
    case SmoothingMethod::Median:
        return SmoothingEdit::tr("Median");
    case SmoothingMethod::Gaussian:
        return SmoothingEdit::tr("Gaussian");
    case SmoothingMethod::SavitzkyGolay:
        return SmoothingEdit::tr("Savitzky–Golay");
    case SmoothingMethod::None:
        break;
    }
    return SmoothingEdit::tr("No smoothing");
}

QString label(XAxis axis) {
    switch (axis) {
    case XAxis::Epoch:
        return AxisEdit::tr("Epoch");
    case XAxis::Wall:
        return AxisEdit::tr("Wall time");
    case XAxis::Relative:
        return AxisEdit::tr("Relative time");
    case XAxis::Process:
        return AxisEdit::tr("Time without pauses");
    case XAxis::Metric:
        return AxisEdit::tr("Metric…");
    case XAxis::Step:
        break;
    }
    return AxisEdit::tr("Step");
}

SmoothingEdit::SmoothingEdit(QWidget* parent) : QWidget(parent) {
    auto* layout = tightRow(this);
    m_method = new QComboBox(this);
    for (const SmoothingMethod method : kMethods)
        m_method->addItem(label(method));
    m_method->setMinimumWidth(kLeastChoice);
    m_method->setAccessibleName(tr("Smoothing"));
    m_method->setToolTip(tr("Smooths over all points, whatever part of them is shown"));
    m_slider = new QSlider(Qt::Horizontal, this);
    m_slider->setRange(0, kSliderSteps - 1);
    m_slider->setMinimumWidth(5 * widgets::kGrid);
    m_slider->setMaximumWidth(10 * widgets::kGrid);
    m_slider->setAccessibleName(tr("Weight of the past"));
    m_weight = new QDoubleSpinBox(this);
    m_weight->setRange(0, 1);
    m_weight->setDecimals(3);
    m_weight->setSingleStep(0.01);
    m_weight->setAccessibleName(tr("Weight of the past"));
    m_weight->setToolTip(tr("Weight of the past, as TensorBoard's smoothing"));
    m_window = new QSpinBox(this);
    m_window->setRange(1, widgets::kMostWindow);
    m_window->setSingleStep(2);
    m_window->setSuffix(tr(" points"));
    m_window->setAccessibleName(tr("Window of the smoothing"));
    m_order = new QSpinBox(this);
    m_order->setRange(0, 5);
    m_order->setPrefix(tr("degree "));
    m_order->setAccessibleName(tr("Degree of the polynomial"));
    for (QWidget* part :
         {static_cast<QWidget*>(m_method), static_cast<QWidget*>(m_slider), static_cast<QWidget*>(m_weight),
          static_cast<QWidget*>(m_window), static_cast<QWidget*>(m_order)})
        layout->addWidget(part);
    setValue({});
    connect(m_method, &QComboBox::activated, this, [this] {
        showStrength();
        Q_EMIT edited();
    });
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
        m_weight->setValue(static_cast<double>(value) / kSliderSteps); // says edited()
    });
    connect(m_weight, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const QSignalBlocker blocker(m_slider);
        m_slider->setValue(static_cast<int>(std::lround(value * kSliderSteps)));
        Q_EMIT edited();
    });
    connect(m_window, &QSpinBox::valueChanged, this, &SmoothingEdit::edited);
    connect(m_order, &QSpinBox::valueChanged, this, &SmoothingEdit::edited);
}

void SmoothingEdit::setValue(const widgets::Smoothing& smoothing) {
    const QSignalBlocker blockers[] = {QSignalBlocker(m_slider), QSignalBlocker(m_weight),
                                       QSignalBlocker(m_window), QSignalBlocker(m_order)};
    m_method->setCurrentIndex(static_cast<int>(smoothing.method));
    m_weight->setValue(smoothing.weight);
    m_slider->setValue(static_cast<int>(std::lround(smoothing.weight * kSliderSteps)));
    m_window->setValue(smoothing.window);
    m_order->setValue(smoothing.order);
    showStrength();
}

widgets::Smoothing SmoothingEdit::value() const {
    return {.method = kMethods[m_method->currentIndex()],
            .weight = m_weight->value(),
            .window = m_window->value(),
            .order = m_order->value()};
}

void SmoothingEdit::showStrength() {
    const SmoothingMethod method = kMethods[m_method->currentIndex()];
    m_slider->setVisible(method == SmoothingMethod::Ema);
    m_weight->setVisible(method == SmoothingMethod::Ema);
    m_window->setVisible(method != SmoothingMethod::Ema && method != SmoothingMethod::None);
    m_order->setVisible(method == SmoothingMethod::SavitzkyGolay);
}

AxisEdit::AxisEdit(QWidget* parent) : QWidget(parent) {
    auto* layout = tightRow(this);
    m_axis = new QComboBox(this);
    for (const XAxis axis : kAxes)
        m_axis->addItem(label(axis));
    m_axis->setMinimumWidth(kLeastChoice);
    m_axis->setAccessibleName(tr("x axis"));
    m_axis->setToolTip(tr("What x is"));
    auto* metric = new NameCombo(tr("Choose a metric"), this);
    metric->setAccessibleName(tr("Metric of the x axis"));
    metric->setVisible(false);
    m_metric = metric;
    layout->addWidget(m_axis);
    layout->addWidget(m_metric);
    connect(m_axis, &QComboBox::activated, this, [this] {
        m_metric->setVisible(axis() == XAxis::Metric);
        Q_EMIT edited();
    });
    connect(metric, &NameCombo::nameEdited, this, &AxisEdit::edited);
}

void AxisEdit::setMetrics(const QStringList& metrics) {
    static_cast<NameCombo*>(m_metric)->setNames(metrics);
}

void AxisEdit::setValue(XAxis axis, const QString& metric) {
    m_axis->setCurrentIndex(static_cast<int>(axis));
    static_cast<NameCombo*>(m_metric)->setName(metric);
    m_metric->setVisible(axis == XAxis::Metric);
}

XAxis AxisEdit::axis() const {
    return kAxes[m_axis->currentIndex()];
}

QString AxisEdit::metric() const {
    return static_cast<NameCombo*>(m_metric)->name();
}

NameCombo::NameCombo(const QString& none, QWidget* parent) : QComboBox(parent) {
    setEditable(true);
    setInsertPolicy(QComboBox::NoInsert);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(18);
    setMinimumWidth(kLeastChoice);
    completer()->setCompletionMode(QCompleter::PopupCompletion);
    completer()->setFilterMode(Qt::MatchContains);
    lineEdit()->setPlaceholderText(none);
    addItem(QString());
    connect(this, &QComboBox::activated, this, &NameCombo::settle);
    connect(lineEdit(), &QLineEdit::editingFinished, this, &NameCombo::settle);
}

void NameCombo::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) setEditText(m_told); // what was typed does not count
    QComboBox::keyPressEvent(event);
}

/// What was typed counts as what was chosen: a name, or nothing where the text was removed. A part of a name
/// changes nothing.
void NameCombo::settle() {
    const int typed = findText(currentText());
    const int index = typed >= 0 ? typed : std::max(0, findText(m_told));
    setCurrentIndex(index);
    setEditText(itemText(index));
    if (name() == m_told) return;
    m_told = name();
    Q_EMIT nameEdited();
}

void NameCombo::setNames(const QStringList& names) {
    const QString chosen = m_told;
    QStringList all{QString()};
    all.append(names);
    if (!all.contains(chosen)) all.append(chosen);
    QStringList current;
    for (int i = 0; i < count(); ++i)
        current.append(itemText(i));
    if (current == all) return;
    const QSignalBlocker blocker(this);
    clear();
    addItems(all);
    setCurrentIndex(findText(chosen));
}

void NameCombo::setName(const QString& name) {
    const QSignalBlocker blocker(this);
    if (findText(name) < 0) addItem(name);
    setCurrentIndex(findText(name));
    m_told = name;
}

QString NameCombo::name() const {
    return findText(currentText()) < 0 ? QString() : currentText();
}

} // namespace fathom::app
