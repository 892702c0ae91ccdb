// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/run_table_model.h"

#include "app/models/run_cell_text.h"
#include "app/models/run_state_text.h"
#include "engine/base/clock.h"
#include "widgets/number_format.h"

#include <QFont>
#include <QTimer>

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {

bool isSame(const query::Field& field, const char* attribute) {
    return field.kind == query::Field::Kind::Attribute && field.name == attribute;
}

/// "↑", or "↓2" of the second key.
QString sortMark(const std::vector<query::SortKey>& keys, const query::Field& field) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].field != field) continue;
        const QString arrow = keys[i].isDescending ? QStringLiteral(" ↓") : QStringLiteral(" ↑");
        return keys.size() > 1 ? arrow + QString::number(i + 1) : arrow;
    }
    return {};
}

} // namespace

RunTableModel::RunTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunTableModel::apply(const RunListNewsPtr& news) {
    // The rows stay where the news has them: each pointer keeps all of them alive.
    const auto pointerTo = [&](const RunRow& row) { return query::Table::RunPtr(news, &row.run); };
    if (news->complete) {
        std::vector<query::Table::RunPtr> runs;
        std::vector<store::RunId> added;
        runs.reserve(news->rows.size());
        for (const RunRow& row : news->rows) {
            if (!m_table.rowOf(row.run.id)) added.push_back(row.run.id);
            runs.push_back(pointerTo(row));
        }
        beginResetModel();
        m_table.reset(std::move(runs));
        compute();
        endResetModel();
        countActive();
        if (std::erase_if(m_marked, [this](store::RunId id) { return !m_table.rowOf(id); }) > 0)
            Q_EMIT markedChanged();
        Q_EMIT linesChanged();
        return Q_EMIT runsChanged(added);
    }
    std::vector<store::RunId> changed;
    std::vector<query::Row> added;
    bool isLater = true;  // every new run has a higher id than all others, so that no row moves
    bool isMoved = false; // into the archive or out of it
    for (auto row = news->rows.rbegin(); row != news->rows.rend(); ++row) {
        changed.push_back(row->run.id);
        const auto before = m_table.rowOf(row->run.id);
        isMoved = isMoved || (before && m_table.run(*before).archived != row->run.archived);
        // A copy, so that one live run does not keep the list of all alive.
        const bool isNew = m_table.put(std::make_shared<const store::Run>(row->run));
        const query::Row place = *m_table.rowOf(row->run.id);
        if (isNew) isLater = isLater && place + 1 == m_table.rows();
        if (isNew) added.push_back(place);
        if (!isNew && isLater) emitChanged(place);
    }
    countActive();
    if (!isLater || isMoved || (!added.empty() && !m_groups.empty()))
        rebuild();
    else if (!added.empty())
        showNewlyPassing();
    Q_EMIT runsChanged(changed);
}

void RunTableModel::put(const std::vector<store::Run>& runs) {
    std::vector<store::RunId> changed;
    for (const store::Run& run : runs) {
        m_table.put(std::make_shared<const store::Run>(run));
        changed.push_back(run.id);
    }
    countActive();
    rebuild();
    Q_EMIT runsChanged(changed);
}

void RunTableModel::remove(const std::vector<store::RunId>& runs) {
    if (runs.empty()) return;
    setMarked(runs, false);
    beginResetModel();
    m_table.remove(runs);
    compute();
    endResetModel();
    countActive();
    Q_EMIT linesChanged();
}

void RunTableModel::countActive() {
    m_active = 0;
    for (query::Row row = 0; row < m_table.rows(); ++row)
        if (!store::isOver(m_table.run(row).state)) ++m_active;
}

void RunTableModel::place(const query::LoadedColumn& loaded, bool isNews) {
    if (isNews)
        m_table.refresh(loaded);
    else
        m_table.place(loaded);
    m_wanted.erase(loaded.field);
    if (m_isWaiting && hasColumnsOfOrder()) return rebuild();
    if (isNews) showNewlyPassing();
    for (int column = 0; column < columnCount(); ++column)
        if (m_columns[static_cast<std::size_t>(column)] == loaded.field && !m_lines.empty())
            Q_EMIT dataChanged(index(0, column), index(rowCount() - 1, column));
    for (std::size_t i = 0; i < m_columns.size(); ++i)
        if (m_columns[i] == loaded.field)
            Q_EMIT headerDataChanged(Qt::Horizontal, static_cast<int>(i), static_cast<int>(i));
}

void RunTableModel::setColumns(std::vector<query::Field> columns) {
    if (columns == m_columns) return;
    beginResetModel();
    m_columns = std::move(columns);
    endResetModel();
    Q_EMIT linesChanged();
}

void RunTableModel::setFilter(const query::Filter& filter) {
    m_filter = filter;
    rebuild();
}

void RunTableModel::setSort(std::vector<query::SortKey> keys) {
    m_sort = std::move(keys);
    rebuild();
    if (columnCount() > 0) Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

void RunTableModel::setGroups(std::vector<query::Field> fields) {
    if (fields == m_groups) return;
    m_groups = std::move(fields);
    m_closed.clear();
    rebuild();
}

void RunTableModel::refresh() {
    rebuild();
}

bool RunTableModel::hasColumnsOfOrder() const {
    if (m_table.rows() == 0) return true;
    bool hasAll = true;
    const auto check = [&](const query::Field& field) {
        if (m_table.has(field)) return;
        want(field);
        hasAll = false;
    };
    for (const query::Field& field : m_filter.fields())
        check(field);
    for (const query::SortKey& key : m_sort)
        check(key.field);
    for (const query::Field& field : m_groups)
        check(field);
    return hasAll;
}

void RunTableModel::rebuild() {
    m_isWaiting = !hasColumnsOfOrder();
    if (m_isWaiting) return; // what is shown stays until they are there
    beginResetModel();
    compute();
    endResetModel();
    Q_EMIT linesChanged();
}

void RunTableModel::compute() {
    m_isWaiting = !hasColumnsOfOrder();
    std::vector<query::Row> rows = passingRows();
    std::reverse(rows.begin(), rows.end()); // newest first, where nothing else is asked for
    query::sortRows(m_table, rows, m_sort);
    m_shown = static_cast<int>(rows.size());
    m_lines.clear();
    m_groupRows.clear();
    if (m_groups.empty()) {
        addLines(rows);
    } else {
        m_groupRows = query::groupRows(m_table, rows, m_groups);
        for (std::size_t i = 0; i < m_groupRows.size(); ++i) {
            m_lines.push_back({.group = static_cast<int>(i)});
            if (!m_closed.contains(m_groupRows[i].values)) addLines(m_groupRows[i].rows);
        }
    }
    indexLines();
}

/// Archived runs are out of the way unless the filter speaks of them.
std::vector<query::Row> RunTableModel::passingRows() {
    std::vector<query::Row> rows = m_filter.rows(m_table, wallTime());
    const auto& fields = m_filter.fields();
    m_hidden = 0;
    if (std::any_of(fields.begin(), fields.end(),
                    [](const query::Field& field) { return isSame(field, "archived"); }))
        return rows;
    m_hidden =
        static_cast<int>(std::erase_if(rows, [this](query::Row row) { return m_table.run(row).archived; }));
    return rows;
}

void RunTableModel::addLines(const std::vector<query::Row>& rows) {
    for (const query::Row row : rows)
        m_lines.push_back({.row = row});
}

void RunTableModel::indexLines() {
    m_lineOf.assign(m_table.rows(), -1);
    for (std::size_t line = 0; line < m_lines.size(); ++line)
        if (m_lines[line].group < 0) m_lineOf[m_lines[line].row] = static_cast<int>(line);
}

/// Runs that were not shown and pass the filter now come on top, the newest first.
void RunTableModel::showNewlyPassing() {
    if (m_isWaiting || !m_groups.empty()) return;
    m_lineOf.resize(m_table.rows(), -1);
    std::vector<Line> fresh;
    for (const query::Row row : passingRows())
        if (m_lineOf[row] < 0) fresh.push_back({.row = row});
    if (fresh.empty()) return;
    std::reverse(fresh.begin(), fresh.end());
    beginInsertRows({}, 0, static_cast<int>(fresh.size()) - 1);
    m_lines.insert(m_lines.begin(), fresh.begin(), fresh.end());
    m_shown += static_cast<int>(fresh.size());
    indexLines();
    endInsertRows();
    Q_EMIT linesChanged();
}

void RunTableModel::toggleGroup(int line) {
    if (!isGroup(line)) return;
    const auto& values =
        m_groupRows[static_cast<std::size_t>(m_lines[static_cast<std::size_t>(line)].group)].values;
    if (!m_closed.erase(values)) m_closed.insert(values);
    rebuild();
}

void RunTableModel::setMarked(const std::vector<store::RunId>& runs, bool on) {
    for (const store::RunId id : runs) {
        const auto found = std::find(m_marked.begin(), m_marked.end(), id);
        if (on && found == m_marked.end()) m_marked.push_back(id);
        if (!on && found != m_marked.end()) m_marked.erase(found);
        if (const int line = lineOf(id); line >= 0)
            Q_EMIT dataChanged(index(line, 0), index(line, columnCount() - 1));
    }
    Q_EMIT markedChanged();
}

void RunTableModel::emitChanged(query::Row row) {
    if (row >= m_lineOf.size() || m_lineOf[row] < 0 || m_columns.empty()) return;
    const int line = m_lineOf[row];
    Q_EMIT dataChanged(index(line, 0), index(line, columnCount() - 1));
}

bool RunTableModel::isGroup(int line) const {
    return line >= 0 && line < rowCount() && m_lines[static_cast<std::size_t>(line)].group >= 0;
}

const store::Run* RunTableModel::run(int line) const {
    if (line < 0 || line >= rowCount() || isGroup(line)) return nullptr;
    return &m_table.run(m_lines[static_cast<std::size_t>(line)].row);
}

int RunTableModel::lineOf(store::RunId id) const {
    const auto row = m_table.rowOf(id);
    return row && *row < m_lineOf.size() ? m_lineOf[*row] : -1;
}

void RunTableModel::want(const query::Field& field) const {
    // Without runs there are no cells, and what is read before they come would be empty.
    if (m_table.rows() == 0 || m_table.has(field) || !m_wanted.insert(field).second) return;
    m_toAsk.push_back(field);
    if (m_toAsk.size() > 1) return;
    // Later: data() is called while painting.
    QTimer::singleShot(0, this, [this] { Q_EMIT columnsWanted(); });
}

std::vector<query::Field> RunTableModel::takeWanted() {
    return std::exchange(m_toAsk, {});
}

void RunTableModel::forgetWanted(const std::vector<query::Field>& fields) {
    for (const query::Field& field : fields)
        m_wanted.erase(field);
}

int RunTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Line& line = m_lines[static_cast<std::size_t>(index.row())];
    if (line.group >= 0) return groupData(m_groupRows[static_cast<std::size_t>(line.group)], index, role);
    const query::Field& field = m_columns[static_cast<std::size_t>(index.column())];
    const store::Run& run = m_table.run(line.row);
    switch (role) {
    case Qt::DisplayRole:
        want(field);
        return cellText(m_table, line.row, field);
    case Qt::ToolTipRole:
        return exactCellText(m_table, line.row, field);
    case Qt::TextAlignmentRole:
        return static_cast<int>((isNumeric(m_table, field) ? Qt::AlignRight : Qt::AlignLeft) |
                                Qt::AlignVCenter);
    case Qt::CheckStateRole:
        if (index.column() != 0) return {};
        return std::find(m_marked.begin(), m_marked.end(), run.id) != m_marked.end() ? Qt::Checked
                                                                                     : Qt::Unchecked;
    case IdRole:
        return static_cast<qint64>(run.id);
    case GroupRole:
        return false;
    case FieldRole:
        return QString::fromStdString(query::text(field));
    case StarRole:
        return run.starred && isSame(field, "run");
    case StateIconRole:
        return isSame(field, "state") ? QVariant(stateIcon(run)) : QVariant();
    case StateMoodRole:
        return static_cast<int>(stateMood(run));
    default:
        return {};
    }
}

QVariant RunTableModel::groupData(const query::Group& group, const QModelIndex& index, int role) const {
    switch (role) {
    case Qt::DisplayRole:
        return groupText(group, index);
    case Qt::TextAlignmentRole: {
        const bool isRight =
            index.column() > 0 && isNumeric(m_table, m_columns[static_cast<std::size_t>(index.column())]);
        return static_cast<int>((isRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    case Qt::FontRole: {
        if (index.column() > 0) return {};
        QFont font;
        font.setBold(true);
        return font;
    }
    case Qt::ToolTipRole: {
        const query::Field& field = m_columns[static_cast<std::size_t>(index.column())];
        const query::Summary sum = query::summarize(m_table.column(field), group.rows);
        if (sum.count == 0) return {};
        QString text =
            (group.rows.size() == 1 ? tr("in the run")
                                    : tr("in %1 of %2 runs").arg(sum.count).arg(group.rows.size())) +
            QLatin1Char('\n') +
            tr("mean %1, least %2, greatest %3")
                .arg(numberText(field, sum.mean), numberText(field, sum.least),
                     numberText(field, sum.greatest));
        if (!std::isnan(sum.deviation))
            text += QLatin1Char('\n') + tr("standard deviation %1").arg(widgets::formatNumber(sum.deviation));
        return text;
    }
    case IdRole:
        return qint64{-1};
    case GroupRole:
        return true;
    default:
        return {};
    }
}

/// First the values and the count; under numbers their mean ± deviation; under texts what all runs share.
QString RunTableModel::groupText(const query::Group& group, const QModelIndex& index) const {
    const query::Field& field = m_columns[static_cast<std::size_t>(index.column())];
    if (index.column() == 0) {
        QStringList values;
        for (std::size_t i = 0; i < group.values.size(); ++i) {
            const QString value =
                group.rows.empty() ? QString() : cellText(m_table, group.rows.front(), m_groups[i]);
            values.append(value.isEmpty() ? tr("no %1").arg(headerText(m_groups[i], m_groups)) : value);
        }
        const QString arrow = m_closed.contains(group.values) ? QStringLiteral("▸ ") : QStringLiteral("▾ ");
        return arrow + values.join(QStringLiteral(" · ")) + QStringLiteral("  (") +
               widgets::formatCount(static_cast<qint64>(group.rows.size())) + QLatin1Char(')');
    }
    want(field);
    const query::Column& column = m_table.column(field);
    const query::Summary sum = query::summarize(column, group.rows);
    if (sum.count == 0) {
        const bool isShared = !query::commonText(column, group.rows).empty();
        return isShared ? cellText(m_table, group.rows.front(), field) : QString();
    }
    if (query::typeOf(field) == query::Type::Moment) return {};
    const QString mean = numberText(field, sum.mean);
    const bool hasSpread = sum.deviation > 0 && query::typeOf(field) != query::Type::Duration;
    return hasSpread ? QString(mean + QStringLiteral(" ± ") + widgets::formatNumber(sum.deviation, 2)) : mean;
}

bool RunTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || isGroup(index.row())) return false;
    setMarked({m_table.run(m_lines[static_cast<std::size_t>(index.row())].row).id},
              value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags RunTableModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    if (index.column() == 0 && !isGroup(index.row())) flags |= Qt::ItemIsUserCheckable;
    return flags;
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const query::Field& field = m_columns[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole:
        return QString(headerText(field, m_columns) + sortMark(m_sort, field));
    case Qt::ToolTipRole:
        return fieldToolTip(field);
    case FieldRole:
        return QString::fromStdString(query::text(field));
    case Qt::TextAlignmentRole:
        return static_cast<int>((isNumeric(m_table, field) ? Qt::AlignRight : Qt::AlignLeft) |
                                Qt::AlignVCenter);
    default:
        return {};
    }
}

} // namespace fathom::app
