// SPDX-License-Identifier: GPL-3.0-or-later
// The one row of settings above the plots of a board.
#pragma once

#include "app/plots/board_facts.h"
#include "app/plots/board_spec.h"

#include <QWidget>

class QAction;
class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace fathom::app {

class AxisEdit;
class NameCombo;
class SmoothingEdit;

/// Shows a board's settings and says what the user made of them; changes nothing itself.
class BoardBar : public QWidget {
    Q_OBJECT
public:
    explicit BoardBar(QWidget* parent = nullptr);

    void setSpec(const BoardSpec& spec);
    void setFacts(const BoardFacts& facts);
    /// Names of the boards there are, for the choice on the left.
    void setBoards(const QStringList& names, const QString& current);
    [[nodiscard]] QString filter() const;
    void setFilter(const QString& filter);
    void focusFilter();
    /// Buttons at the right, and what stands in the menu of the last one.
    void setActions(const QList<QAction*>& buttons, const QList<QAction*>& menu);

Q_SIGNALS:
    /// The settings of `spec` that the bar shows; plots and name are left empty.
    void edited(const fathom::app::BoardSpec& spec);
    void filterChanged(const QString& filter);
    void boardChosen(const QString& name);

private:
    void buildGrouping();
    void edit();
    void showGrouping();

    BoardSpec m_spec;
    QComboBox* m_boards = nullptr;
    QLineEdit* m_filter = nullptr;
    AxisEdit* m_axis = nullptr;
    SmoothingEdit* m_smoothing = nullptr;
    QPushButton* m_grouping = nullptr;
    NameCombo* m_color = nullptr;
    NameCombo* m_dash = nullptr;
    NameCombo* m_facet = nullptr;
    QCheckBox* m_average = nullptr;
    QComboBox* m_spread = nullptr;
    QCheckBox* m_joinResumed = nullptr;
    QToolButton* m_more = nullptr;
    QList<QAction*> m_menu;
};

} // namespace fathom::app
