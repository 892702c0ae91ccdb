// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/transcript_model.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QFileInfo>
#include <QIcon>

#include <algorithm>

namespace fathom::app {

using State = Recording::State;

void TranscriptModel::add(const QStringList& files) {
    if (files.isEmpty()) return;
    beginInsertRows({}, size(), size() + static_cast<int>(files.size()) - 1);
    for (const QString& file : files)
        m_recordings.push_back({.id = m_nextId++, .file = file, .name = QFileInfo(file).fileName()});
    endInsertRows();
}

void TranscriptModel::add(const QString& file, const QString& name) {
    beginInsertRows({}, size(), size());
    m_recordings.push_back({.id = m_nextId++, .file = file, .name = name});
    endInsertRows();
}

void TranscriptModel::remove(int row) {
    if (row < 0 || row >= size()) return;
    beginRemoveRows({}, row, row);
    m_recordings.erase(m_recordings.begin() + row);
    endRemoveRows();
}

void TranscriptModel::clear() {
    beginResetModel();
    m_recordings.clear();
    endResetModel();
}

int TranscriptModel::count(State state) const {
    return static_cast<int>(std::count_if(m_recordings.begin(), m_recordings.end(),
                                          [state](const Recording& it) { return it.state == state; }));
}

std::vector<int> TranscriptModel::waiting(int most, int wanted) const {
    std::vector<int> rows;
    if (wanted >= 0 && wanted < size() && at(wanted).state == State::Waiting) rows.push_back(wanted);
    for (int row = 0; row < size() && static_cast<int>(rows.size()) < most; ++row)
        if (row != wanted && at(row).state == State::Waiting) rows.push_back(row);
    return rows;
}

int TranscriptModel::rowOf(int id) const {
    const auto it = std::find_if(m_recordings.begin(), m_recordings.end(),
                                 [id](const Recording& recording) { return recording.id == id; });
    return it == m_recordings.end() ? -1 : static_cast<int>(it - m_recordings.begin());
}

bool TranscriptModel::isWorkingAt(int id) const {
    const int row = rowOf(id);
    return row >= 0 && at(row).state == State::Working;
}

void TranscriptModel::tell(int row) {
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void TranscriptModel::setState(int row, State state) {
    m_recordings[static_cast<std::size_t>(row)].state = state;
    tell(row);
}

void TranscriptModel::finish(int id, const run::Transcript& transcript) {
    const int row = rowOf(id);
    if (row < 0) return;
    m_recordings[static_cast<std::size_t>(row)].transcript = transcript;
    setState(row, State::Done);
}

void TranscriptModel::fail(int id, const Error& error) {
    const int row = rowOf(id);
    if (row < 0) return;
    m_recordings[static_cast<std::size_t>(row)].problem = QString::fromStdString(error.message());
    setState(row, State::Failed);
}

void TranscriptModel::putBack() {
    for (int row = 0; row < size(); ++row)
        if (at(row).state == State::Working) setState(row, State::Waiting);
}

void TranscriptModel::repeatAll() {
    for (int row = 0; row < size(); ++row)
        setState(row, State::Waiting);
}

int TranscriptModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : size();
}

int TranscriptModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString TranscriptModel::text(const Recording& recording) const {
    switch (recording.state) {
    case State::Waiting:
        return recording.transcript.audioFile.empty() ? tr("waiting") : tr("waiting to be heard again");
    case State::Working:
        return tr("listening…");
    case State::Failed:
        return recording.problem;
    case State::Done:
        break;
    }
    return recording.transcript.text.empty() ? tr("(nothing heard)")
                                             : QString::fromStdString(recording.transcript.text);
}

QVariant TranscriptModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Recording& recording = at(index.row());
    const bool isName = index.column() == NameColumn;
    switch (role) {
    case Qt::DisplayRole:
        return isName ? recording.name : text(recording);
    case Qt::ToolTipRole:
        return isName ? recording.file : text(recording);
    case Qt::DecorationRole:
        if (!isName || recording.state != State::Failed) return {};
        return widgets::icon(QStringLiteral("error"), widgets::colorsFor(QApplication::palette()).error);
    case Qt::ForegroundRole: {
        const widgets::Colors& colors = widgets::colorsFor(QApplication::palette());
        if (isName) return {};
        if (recording.state == State::Failed) return colors.error;
        const bool isText = recording.state == State::Done && !recording.transcript.text.empty();
        return isText ? QVariant() : QVariant(colors.muted);
    }
    default:
        return {};
    }
}

QVariant TranscriptModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == NameColumn ? tr("Recording") : tr("Text");
}

} // namespace fathom::app
