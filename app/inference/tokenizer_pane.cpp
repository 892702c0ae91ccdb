// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/tokenizer_pane.h"

#include "app/bridge/job_runner.h"
#include "app/inference/form_parts.h"
#include "app/inference/problem_bar.h"
#include "app/inference/text_input.h"
#include "app/inference/text_lines.h"
#include "app/inference/tokenizer_training_dialog.h"
#include "widgets/chip_flow.h"
#include "widgets/elided_label.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

using widgets::formatCount;
using widgets::kGrid;

namespace {

constexpr int kDelayMs = 120;
constexpr std::size_t kMostIds = 5'000; // in the line of ids
constexpr qsizetype kMostUnknown = 100;

QString about(const NamedTokenizer& it) {
    const text::SpecialIds& special = it.tokenizer->special();
    QStringList parts{it.kind, TokenizerPane::tr("%1 pieces").arg(formatCount(it.tokenizer->size()))};
    const std::pair<const char*, std::optional<std::int64_t>> named[] = {
        {"pad", special.pad}, {"bos", special.bos}, {"eos", special.eos},  {"unk", special.unk},
        {"cls", special.cls}, {"sep", special.sep}, {"mask", special.mask}};
    for (const auto& [name, id] : named)
        if (id) parts.append(QStringLiteral("%1 %2").arg(QLatin1String(name)).arg(*id));
    return parts.join(QStringLiteral("  ·  "));
}

QLabel* label() {
    auto* const made = new QLabel;
    made->setTextFormat(Qt::PlainText);
    made->setWordWrap(true);
    made->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return made;
}

} // namespace

TokenizerPane::TokenizerPane(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_choice(new QComboBox),
      m_about(new widgets::ElidedLabel),
      m_problem(new ProblemBar),
      m_input(new TextInput(TextInput::Kind::Lines)),
      m_summary(label()),
      m_unknown(label()),
      m_chips(new widgets::ChipFlow),
      m_ids(new QLineEdit),
      m_decoded(new QPlainTextEdit) {
    m_input->setPlaceholderText(
        tr("Type a text to see what it is to the model. Text files can be dropped here."));
    m_input->setAccessibleName(tr("Text"));
    m_chips->setAccessibleName(tr("Pieces"));
    m_chips->setPlaceholder(tr("The pieces of the text appear here, each with its id."));
    m_unknown->hide();
    auto* const below = new QWidget;
    auto* const column = new QVBoxLayout(below);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGrid);
    column->addWidget(m_summary);
    column->addWidget(m_unknown);
    column->addWidget(m_chips, 1);
    column->addWidget(buildDecoder());
    auto* const splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGrid);
    splitter->addWidget(m_input);
    splitter->addWidget(below);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 3);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(buildBar());
    layout->addWidget(m_problem);
    layout->addWidget(splitter, 1);
    setFocusProxy(m_input);
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &TokenizerPane::tokenizeText);
    connect(m_input, &QPlainTextEdit::textChanged, &m_delay, qOverload<>(&QTimer::start));
    connect(m_input, &QPlainTextEdit::cursorPositionChanged, this, &TokenizerPane::findChip);
    connect(m_input, &TextInput::filesDropped, this, &TokenizerPane::addFiles);
    connect(m_chips, &widgets::ChipFlow::currentChanged, this, &TokenizerPane::markChip);
    connect(m_choice, &QComboBox::activated, this, &TokenizerPane::choose);
    connect(m_ids, &QLineEdit::textEdited, this, &TokenizerPane::decode);
}

QWidget* TokenizerPane::buildBar() {
    m_choice->setAccessibleName(tr("Tokenizer"));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_about->setMuted(true);
    auto* const open =
        formButton("import", tr("Open tokenizer…"), tr("Try another: a .model or a vocab.txt"));
    auto* const trainNew = formButton("train", tr("Train…"), tr("Train a tokenizer on texts"));
    connect(open, &QPushButton::clicked, this, &TokenizerPane::chooseTokenizer);
    connect(trainNew, &QPushButton::clicked, this, &TokenizerPane::train);
    auto* const files = formButton("open", tr("Open text…"), tr("Put text files into the text"));
    connect(files, &QPushButton::clicked, this, &TokenizerPane::chooseFiles);
    auto* const bar = new QWidget;
    auto* const row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    row->addWidget(m_choice);
    row->addWidget(m_about, 1);
    row->addWidget(files);
    row->addWidget(open);
    row->addWidget(trainNew);
    return bar;
}

QWidget* TokenizerPane::buildDecoder() {
    m_ids->setFont(widgets::monospace(font()));
    m_ids->setPlaceholderText(tr("ids, to be turned into text"));
    m_ids->setAccessibleName(tr("Ids"));
    m_decoded->setAccessibleName(tr("Text of the ids"));
    m_decoded->setReadOnly(true);
    m_decoded->setTabChangesFocus(true);
    m_decoded->setFixedHeight(3 * fontMetrics().lineSpacing() + kGrid);
    auto* const box = new QWidget;
    auto* const form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    auto* const copy = formButton("copy", tr("Copy ids"), tr("Copy the ids, separated by spaces"));
    connect(copy, &QPushButton::clicked, this, &TokenizerPane::copyIds);
    auto* const ids = new QHBoxLayout;
    ids->setSpacing(kGrid);
    ids->addWidget(m_ids, 1);
    ids->addWidget(copy);
    form->addRow(tr("Ids"), ids);
    form->addRow(tr("Back to text"), m_decoded);
    return box;
}

std::shared_ptr<const text::Tokenizer> TokenizerPane::tokenizer() const {
    const auto index = static_cast<std::size_t>(std::max(0, m_choice->currentIndex()));
    return index < m_tokenizers.size() ? m_tokenizers[index].tokenizer : nullptr;
}

void TokenizerPane::setTokenizers(NamedTokenizers tokenizers) {
    m_tokenizers = std::move(tokenizers);
    fillChoice();
    choose();
}

void TokenizerPane::fillChoice() {
    m_choice->clear();
    for (const NamedTokenizer& it : m_tokenizers)
        m_choice->addItem(it.name);
    m_choice->setVisible(m_tokenizers.size() > 1);
}

void TokenizerPane::chooseTokenizer() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open tokenizer"), QString(), tr("Tokenizers (*.model vocab.txt *.txt);;All files (*)"));
    if (!file.isEmpty()) openTokenizer(file);
}

void TokenizerPane::openTokenizer(const QString& path) {
    m_jobs.run(
        QString(), this, [path](const std::stop_token&) { return readTokenizerFile(path.toStdString()); },
        [this](const Result<NamedTokenizer>& opened) {
            if (!opened) return m_problem->present(opened.error());
            m_problem->hide();
            m_tokenizers.push_back(*opened);
            fillChoice();
            m_choice->setCurrentIndex(m_choice->count() - 1);
            choose();
        });
}

void TokenizerPane::train() {
    auto* const dialog = new TokenizerTrainingDialog({}, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &TokenizerTrainingDialog::trained, this, &TokenizerPane::openTokenizer);
    dialog->open();
}

void TokenizerPane::choose() {
    const auto index = static_cast<std::size_t>(std::max(0, m_choice->currentIndex()));
    m_about->setText(index < m_tokenizers.size() ? about(m_tokenizers[index]) : tr("No tokenizer is open."));
    tokenizeText();
}

void TokenizerPane::setText(const QString& text) {
    m_input->setPlainText(text);
}

void TokenizerPane::chooseFiles() {
    const QStringList files = QFileDialog::getOpenFileNames(this, tr("Open text"), QString(),
                                                            tr("Texts (*.txt *.tsv);;All files (*)"));
    if (!files.isEmpty()) addFiles(files);
}

void TokenizerPane::addFiles(const QStringList& files) {
    m_jobs.run(
        QString(), this, [files](const std::stop_token&) { return readTextLines(files); },
        [this](const Result<QStringList>& lines) {
            if (!lines) return m_problem->present(lines.error());
            m_problem->hide();
            setText(lines->join(QLatin1Char('\n')));
        });
}

void TokenizerPane::tokenizeText() {
    const auto chosen = tokenizer();
    if (!chosen) return present({});
    m_jobs.run(
        QStringLiteral("inference.tokenize.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [chosen, text = m_input->toPlainText()](const std::stop_token& stop) {
            return tokenize(*chosen, text, stop);
        },
        [this](TokenizedText text) { present(std::move(text)); });
}

void TokenizerPane::present(TokenizedText text) {
    m_shown = std::move(text);
    m_chips->setChips(m_shown.chips);
    markChip(-1);
    const bool isEmpty = m_shown.ids.empty() && m_shown.characters == 0;
    m_summary->setText(isEmpty ? QString() : summaryOf(m_shown));
    m_summary->setVisible(!isEmpty);
    QStringList unknown = m_shown.unknown.mid(0, kMostUnknown);
    if (m_shown.unknown.size() > kMostUnknown) unknown.append(QStringLiteral("…"));
    m_unknown->setText(tr("Without a piece of their own: %1").arg(unknown.join(QStringLiteral("  "))));
    m_unknown->setVisible(!m_shown.unknown.isEmpty());
    QPalette tone = m_unknown->palette();
    tone.setColor(QPalette::WindowText, widgets::colorsFor(this).error);
    m_unknown->setPalette(tone);
    if (m_ids->hasFocus() && isEmpty) return; // ids are being typed
    m_ids->setText(idText());
    m_ids->setCursorPosition(0);
    m_decoded->setPlainText(isEmpty ? QString() : m_shown.isEqual ? tr("the same text") : m_shown.decoded);
}

QString TokenizerPane::idText() const {
    QString ids;
    const std::size_t count = std::min(m_shown.ids.size(), kMostIds);
    for (std::size_t i = 0; i < count; ++i)
        ids += (i > 0 ? QStringLiteral(" ") : QString()) + QString::number(m_shown.ids[i]);
    return ids;
}

void TokenizerPane::decode() {
    const auto chosen = tokenizer();
    if (!chosen) return;
    QString problem;
    const QString text = decodeIds(*chosen, m_ids->text(), problem);
    m_decoded->setPlainText(problem.isEmpty() ? text : problem);
}

/// The part of the text that the piece stands for stands out.
void TokenizerPane::markChip(int chip) {
    QTextEdit::ExtraSelection mark;
    const auto index = static_cast<std::size_t>(chip);
    if (chip < 0 || index >= m_shown.ranges.size()) return m_input->setExtraSelections({});
    const QSignalBlocker quiet(m_input); // the cursor goes to the piece, not the piece to the cursor
    mark.cursor = QTextCursor(m_input->document());
    mark.cursor.setPosition(static_cast<int>(m_shown.ranges[index].begin));
    m_input->setTextCursor(mark.cursor);
    mark.cursor.setPosition(static_cast<int>(m_shown.ranges[index].end), QTextCursor::KeepAnchor);
    mark.format.setBackground(widgets::colorsFor(this).accentTint);
    mark.format.setFontUnderline(true);
    m_input->setExtraSelections({mark});
}

/// The piece below the text cursor becomes the current one.
void TokenizerPane::findChip() {
    if (m_delay.isActive() || !m_input->hasFocus()) return; // another text: its pieces are on their way
    const auto at = static_cast<qsizetype>(m_input->textCursor().position());
    const auto& ranges = m_shown.ranges;
    const auto it = std::find_if(ranges.begin(), ranges.end(), [at](const TokenizedText::Range& range) {
        return at >= range.begin && at < range.end;
    });
    const QSignalBlocker quiet(m_chips);
    m_chips->setCurrent(it == ranges.end() ? -1 : static_cast<int>(it - ranges.begin()));
}

void TokenizerPane::copyIds() {
    QString ids;
    for (const std::int64_t id : m_shown.ids)
        ids += (ids.isEmpty() ? QString() : QStringLiteral(" ")) + QString::number(id);
    QGuiApplication::clipboard()->setText(ids);
    const auto count = static_cast<qint64>(m_shown.ids.size());
    Q_EMIT statusMessage(count == 1 ? tr("1 id copied") : tr("%1 ids copied").arg(formatCount(count)));
}

} // namespace fathom::app
