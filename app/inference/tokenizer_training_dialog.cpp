// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/tokenizer_training_dialog.h"

#include "app/inference/form_parts.h"
#include "app/inference/text_input.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <cmath>

namespace fathom::app {

using widgets::kGrid;

TokenizerTrainingDialog::TokenizerTrainingDialog(const QString& program, QWidget* parent)
    : QDialog(parent),
      m_training(program),
      m_files(new QListWidget),
      m_remove(formButton("minus", tr("Remove"), tr("Take the chosen texts away"))),
      m_folder(new QLineEdit),
      m_type(new QComboBox),
      m_size(new QSpinBox),
      m_coverage(new QDoubleSpinBox),
      m_lowerCase(new QCheckBox(tr("Lower case"))),
      m_bos(new QCheckBox(tr("Begin <s>"))),
      m_eos(new QCheckBox(tr("End </s>"))),
      m_pad(new QCheckBox(tr("Padding <pad>"))),
      m_progress(new QProgressBar),
      m_said(new QLabel),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Close)),
      m_train(m_buttons->addButton(tr("Train"), QDialogButtonBox::ActionRole)),
      m_cancel(m_buttons->addButton(tr("Cancel training"), QDialogButtonBox::ActionRole)) {
    setWindowTitle(tr("Train a tokenizer"));
    setAcceptDrops(true);
    widgets::resizeToFit(*this, {80 * kGrid, 70 * kGrid});
    m_train->setDefault(true);
    m_buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_said->setWordWrap(true);
    m_said->setTextFormat(Qt::PlainText);
    m_said->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_said->setAccessibleName(tr("Outcome"));
    m_form = buildForm();
    auto* const layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addWidget(m_form, 1);
    layout->addWidget(m_said);
    layout->addWidget(m_progress);
    layout->addWidget(m_buttons);
    m_tick.setInterval(1000);
    connectAll();
    showState();
}

QWidget* TokenizerTrainingDialog::buildForm() {
    m_files->setAccessibleName(tr("Texts"));
    m_files->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_files->setTextElideMode(Qt::ElideMiddle);
    m_folder->setPlaceholderText(tr("Folder that the tokenizer is written into"));
    const std::pair<const char*, QString> types[] = {{"bpe", tr("SentencePiece, byte pairs")},
                                                     {"unigram", tr("SentencePiece, unigram")},
                                                     {"char", tr("SentencePiece, characters")},
                                                     {"word", tr("SentencePiece, words")},
                                                     {"wpe", tr("BERT's WordPiece")}};
    for (const auto& [type, name] : types)
        m_type->addItem(name, QLatin1String(type));
    m_size->setRange(8, 1'000'000);
    m_size->setValue(1024);
    m_size->setGroupSeparatorShown(true);
    m_coverage->setDecimals(4);
    m_coverage->setRange(0.98, 1);
    m_coverage->setSingleStep(0.0005);
    m_coverage->setValue(1);
    m_coverage->setToolTip(tr("Share of the characters that get a piece; 0.9995 for languages of thousands"));
    auto* const add = formButton("plus", tr("Add texts…"), tr("Texts, a sentence a line, or NeMo manifests"));
    auto* const choose =
        m_folder->addAction(widgets::icon(QStringLiteral("folder")), QLineEdit::TrailingPosition);
    choose->setText(tr("Choose a folder…"));
    connect(add, &QPushButton::clicked, this, &TokenizerTrainingDialog::chooseFiles);
    connect(choose, &QAction::triggered, this, &TokenizerTrainingDialog::chooseFolder);
    auto* const fileButtons = new QHBoxLayout;
    fileButtons->addWidget(add);
    fileButtons->addWidget(m_remove);
    fileButtons->addStretch();
    auto* const special = new QHBoxLayout;
    for (QCheckBox* const box : {m_bos, m_eos, m_pad})
        special->addWidget(box);
    special->addStretch();
    auto* const box = new QWidget;
    auto* const form = new QFormLayout;
    form->addRow(tr("Kind"), m_type);
    form->addRow(tr("Vocabulary"), m_size);
    form->addRow(tr("Coverage"), m_coverage);
    form->addRow(QString(), m_lowerCase);
    form->addRow(tr("Special pieces"), special);
    form->addRow(tr("Into"), m_folder);
    auto* const layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(new QLabel(tr("Texts to train on, a sentence a line, or manifests; drop them here:")));
    layout->addWidget(m_files, 1);
    layout->addLayout(fileButtons);
    layout->addLayout(form);
    return box;
}

void TokenizerTrainingDialog::connectAll() {
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_train, &QPushButton::clicked, this, &TokenizerTrainingDialog::start);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_training.cancel();
        tell(tr("Cancelled; nothing was written."), false);
    });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        qDeleteAll(m_files->selectedItems());
        showState();
    });
    connect(m_files, &QListWidget::itemSelectionChanged, this, &TokenizerTrainingDialog::showState);
    connect(m_type, &QComboBox::currentIndexChanged, this, &TokenizerTrainingDialog::showState);
    connect(m_size, &QSpinBox::valueChanged, this, &TokenizerTrainingDialog::showState);
    connect(m_folder, &QLineEdit::textEdited, this, [this](const QString& text) {
        m_hasOwnFolder = !text.isEmpty();
        showState();
    });
    connect(&m_tick, &QTimer::timeout, this, &TokenizerTrainingDialog::showTime);
    connect(&m_training, &TokenizerTraining::runningChanged, this, &TokenizerTrainingDialog::showState);
    connect(&m_training, &TokenizerTraining::trained, this, &TokenizerTrainingDialog::succeed);
    connect(&m_training, &TokenizerTraining::failed, this, [this](const QString& why) { tell(why, true); });
}

void TokenizerTrainingDialog::addFiles(const QStringList& files) {
    for (const QString& file : files)
        if (m_files->findItems(file, Qt::MatchExactly).isEmpty()) m_files->addItem(file);
    showState();
}

void TokenizerTrainingDialog::setFolder(const QString& folder) {
    m_folder->setText(folder);
    m_hasOwnFolder = true;
    showState();
}

TrainingSettings TokenizerTrainingDialog::settings() const {
    TrainingSettings settings{.folder = m_folder->text(),
                              .type = m_type->currentData().toString(),
                              .vocabSize = m_size->value(),
                              .coverage = m_coverage->value(),
                              .lowerCase = m_lowerCase->isChecked(),
                              .bos = m_bos->isChecked() && m_bos->isEnabled(),
                              .eos = m_eos->isChecked() && m_eos->isEnabled(),
                              .pad = m_pad->isChecked() && m_pad->isEnabled()};
    for (int row = 0; row < m_files->count(); ++row)
        settings.files.append(m_files->item(row)->text());
    return settings;
}

QString TokenizerTrainingDialog::said() const {
    return m_said->text();
}

void TokenizerTrainingDialog::chooseFiles() {
    addFiles(
        QFileDialog::getOpenFileNames(this, tr("Texts"), QString(),
                                      tr("Texts and manifests (*.txt *.en *.fr *.de *.tsv *.json *.jsonl);;"
                                         "All files (*)")));
}

void TokenizerTrainingDialog::chooseFolder() {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder of the tokenizer"), m_folder->text());
    if (!folder.isEmpty()) setFolder(folder);
}

void TokenizerTrainingDialog::start() {
    m_since.start();
    m_training.start(settings());
    if (m_training.isRunning()) showTime();
}

void TokenizerTrainingDialog::showState() {
    const bool isRunning = m_training.isRunning();
    const bool isWordPiece = m_type->currentData().toString() == QStringLiteral("wpe");
    if (!m_hasOwnFolder && m_files->count() > 0) // as NeMo's scripts call it
        m_folder->setText(
            QFileInfo(m_files->item(0)->text())
                .dir()
                .filePath(QStringLiteral("tokenizer_%1_v%2")
                              .arg(isWordPiece ? QStringLiteral("wpe")
                                               : QStringLiteral("spe_") + m_type->currentData().toString())
                              .arg(m_size->value())));
    m_coverage->setEnabled(!isWordPiece);
    for (QCheckBox* const box : {m_bos, m_eos, m_pad})
        box->setEnabled(!isWordPiece); // BERT's five are always there
    m_form->setEnabled(!isRunning);
    m_remove->setEnabled(!m_files->selectedItems().isEmpty());
    m_train->setEnabled(!isRunning && m_files->count() > 0 && !m_folder->text().isEmpty());
    m_train->setToolTip(m_files->count() == 0 ? tr("Add texts first") : QString());
    m_cancel->setVisible(isRunning);
    m_progress->setVisible(isRunning);
    if (isRunning)
        m_tick.start();
    else
        m_tick.stop();
}

void TokenizerTrainingDialog::showTime() {
    tell(tr("Training for %1. Millions of sentences take minutes.")
             .arg(widgets::formatDuration(std::floor(static_cast<double>(m_since.elapsed()) / 1000))),
         false);
}

void TokenizerTrainingDialog::succeed(const QString& folder, qint64 pieces, qint64 sentences) {
    using widgets::formatCount;
    const QString texts = sentences == 1 ? tr("1 sentence") : tr("%1 sentences").arg(formatCount(sentences));
    tell(tr("%1 pieces from %2, in %3").arg(formatCount(pieces), texts, folder), false);
    Q_EMIT trained(folder);
}

void TokenizerTrainingDialog::tell(const QString& text, bool isError) {
    QPalette tone = palette();
    if (isError) tone.setColor(QPalette::WindowText, widgets::colorsFor(this).error);
    m_said->setPalette(tone);
    m_said->setText(text);
}

void TokenizerTrainingDialog::dragEnterEvent(QDragEnterEvent* event) {
    if (!m_training.isRunning() && !localFilesIn(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void TokenizerTrainingDialog::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    addFiles(localFilesIn(*event->mimeData()));
}

} // namespace fathom::app
