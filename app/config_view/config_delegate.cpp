// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/config_delegate.h"

#include "app/config_view/interpolation_completion.h"
#include "app/config_view/layer_badge.h"
#include "app/config_view/value_editors.h"
#include "app/models/config_model.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QAbstractProxyModel>
#include <QAbstractScrollArea>
#include <QApplication>
#include <QComboBox>
#include <QEvent>
#include <QLineEdit>
#include <QPainter>
#include <QPointer>

#include <algorithm>

namespace fathom::app {

namespace {

/// The keys of the tree behind the view, whatever filter is in between.
QStringList keysOf(const QAbstractItemModel* model) {
    if (const auto* const filter = qobject_cast<const QAbstractProxyModel*>(model))
        model = filter->sourceModel();
    const auto* const config = qobject_cast<const ConfigModel*>(model);
    return config ? config->keys() : QStringList();
}

using widgets::Colors;
using widgets::kGrid;

constexpr const char* kAsText = "fathomAsText";
constexpr const char* kShown = "fathomShown";

LayerBadge badgeOf(const QModelIndex& index, const Colors& colors) {
    if (index.data(ConfigModel::RemovedRole).toBool())
        return {QStringLiteral("removed"), colors.layerRemoved};
    return badgeOfLayer(index.data(ConfigModel::LayerRole).toInt(), colors);
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
        const LayerBadge badge = badgeOf(index, colors);
        if (badge.icon.isEmpty()) return;
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = widgets::icon(badge.icon, badge.color);
        option->decorationSize = QSize(2 * kGrid, 2 * kGrid);
        setTextColor(option, badge.color);
        return;
    }
    option->font = widgets::monospace(option->font);
    const bool isMap = !index.data(ConfigModel::LeafRole).toBool();
    const bool isDefault = index.data(ConfigModel::DefaultRole).toBool();
    const bool isAside =
        index.column() == ConfigModel::ResolvedColumn || index.column() == ConfigModel::TypeColumn;
    if (kind == ConfigKind::Beat || isDefault || isAside ||
        (isMap && index.column() == ConfigModel::ValueColumn))
        setTextColor(option, colors.muted);
    if (index.data(ConfigModel::RemovedRole).toBool()) {
        setTextColor(option, colors.layerRemoved);
        option->font.setStrikeOut(index.column() == ConfigModel::KeyColumn);
    } else if (index.data(ConfigModel::BrokenRole).toBool() && index.column() != ConfigModel::KeyColumn &&
               index.column() != ConfigModel::TypeColumn) {
        setTextColor(option, colors.error);
    } else if (isEdited(index)) {
        option->font.setWeight(QFont::DemiBold);
    }
    if (kind == ConfigKind::Beat && index.column() == ConfigModel::ValueColumn)
        option->font.setStrikeOut(true);
}

QRect ConfigDelegate::fixRect(const QRect& row, const QFont& font, const QString& text) {
    if (text.isEmpty()) return {};
    const int width = QFontMetrics(font).horizontalAdvance(text) + 3 * kGrid;
    return {row.right() - width - kGrid / 2, row.top() + 2, width, row.height() - 4};
}

void ConfigDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    if (kindOf(index) == ConfigKind::Problem) return paintProblem(painter, option, index);
    QStyledItemDelegate::paint(painter, option, index);
    const Colors& colors = widgets::colorsFor(option.palette);
    if (index.column() == ConfigModel::ValueColumn && isEdited(index)) {
        painter->fillRect(QRect(option.rect.left(), option.rect.top() + 3, 3, option.rect.height() - 6),
                          colors.layerEdited);
    }
    if (index.column() == ConfigModel::KeyColumn && index.data(ConfigModel::EditedBelowRole).toBool()) {
        // A closed section says that something in it was changed.
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors.layerEdited);
        painter->drawEllipse(QPointF(option.rect.right() - kGrid, option.rect.center().y() + 0.5), 3, 3);
        painter->restore();
    }
}

void ConfigDelegate::paintProblem(QPainter* painter, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) const {
    const QString text = index.data(ConfigModel::FixRole).toString();
    QStyleOptionViewItem line = option;
    const QWidget* const view = option.widget;
    if (const auto* const area = qobject_cast<const QAbstractScrollArea*>(view))
        line.rect.setRight(std::min(line.rect.right(), area->viewport()->rect().right() - 2 * kGrid));
    const QRect button = fixRect(line.rect, option.font, text);
    if (!button.isEmpty()) line.rect.setRight(button.left() - kGrid);
    QStyledItemDelegate::paint(painter, line, index);
    if (button.isEmpty()) return;
    QStyleOptionButton look;
    look.rect = button;
    look.text = text;
    look.palette = option.palette;
    look.fontMetrics = option.fontMetrics;
    look.state = QStyle::State_Enabled | QStyle::State_Raised;
    painter->save();
    painter->setFont(option.font);
    (view ? view->style() : QApplication::style())
        ->drawControl(QStyle::CE_PushButton, &look, painter, nullptr);
    painter->restore();
}

QSize ConfigDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(std::max(size.height(), option.fontMetrics.height() + kGrid));
    return size;
}

QWidget* ConfigDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&,
                                      const QModelIndex& index) const {
    EditorRequest request;
    request.field = index.data(ConfigModel::FieldRole).value<ConfigField>();
    request.current = index.data(m_asText ? int(ConfigModel::TextRole) : int(Qt::EditRole)).toString();
    request.isBool = index.data(ConfigModel::TypeRole).toInt() == static_cast<int>(Value::Type::Bool);
    request.asText = m_asText;
    QWidget* const editor = makeValueEditor(request, parent);
    auto* const self = const_cast<ConfigDelegate*>(this);
    const auto decide = [self, editor] {
        Q_EMIT self->commitData(editor);
        Q_EMIT self->closeEditor(editor);
    };
    // Choosing is deciding: no second key press is needed.
    if (auto* const combo = qobject_cast<QComboBox*>(editor))
        connect(combo, &QComboBox::activated, self, decide);
    auto* const path = qobject_cast<PathEditor*>(editor);
    if (path) {
        connect(path, &PathEditor::chosen, self, decide);
        path->line()->installEventFilter(self);
    }
    if (auto* const line = path ? path->line() : qobject_cast<QLineEdit*>(editor))
        completeInterpolations(line, [model = QPointer(index.model())] { return keysOf(model); });
    editor->setProperty(kAsText, m_asText);
    editor->setAutoFillBackground(true);
    editor->setAccessibleName(tr("Value of %1").arg(index.data(ConfigModel::PathRole).toString()));
    return editor;
}

void ConfigDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    const bool asText = editor->property(kAsText).toBool();
    showInEditor(editor, index.data(asText ? int(ConfigModel::TextRole) : int(Qt::EditRole)).toString());
    if (auto* const combo = qobject_cast<QComboBox*>(editor); combo && !combo->property(kShown).toBool()) {
        combo->setProperty(kShown, true);
        QMetaObject::invokeMethod(combo, &QComboBox::showPopup, Qt::QueuedConnection); // once it is in place
    }
}

void ConfigDelegate::setModelData(QWidget* editor, QAbstractItemModel* model,
                                  const QModelIndex& index) const {
    const bool asText = editor->property(kAsText).toBool();
    model->setData(index, editedText(editor), asText ? int(ConfigModel::TextRole) : int(Qt::EditRole));
}

bool ConfigDelegate::eventFilter(QObject* object, QEvent* event) {
    // The line inside a path editor has the focus; Enter, Escape and losing the focus are the editor's.
    auto* const path = qobject_cast<PathEditor*>(object->parent());
    if (!path) return QStyledItemDelegate::eventFilter(object, event);
    const bool isKey = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    if (!isKey && event->type() != QEvent::FocusOut) return false;
    if (event->type() == QEvent::FocusOut && path->isChoosing()) return false;
    const bool isHandled = QStyledItemDelegate::eventFilter(path, event);
    // A key that was handled ends the editing: what the line loses afterwards is no second end.
    if (isHandled && event->type() == QEvent::KeyPress) object->removeEventFilter(this);
    return isHandled;
}

void ConfigDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                          const QModelIndex&) const {
    editor->setGeometry(option.rect);
}

} // namespace fathom::app
