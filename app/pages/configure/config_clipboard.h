// SPDX-License-Identifier: GPL-3.0-or-later
// Overrides and command lines to and from the clipboard.
#pragma once

#include <QObject>

namespace fathom::app {

class ConfigDocument;
class ConfigTreeView;

class ConfigClipboard : public QObject {
    Q_OBJECT
public:
    ConfigClipboard(ConfigDocument& document, ConfigTreeView& tree, QObject* parent)
        : QObject(parent), m_document(document), m_tree(tree) {}

    /// `key=value` of the current row.
    void copyOverride();
    /// A fathom-cli command that repeats the run; of a sweep one for each run.
    void copyCommand();
    /// Applies the command line or the overrides in the clipboard.
    void pasteCommand();

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    ConfigDocument& m_document;
    ConfigTreeView& m_tree;
};

} // namespace fathom::app
