// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/palette_model.h"

#include "widgets/icon.h"

#include <algorithm>

namespace fathom::app {

namespace {
constexpr std::size_t kMostShown = 200;
}

void PaletteModel::setItems(std::vector<PaletteItem> items) {
    m_items = std::move(items);
    setFilter({});
}

int PaletteModel::score(const QString& text, const QString& pattern) {
    int score = 1;
    qsizetype at = 0;
    qsizetype previous = -2;
    for (const QChar wanted : pattern) {
        if (wanted.isSpace()) continue;
        while (at < text.size() && text[at].toCaseFolded() != wanted.toCaseFolded())
            ++at;
        if (at == text.size()) return 0;
        score += 1;
        if (at == previous + 1) score += 4;
        if (at == 0 || !text[at - 1].isLetterOrNumber()) score += 6;
        previous = at++;
    }
    if (!pattern.isEmpty() && text.contains(pattern, Qt::CaseInsensitive)) score += 20;
    return score;
}

void PaletteModel::setFilter(const QString& text) {
    std::vector<std::pair<int, std::size_t>> ranked;
    for (std::size_t i = 0; i < m_items.size(); ++i)
        if (const int points = score(m_items[i].title, text); points > 0) ranked.emplace_back(points, i);
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    beginResetModel();
    m_shown.clear();
    for (const auto& [points, index] : ranked) {
        if (m_shown.size() == kMostShown) break;
        m_shown.push_back(index);
    }
    endResetModel();
}

const PaletteItem& PaletteModel::at(int row) const {
    return m_items[m_shown[static_cast<std::size_t>(row)]];
}

int PaletteModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const PaletteItem& item = at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return item.title;
    case DetailRole:
        return item.detail;
    case IconRole:
        return item.icon;
    case Qt::AccessibleDescriptionRole:
        return item.detail;
    default:
        return {};
    }
}

Qt::ItemFlags PaletteModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    const Qt::ItemFlags none = Qt::ItemNeverHasChildren;
    return at(index.row()).enabled ? none | Qt::ItemIsEnabled | Qt::ItemIsSelectable : none;
}

} // namespace fathom::app
