// SPDX-License-Identifier: GPL-3.0-or-later
// A sorted table over immutable rows, its columns given as functions of a row.
#pragma once

#include <QAbstractTableModel>
#include <QString>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numeric>
#include <vector>

namespace fathom::app {

template <class Row> struct TableColumn {
    QString title{};
    std::function<QString(const Row&)> text;
    std::function<double(const Row&)> number{}; ///< sorts by it and stands on the right; null: by the text
};

template <class Row> class ColumnTableModel : public QAbstractTableModel {
public:
    using Rows = std::vector<Row>;

    explicit ColumnTableModel(std::vector<TableColumn<Row>> columns, QObject* parent = nullptr)
        : QAbstractTableModel(parent), m_columns(std::move(columns)) {}

    /// In their order, until the user sorts; null shows nothing.
    void set(std::shared_ptr<const Rows> rows) {
        beginResetModel();
        m_rows = std::move(rows);
        arrange();
        endResetModel();
    }
    /// Only rows that have it in one of their texts; case does not matter.
    void setFilter(const QString& text) {
        if (text == m_filter) return;
        beginResetModel();
        m_filter = text;
        arrange();
        endResetModel();
    }
    [[nodiscard]] const Row& at(int row) const {
        return (*m_rows)[static_cast<std::size_t>(m_order[static_cast<std::size_t>(row)])];
    }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_order.size());
    }
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
    }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
        const auto& column = m_columns[static_cast<std::size_t>(index.column())];
        if (role == Qt::DisplayRole) return column.text(at(index.row()));
        return role == Qt::TextAlignmentRole ? alignment(column) : QVariant();
    }
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation != Qt::Horizontal) return {};
        const auto& column = m_columns[static_cast<std::size_t>(section)];
        if (role == Qt::DisplayRole) return column.title;
        return role == Qt::TextAlignmentRole ? alignment(column) : QVariant();
    }
    void sort(int column, Qt::SortOrder order) override {
        m_sortColumn = column;
        m_sortOrder = order;
        beginResetModel();
        arrange();
        endResetModel();
    }

private:
    static QVariant alignment(const TableColumn<Row>& column) {
        return static_cast<int>((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    void arrange() {
        m_order.resize(m_rows ? m_rows->size() : 0);
        std::iota(m_order.begin(), m_order.end(), 0);
        if (!m_filter.isEmpty())
            std::erase_if(m_order,
                          [&](int row) { return !isWanted((*m_rows)[static_cast<std::size_t>(row)]); });
        if (m_sortColumn < 0) return;
        const auto& column = m_columns[static_cast<std::size_t>(m_sortColumn)];
        if (column.number)
            arrangeBy(column.number,
                      [](double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; });
        else
            arrangeBy(column.text, [](const QString& a, const QString& b) {
                return a.compare(b, Qt::CaseInsensitive) < 0;
            });
    }
    [[nodiscard]] bool isWanted(const Row& row) const {
        return std::any_of(m_columns.begin(), m_columns.end(), [&](const TableColumn<Row>& column) {
            return !column.number && column.text(row).contains(m_filter, Qt::CaseInsensitive);
        });
    }
    template <class Key, class Less> void arrangeBy(const Key& key, const Less& less) {
        std::vector<std::invoke_result_t<Key, const Row&>> keys;
        keys.reserve(m_rows->size());
        for (const Row& row : *m_rows)
            keys.push_back(key(row));
        std::stable_sort(m_order.begin(), m_order.end(), [&](int a, int b) {
            const auto& x = keys[static_cast<std::size_t>(a)];
            const auto& y = keys[static_cast<std::size_t>(b)];
            return m_sortOrder == Qt::AscendingOrder ? less(x, y) : less(y, x);
        });
    }

    std::vector<TableColumn<Row>> m_columns;
    std::shared_ptr<const Rows> m_rows;
    QString m_filter;
    std::vector<int> m_order;
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
};

} // namespace fathom::app
