// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/inference_pane.h"

#include "app/bridge/job_runner.h"
#include "app/inference/form_parts.h"
#include "app/inference/forms.h"
#include "app/inference/model_session.h"
#include "app/inference/recording_files.h"
#include "app/inference/text_input.h"
#include "app/inference/tokenizer_pane.h"
#include "app/models/config_problem.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/scroll_page.h"
#include "widgets/tab_order.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QDragEnterEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

using State = ModelSession::State;
using widgets::kGrid;

namespace {

constexpr int kPatienceMs = 120'000;

/// Archives are the page's to open.
bool isArchive(const QMimeData& data) {
    const QStringList files = localFilesIn(data);
    return std::any_of(files.begin(), files.end(), [](const QString& file) {
        return file.endsWith(QStringLiteral(".nemo"), Qt::CaseInsensitive) ||
               file.endsWith(QStringLiteral(".ckpt"), Qt::CaseInsensitive);
    });
}

std::unique_ptr<QMimeData> copyOf(const QMimeData& data) {
    auto copy = std::make_unique<QMimeData>();
    if (data.hasUrls()) copy->setUrls(data.urls());
    if (data.hasText()) copy->setText(data.text());
    return copy;
}

} // namespace

InferencePane::InferencePane(JobRunner& jobs, RestoreModel restore, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_session(new ModelSession(jobs, std::move(restore), this)),
      m_title(new QLabel),
      m_about(new widgets::ElidedLabel),
      m_progress(new QProgressBar),
      m_button(formButton("play", QString(), QString())),
      m_copy(formButton("copy", tr("Copy details"), tr("Copy what went wrong"))),
      m_tabs(new QTabWidget),
      m_stack(new QStackedWidget),
      m_state(new widgets::EmptyState),
      m_tokenizers(new TokenizerPane(jobs)),
      m_tokenizerPage(new widgets::ScrollPage(m_tokenizers)) {
    m_stack->addWidget(m_state);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(new widgets::ScrollPage(m_stack), tr("Model"));
    for (QWidget* const page : {static_cast<QWidget*>(m_stack), static_cast<QWidget*>(m_tokenizers)})
        page->setContentsMargins(0, kGrid, 0, 0);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(buildHeader());
    layout->addWidget(m_tabs, 1);
    m_tokenizerPage->setParent(this); // until it is a tab
    m_tokenizerPage->hide();
    setAcceptDrops(true);
    setFocusPolicy(Qt::ClickFocus); // until there is a form, which gets the focus then
    m_letGo.setSingleShot(true);
    m_letGo.setInterval(kPatienceMs);
    connect(&m_letGo, &QTimer::timeout, m_session, &ModelSession::letGo);
    connect(m_session, &ModelSession::changed, this, &InferencePane::showState);
    connect(m_session, &ModelSession::busyChanged, this, &InferencePane::showState);
    connect(m_button, &QPushButton::clicked, this, &InferencePane::buttonClicked);
    connect(m_state, &widgets::EmptyState::buttonClicked, this, &InferencePane::buttonClicked);
    connect(m_copy, &QPushButton::clicked, this, &InferencePane::copyProblem);
    connect(m_tokenizers, &TokenizerPane::statusMessage, this, &InferencePane::statusMessage);
    showState();
}

InferencePane::~InferencePane() {
    m_session->disconnect(this); // its end is nobody's news
    delete m_form;               // it speaks to the session
}

QWidget* InferencePane::buildHeader() {
    m_title->setFont(widgets::titleFont(font()));
    m_title->setTextFormat(Qt::PlainText);
    m_about->setMuted(true);
    m_about->setElideMode(Qt::ElideMiddle);
    m_progress->setRange(0, 0); // nobody knows how far a restore is
    m_progress->setFixedWidth(12 * kGrid);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("The model is at work"));
    auto* const header = new QWidget;
    auto* const row = new QHBoxLayout(header);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    row->addWidget(m_title);
    row->addWidget(m_about, 1);
    row->addWidget(m_progress);
    row->addWidget(m_copy);
    row->addWidget(m_button);
    return header;
}

void InferencePane::setFile(const std::filesystem::path& file, const QString& note) {
    m_note = note;
    m_wasOpened = false;
    setFocusProxy(nullptr);
    delete std::exchange(m_form, nullptr);
    m_session->setFile(file);
    readTokenizers();
    showState();
    if (isVisible()) open();
}

void InferencePane::setNote(const QString& note) {
    m_note = note;
    showState();
}

void InferencePane::open() {
    m_wasOpened = true;
    m_session->open();
}

void InferencePane::readTokenizers() {
    m_jobs.run(
        QStringLiteral("inference.tokenizers.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [file = m_session->file()](const std::stop_token&) { return app::readTokenizers(file); },
        [this](const Result<NamedTokenizers>& found) {
            m_found = found ? *found : NamedTokenizers();
            m_tokenizers->setTokenizers(m_found);
            if (m_form) m_form->setTokenizers(m_found);
            const int at = m_tabs->indexOf(m_tokenizerPage);
            if (!m_found.empty() && at < 0) m_tabs->addTab(m_tokenizerPage, tr("Tokenizer"));
            if (m_found.empty() && at >= 0) m_tabs->removeTab(at);
            if (!found) Q_EMIT statusMessage(QString::fromStdString(found.error().message()));
        });
}

void InferencePane::showState() {
    const State state = m_session->state();
    const bool isRestoring = state == State::Restoring;
    const QString name = QString::fromStdString(m_session->file().filename().string());
    m_title->setText(state == State::Ready ? m_session->facts().target : tr("Try it"));
    QStringList about{name};
    if (!m_note.isEmpty()) about.append(m_note);
    if (isRestoring && !m_session->stage().isEmpty()) about.append(m_session->stage() + QStringLiteral("…"));
    if (state == State::Empty && m_form) about.append(tr("not in memory: restored when it is next asked"));
    m_about->setText(about.join(QStringLiteral("  ·  ")));
    m_progress->setVisible(isRestoring || m_session->isBusy());
    m_copy->setVisible(state == State::Failed);
    m_button->setVisible(isRestoring || state == State::Ready);
    m_button->setText(isRestoring ? tr("Cancel") : tr("Let go"));
    m_button->setIcon(widgets::icon(isRestoring ? QStringLiteral("stop") : QStringLiteral("close")));
    m_button->setToolTip(isRestoring
                             ? tr("Give up restoring the model")
                             : tr("Free the memory of the model; it is restored when it is next asked"));
    if (state == State::Failed) return showProblem();
    if (state == State::Ready && !m_form && !showForm()) return;
    if (m_form) return m_stack->setCurrentWidget(m_form);
    m_stack->setCurrentWidget(m_state);
    if (isRestoring) {
        m_state->set(QStringLiteral("archive"), tr("Restoring the model"), m_session->stage());
        m_state->setButton({});
    } else {
        m_state->set(QStringLiteral("play"), tr("The model is not in memory"),
                     tr("It is restored by the engine, which is loaded for it."));
        m_state->setButton(tr("Restore and try"), QStringLiteral("play"));
    }
}

bool InferencePane::showForm() {
    const ModelFacts& facts = m_session->facts();
    const FormKind* const kind = formFor(facts.task);
    if (!kind) {
        m_stack->setCurrentWidget(m_state);
        m_state->set(QStringLiteral("info"), tr("%1 was restored").arg(facts.target),
                     tr("There is nothing to try it with here: it neither transcribes nor classifies nor "
                        "translates. fathom-cli forward runs it on arrays."));
        m_state->setButton({});
        return false;
    }
    m_form = kind->make({*m_session, m_jobs});
    m_form->setTokenizers(m_found);
    m_stack->addWidget(m_form);
    m_tabs->setTabText(0, kind->title);
    m_tabs->setTabIcon(0, widgets::icon(kind->icon));
    connect(m_form, &InferenceForm::statusMessage, this, &InferencePane::statusMessage);
    widgets::putIntoTabOrder(m_tabs->tabBar(), m_form);
    if (hasFocus()) m_form->setFocus();
    setFocusProxy(m_form);
    if (m_dropped) {
        const auto dropped = std::move(m_dropped);
        if (m_form->takes(*dropped)) m_form->take(*dropped);
    }
    return true;
}

void InferencePane::showProblem() {
    m_stack->setCurrentWidget(m_state);
    m_state->set(QStringLiteral("error"), tr("The model cannot be restored"), sentence(m_session->error()));
    m_state->setButton(tr("Try again"), QStringLiteral("refresh"));
}

void InferencePane::buttonClicked() {
    const State state = m_session->state();
    if (state == State::Restoring || state == State::Ready) return m_session->letGo();
    open();
}

void InferencePane::copyProblem() {
    QGuiApplication::clipboard()->setText(QString::fromStdString(m_session->error().message()));
    Q_EMIT statusMessage(tr("Details copied"));
}

bool InferencePane::takes(const QMimeData& mime) const {
    if (isArchive(mime)) return false;
    if (m_form) return m_form->takes(mime);
    return !recordingPathsIn(mime).isEmpty() || mime.hasText() || !localFilesIn(mime).isEmpty();
}

void InferencePane::take(const QMimeData& mime) {
    m_tabs->setCurrentIndex(0);
    if (m_form) return m_form->take(mime);
    m_dropped = copyOf(mime);
    open();
}

void InferencePane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_letGo.stop();
    if (!m_wasOpened) open();
}

void InferencePane::hideEvent(QHideEvent* event) {
    m_letGo.start();
    QWidget::hideEvent(event);
}

void InferencePane::dragEnterEvent(QDragEnterEvent* event) {
    if (takes(*event->mimeData())) event->acceptProposedAction();
}

void InferencePane::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    take(*event->mimeData());
}

} // namespace fathom::app
