// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl+K: everything the program can do, a few keys away. Up and Down choose, Enter does it, Escape closes.
#pragma once

#include "app/shell/palette_model.h"

#include <QDialog>

class QLineEdit;
class QListView;

namespace fathom::app {

class CommandPalette : public QDialog {
    Q_OBJECT
public:
    explicit CommandPalette(QWidget* parent);
    /// Shows it at the top of the parent with these items.
    void present(std::vector<PaletteItem> items);
    [[nodiscard]] PaletteModel& model() { return m_model; }
    [[nodiscard]] QLineEdit& line() { return *m_line; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void selectFirst();
    void runCurrent();
    PaletteModel m_model;
    QLineEdit* m_line = nullptr;
    QListView* m_list = nullptr;
};

} // namespace fathom::app
