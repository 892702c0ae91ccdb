// SPDX-License-Identifier: GPL-3.0-or-later
// Two configs side by side, only the keys that differ.
#pragma once

#include <QWidget>

class QAction;
class QLabel;
class QMenu;
class QModelIndex;
class QToolButton;
class QTreeView;

namespace fathom::app {

class ConfigComparison;
class ConfigDiffModel;

class DiffPane : public QWidget {
    Q_OBJECT
public:
    explicit DiffPane(ConfigComparison& comparison, QWidget* parent = nullptr);
    /// Configs to compare with by a click.
    void setRecentFiles(const QStringList& files);
    /// Name of the left side.
    void setLeftTitle(const QString& title);
    [[nodiscard]] QTreeView* table() const { return m_table; }

Q_SIGNALS:
    void keyChosen(const QString& path);
    /// Give the key the value of the right side.
    void takeRequested(const QString& path, const QString& value, bool isNew);
    void removeRequested(const QString& path);

private:
    void choose();
    void showDifferences();
    void takeRight();
    ConfigComparison& m_comparison;
    ConfigDiffModel* m_model;
    QTreeView* m_table;
    QToolButton* m_other;
    QMenu* m_menu;
    QLabel* m_summary;
    QString m_leftTitle;
};

} // namespace fathom::app
