// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/speech_form.h"

#include "app/bridge/job_runner.h"
#include "app/bridge/post.h"
#include "app/inference/form_parts.h"
#include "app/inference/model_session.h"
#include "app/inference/problem_bar.h"
#include "app/inference/record_bar.h"
#include "app/inference/recording_files.h"
#include "app/inference/speech_options.h"
#include "app/inference/transcript_export.h"
#include "app/inference/transcript_pane.h"
#include "app/samples/clip_pane.h"
#include "engine/base/file.h"
#include "widgets/empty_state.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>

#include <cmath>

namespace fathom::app {

using State = Recording::State;
using Transcripts = std::vector<run::Transcript>;
using widgets::formatCount;
using widgets::formatDuration;
using widgets::kGrid;

namespace {

constexpr int kAtOnce = 4;
constexpr int kOptionsDelayMs = 400;
constexpr double kLongSeconds = 30; // of sound, from which on it is said how far it is

} // namespace

SpeechForm::SpeechForm(const FormServices& services, QWidget* parent)
    : InferenceForm(parent),
      m_services(services),
      m_stack(new QStackedWidget),
      m_problem(new ProblemBar),
      m_table(new QTreeView),
      m_pane(new TranscriptPane(services.jobs)),
      m_record(new RecordBar),
      m_options(new SpeechOptions),
      m_repeat(formButton("refresh", tr("Hear all again"),
                          tr("Transcribe all of them again, with these options"))),
      m_stop(formButton("stop", tr("Stop"), tr("Stop transcribing; what is waiting stays in the list"))),
      m_copy(formButton("copy", tr("Copy"), tr("Copy the texts, one a line"))),
      m_export(
          formButton("export", tr("Export…"), tr("Write a manifest, a table, or words with their times"))),
      m_count(new QLabel) {
    auto* const empty = new widgets::EmptyState;
    empty->set(QStringLiteral("microphone"), tr("Nothing to listen to yet"),
               tr("Drop recordings, folders of them or a manifest here, choose some, or press Record and "
                  "speak."));
    empty->setButton(tr("Choose recordings…"), QStringLiteral("open"));
    m_stack->addWidget(empty);
    m_stack->addWidget(buildList());
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(buildBar());
    layout->addWidget(m_options);
    layout->addWidget(m_problem);
    layout->addWidget(m_stack, 1);
    layout->addLayout(formFooter(m_count, {m_copy, m_export}));
    m_optionsDelay.setSingleShot(true);
    m_optionsDelay.setInterval(kOptionsDelayMs);
    connect(empty, &widgets::EmptyState::buttonClicked, this, &SpeechForm::choose);
    connect(&m_optionsDelay, &QTimer::timeout, this, &SpeechForm::repeatCurrent);
    connect(m_options, &SpeechOptions::changed, &m_optionsDelay, qOverload<>(&QTimer::start));
    connect(m_record, &RecordBar::recorded, this, &SpeechForm::keep);
    connect(m_record, &RecordBar::failed, m_problem, qOverload<const QString&>(&ProblemBar::present));
    connect(m_repeat, &QPushButton::clicked, this, &SpeechForm::repeatAll);
    connect(m_stop, &QPushButton::clicked, this, &SpeechForm::stop);
    connect(m_copy, &QPushButton::clicked, this, &SpeechForm::copy);
    connect(m_export, &QPushButton::clicked, this, &SpeechForm::exportTexts);
    showState();
}

SpeechForm::~SpeechForm() {
    m_services.session.stop();
}

QWidget* SpeechForm::buildBar() {
    auto* const choose = formButton("open", tr("Choose recordings…"), tr("Choose recordings to transcribe"));
    setFocusProxy(choose);
    connect(choose, &QPushButton::clicked, this, &SpeechForm::choose);
    return formBar({choose, m_record, optionsButton(m_options, tr("How recordings are decoded"))},
                   {m_stop, m_repeat});
}

QWidget* SpeechForm::buildList() {
    m_table->setModel(&m_model);
    m_table->setAccessibleName(tr("Recordings"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setItemDelegate(new widgets::RowDelegate(m_table));
    m_table->header()->resizeSection(TranscriptModel::NameColumn, 24 * kGrid);
    auto* const remove = new QAction(tr("Remove from the list"), m_table);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    auto* const copyAction = new QAction(tr("Copy text"), m_table);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    auto* const play = new QAction(tr("Play"), m_table);
    play->setShortcut(Qt::Key_Space);
    play->setShortcutContext(Qt::WidgetShortcut);
    m_table->addActions({play, copyAction, remove});
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(remove, &QAction::triggered, this, &SpeechForm::removeCurrent);
    connect(play, &QAction::triggered, this, [this] { m_pane->clip().togglePlay(); });
    connect(copyAction, &QAction::triggered, this, [this] {
        if (const int row = currentRow(); row >= 0)
            QGuiApplication::clipboard()->setText(QString::fromStdString(m_model.at(row).transcript.text));
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &SpeechForm::showCurrent);
    auto* const splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGrid);
    splitter->addWidget(m_table);
    splitter->addWidget(m_pane);
    splitter->setSizes({20 * kGrid, 50 * kGrid});
    splitter->setStretchFactor(1, 1);
    return splitter;
}

bool SpeechForm::takes(const QMimeData& mime) const {
    return !recordingPathsIn(mime).isEmpty();
}

void SpeechForm::take(const QMimeData& mime) {
    add(recordingPathsIn(mime));
}

void SpeechForm::choose() {
    const QStringList files =
        QFileDialog::getOpenFileNames(this, tr("Transcribe recordings"), QString(), recordingFilter());
    if (!files.isEmpty()) add(files);
}

void SpeechForm::add(const QStringList& paths) {
    m_services.jobs.run(
        QString(), this, [paths](const std::stop_token& stop) { return findRecordings(paths, stop); },
        [this](const Result<QStringList>& files) {
            if (!files) return m_problem->present(files.error());
            m_problem->hide();
            const int first = m_model.size();
            m_model.add(*files);
            m_table->setCurrentIndex(m_model.index(first, 0));
            m_isOn = true;
            listen();
        });
}

/// What was recorded becomes a file, which is what a model listens to.
void SpeechForm::keep(const widgets::Samples& samples, int rate) {
    const QString name = tr("Recording %1").arg(++m_recorded);
    const QString file = m_folder.filePath(QStringLiteral("recording_%1.wav").arg(m_recorded));
    m_services.jobs.run(
        QString(), this,
        [file, sound = Sound{.samples = samples, .rate = rate}](const std::stop_token&) {
            return writeSoundFile(file.toStdString(), sound);
        },
        [this, file, name](const Status& status) {
            if (!status) return m_problem->present(status.error());
            m_problem->hide();
            m_model.add(file, name);
            m_table->setCurrentIndex(m_model.index(m_model.size() - 1, 0));
            m_isOn = true;
            listen();
        });
}

/// Asks for the next few that wait, the one in sight before all others.
void SpeechForm::listen() {
    showState();
    if (!m_isOn || m_model.count(State::Working) > 0) return;
    const std::vector<int> rows = m_model.waiting(m_oneByOne > 0 ? 1 : kAtOnce, currentRow());
    if (rows.empty()) return;
    std::vector<std::filesystem::path> files;
    std::vector<int> ids;
    for (const int row : rows) {
        ids.push_back(m_model.at(row).id);
        files.emplace_back(m_model.at(row).file.toStdString());
        m_model.setState(row, State::Working);
    }
    run::TranscribeOptions options = m_options->options();
    options.progress = [jobs = &m_services.jobs, self = QPointer(this), id = ids.front()](double done,
                                                                                          double all) {
        post(jobs, [=] {
            if (self) self->showProgress(id, done, all);
        });
    };
    m_progress.clear();
    m_services.session.ask<Transcripts>(
        [files, options](run::Inference& model, const std::stop_token& stop) {
            return model.transcribe(files, options, stop);
        },
        [self = QPointer(this), ids](const Result<Transcripts>& transcripts) {
            if (self) self->heard(ids, transcripts);
        });
    showState();
}

void SpeechForm::heard(const std::vector<int>& ids, const Result<Transcripts>& transcripts) {
    if (!transcripts && ids.size() > 1) {
        m_oneByOne = static_cast<int>(ids.size()); // which of them it is
        m_model.putBack();
        return listen();
    }
    m_oneByOne = std::max(0, m_oneByOne - 1);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!transcripts)
            m_model.fail(ids[i], transcripts.error());
        else if (i < transcripts->size())
            m_model.finish(ids[i], (*transcripts)[i]);
    }
    m_model.putBack(); // those it gave no text for
    showCurrent();
    listen();
}

void SpeechForm::repeatCurrent() {
    const int row = currentRow();
    if (row < 0) return;
    m_services.session.stop();
    m_model.putBack();
    m_model.setState(row, State::Waiting);
    m_isOn = true;
    listen();
}

void SpeechForm::repeatAll() {
    m_services.session.stop();
    m_model.repeatAll();
    m_isOn = true;
    listen();
}

void SpeechForm::stop() {
    m_isOn = false;
    m_services.session.stop();
    m_model.putBack();
    showState();
}

void SpeechForm::removeCurrent() {
    m_model.remove(currentRow());
    showCurrent();
    showState();
}

int SpeechForm::currentRow() const {
    return m_table->currentIndex().row();
}

void SpeechForm::showCurrent() {
    const int row = currentRow();
    m_pane->show(row < 0 ? nullptr : &m_model.at(row));
}

/// Of those that `first` was asked for with; what they are a part of may have been stopped.
void SpeechForm::showProgress(int first, double done, double all) {
    if (all < kLongSeconds || !m_model.isWorkingAt(first)) return;
    m_progress = tr(" · %1 of %2").arg(formatDuration(std::floor(done)), formatDuration(std::ceil(all)));
    showState();
}

void SpeechForm::showState() {
    const int all = m_model.size();
    const int finished = m_model.count(State::Done);
    const int failed = m_model.count(State::Failed);
    const bool isWorking = m_model.count(State::Working) > 0;
    m_stack->setCurrentIndex(all > 0 ? 1 : 0);
    QString text = all == 0 ? QString()
                   : finished + failed == all
                       ? tr("%1 heard").arg(formatCount(finished))
                       : tr("%1 of %2 heard").arg(formatCount(finished), formatCount(all));
    if (failed > 0) text += tr(" · %1 failed").arg(formatCount(failed));
    if (isWorking) text += m_progress;
    m_count->setText(text);
    m_stop->setVisible(isWorking);
    m_repeat->setVisible(all > 0 && !isWorking);
    for (QPushButton* const it : {m_copy, m_export}) {
        it->setVisible(all > 0);
        it->setEnabled(finished > 0);
    }
}

Transcripts SpeechForm::done() const {
    Transcripts transcripts;
    for (int row = 0; row < m_model.size(); ++row)
        if (m_model.at(row).state == State::Done) transcripts.push_back(m_model.at(row).transcript);
    return transcripts;
}

void SpeechForm::copy() {
    QStringList lines;
    const Transcripts transcripts = done();
    for (const run::Transcript& transcript : transcripts)
        lines.append(QString::fromStdString(transcript.text));
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
    Q_EMIT statusMessage(lines.size() == 1 ? tr("Text copied")
                                           : tr("%1 texts copied").arg(formatCount(lines.size())));
}

void SpeechForm::exportTexts() {
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Export transcripts"), QStringLiteral("transcripts.json"),
        tr("Manifest (*.json);;Table (*.tsv);;Words with their times (*.ctm);;All files (*)"));
    if (file.isEmpty()) return;
    m_services.jobs.run(
        QString(), this,
        [file, transcripts = done()](const std::stop_token&) {
            return writeFileAtomically(file.toStdString(),
                                       formatTranscripts(transcripts, transcriptFormatOf(file)));
        },
        [this, file](const Status& status) {
            if (!status) return m_problem->present(status.error());
            Q_EMIT statusMessage(tr("Wrote %1").arg(file));
        });
}

} // namespace fathom::app
