// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLineEdit;

namespace fathom::app {

/// Asks for a dotted key and its value.
class AddKeyDialog : public QDialog {
    Q_OBJECT
public:
    /// `section` is what the key field begins with: "model.optim.".
    explicit AddKeyDialog(const QString& section, QWidget* parent = nullptr);
    [[nodiscard]] QString key() const;
    [[nodiscard]] QString value() const;

private:
    QLineEdit* m_key = nullptr;
    QLineEdit* m_value = nullptr;
};

} // namespace fathom::app
