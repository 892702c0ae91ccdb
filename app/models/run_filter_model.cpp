// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/run_filter_model.h"

#include "app/models/run_table_model.h"

#include <QRegularExpression>

#include <cmath>

namespace fathom::app {

RunFilterModel::RunFilterModel(QObject* parent) : QSortFilterProxyModel(parent) {
    setDynamicSortFilter(false);
    setSortRole(RunTableModel::SortRole);
}

void RunFilterModel::setFilter(const QString& text) {
    if (text == m_text) return;
    m_text = text;
    m_terms.clear();
    for (const QString& word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        m_terms.push_back(parse(word));
    invalidateFilter();
}

void RunFilterModel::resort() {
    invalidate();
    if (sortColumn() >= 0) sort(sortColumn(), sortOrder());
}

RunFilterModel::Term RunFilterModel::parse(QString word) {
    static const QRegularExpression comparison(QStringLiteral("^([a-z_]+)(<=|>=|<|>|=)([-+0-9.eE]+)$"));
    Term term;
    if (word.size() > 1 && word.startsWith(QLatin1Char('-'))) {
        term.negated = true;
        word.remove(0, 1);
    }
    const QRegularExpressionMatch match = comparison.match(word);
    bool isNumber = false;
    const double value = match.captured(3).toDouble(&isNumber);
    if (match.hasMatch() && isNumber) {
        term.word = match.captured(1);
        term.comparison = match.captured(2);
        term.value = value;
    } else {
        term.word = word.toLower();
    }
    return term;
}

bool RunFilterModel::holds(const Term& term, int row) const {
    const auto& table = *qobject_cast<const RunTableModel*>(sourceModel());
    if (term.comparison.isEmpty())
        return table.data(table.index(row, 0), RunTableModel::SearchRole).toString().contains(term.word);
    const double value = RunTableModel::number(table.at(row), term.word);
    if (std::isnan(value)) return false;
    if (term.comparison == QLatin1String("<")) return value < term.value;
    if (term.comparison == QLatin1String("<=")) return value <= term.value;
    if (term.comparison == QLatin1String(">")) return value > term.value;
    if (term.comparison == QLatin1String(">=")) return value >= term.value;
    return value == term.value;
}

bool RunFilterModel::filterAcceptsRow(int row, const QModelIndex&) const {
    return std::all_of(m_terms.begin(), m_terms.end(),
                       [&](const Term& term) { return holds(term, row) != term.negated; });
}

bool RunFilterModel::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(RunTableModel::SortRole);
    const QVariant b = right.data(RunTableModel::SortRole);
    if (a.typeId() == QMetaType::QString) return a.toString().compare(b.toString(), Qt::CaseInsensitive) < 0;
    const double x = a.toDouble();
    const double y = b.toDouble();
    if (std::isnan(x) || std::isnan(y)) // those without a value come last, whichever way it is sorted
        return std::isnan(x) == std::isnan(y) ? false : (sortOrder() == Qt::AscendingOrder) == std::isnan(y);
    return x < y;
}

} // namespace fathom::app
