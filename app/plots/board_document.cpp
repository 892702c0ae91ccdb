// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_document.h"

#include "app/bridge/job_runner.h"
#include "app/plots/board_files.h"
#include "app/shell/app_context.h"

#include <algorithm>

namespace fathom::app {

namespace {
constexpr int kSaveMs = 500; // after the last change
constexpr qint64 kOneEditMs = 1000;
constexpr std::size_t kMostUndo = 100;
} // namespace

BoardDocument::BoardDocument(AppContext& context, BoardSpec standard, QObject* parent)
    : QObject(parent),
      m_context(context),
      m_standard(std::move(standard)),
      m_spec(m_standard),
      m_wantedName(m_standard.name) {
    m_save.setSingleShot(true);
    m_save.setInterval(kSaveMs);
    connect(&m_save, &QTimer::timeout, this, &BoardDocument::save);
    load();
}

BoardDocument::~BoardDocument() {
    // The window closes and takes the job threads with it; the file is small.
    if (m_dirty) (void)saveBoard(m_context.workspace(), m_spec);
}

void BoardDocument::load() {
    m_context.jobs().run(
        {}, this,
        [workspace = m_context.workspace()](const std::stop_token&) { return loadBoards(workspace); },
        [this](StoredBoards stored) {
            m_loaded = true;
            m_others = std::move(stored.boards);
            for (const Error& error : stored.errors)
                Q_EMIT failed(error);
            if (m_dirty) // edited meanwhile: that is the newer one
                std::erase_if(m_others, [this](const BoardSpec& board) { return board.name == m_spec.name; });
            else
                open(m_wantedName);
            Q_EMIT boardsChanged();
        });
}

QStringList BoardDocument::names() const {
    QStringList names;
    for (const BoardSpec& board : m_others)
        names.append(board.name);
    names.append(m_spec.name);
    names.removeAll(m_standard.name);
    names.sort(Qt::CaseInsensitive);
    names.removeDuplicates();
    names.prepend(m_standard.name);
    return names;
}

void BoardDocument::open(const QString& name) {
    m_wantedName = name.isEmpty() ? m_standard.name : name;
    if (!m_loaded) return;
    const auto found = std::find_if(m_others.begin(), m_others.end(),
                                    [this](const BoardSpec& board) { return board.name == m_wantedName; });
    if (found == m_others.end()) {
        if (m_spec.name != m_wantedName && m_wantedName == m_standard.name) show(m_standard);
        return;
    }
    BoardSpec next = std::move(*found);
    m_others.erase(found);
    show(std::move(next));
}

void BoardDocument::adopt(BoardSpec spec) {
    if (spec.name == m_spec.name) return edit({}, [&](BoardSpec& board) { board = std::move(spec); });
    m_wantedName = spec.name;
    std::erase_if(m_others, [&](const BoardSpec& board) { return board.name == spec.name; });
    show(std::move(spec));
    scheduleSave();
}

void BoardDocument::show(BoardSpec spec) {
    if (m_dirty) save();
    const bool another = spec.name != m_spec.name;
    if (another) m_others.push_back(std::move(m_spec));
    m_spec = std::move(spec);
    m_undo.clear();
    Q_EMIT boardsChanged();
    Q_EMIT changed();
}

void BoardDocument::edit(const QString& key, const std::function<void(BoardSpec&)>& change) {
    BoardSpec before = m_spec;
    change(m_spec);
    if (m_spec == before) return;
    const bool goesOn = !key.isEmpty() && key == m_lastKey && m_lastEdit.isValid() &&
                        m_lastEdit.elapsed() < kOneEditMs && !m_undo.empty();
    if (!goesOn) m_undo.push_back(std::move(before));
    if (m_undo.size() > kMostUndo) m_undo.erase(m_undo.begin());
    m_lastKey = key;
    m_lastEdit.start();
    scheduleSave();
    Q_EMIT changed();
}

void BoardDocument::editPlot(const QString& key, const PlotPanel& panel,
                             const std::function<void(PlotSpec&)>& change) {
    edit(key, [&](BoardSpec& board) {
        if (panel.spec >= 0) return change(board.plots[static_cast<std::size_t>(panel.spec)]);
        const QString metric = panel.metrics.value(0);
        PlotSpec plot = board.rest.contains(metric) ? board.rest[metric] : PlotSpec{};
        const PlotSpec before = plot;
        change(plot);
        if (!(plot == before)) board.rest[metric] = plot;
    });
}

void BoardDocument::removePlot(const PlotPanel& panel) {
    if (panel.spec < 0) return editPlot({}, panel, [](PlotSpec& plot) { plot.hidden = true; });
    edit({}, [&](BoardSpec& board) { board.plots.erase(board.plots.begin() + panel.spec); });
}

void BoardDocument::movePlot(const PlotPanel& panel, int by) {
    edit({}, [&](BoardSpec& board) {
        if (panel.spec < 0) {
            const QString metric = panel.metrics.value(0);
            PlotSpec plot = board.rest.contains(metric) ? board.rest[metric] : PlotSpec{};
            plot.title = panel.title;
            plot.metrics = panel.metrics;
            board.rest.erase(metric);
            board.plots.push_back(std::move(plot));
            return;
        }
        const int to = std::clamp(panel.spec + by, 0, static_cast<int>(board.plots.size()) - 1);
        PlotSpec plot = std::move(board.plots[static_cast<std::size_t>(panel.spec)]);
        board.plots.erase(board.plots.begin() + panel.spec);
        board.plots.insert(board.plots.begin() + to, std::move(plot));
    });
}

void BoardDocument::undo() {
    if (m_undo.empty()) return;
    m_spec = std::move(m_undo.back());
    m_undo.pop_back();
    m_lastKey.clear();
    scheduleSave();
    Q_EMIT changed();
}

void BoardDocument::reset() {
    edit({}, [this](BoardSpec& board) {
        const QString name = board.name;
        board = m_standard;
        board.name = name;
    });
}

void BoardDocument::saveAs(const QString& name) {
    if (m_dirty) save();
    BoardSpec copy = m_spec;
    copy.name = name;
    std::erase_if(m_others, [&](const BoardSpec& board) { return board.name == name; });
    show(std::move(copy));
    scheduleSave();
}

void BoardDocument::removeBoard() {
    const QString name = m_spec.name;
    m_save.stop();
    m_dirty = false;
    if (name == m_standard.name) {
        show(m_standard);
    } else {
        open(m_standard.name);
        std::erase_if(m_others, [&](const BoardSpec& board) { return board.name == name; });
    }
    m_context.jobs().run(
        QStringLiteral("board.") + name, this,
        [workspace = m_context.workspace(), name](const std::stop_token&) {
            return app::removeBoard(workspace, name);
        },
        [this](const Status& status) {
            if (!status) Q_EMIT failed(status.error());
        });
    Q_EMIT boardsChanged();
}

void BoardDocument::scheduleSave() {
    m_dirty = true;
    m_save.start();
}

void BoardDocument::save() {
    m_save.stop();
    m_dirty = false;
    m_context.jobs().run(
        QStringLiteral("board.") + m_spec.name, this,
        [workspace = m_context.workspace(), spec = m_spec](const std::stop_token&) {
            return saveBoard(workspace, spec);
        },
        [this](const Status& status) {
            if (!status) Q_EMIT failed(status.error());
        });
}

} // namespace fathom::app
