// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/weight_parts_view.h"

#include "app/bridge/job_runner.h"
#include "app/models/listed_tensor_model.h"
#include "app/pages/archive/tensor_view.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

namespace {

/// Of one part: tensors with their bytes, or a list of what there would be.
struct PartContents {
    std::shared_ptr<const StateDict> tensors{};
    std::vector<archive::ListedTensor> listed{};
};

Result<PartContents> readPart(const ArchiveContents& contents, const archive::WeightPart& part) {
    PartContents read;
    if (part.isCheckpoint()) {
        const auto weights = contents.nemo->weights(part);
        if (!weights) return fail(weights.error());
        read.tensors = entriesOf(**weights);
        return read;
    }
    auto listed = contents.nemo->listTensors(part);
    if (!listed) return fail(listed.error());
    read.listed = std::move(*listed);
    return read;
}

} // namespace

WeightPartsView::WeightPartsView(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs,
                                 QWidget* parent)
    : QWidget(parent),
      m_contents(std::move(contents)),
      m_jobs(jobs),
      m_parts(new QComboBox),
      m_description(new QLabel),
      m_stack(new QStackedWidget),
      m_tensors(new TensorView(jobs)),
      m_list(new ListedTensorModel(this)) {
    auto* const why = new QLabel(sentence(*m_contents->weightsError));
    why->setWordWrap(true);
    m_description->setWordWrap(true);
    m_parts->setAccessibleName(tr("Part of the weights"));
    m_parts->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    for (const archive::WeightPart& part : m_contents->weightParts) {
        m_parts->addItem(tr("%1  (%2)")
                             .arg(QString::fromStdString(part.name),
                                  widgets::formatBytes(static_cast<double>(part.bytes))));
    }
    m_stack->addWidget(m_tensors);
    m_stack->addWidget(makeList());
    auto* const row = new QHBoxLayout;
    row->addWidget(m_parts);
    row->addWidget(m_description, 1);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(why);
    layout->addLayout(row);
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_parts);
    connect(m_parts, &QComboBox::currentIndexChanged, this, &WeightPartsView::showPart);
    connect(m_tensors, &TensorView::statusMessage, this, &WeightPartsView::statusMessage);
    showPart(0);
}

QWidget* WeightPartsView::makeList() {
    auto* const table = new QTreeView;
    auto* const proxy = new QSortFilterProxyModel(table);
    proxy->setSourceModel(m_list);
    table->setModel(proxy);
    table->setAccessibleName(tr("Listed tensors"));
    table->setFrameShape(QFrame::NoFrame);
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    table->setItemDelegate(new widgets::RowDelegate(table));
    table->setFont(widgets::monospace(font()));
    table->setSortingEnabled(true);
    table->header()->setFont(font());
    table->header()->setStretchLastSection(false);
    table->header()->setSortIndicator(-1, Qt::AscendingOrder);
    proxy->sort(-1);
    const int em = table->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    table->header()->resizeSection(ListedTensorModel::NameColumn, 60 * em);
    table->header()->resizeSection(ListedTensorModel::DTypeColumn, 12 * em);
    table->header()->resizeSection(ListedTensorModel::ShapeColumn, 24 * em);
    return table;
}

void WeightPartsView::showPart(int part) {
    const archive::WeightPart& chosen = m_contents->weightParts[static_cast<std::size_t>(part)];
    QString description = QString::fromStdString(chosen.description);
    if (!description.isEmpty()) description[0] = description[0].toUpper();
    m_description->setText(description);
    m_jobs.run(
        QStringLiteral("archive.part.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [contents = m_contents, chosen](std::stop_token) { return readPart(*contents, chosen); },
        [this](Result<PartContents> read) {
            if (!read) return m_description->setText(sentence(read.error()));
            if (read->tensors) m_tensors->setTensors(read->tensors);
            m_list->setTensors(std::move(read->listed));
            m_stack->setCurrentIndex(read->tensors ? 0 : 1);
        });
}

} // namespace fathom::app
