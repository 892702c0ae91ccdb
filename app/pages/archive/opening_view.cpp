// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/opening_view.h"

#include <QFileInfo>

namespace fathom::app {

OpeningView::OpeningView(const QString& file, QWidget* parent)
    : EmptyState(parent), m_name(QFileInfo(file).fileName()) {
    set(QStringLiteral("archive"), tr("Opening %1").arg(m_name), tr("It is being read."));
    setButton(tr("Cancel"));
}

void OpeningView::setProgress(double part) {
    set(QStringLiteral("archive"), tr("Opening %1").arg(m_name),
        tr("A compressed archive is expanded once: %1 %").arg(static_cast<int>(part * 100)));
}

} // namespace fathom::app
