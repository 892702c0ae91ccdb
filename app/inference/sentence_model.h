// SPDX-License-Identifier: GPL-3.0-or-later
// Sentences and the classes a model puts them into, in the order they came.
#pragma once

#include "engine/base/result.h"
#include "engine/run/inference.h"

#include <QAbstractTableModel>
#include <QStringList>

#include <optional>
#include <vector>

namespace fathom::app {

struct Sentence {
    enum class State { Waiting, Working, Done, Failed };
    QString text{};
    std::optional<std::int64_t> expected{}; ///< label that a line of NeMo's data files ends with
    State state = State::Waiting;
    run::Classification result{}; ///< Done
    QString problem{};            ///< Failed
};

/// "text, tab, number" is a sentence with its label, as NeMo's data files have it; anything else is a text.
[[nodiscard]] Sentence parseSentence(const QString& line);
/// Of a class: its name, or "class 3".
[[nodiscard]] QString classText(const run::Classification& result);

/// GUI thread only.
class SentenceModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { TextColumn, ClassColumn, ProbabilityColumn, ExpectedColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void add(std::vector<Sentence> sentences);
    void clear();
    [[nodiscard]] const Sentence& at(int row) const { return m_sentences[static_cast<std::size_t>(row)]; }
    [[nodiscard]] int size() const { return static_cast<int>(m_sentences.size()); }
    /// So many from the first that waits on; they count as being worked at from now on.
    [[nodiscard]] std::vector<int> takeWaiting(int most);
    /// Of rows that were taken.
    void finish(int row, const run::Classification& result);
    void fail(int row, const Error& error);
    /// What is being worked at waits again.
    void putBack();
    [[nodiscard]] int doneCount() const { return m_done; }
    [[nodiscard]] int failedCount() const { return m_failed; }
    /// Of the sentences with a label that are done: how many, and how many are right.
    [[nodiscard]] int labelledCount() const { return m_labelled; }
    [[nodiscard]] int rightCount() const { return m_right; }
    [[nodiscard]] bool hasLabels() const { return m_hasLabels; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void set(int row, Sentence::State state);
    [[nodiscard]] QString text(const Sentence& sentence, int column) const;

    std::vector<Sentence> m_sentences;
    int m_firstWaiting = 0; ///< nothing before it waits
    int m_done = 0;
    int m_failed = 0;
    int m_labelled = 0;
    int m_right = 0;
    bool m_hasLabels = false;
};

/// Rows as tab-separated values: text, class, probability, and the label where there is one.
[[nodiscard]] QString sentencesAsTsv(const SentenceModel& model);

} // namespace fathom::app
