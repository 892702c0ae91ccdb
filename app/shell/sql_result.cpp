// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/sql_result.h"

#include "widgets/number_format.h"

namespace fathom::app {

namespace {

/// Every digit: the answer may go on into another tool.
std::string textOf(const Value& value) {
    if (value.isNull()) return {};
    if (value.isString()) return value.asString();
    return toJson(value);
}

std::string quoted(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string text = "\"";
    for (const char c : cell)
        text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + '"';
}

} // namespace

void SqlResult::setRows(std::shared_ptr<const SqlRows> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

int SqlResult::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows->rows.size());
}

int SqlResult::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows->columns.size());
}

QVariant SqlResult::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Value& value =
        m_rows->rows[static_cast<std::size_t>(index.row())][static_cast<std::size_t>(index.column())];
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((value.isNumber() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    if (value.isNull()) return role == Qt::DisplayRole ? QVariant() : tr("NULL");
    return QString::fromStdString(textOf(value));
}

QVariant SqlResult::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role == Qt::TextAlignmentRole && orientation == Qt::Horizontal)
        return m_rows->rows.empty() ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                    : index(0, section).data(Qt::TextAlignmentRole);
    if (role != Qt::DisplayRole) return {};
    if (orientation == Qt::Vertical) return widgets::formatCount(section + 1);
    const auto column = static_cast<std::size_t>(section);
    return column < m_rows->columns.size() ? QString::fromStdString(m_rows->columns[column]) : QVariant();
}

std::string toCsv(const SqlRows& rows) {
    std::string text;
    for (const std::string& column : rows.columns)
        text += quoted(column) + ',';
    if (!text.empty()) text.back() = '\n';
    for (const auto& row : rows.rows) {
        for (const Value& value : row)
            text += quoted(textOf(value)) + ',';
        if (!row.empty()) text.back() = '\n';
    }
    return text;
}

} // namespace fathom::app
