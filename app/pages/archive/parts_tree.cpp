// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/parts_tree.h"

#include "app/models/artifact_preview.h"
#include "app/pages/archive/archive_document.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHeaderView>
#include <QMimeData>
#include <QSignalBlocker>

namespace fathom::app {

namespace {

constexpr int kPartRole = Qt::UserRole;
const QString kArtifactPrefix = QStringLiteral("artifact ");

/// The one file that is dropped; archives are the page's to open.
QString fileIn(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    if (urls.size() != 1) return {};
    const QString file = urls.front().toLocalFile();
    const bool isArchive = file.endsWith(QStringLiteral(".nemo"), Qt::CaseInsensitive);
    return QFileInfo(file).isFile() && !isArchive ? file : QString();
}

} // namespace

PartsTree::PartsTree(const ArchiveDocument& document, QWidget* parent)
    : QTreeWidget(parent), m_document(document) {
    setAccessibleName(tr("Parts of the archive"));
    setFrameShape(NoFrame);
    setColumnCount(2);
    setHeaderHidden(true);
    setIndentation(2 * widgets::kGrid);
    setUniformRowHeights(true);
    setItemDelegate(new widgets::RowDelegate(this));
    setContextMenuPolicy(Qt::ActionsContextMenu);
    setTextElideMode(Qt::ElideMiddle);
    setAcceptDrops(m_document.isEditable());
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    refresh();
    connect(this, &QTreeWidget::currentItemChanged, this, [this] { Q_EMIT partChosen(part()); });
}

QTreeWidgetItem* PartsTree::addPart(QTreeWidgetItem* parent, const QString& part, const QString& text,
                                    const QString& icon) {
    auto* const item = parent ? new QTreeWidgetItem(parent) : new QTreeWidgetItem(this);
    item->setText(0, text);
    item->setToolTip(0, text);
    item->setIcon(0, widgets::icon(icon));
    item->setData(0, kPartRole, part);
    item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    item->setForeground(1, widgets::colorsFor(this).muted);
    return item;
}

void PartsTree::refresh() {
    const QString shown = part();
    const QTreeWidgetItem* const above = currentItem() ? currentItem()->parent() : nullptr;
    const QString fallback = above ? above->data(0, kPartRole).toString() : QString();
    const QSignalBlocker quiet(this);
    clear();
    const ArchiveContents& contents = m_document.contents();
    const widgets::Colors& colors = widgets::colorsFor(this);
    if (contents.nemo) {
        auto* const config = addPart(nullptr, QStringLiteral("config"), tr("Config"), QStringLiteral("yaml"));
        const auto edits = m_document.isEditable() ? m_document.editor().configEdits().size() : 0;
        if (contents.configError) config->setText(1, tr("damaged"));
        if (edits > 0) config->setText(1, tr("✎ %1").arg(edits));
        if (edits > 0) config->setForeground(1, colors.layerEdited);
    }
    if (contents.weights || contents.weightsError) {
        auto* const weights =
            addPart(nullptr, QStringLiteral("weights"), tr("Weights"), QStringLiteral("tensor"));
        const bool isEdited = m_document.isEditable() && m_document.editor().state().tensors;
        const QString count = widgets::formatNumber(static_cast<double>(contents.parameters));
        const auto parts = static_cast<int>(contents.weightParts.size());
        weights->setText(1, contents.weights ? (isEdited ? tr("✎ %1").arg(count) : count)
                            : parts == 0     ? tr("unreadable")
                            : parts == 1     ? tr("1 part")
                                             : tr("%1 parts").arg(parts));
        if (isEdited) weights->setForeground(1, colors.layerEdited);
    }
    if (contents.nemo) {
        addArtifacts();
        auto* const members =
            addPart(nullptr, QStringLiteral("members"), tr("Members"), QStringLiteral("archive"));
        members->setText(1, widgets::formatCount(static_cast<qint64>(contents.nemo->members().size())));
    }
    addPart(nullptr, QStringLiteral("safety"), tr("Safety"), QStringLiteral("shield"));
    if (contents.weights) addPart(nullptr, QStringLiteral("try"), tr("Try it"), QStringLiteral("play"));
    showFindings();
    if (!shown.isEmpty() && !showPart(shown)) {
        showPart(fallback);
        QMetaObject::invokeMethod(
            this, [this] { Q_EMIT partChosen(part()); }, Qt::QueuedConnection);
    }
}

void PartsTree::addArtifacts() {
    const archive::Nemo& nemo = *m_document.contents().nemo;
    auto* const artifacts =
        addPart(nullptr, QStringLiteral("artifacts"), tr("Artifacts"), QStringLiteral("folder"));
    const auto add = [&](const std::string& name, std::uint64_t bytes, bool isEdited) {
        const QString stored = QString::fromStdString(name);
        auto* const item =
            addPart(artifacts, kArtifactPrefix + stored, artifactName(stored), QStringLiteral("file"));
        const QString size = widgets::formatBytes(static_cast<double>(bytes));
        item->setText(1, isEdited ? QStringLiteral("✎ %1").arg(size) : size);
        if (isEdited) item->setForeground(1, widgets::colorsFor(this).layerEdited);
        const QString key = m_document.keyOf(stored);
        item->setToolTip(0, key.isEmpty() ? stored : tr("%1\nnamed by %2").arg(stored, key));
    };
    if (m_document.isEditable()) {
        for (const archive::EditedMember& member : m_document.editor().state().members) {
            const archive::Member* const old = member.source ? &nemo.members()[*member.source] : nullptr;
            if (old && !isArtifact(*old)) continue;
            const bool isEdited = member.content || (old && old->name != member.name);
            add(member.name, member.content ? member.content->size() : old->bytes, isEdited);
        }
    } else {
        for (const archive::Member& member : nemo.members())
            if (isArtifact(member)) add(member.name, member.bytes, false);
    }
    artifacts->setText(1, widgets::formatCount(artifacts->childCount()));
    artifacts->setExpanded(artifacts->childCount() <= 100);
}

void PartsTree::setFindings(const std::optional<std::vector<archive::Finding>>& findings) {
    m_findings = findings;
    showFindings();
}

void PartsTree::showFindings() {
    for (int i = 0; i < topLevelItemCount(); ++i) {
        QTreeWidgetItem* const item = topLevelItem(i);
        if (item->data(0, kPartRole).toString() != QStringLiteral("safety")) continue;
        const auto count = m_findings ? static_cast<int>(m_findings->size()) : 0;
        item->setText(1, !m_findings  ? QStringLiteral("…")
                         : count == 0 ? tr("nothing found")
                         : count == 1 ? tr("1 finding")
                                      : tr("%1 findings").arg(count));
        const widgets::Colors& colors = widgets::colorsFor(this);
        item->setForeground(1, count > 0 ? colors.warning : colors.muted);
    }
}

QString PartsTree::part() const {
    const QTreeWidgetItem* const item = currentItem();
    return item ? item->data(0, kPartRole).toString() : QString();
}

QString PartsTree::artifact() const {
    const QString current = part();
    return current.startsWith(kArtifactPrefix) ? current.mid(kArtifactPrefix.size()) : QString();
}

bool PartsTree::showPart(const QString& part) {
    for (QTreeWidgetItemIterator it(this); *it; ++it) {
        if ((*it)->data(0, kPartRole).toString() != part) continue;
        setCurrentItem(*it);
        return true;
    }
    return false;
}

QString PartsTree::artifactAt(QPoint position) const {
    const QTreeWidgetItem* const item = itemAt(position);
    const QString part = item ? item->data(0, kPartRole).toString() : QString();
    return part.startsWith(kArtifactPrefix) ? part.mid(kArtifactPrefix.size()) : QString();
}

void PartsTree::dragEnterEvent(QDragEnterEvent* event) {
    if (!fileIn(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void PartsTree::dragMoveEvent(QDragMoveEvent* event) {
    const bool isTarget = !artifactAt(event->position().toPoint()).isEmpty();
    event->setAccepted(isTarget && !fileIn(event->mimeData()).isEmpty());
}

void PartsTree::dropEvent(QDropEvent* event) {
    const QString artifact = artifactAt(event->position().toPoint());
    const QString file = fileIn(event->mimeData());
    if (artifact.isEmpty() || file.isEmpty()) return event->ignore();
    event->setDropAction(Qt::CopyAction);
    event->accept();
    Q_EMIT fileDropped(artifact, file);
}

void PartsTree::changeEvent(QEvent* event) {
    QTreeWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && topLevelItemCount() > 0) refresh();
}

} // namespace fathom::app
