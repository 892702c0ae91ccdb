// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_navigator.h"

#include "app/models/command_line.h"
#include "app/models/config_model.h"
#include "app/pages/configure/command_box.h"
#include "app/pages/configure/config_document.h"
#include "app/config_view/config_tree_pane.h"
#include "app/config_view/config_tree_view.h"
#include "app/pages/configure/inspector_pane.h"
#include "app/pages/configure/source_pane.h"

#include <algorithm>

namespace fathom::app {

ConfigNavigator::ConfigNavigator(const Places& places, QObject* parent)
    : QObject(parent),
      m_document(places.document),
      m_pane(places.pane),
      m_inspector(places.inspector),
      m_command(places.command) {}

void ConfigNavigator::markError() {
    const auto& errors = m_document.composition().errors;
    if (errors.empty()) return;
    const Error& error = errors.front().error;
    m_inspector.source()->mark(QString::fromStdString(error.file), error.line);
}

void ConfigNavigator::showProblem(int problem) {
    const auto problems = m_document.problems();
    if (problem < 0 || problem >= static_cast<int>(problems.size())) return;
    m_problem = problem;
    const Error& error = problems[static_cast<std::size_t>(problem)].error;
    m_problemKey = error.key;
    const QModelIndex row = m_pane.model().indexOfProblem(problem);
    const QString key = row.parent().data(ConfigModel::PathRole).toString();
    if (!key.isEmpty()) m_pane.revealPath(key);
    m_pane.tree()->selectSource(row);
    m_pane.tree()->setFocus();
    if (error.file.empty()) return;
    m_inspector.showSource();
    m_inspector.source()->mark(QString::fromStdString(error.file), error.line);
}

void ConfigNavigator::nextProblem() {
    const auto problems = m_document.problems();
    if (problems.empty()) return;
    // One that was mended has left the list, and the next one has its place.
    const auto shown = static_cast<std::size_t>(std::max(0, m_problem));
    const bool isThere =
        m_problem >= 0 && shown < problems.size() && problems[shown].error.key == m_problemKey;
    showProblem(static_cast<int>((isThere ? shown + 1 : shown) % problems.size()));
}

void ConfigNavigator::markSource(const QModelIndex& index) {
    QModelIndex from = index;
    while (from.isValid() && from.data(ConfigModel::LineRole).toInt() == 0) {
        // An override has no line: the line that it beats, or the section it lies in, is the next best.
        QModelIndex beaten;
        for (int row = 0; row < m_pane.model().rowCount(from) && !beaten.isValid(); ++row) {
            const QModelIndex child = m_pane.model().index(row, 0, from);
            const bool isBeat =
                child.data(ConfigModel::KindRole).toInt() == static_cast<int>(ConfigKind::Beat);
            if (isBeat && child.data(ConfigModel::LineRole).toInt() > 0) beaten = child;
        }
        from = beaten.isValid() ? beaten : from.parent();
    }
    if (from.isValid())
        m_inspector.source()->mark(from.data(ConfigModel::FileRole).toString(),
                                   from.data(ConfigModel::LineRole).toInt());
    else
        m_inspector.source()->clearMark();
}

void ConfigNavigator::showSource(const QModelIndex& index) {
    if (!index.isValid()) return;
    if (index.data(ConfigModel::LineRole).toInt() > 0) {
        m_inspector.showSource();
        markSource(index);
        m_inspector.source()->focusCode();
        return;
    }
    const int argument = index.data(ConfigModel::ArgumentRole).toInt();
    const auto& items = m_document.state().overrides.items;
    if (argument >= 0 && argument < static_cast<int>(items.size())) {
        m_command.selectArgument(
            QString::fromStdString(quoteForShell(items[static_cast<std::size_t>(argument)])));
        m_command.setFocus();
    } else {
        Q_EMIT statusMessage(index.data(ConfigModel::OriginTextRole).toString());
    }
}

} // namespace fathom::app
