// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/classify_form.h"

#include "app/bridge/job_runner.h"
#include "app/inference/form_parts.h"
#include "app/inference/model_session.h"
#include "app/inference/problem_bar.h"
#include "app/inference/text_input.h"
#include "app/inference/text_lines.h"
#include "app/inference/tokenized_text.h"
#include "engine/base/file.h"
#include "widgets/chip_flow.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/share_bars.h"
#include "widgets/theme.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMimeData>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

using Classifications = std::vector<run::Classification>;
using widgets::formatCount;
using widgets::kGrid;

namespace {
constexpr int kDelayMs = 150;
constexpr int kAtOnce = 16; // few enough for what is typed to come in between
} // namespace

ClassifyForm::ClassifyForm(const FormServices& services, QWidget* parent)
    : InferenceForm(parent),
      m_services(services),
      m_input(new TextInput(TextInput::Kind::OneLine)),
      m_caption(new QLabel),
      m_bars(new widgets::ShareBars),
      m_tokens(new widgets::ChipFlow),
      m_problem(new ProblemBar),
      m_table(new QTreeView),
      m_count(new QLabel),
      m_stop(formButton("stop", tr("Stop"), tr("Stop classifying; what is waiting stays in the list"))),
      m_copy(formButton("copy", tr("Copy"), tr("Copy the list as tab-separated values"))),
      m_export(formButton("export", tr("Export…"), tr("Write the list as tab-separated values"))),
      m_clear(formButton("trash", tr("Clear"), tr("Empty the list"))) {
    auto* const splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGrid);
    splitter->addWidget(buildInput());
    splitter->addWidget(buildList());
    splitter->setStretchFactor(1, 1);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_problem);
    layout->addWidget(splitter, 1);
    setFocusProxy(m_input);
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connectAll();
    showState();
}

ClassifyForm::~ClassifyForm() {
    m_services.session.stop();
}

QWidget* ClassifyForm::buildInput() {
    m_input->setPlaceholderText(tr("Type a sentence; Enter keeps it in the list below. Several lines can be "
                                   "pasted, text files dropped."));
    m_input->setAccessibleName(tr("Sentence"));
    m_input->setFixedHeight(4 * fontMetrics().lineSpacing());
    m_caption->setForegroundRole(QPalette::PlaceholderText);
    m_caption->setTextFormat(Qt::PlainText);
    m_bars->setAccessibleName(tr("Probabilities of the classes"));
    m_tokens->setAccessibleName(tr("Tokens"));
    m_tokens->hide();
    auto* const scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(m_bars);
    auto* const keep = formButton("plus", tr("Keep"), tr("Put the sentence into the list (Enter)"));
    auto* const files = formButton("open", tr("Open texts…"), tr("Classify every line of text files"));
    connect(keep, &QPushButton::clicked, this, &ClassifyForm::submit);
    connect(files, &QPushButton::clicked, this, &ClassifyForm::chooseFiles);
    auto* const buttons = new QVBoxLayout;
    buttons->addWidget(keep);
    buttons->addWidget(files);
    buttons->addStretch();
    auto* const row = new QHBoxLayout;
    row->setSpacing(kGrid);
    row->addWidget(m_input, 1);
    row->addLayout(buttons);
    auto* const top = new QWidget;
    auto* const layout = new QVBoxLayout(top);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(row);
    layout->addWidget(m_tokens);
    layout->addWidget(m_caption);
    layout->addWidget(scroll, 1);
    return top;
}

QWidget* ClassifyForm::buildList() {
    m_table->setModel(&m_model);
    m_table->setAccessibleName(tr("Sentences"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setItemDelegate(new widgets::RowDelegate(m_table));
    m_table->header()->setStretchLastSection(false);
    m_table->header()->setSectionResizeMode(SentenceModel::TextColumn, QHeaderView::Stretch);
    m_table->header()->resizeSection(SentenceModel::ClassColumn, 18 * kGrid);
    m_table->setColumnHidden(SentenceModel::ExpectedColumn, true);
    auto* const list = new QWidget;
    auto* const layout = new QVBoxLayout(list);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_table, 1);
    layout->addLayout(formFooter(m_count, {m_stop, m_copy, m_export, m_clear}));
    return list;
}

void ClassifyForm::connectAll() {
    connect(m_input, &QPlainTextEdit::textChanged, this, [this] {
        m_bars->setStale(true);
        m_delay.start();
    });
    connect(&m_delay, &QTimer::timeout, this, [this] {
        m_wantsTyped = true;
        showTokens(typed());
        work();
    });
    connect(m_input, &TextInput::submitted, this, &ClassifyForm::submit);
    connect(m_input, &TextInput::linesPasted, this, &ClassifyForm::add);
    connect(m_input, &TextInput::filesDropped, this, &ClassifyForm::addFiles);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &ClassifyForm::showCurrent);
    connect(m_stop, &QPushButton::clicked, this, &ClassifyForm::stop);
    connect(m_copy, &QPushButton::clicked, this, &ClassifyForm::copy);
    connect(m_export, &QPushButton::clicked, this, &ClassifyForm::exportTable);
    connect(m_clear, &QPushButton::clicked, this, &ClassifyForm::clear);
    connect(&m_services.session, &ModelSession::busyChanged, this, [this](bool isBusy) {
        if (!isBusy) work(); // what was stopped has ended
    });
}

QString ClassifyForm::typed() const {
    return m_input->toPlainText().simplified();
}

bool ClassifyForm::takes(const QMimeData& mime) const {
    return mime.hasText() || !localFilesIn(mime).isEmpty();
}

void ClassifyForm::take(const QMimeData& mime) {
    if (const QStringList files = localFilesIn(mime); !files.isEmpty()) return addFiles(files);
    add(mime.text().split(QLatin1Char('\n')));
}

void ClassifyForm::setTokenizers(const NamedTokenizers& tokenizers) {
    m_tokenizer = tokenizers.empty() ? nullptr : tokenizers.front().tokenizer;
    showTokens(typed());
}

void ClassifyForm::submit() {
    if (typed().isEmpty()) return;
    add({typed()});
    m_input->clear();
}

void ClassifyForm::chooseFiles() {
    const QStringList files = QFileDialog::getOpenFileNames(this, tr("Classify texts"), QString(),
                                                            tr("Texts (*.txt *.tsv);;All files (*)"));
    if (!files.isEmpty()) addFiles(files);
}

void ClassifyForm::addFiles(const QStringList& files) {
    m_services.jobs.run(
        QString(), this, [files](const std::stop_token&) { return readTextLines(files); },
        [this](const Result<QStringList>& lines) {
            if (!lines) return m_problem->present(lines.error());
            m_problem->hide();
            add(*lines);
        });
}

void ClassifyForm::add(const QStringList& lines) {
    std::vector<Sentence> sentences;
    for (const QString& line : lines)
        if (Sentence sentence = parseSentence(line); !sentence.text.isEmpty())
            sentences.push_back(std::move(sentence));
    if (sentences.empty()) return;
    const int first = m_model.size();
    m_model.add(std::move(sentences));
    m_table->setColumnHidden(SentenceModel::ExpectedColumn, !m_model.hasLabels());
    m_table->setCurrentIndex(m_model.index(first, 0));
    m_isOn = true;
    work();
}

/// One thing at a time, what is typed before what waits.
void ClassifyForm::work() {
    showState();
    if (m_services.session.isBusy()) return;
    if (m_wantsTyped) return classifyTyped();
    if (m_isOn) classifyWaiting();
}

void ClassifyForm::classifyTyped() {
    m_wantsTyped = false;
    const std::string text = typed().toStdString();
    if (text.empty()) {
        showCurrent();
        return work();
    }
    m_services.session.ask<Classifications>(
        [text](run::Inference& model, const std::stop_token& stop) { return model.classify({text}, stop); },
        [self = QPointer(this)](const Result<Classifications>& results) {
            if (self) self->showTyped(results);
        });
}

void ClassifyForm::showTyped(const Result<Classifications>& results) {
    if (!results) {
        m_problem->present(results.error());
    } else if (!results->empty() && !typed().isEmpty()) {
        m_problem->hide();
        showBars(tr("What you type"), results->front());
    }
    work();
}

void ClassifyForm::classifyWaiting() {
    const std::vector<int> rows = m_model.takeWaiting(kAtOnce);
    if (rows.empty()) return;
    std::vector<std::string> texts;
    for (const int row : rows)
        texts.push_back(m_model.at(row).text.toStdString());
    m_services.session.ask<Classifications>(
        [texts](run::Inference& model, const std::stop_token& stop) { return model.classify(texts, stop); },
        [self = QPointer(this), rows](const Result<Classifications>& results) {
            if (!self) return;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                if (!results)
                    self->m_model.fail(rows[i], results.error());
                else if (i < results->size())
                    self->m_model.finish(rows[i], (*results)[i]);
            }
            self->m_model.putBack();
            if (self->typed().isEmpty()) self->showCurrent();
            self->work();
        });
    showState();
}

void ClassifyForm::showBars(const QString& of, const run::Classification& result) {
    const std::vector<QString>& names = m_services.session.facts().classNames;
    std::vector<widgets::Share> shares;
    for (std::size_t label = 0; label < result.probabilities.size(); ++label)
        shares.push_back(
            {label < names.size() ? names[label] : tr("class %1").arg(label), result.probabilities[label]});
    m_bars->setShares(std::move(shares));
    m_caption->setText(of);
}

void ClassifyForm::showTokens(const QString& text) {
    app::showTokens(*m_tokens, m_tokenizer.get(), text);
}

/// What is typed has precedence: a row shows when the line is empty, or the user moves to one.
void ClassifyForm::showCurrent() {
    const int row = m_table->currentIndex().row();
    const bool isChosen = row >= 0 && (m_table->hasFocus() || typed().isEmpty());
    if (!isChosen) {
        if (typed().isEmpty()) showBars(QString(), {});
        return;
    }
    const Sentence& sentence = m_model.at(row);
    if (sentence.state == Sentence::State::Done) showBars(sentence.text, sentence.result);
    showTokens(sentence.text);
}

void ClassifyForm::showState() {
    const int all = m_model.size();
    const int done = m_model.doneCount();
    const bool isWorking = done + m_model.failedCount() < all && m_isOn;
    QString text = all == 0 ? tr("Sentences that you keep, paste or open are listed here.")
                   : done + m_model.failedCount() == all
                       ? (all == 1 ? tr("1 sentence") : tr("%1 sentences").arg(formatCount(all)))
                       : tr("%1 of %2 classified").arg(formatCount(done), formatCount(all));
    if (m_model.labelledCount() > 0)
        text += tr("  ·  accuracy %1 % of %2 with a label")
                    .arg(QString::number(100.0 * m_model.rightCount() / m_model.labelledCount(), 'f', 1),
                         formatCount(m_model.labelledCount()));
    if (m_model.failedCount() > 0) text += tr("  ·  %1 failed").arg(formatCount(m_model.failedCount()));
    m_count->setText(text);
    m_stop->setVisible(isWorking);
    for (QPushButton* const button : {m_copy, m_export})
        button->setEnabled(done > 0);
    m_clear->setEnabled(all > 0);
}

void ClassifyForm::stop() {
    m_isOn = false;
    m_services.session.stop();
    m_model.putBack();
    showState();
}

void ClassifyForm::clear() {
    stop();
    m_model.clear();
    m_table->setColumnHidden(SentenceModel::ExpectedColumn, true);
    showCurrent();
    showState();
}

void ClassifyForm::copy() {
    QGuiApplication::clipboard()->setText(sentencesAsTsv(m_model));
    const qint64 rows = m_model.doneCount();
    Q_EMIT statusMessage(rows == 1 ? tr("1 row copied") : tr("%1 rows copied").arg(formatCount(rows)));
}

void ClassifyForm::exportTable() {
    const QString file =
        QFileDialog::getSaveFileName(this, tr("Export classes"), QStringLiteral("classes.tsv"),
                                     tr("Tab-separated values (*.tsv);;All files (*)"));
    if (file.isEmpty()) return;
    m_services.jobs.run(
        QString(), this,
        [file, table = sentencesAsTsv(m_model).toStdString()](const std::stop_token&) {
            return writeFileAtomically(file.toStdString(), table);
        },
        [this, file](const Status& status) {
            if (!status) return m_problem->present(status.error());
            Q_EMIT statusMessage(tr("Wrote %1").arg(file));
        });
}

} // namespace fathom::app
