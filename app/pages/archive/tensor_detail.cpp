// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/tensor_detail.h"

#include "app/bridge/job_runner.h"
#include "app/models/tensor_model.h"
#include "app/models/tensor_value_model.h"
#include "widgets/heat_map.h"
#include "widgets/histogram.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

namespace {

using widgets::kGrid;

constexpr qint64 kVectorWrap = 16;

QString numbersText(const TensorSummary& summary) {
    const archive::TensorStatistics& s = summary.statistics;
    const auto number = [](double value) { return widgets::formatNumber(value); };
    const double zeros =
        s.count > 0 ? 100.0 * static_cast<double>(s.zeros) / static_cast<double>(s.count) : 0;
    QStringList parts{TensorDetail::tr("min %1").arg(number(s.minimum)),
                      TensorDetail::tr("max %1").arg(number(s.maximum)),
                      TensorDetail::tr("mean %1").arg(number(s.mean)),
                      TensorDetail::tr("std %1").arg(number(s.standardDeviation)),
                      TensorDetail::tr("norm %1").arg(number(summary.norm)),
                      TensorDetail::tr("zeros %1 %").arg(widgets::formatNumber(zeros, 3))};
    if (s.nans > 0) parts.append(TensorDetail::tr("NaN %1").arg(widgets::formatCount(s.nans)));
    if (s.infinities > 0)
        parts.append(TensorDetail::tr("infinite %1").arg(widgets::formatCount(s.infinities)));
    return parts.join(QStringLiteral("   "));
}

} // namespace

TensorDetail::TensorDetail(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_values(new TensorValueModel(this)),
      m_name(new QLabel),
      m_numbers(new QLabel),
      m_export(new QPushButton(widgets::icon(QStringLiteral("export")), tr("Export…"))),
      m_tabs(new QTabWidget),
      m_axes(new QWidget),
      m_axisRow(new QHBoxLayout(m_axes)) {
    m_name->setFont(widgets::monospace(font()));
    m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    for (QLabel* const label : {m_name, m_numbers})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_numbers->setWordWrap(true);
    m_export->setToolTip(tr("Write the tensor as .npy"));
    m_axisRow->setContentsMargins(0, 0, 0, 0);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(makeHistogram(), tr("Histogram"));
    m_tabs->addTab(makeHeatMap(), tr("Heat map"));
    m_tabs->addTab(makeValues(), tr("Values"));
    m_tabs->setCornerWidget(m_axes);
    auto* const row = new QHBoxLayout;
    row->addWidget(m_name, 1);
    row->addWidget(m_export);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(row);
    layout->addWidget(m_numbers);
    layout->addWidget(m_tabs, 1);
    connect(m_export, &QPushButton::clicked, this, &TensorDetail::exportRequested);
    connect(m_values, &TensorValueModel::blockWanted, this, &TensorDetail::readValues);
    connect(m_heatMap, &widgets::HeatMap::cellsWanted, this, &TensorDetail::readCells);
}

QWidget* TensorDetail::makeValues() {
    m_table = new QTableView;
    m_table->setModel(m_values);
    m_table->setAccessibleName(tr("Values"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setFont(widgets::monospace(font()));
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->installEventFilter(this);
    const int em = m_table->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    m_table->horizontalHeader()->setDefaultSectionSize(11 * em);
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + kGrid / 2);
    for (QHeaderView* const header : {m_table->horizontalHeader(), m_table->verticalHeader()}) {
        header->setFont(font());
        header->setSectionResizeMode(QHeaderView::Fixed); // a million rows are not measured
        header->setHighlightSections(false);
    }
    return m_table;
}

QWidget* TensorDetail::makeHeatMap() {
    auto* const page = new QWidget;
    m_heatMap = new widgets::HeatMap;
    m_readout = new QLabel;
    m_readout->setFont(widgets::monospace(font()));
    m_readout->setAccessibleName(tr("Value under the pointer"));
    auto* const layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->addWidget(m_heatMap, 1);
    layout->addWidget(m_readout);
    connect(m_heatMap, &widgets::HeatMap::left, this, &TensorDetail::clearReadout);
    connect(m_heatMap, &widgets::HeatMap::pointed, this, [this](const widgets::HeatPoint& point) {
        if (!m_tensor) return;
        QString text = QStringLiteral("%1 = %2").arg(m_slice.indexText(point.cell.row, point.cell.column),
                                                     exactText(m_tensor->dtype, point.cell.value));
        if (point.rows * point.columns > 1) {
            text += tr("   the greatest of %1 × %2 values here")
                        .arg(widgets::formatCount(point.rows), widgets::formatCount(point.columns));
        }
        m_readout->setEnabled(true);
        m_readout->setText(text);
    });
    return page;
}

QWidget* TensorDetail::makeHistogram() {
    auto* const page = new QWidget;
    m_histogram = new widgets::Histogram;
    m_histogram->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    auto* const layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->addWidget(m_histogram);
    return page;
}

void TensorDetail::makeSpinners(const archive::Tensor& tensor) {
    qDeleteAll(m_axes->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    m_spinners.clear();
    for (std::size_t axis = 0; axis + 2 < tensor.shape.size(); ++axis) {
        auto* const spinner = new QSpinBox;
        spinner->setRange(0, static_cast<int>(std::clamp<std::int64_t>(tensor.shape[axis] - 1, 0, INT_MAX)));
        spinner->setPrefix(tr("axis %1: ").arg(axis));
        spinner->setAccessibleName(tr("Index of axis %1").arg(axis));
        spinner->setWrapping(true);
        m_axisRow->addWidget(spinner);
        m_spinners.push_back(spinner);
        connect(spinner, &QSpinBox::valueChanged, this, &TensorDetail::showSlice);
    }
    m_axes->setVisible(!m_spinners.empty());
    m_axes->adjustSize();
}

void TensorDetail::setTensor(const archive::Tensor& tensor) {
    m_tensor = tensor;
    const QString name = QString::fromStdString(tensor.name);
    const auto dtype = archive::name(tensor.dtype);
    m_name->setText(QStringLiteral("%1   %2   %3")
                        .arg(name, QString::fromUtf8(dtype.data(), static_cast<qsizetype>(dtype.size())),
                             shapeText(tensor.shape)));
    m_name->setToolTip(name);
    m_numbers->setText(tr("Computing…"));
    m_histogram->setBins({}, 0, 0);
    m_export->setEnabled(true);
    m_tabs->setEnabled(true);
    makeSpinners(tensor);
    showSlice();
}

void TensorDetail::clear(const QString& title) {
    m_tensor.reset();
    m_slice = {};
    ++m_generation;
    m_name->setText(title);
    m_name->setToolTip(title);
    m_numbers->setText(tr("Select a tensor to see its values."));
    m_histogram->setBins({}, 0, 0);
    m_heatMap->setExtent(0, 0);
    m_values->setSlice({});
    m_readout->clear();
    m_axes->hide();
    m_export->setEnabled(false);
    m_tabs->setEnabled(false);
}

void TensorDetail::showSlice() {
    if (!m_tensor) return;
    std::vector<qint64> leading;
    for (const QSpinBox* const spinner : m_spinners)
        leading.push_back(spinner->value());
    m_slice = TensorSlice(*m_tensor, leading);
    ++m_generation;
    clearReadout();
    m_values->setSlice(TensorSlice(*m_tensor, leading, kVectorWrap));
    m_heatMap->setExtent(m_slice.rows(), m_slice.columns());
}

void TensorDetail::readCells(const widgets::HeatRegion& region) {
    m_jobs.run(
        QStringLiteral("archive.cells.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [slice = m_slice, region](std::stop_token stop) { return heatCells(slice, region, stop); },
        [this, generation = m_generation](const widgets::HeatCells& cells) {
            if (generation == m_generation && !cells.cells.empty()) m_heatMap->setCells(cells);
        });
}

void TensorDetail::readValues(qint64 row, qint64 column) {
    m_jobs.run(
        QString(), this,
        [slice = m_values->slice(), row, column](std::stop_token) { return readBlock(slice, row, column); },
        [this, generation = m_generation](const ValueBlock& block) {
            if (generation == m_generation) m_values->setBlock(block);
        });
}

void TensorDetail::setSummary(const std::optional<TensorSummary>& summary) {
    if (!summary) {
        m_numbers->setText(tr("There are no statistics for complex numbers."));
        return;
    }
    const archive::TensorStatistics& s = summary->statistics;
    m_numbers->setText(numbersText(*summary));
    const bool hasValues = s.count > s.nans + s.infinities;
    m_histogram->setBins(hasValues
                             ? std::vector<std::int64_t>(summary->histogram.begin(), summary->histogram.end())
                             : std::vector<std::int64_t>(),
                         s.minimum, s.maximum);
}

QString TensorDetail::readout() const {
    return m_readout->isEnabled() ? m_readout->text() : QString();
}

/// Nothing is under the pointer: the line says what can be done.
void TensorDetail::clearReadout() {
    m_readout->setEnabled(false);
    m_readout->setText(m_slice.rows() > 0 ? tr("Wheel or + − zoom, drag or arrows move, 0 shows all")
                                          : tr("This tensor has no elements."));
}

void TensorDetail::showHeatMap() {
    m_tabs->setCurrentIndex(1);
}

/// The selected cells as tab-separated text, every digit of them.
void TensorDetail::copyValues() {
    QModelIndexList chosen = m_table->selectionModel()->selectedIndexes();
    std::sort(chosen.begin(), chosen.end());
    QString text;
    int row = -1;
    for (const QModelIndex& index : chosen) {
        if (!text.isEmpty()) text += index.row() == row ? QLatin1Char('\t') : QLatin1Char('\n');
        row = index.row();
        text += index.data(TensorValueModel::ExactRole).toString();
    }
    QGuiApplication::clipboard()->setText(text);
}

bool TensorDetail::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        copyValues();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace fathom::app
