// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/control_dialog.h"

#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace fathom::app {

ControlDialog::ControlDialog(const Spec& spec, QWidget* parent)
    : QDialog(parent), m_objection(spec.objection) {
    setWindowTitle(spec.title);
    m_field = new QLineEdit(spec.present, this);
    m_field->setFont(widgets::monospace(font()));
    m_field->selectAll();
    auto* form = new QFormLayout;
    if (!spec.present.isEmpty()) form->addRow(spec.presentLabel, new QLabel(spec.present, this));
    form->addRow(spec.label, m_field);
    auto* hint = new QLabel(spec.hint, this);
    hint->setWordWrap(true);
    hint->setMinimumWidth(44 * widgets::kGrid);
    hint->setForegroundRole(QPalette::PlaceholderText);
    m_error = new QLabel(this);
    m_error->setWordWrap(true);
    QPalette palette = m_error->palette();
    palette.setColor(QPalette::WindowText, widgets::colorsFor(this).error);
    m_error->setPalette(palette);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = buttons->addButton(tr("Change"), QDialogButtonBox::AcceptRole);
    m_accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_field, &QLineEdit::textChanged, this, &ControlDialog::check);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(hint);
    layout->addWidget(m_error);
    layout->addWidget(buttons);
    check();
}

QString ControlDialog::value() const {
    return m_field->text().trimmed();
}

void ControlDialog::check() {
    const QString why = m_objection(value());
    m_error->setText(value().isEmpty() ? QString() : why); // nothing typed yet is no mistake to point at
    m_accept->setEnabled(why.isEmpty());
}

} // namespace fathom::app
