// SPDX-License-Identifier: GPL-3.0-or-later
// The top line of an archive: where it is, how large, and what of it is unsaved.
#pragma once

#include <QWidget>

class QHBoxLayout;

namespace fathom::widgets {
class ElidedLabel;
}

namespace fathom::app {

class ArchiveDocument;

class ArchiveHeader : public QWidget {
    Q_OBJECT
public:
    explicit ArchiveHeader(const ArchiveDocument& document, QWidget* parent = nullptr);
    void refresh();
    [[nodiscard]] QString unsavedText() const;
    /// Puts a small button of this action at the right end.
    void addButton(QAction* action);

protected:
    void changeEvent(QEvent* event) override;

private:
    const ArchiveDocument& m_document;
    widgets::ElidedLabel* m_summary;
    widgets::ElidedLabel* m_unsaved;
    QHBoxLayout* m_row;
};

} // namespace fathom::app
