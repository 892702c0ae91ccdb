// SPDX-License-Identifier: GPL-3.0-or-later
// Keys down, runs across: what differs, or everything.
#pragma once

#include "app/pages/compare/compared_runs.h"

#include <QAbstractTableModel>

#include <optional>

namespace fathom::app {

/// Column 0 is the key, column 1 the baseline, then the other runs. GUI thread only.
class ComparisonModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role {
        KeyRole = Qt::UserRole + 1, ///< QString; empty for a section's heading
        WholeRole,                  ///< QString: all of the text, for copying
        SameRole,                   ///< bool: the same as the baseline's
        MissingRole,                ///< bool: the run lacks the key
        HeadingRole,                ///< bool: the row is a section's heading
        LayerRole,                  ///< QString: who set it; empty where nobody recorded it
        SectionRole,                ///< int of ComparisonSection::Kind
    };
    using Kinds = std::vector<ComparisonSection::Kind>;

    /// Shows these sections, with headings unless there is one only.
    explicit ComparisonModel(Kinds kinds, QObject* parent = nullptr);

    void setComparison(ComparisonPtr comparison);
    [[nodiscard]] const ComparisonPtr& comparison() const { return m_comparison; }
    void setOnlyDifferences(bool only);
    [[nodiscard]] bool onlyDifferences() const { return m_onlyDifferences; }
    /// Words that all have to be in key or values, in any case; empty for no search.
    void setSearch(const QString& text);

    /// Rows but headings.
    [[nodiscard]] int keyCount() const;
    /// The row of a key, or -1.
    [[nodiscard]] int rowOf(const QString& key) const;
    [[nodiscard]] const analysis::ComparedKey* keyAt(int row) const;
    /// The setting of a cell; null for a heading, the key's column, or a run that lacks it.
    [[nodiscard]] const analysis::Setting* settingAt(const QModelIndex& index) const;
    /// What is shown, tab-separated with a line of titles.
    [[nodiscard]] QString asText() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        const ComparisonSection* section = nullptr;
        const analysis::ComparedKey* key = nullptr; ///< null: the section's heading
    };
    void rebuild();
    [[nodiscard]] bool matches(const analysis::ComparedKey& key, const QStringList& words) const;
    [[nodiscard]] QString heading(const ComparisonSection& section) const;
    [[nodiscard]] QString cellText(const Row& row, int column) const;
    [[nodiscard]] QString toolTip(const Row& row, int column) const;

    Kinds m_kinds;
    ComparisonPtr m_comparison;
    std::vector<Row> m_rows;
    QString m_search;
    bool m_onlyDifferences = true;
};

/// One line for a table: "42 lines" of a longer text, four digits of a metric.
[[nodiscard]] QString shortText(const analysis::Setting& setting, ComparisonSection::Kind kind);

} // namespace fathom::app
