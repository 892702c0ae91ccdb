// SPDX-License-Identifier: GPL-3.0-or-later
// The YAML files behind the tree, with the line of the current key marked.
#pragma once

#include <QString>
#include <QWidget>

#include <map>

class QComboBox;

namespace fathom::widgets {
class CodeView;
} // namespace fathom::widgets

namespace fathom::app {

class SourcePane : public QWidget {
    Q_OBJECT
public:
    explicit SourcePane(QWidget* parent = nullptr);

    /// The files by name; `primary` comes first. The shown file stays where it is among them.
    void setSources(const std::map<QString, QString>& sources, const QString& primary);
    /// Shows the file and marks the line; 0 marks none. Unknown files are ignored.
    void mark(const QString& file, int line);
    void clearMark();
    void focusCode();

Q_SIGNALS:
    void lineChosen(const QString& file, int line);
    /// Enter or Escape in the text: back to the tree.
    void leaveRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void show(const QString& file);
    std::map<QString, QString> m_sources;
    QComboBox* m_files = nullptr;
    widgets::CodeView* m_code = nullptr;
};

} // namespace fathom::app
