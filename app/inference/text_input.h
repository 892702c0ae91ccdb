// SPDX-License-Identifier: GPL-3.0-or-later
// Where a text is typed. Files that are dropped or pasted are told, not typed; so are several lines where one
// is wanted.
#pragma once

#include <QPlainTextEdit>
#include <QStringList>

class QMimeData;

namespace fathom::app {

class TextInput : public QPlainTextEdit {
    Q_OBJECT
public:
    /// OneLine: Enter submits, and several lines that are pasted are told. Lines: Ctrl+Enter submits.
    enum class Kind { OneLine, Lines };
    explicit TextInput(Kind kind, QWidget* parent = nullptr);

Q_SIGNALS:
    void submitted();
    void filesDropped(const QStringList& files);
    void linesPasted(const QStringList& lines);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] bool canInsertFromMimeData(const QMimeData* source) const override;
    void insertFromMimeData(const QMimeData* source) override;

private:
    Kind m_kind;
};

/// Local paths among the URLs.
[[nodiscard]] QStringList localFilesIn(const QMimeData& data);

} // namespace fathom::app
