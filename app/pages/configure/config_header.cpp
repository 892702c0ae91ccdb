// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_header.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

namespace {

using widgets::kGrid;

QToolButton* menuButton(QMenu*& menu) {
    auto* const button = new QToolButton;
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setAutoRaise(true);
    menu = new QMenu(button);
    menu->setToolTipsVisible(true);
    button->setMenu(menu);
    return button;
}

QString forMenu(QString text) {
    constexpr int kLongest = 110;
    if (text.size() > kLongest) text = text.left(kLongest) + QStringLiteral("…");
    return text.replace(QLatin1Char('&'), QStringLiteral("&&"));
}

} // namespace

ConfigHeader::ConfigHeader(QWidget* parent) : QWidget(parent) {
    m_file = menuButton(m_fileMenu);
    m_file->setAccessibleName(tr("Config file"));
    m_file->setIcon(widgets::icon(QStringLiteral("yaml")));
    m_file->setFont(widgets::titleFont(font()));
    m_problems = menuButton(m_problemMenu);
    m_problems->setAccessibleName(tr("Problems"));
    m_row = new QHBoxLayout;
    m_row->setSpacing(kGrid / 2);
    m_row->addWidget(m_file);
    m_row->addWidget(m_problems);
    m_row->addStretch();
    m_hint = new QLabel;
    m_hint->setWordWrap(true);
    m_hint->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(m_row);
    layout->addWidget(m_hint);
    setFile({});
}

void ConfigHeader::setFile(const QString& file) {
    m_file->setText(file.isEmpty() ? tr("Open a config") : QFileInfo(file).fileName());
    m_file->setToolTip(file.isEmpty() ? tr("Open a config") : QFileInfo(file).absoluteFilePath());
}

void ConfigHeader::setRecentFiles(QAction* open, const QStringList& files) {
    m_fileMenu->clear();
    m_fileMenu->addAction(open);
    if (!files.isEmpty()) m_fileMenu->addSeparator();
    for (const QString& file : files) {
        QAction* const action =
            m_fileMenu->addAction(widgets::icon(QStringLiteral("yaml")), displayPath(file));
        connect(action, &QAction::triggered, this, [this, file] { Q_EMIT openRequested(file); });
    }
}

void ConfigHeader::setProblems(const std::vector<ConfigProblem>& problems, bool isBlocked) {
    const widgets::Colors& colors = widgets::colorsFor(this);
    const auto count = static_cast<int>(problems.size());
    m_problems->setText(count == 0   ? tr("No problems")
                        : count == 1 ? tr("1 problem")
                                     : tr("%1 problems").arg(count));
    m_problems->setIcon(count == 0  ? widgets::icon(QStringLiteral("check"), colors.success)
                        : isBlocked ? widgets::icon(QStringLiteral("error"), colors.error)
                                    : widgets::icon(QStringLiteral("warning"), colors.warning));
    m_problems->setEnabled(count > 0);
    fillProblemMenu(problems);
}

void ConfigHeader::fillProblemMenu(const std::vector<ConfigProblem>& problems) {
    const widgets::Colors& colors = widgets::colorsFor(this);
    m_problemMenu->clear();
    for (std::size_t i = 0; i < problems.size(); ++i) {
        const ConfigProblem& problem = problems[i];
        const QString key = QString::fromStdString(problem.error.key);
        const QString icon = problem.isBlocking ? QStringLiteral("error") : QStringLiteral("warning");
        QString text = QString::fromStdString(problem.error.what);
        if (!key.isEmpty() && !text.contains(key)) text = key + QStringLiteral(" — ") + text;
        QAction* const action = m_problemMenu->addAction(
            widgets::icon(icon, problem.isBlocking ? colors.error : colors.warning), forMenu(text));
        action->setToolTip(sentence(problem.error));
        connect(action, &QAction::triggered, this, [this, i] { Q_EMIT problemChosen(static_cast<int>(i)); });
    }
    const auto fixable = std::count_if(problems.begin(), problems.end(), [](const ConfigProblem& problem) {
        return !problem.fixes.empty() && !problem.fixes.front().replacement.empty();
    });
    if (fixable == 0) return;
    m_problemMenu->addSeparator();
    QAction* const fix =
        m_problemMenu->addAction(widgets::icon(QStringLiteral("check")),
                                 fixable == 1 ? tr("Fix the one that has a simple remedy")
                                              : tr("Fix the %1 that have a simple remedy").arg(fixable));
    connect(fix, &QAction::triggered, this, &ConfigHeader::fixAllRequested);
}

void ConfigHeader::setProblemsVisible(bool visible) {
    m_problems->setVisible(visible);
}

void ConfigHeader::addButton(QAction* action) {
    auto* const button = new QToolButton;
    button->setDefaultAction(action);
    button->setAccessibleName(action->text());
    button->setAutoRaise(true);
    m_row->addWidget(button);
}

void ConfigHeader::setHint(const QString& text) {
    m_hint->setText(text);
    m_hint->setVisible(!text.isEmpty());
}

} // namespace fathom::app
