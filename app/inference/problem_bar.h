// SPDX-License-Identifier: GPL-3.0-or-later
// What went wrong in a form, where it went wrong: what, why and what to do, in full and to be copied.
#pragma once

#include "engine/base/result.h"

#include <QWidget>

class QLabel;

namespace fathom::app {

class ProblemBar : public QWidget {
    Q_OBJECT
public:
    explicit ProblemBar(QWidget* parent = nullptr);
    /// Shows the bar.
    void present(const QString& problem);
    void present(const Error& error);
    [[nodiscard]] QString text() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColors();
    QLabel* m_icon;
    QLabel* m_text;
};

} // namespace fathom::app
