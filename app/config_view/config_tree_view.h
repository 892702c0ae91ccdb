// SPDX-License-Identifier: GPL-3.0-or-later
// A config as a tree. Enter or F2 edits, a click on a badge shows where the value was written.
#pragma once

#include <QStringList>
#include <QTreeView>

namespace fathom::app {

class ConfigDelegate;
class ConfigFilter;
class ConfigModel;

class ConfigTreeView : public QTreeView {
    Q_OBJECT
public:
    ConfigTreeView(ConfigModel& model, ConfigFilter& filter, QWidget* parent = nullptr);

    /// Dotted path of the current row, also for beats and problems below it; empty for none.
    [[nodiscard]] QString currentPath() const;
    /// Index in the config model of the current row.
    [[nodiscard]] QModelIndex currentSource() const;
    /// Makes the key current, opens what is above it and scrolls to it. False when the filter hides it or it
    /// is not there.
    bool selectPath(const QString& path);
    /// The same for a row of the config model, be it a key, a beaten value or a problem.
    void selectSource(const QModelIndex& sourceIndex);
    void selectFirst();
    /// selectPath, then opens the editor of the value.
    void editPath(const QString& path);
    /// Edits the current value as plain text in override grammar, sections too.
    void editAsText();
    /// Opens maps, two levels deep: what fits on a screen.
    void expandByDefault();
    [[nodiscard]] QStringList expandedPaths() const;
    void expandPaths(const QStringList& paths);
    /// Problem rows use the whole width. To be called after the rows changed.
    void spanProblems();

Q_SIGNALS:
    /// The current row is another one: its path.
    void pathChosen(const QString& path);
    /// A badge was clicked or Alt+Enter pressed: show where this row's value was written.
    void sourceRequested(const QModelIndex& sourceIndex);
    /// The Fix button of a problem was clicked, or Enter pressed on its row.
    void fixRequested(int problem);

protected:
    bool edit(const QModelIndex& index, EditTrigger trigger, QEvent* event) override;
    using QTreeView::edit;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option,
                 const QModelIndex& index) const override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    [[nodiscard]] static QModelIndex keyOf(const QModelIndex& index);
    void editValue();
    ConfigModel& m_model;
    ConfigFilter& m_filter;
    ConfigDelegate* m_delegate;
};

} // namespace fathom::app
