// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for a new value of something that a run goes on with: what it is now, a field, and why a value is
// none.
#pragma once

#include <QDialog>

#include <functional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace fathom::app {

class ControlDialog : public QDialog {
    Q_OBJECT
public:
    struct Spec {
        QString title{};
        QString label{};                                    ///< of the field
        QString present{};                                  ///< the value now; empty: unknown
        QString presentLabel{};                             ///< of that value
        QString hint{};                                     ///< what the change does
        std::function<QString(const QString&)> objection{}; ///< why a text is no value; empty: it is one
    };
    explicit ControlDialog(const Spec& spec, QWidget* parent = nullptr);

    [[nodiscard]] QString value() const;

private:
    void check();

    std::function<QString(const QString&)> m_objection;
    QLineEdit* m_field = nullptr;
    QLabel* m_error = nullptr;
    QPushButton* m_accept = nullptr;
};

} // namespace fathom::app
