// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QComboBox>
#include <QGuiApplication>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QScrollBar>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolButton>

namespace fathom::widgets {

namespace {

constexpr double kRadius = 4;

void roundedBox(QPainter* painter, const QRect& rect, const QColor& fill, const QColor& line,
                double width = 1) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(line.isValid() ? QPen(line, width) : QPen(Qt::NoPen));
    painter->setBrush(fill.isValid() ? QBrush(fill) : QBrush(Qt::NoBrush));
    const double inset = width / 2;
    painter->drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), kRadius, kRadius);
    painter->restore();
}

void drawIcon(QPainter* painter, const QRect& rect, const QString& name, int side, const QColor& color) {
    QRect box(0, 0, side, side);
    box.moveCenter(rect.center());
    icon(name, color).paint(painter, box);
}

bool isDefault(const QStyleOption* option) {
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
    return button != nullptr && button->features.testFlag(QStyleOptionButton::DefaultButton);
}

void drawPushButton(const QStyleOption* option, QPainter* painter, const Colors& c) {
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const bool down =
        option->state.testFlag(QStyle::State_Sunken) || option->state.testFlag(QStyle::State_On);
    const bool hover = enabled && option->state.testFlag(QStyle::State_MouseOver);
    const bool focus = option->state.testFlag(QStyle::State_HasFocus) &&
                       option->state.testFlag(QStyle::State_KeyboardFocusChange);
    QColor fill = c.raised;
    QColor line = c.border;
    if (isDefault(option) && enabled) {
        fill = down ? blend(c.accent, Qt::black, 0.2) : hover ? blend(c.accent, c.text, 0.15) : c.accent;
        line = fill;
    } else if (down) {
        fill = blend(c.hover, c.text, 0.08);
    } else if (hover) {
        fill = c.hover;
    }
    if (focus) line = isDefault(option) ? c.text : c.accent;
    roundedBox(painter, option->rect, fill, line, focus ? 2 : 1);
}

void drawToolButton(const QStyleOption* option, QPainter* painter, const Colors& c) {
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const bool on = option->state.testFlag(QStyle::State_On);
    const bool down = option->state.testFlag(QStyle::State_Sunken);
    const bool hover = enabled && option->state.testFlag(QStyle::State_MouseOver);
    if (down || on)
        roundedBox(painter, option->rect, on ? c.accentTint : c.hover, QColor());
    else if (hover)
        roundedBox(painter, option->rect, c.hover, QColor());
}

void drawCheckBox(const QStyleOption* option, QPainter* painter, const Colors& c) {
    const bool isEnabled = option->state.testFlag(QStyle::State_Enabled);
    const bool isOn = option->state.testFlag(QStyle::State_On);
    const bool isPartly = option->state.testFlag(QStyle::State_NoChange);
    const QColor mark = isEnabled ? c.accent : c.muted;
    const QRectF box = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(isOn || isPartly ? mark : c.muted);
    painter->setBrush(isOn || isPartly ? mark : c.surface);
    painter->drawRoundedRect(box, 3, 3);
    painter->setPen(QPen(c.accentText, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const auto at = [&](double x, double y) {
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
    };
    if (isPartly)
        painter->drawLine(at(0.25, 0.5), at(0.75, 0.5));
    else if (isOn)
        painter->drawPolyline(QPolygonF({at(0.24, 0.52), at(0.43, 0.7), at(0.77, 0.32)}));
    painter->restore();
}

void drawField(const QStyleOption* option, QPainter* painter, const Colors& c) {
    const bool focus = option->state.testFlag(QStyle::State_HasFocus);
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    roundedBox(painter, option->rect, enabled ? c.surface : c.window, focus ? c.accent : c.border,
               focus ? 2 : 1);
}

void drawTab(const QStyleOptionTab& tab, QPainter* painter, const Colors& c) {
    const bool selected = tab.state.testFlag(QStyle::State_Selected);
    const bool hover =
        tab.state.testFlag(QStyle::State_MouseOver) && tab.state.testFlag(QStyle::State_Enabled);
    if (hover && !selected) painter->fillRect(tab.rect, c.hover);
    QRect line = tab.rect;
    const bool south = tab.shape == QTabBar::RoundedSouth || tab.shape == QTabBar::TriangularSouth;
    if (south)
        line.setBottom(line.top() + 1);
    else
        line.setTop(line.bottom() - 1);
    if (selected) painter->fillRect(line, c.accent);
}

void drawHeader(const QStyleOptionHeader& header, QPainter* painter, const Colors& c) {
    const bool hover =
        header.state.testFlag(QStyle::State_MouseOver) && header.state.testFlag(QStyle::State_Enabled);
    painter->fillRect(header.rect, hover ? c.hover : c.raised);
    painter->setPen(c.border);
    painter->drawLine(header.rect.bottomLeft(), header.rect.bottomRight());
}

void drawScrollBar(const QStyleOptionSlider& bar, const QRect& handle, QPainter* painter, const Colors& c) {
    if (bar.maximum <= bar.minimum) return;
    const bool active = bar.state.testFlag(QStyle::State_MouseOver) || bar.activeSubControls != 0;
    QRectF thumb(handle);
    const double pad = active ? 2 : 3.5;
    if (bar.orientation == Qt::Vertical)
        thumb.adjust(pad, 1, -pad, -1);
    else
        thumb.adjust(1, pad, -1, -pad);
    const double radius = qMin(thumb.width(), thumb.height()) / 2;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(blend(c.surface, c.text, active ? 0.45 : 0.28));
    painter->drawRoundedRect(thumb, radius, radius);
    painter->restore();
}

void drawComboBox(const QStyleOptionComboBox& box, const QRect& arrow, QPainter* painter, const Colors& c) {
    const bool enabled = box.state.testFlag(QStyle::State_Enabled);
    const bool hover = enabled && box.state.testFlag(QStyle::State_MouseOver);
    const bool focus = box.state.testFlag(QStyle::State_HasFocus);
    if (box.frame)
        roundedBox(painter, box.rect,
                   box.editable ? c.surface
                   : hover      ? c.hover
                                : c.raised,
                   focus ? c.accent : c.border, focus ? 2 : 1);
    drawIcon(painter, arrow, QStringLiteral("chevron-down"), 14, enabled ? c.muted : c.border);
}

void drawProgress(const QStyleOptionProgressBar& bar, QPainter* painter, const Colors& c) {
    QRectF groove(bar.rect);
    const double height = qMin(8.0, groove.height());
    groove = QRectF(groove.left(), groove.center().y() - height / 2, groove.width(), height);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(blend(c.surface, c.text, 0.14));
    painter->drawRoundedRect(groove, height / 2, height / 2);
    const double range = static_cast<double>(bar.maximum) - bar.minimum;
    QRectF done = groove;
    if (range <= 0)
        done = QRectF(groove.left() + groove.width() * 0.35, groove.top(), groove.width() * 0.3, height);
    else
        done.setWidth(groove.width() *
                      qBound(0.0, (static_cast<double>(bar.progress) - bar.minimum) / range, 1.0));
    painter->setBrush(bar.palette.color(QPalette::Link));
    if (done.width() >= 1) painter->drawRoundedRect(done, height / 2, height / 2);
    painter->restore();
}

/// Surfaces stand apart by their tone; a list that pops up over others, such as completions, does not.
bool isPlainFrame(const QWidget* widget) {
    return qobject_cast<const QAbstractScrollArea*>(widget) != nullptr && widget->windowType() != Qt::Popup;
}

} // namespace

Style::Style() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void Style::polish(QWidget* widget) {
    QProxyStyle::polish(widget);
    if (qobject_cast<QPushButton*>(widget) != nullptr || qobject_cast<QToolButton*>(widget) != nullptr ||
        qobject_cast<QComboBox*>(widget) != nullptr || qobject_cast<QScrollBar*>(widget) != nullptr ||
        qobject_cast<QTabBar*>(widget) != nullptr)
        widget->setAttribute(Qt::WA_Hover);
}

void Style::unpolish(QWidget* widget) {
    QProxyStyle::unpolish(widget);
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    switch (metric) {
    case PM_ScrollBarExtent:
        return 12;
    case PM_ScrollBarSliderMin:
        return 32;
    case PM_LayoutLeftMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutBottomMargin:
        return kGrid;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing:
        return kGrid;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_ListViewIconSize:
    case PM_TabBarIconSize:
        return 16;
    case PM_ToolBarIconSize:
        return 18;
    case PM_ButtonMargin:
        return 2 * kGrid;
    case PM_TabBarTabHSpace:
        return 3 * kGrid;
    case PM_TabBarTabVSpace:
        return 2 * kGrid - 2;
    case PM_TabBarTabOverlap:
    case PM_TabBarBaseOverlap:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
        return 0;
    case PM_HeaderMargin:
        return 6;
    case PM_SplitterWidth:
        return kGrid;
    case PM_DefaultFrameWidth:
        return isPlainFrame(widget) ? 0 : QProxyStyle::pixelMetric(metric, option, widget);
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                     QStyleHintReturn* returnData) const {
    switch (hint) {
    case SH_TabBar_Alignment:
        return Qt::AlignLeft;
    case SH_ScrollBar_Transient:
        return 0;
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons: // the platform's pictures are none of the theme's
        return 0;
    case SH_ItemView_ShowDecorationSelected:
        return 1;
    case SH_ComboBox_Popup:
        return 0;
    case SH_ToolTip_WakeUpDelay:
        return 500;
    case SH_Table_GridLineColor:
        if (option != nullptr) return static_cast<int>(colorsFor(option->palette).border.rgb());
        break;
    default:
        break;
    }
    return QProxyStyle::styleHint(hint, option, widget, returnData);
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                              const QWidget* widget) const {
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    const int control = 4 * kGrid - 2;
    switch (type) {
    case CT_PushButton:
    case CT_ComboBox:
    case CT_LineEdit:
        result.setHeight(qMax(result.height(), control));
        break;
    case CT_ToolButton:
        result = result.expandedTo(QSize(control, control));
        break;
    case CT_HeaderSection:
        result.setHeight(qMax(result.height(), control));
        break;
    default:
        break;
    }
    if (type == CT_PushButton) result.rwidth() += kGrid;
    if (type == CT_ComboBox) result.rwidth() += 2; // a text is a fraction of a pixel wider than was reckoned
    return result;
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                          const QWidget* widget) const {
    const Colors& c = colorsFor(option->palette);
    switch (element) {
    case PE_PanelButtonCommand:
        return drawPushButton(option, painter, c);
    case PE_PanelButtonTool:
        return drawToolButton(option, painter, c);
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        return drawCheckBox(option, painter, c);
    case PE_FrameLineEdit:
        return;
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame != nullptr && frame->lineWidth > 0) return drawField(option, painter, c);
        painter->fillRect(option->rect, option->palette.brush(QPalette::Base));
        return;
    }
    case PE_FrameFocusRect: {
        const auto* view = qobject_cast<const QAbstractItemView*>(widget);
        if (view != nullptr && view->selectionBehavior() == QAbstractItemView::SelectRows)
            return; // the row shows it
        if (view != nullptr || option->state.testFlag(State_KeyboardFocusChange))
            roundedBox(painter, option->rect, QColor(), c.accent);
        return;
    }
    case PE_Frame:
        if (isPlainFrame(widget)) return;
        break;
    case PE_PanelScrollAreaCorner: // Fusion rules two lines there
        return;
    case PE_FrameTabBarBase: {
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
                          c.border);
        return;
    }
    case PE_FrameTabWidget: {
        painter->fillRect(QRect(option->rect.left(), option->rect.top(), option->rect.width(), 1), c.border);
        return;
    }
    default:
        break;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void Style::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                        const QWidget* widget) const {
    const Colors& c = colorsFor(option->palette);
    switch (element) {
    case CE_PushButtonLabel: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (button == nullptr || !isDefault(option) || !option->state.testFlag(State_Enabled)) break;
        QStyleOptionButton copy(*button);
        copy.palette.setColor(QPalette::ButtonText, c.accentText);
        if (!copy.icon.isNull() && copy.icon.name().size() > 0)
            copy.icon = icon(copy.icon.name(), c.accentText);
        QProxyStyle::drawControl(element, &copy, painter, widget);
        return;
    }
    case CE_ComboBoxLabel: {
        const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        if (box == nullptr || box->editable) break;
        QStyleOptionComboBox copy(*box);
        const int icon = copy.currentIcon.isNull() ? 0 : copy.iconSize.width() + 4;
        const int room = subControlRect(CC_ComboBox, box, SC_ComboBoxEditField, widget).width() - icon - 2;
        copy.currentText = copy.fontMetrics.elidedText(copy.currentText, Qt::ElideMiddle, room);
        QProxyStyle::drawControl(element, &copy, painter, widget);
        return;
    }
    case CE_HeaderLabel: {
        // Qt 6.4 loses the elide mode on the way here, and cuts the front off: val_loss read as loss.
        const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
        if (header == nullptr) break;
        QStyleOptionHeader copy(*header);
        const int icon = copy.icon.isNull() ? 0 : pixelMetric(PM_SmallIconSize, option, widget) + 4;
        copy.text = copy.fontMetrics.elidedText(copy.text, Qt::ElideMiddle, copy.rect.width() - icon);
        QProxyStyle::drawControl(element, &copy, painter, widget);
        return;
    }
    case CE_TabBarTabShape:
        if (const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option))
            return drawTab(*tab, painter, c);
        break;
    case CE_HeaderSection:
    case CE_HeaderEmptyArea: {
        if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option))
            return drawHeader(*header, painter, c);
        painter->fillRect(option->rect, c.raised);
        painter->setPen(c.border);
        painter->drawLine(option->rect.bottomLeft(), option->rect.bottomRight());
        return;
    }
    case CE_ProgressBarGroove:
    case CE_ProgressBarLabel:
        return;
    case CE_ProgressBarContents:
        if (const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option))
            return drawProgress(*bar, painter, c);
        break;
    case CE_Splitter:
        return;
    case CE_ScrollBarAddLine:
    case CE_ScrollBarSubLine:
        return;
    default:
        break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                               const QWidget* widget) const {
    const Colors& c = colorsFor(option->palette);
    if (control == CC_ScrollBar) {
        if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option))
            return drawScrollBar(*bar, subControlRect(CC_ScrollBar, option, SC_ScrollBarSlider, widget),
                                 painter, c);
    }
    if (control == CC_ComboBox) {
        if (const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option))
            return drawComboBox(*box, subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget), painter,
                                c);
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect Style::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const {
    if (element == SE_LineEditContents) {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame != nullptr && frame->lineWidth > 0) return option->rect.adjusted(6, 2, -6, -2);
    }
    if (element == SE_ProgressBarContents || element == SE_ProgressBarGroove) return option->rect;
    return QProxyStyle::subElementRect(element, option, widget);
}

QIcon Style::standardIcon(StandardPixmap which, const QStyleOption* option, const QWidget* widget) const {
    const Colors& c = widget != nullptr ? colorsFor(widget) : colorsFor(QGuiApplication::palette());
    switch (which) {
    case SP_MessageBoxInformation:
    case SP_MessageBoxQuestion:
        return icon(QStringLiteral("info"), c.accent);
    case SP_MessageBoxWarning:
        return icon(QStringLiteral("warning"), c.warning);
    case SP_MessageBoxCritical:
        return icon(QStringLiteral("error"), c.error);
    default:
        return QProxyStyle::standardIcon(which, option, widget);
    }
}

} // namespace fathom::widgets
