// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_comparison.h"

#include "app/bridge/job_runner.h"

#include <QFileInfo>

namespace fathom::app {

ConfigComparison::ConfigComparison(ConfigDocument& document, JobRunner& jobs, QObject* parent)
    : QObject(parent), m_document(document), m_jobs(jobs) {
    connect(&document, &ConfigDocument::composed, this, [this] {
        if (m_mode == Mode::Files)
            composeOther(); // the files may have been read again
        else if (m_mode == Mode::Other)
            compare();
    });
}

void ConfigComparison::compareWithFiles() {
    m_mode = Mode::Files;
    composeOther();
}

void ConfigComparison::compareWith(const QString& file) {
    const QFileInfo info(file);
    m_mode = Mode::Other;
    m_other = {displayPath(info.absolutePath()),
               info.suffix() == QStringLiteral("yaml") ? info.completeBaseName() : info.fileName(),
               {}};
    composeOther();
}

void ConfigComparison::stop() {
    m_mode = Mode::None;
    m_jobs.cancel(QStringLiteral("configure.compare"));
    m_isComposing = false;
    m_tree = {};
    m_error.reset();
    m_differences.clear();
    Q_EMIT changed();
}

QString ConfigComparison::title() const {
    if (m_mode == Mode::None) return {};
    return m_mode == Mode::Files ? tr("Without overrides") : displayPath(primaryFileOf(m_other));
}

void ConfigComparison::composeOther() {
    if (m_mode == Mode::Files) {
        m_other = m_document.state();
        m_other.overrides = {};
    }
    if (m_other.configName.isEmpty()) return;
    m_isComposing = true;
    m_jobs.run(
        QStringLiteral("configure.compare"), this,
        [state = m_other](std::stop_token) { return composeState(state); },
        [this](Composition other) {
            m_isComposing = false;
            m_error.reset();
            if (!other.config && !other.errors.empty()) m_error = other.errors.front().error;
            m_tree = std::move(other.tree);
            compare();
        });
}

void ConfigComparison::compare() {
    m_differences =
        m_error ? std::vector<ConfigDifference>{} : compareConfigs(m_document.tree().root, m_tree.root);
    Q_EMIT changed();
}

} // namespace fathom::app
