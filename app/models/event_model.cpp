// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/event_model.h"

#include <QDateTime>

#include <cmath>

namespace fathom::app {

namespace {
QString levelText(LogLevel level) {
    switch (level) {
    case LogLevel::Debug:
        return EventModel::tr("Debug");
    case LogLevel::Info:
        return EventModel::tr("Info");
    case LogLevel::Warning:
        return EventModel::tr("Warning");
    case LogLevel::Error:
        return EventModel::tr("Error");
    }
    return {};
}
} // namespace

void EventModel::clear() {
    beginResetModel();
    m_events.clear();
    endResetModel();
}

void EventModel::append(const std::vector<store::Event>& events) {
    if (events.empty()) return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(events.size()) - 1);
    m_events.insert(m_events.end(), events.begin(), events.end());
    endInsertRows();
}

int EventModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_events.size());
}

int EventModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant EventModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const store::Event& event = m_events[static_cast<std::size_t>(index.row())];
    if (role == LevelRole) return static_cast<int>(event.level);
    if (role == Qt::ToolTipRole && index.column() == Text) return QString::fromStdString(event.text);
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
    case Time:
        if (!(std::abs(event.wallTime) < 1e12)) return {}; // of an imported log; no calendar has it
        return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(event.wallTime * 1000))
            .toString(QStringLiteral("HH:mm:ss.zzz"));
    case Level:
        return levelText(event.level);
    case Text:
        return QString::fromStdString(event.text);
    default:
        return {};
    }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case Time:
        return tr("Time");
    case Level:
        return tr("Level");
    case Text:
        return tr("Message");
    default:
        return {};
    }
}

void EventFilterModel::setLeastLevel(LogLevel level) {
    m_level = level;
    invalidateFilter();
}

void EventFilterModel::setText(const QString& text) {
    m_text = text;
    invalidateFilter();
}

bool EventFilterModel::filterAcceptsRow(int row, const QModelIndex&) const {
    const QAbstractItemModel& source = *sourceModel();
    if (source.index(row, 0).data(EventModel::LevelRole).toInt() < static_cast<int>(m_level)) return false;
    return m_text.isEmpty() ||
           source.index(row, EventModel::Text).data().toString().contains(m_text, Qt::CaseInsensitive);
}

} // namespace fathom::app
