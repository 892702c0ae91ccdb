// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/save_dialog.h"

#include "app/models/planned_change_model.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

SaveDialog::SaveDialog(const QString& target, QWidget* parent)
    : QDialog(parent),
      m_target(target),
      m_model(new PlannedChangeModel(this)),
      m_title(new QLabel(tr("Looking at what changes…"))),
      m_changes(new QTreeView),
      m_findings(new QListWidget),
      m_plan(new QLabel) {
    setWindowTitle(tr("Save %1").arg(QFileInfo(target).fileName()));
    m_title->setFont(widgets::titleFont(font()));
    m_changes->setModel(m_model);
    m_changes->setAccessibleName(tr("Changes"));
    m_changes->setRootIsDecorated(false);
    m_changes->setUniformRowHeights(true);
    m_changes->setItemDelegate(new widgets::RowDelegate(m_changes));
    m_changes->setFont(widgets::monospace(font()));
    m_changes->header()->setFont(font());
    const int em = m_changes->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    m_changes->header()->resizeSection(PlannedChangeModel::WhatColumn, 20 * em);
    m_changes->header()->resizeSection(PlannedChangeModel::NameColumn, 34 * em);
    m_changes->header()->resizeSection(PlannedChangeModel::BeforeColumn, 26 * em);
    m_findings->setAccessibleName(tr("What a restore would stumble over"));
    m_findings->setFrameShape(QFrame::NoFrame);
    m_findings->setWordWrap(true);
    m_findings->setMaximumHeight(14 * kGrid);
    m_findings->hide();
    m_plan->setWordWrap(true);
    m_plan->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    m_save = buttons->button(QDialogButtonBox::Save);
    m_save->setText(tr("Save"));
    m_save->setEnabled(false);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    layout->addWidget(m_title);
    layout->addWidget(m_changes, 1);
    layout->addWidget(m_findings);
    layout->addWidget(m_plan);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    widgets::resizeToFit(*this, {120 * kGrid, 64 * kGrid});
}

void SaveDialog::setPreview(const SavePreview& preview) {
    const auto count = static_cast<int>(preview.changes.size());
    m_model->setChanges(preview.changes);
    m_title->setText(count == 0   ? tr("Nothing was changed: this writes a copy")
                     : count == 1 ? tr("1 change")
                                  : tr("%L1 changes").arg(count));
    showFindings(preview.findings);
    if (preview.isRefused)
        showProblem(tr("An edit leads to an error above: correct or undo it, then save."));
    else
        showPlan(preview.plan);
    m_save->setEnabled(preview.plan.has_value() && !preview.isRefused);
    if (m_save->isEnabled()) m_save->setFocus();
}

void SaveDialog::showFindings(const std::vector<archive::Finding>& findings) {
    const widgets::Colors& colors = widgets::colorsFor(this);
    m_findings->clear();
    for (const archive::Finding& finding : findings) {
        const bool isError = finding.severity == archive::Severity::Error;
        QString text = QString::fromStdString(finding.text);
        if (!text.isEmpty()) text[0] = text[0].toUpper();
        m_findings->addItem(
            new QListWidgetItem(widgets::icon(isError ? QStringLiteral("error") : QStringLiteral("warning"),
                                              isError ? colors.error : colors.warning),
                                text));
    }
    m_findings->setVisible(!findings.empty());
}

void SaveDialog::showProblem(const QString& text) {
    m_plan->setText(text);
    QPalette own = m_plan->palette();
    own.setColor(QPalette::WindowText, widgets::colorsFor(this).error);
    m_plan->setPalette(own);
}

void SaveDialog::showPlan(const Result<archive::SavePlan>& plan) {
    if (!plan) return showProblem(sentence(plan.error()));
    const QString size = widgets::formatBytes(static_cast<double>(plan->bytesToWrite));
    QStringList lines{
        plan->isInPlace
            ? tr("%1 will be written into the file where they belong, under a journal; "
                 "the rest of it is not touched.")
                  .arg(size)
            : tr("A new file of %1 takes the place of the old one when it is complete.").arg(size)};
    for (const std::string& note : plan->notes)
        lines.append(tr("Note: %1.").arg(QString::fromStdString(note)));
    m_plan->setText(lines.join(QLatin1Char('\n')));
}

} // namespace fathom::app
