// SPDX-License-Identifier: GPL-3.0-or-later
// A run's log as a table: time, level, text. And its filter by least level and by text.
#pragma once

#include "engine/store/types.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <vector>

namespace fathom::app {

class EventModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Time, Level, Text, ColumnCount };
    enum Role { LevelRole = Qt::UserRole + 1 }; ///< int of LogLevel

    using QAbstractTableModel::QAbstractTableModel;

    void clear();
    void append(const std::vector<store::Event>& events);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<store::Event> m_events;
};

class EventFilterModel : public QSortFilterProxyModel {
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setLeastLevel(LogLevel level);
    void setText(const QString& text);

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    LogLevel m_level = LogLevel::Debug;
    QString m_text;
};

} // namespace fathom::app
