// SPDX-License-Identifier: GPL-3.0-or-later
// What an archive holds: config, weights, artifacts, members, safety; and its model to be tried. A file
// dropped on an artifact takes its place.
#pragma once

#include "engine/archive/inspect.h"

#include <QTreeWidget>

#include <optional>
#include <vector>

namespace fathom::app {

class ArchiveDocument;

class PartsTree : public QTreeWidget {
    Q_OBJECT
public:
    explicit PartsTree(const ArchiveDocument& document, QWidget* parent = nullptr);

    /// "config", "weights", "artifacts", "artifact NAME" (as stored), "members", "safety" or "try".
    [[nodiscard]] QString part() const;
    /// False when there is no such part.
    bool showPart(const QString& part);
    /// Stored name of the current artifact, or empty.
    [[nodiscard]] QString artifact() const;
    /// The document's parts as they are now; the current one stays where it is still there.
    void refresh();
    /// nullopt while they are not known.
    void setFindings(const std::optional<std::vector<archive::Finding>>& findings);

Q_SIGNALS:
    void partChosen(const QString& part);
    void fileDropped(const QString& artifact, const QString& file);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QTreeWidgetItem* addPart(QTreeWidgetItem* parent, const QString& part, const QString& text,
                             const QString& icon);
    void addArtifacts();
    void showFindings();
    [[nodiscard]] QString artifactAt(QPoint position) const;
    const ArchiveDocument& m_document;
    std::optional<std::vector<archive::Finding>> m_findings;
};

} // namespace fathom::app
