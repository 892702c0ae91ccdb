// SPDX-License-Identifier: GPL-3.0-or-later
// Where to, as what, and how much of a plot is written.
#pragma once

#include "widgets/plot_export.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLineEdit;

namespace fathom::app {

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    /// `name`: of the file, without its ending; an empty one asks for a folder in place of a file.
    ExportDialog(const QString& name, QWidget* parent);
    /// The file with its ending, or the folder.
    [[nodiscard]] QString file() const;
    [[nodiscard]] widgets::FigureFormat format() const;
    [[nodiscard]] widgets::FigurePoints points() const;

private:
    void browse();
    void formatChanged();
    void check();

    bool m_isFolder;
    QComboBox* m_format = nullptr;
    QComboBox* m_points = nullptr;
    QLineEdit* m_path = nullptr;
    QDialogButtonBox* m_buttons = nullptr;
};

} // namespace fathom::app
