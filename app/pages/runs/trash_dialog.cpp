// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/trash_dialog.h"

#include "app/bridge/job_runner.h"
#include "app/shell/app_context.h"
#include "engine/store/edit.h"
#include "engine/store/reader.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

enum Column { Run, Started, Trashed, ColumnCount };
constexpr int kIdRole = Qt::UserRole + 1;

Result<std::vector<store::Run>> readTrash(const std::filesystem::path& workspace) {
    auto reader = store::Reader::open(workspace);
    if (!reader) return fail(reader.error());
    return reader->trashedRuns();
}

QString bytesText(std::int64_t bytes) {
    return widgets::formatBytes(static_cast<double>(bytes));
}

} // namespace

TrashDialog::TrashDialog(AppContext& context, QWidget* parent)
    : QDialog(parent),
      m_context(context),
      m_runs(new QTreeWidget(this)),
      m_text(new QLabel(this)),
      m_problem(new QLabel(this)),
      m_files(new QCheckBox(tr("Delete the runs' folders too"), this)) {
    setWindowTitle(tr("Trash"));
    build();
    widgets::resizeToFit(*this, {640, 420});
    list();
}

void TrashDialog::build() {
    m_runs->setColumnCount(ColumnCount);
    m_runs->setHeaderLabels({tr("Run"), tr("Started"), tr("Moved here")});
    m_runs->setAccessibleName(tr("Runs in the trash"));
    m_runs->setRootIsDecorated(false);
    m_runs->setUniformRowHeights(true);
    m_runs->setItemDelegate(new widgets::RowDelegate(m_runs));
    m_runs->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_runs->header()->setSectionResizeMode(Run, QHeaderView::Stretch);
    m_runs->header()->setStretchLastSection(false);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_text->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_restore = buttons->addButton(tr("Put back"), QDialogButtonBox::ActionRole);
    m_restore->setIcon(widgets::icon(QStringLiteral("undo")));
    m_purge = buttons->addButton(tr("Delete for good"), QDialogButtonBox::ActionRole);
    m_purge->setIcon(widgets::icon(QStringLiteral("trash")));
    for (QPushButton* button : {m_restore, m_purge}) // Enter must not delete
        button->setAutoDefault(false);
    buttons->button(QDialogButtonBox::Close)->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_runs, 1);
    layout->addWidget(m_files);
    layout->addWidget(m_problem);
    layout->addWidget(m_text);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_restore, &QPushButton::clicked, this, &TrashDialog::restore);
    connect(m_purge, &QPushButton::clicked, this, &TrashDialog::purge);
    connect(m_runs, &QTreeWidget::itemSelectionChanged, this, &TrashDialog::measure);
    connect(m_files, &QCheckBox::toggled, this, &TrashDialog::showSize);
}

void TrashDialog::list() {
    m_context.jobs().run(
        QStringLiteral("trash.list"), this,
        [workspace = m_context.workspace()](const std::stop_token&) { return readTrash(workspace); },
        [this](const Result<std::vector<store::Run>>& runs) {
            if (runs)
                show(*runs);
            else
                tell(runs.error());
        });
}

void TrashDialog::show(const std::vector<store::Run>& runs) {
    m_runs->clear();
    for (const store::Run& run : runs) {
        auto* item = new QTreeWidgetItem(m_runs, {QString::fromStdString(run.title()),
                                                  widgets::formatMoment(run.startedAt),
                                                  widgets::formatMoment(run.trashedAt)});
        item->setData(Run, kIdRole, static_cast<qint64>(run.id));
    }
    for (int column = Started; column < ColumnCount; ++column)
        m_runs->resizeColumnToContents(column);
    m_runs->selectAll();
    measure();
}

std::vector<store::RunId> TrashDialog::selected() const {
    std::vector<store::RunId> ids;
    for (const QTreeWidgetItem* item : m_runs->selectedItems())
        ids.push_back(store::RunId{item->data(Run, kIdRole).toLongLong()});
    return ids;
}

void TrashDialog::measure() {
    const auto runs = selected();
    m_measured = 0;
    m_restore->setEnabled(!runs.empty());
    m_purge->setEnabled(!runs.empty());
    if (runs.empty())
        return m_text->setText(m_runs->topLevelItemCount() == 0
                                   ? tr("The trash is empty.")
                                   : tr("Choose runs to put back or to delete."));
    m_text->setText(runs.size() == 1 ? tr("Measuring what the run takes…")
                                     : tr("Measuring what the %1 runs take…").arg(runs.size()));
    m_context.jobs().run(
        QStringLiteral("trash.measure"), this,
        [workspace = m_context.workspace(), runs](const std::stop_token&) {
            return store::purgeSize(workspace, runs);
        },
        [this, count = runs.size()](const Result<store::PurgeSize>& size) {
            if (!size) {
                m_text->clear();
                return tell(size.error());
            }
            m_size = *size;
            m_measured = count;
            showSize();
        });
}

void TrashDialog::showSize() {
    if (m_measured == 0) return;
    const bool isOne = m_measured == 1;
    const QString what = isOne ? tr("the chosen run") : tr("the %1 chosen runs").arg(m_measured);
    const QString rows = bytesText(m_size.databaseBytes), files = bytesText(m_size.fileBytes);
    QString text;
    if (m_size.fileBytes > 0 && m_files->isChecked())
        text = (isOne ? tr("Deleting %1 frees %2 in the store and %3 in its folder.")
                      : tr("Deleting %1 frees %2 in the store and %3 in their folders."))
                   .arg(what, rows, files);
    else if (m_size.fileBytes > 0)
        text = (isOne ? tr("Deleting %1 frees %2 in the store; its folder keeps %3.")
                      : tr("Deleting %1 frees %2 in the store; their folders keep %3."))
                   .arg(what, rows, files);
    else
        text = tr("Deleting %1 frees %2 in the store.").arg(what, rows);
    m_text->setText(text + QLatin1Char(' ') + tr("It cannot be undone."));
}

void TrashDialog::restore() {
    m_problem->hide();
    m_context.jobs().run(
        QStringLiteral("trash.change"), this,
        [workspace = m_context.workspace(), runs = selected()](const std::stop_token&) {
            return store::restore(workspace, runs);
        },
        [this](const Status& status) {
            if (!status) return tell(status.error());
            list();
        });
}

void TrashDialog::purge() {
    m_problem->hide();
    m_purge->setEnabled(false);
    m_text->setText(tr("Deleting…"));
    m_context.jobs().run(
        QStringLiteral("trash.change"), this,
        [workspace = m_context.workspace(), runs = selected(), files = m_files->isChecked()](
            const std::stop_token&) { return store::purge(workspace, runs, files); },
        [this](const Result<store::PurgeSize>& freed) {
            list();
            if (!freed) return tell(freed.error());
            const QString rows = bytesText(freed->databaseBytes), files = bytesText(freed->fileBytes);
            Q_EMIT m_context.statusMessage(freed->fileBytes > 0
                                               ? tr("Freed %1 in the store and %2 of files").arg(rows, files)
                                               : tr("Freed %1 in the store").arg(rows));
        });
}

void TrashDialog::tell(const Error& error) {
    m_problem->setText(QString::fromStdString(error.message()));
    m_problem->show();
}

} // namespace fathom::app
