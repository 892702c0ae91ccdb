// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_delegate.h"

#include "app/models/config_model.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QPainter>

namespace fathom::app {

namespace {

using widgets::Colors;
using widgets::kGrid;

struct Badge {
    QString icon{};
    QColor color{};
};

Badge badgeOf(const QModelIndex& index, const Colors& colors) {
    if (index.data(ConfigModel::RemovedRole).toBool())
        return {QStringLiteral("removed"), colors.layerRemoved};
    switch (index.data(ConfigModel::LayerRole).toInt()) {
    case static_cast<int>(config::Layer::Dataclass):
        return {QStringLiteral("dataclass"), colors.layerDataclass};
    case static_cast<int>(config::Layer::Yaml):
        return {QStringLiteral("yaml"), colors.layerYaml};
    case static_cast<int>(config::Layer::Group):
        return {QStringLiteral("group"), colors.layerGroup};
    case static_cast<int>(config::Layer::CommandLine):
        return {QStringLiteral("terminal"), colors.layerCommandLine};
    case static_cast<int>(config::Layer::Edited):
        return {QStringLiteral("edit"), colors.layerEdited};
    default:
        return {};
    }
}

ConfigKind kindOf(const QModelIndex& index) {
    return static_cast<ConfigKind>(index.data(ConfigModel::KindRole).toInt());
}

bool isEdited(const QModelIndex& index) {
    const bool decides = index.data(ConfigModel::LeafRole).toBool();
    return decides && !index.data(ConfigModel::RemovedRole).toBool() && kindOf(index) != ConfigKind::Beat &&
           kindOf(index) != ConfigKind::Problem &&
           index.data(ConfigModel::LayerRole).toInt() == static_cast<int>(config::Layer::Edited);
}

void setTextColor(QStyleOptionViewItem* option, const QColor& color) {
    for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive}) {
        option->palette.setColor(group, QPalette::Text, color);
        option->palette.setColor(group, QPalette::HighlightedText, color);
    }
}

} // namespace

void ConfigDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    const Colors& colors = widgets::colorsFor(option->palette);
    const ConfigKind kind = kindOf(index);
    if (kind == ConfigKind::Problem) {
        setTextColor(option, colors.error);
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = widgets::icon(QStringLiteral("warning"), colors.error);
        option->decorationSize = QSize(2 * kGrid, 2 * kGrid);
        return;
    }
    if (index.column() == ConfigModel::SourceColumn) {
        const Badge badge = badgeOf(index, colors);
        if (badge.icon.isEmpty()) return;
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = widgets::icon(badge.icon, badge.color);
        option->decorationSize = QSize(2 * kGrid, 2 * kGrid);
        setTextColor(option, badge.color);
        return;
    }
    option->font = widgets::monospace(option->font);
    const bool isMap = !index.data(ConfigModel::LeafRole).toBool();
    if (kind == ConfigKind::Beat || (isMap && index.column() == ConfigModel::ValueColumn) ||
        index.column() == ConfigModel::ResolvedColumn) {
        setTextColor(option, colors.muted);
    }
    if (index.data(ConfigModel::RemovedRole).toBool()) {
        setTextColor(option, colors.layerRemoved);
        option->font.setStrikeOut(index.column() == ConfigModel::KeyColumn);
    } else if (index.data(ConfigModel::BrokenRole).toBool() && index.column() != ConfigModel::KeyColumn) {
        setTextColor(option, colors.error);
    } else if (isEdited(index)) {
        option->font.setWeight(QFont::DemiBold);
    }
    if (kind == ConfigKind::Beat && index.column() == ConfigModel::ValueColumn)
        option->font.setStrikeOut(true);
}

void ConfigDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    if (index.column() != ConfigModel::ValueColumn || !isEdited(index)) return;
    const Colors& colors = widgets::colorsFor(option.palette);
    painter->fillRect(QRect(option.rect.left(), option.rect.top() + 3, 3, option.rect.height() - 6),
                      colors.layerEdited);
}

QSize ConfigDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(std::max(size.height(), option.fontMetrics.height() + kGrid));
    return size;
}

QWidget* ConfigDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                      const QModelIndex& index) const {
    QWidget* editor = nullptr;
    if (index.data(ConfigModel::TypeRole).toInt() == static_cast<int>(Value::Type::Bool)) {
        auto* const combo = new QComboBox(parent);
        combo->addItems({QStringLiteral("true"), QStringLiteral("false")});
        // Choosing is deciding: no second key press is needed.
        auto* const self = const_cast<ConfigDelegate*>(this);
        connect(combo, &QComboBox::activated, self, [self, combo] {
            Q_EMIT self->commitData(combo);
            Q_EMIT self->closeEditor(combo);
        });
        editor = combo;
    } else {
        auto* const line = new QLineEdit(parent);
        line->setFrame(false);
        line->setFont(widgets::monospace(option.font));
        line->setPlaceholderText(tr("value"));
        editor = line;
    }
    editor->setAutoFillBackground(true);
    editor->setAccessibleName(tr("Value of %1").arg(index.data(ConfigModel::PathRole).toString()));
    return editor;
}

void ConfigDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    const QString text = index.data(Qt::EditRole).toString();
    if (auto* const combo = qobject_cast<QComboBox*>(editor)) {
        combo->setCurrentText(text);
        combo->showPopup();
    } else if (auto* const line = qobject_cast<QLineEdit*>(editor);
               line && line->text() != text && !line->isModified()) {
        line->setText(text); // a new tree while the user types must not take the text away
        line->selectAll();
    }
}

void ConfigDelegate::setModelData(QWidget* editor, QAbstractItemModel* model,
                                  const QModelIndex& index) const {
    if (const auto* const combo = qobject_cast<QComboBox*>(editor))
        model->setData(index, combo->currentText(), Qt::EditRole);
    else if (const auto* const line = qobject_cast<QLineEdit*>(editor))
        model->setData(index, line->text(), Qt::EditRole);
}

void ConfigDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                          const QModelIndex&) const {
    editor->setGeometry(option.rect);
}

} // namespace fathom::app
