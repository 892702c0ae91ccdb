// SPDX-License-Identifier: GPL-3.0-or-later
// Where did this value come from? The assignments of one key, the winner on top, what it is computed from,
// who uses it: all of them links.
#pragma once

#include <QPersistentModelIndex>
#include <QTextBrowser>

namespace fathom::app {

class ConfigModel;

class OriginPane : public QTextBrowser {
    Q_OBJECT
public:
    explicit OriginPane(const ConfigModel& model, QWidget* parent = nullptr);
    /// Tells the story of the key at this index of the config model; an invalid one empties the pane.
    void setKey(const QModelIndex& index);
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    /// An assignment was clicked: the row of the key or of a beaten value.
    void assignmentClicked(const QModelIndex& index);
    void keyClicked(const QString& path);

protected:
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QString story() const;
    [[nodiscard]] QString assignmentLine(const QModelIndex& index, const QString& link, bool wins) const;
    [[nodiscard]] QString keyLinks(const QStringList& keys, bool withValues) const;
    void follow(const QUrl& url);
    const ConfigModel& m_model;
    QPersistentModelIndex m_key;
};

} // namespace fathom::app
