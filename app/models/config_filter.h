// SPDX-License-Identifier: GPL-3.0-or-later
// The filter line of the Configure page over a ConfigModel: words must all occur in key, value or resolved
// value; `layer:edited` (dataclass, yaml, group, command, edited, removed) asks for the winning layer,
// `file:conformer` for the file that set the value.
#pragma once

#include <QSet>
#include <QSortFilterProxyModel>
#include <QStringList>

namespace fathom::app {

class ConfigFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    enum class Show { All, Overrides, Problems, Differences };

    explicit ConfigFilter(QObject* parent = nullptr);
    void setText(const QString& text);
    void setShow(Show show);
    /// The keys that Show::Differences leaves.
    void setDifferences(const QSet<QString>& paths);
    [[nodiscard]] Show show() const { return m_show; }
    [[nodiscard]] bool isActive() const { return !m_words.isEmpty() || m_show != Show::All; }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    [[nodiscard]] bool matches(const QModelIndex& index) const;
    QStringList m_words;
    QSet<QString> m_differences;
    Show m_show = Show::All;
};

} // namespace fathom::app
