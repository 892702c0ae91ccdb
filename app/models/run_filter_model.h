// SPDX-License-Identifier: GPL-3.0-or-later
// Filters and sorts the table of runs. Every word of the filter must hold: a plain word is looked for in
// name, state, config and overrides; `val_wer<0.5`, `step>=100`, `duration>60` compare numbers; a leading `-`
// negates a word. Rows keep their place while values update: it sorts when asked, never by itself.
#pragma once

#include <QSortFilterProxyModel>

#include <vector>

namespace fathom::app {

class RunFilterModel : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RunFilterModel(QObject* parent = nullptr);

    void setFilter(const QString& text);
    [[nodiscard]] const QString& filter() const { return m_text; }
    /// Sorts again by the column in force, for a user who asks for it.
    void resort();

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    struct Term {
        QString word{};       ///< lower case; or the name to compare
        QString comparison{}; ///< "<", "<=", ">", ">=", "=", or empty for a plain word
        double value = 0;
        bool negated = false;
    };
    [[nodiscard]] static Term parse(QString word);
    [[nodiscard]] bool holds(const Term& term, int row) const;

    QString m_text;
    std::vector<Term> m_terms;
};

} // namespace fathom::app
