// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/run_table_model.h"

#include "app/models/run_state_text.h"
#include "widgets/number_format.h"

#include <cmath>

namespace fathom::app {

namespace {

qint64 idOf(const RunRow& row) {
    return static_cast<qint64>(row.run.id);
}

QString metric(double value) {
    return std::isnan(value) ? QString() : widgets::formatNumber(value);
}

bool isNumeric(int column) {
    return column == RunTableModel::Duration ||
           (column >= RunTableModel::Step && column <= RunTableModel::BestValWer);
}

double metricOf(const RunRow& row, int column) {
    switch (column) {
    case RunTableModel::TrainLoss:
        return row.metrics.trainLoss;
    case RunTableModel::ValLoss:
        return row.metrics.valLoss;
    case RunTableModel::BestValLoss:
        return row.metrics.bestValLoss;
    case RunTableModel::ValWer:
        return row.metrics.valWer;
    case RunTableModel::BestValWer:
        return row.metrics.bestValWer;
    default:
        return kNoValue;
    }
}

QString stepText(const store::Progress& progress) {
    if (progress.totalSteps < 0) return widgets::formatCount(progress.step);
    return widgets::formatCount(progress.step) + QStringLiteral(" / ") +
           widgets::formatCount(progress.totalSteps);
}

} // namespace

RunTableModel::Entry RunTableModel::makeEntry(const RunRow& row) {
    QString search = QString::fromStdString(row.run.title()) + QLatin1Char(' ') + stateText(row.run) +
                     QLatin1Char(' ') + QString::fromStdString(row.run.configName);
    for (const std::string& override : row.run.overrides)
        search += QLatin1Char(' ') + QString::fromStdString(override);
    return {row, search.toLower()};
}

int RunTableModel::rowOf(qint64 runId) const {
    const auto found = m_fromOldest.constFind(runId);
    return found == m_fromOldest.cend() ? -1
                                        : static_cast<int>(static_cast<qint64>(m_rows.size()) - 1 - *found);
}

void RunTableModel::replaceAll(const std::vector<RunRow>& rows) {
    beginResetModel();
    m_rows.clear();
    m_fromOldest.clear();
    m_active = 0;
    const auto count = static_cast<qint64>(rows.size());
    m_fromOldest.reserve(count);
    for (qint64 i = 0; i < count; ++i) {
        const RunRow& row = rows[static_cast<std::size_t>(i)];
        m_rows.push_back(makeEntry(row));
        m_fromOldest.insert(idOf(row), count - 1 - i);
        if (!store::isOver(row.run.state)) ++m_active;
    }
    endResetModel();
}

void RunTableModel::apply(const RunListNews& news) {
    if (news.complete) return replaceAll(news.rows);
    for (auto it = news.rows.rbegin(); it != news.rows.rend();
         ++it) { // oldest first, so that the newest ends on top
        const int place = rowOf(idOf(*it));
        if (place < 0) {
            beginInsertRows({}, 0, 0);
            m_fromOldest.insert(idOf(*it), static_cast<qint64>(m_rows.size()));
            m_rows.push_front(makeEntry(*it));
            m_active += store::isOver(it->run.state) ? 0 : 1;
            endInsertRows();
            continue;
        }
        Entry& entry = m_rows[static_cast<std::size_t>(place)];
        m_active += (store::isOver(entry.row.run.state) ? 1 : 0) - (store::isOver(it->run.state) ? 1 : 0);
        entry = makeEntry(*it);
        Q_EMIT dataChanged(index(place, 0), index(place, ColumnCount - 1));
    }
}

int RunTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Entry& entry = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return display(entry.row, index.column());
    case Qt::ToolTipRole:
        return toolTip(entry.row, index.column());
    case Qt::TextAlignmentRole:
        return static_cast<int>((isNumeric(index.column()) ? Qt::AlignRight : Qt::AlignLeft) |
                                Qt::AlignVCenter);
    case SortRole:
        return sortKey(entry.row, index.column());
    case IdRole:
        return idOf(entry.row);
    case StateIconRole:
        return stateIcon(entry.row.run);
    case StateMoodRole:
        return static_cast<int>(stateMood(entry.row.run));
    case SearchRole:
        return entry.search;
    default:
        return {};
    }
}

QString RunTableModel::display(const RunRow& row, int column) {
    switch (column) {
    case State:
        return stateText(row.run);
    case Name:
        return QString::fromStdString(row.run.title());
    case Started:
        return widgets::formatMoment(row.run.startedAt > 0 ? row.run.startedAt : row.run.createdAt);
    case Duration: {
        const double seconds = runDuration(row.run);
        return seconds < 0 ? QString() : widgets::formatDuration(std::floor(seconds));
    }
    case Step:
        return stepText(row.run.progress);
    case Config:
        return QString::fromStdString(row.run.configName);
    default:
        return metric(metricOf(row, column));
    }
}

QVariant RunTableModel::sortKey(const RunRow& row, int column) {
    switch (column) {
    case State:
        return static_cast<int>(row.run.state);
    case Name: // numbers in their order: /2 before /10
        return QStringLiteral("%1/%2")
            .arg(QString::fromStdString(row.run.name))
            .arg(row.run.number, 9, 10, QLatin1Char('0'));
    case Started:
        return row.run.startedAt > 0 ? row.run.startedAt : row.run.createdAt;
    case Duration:
        return runDuration(row.run);
    case Step:
        return static_cast<qlonglong>(row.run.progress.step);
    case Config:
        return QString::fromStdString(row.run.configName);
    default:
        return metricOf(row, column);
    }
}

QString RunTableModel::toolTip(const RunRow& row, int column) {
    switch (column) {
    case State:
        return row.run.error.empty() ? stateText(row.run) : QString::fromStdString(row.run.error);
    case Name:
        return QString::fromStdString(row.run.command);
    case Config:
        return QString::fromStdString(row.run.configPath);
    default:
        break;
    }
    const double value = metricOf(row, column);
    return std::isnan(value) ? QString() : widgets::formatExact(value);
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((isNumeric(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case State:
        return tr("State");
    case Name:
        return tr("Run");
    case Started:
        return tr("Started");
    case Duration:
        return tr("Duration");
    case Step:
        return tr("Step");
    case TrainLoss:
        return tr("train_loss");
    case ValLoss:
        return tr("val_loss");
    case BestValLoss:
        return tr("best");
    case ValWer:
        return tr("val_wer");
    case BestValWer:
        return tr("best");
    case Config:
        return tr("Config");
    default:
        return {};
    }
}

double RunTableModel::number(const RunRow& row, const QString& name) {
    if (name == QLatin1String("train_loss")) return row.metrics.trainLoss;
    if (name == QLatin1String("val_loss")) return row.metrics.valLoss;
    if (name == QLatin1String("val_wer")) return row.metrics.valWer;
    if (name == QLatin1String("step")) return static_cast<double>(row.run.progress.step);
    if (name == QLatin1String("epoch")) return row.run.progress.epoch;
    if (name == QLatin1String("duration")) return runDuration(row.run);
    if (name == QLatin1String("number")) return row.run.number;
    return kNoValue;
}

} // namespace fathom::app
