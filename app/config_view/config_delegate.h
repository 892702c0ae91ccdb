// SPDX-License-Identifier: GPL-3.0-or-later
// Draws and edits the rows of the config tree: the badge of the layer that won, what changed, what is beaten
// or removed.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class ConfigDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    /// The next editor is a plain line of text, also for values that have a list of legal ones and for
    /// sections.
    void setNextAsText(bool asText) { m_asText = asText; }
    /// Where the Fix button of a problem is drawn in its row; empty when it has none.
    [[nodiscard]] static QRect fixRect(const QRect& row, const QFont& font, const QString& text);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                        const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;

    bool eventFilter(QObject* editor, QEvent* event) override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    void paintProblem(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    bool m_asText = false;
};

} // namespace fathom::app
