// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/column_chooser.h"

#include "app/models/run_cell_text.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <string_view>

namespace fathom::app {

namespace {

using query::Aggregate;
using query::Field;

constexpr int kFieldRole = Qt::UserRole + 1;
constexpr std::size_t kMostBest = 12; ///< metrics that "at best" is offered for

/// Whether it is a share of another: val_f1_negative is one of val_f1.
bool isPart(std::string_view name, const std::vector<std::string_view>& all) {
    return std::any_of(all.begin(), all.end(), [name](std::string_view whole) {
        return name.size() > whole.size() && name.starts_with(whole) && name[whole.size()] == '_';
    });
}

/// Those that a choice is usually made by: what validations log, of wholes before that of their parts.
std::vector<std::string> judges(const std::vector<std::string>& metrics) {
    std::vector<std::string_view> logged;
    for (const std::string& name : metrics)
        if (name.starts_with("val") && name.find("timing") == std::string::npos) logged.emplace_back(name);
    std::vector<std::string_view> ordered = logged;
    std::stable_partition(ordered.begin(), ordered.end(),
                          [&logged](std::string_view name) { return !isPart(name, logged); });
    ordered.resize(std::min(ordered.size(), kMostBest));
    return {ordered.begin(), ordered.end()};
}

} // namespace

ColumnChooser::ColumnChooser(const query::Schema& schema, std::vector<Field> chosen, QWidget* parent)
    : QDialog(parent),
      m_chosen(std::move(chosen)),
      m_model(new QStandardItemModel(this)),
      m_search(new QLineEdit(this)),
      m_tree(new QTreeView(this)) {
    setWindowTitle(tr("Columns"));
    fill(schema);
    auto* filter = new QSortFilterProxyModel(this);
    filter->setSourceModel(m_model);
    filter->setRecursiveFilteringEnabled(true);
    filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    filter->setFilterKeyColumn(0);
    m_search->setPlaceholderText(tr("Search attributes, metrics and config keys"));
    m_search->setAccessibleName(tr("Search columns"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_tree->setModel(filter);
    m_tree->setAccessibleName(tr("Columns"));
    m_tree->setHeaderHidden(true);
    m_tree->setItemDelegate(new widgets::RowDelegate(m_tree));
    m_tree->setUniformRowHeights(true);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    for (int row = 0; row < filter->rowCount(); ++row)
        m_tree->setExpanded(filter->index(row, 0), true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* defaults = buttons->addButton(tr("Defaults"), QDialogButtonBox::ResetRole);
    defaults->setAutoDefault(false);
    buttons->button(QDialogButtonBox::Close)->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_search);
    layout->addWidget(m_tree, 1);
    layout->addWidget(buttons);
    widgets::resizeToFit(*this, {560, 640});
    connect(m_search, &QLineEdit::textChanged, this, [this, filter](const QString& text) {
        filter->setFilterFixedString(text);
        if (!text.isEmpty()) m_tree->expandAll();
    });
    auto* const down = new QAction(this);
    down->setShortcut(Qt::Key_Down);
    down->setShortcutContext(Qt::WidgetShortcut);
    m_search->QWidget::addAction(down);
    connect(down, &QAction::triggered, this, &ColumnChooser::enterTree);
    connect(m_model, &QStandardItemModel::itemChanged, this, &ColumnChooser::take);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::accept);
    connect(defaults, &QPushButton::clicked, this, [this] {
        Q_EMIT defaultsRequested();
        accept();
    });
}

void ColumnChooser::enterTree() {
    const QAbstractItemModel& shown = *m_tree->model();
    if (shown.rowCount() == 0) return;
    m_tree->setCurrentIndex(shown.index(0, 0, shown.index(0, 0)));
    m_tree->setFocus();
}

QStandardItem* ColumnChooser::addSection(const QString& title) {
    auto* item = new QStandardItem(title);
    QFont font = item->font();
    font.setBold(true);
    item->setFont(font);
    item->setFlags(Qt::ItemIsEnabled);
    m_model->appendRow({item, new QStandardItem});
    return item;
}

void ColumnChooser::addField(QStandardItem* parent, const Field& field, const QString& text,
                             const QString& detail) {
    auto* item = new QStandardItem(text);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(std::find(m_chosen.begin(), m_chosen.end(), field) != m_chosen.end() ? Qt::Checked
                                                                                             : Qt::Unchecked);
    item->setData(static_cast<int>(m_fields.size()), kFieldRole);
    auto* about = new QStandardItem(detail);
    about->setFlags(Qt::ItemIsEnabled);
    about->setForeground(widgets::colorsFor(this).muted);
    m_fields.push_back(field);
    parent->appendRow({item, about});
}

void ColumnChooser::fill(const query::Schema& schema) {
    m_model->setColumnCount(2);
    fillMetrics(schema.metrics);
    QStandardItem* runs = addSection(tr("Run"));
    for (const query::Attribute& each : query::attributes()) {
        const Field field{.kind = Field::Kind::Attribute, .name = std::string(each.name)};
        addField(runs, field, QString::fromStdString(field.name),
                 QString::fromUtf8(each.help.data(), static_cast<qsizetype>(each.help.size())));
    }
    for (const auto& [title, names, kind] :
         {std::tuple{tr("Config"), &schema.configKeys, Field::Kind::Config},
          {tr("Environment"), &schema.environment, Field::Kind::Environment}}) {
        if (names->empty()) continue;
        QStandardItem* section = addSection(title);
        for (const std::string& name : *names)
            addField(section, {.kind = kind, .name = name}, QString::fromStdString(name), {});
    }
    fillBest(schema.metrics);
}

void ColumnChooser::fillMetrics(const std::vector<std::string>& metrics) {
    if (metrics.empty()) return;
    QStandardItem* section = addSection(tr("Metrics"));
    for (const std::string& name : metrics) {
        const auto add = [&](Aggregate aggregate, const QString& detail) {
            const Field field{.kind = Field::Kind::Metric, .name = name, .aggregate = aggregate};
            addField(section, field, headerText(field, {}), detail);
        };
        add(Aggregate::Last, tr("last value"));
        add(Aggregate::Least, tr("least value"));
        add(Aggregate::Greatest, tr("greatest value"));
        add(query::isGreatestBest(name) ? Aggregate::GreatestStep : Aggregate::LeastStep,
            tr("where it is best"));
    }
}

/// A section of its own, at the end: there are many of them, and few are wanted.
void ColumnChooser::fillBest(const std::vector<std::string>& metrics) {
    const std::vector<std::string> by = judges(metrics);
    if (by.empty() || metrics.size() < 2) return;
    QStandardItem* section = addSection(tr("Metrics where another is best"));
    for (const std::string& judge : by)
        for (const std::string& name : metrics) {
            if (judge == name) continue;
            const Field field{.kind = Field::Kind::Metric,
                              .name = name,
                              .aggregate = Aggregate::Best,
                              .by = judge,
                              .isGreatestBest = query::isGreatestBest(judge)};
            addField(section, field, headerText(field, {}), tr("value at that step"));
        }
}

void ColumnChooser::take(QStandardItem* item) {
    const QVariant number = item->data(kFieldRole);
    if (!number.isValid()) return;
    const Field& field = m_fields[static_cast<std::size_t>(number.toInt())];
    const auto found = std::find(m_chosen.begin(), m_chosen.end(), field);
    const bool isWanted = item->checkState() == Qt::Checked;
    if (isWanted == (found != m_chosen.end())) return;
    if (isWanted)
        m_chosen.push_back(field);
    else
        m_chosen.erase(found);
    Q_EMIT chosenChanged();
}

} // namespace fathom::app
