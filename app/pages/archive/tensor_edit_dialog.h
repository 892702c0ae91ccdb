// SPDX-License-Identifier: GPL-3.0-or-later
// Converts, drops or renames the tensors that a pattern matches, and shows which those are first.
#pragma once

#include "engine/archive/nemo_editor.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeView;

namespace fathom::app {

class PlannedChangeModel;

class TensorEditDialog : public QDialog {
    Q_OBJECT
public:
    enum class Edit { Convert, Drop, Rename };

    /// `editor` is a copy to try things on; `pattern` is what the pattern begins as.
    TensorEditDialog(Edit edit, archive::NemoEditor editor, const QString& pattern,
                     QWidget* parent = nullptr);

    [[nodiscard]] QString pattern() const;
    [[nodiscard]] QString newName() const;
    [[nodiscard]] archive::DType dtype() const;

private:
    void tryOut();
    [[nodiscard]] Result<std::size_t> apply(archive::NemoEditor& editor) const;
    Edit m_edit;
    archive::NemoEditor m_editor;
    PlannedChangeModel* m_model;
    QLineEdit* m_pattern;
    QLineEdit* m_name = nullptr;
    QComboBox* m_dtype = nullptr;
    QTreeView* m_preview;
    QLabel* m_count;
    QPushButton* m_accept = nullptr;
};

} // namespace fathom::app
