// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/run_chooser.h"

#include "app/models/run_state_text.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <cmath>

namespace fathom::app {

namespace {

/// Rows that have all words.
class WordFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setWords(const QString& text) {
        m_words = text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
        invalidateFilter();
    }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        if (m_words.isEmpty()) return true;
        const QString text = sourceModel()->index(row, 0, parent).data(RunChoiceModel::SearchRole).toString();
        return std::all_of(m_words.begin(), m_words.end(),
                           [&](const QString& word) { return text.contains(word); });
    }

private:
    QStringList m_words;
};

QString overridesOf(const store::Run& run) {
    QStringList texts;
    for (const std::string& one : run.overrides)
        texts.append(QString::fromStdString(one));
    return texts.join(QLatin1Char(' '));
}

} // namespace

RunChoiceModel::RunChoiceModel(std::vector<RunRow> runs, const QList<qint64>& checked, QObject* parent)
    : QAbstractTableModel(parent), m_runs(std::move(runs)) {
    QSet<qint64> known;
    for (const RunRow& row : m_runs)
        known.insert(static_cast<qint64>(row.run.id));
    for (const qint64 run : checked)
        if (known.contains(run)) m_checked.append(run);
    m_checkedSet = QSet<qint64>(m_checked.begin(), m_checked.end());
}

void RunChoiceModel::setChecked(qint64 run, bool isChecked) {
    if (m_checkedSet.contains(run) == isChecked) return;
    if (isChecked) {
        m_checked.append(run);
        m_checkedSet.insert(run);
    } else {
        m_checked.removeOne(run);
        m_checkedSet.remove(run);
    }
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, 0), {Qt::CheckStateRole});
    Q_EMIT checkedChanged();
}

int RunChoiceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunChoiceModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunChoiceModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const RunRow& row = m_runs[static_cast<std::size_t>(index.row())];
    if (role == IdRole) return static_cast<qint64>(row.run.id);
    if (role == SearchRole)
        return (QString::fromStdString(row.run.title()) + QLatin1Char(' ') + stateText(row.run) +
                QLatin1Char(' ') + overridesOf(row.run))
            .toLower();
    if (role == Qt::CheckStateRole && index.column() == Name)
        return m_checkedSet.contains(static_cast<qint64>(row.run.id)) ? Qt::Checked : Qt::Unchecked;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    switch (index.column()) {
    case Name:
        return QString::fromStdString(row.run.title());
    case State:
        return stateText(row.run);
    case Started:
        return widgets::formatMoment(row.run.startedAt);
    case ValWer:
        return std::isnan(row.metrics.valWer) ? QString() : widgets::formatNumber(row.metrics.valWer);
    case Overrides:
        return overridesOf(row.run);
    default:
        return {};
    }
}

bool RunChoiceModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || index.column() != Name) return false;
    setChecked(index.data(IdRole).toLongLong(), value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags RunChoiceModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == Name ? flags | Qt::ItemIsUserCheckable : flags;
}

QVariant RunChoiceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case Name:
        return tr("Run");
    case State:
        return tr("State");
    case Started:
        return tr("Started");
    case ValWer:
        return tr("val_wer");
    case Overrides:
        return tr("Overrides");
    default:
        return {};
    }
}

RunChooser::RunChooser(std::vector<RunRow> runs, const QList<qint64>& checked, QWidget* parent)
    : QDialog(parent),
      m_model(new RunChoiceModel(std::move(runs), checked, this)),
      m_filter(new WordFilter(this)),
      m_search(new QLineEdit),
      m_table(new QTableView),
      m_summary(new QLabel) {
    setWindowTitle(tr("Runs to compare"));
    build();
    connect(m_model, &RunChoiceModel::checkedChanged, this, &RunChooser::updateSummary);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        static_cast<WordFilter*>(m_filter)->setWords(text);
        if (m_filter->rowCount() > 0) m_table->selectRow(0);
        updateSummary();
    });
    auto* const down = new QAction(this);
    down->setShortcut(Qt::Key_Down);
    down->setShortcutContext(Qt::WidgetShortcut);
    m_search->QWidget::addAction(down);
    connect(down, &QAction::triggered, this, &RunChooser::enterTable);
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        if (!m_compare->isEnabled()) enterTable(); // else it is pressed
    });
    updateSummary();
}

void RunChooser::build() {
    m_filter->setSourceModel(m_model);
    m_search->setPlaceholderText(tr("Words of name, state or overrides"));
    m_search->setAccessibleName(tr("Search runs"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_table->setModel(m_filter);
    m_table->setAccessibleName(tr("Runs of the workspace; Space checks one"));
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 12);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    const int widths[] = {28, 14, 18, 10};
    for (int column = 0; column < RunChoiceModel::Overrides; ++column)
        m_table->setColumnWidth(column,
                                widths[column] * fontMetrics().averageCharWidth() + 2 * widgets::kGrid);
    if (m_filter->rowCount() > 0) m_table->selectRow(0);
    auto* const toggle = new QAction(this);
    toggle->setShortcut(Qt::Key_Space);
    toggle->setShortcutContext(Qt::WidgetShortcut);
    connect(toggle, &QAction::triggered, this, &RunChooser::toggleCurrent);
    m_table->addAction(toggle);
    connect(m_table, &QTableView::doubleClicked, this, &RunChooser::toggleCurrent);

    auto* const all = new QPushButton(tr("Check all shown"));
    auto* const none = new QPushButton(tr("Uncheck all shown"));
    for (QPushButton* const button : {all, none})
        button->setAutoDefault(false);
    connect(all, &QPushButton::clicked, this, [this] { checkShown(true); });
    connect(none, &QPushButton::clicked, this, [this] { checkShown(false); });
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_compare = buttons->button(QDialogButtonBox::Ok);
    m_compare->setText(tr("Compare"));
    m_compare->setToolTip(tr("It takes two runs"));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const below = new QHBoxLayout;
    below->addWidget(all);
    below->addWidget(none);
    below->addWidget(m_summary, 1);
    below->addWidget(buttons);
    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(m_search);
    layout->addWidget(m_table, 1);
    layout->addLayout(below);
    widgets::resizeToFit(*this, {140 * fontMetrics().averageCharWidth(), 70 * widgets::kGrid});
}

void RunChooser::enterTable() {
    m_table->setFocus();
    if (!m_table->currentIndex().isValid()) m_table->selectRow(0);
}

void RunChooser::toggleCurrent() {
    const QModelIndex index = m_table->currentIndex();
    if (!index.isValid()) return;
    const qint64 run = index.data(RunChoiceModel::IdRole).toLongLong();
    m_model->setChecked(run, !m_model->checked().contains(run));
}

void RunChooser::checkShown(bool isChecked) {
    for (int row = 0; row < m_filter->rowCount(); ++row)
        m_model->setChecked(m_filter->index(row, 0).data(RunChoiceModel::IdRole).toLongLong(), isChecked);
}

void RunChooser::updateSummary() {
    m_compare->setEnabled(m_model->checked().size() > 1);
    m_summary->setText(tr("%1 checked, %2 of %3 shown")
                           .arg(widgets::formatCount(m_model->checked().size()),
                                widgets::formatCount(m_filter->rowCount()),
                                widgets::formatCount(m_model->rowCount())));
}

} // namespace fathom::app
