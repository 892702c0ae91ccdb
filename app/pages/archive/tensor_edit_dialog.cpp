// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/tensor_edit_dialog.h"

#include "app/models/config_problem.h"
#include "app/models/planned_change_model.h"
#include "widgets/fit_screen.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <map>

namespace fathom::app {

using widgets::kGrid;

namespace {

QString titleOf(TensorEditDialog::Edit edit) {
    switch (edit) {
    case TensorEditDialog::Edit::Convert:
        return TensorEditDialog::tr("Convert tensors");
    case TensorEditDialog::Edit::Drop:
        return TensorEditDialog::tr("Drop tensors");
    case TensorEditDialog::Edit::Rename:
        return TensorEditDialog::tr("Rename tensors");
    }
    return {};
}

/// What `after` has of tensors that `before` does not say already.
std::vector<archive::PlannedChange> newChanges(const std::vector<archive::PlannedChange>& before,
                                               std::vector<archive::PlannedChange> after) {
    std::map<std::string_view, std::string_view> known;
    for (const archive::PlannedChange& change : before)
        if (change.part == archive::PlannedChange::Part::Tensor) known.emplace(change.name, change.after);
    std::erase_if(after, [&](const archive::PlannedChange& change) {
        const auto old = known.find(change.name);
        return change.part != archive::PlannedChange::Part::Tensor ||
               (old != known.end() && old->second == change.after);
    });
    return after;
}

} // namespace

TensorEditDialog::TensorEditDialog(Edit edit, archive::NemoEditor editor, const QString& pattern,
                                   QWidget* parent)
    : QDialog(parent),
      m_edit(edit),
      m_editor(std::move(editor)),
      m_model(new PlannedChangeModel(this)),
      m_pattern(new QLineEdit(pattern)),
      m_preview(new QTreeView),
      m_count(new QLabel) {
    setWindowTitle(titleOf(edit));
    auto* const form = new QFormLayout;
    m_pattern->setFont(widgets::monospace(font()));
    m_pattern->setToolTip(tr("* stands for any characters, ? for one"));
    form->addRow(tr("&Tensors"), m_pattern);
    if (edit == Edit::Convert) {
        m_dtype = new QComboBox;
        for (const archive::DType dtype : {archive::DType::BFloat16, archive::DType::Float16,
                                           archive::DType::Float32, archive::DType::Float64}) {
            const auto name = archive::name(dtype);
            m_dtype->addItem(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())),
                             static_cast<int>(dtype));
        }
        form->addRow(tr("&To"), m_dtype);
        connect(m_dtype, &QComboBox::currentIndexChanged, this, &TensorEditDialog::tryOut);
    } else if (edit == Edit::Rename) {
        m_name = new QLineEdit(pattern);
        m_name->setFont(widgets::monospace(font()));
        m_name->setToolTip(tr("Each * and ? takes what the one at the same place above stood for"));
        form->addRow(tr("&New names"), m_name);
        connect(m_name, &QLineEdit::textChanged, this, &TensorEditDialog::tryOut);
    }
    m_preview->setModel(m_model);
    m_preview->setAccessibleName(tr("What changes"));
    m_preview->setRootIsDecorated(false);
    m_preview->setUniformRowHeights(true);
    m_preview->setItemDelegate(new widgets::RowDelegate(m_preview));
    m_preview->setFont(widgets::monospace(font()));
    m_preview->header()->setFont(font());
    m_preview->setColumnHidden(PlannedChangeModel::WhatColumn, true);
    const int em = m_preview->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    m_preview->header()->resizeSection(PlannedChangeModel::NameColumn, 40 * em);
    m_preview->header()->resizeSection(PlannedChangeModel::BeforeColumn, 22 * em);
    m_count->setWordWrap(true);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_accept = buttons->button(QDialogButtonBox::Ok);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    layout->addLayout(form);
    layout->addWidget(m_preview, 1);
    layout->addWidget(m_count);
    layout->addWidget(buttons);
    connect(m_pattern, &QLineEdit::textChanged, this, &TensorEditDialog::tryOut);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    widgets::resizeToFit(*this, {110 * kGrid, 60 * kGrid});
    tryOut();
}

QString TensorEditDialog::pattern() const {
    return m_pattern->text().trimmed();
}

QString TensorEditDialog::newName() const {
    return m_name ? m_name->text().trimmed() : QString();
}

archive::DType TensorEditDialog::dtype() const {
    return m_dtype ? static_cast<archive::DType>(m_dtype->currentData().toInt()) : archive::DType::Float32;
}

Result<std::size_t> TensorEditDialog::apply(archive::NemoEditor& editor) const {
    switch (m_edit) {
    case Edit::Convert:
        return editor.convertTensors(pattern().toStdString(), dtype());
    case Edit::Drop:
        return editor.dropTensors(pattern().toStdString());
    case Edit::Rename:
        return editor.renameTensors(pattern().toStdString(), newName().toStdString());
    }
    return std::size_t{0};
}

void TensorEditDialog::tryOut() {
    archive::NemoEditor trial = m_editor;
    const Result<std::size_t> count = apply(trial);
    std::vector<archive::PlannedChange> changes;
    if (count && *count > 0) changes = newChanges(m_editor.changes(), trial.changes());
    m_model->setChanges(std::move(changes));
    m_accept->setEnabled(count && *count > 0);
    QPalette palette = this->palette();
    if (!count) palette.setColor(QPalette::WindowText, widgets::colorsFor(this).error);
    m_count->setPalette(palette);
    const int number = count ? static_cast<int>(*count) : 0;
    m_count->setText(!count        ? sentence(count.error())
                     : number == 0 ? tr("No tensor would change.")
                     : number == 1 ? tr("1 tensor changes.")
                                   : tr("%L1 tensors change.").arg(number));
    m_accept->setText(m_edit == Edit::Convert ? tr("Convert %L1").arg(number)
                      : m_edit == Edit::Drop  ? tr("Drop %L1").arg(number)
                                              : tr("Rename %L1").arg(number));
}

} // namespace fathom::app
