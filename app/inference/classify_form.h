// SPDX-License-Identifier: GPL-3.0-or-later
// Text classification: what is typed is classified while it is typed; sentences that are entered, pasted or
// dropped stay in a list.
#pragma once

#include "app/inference/inference_form.h"
#include "app/inference/sentence_model.h"

#include <QTimer>

class QLabel;
class QPushButton;
class QTreeView;

namespace fathom::widgets {
class ChipFlow;
class ShareBars;
} // namespace fathom::widgets

namespace fathom::app {

class ProblemBar;
class TextInput;

class ClassifyForm : public InferenceForm {
    Q_OBJECT
public:
    explicit ClassifyForm(const FormServices& services, QWidget* parent = nullptr);
    ~ClassifyForm() override;

    [[nodiscard]] bool takes(const QMimeData& mime) const override;
    void take(const QMimeData& mime) override;
    void setTokenizers(const NamedTokenizers& tokenizers) override;
    void add(const QStringList& lines);
    void addFiles(const QStringList& files);
    [[nodiscard]] const SentenceModel& sentences() const { return m_model; }

private:
    QWidget* buildInput();
    QWidget* buildList();
    void connectAll();
    void submit();
    void chooseFiles();
    void work();
    void classifyTyped();
    void classifyWaiting();
    void showTyped(const Result<std::vector<run::Classification>>& results);
    void showBars(const QString& of, const run::Classification& result);
    void showTokens(const QString& text);
    void showCurrent();
    void showState();
    void stop();
    void clear();
    void copy();
    void exportTable();
    [[nodiscard]] QString typed() const;

    FormServices m_services;
    SentenceModel m_model;
    std::shared_ptr<const text::Tokenizer> m_tokenizer;
    QTimer m_delay;
    bool m_wantsTyped = false; ///< what is typed is not classified yet
    bool m_isOn = true;        ///< false once stopped, until something new is added
    TextInput* m_input;
    QLabel* m_caption;
    widgets::ShareBars* m_bars;
    widgets::ChipFlow* m_tokens;
    ProblemBar* m_problem;
    QTreeView* m_table;
    QLabel* m_count;
    QPushButton* m_stop;
    QPushButton* m_copy;
    QPushButton* m_export;
    QPushButton* m_clear;
};

} // namespace fathom::app
