// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_view.h"

#include "app/bridge/job_runner.h"
#include "app/models/artifact_preview.h"
#include "app/models/config_model.h"
#include "app/models/member_model.h"
#include "app/pages/archive/artifact_view.h"
#include "app/pages/archive/tensor_view.h"
#include "app/pages/archive/transcribe_bar.h"
#include "engine/base/file.h"
#include "widgets/code_view.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QRegularExpression>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTreeView>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

using widgets::kGrid;

constexpr int kPartRole = Qt::UserRole;
const QString kArtifactPrefix = QStringLiteral("artifact ");

QString messageOf(const Error& error) {
    QString text = QString::fromStdString(error.why.empty() ? error.what : error.why);
    if (!error.remedy.empty()) text += QStringLiteral(". ") + QString::fromStdString(error.remedy);
    if (!text.isEmpty()) text[0] = text[0].toUpper();
    return text;
}

QString sizeOf(const ArchiveContents& contents, const std::string& member) {
    for (const archive::Member& candidate : contents.nemo->members()) {
        if (candidate.name == member) return widgets::formatBytes(static_cast<double>(candidate.bytes));
    }
    return {};
}

} // namespace

ArchiveView::ArchiveView(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_contents(std::move(contents)),
      m_jobs(jobs),
      m_parts(new QTreeWidget),
      m_stack(new QStackedWidget) {
    m_parts->setAccessibleName(tr("Parts of the archive"));
    m_parts->setFrameShape(QFrame::NoFrame);
    m_parts->setColumnCount(2);
    m_parts->setHeaderHidden(true);
    m_parts->setIndentation(2 * kGrid);
    m_parts->setUniformRowHeights(true);
    m_parts->setItemDelegate(new widgets::RowDelegate(m_parts));
    fillParts();
    m_parts->header()->setStretchLastSection(false);
    m_parts->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_parts->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    auto* const splitter = new QSplitter;
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(2 * kGrid);
    splitter->addWidget(m_parts);
    splitter->addWidget(m_stack);
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({32 * kGrid, 100 * kGrid});
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(makeSummary());
    layout->addWidget(splitter, 1);
    // Greedy CTC models are what the engine restores and transcribes with today.
    if (m_contents->configYaml.contains(QStringLiteral("EncDecCTCModel"))) {
        layout->addWidget(new TranscribeBar(m_contents->path, m_jobs));
    }
    connect(m_parts, &QTreeWidget::currentItemChanged, this,
            [this](QTreeWidgetItem* item) { showItem(item); });
    setFocusProxy(m_parts);
    showPart(m_contents->weights ? QStringLiteral("weights") : QStringLiteral("config"));
}

QWidget* ArchiveView::makeSummary() {
    auto* const label = new widgets::ElidedLabel;
    label->setElideMode(Qt::ElideMiddle);
    label->setMuted(true);
    QStringList parts{m_contents->path};
    if (m_contents->fileBytes > 0)
        parts.append(widgets::formatBytes(static_cast<double>(m_contents->fileBytes)));
    if (m_contents->weights)
        parts.append(tr("%1 parameters and buffers").arg(widgets::formatCount(m_contents->parameters)));
    label->setText(parts.join(QStringLiteral("  ·  ")));
    return label;
}

QTreeWidgetItem* ArchiveView::addPart(QTreeWidgetItem* parent, const QString& part, const QString& text,
                                      const QString& icon) {
    auto* const item = parent ? new QTreeWidgetItem(parent) : new QTreeWidgetItem(m_parts);
    item->setText(0, text);
    item->setToolTip(0, text);
    item->setIcon(0, widgets::icon(icon));
    item->setData(0, kPartRole, part);
    item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    item->setForeground(1, widgets::colorsFor(this).muted);
    return item;
}

void ArchiveView::fillParts() {
    if (m_contents->nemo) addPart(nullptr, QStringLiteral("config"), tr("Config"), QStringLiteral("yaml"));
    if (m_contents->weights || m_contents->weightsError) {
        auto* const weights =
            addPart(nullptr, QStringLiteral("weights"), tr("Weights"), QStringLiteral("tensor"));
        weights->setText(1, m_contents->weights
                                ? widgets::formatNumber(static_cast<double>(m_contents->parameters))
                                : tr("damaged"));
    }
    if (m_contents->nemo) {
        auto* const artifacts =
            addPart(nullptr, QStringLiteral("artifacts"), tr("Artifacts"), QStringLiteral("folder"));
        artifacts->setText(1, widgets::formatCount(static_cast<qint64>(m_contents->artifacts.size())));
        for (const std::string& name : m_contents->artifacts) {
            const QString stored = QString::fromStdString(name);
            auto* const item =
                addPart(artifacts, kArtifactPrefix + stored, artifactName(stored), QStringLiteral("file"));
            item->setText(1, sizeOf(*m_contents, name));
            item->setToolTip(0, stored);
        }
        artifacts->setExpanded(true);
        auto* const members =
            addPart(nullptr, QStringLiteral("members"), tr("Members"), QStringLiteral("archive"));
        members->setText(1, widgets::formatCount(static_cast<qint64>(m_contents->nemo->members().size())));
    }
    auto* const safety = addPart(nullptr, QStringLiteral("safety"), tr("Safety"), QStringLiteral("shield"));
    const auto count = static_cast<int>(m_contents->findings.size());
    safety->setText(1, count == 0   ? tr("nothing found")
                       : count == 1 ? tr("1 finding")
                                    : tr("%1 findings").arg(count));
    if (count > 0) safety->setForeground(1, widgets::colorsFor(this).warning);
}

void ArchiveView::showPart(const QString& part) {
    for (QTreeWidgetItemIterator it(m_parts); *it; ++it) {
        if ((*it)->data(0, kPartRole).toString() != part) continue;
        m_parts->setCurrentItem(*it);
        return;
    }
}

QString ArchiveView::part() const {
    const QTreeWidgetItem* const item = m_parts->currentItem();
    return item ? item->data(0, kPartRole).toString() : QString();
}

void ArchiveView::focusFilter() {
    showPart(QStringLiteral("weights"));
    if (m_tensors) m_tensors->focusFilter();
}

void ArchiveView::showItem(QTreeWidgetItem* item) {
    if (!item) return;
    const QString part = item->data(0, kPartRole).toString();
    const bool isArtifact = part.startsWith(kArtifactPrefix);
    const QString name = isArtifact ? QStringLiteral("artifact") : part;
    if (!m_pages.contains(name)) {
        m_pages[name] = page(name);
        m_stack->addWidget(m_pages[name]);
    }
    if (isArtifact) showArtifact(part.mid(kArtifactPrefix.size()));
    m_stack->setCurrentWidget(m_pages[name]);
}

QWidget* ArchiveView::page(const QString& part) {
    if (part == QStringLiteral("config")) return makeConfig();
    if (part == QStringLiteral("members")) return makeMembers();
    if (part == QStringLiteral("safety")) return makeSafety();
    if (part == QStringLiteral("artifact")) {
        m_artifact = new ArtifactView(m_jobs);
        connect(m_artifact, &ArtifactView::statusMessage, this, &ArchiveView::statusMessage);
        return m_artifact;
    }
    if (part == QStringLiteral("weights")) {
        if (!m_contents->weights)
            return makeProblem(tr("The weights cannot be read"), *m_contents->weightsError);
        m_tensors = new TensorView(m_jobs);
        m_tensors->setTensors(entriesOf(*m_contents->weights));
        connect(m_tensors, &TensorView::statusMessage, this, &ArchiveView::statusMessage);
        return m_tensors;
    }
    auto* const empty = new widgets::EmptyState;
    if (m_contents->artifacts.empty()) {
        empty->set(QStringLiteral("folder"), tr("No artifacts"),
                   tr("This archive holds only its config and weights."));
    } else {
        empty->set(QStringLiteral("folder"), tr("Artifacts: %1").arg(m_contents->artifacts.size()),
                   tr("Choose one at the left to see it."));
    }
    return empty;
}

QWidget* ArchiveView::makeProblem(const QString& title, const Error& error) {
    auto* const empty = new widgets::EmptyState;
    empty->set(QStringLiteral("error"), title, messageOf(error));
    return empty;
}

QWidget* ArchiveView::makeConfig() {
    if (m_contents->configYaml.isEmpty() && m_contents->configError) {
        return makeProblem(tr("The config cannot be read"), *m_contents->configError);
    }
    auto* const code = new widgets::CodeView;
    code->setAccessibleName(tr("Config as text"));
    code->setCode(m_contents->configYaml, widgets::CodeView::Language::Yaml);
    if (!m_contents->configTree) {
        code->markLine(m_contents->configError ? m_contents->configError->line : 0);
        code->setToolTip(m_contents->configError ? messageOf(*m_contents->configError) : QString());
        return code;
    }
    auto* const tree = new QTreeView;
    auto* const model = new ConfigModel(tree);
    model->setTree(*m_contents->configTree);
    tree->setModel(model);
    tree->setAccessibleName(tr("Config as tree"));
    tree->setFrameShape(QFrame::NoFrame);
    tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    tree->setFont(widgets::monospace(font()));
    tree->setItemDelegate(new widgets::RowDelegate(tree));
    tree->setUniformRowHeights(true);
    tree->header()->setFont(font());
    tree->header()->resizeSection(ConfigModel::KeyColumn,
                                  30 * tree->fontMetrics().horizontalAdvance(QLatin1Char('m')));
    tree->setColumnHidden(ConfigModel::ResolvedColumn, true);
    tree->setColumnHidden(ConfigModel::SourceColumn, true);
    tree->setColumnHidden(ConfigModel::TypeColumn, true);
    tree->expandToDepth(0);
    auto* const tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    tabs->addTab(tree, tr("Tree"));
    tabs->addTab(code, tr("Text"));
    return tabs;
}

QWidget* ArchiveView::makeMembers() {
    auto* const tree = new QTreeView;
    auto* const model = new MemberModel(tree);
    auto* const proxy = new QSortFilterProxyModel(tree);
    model->setMembers(m_contents->nemo->members());
    proxy->setSourceModel(model);
    proxy->setSortRole(MemberModel::SortRole);
    tree->setModel(proxy);
    tree->setAccessibleName(tr("Members"));
    tree->setFrameShape(QFrame::NoFrame);
    tree->setRootIsDecorated(false);
    tree->setItemDelegate(new widgets::RowDelegate(tree));
    tree->setUniformRowHeights(true);
    tree->setAllColumnsShowFocus(true);
    tree->setSortingEnabled(true);
    tree->header()->setSortIndicator(-1, Qt::AscendingOrder);
    proxy->sort(-1);
    const int em = tree->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    tree->header()->resizeSection(MemberModel::NameColumn, 40 * em);
    for (const int column : {MemberModel::TypeColumn, MemberModel::BytesColumn})
        tree->header()->resizeSection(column, 8 * em);
    tree->header()->resizeSection(MemberModel::TimeColumn, 14 * em);
    return tree;
}

QWidget* ArchiveView::makeSafety() {
    auto* const list = new QListWidget;
    list->setAccessibleName(tr("Safety"));
    list->setFrameShape(QFrame::NoFrame);
    list->setWordWrap(true);
    list->setSpacing(kGrid / 2);
    const widgets::Colors& colors = widgets::colorsFor(this);
    const auto add = [&](const QString& icon, const QColor& color, const QString& text) {
        list->addItem(new QListWidgetItem(widgets::icon(icon, color), text));
    };
    add(QStringLiteral("check"), colors.success,
        tr("Nothing in this file was executed: pickles are read as data, and unknown classes are shown, "
           "never called."));
    if (m_contents->findings.empty()) {
        add(QStringLiteral("check"), colors.success, tr("Checksums, names and references are in order."));
    }
    for (const archive::Finding& finding : m_contents->findings) {
        const bool isError = finding.severity == archive::Severity::Error;
        add(isError ? QStringLiteral("error") : QStringLiteral("warning"),
            isError ? colors.error : colors.warning, QString::fromStdString(finding.text));
    }
    if (m_contents->weights) {
        for (const std::string& name : m_contents->weights->opaqueGlobals()) {
            add(QStringLiteral("info"), colors.muted,
                tr("The pickle names %1, which is kept closed").arg(QString::fromStdString(name)));
        }
    }
    return list;
}

void ArchiveView::showArtifact(const QString& name) {
    m_artifact->show(name, [nemo = m_contents->nemo, name]() -> Result<MemberBytes> {
        const auto bytes = nemo->bytes(name.toStdString());
        if (!bytes) return fail(bytes.error());
        return MemberBytes{*bytes, std::make_shared<archive::Nemo>(*nemo)};
    });
}

} // namespace fathom::app
