// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/tokenizer_dialog.h"

#include "app/inference/tokenizer_pane.h"
#include "widgets/fit_screen.h"
#include "widgets/theme.h"

#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

TokenizerDialog::TokenizerDialog(JobRunner& jobs, QWidget* parent)
    : QDialog(parent), m_pane(new TokenizerPane(jobs)) {
    setWindowTitle(tr("Tokenizers"));
    setAttribute(Qt::WA_DeleteOnClose);
    widgets::resizeToFit(*this, {110 * kGrid, 80 * kGrid});
    m_pane->setTokenizers({});
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->addWidget(m_pane);
}

} // namespace fathom::app
