// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_settings_dialog.h"

#include "app/plots/view_editors.h"
#include "widgets/fit_screen.h"
#include "widgets/form_labels.h"
#include "widgets/theme.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

/// "As the board", then the choices.
QComboBox* choice(const QStringList& choices, std::optional<int> chosen, const QString& name,
                  QWidget* parent) {
    auto* combo = new QComboBox(parent);
    combo->addItem(PlotSettingsDialog::tr("As the board"));
    combo->addItems(choices);
    combo->setCurrentIndex(chosen ? *chosen + 1 : 0);
    combo->setAccessibleName(name);
    return combo;
}

template <class T> std::optional<T> chosenOf(const QComboBox* combo) {
    if (combo->currentIndex() == 0) return std::nullopt;
    return static_cast<T>(combo->currentIndex() - 1);
}

template <class T> std::optional<int> indexOf(const std::optional<T>& value) {
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

} // namespace

PlotSettingsDialog::PlotSettingsDialog(const PlotSpec& plot, const BoardView& board,
                                       const QStringList& metrics, QWidget* parent)
    : QDialog(parent), m_plot(plot), m_metrics(metrics) {
    setWindowTitle(tr("Plot"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(widgets::kGrid);
    m_title = new QLineEdit(plot.title, this);
    m_title->setPlaceholderText(tr("Names of its metrics"));
    m_title->setAccessibleName(tr("Title"));
    auto* top = new QFormLayout;
    top->addRow(tr("&Title"), m_title);
    widgets::centerLabels(*top);
    layout->addLayout(top);
    layout->addWidget(buildMetrics(), 1);
    layout->addWidget(buildView(board));
    m_buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    layout->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
    widgets::resizeToFit(*this, {60 * widgets::kGrid, 70 * widgets::kGrid});
}

QWidget* PlotSettingsDialog::buildMetrics() {
    auto* box = new QWidget(this);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    m_byName = new QRadioButton(tr("&These metrics"), box);
    m_search = new QLineEdit(box);
    m_search->setPlaceholderText(tr("Find a metric"));
    m_search->setAccessibleName(tr("Find a metric"));
    m_search->setClearButtonEnabled(true);
    m_list = new QListWidget(box);
    m_list->setAccessibleName(tr("Metrics"));
    m_byPattern = new QRadioButton(tr("Those whose name &matches"), box);
    m_pattern = new QLineEdit(m_plot.pattern, box);
    m_pattern->setPlaceholderText(tr("Regular expression, such as ^val_.*wer"));
    m_pattern->setAccessibleName(tr("Regular expression"));
    m_pattern->setFont(widgets::monospace(font()));
    m_found = new QLabel(box);
    m_found->setWordWrap(true);
    for (QWidget* each : {static_cast<QWidget*>(m_byName), static_cast<QWidget*>(m_search),
                          static_cast<QWidget*>(m_list), static_cast<QWidget*>(m_byPattern),
                          static_cast<QWidget*>(m_pattern), static_cast<QWidget*>(m_found)})
        layout->addWidget(each);
    const bool byName = !m_plot.metrics.isEmpty() || m_plot.pattern.isEmpty();
    m_byName->setChecked(byName);
    m_byPattern->setChecked(!byName);
    fillList();
    connect(m_search, &QLineEdit::textChanged, this, &PlotSettingsDialog::filterList);
    connect(m_list, &QListWidget::itemChanged, this, &PlotSettingsDialog::check);
    connect(m_pattern, &QLineEdit::textChanged, this, &PlotSettingsDialog::check);
    connect(m_byName, &QRadioButton::toggled, this, &PlotSettingsDialog::check);
    return box;
}

/// Chosen ones first, and those too that no run has now.
void PlotSettingsDialog::fillList() {
    QStringList names = m_plot.metrics;
    for (const QString& metric : std::as_const(m_metrics))
        if (!names.contains(metric)) names.append(metric);
    for (const QString& metric : std::as_const(names)) {
        auto* item = new QListWidgetItem(metric, m_list);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(m_plot.metrics.contains(metric) ? Qt::Checked : Qt::Unchecked);
    }
}

void PlotSettingsDialog::filterList(const QString& text) {
    for (int row = 0; row < m_list->count(); ++row)
        m_list->item(row)->setHidden(!m_list->item(row)->text().contains(text, Qt::CaseInsensitive));
}

QWidget* PlotSettingsDialog::buildView(const BoardView& board) {
    auto* box = new QWidget(this);
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    const BoardView view = m_plot.own.over(board);
    m_axis = new AxisEdit(box);
    m_axis->setMetrics(m_metrics);
    m_axis->setValue(view.axis, view.xMetric);
    m_ownAxis = new QCheckBox(tr("Own &x axis"), box);
    m_ownAxis->setChecked(m_plot.own.axis.has_value());
    m_smoothing = new SmoothingEdit(box);
    m_smoothing->setValue(view.smoothing);
    m_ownSmoothing = new QCheckBox(tr("Own &smoothing"), box);
    m_ownSmoothing->setChecked(m_plot.own.smoothing.has_value());
    const QStringList scales{tr("Linear"), tr("Log"), tr("Symlog")};
    m_yScale = choice(scales, indexOf(m_plot.own.yScale), tr("Scale of the values"), box);
    m_xScale = choice(scales, indexOf(m_plot.own.xScale), tr("Scale of x"), box);
    m_clip = choice({tr("Shown"), tr("Clipped")}, indexOf(m_plot.own.clipOutliers), tr("Outliers"), box);
    form->addRow(m_ownAxis, m_axis);
    form->addRow(m_ownSmoothing, m_smoothing);
    form->addRow(tr("&Values"), m_yScale);
    form->addRow(tr("x s&cale"), m_xScale);
    form->addRow(tr("&Outliers"), m_clip);
    widgets::centerLabels(*form);
    m_axis->setEnabled(m_ownAxis->isChecked());
    m_smoothing->setEnabled(m_ownSmoothing->isChecked());
    connect(m_ownAxis, &QCheckBox::toggled, m_axis, &QWidget::setEnabled);
    connect(m_ownSmoothing, &QCheckBox::toggled, m_smoothing, &QWidget::setEnabled);
    return box;
}

QStringList PlotSettingsDialog::chosen() const {
    QStringList metrics;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->checkState() == Qt::Checked) metrics.append(m_list->item(row)->text());
    return metrics;
}

/// Says what the choice finds, and forbids OK where it can find nothing.
void PlotSettingsDialog::check() {
    const bool byName = m_byName->isChecked();
    m_search->setEnabled(byName);
    m_list->setEnabled(byName);
    m_pattern->setEnabled(!byName);
    bool legal = true;
    if (byName) {
        const auto count = chosen().size();
        legal = count > 0;
        m_found->setText(count == 0   ? tr("Choose at least one metric.")
                         : count == 1 ? tr("1 metric chosen.")
                                      : tr("%1 metrics chosen.").arg(count));
    } else {
        const QRegularExpression expression(m_pattern->text());
        const QStringList found = PlotSpec{.pattern = m_pattern->text()}.select(m_metrics);
        legal = expression.isValid() && !m_pattern->text().isEmpty();
        m_found->setText(!expression.isValid() ? tr("Not a regular expression: %1, at character %2.")
                                                     .arg(expression.errorString())
                                                     .arg(expression.patternErrorOffset() + 1)
                         : found.isEmpty() ? tr("Finds no metric of these runs yet.")
                                           : tr("Finds %1.").arg(found.join(QStringLiteral(", "))));
    }
    if (m_buttons != nullptr) m_buttons->button(QDialogButtonBox::Ok)->setEnabled(legal);
}

PlotSpec PlotSettingsDialog::plot() const {
    PlotSpec plot = m_plot;
    plot.title = m_title->text().trimmed();
    plot.metrics = m_byName->isChecked() ? chosen() : QStringList();
    plot.pattern = m_byName->isChecked() ? QString() : m_pattern->text();
    plot.own = {};
    if (m_ownAxis->isChecked()) {
        plot.own.axis = m_axis->axis();
        plot.own.xMetric = m_axis->metric();
    }
    if (m_ownSmoothing->isChecked()) plot.own.smoothing = m_smoothing->value();
    plot.own.xScale = chosenOf<widgets::PlotScale>(m_xScale);
    plot.own.yScale = chosenOf<widgets::PlotScale>(m_yScale);
    plot.own.clipOutliers = chosenOf<bool>(m_clip);
    return plot;
}

} // namespace fathom::app
