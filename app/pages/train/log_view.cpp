// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/log_view.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>

namespace fathom::app {

namespace {

/// Warnings and errors in their colours; the level's word says the same.
class LevelDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        const widgets::Colors& c = widgets::colorsFor(option->palette);
        const auto level = static_cast<LogLevel>(index.data(EventModel::LevelRole).toInt());
        QColor color = index.column() == EventModel::Text ? c.text : c.muted;
        if (level == LogLevel::Warning) color = c.warning;
        if (level == LogLevel::Error) color = c.error;
        option->palette.setColor(QPalette::Text, color);
        option->palette.setColor(QPalette::HighlightedText, color);
    }
};

} // namespace

LogView::LogView(QWidget* parent) : QWidget(parent) {
    m_filter.setSourceModel(&m_model);
    build();
}

void LogView::build() {
    m_level = new QComboBox(this);
    m_level->addItems({tr("All levels"), tr("Info and above"), tr("Warnings and errors"), tr("Errors")});
    m_level->setAccessibleName(tr("Least level"));
    connect(m_level, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_filter.setLeastLevel(static_cast<LogLevel>(index)); });
    m_search = new QLineEdit(this);
    m_search->setPlaceholderText(tr("Search the log"));
    m_search->setAccessibleName(tr("Search the log"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) { m_filter.setText(text); });
    m_follow = new QToolButton(this);
    m_follow->setIcon(widgets::icon(QStringLiteral("follow")));
    m_follow->setText(tr("Follow"));
    m_follow->setToolTip(tr("Keep the newest line in sight"));
    m_follow->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_follow->setCheckable(true);
    m_follow->setChecked(true);

    m_table = new QTableView(this);
    m_table->setModel(&m_filter);
    m_table->setItemDelegate(new LevelDelegate(m_table));
    m_table->setFont(widgets::monospace(font()));
    m_table->setAccessibleName(tr("Log"));
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 4);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setColumnWidth(EventModel::Time,
                            m_table->fontMetrics().horizontalAdvance(QStringLiteral("00:00:00.0000")) + 16);
    m_table->setColumnWidth(EventModel::Level, m_table->fontMetrics().horizontalAdvance(tr("Warning")) + 24);
    auto* copy = new QAction(tr("Copy"), m_table);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &LogView::copySelection);
    m_table->addAction(copy);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    // Scrolling up stops following, scrolling back down to the end takes it up again.
    connect(m_table->verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] {
        const QScrollBar& bar = *m_table->verticalScrollBar();
        m_follow->setChecked(bar.sliderPosition() >= bar.maximum());
    });
    connect(m_table->verticalScrollBar(), &QScrollBar::rangeChanged, this, [this] {
        if (m_follow->isChecked()) m_table->scrollToBottom();
    });
    connect(m_follow, &QToolButton::toggled, this, [this](bool on) {
        if (on) m_table->scrollToBottom();
    });

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(widgets::kGrid, widgets::kGrid, widgets::kGrid, 0);
    bar->addWidget(m_search, 1);
    bar->addWidget(m_level);
    bar->addWidget(m_follow);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(bar);
    layout->addWidget(m_table, 1);
}

void LogView::clear() {
    m_model.clear();
    m_follow->setChecked(true);
}

void LogView::append(const std::vector<store::Event>& events) {
    m_model.append(events);
    if (m_follow->isChecked()) m_table->scrollToBottom();
}

void LogView::copySelection() const {
    QStringList lines;
    for (const QModelIndex& row : m_table->selectionModel()->selectedRows())
        lines.append(row.data().toString() + QLatin1Char('\t') +
                     row.siblingAtColumn(EventModel::Level).data().toString() + QLatin1Char('\t') +
                     row.siblingAtColumn(EventModel::Text).data().toString());
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

} // namespace fathom::app
