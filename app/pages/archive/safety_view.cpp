// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/safety_view.h"

#include "app/bridge/job_runner.h"
#include "engine/run/archive_manifest.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

namespace {

/// What is wrong with the archive by itself, and what changed in it since Fathom wrote it.
run::ManifestCheck checkArchive(const ArchiveContents& contents, const std::filesystem::path& workspace) {
    if (!contents.nemo) return {.findings = archive::verify(*contents.weights)};
    run::ManifestCheck check;
    if (const auto store = storeFor(contents.nemo->path(), workspace)) {
        if (auto known = run::checkManifest(*store, *contents.nemo)) check = std::move(*known);
    }
    for (archive::Finding& finding : archive::verify(*contents.nemo))
        check.findings.push_back(std::move(finding));
    return check;
}

} // namespace

SafetyView::SafetyView(JobRunner& jobs, std::filesystem::path workspace, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_workspace(std::move(workspace)),
      m_list(new QListWidget),
      m_check(new QPushButton(widgets::icon(QStringLiteral("shield")), tr("Check every byte"))) {
    m_list->setAccessibleName(tr("Safety"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setWordWrap(true);
    m_list->setSpacing(kGrid / 2);
    auto* const row = new QHBoxLayout;
    row->addWidget(m_check);
    row->addStretch();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_list, 1);
    layout->addLayout(row);
    setFocusProxy(m_list);
    connect(m_check, &QPushButton::clicked, this, &SafetyView::check);
}

void SafetyView::setContents(std::shared_ptr<const ArchiveContents> contents) {
    m_contents = std::move(contents);
    m_findings.reset();
    m_isOwn = false;
    constexpr qint64 kQuickBytes = 2'000'000'000; // a second or two
    if (m_contents->fileBytes <= kQuickBytes)
        check();
    else
        refresh();
}

void SafetyView::check() {
    m_isChecking = true;
    refresh();
    m_jobs.run(
        QStringLiteral("archive.verify.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [contents = m_contents, workspace = m_workspace](std::stop_token) {
            return checkArchive(*contents, workspace);
        },
        [this](run::ManifestCheck check) {
            m_isChecking = false;
            m_isOwn = check.isKnown;
            m_findings = std::move(check.findings);
            refresh();
            Q_EMIT findingsChanged();
        });
}

void SafetyView::refresh() {
    m_list->clear();
    m_check->setVisible(!m_findings && !m_isChecking);
    const widgets::Colors& colors = widgets::colorsFor(this);
    const auto add = [&](const QString& icon, const QColor& color, const QString& text) {
        m_list->addItem(new QListWidgetItem(widgets::icon(icon, color), text));
    };
    add(QStringLiteral("check"), colors.success,
        tr("Nothing in this file was executed: pickles are read as data, and unknown classes are shown, "
           "never called."));
    if (m_isChecking) {
        add(QStringLiteral("clock"), colors.muted, tr("Checksums, names and references are being checked…"));
    } else if (!m_findings) {
        add(QStringLiteral("clock"), colors.muted,
            tr("Its %1 were not read yet to compare checksums.")
                .arg(widgets::formatBytes(static_cast<double>(m_contents->fileBytes))));
    } else if (m_findings->empty()) {
        add(QStringLiteral("check"), colors.success, tr("Checksums, names and references are in order."));
    }
    if (m_isOwn && m_findings && m_findings->empty())
        add(QStringLiteral("check"), colors.success,
            tr("Fathom wrote this archive, and every member is what it wrote."));
    for (const archive::Finding& finding : m_findings.value_or(std::vector<archive::Finding>())) {
        const bool isError = finding.severity == archive::Severity::Error;
        QString text = QString::fromStdString(finding.text);
        if (!text.isEmpty()) text[0] = text[0].toUpper();
        add(isError ? QStringLiteral("error") : QStringLiteral("warning"),
            isError ? colors.error : colors.warning, text);
    }
    if (!m_contents->weights) return;
    for (const std::string& name : m_contents->weights->opaqueGlobals()) {
        add(QStringLiteral("info"), colors.muted,
            tr("The pickle names %1, which is kept closed").arg(QString::fromStdString(name)));
    }
}

} // namespace fathom::app
