// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/prediction_model.h"

#include "widgets/number_format.h"

#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {

/// For each word of `prediction`, whether the baseline has another in its place.
std::vector<bool> ownWords(const QString& baseline, const QString& prediction) {
    std::vector<bool> own;
    for (const AlignedWord& word : alignWords(baseline, prediction))
        if (!word.prediction.isEmpty()) own.push_back(word.match != WordMatch::Same);
    return own;
}

} // namespace

void PredictionModel::setComparison(ComparisonPtr comparison) {
    beginResetModel();
    m_comparison = std::move(comparison);
    m_rows.clear();
    if (m_comparison) {
        std::vector<std::vector<analysis::Prediction>> runs;
        for (const ComparedRun& run : *m_comparison->runs)
            runs.push_back(run.predictions);
        m_rows = analysis::comparePredictions(runs, m_comparison->baseline);
    }
    endResetModel();
}

std::size_t PredictionModel::runOf(int column) const {
    return m_comparison->order[static_cast<std::size_t>(column - FirstRunColumn)];
}

double PredictionModel::difference(int row) const {
    return m_comparison->order.size() == 2 ? at(row).worsening(m_comparison->order[0], m_comparison->order[1])
                                           : at(row).spread();
}

PredictedWords PredictionModel::words(int row, int column) const {
    const analysis::ComparedPrediction& clip = at(row);
    const auto& cell = clip.runs[runOf(column)];
    if (!cell) return {};
    const QString prediction = QString::fromStdString(cell->text);
    std::vector<bool> own;
    if (const auto& baseline = clip.runs[m_comparison->baseline]; baseline && column > FirstRunColumn)
        own = ownWords(QString::fromStdString(baseline->text), prediction);
    PredictedWords words;
    std::size_t place = 0;
    for (const AlignedWord& word : alignWords(QString::fromStdString(clip.reference), prediction)) {
        const bool isDeleted = word.match == WordMatch::Deleted;
        PredictedWord shown{isDeleted ? word.reference : word.prediction, word.match, false};
        if (!isDeleted) {
            shown.isOwn = place < own.size() && own[place];
            ++place;
        }
        words.push_back(std::move(shown));
    }
    return words;
}

QString PredictionModel::errorText(int row, int column) const {
    const std::size_t run = runOf(column);
    const auto& cell = at(row).runs[run];
    if (!cell || std::isnan(cell->error)) return {};
    const QString kind = (*m_comparison->runs)[run].scoreKind;
    if (kind == QLatin1String("bleu")) return tr("BLEU %1").arg(widgets::formatNumber(-cell->error, 3));
    if (kind == QLatin1String("class")) return cell->error == 0 ? tr("right") : tr("wrong");
    return tr("%1 %").arg(widgets::formatNumber(100 * cell->error, 3));
}

int PredictionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PredictionModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid() || !m_comparison) return 0;
    return FirstRunColumn + static_cast<int>(m_comparison->order.size());
}

QVariant PredictionModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const analysis::ComparedPrediction& clip = at(index.row());
    const int column = index.column();
    if (role == DiffersRole) return clip.differs();
    if (role == SearchRole) {
        QString text = QString::fromStdString(clip.reference + ' ' + clip.source);
        for (const auto& cell : clip.runs)
            if (cell) text += QLatin1Char(' ') + QString::fromStdString(cell->text);
        return text.toLower();
    }
    if (column == ReferenceColumn) {
        if (role == Qt::DisplayRole || role == SortRole) return QString::fromStdString(clip.reference);
        if (role == Qt::ToolTipRole)
            return clip.referencesDiffer ? tr("%1\nThe runs do not have the same reference for this clip")
                                               .arg(QString::fromStdString(clip.source))
                                         : QString::fromStdString(clip.source);
        return {};
    }
    if (column == DifferenceColumn) {
        const double value = difference(index.row());
        if (role == SortRole) return std::isnan(value) ? -1e300 : value;
        if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        if (role != Qt::DisplayRole || std::isnan(value)) return {};
        const QString sign = m_comparison->order.size() == 2 && value > 0 ? QStringLiteral("+") : QString();
        const bool isBleu = m_comparison->run(0).scoreKind == QLatin1String("bleu");
        return QString(sign + widgets::formatNumber(isBleu ? value : 100 * value, 3));
    }
    const auto& cell = clip.runs[runOf(column)];
    switch (role) {
    case SortRole:
        return cell && !std::isnan(cell->error) ? cell->error : -1e300;
    case Qt::DisplayRole:
        return cell ? QString::fromStdString(cell->text) : tr("no such clip");
    case Qt::ToolTipRole:
        return cell ? errorText(index.row(), column) : QString();
    case Qt::AccessibleTextRole:
        return cell ? QString::fromStdString(cell->text) + QStringLiteral(", ") +
                          errorText(index.row(), column)
                    : tr("no such clip");
    case WordsRole:
        return cell ? QVariant::fromValue(words(index.row(), column)) : QVariant();
    default:
        return {};
    }
}

QVariant PredictionModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || !m_comparison) return {};
    if (role == Qt::ToolTipRole && section == DifferenceColumn)
        return m_comparison->order.size() == 2
                   ? tr("How much greater the error is than the baseline's, in points")
                   : tr("Greatest difference between the errors of two runs, in points");
    if (role == Qt::TextAlignmentRole && section == DifferenceColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (section == ReferenceColumn) return tr("Reference");
    if (section == DifferenceColumn) return tr("Δ error");
    return m_comparison->run(static_cast<std::size_t>(section - FirstRunColumn)).title;
}

} // namespace fathom::app
