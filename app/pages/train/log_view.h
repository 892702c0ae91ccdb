// SPDX-License-Identifier: GPL-3.0-or-later
// A run's log: least level, search, and a view that follows the newest line until the user scrolls up.
#pragma once

#include "app/models/event_model.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QTableView;
class QToolButton;

namespace fathom::app {

class LogView : public QWidget {
    Q_OBJECT
public:
    explicit LogView(QWidget* parent = nullptr);
    void clear();
    void append(const std::vector<store::Event>& events);
    [[nodiscard]] EventModel& model() { return m_model; }

private:
    void build();
    void copySelection() const;
    EventModel m_model;
    EventFilterModel m_filter;
    QComboBox* m_level = nullptr;
    QLineEdit* m_search = nullptr;
    QToolButton* m_follow = nullptr;
    QTableView* m_table = nullptr;
};

} // namespace fathom::app
