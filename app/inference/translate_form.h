// SPDX-License-Identifier: GPL-3.0-or-later
// Translation: a text at the left, its translation at the right line by line, and below what else the current
// line could be.
#pragma once

#include "app/inference/inference_form.h"
#include "engine/run/inference.h"

#include <QTimer>

#include <optional>
#include <vector>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTreeWidget;

namespace fathom::widgets {
class ChipFlow;
} // namespace fathom::widgets

namespace fathom::app {

class ProblemBar;
class TextInput;
class TranslateOptions;

class TranslateForm : public InferenceForm {
    Q_OBJECT
public:
    explicit TranslateForm(const FormServices& services, QWidget* parent = nullptr);
    ~TranslateForm() override;

    [[nodiscard]] bool takes(const QMimeData& mime) const override;
    void take(const QMimeData& mime) override;
    void setTokenizers(const NamedTokenizers& tokenizers) override;
    void addFiles(const QStringList& files);
    /// Translates the lines that are not translated yet.
    void translate();
    /// Of each line; nullopt while it is not translated.
    [[nodiscard]] const std::vector<std::optional<run::Translation>>& translations() const {
        return m_translations;
    }

private:
    QWidget* buildTexts();
    QWidget* buildBar();
    void chooseFiles();
    void textChanged();
    void optionsChanged();
    void translateNext();
    void translated(const std::vector<std::size_t>& lines,
                    const Result<std::vector<run::Translation>>& results);
    void showTranslations();
    void showCurrentLine();
    void markTarget(int line);
    void showTokens();
    void showState();
    void stop();
    void copy();
    void exportTexts();
    [[nodiscard]] QString shownTranslation() const;

    FormServices m_services;
    std::shared_ptr<const text::Tokenizer> m_tokenizer;
    QTimer m_delay;
    QStringList m_lines;
    std::vector<std::optional<run::Translation>> m_translations;
    bool m_isOn = false;
    int m_shownLine = -1;
    TranslateOptions* m_options;
    ProblemBar* m_problem;
    TextInput* m_source;
    QPlainTextEdit* m_target;
    widgets::ChipFlow* m_tokens;
    QLabel* m_caption;
    QTreeWidget* m_alternatives;
    QLabel* m_count;
    QPushButton* m_translate;
    QPushButton* m_stop;
    QPushButton* m_copy;
    QPushButton* m_export;
};

} // namespace fathom::app
