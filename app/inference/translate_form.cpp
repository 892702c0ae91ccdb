// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/translate_form.h"

#include "app/bridge/job_runner.h"
#include "app/inference/form_parts.h"
#include "app/inference/model_session.h"
#include "app/inference/problem_bar.h"
#include "app/inference/text_input.h"
#include "app/inference/text_lines.h"
#include "app/inference/tokenized_text.h"
#include "app/inference/translate_options.h"
#include "engine/base/file.h"
#include "widgets/chip_flow.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QMimeData>
#include <QPointer>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBlock>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fathom::app {

using Translations = std::vector<run::Translation>;
using widgets::formatCount;
using widgets::kGrid;

namespace {
constexpr int kDelayMs = 500;
constexpr std::size_t kAtOnce = 8;
} // namespace

TranslateForm::TranslateForm(const FormServices& services, QWidget* parent)
    : InferenceForm(parent),
      m_services(services),
      m_options(new TranslateOptions),
      m_problem(new ProblemBar),
      m_source(new TextInput(TextInput::Kind::Lines)),
      m_target(new QPlainTextEdit),
      m_tokens(new widgets::ChipFlow),
      m_caption(new QLabel),
      m_alternatives(new QTreeWidget),
      m_count(new QLabel),
      m_translate(formButton("play", tr("Translate"), tr("Translate the text now (Ctrl+Enter)"))),
      m_stop(formButton("stop", tr("Stop"), tr("Stop translating"))),
      m_copy(formButton("copy", tr("Copy"), tr("Copy the translation"))),
      m_export(formButton("export", tr("Export…"), tr("Write the translation, or both sides as a table"))) {
    m_translate->setDefault(true);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(buildBar());
    layout->addWidget(m_options);
    layout->addWidget(m_problem);
    layout->addWidget(buildTexts(), 1);
    layout->addLayout(formFooter(m_count, {m_copy, m_export}));
    setFocusProxy(m_source);
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &TranslateForm::translate);
    connect(m_source, &QPlainTextEdit::textChanged, this, &TranslateForm::textChanged);
    connect(m_source, &QPlainTextEdit::cursorPositionChanged, this, &TranslateForm::showCurrentLine);
    connect(m_source, &TextInput::submitted, this, &TranslateForm::translate);
    connect(m_source, &TextInput::filesDropped, this, &TranslateForm::addFiles);
    connect(m_options, &TranslateOptions::changed, this, &TranslateForm::optionsChanged);
    connect(m_translate, &QPushButton::clicked, this, &TranslateForm::translate);
    connect(m_stop, &QPushButton::clicked, this, &TranslateForm::stop);
    connect(m_copy, &QPushButton::clicked, this, &TranslateForm::copy);
    connect(m_export, &QPushButton::clicked, this, &TranslateForm::exportTexts);
    showState();
}

TranslateForm::~TranslateForm() {
    m_services.session.stop();
}

QWidget* TranslateForm::buildBar() {
    auto* const files = formButton("open", tr("Open text…"), tr("Put text files into the left side"));
    connect(files, &QPushButton::clicked, this, &TranslateForm::chooseFiles);
    return formBar({m_translate, files, optionsButton(m_options, tr("Beam, length penalty, languages"))},
                   {m_stop});
}

QWidget* TranslateForm::buildTexts() {
    m_source->setPlaceholderText(tr("Type a text: it is translated as you type, line by line. Text files can "
                                    "be dropped here."));
    m_source->setAccessibleName(tr("Text"));
    m_target->setReadOnly(true);
    m_target->setPlaceholderText(tr("The translation"));
    m_target->setAccessibleName(tr("Translation"));
    auto* const sides = new QSplitter;
    sides->setChildrenCollapsible(false);
    sides->setHandleWidth(kGrid);
    sides->addWidget(m_source);
    sides->addWidget(m_target);
    m_tokens->setAccessibleName(tr("Tokens of the line"));
    m_tokens->hide();
    m_caption->setForegroundRole(QPalette::PlaceholderText);
    m_caption->setTextFormat(Qt::PlainText);
    m_alternatives->setHeaderLabels({tr("Score"), tr("Alternative")});
    m_alternatives->headerItem()->setToolTip(0, tr("Log-probability after the length penalty"));
    m_alternatives->setAccessibleName(tr("Alternatives"));
    m_alternatives->setRootIsDecorated(false);
    m_alternatives->setFrameShape(QFrame::NoFrame);
    m_alternatives->setItemDelegate(new widgets::RowDelegate(m_alternatives));
    auto* const below = new QWidget;
    auto* const column = new QVBoxLayout(below);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGrid / 2);
    column->addWidget(m_tokens);
    column->addWidget(m_caption);
    column->addWidget(m_alternatives, 1);
    auto* const all = new QSplitter(Qt::Vertical);
    all->setChildrenCollapsible(false);
    all->setHandleWidth(kGrid);
    all->addWidget(sides);
    all->addWidget(below);
    all->setStretchFactor(0, 1);
    all->setStretchFactor(1, 1);
    all->setSizes({40 * kGrid, 30 * kGrid});
    return all;
}

bool TranslateForm::takes(const QMimeData& mime) const {
    return mime.hasText() || !localFilesIn(mime).isEmpty();
}

void TranslateForm::take(const QMimeData& mime) {
    if (const QStringList files = localFilesIn(mime); !files.isEmpty()) return addFiles(files);
    m_source->setPlainText(mime.text());
}

void TranslateForm::setTokenizers(const NamedTokenizers& tokenizers) {
    m_tokenizer = tokenizers.empty() ? nullptr : tokenizers.front().tokenizer;
    showTokens();
}

void TranslateForm::chooseFiles() {
    const QStringList files = QFileDialog::getOpenFileNames(this, tr("Translate text"), QString(),
                                                            tr("Texts (*.txt);;All files (*)"));
    if (!files.isEmpty()) addFiles(files);
}

void TranslateForm::addFiles(const QStringList& files) {
    m_services.jobs.run(
        QString(), this, [files](const std::stop_token&) { return readTextLines(files); },
        [this](const Result<QStringList>& lines) {
            if (!lines) return m_problem->present(lines.error());
            m_problem->hide();
            m_source->setPlainText(lines->join(QLatin1Char('\n')));
        });
}

/// Lines keep their translation while they stay the same, wherever they move.
void TranslateForm::textChanged() {
    const QStringList lines = m_source->toPlainText().split(QLatin1Char('\n'));
    QHash<QString, std::size_t> known;
    for (std::size_t i = 0; i < m_translations.size(); ++i)
        if (m_translations[i]) known.insert(m_lines[static_cast<qsizetype>(i)], i);
    std::vector<std::optional<run::Translation>> kept(static_cast<std::size_t>(lines.size()));
    for (qsizetype i = 0; i < lines.size(); ++i)
        if (const auto it = known.constFind(lines[i]); it != known.constEnd())
            kept[static_cast<std::size_t>(i)] = m_translations[it.value()];
        else if (lines[i].trimmed().isEmpty())
            kept[static_cast<std::size_t>(i)] = run::Translation{};
    m_lines = lines;
    m_translations = std::move(kept);
    m_isOn = false;
    m_services.session.stop();
    m_delay.start();
    showTranslations();
    showState();
}

void TranslateForm::optionsChanged() {
    m_lines.clear();
    m_translations.clear();
    textChanged();
}

void TranslateForm::translate() {
    m_delay.stop();
    m_isOn = true;
    translateNext();
}

void TranslateForm::translateNext() {
    std::vector<std::size_t> lines;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < m_translations.size() && lines.size() < kAtOnce; ++i) {
        if (m_translations[i]) continue;
        lines.push_back(i);
        texts.push_back(m_lines[static_cast<qsizetype>(i)].toStdString());
    }
    if (lines.empty()) m_isOn = false;
    showState();
    if (!m_isOn) return;
    m_services.session.ask<Translations>(
        [texts, options = m_options->options()](run::Inference& model, const std::stop_token& stop) {
            return model.translate(texts, options, stop);
        },
        [self = QPointer(this), lines](const Result<Translations>& results) {
            if (self) self->translated(lines, results);
        });
}

void TranslateForm::translated(const std::vector<std::size_t>& lines, const Result<Translations>& results) {
    if (!results) {
        m_isOn = false;
        m_problem->present(results.error());
        return showState();
    }
    m_problem->hide();
    for (std::size_t i = 0; i < lines.size() && i < results->size(); ++i)
        m_translations[lines[i]] = (*results)[i];
    if (results->size() < lines.size()) m_isOn = false; // or it would be asked for ever
    showTranslations();
    translateNext();
}

QString TranslateForm::shownTranslation() const {
    QStringList shown;
    for (const auto& translation : m_translations)
        shown.append(translation ? QString::fromStdString(translation->text) : QStringLiteral("…"));
    return shown.join(QLatin1Char('\n'));
}

void TranslateForm::showTranslations() {
    const QString shown = m_source->document()->isEmpty() ? QString() : shownTranslation();
    const int at = m_target->verticalScrollBar()->value();
    if (shown != m_target->toPlainText()) m_target->setPlainText(shown);
    m_shownLine = -1;
    showCurrentLine();
    m_target->verticalScrollBar()->setValue(at); // who reads on is not called back
}

void TranslateForm::showCurrentLine() {
    const int line = m_source->textCursor().blockNumber();
    if (line == m_shownLine) return;
    m_shownLine = line;
    markTarget(line);
    m_alternatives->clear();
    const auto index = static_cast<std::size_t>(line);
    const bool isKnown = index < m_translations.size() && m_translations[index];
    if (isKnown) {
        for (const run::Alternative& other : m_translations[index]->alternatives) {
            auto* const item = new QTreeWidgetItem(m_alternatives);
            item->setText(0, widgets::formatNumber(other.score));
            item->setToolTip(0, widgets::formatExact(other.score));
            item->setTextAlignment(0, Qt::AlignRight | Qt::AlignVCenter);
            item->setText(1, QString::fromStdString(other.text));
            item->setToolTip(1, item->text(1));
        }
    }
    m_caption->setText(m_translations.size() > 1 ? tr("Line %1").arg(formatCount(line + 1)) : QString());
    m_caption->setVisible(m_translations.size() > 1);
    showTokens();
}

/// The translation of the line that is being looked at stands out, and is in sight.
void TranslateForm::markTarget(int line) {
    const QTextBlock block = m_target->document()->findBlockByNumber(line);
    QTextEdit::ExtraSelection mark;
    if (block.isValid() && m_translations.size() > 1) {
        mark.cursor = QTextCursor(block);
        mark.format.setBackground(widgets::colorsFor(this).accentTint);
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        m_target->setTextCursor(mark.cursor);
        m_target->setExtraSelections({mark});
    } else {
        m_target->setExtraSelections({});
    }
}

void TranslateForm::showTokens() {
    app::showTokens(*m_tokens, m_tokenizer.get(), m_lines.value(m_source->textCursor().blockNumber()));
}

void TranslateForm::showState() {
    qint64 known = 0;
    qint64 all = 0;
    for (std::size_t i = 0; i < m_translations.size(); ++i) {
        if (m_lines[static_cast<qsizetype>(i)].trimmed().isEmpty()) continue;
        ++all;
        if (m_translations[i]) ++known;
    }
    m_count->setText(all <= 1       ? QString()
                     : known == all ? tr("%1 lines").arg(formatCount(all))
                                    : tr("%1 of %2 lines").arg(formatCount(known), formatCount(all)));
    m_stop->setVisible(m_isOn);
    m_translate->setEnabled(known < all && !m_isOn);
    m_copy->setEnabled(known > 0);
    m_export->setEnabled(known > 0);
}

void TranslateForm::stop() {
    m_delay.stop();
    m_isOn = false;
    m_services.session.stop();
    showState();
}

void TranslateForm::copy() {
    QGuiApplication::clipboard()->setText(shownTranslation());
    Q_EMIT statusMessage(tr("Translation copied"));
}

void TranslateForm::exportTexts() {
    const QString file =
        QFileDialog::getSaveFileName(this, tr("Export translation"), QStringLiteral("translation.txt"),
                                     tr("Translation (*.txt);;Text and translation (*.tsv);;All files (*)"));
    if (file.isEmpty()) return;
    QString out;
    for (std::size_t i = 0; i < m_translations.size(); ++i) {
        const QString translation =
            m_translations[i] ? QString::fromStdString(m_translations[i]->text) : QString();
        if (file.endsWith(QStringLiteral(".tsv"), Qt::CaseInsensitive))
            out += m_lines[static_cast<qsizetype>(i)] + QLatin1Char('\t');
        out += translation + QLatin1Char('\n');
    }
    m_services.jobs.run(
        QString(), this,
        [file, text = out.toStdString()](const std::stop_token&) {
            return writeFileAtomically(file.toStdString(), text);
        },
        [this, file](const Status& status) {
            if (!status) return m_problem->present(status.error());
            Q_EMIT statusMessage(tr("Wrote %1").arg(file));
        });
}

} // namespace fathom::app
