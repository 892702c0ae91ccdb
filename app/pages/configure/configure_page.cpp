// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/configure_page.h"

#include "app/pages/configure/config_document.h"
#include "app/pages/configure/configure_view.h"
#include "app/shell/app_context.h"

#include <QApplication>
#include <QFileInfo>
#include <QSettings>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr int kRecentFiles = 10;

constexpr QLatin1String kExample("configs/asr/quartznet_prompts.yaml");

QStringList toStrings(const std::vector<std::string>& items) {
    QStringList strings;
    for (const std::string& item : items)
        strings.append(QString::fromStdString(item));
    return strings;
}

} // namespace

ConfigurePage::ConfigurePage(AppContext& context, QObject* parent)
    : Page(parent), m_context(context), m_document(new ConfigDocument(context.jobs(), this)) {
    connect(&context, &AppContext::configFileOpened, this, &ConfigurePage::open);
    connect(&context, &AppContext::trainCurrentRequested, this, &ConfigurePage::train);
    connect(&context, &AppContext::trainRefused, m_document, &ConfigDocument::addRefusal);
    connect(m_document, &ConfigDocument::stateChanged, this, &Page::badgeChanged);
    connect(m_document, &ConfigDocument::composed, this, &Page::badgeChanged);
}

QWidget* ConfigurePage::widget() {
    if (m_view) return m_view;
    m_view = new ConfigureView(*m_document, m_context.actions());
    m_view->setRecentFiles(m_recent);
    showHint();
    connect(m_view, &ConfigureView::openRequested, this, &ConfigurePage::open);
    connect(m_view, &ConfigureView::trainRequested, this, &ConfigurePage::train);
    connect(m_view, &ConfigureView::statusMessage, &m_context, &AppContext::statusMessage);
    return m_view;
}

QString ConfigurePage::badge() const {
    if (m_document->hasError()) return QStringLiteral("!");
    const OverrideList& overrides = m_document->state().overrides;
    return overrides.items.size() > overrides.editedFrom ? QStringLiteral("●") : QString();
}

void ConfigurePage::activated() {
    if (!m_view || m_view->isAncestorOf(QApplication::focusWidget())) return;
    const bool isFirstRun = m_document->isOpen() && !m_hasTrained;
    if (isFirstRun)
        m_view->focusTrain();
    else
        m_view->focusDefault();
}

void ConfigurePage::open(const QString& file) {
    m_document->open(file);
    showHint();
    const QString absolute = QFileInfo(file).absoluteFilePath();
    m_recent.removeAll(absolute);
    m_recent.prepend(absolute);
    while (m_recent.size() > kRecentFiles)
        m_recent.removeLast();
    if (m_view) m_view->setRecentFiles(m_recent);
}

void ConfigurePage::train() {
    if (!m_document->isOpen()) {
        Q_EMIT m_context.pageRequested(id());
        Q_EMIT m_context.statusMessage(tr("Open a config first"));
        return;
    }
    if (m_document->hasError()) {
        Q_EMIT m_context.pageRequested(id());
        if (m_view) m_view->showBlockingProblem();
        return;
    }
    m_hasTrained = true;
    showHint();
    Q_EMIT m_context.trainRequested(m_document->request(m_context.workspace()));
}

void ConfigurePage::saveState(QSettings& settings) const {
    settings.setValue(QStringLiteral("file"),
                      m_document->isOpen() ? QFileInfo(m_document->file()).absoluteFilePath() : QString());
    settings.setValue(QStringLiteral("overrides"), toStrings(m_document->state().overrides.items));
    settings.setValue(QStringLiteral("editedFrom"),
                      static_cast<int>(m_document->state().overrides.editedFrom));
    settings.setValue(QStringLiteral("recent"), m_recent);
    settings.setValue(QStringLiteral("hasTrained"), m_hasTrained);
    if (m_view) m_view->saveState(settings);
}

void ConfigurePage::restoreState(QSettings& settings) {
    m_hasTrained = settings.value(QStringLiteral("hasTrained")).toBool();
    const QStringList recent = settings.value(QStringLiteral("recent")).toStringList();
    for (const QString& file : recent) {
        if (!m_recent.contains(file)) m_recent.append(file);
    }
    if (m_view) {
        m_view->restoreState(settings);
        m_view->setRecentFiles(m_recent);
    }
    if (m_document->isOpen()) return; // named on the command line
    const QString file = settings.value(QStringLiteral("file")).toString();
    if (file.isEmpty()) return;
    OverrideList overrides;
    const QStringList items = settings.value(QStringLiteral("overrides")).toStringList();
    for (const QString& item : items)
        overrides.items.push_back(item.toStdString());
    const auto editedFrom = static_cast<std::size_t>(settings.value(QStringLiteral("editedFrom")).toUInt());
    overrides.editedFrom = std::min(overrides.items.size(), editedFrom);
    m_document->open(file, overrides);
    showHint();
}

void ConfigurePage::showHint() {
    if (!m_view) return;
    const bool isExample = m_document->file().endsWith(kExample);
    m_view->setHint(!isExample || m_hasTrained
                        ? QString()
                        : tr("This example teaches a small QuartzNet to transcribe spoken telephone prompts. "
                             "Press Train: curves appear at once, and within minutes it reads words."));
}

bool ConfigurePage::isSettled() const {
    return !m_document->isComposing();
}

} // namespace fathom::app
