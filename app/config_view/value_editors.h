// SPDX-License-Identifier: GPL-3.0-or-later
// Editors of one config value: a list of the legal ones, a number with its range, a path with a chooser, or
// text in override grammar.
#pragma once

#include "app/models/config_field.h"

#include <QWidget>

class QLineEdit;

namespace fathom::app {

/// A path as text, with a button that opens a chooser; red while there is no such file.
class PathEditor : public QWidget {
    Q_OBJECT
public:
    using Path = ConfigField::Path;

    PathEditor(Path kind, QWidget* parent);
    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    [[nodiscard]] QLineEdit* line() const { return m_line; }
    /// The chooser is open: losing the focus to it does not end the editing.
    [[nodiscard]] bool isChoosing() const { return m_isChoosing; }

Q_SIGNALS:
    /// A file was chosen: nothing more will come.
    void chosen();

private:
    void choose();
    void check();
    Path m_kind;
    QLineEdit* m_line;
    bool m_isChoosing = false;
};

/// An editor for a value of this kind. `current` is shown at once; `asText` gives plain text whatever is
/// known.
struct EditorRequest {
    ConfigField field{};
    QString current{};
    bool isBool = false;
    bool asText = false;
};
[[nodiscard]] QWidget* makeValueEditor(const EditorRequest& request, QWidget* parent);
[[nodiscard]] QString editedText(const QWidget* editor);
/// Shows `text`, unless the user has begun to type.
void showInEditor(QWidget* editor, const QString& text);

} // namespace fathom::app
