// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/command_palette.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

constexpr int kPaletteWidth = 80 * widgets::kGrid;
constexpr int kMostRows = 14;

int rowHeight(const QFontMetrics& metrics) {
    return metrics.height() + 14;
}

/// Title at the left, shortcut or state at the right.
class PaletteDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const widgets::Colors& c = widgets::colorsFor(option.palette);
        if (option.state.testFlag(QStyle::State_Selected)) painter->fillRect(option.rect, c.accentTint);
        const bool enabled = index.flags().testFlag(Qt::ItemIsEnabled);
        const QRect area = option.rect.adjusted(12, 0, -12, 0);
        const QString icon = index.data(PaletteModel::IconRole).toString();
        if (!icon.isEmpty())
            widgets::icon(icon, c.muted).paint(painter, QRect(area.left(), area.center().y() - 8, 16, 16));
        const QString detail = index.data(PaletteModel::DetailRole).toString();
        const int detailWidth = option.fontMetrics.horizontalAdvance(detail);
        painter->setFont(option.font);
        painter->setPen(c.muted);
        painter->drawText(area, Qt::AlignRight | Qt::AlignVCenter, detail);
        painter->setPen(enabled ? c.text : c.muted);
        const QRect title = area.adjusted(28, 0, -detailWidth - 12, 0);
        painter->drawText(
            title, Qt::AlignLeft | Qt::AlignVCenter,
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, title.width()));
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {0, rowHeight(option.fontMetrics)};
    }
};

} // namespace

CommandPalette::CommandPalette(QWidget* parent) : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint) {
    setModal(true);
    setWindowTitle(tr("Search or run a command"));
    m_line = new QLineEdit(this);
    m_line->setPlaceholderText(tr("Search actions, pages and runs"));
    m_line->setAccessibleName(windowTitle());
    m_line->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_line->installEventFilter(this);
    m_list = new QListView(this);
    m_list->setModel(&m_model);
    m_list->setItemDelegate(new PaletteDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setMouseTracking(true);
    m_list->setAccessibleName(tr("Matches"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGrid, widgets::kGrid, widgets::kGrid, widgets::kGrid);
    layout->addWidget(m_line);
    layout->addWidget(m_list);
    connect(m_line, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model.setFilter(text);
        selectFirst();
    });
    connect(m_line, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QListView::clicked, this, &CommandPalette::runCurrent);
}

void CommandPalette::present(std::vector<PaletteItem> items) {
    m_line->clear();
    m_model.setItems(std::move(items));
    const QWidget* over = parentWidget();
    m_list->setFixedWidth(std::min(kPaletteWidth, over->width() - 40));
    selectFirst();
    move(over->mapToGlobal(QPoint((over->width() - width()) / 2, 48)));
    show();
    m_line->setFocus();
}

void CommandPalette::selectFirst() {
    m_list->setCurrentIndex(m_model.index(0));
    m_list->scrollToTop();
    const int rows = std::clamp(m_model.rowCount(), 1, kMostRows);
    m_list->setFixedHeight(rows * rowHeight(m_list->fontMetrics()) + 2);
    adjustSize();
}

void CommandPalette::runCurrent() {
    const QModelIndex index = m_list->currentIndex();
    if (!index.isValid() || !index.flags().testFlag(Qt::ItemIsEnabled)) return;
    const auto run = m_model.at(index.row()).run; // a copy: running may present the palette anew
    hide();
    run();
}

void CommandPalette::paintEvent(QPaintEvent* event) {
    QDialog::paintEvent(event);
    QPainter painter(this);
    painter.setPen(widgets::colorsFor(this).border);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_line && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            QApplication::sendEvent(m_list, event);
            return true;
        default:
            break;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace fathom::app
