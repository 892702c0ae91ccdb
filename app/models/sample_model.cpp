// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/sample_model.h"

#include "widgets/number_format.h"

#include <cmath>

namespace fathom::app {

void SampleModel::set(std::vector<store::Sample> samples) {
    // The next validation of the same clips changes rows in place, so that selection and scroll position
    // stay.
    const bool sameClips =
        !samples.empty() && samples.size() == m_rows.size() &&
        std::equal(samples.begin(), samples.end(), m_rows.begin(), [](const auto& a, const Row& b) {
            return a.index == b.sample.index && a.source == b.sample.source;
        });
    if (!sameClips) beginResetModel();
    m_rows.clear();
    for (store::Sample& sample : samples)
        m_rows.push_back({std::move(sample), std::nullopt});
    if (sameClips)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    else
        endResetModel();
}

qint64 SampleModel::step() const {
    return m_rows.empty() ? -1 : m_rows.front().sample.step;
}

int SampleModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SampleModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant SampleModel::display(const Row& row, int column) const {
    switch (column) {
    case Score:
        return std::isfinite(row.sample.score) ? widgets::formatNumber(row.sample.score, 3) : QString();
    case Pair:
        return QStringLiteral("%1 → %2").arg(QString::fromStdString(row.sample.reference),
                                             QString::fromStdString(row.sample.prediction));
    case Clip:
        return QString::fromStdString(row.sample.source).section(QLatin1Char('/'), -1);
    default:
        return {};
    }
}

QVariant SampleModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return display(row, index.column());
    case Qt::TextAlignmentRole:
        return static_cast<int>((index.column() == Score ? Qt::AlignRight : Qt::AlignLeft) |
                                Qt::AlignVCenter);
    case Qt::ToolTipRole:
        if (index.column() == Clip) return QString::fromStdString(row.sample.source);
        return {};
    case SortRole:
        if (index.column() == Score) return row.sample.score;
        if (index.column() == Pair) return QString::fromStdString(row.sample.reference);
        return QString::fromStdString(row.sample.source);
    case AlignmentRole:
        if (!row.alignment)
            row.alignment = alignWords(QString::fromStdString(row.sample.reference),
                                       QString::fromStdString(row.sample.prediction));
        return QVariant::fromValue(*row.alignment);
    default:
        return {};
    }
}

QVariant SampleModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == Score ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case Score:
        return tr("WER");
    case Pair:
        return tr("Reference and prediction");
    case Clip:
        return tr("Clip");
    default:
        return {};
    }
}

} // namespace fathom::app
