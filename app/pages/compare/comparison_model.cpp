// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/comparison_model.h"

#include "widgets/number_format.h"

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {

QString wholeText(const analysis::Setting& setting) {
    return QString::fromStdString(analysis::displayText(setting.value));
}

/// "+12 %" of a metric against the baseline's.
QString change(double value, double baseline) {
    if (!std::isfinite(value) || !std::isfinite(baseline) || baseline == 0 || value == baseline) return {};
    const double percent = 100 * (value - baseline) / std::fabs(baseline);
    if (std::fabs(percent) >= 1000) return {};
    return QStringLiteral("  %1%2 %")
        .arg(percent > 0 ? QStringLiteral("+") : QStringLiteral("−"),
             widgets::formatNumber(std::fabs(percent), 2));
}

} // namespace

QString shortText(const analysis::Setting& setting, ComparisonSection::Kind kind) {
    if (kind != ComparisonSection::Kind::Config && setting.value.isNumber())
        return widgets::formatNumber(setting.value.toDouble());
    const QString text = wholeText(setting);
    const auto lines = text.count(QLatin1Char('\n')) + (text.endsWith(QLatin1Char('\n')) ? 0 : 1);
    if (lines > 1) return ComparisonModel::tr("%1 lines").arg(widgets::formatCount(lines));
    return text.isEmpty() ? QStringLiteral("\"\"") : text.trimmed();
}

ComparisonModel::ComparisonModel(Kinds kinds, QObject* parent)
    : QAbstractTableModel(parent), m_kinds(std::move(kinds)) {}

void ComparisonModel::setComparison(ComparisonPtr comparison) {
    beginResetModel();
    m_comparison = std::move(comparison);
    rebuild();
    endResetModel();
}

void ComparisonModel::setOnlyDifferences(bool only) {
    if (only == m_onlyDifferences) return;
    beginResetModel();
    m_onlyDifferences = only;
    rebuild();
    endResetModel();
}

void ComparisonModel::setSearch(const QString& text) {
    if (text == m_search) return;
    beginResetModel();
    m_search = text;
    rebuild();
    endResetModel();
}

bool ComparisonModel::matches(const analysis::ComparedKey& key, const QStringList& words) const {
    const QString name = QString::fromStdString(key.key);
    return std::all_of(words.begin(), words.end(), [&](const QString& word) {
        if (name.contains(word, Qt::CaseInsensitive)) return true;
        return std::any_of(key.runs.begin(), key.runs.end(), [&](const analysis::Setting* setting) {
            return setting != nullptr && wholeText(*setting).contains(word, Qt::CaseInsensitive);
        });
    });
}

void ComparisonModel::rebuild() {
    m_rows.clear();
    if (!m_comparison) return;
    const QStringList words = m_search.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (const ComparisonSection::Kind kind : m_kinds) {
        const ComparisonSection& section = m_comparison->section(kind);
        if (section.rows.empty()) continue;
        const std::size_t before = m_rows.size();
        if (m_kinds.size() > 1) m_rows.push_back({&section, nullptr});
        for (const analysis::ComparedKey& key : section.rows)
            if ((key.differs || !m_onlyDifferences) && matches(key, words))
                m_rows.push_back({&section, &key});
        if (!words.isEmpty() && m_kinds.size() > 1 && m_rows.size() == before + 1) m_rows.pop_back();
    }
}

int ComparisonModel::keyCount() const {
    return static_cast<int>(
        std::count_if(m_rows.begin(), m_rows.end(), [](const Row& row) { return row.key != nullptr; }));
}

int ComparisonModel::rowOf(const QString& key) const {
    const auto row = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& one) {
        return one.key != nullptr && QString::fromStdString(one.key->key) == key;
    });
    return row == m_rows.end() ? -1 : static_cast<int>(row - m_rows.begin());
}

const analysis::ComparedKey* ComparisonModel::keyAt(int row) const {
    return row < 0 || row >= rowCount() ? nullptr : m_rows[static_cast<std::size_t>(row)].key;
}

const analysis::Setting* ComparisonModel::settingAt(const QModelIndex& index) const {
    const analysis::ComparedKey* key = index.isValid() ? keyAt(index.row()) : nullptr;
    if (key == nullptr || index.column() == 0) return nullptr;
    return key->runs[m_comparison->order[static_cast<std::size_t>(index.column() - 1)]];
}

QString ComparisonModel::asText() const {
    QString text;
    for (int column = 0; column < columnCount(); ++column)
        text += headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() +
                (column + 1 < columnCount() ? QLatin1Char('\t') : QLatin1Char('\n'));
    for (int row = 0; row < rowCount(); ++row) {
        if (keyAt(row) == nullptr) continue;
        for (int column = 0; column < columnCount(); ++column) {
            QString cell = index(row, column).data(WholeRole).toString();
            cell.replace(QLatin1Char('\t'), QLatin1Char(' '))
                .replace(QLatin1Char('\n'), QStringLiteral("\\n"));
            text += cell + (column + 1 < columnCount() ? QLatin1Char('\t') : QLatin1Char('\n'));
        }
    }
    return text;
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ComparisonModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid() || !m_comparison) return 0;
    return static_cast<int>(m_comparison->order.size()) + 1;
}

QString ComparisonModel::heading(const ComparisonSection& section) const {
    const QString all = widgets::formatCount(static_cast<qint64>(section.rows.size()));
    if (section.differing == 0 && section.rows.size() == 1)
        return tr("%1 — the same").arg(sectionTitle(section.kind));
    if (section.differing == 0) return tr("%1 — all %2 the same").arg(sectionTitle(section.kind), all);
    return tr("%1 — %2 of %3 differ")
        .arg(sectionTitle(section.kind), widgets::formatCount(static_cast<qint64>(section.differing)), all);
}

QString ComparisonModel::cellText(const Row& row, int column) const {
    if (column == 0) return QString::fromStdString(row.key->key);
    const std::size_t run = m_comparison->order[static_cast<std::size_t>(column - 1)];
    const analysis::Setting* setting = row.key->runs[run];
    if (setting == nullptr) return tr("none");
    QString text = shortText(*setting, row.section->kind);
    const analysis::Setting* baseline = row.key->runs[m_comparison->baseline];
    if (row.section->kind == ComparisonSection::Kind::Metrics && baseline != nullptr && column > 1)
        text += change(setting->value.toDouble(), baseline->value.toDouble());
    return text;
}

QString ComparisonModel::toolTip(const Row& row, int column) const {
    const std::size_t run = m_comparison->order[static_cast<std::size_t>(column - 1)];
    const analysis::Setting* setting = row.key->runs[run];
    if (setting == nullptr) return tr("%1 does not have this key").arg((*m_comparison->runs)[run].title);
    QString text = row.section->kind == ComparisonSection::Kind::Metrics
                       ? widgets::formatExact(setting->value.toDouble())
                       : wholeText(*setting).left(2000);
    if (!setting->layer.empty()) text += tr("\nset by: %1").arg(QString::fromStdString(setting->layer));
    if (!setting->origin.empty()) text += tr("\nat: %1").arg(QString::fromStdString(setting->origin));
    return text;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == HeadingRole) return row.key == nullptr;
    if (role == SectionRole) return static_cast<int>(row.section->kind);
    if (row.key == nullptr)
        return role == Qt::DisplayRole && index.column() == 0 ? heading(*row.section) : QVariant();
    if (role == KeyRole) return QString::fromStdString(row.key->key);
    if (role == Qt::DisplayRole) return cellText(row, index.column());
    if (index.column() == 0)
        return role == Qt::ToolTipRole || role == WholeRole ? QString::fromStdString(row.key->key)
                                                            : QVariant();
    const std::size_t run = m_comparison->order[static_cast<std::size_t>(index.column() - 1)];
    const analysis::Setting* setting = row.key->runs[run];
    switch (role) {
    case Qt::ToolTipRole:
        return toolTip(row, index.column());
    case Qt::AccessibleTextRole:
        return row.key->differsBetween(m_comparison->baseline, run)
                   ? tr("%1 (differs)").arg(cellText(row, index.column()))
                   : cellText(row, index.column());
    case WholeRole:
        return setting == nullptr ? QString() : wholeText(*setting);
    case SameRole:
        return !row.key->differsBetween(m_comparison->baseline, run);
    case MissingRole:
        return setting == nullptr;
    case LayerRole:
        return setting == nullptr ? QString() : QString::fromStdString(setting->layer);
    default:
        return {};
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || !m_comparison) return {};
    if (section == 0) return role == Qt::DisplayRole ? tr("Key") : QVariant();
    const ComparedRun& run = m_comparison->run(static_cast<std::size_t>(section - 1));
    if (role == Qt::DisplayRole) return run.title;
    if (role != Qt::ToolTipRole) return {};
    const QString command = QString::fromStdString(run.run.command);
    const QString title = section == 1 ? tr("%1, the baseline").arg(run.title) : run.title;
    return QString(title + QLatin1Char('\n') + command);
}

} // namespace fathom::app
