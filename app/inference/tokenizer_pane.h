// SPDX-License-Identifier: GPL-3.0-or-later
// The tokenizers of an archive, to be tried: a text and its pieces with their ids, and ids back to text.
// Needs no model.
#pragma once

#include "app/inference/archive_tokenizers.h"
#include "app/inference/tokenized_text.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace fathom::widgets {
class ChipFlow;
class ElidedLabel;
} // namespace fathom::widgets

namespace fathom::app {

class JobRunner;
class ProblemBar;
class TextInput;

class TokenizerPane : public QWidget {
    Q_OBJECT
public:
    explicit TokenizerPane(JobRunner& jobs, QWidget* parent = nullptr);
    void setTokenizers(NamedTokenizers tokenizers);
    void setText(const QString& text);
    /// Adds a tokenizer and chooses it: see readTokenizerFile().
    void openTokenizer(const QString& path);
    /// Trains one in a dialog of its own, and opens it.
    void train();
    /// Puts text files into the text.
    void addFiles(const QStringList& files);
    [[nodiscard]] const TokenizedText& shown() const { return m_shown; }

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    QWidget* buildBar();
    QWidget* buildDecoder();
    void choose();
    void chooseFiles();
    void chooseTokenizer();
    void fillChoice();
    void tokenizeText();
    void present(TokenizedText text);
    void decode();
    void markChip(int chip);
    void findChip();
    void copyIds();
    [[nodiscard]] std::shared_ptr<const text::Tokenizer> tokenizer() const;
    [[nodiscard]] QString idText() const;

    JobRunner& m_jobs;
    NamedTokenizers m_tokenizers;
    TokenizedText m_shown;
    QTimer m_delay;
    QComboBox* m_choice;
    widgets::ElidedLabel* m_about;
    ProblemBar* m_problem;
    TextInput* m_input;
    QLabel* m_summary;
    QLabel* m_unknown;
    widgets::ChipFlow* m_chips;
    QLineEdit* m_ids;
    QPlainTextEdit* m_decoded;
};

} // namespace fathom::app
