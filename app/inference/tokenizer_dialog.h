// SPDX-License-Identifier: GPL-3.0-or-later
// Tokenizers of no archive: opened from files, tried, trained.
#pragma once

#include <QDialog>

namespace fathom::app {

class JobRunner;
class TokenizerPane;

class TokenizerDialog : public QDialog {
    Q_OBJECT
public:
    explicit TokenizerDialog(JobRunner& jobs, QWidget* parent = nullptr);
    [[nodiscard]] TokenizerPane& pane() const { return *m_pane; }

private:
    TokenizerPane* m_pane;
};

} // namespace fathom::app
