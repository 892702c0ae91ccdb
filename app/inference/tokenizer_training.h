// SPDX-License-Identifier: GPL-3.0-or-later
// Trains a tokenizer in a process of its own, `fathom-cli tokenizer train`: what SentencePiece has begun
// cannot be stopped otherwise.
#pragma once

#include "engine/base/result.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QStringList>

namespace fathom::app {

struct TrainingSettings {
    QStringList files{};                  ///< texts, a sentence a line, or manifests
    QString folder{};                     ///< that the tokenizer is written into
    QString type = QStringLiteral("bpe"); ///< unigram, bpe, char, word; wpe is BERT's WordPiece
    int vocabSize = 1024;
    double coverage = 1; ///< share of the characters that get a piece
    bool lowerCase = false;
    bool bos = false;
    bool eos = false;
    bool pad = false;
};

/// Of fathom-cli.
[[nodiscard]] QStringList trainingArguments(const TrainingSettings& settings);

/// GUI thread only.
class TokenizerTraining : public QObject {
    Q_OBJECT
public:
    /// `program` is fathom-cli; empty: the one beside this program.
    explicit TokenizerTraining(const QString& program = {}, QObject* parent = nullptr);
    /// Ends what runs.
    ~TokenizerTraining() override;

    void start(const TrainingSettings& settings);
    /// Ends it; nothing is written.
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }

Q_SIGNALS:
    void runningChanged(bool isRunning);
    void trained(const QString& folder, qint64 pieces, qint64 sentences);
    void failed(const QString& why);

private:
    void finish(int code);
    QProcess m_process;
    QString m_program;
    bool m_isCancelled = false;
};

} // namespace fathom::app
