// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings and what a model heard in them, in the order they came.
#pragma once

#include "engine/base/result.h"
#include "engine/run/inference.h"

#include <QAbstractTableModel>
#include <QStringList>

#include <vector>

namespace fathom::app {

struct Recording {
    enum class State { Waiting, Working, Done, Failed };
    int id = 0; ///< stays while rows go
    QString file{};
    QString name{};
    State state = State::Waiting;
    run::Transcript transcript{}; ///< Done; stays while it is made again
    QString problem{};            ///< Failed
};

/// GUI thread only.
class TranscriptModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, TextColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void add(const QStringList& files);
    /// One with a name of its own.
    void add(const QString& file, const QString& name);
    void remove(int row);
    void clear();
    [[nodiscard]] const Recording& at(int row) const { return m_recordings[static_cast<std::size_t>(row)]; }
    [[nodiscard]] int size() const { return static_cast<int>(m_recordings.size()); }
    [[nodiscard]] int count(Recording::State state) const;
    [[nodiscard]] bool isWorkingAt(int id) const;
    /// The first rows that wait, `most` at most; `wanted` before all others where it waits.
    [[nodiscard]] std::vector<int> waiting(int most, int wanted) const;

    void setState(int row, Recording::State state);
    void finish(int id, const run::Transcript& transcript);
    void fail(int id, const Error& error);
    /// All rows that are being worked at wait again.
    void putBack();
    /// Everything waits again.
    void repeatAll();

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] int rowOf(int id) const;
    void tell(int row);
    [[nodiscard]] QString text(const Recording& recording) const;

    std::vector<Recording> m_recordings;
    int m_nextId = 1;
};

} // namespace fathom::app
