// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/add_key_dialog.h"

#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>

namespace fathom::app {

AddKeyDialog::AddKeyDialog(const QString& section, QWidget* parent)
    : QDialog(parent), m_key(new QLineEdit(section)), m_value(new QLineEdit) {
    setWindowTitle(tr("Add key"));
    for (QLineEdit* const line : {m_key, m_value}) {
        line->setFont(widgets::monospace(font()));
        line->setMinimumWidth(line->fontMetrics().horizontalAdvance(QLatin1Char('m')) * 40);
    }
    m_key->setPlaceholderText(tr("model.optim.eps"));
    m_value->setPlaceholderText(tr("1e-8, adam, [0.9, 0.99], {name: adam}, ${model.lr}"));
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    QPushButton* const add = buttons->button(QDialogButtonBox::Ok);
    add->setText(tr("Add"));
    auto* const layout = new QFormLayout(this);
    layout->addRow(tr("&Key"), m_key);
    layout->addRow(tr("&Value"), m_value);
    layout->addRow(buttons);
    const auto check = [this, add] {
        add->setEnabled(!key().isEmpty() && !key().endsWith(QLatin1Char('.')));
    };
    connect(m_key, &QLineEdit::textChanged, this, check);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
    m_key->setFocus();
    m_key->end(false);
}

QString AddKeyDialog::key() const {
    return m_key->text().trimmed();
}

QString AddKeyDialog::value() const {
    return m_value->text().trimmed();
}

} // namespace fathom::app
