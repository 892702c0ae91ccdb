// SPDX-License-Identifier: GPL-3.0-or-later
// In the place of an archive that takes its time to open: how far it is, and Cancel.
#pragma once

#include "widgets/empty_state.h"

namespace fathom::app {

class OpeningView : public widgets::EmptyState {
    Q_OBJECT
public:
    explicit OpeningView(const QString& file, QWidget* parent = nullptr);
    /// 0…1
    void setProgress(double part);

private:
    QString m_name;
};

} // namespace fathom::app
