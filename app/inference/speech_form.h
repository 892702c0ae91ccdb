// SPDX-License-Identifier: GPL-3.0-or-later
// Speech: recordings are dropped, chosen or made, and heard one after the other.
#pragma once

#include "app/inference/inference_form.h"
#include "app/inference/transcript_model.h"
#include "widgets/sound_recorder.h"

#include <QTemporaryDir>
#include <QTimer>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTreeView;

namespace fathom::app {

class ProblemBar;
class RecordBar;
class SpeechOptions;
class TranscriptPane;

class SpeechForm : public InferenceForm {
    Q_OBJECT
public:
    explicit SpeechForm(const FormServices& services, QWidget* parent = nullptr);
    ~SpeechForm() override;

    [[nodiscard]] bool takes(const QMimeData& mime) const override;
    void take(const QMimeData& mime) override;
    /// Files, folders, manifests; see findRecordings().
    void add(const QStringList& paths);
    [[nodiscard]] const TranscriptModel& transcripts() const { return m_model; }

private:
    QWidget* buildBar();
    QWidget* buildList();
    void choose();
    void keep(const widgets::Samples& samples, int rate);
    void listen();
    void heard(const std::vector<int>& ids, const Result<std::vector<run::Transcript>>& transcripts);
    void repeatCurrent();
    void repeatAll();
    void stop();
    void removeCurrent();
    void showProgress(int first, double done, double all);
    void showState();
    void showCurrent();
    void copy();
    void exportTexts();
    [[nodiscard]] int currentRow() const;
    [[nodiscard]] std::vector<run::Transcript> done() const;

    FormServices m_services;
    TranscriptModel m_model;
    QTemporaryDir m_folder; ///< of what is recorded; goes with the form
    int m_recorded = 0;
    bool m_isOn = true; ///< false once stopped, until something new is to be heard
    int m_oneByOne = 0; ///< so many are asked for alone: one of them fails
    QString m_progress;
    QTimer m_optionsDelay;
    QStackedWidget* m_stack;
    ProblemBar* m_problem;
    QTreeView* m_table;
    TranscriptPane* m_pane;
    RecordBar* m_record;
    SpeechOptions* m_options;
    QPushButton* m_repeat;
    QPushButton* m_stop;
    QPushButton* m_copy;
    QPushButton* m_export;
    QLabel* m_count;
};

} // namespace fathom::app
