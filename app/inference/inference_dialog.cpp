// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/inference_dialog.h"

#include "app/inference/inference_pane.h"
#include "app/inference/model_session.h"
#include "widgets/fit_screen.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QFormLayout>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

InferenceDialog::InferenceDialog(JobRunner& jobs, const QString& title, std::vector<ModelFile> files,
                                 RestoreModel restore, QWidget* parent)
    : QDialog(parent),
      m_files(std::move(files)),
      m_pane(new InferencePane(jobs, std::move(restore))),
      m_choice(new QComboBox) {
    setWindowTitle(tr("Try %1").arg(title));
    setAttribute(Qt::WA_DeleteOnClose);
    widgets::resizeToFit(*this, {110 * kGrid, 90 * kGrid});
    m_choice->setAccessibleName(tr("File of the model"));
    for (const ModelFile& file : m_files)
        m_choice->addItem(file.label);
    auto* const row = new QFormLayout;
    row->addRow(tr("Model"), m_choice);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    if (m_files.size() > 1)
        layout->addLayout(row);
    else
        m_choice->hide();
    layout->addWidget(m_pane, 1);
    connect(m_choice, &QComboBox::activated, this, &InferenceDialog::choose);
    connect(m_pane, &InferencePane::statusMessage, this, &InferenceDialog::statusMessage);
    choose(0);
}

void InferenceDialog::choose(int index) {
    m_pane->setFile(m_files[static_cast<std::size_t>(index)].path);
}

} // namespace fathom::app
