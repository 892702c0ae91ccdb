// SPDX-License-Identifier: GPL-3.0-or-later
// The part of ConfigureView that follows the document.
#include "app/models/config_filter.h"
#include "app/models/config_model.h"
#include "app/pages/configure/add_key_dialog.h"
#include "app/pages/configure/command_box.h"
#include "app/pages/configure/config_document.h"
#include "app/pages/configure/config_tree_view.h"
#include "app/pages/configure/configure_view.h"
#include "app/pages/configure/source_pane.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QButtonGroup>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

namespace fathom::app {

namespace {

QString yamlIn(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        const QString file = url.toLocalFile();
        const bool isYaml = file.endsWith(QStringLiteral(".yaml"), Qt::CaseInsensitive) ||
                            file.endsWith(QStringLiteral(".yml"), Qt::CaseInsensitive);
        if (isYaml) return file;
    }
    return {};
}

} // namespace

QString ConfigureView::sentence(const Error& error) {
    QString text = QString::fromStdString(error.what);
    if (!error.why.empty()) text += QStringLiteral(": ") + QString::fromStdString(error.why);
    if (!error.file.empty() && error.line > 0) {
        text +=
            QStringLiteral(" (%1:%2)").arg(displayPath(QString::fromStdString(error.file))).arg(error.line);
    }
    if (!error.remedy.empty()) text += QStringLiteral(". ") + QString::fromStdString(error.remedy);
    return text.simplified();
}

void ConfigureView::showState() {
    m_file->setText(m_document.isOpen() ? QFileInfo(m_document.file()).fileName() : tr("Open a config"));
    m_file->setToolTip(m_document.isOpen() ? displayPath(m_document.file()) : tr("Open a config"));
    m_command->showLine(m_document.isOpen() ? m_document.commandLine() : QString());
    const bool isNewFile = m_shownFile != m_document.file();
    m_shownFile = m_document.file();
    m_isFresh = m_isFresh || isNewFile;
    updateActions();
}

void ConfigureView::showComposition() {
    const QString current = m_tree->currentPath();
    m_source->setSources(m_document.sources(), m_document.primaryFile());
    m_source->setSchedule(m_document.schedule());
    m_model->setTree(withProblems(m_document.tree().root, m_document.problems()));
    const bool hasTree = !m_document.tree().root.children.empty();
    if (m_isFresh && hasTree) {
        m_isFresh = false;
        m_tree->expandByDefault();
        if (!m_wantedExpanded.isEmpty()) m_tree->expandPaths(m_wantedExpanded);
        if (m_wantedPath.isEmpty() || !m_tree->selectPath(m_wantedPath))
            m_tree->setCurrentIndex(m_filter->index(0, 0));
        m_wantedExpanded.clear();
        m_wantedPath.clear();
    } else if (!m_wantedPath.isEmpty() && m_tree->selectPath(m_wantedPath)) {
        m_wantedPath.clear();
    } else if (current != m_tree->currentPath()) {
        m_tree->selectPath(current);
    }
    m_tree->spanProblems();
    showProblems();
    showEmptyState();
    markSource(m_tree->currentSource());
    updateActions();
}

void ConfigureView::showProblems() {
    const auto problems = m_document.problems();
    const widgets::Colors& colors = widgets::colorsFor(this);
    const bool isBlocked = m_document.hasError();
    const auto count = static_cast<int>(problems.size());
    m_problems->setText(count == 0   ? tr("No problems")
                        : count == 1 ? tr("1 problem")
                                     : tr("%1 problems").arg(count));
    m_problems->setIcon(count == 0  ? widgets::icon(QStringLiteral("check"), colors.success)
                        : isBlocked ? widgets::icon(QStringLiteral("error"), colors.error)
                                    : widgets::icon(QStringLiteral("warning"), colors.warning));
    m_problems->setEnabled(count > 0);
    m_problems->setVisible(m_document.isOpen());
    m_problemMenu->clear();
    for (const ConfigProblem& problem : problems) {
        const QString key = QString::fromStdString(problem.error.key);
        QString text = QString::fromStdString(problem.error.what);
        if (!key.isEmpty() && !text.contains(key)) text = key + QStringLiteral(" — ") + text;
        QAction* const action =
            m_problemMenu->addAction(text.replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setToolTip(sentence(problem.error));
        connect(action, &QAction::triggered, this, [this, key, error = problem.error] {
            if (!key.isEmpty()) m_tree->editPath(key);
            if (!error.file.empty()) m_source->mark(QString::fromStdString(error.file), error.line);
        });
    }
    const bool showsTree = !m_document.tree().root.children.empty();
    const bool showsBanner = showsTree && !problems.empty() && problems.front().isBlocking;
    m_banner->setVisible(showsBanner);
    if (showsBanner) {
        QPalette palette = m_banner->palette();
        palette.setColor(QPalette::Window, widgets::blend(colors.surface, colors.error, 0.12));
        m_banner->setPalette(palette);
        m_bannerText->setText(sentence(problems.front().error));
    }
}

void ConfigureView::showEmptyState() {
    const bool hasTree = !m_document.tree().root.children.empty();
    const auto problems = m_document.problems();
    if (!m_document.isOpen()) {
        m_empty->set(QStringLiteral("yaml"), tr("No config is open"),
                     tr("Open a YAML config, or drop one here."));
        m_empty->setButton(tr("Open config…"), QStringLiteral("open"));
    } else if (!hasTree && !problems.empty()) {
        m_empty->set(QStringLiteral("error"), tr("This config cannot be read"),
                     sentence(problems.front().error));
        m_empty->setButton(tr("Open another config…"), QStringLiteral("open"));
    }
    // A broken file that can be read shows its text beside the message, at the line.
    const bool hasText = !m_document.sources().empty();
    m_stack->setCurrentIndex(hasTree || (m_document.isOpen() && m_document.isComposing() && hasText) ? 1 : 0);
    m_train->setEnabled(m_document.isOpen());
}

void ConfigureView::markSource(const QModelIndex& index) {
    QModelIndex from = index;
    while (from.isValid() && from.data(ConfigModel::LineRole).toInt() == 0) {
        // An override has no line: the line that it beats, or the section it lies in, is the next best.
        QModelIndex beaten;
        for (int row = 0; row < m_model->rowCount(from) && !beaten.isValid(); ++row) {
            const QModelIndex child = m_model->index(row, 0, from);
            const bool isBeat =
                child.data(ConfigModel::KindRole).toInt() == static_cast<int>(ConfigKind::Beat);
            if (isBeat && child.data(ConfigModel::LineRole).toInt() > 0) beaten = child;
        }
        from = beaten.isValid() ? beaten : from.parent();
    }
    if (from.isValid())
        m_source->mark(from.data(ConfigModel::FileRole).toString(), from.data(ConfigModel::LineRole).toInt());
    else
        m_source->clearMark();
}

void ConfigureView::showSource(const QModelIndex& index) {
    if (!index.isValid()) return;
    if (index.data(ConfigModel::LineRole).toInt() > 0) {
        markSource(index);
        return;
    }
    const int argument = index.data(ConfigModel::ArgumentRole).toInt();
    const auto& items = m_document.state().overrides.items;
    if (argument >= 0 && argument < static_cast<int>(items.size())) {
        m_command->selectArgument(
            QString::fromStdString(quoteForShell(items[static_cast<std::size_t>(argument)])));
        m_command->setFocus();
    } else {
        Q_EMIT statusMessage(index.data(Qt::ToolTipRole).toString().section(QLatin1Char('\n'), -1));
    }
}

void ConfigureView::updateActions() {
    const QModelIndex index = m_tree->currentSource();
    const QString path = m_tree->currentPath();
    const bool isOpen = m_document.isOpen();
    const bool isKey = index.isValid() && !path.isEmpty();
    m_add->setEnabled(isOpen);
    m_remove->setEnabled(isKey && !index.data(ConfigModel::RemovedRole).toBool());
    m_reset->setEnabled(isKey && m_document.state().overrides.touches(path.toStdString()));
    m_copy->setEnabled(isKey);
}

void ConfigureView::filterChanged() {
    const QString current = m_tree->currentPath();
    if (!m_filter->isActive()) m_expandedBefore = m_tree->expandedPaths();
    m_filter->setText(m_filterLine->text());
    m_filter->setShow(static_cast<ConfigFilter::Show>(m_show->checkedId()));
    if (m_filter->isActive()) {
        m_tree->expandAll();
    } else {
        m_tree->collapseAll();
        m_tree->expandPaths(m_expandedBefore);
    }
    if (!current.isEmpty()) m_tree->selectPath(current);
    m_tree->spanProblems();
}

void ConfigureView::addKey() {
    if (!m_document.isOpen()) return;
    const QModelIndex index = m_tree->currentSource();
    QString section = m_tree->currentPath();
    if (index.data(ConfigModel::LeafRole).toBool()) section = section.section(QLatin1Char('.'), 0, -2);
    AddKeyDialog dialog(section.isEmpty() ? QString() : section + QLatin1Char('.'), this);
    if (dialog.exec() != QDialog::Accepted) return;
    m_wantedPath = dialog.key();
    m_document.add(dialog.key(), dialog.value());
}

void ConfigureView::copyOverride() {
    const QModelIndex index = m_tree->currentSource();
    QString text = m_document.overrideOf(m_tree->currentPath());
    if (text.isEmpty()) {
        const QString value = index.siblingAtColumn(ConfigModel::ValueColumn).data().toString();
        text = m_tree->currentPath() + QLatin1Char('=') +
               QString::fromStdString(overrideTextFromInput(value.toStdString()));
    }
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT statusMessage(tr("Copied %1").arg(text));
}

void ConfigureView::copyCommand() {
    if (!m_document.isOpen()) return;
    QGuiApplication::clipboard()->setText(QString::fromStdString(run::commandLine(m_document.request({}))));
    Q_EMIT statusMessage(tr("Copied a fathom-cli command that repeats this run"));
}

void ConfigureView::restoreState(QSettings& settings) {
    m_splitter->restoreState(settings.value(QStringLiteral("splitter")).toByteArray());
    m_tree->header()->restoreState(settings.value(QStringLiteral("columns")).toByteArray());
    m_wantedExpanded = settings.value(QStringLiteral("expanded")).toStringList();
    m_wantedPath = settings.value(QStringLiteral("current")).toString();
}

void ConfigureView::dragEnterEvent(QDragEnterEvent* event) {
    if (!yamlIn(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void ConfigureView::dropEvent(QDropEvent* event) {
    const QString file = yamlIn(event->mimeData());
    if (file.isEmpty()) return;
    event->acceptProposedAction();
    Q_EMIT openRequested(file);
}

void ConfigureView::focusDefault() {
    const bool hasTree = !m_document.tree().root.children.empty();
    if (hasTree)
        m_tree->setFocus();
    else
        m_empty->setFocus();
}

bool ConfigureView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    const bool isEnter = key == Qt::Key_Return || key == Qt::Key_Enter;
    if (watched == m_train && isEnter) {
        m_train->animateClick();
        return true;
    }
    if (watched == m_filterLine && key == Qt::Key_Escape && !m_filterLine->text().isEmpty()) {
        m_filterLine->clear();
        return true;
    }
    if (watched == m_filterLine && (isEnter || key == Qt::Key_Down)) {
        m_tree->setFocus();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace fathom::app
