// SPDX-License-Identifier: GPL-3.0-or-later
// A trained model to be tried: it is restored in the background when the pane is first shown, and asked by
// the form of its family; beside it the tokenizers of its archive. Shared by the pages.
#pragma once

#include "app/inference/archive_tokenizers.h"
#include "app/inference/restore_model.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QLabel;
class QMimeData;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTabWidget;

namespace fathom::widgets {
class ElidedLabel;
class EmptyState;
class ScrollPage;
} // namespace fathom::widgets

namespace fathom::app {

class InferenceForm;
class JobRunner;
class ModelSession;
class TokenizerPane;

class InferencePane : public QWidget {
    Q_OBJECT
public:
    explicit InferencePane(JobRunner& jobs, RestoreModel restore = restoreByTorch(),
                           QWidget* parent = nullptr);
    ~InferencePane() override;

    /// A `.nemo` or a checkpoint; the same one again: it has changed on disk. `note` is said beside its name:
    /// "without the edits that are not saved".
    void setFile(const std::filesystem::path& file, const QString& note = {});
    void setNote(const QString& note);
    /// Restores the model; showing the pane does so the first time.
    void open();
    /// Whether its form takes what is dragged. Before the model is there everything that some form takes.
    [[nodiscard]] bool takes(const QMimeData& mime) const;
    /// For the form, as soon as there is one.
    void take(const QMimeData& mime);
    [[nodiscard]] ModelSession& session() const { return *m_session; }
    /// Null while there is none.
    [[nodiscard]] InferenceForm* form() const { return m_form; }
    [[nodiscard]] TokenizerPane& tokenizers() const { return *m_tokenizers; }
    [[nodiscard]] QTabWidget& tabs() const { return *m_tabs; }
    /// How long the model stays in memory once the pane is out of sight.
    void setPatience(int milliseconds) { m_letGo.setInterval(milliseconds); }

Q_SIGNALS:
    void statusMessage(const QString& text);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* buildHeader();
    void readTokenizers();
    void showState();
    /// False, said in its place, where the model's family has none.
    bool showForm();
    void showProblem();
    void buttonClicked();
    void copyProblem();

    JobRunner& m_jobs;
    ModelSession* m_session;
    QString m_note;
    QTimer m_letGo;
    bool m_wasOpened = false;
    std::unique_ptr<QMimeData> m_dropped; ///< before there was a form
    NamedTokenizers m_found;
    InferenceForm* m_form = nullptr;
    QLabel* m_title;
    widgets::ElidedLabel* m_about;
    QProgressBar* m_progress;
    QPushButton* m_button;
    QPushButton* m_copy;
    QTabWidget* m_tabs;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_state;
    TokenizerPane* m_tokenizers;
    widgets::ScrollPage* m_tokenizerPage;
};

} // namespace fathom::app
