// SPDX-License-Identifier: GPL-3.0-or-later
// What the command palette offers, best match first.
#pragma once

#include <QAbstractListModel>
#include <QIcon>

#include <functional>
#include <vector>

namespace fathom::app {

struct PaletteItem {
    QString title{};
    QString detail{}; ///< shortcut, page or state; shown at the right
    QString icon{};   ///< name in resources/icons
    bool enabled = true;
    std::function<void()> run{};
};

class PaletteModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { DetailRole = Qt::UserRole + 1, IconRole };

    using QAbstractListModel::QAbstractListModel;

    void setItems(std::vector<PaletteItem> items);
    /// Keeps what contains the characters of `text` in this order, at most 200 items.
    void setFilter(const QString& text);
    [[nodiscard]] const PaletteItem& at(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

    /// Above 0 when the characters of `pattern` occur in `text` in this order, ignoring case; word starts and
    /// neighbours count more. An empty pattern gives 1.
    [[nodiscard]] static int score(const QString& text, const QString& pattern);

private:
    std::vector<PaletteItem> m_items;
    std::vector<std::size_t> m_shown;
};

} // namespace fathom::app
