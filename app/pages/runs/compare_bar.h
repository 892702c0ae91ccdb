// SPDX-License-Identifier: GPL-3.0-or-later
// What is marked for comparison, below the table.
#pragma once

#include <QStringList>
#include <QWidget>

class QAction;

namespace fathom::widgets {
class ElidedLabel;
}

namespace fathom::app {

class CompareBar : public QWidget {
    Q_OBJECT
public:
    CompareBar(QAction* compare, QAction* clear, QWidget* parent = nullptr);
    /// Titles of the marked runs; without any the bar hides.
    void setRuns(const QStringList& titles);
    [[nodiscard]] QString text() const;

private:
    widgets::ElidedLabel* m_text;
};

} // namespace fathom::app
