// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of a vocabulary file or a SentencePiece model, as a table.
#pragma once

#include <QAbstractTableModel>
#include <QString>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace fathom::app {

struct VocabularyEntry {
    QString token{};
    std::optional<double> score{};
    QString type{}; ///< SentencePiece: "normal", "unknown", "control", …

    friend bool operator==(const VocabularyEntry& a, const VocabularyEntry& b) = default;
};

using Vocabulary = std::vector<VocabularyEntry>;

/// One token a line, its index being the line; behind a tab a score, as SentencePiece writes `.vocab`.
/// Nothing when the bytes are no UTF-8 text. Any thread.
[[nodiscard]] std::optional<Vocabulary> parseVocabulary(std::span<const std::byte> bytes);

/// The pieces of a SentencePiece `.model`, a protocol buffer:
/// https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto. Nothing when the bytes
/// are none, or are cut. Any thread.
[[nodiscard]] std::optional<Vocabulary> parseSentencePieces(std::span<const std::byte> bytes);

/// Index | Token | Score | Type; the last two where an entry has them. GUI thread only.
class VocabularyModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { IndexColumn, TokenColumn, ScoreColumn, TypeColumn, ColumnCount };
    enum Role { SortRole = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;
    void setVocabulary(Vocabulary vocabulary);
    [[nodiscard]] bool hasScores() const { return m_hasScores; }
    [[nodiscard]] bool hasTypes() const { return m_hasTypes; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    Vocabulary m_vocabulary;
    bool m_hasScores = false;
    bool m_hasTypes = false;
};

} // namespace fathom::app
