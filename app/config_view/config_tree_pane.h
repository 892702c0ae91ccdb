// SPDX-License-Identifier: GPL-3.0-or-later
// The tree with its filter line and the notices above it.
#pragma once

#include "app/models/config_filter.h"

#include <QWidget>

#include <optional>

class QButtonGroup;
class QLineEdit;

namespace fathom::widgets {
class NoticeBar;
}

namespace fathom::app {

class ConfigModel;
class ConfigTreeView;
struct ConfigItem;

class ConfigTreePane : public QWidget {
    Q_OBJECT
public:
    explicit ConfigTreePane(QWidget* parent = nullptr);

    [[nodiscard]] ConfigModel& model() { return *m_model; }
    [[nodiscard]] ConfigTreeView* tree() const { return m_tree; }
    /// Something prevents a run.
    [[nodiscard]] widgets::NoticeBar* errorNotice() const { return m_error; }
    /// A file was changed by someone else.
    [[nodiscard]] widgets::NoticeBar* diskNotice() const { return m_disk; }
    [[nodiscard]] widgets::NoticeBar* queueNotice() const { return m_queue; }

    /// Shows new rows; selection, expansion and scrolling stay.
    void setTree(const ConfigItem& root);
    /// The keys that "Differs" leaves; nullopt where nothing is compared.
    void setDifferences(const std::optional<QSet<QString>>& paths);
    void focusFilter();
    void setShow(ConfigFilter::Show show);
    /// Clears the filter when it hides the key, then makes it current.
    bool revealPath(const QString& path);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeFilterRow();
    void filterChanged();
    ConfigModel* m_model;
    ConfigFilter* m_filter;
    ConfigTreeView* m_tree;
    widgets::NoticeBar* m_error;
    widgets::NoticeBar* m_disk;
    widgets::NoticeBar* m_queue;
    QLineEdit* m_filterLine = nullptr;
    QButtonGroup* m_show = nullptr;
    QStringList m_expandedBefore; ///< before the filter was used
};

} // namespace fathom::app
