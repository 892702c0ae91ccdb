// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/speech_options.h"

#include "app/inference/form_parts.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QLineEdit>

namespace fathom::app {

namespace {

enum Decoding { AsConfigured, Greedy, Beam };

QDoubleSpinBox* number(double least, double most, double step, double value, const QString& toolTip) {
    auto* const box = new QDoubleSpinBox;
    box->setRange(least, most);
    box->setSingleStep(step);
    box->setValue(value);
    box->setToolTip(toolTip);
    box->setKeyboardTracking(false);
    return box;
}

} // namespace

SpeechOptions::SpeechOptions(QWidget* parent)
    : QWidget(parent), m_decoding(new QComboBox), m_beam(new QSpinBox), m_languageModel(new QLineEdit) {
    const run::TranscribeOptions defaults;
    m_decoding->addItem(tr("As the model's config says"), AsConfigured);
    m_decoding->addItem(tr("Greedy"), Greedy);
    m_decoding->addItem(tr("Beam search"), Beam);
    m_decoding->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_decoding->setMinimumContentsLength(10);
    m_languageModel->setMinimumWidth(18 * widgets::kGrid);
    m_beam->setRange(2, 1024);
    m_beam->setValue(16);
    m_beam->setKeyboardTracking(false);
    m_beam->setToolTip(tr("How many texts the search keeps at a time"));
    m_languageModel->setPlaceholderText(tr("none"));
    m_languageModel->setToolTip(
        tr("N-grams in ARPA's format that make likely sentences win; for the beam search"));
    m_languageModel->setClearButtonEnabled(true);
    auto* const choose =
        m_languageModel->addAction(widgets::icon(QStringLiteral("open")), QLineEdit::TrailingPosition);
    choose->setText(tr("Choose a language model…"));
    m_weight = number(0, 10, 0.1, defaults.languageModelWeight, tr("Weight of the language model"));
    m_bonus = number(-10, 10, 0.1, defaults.wordBonus, tr("Added for each word; more gives longer texts"));
    m_parts = number(0, 3600, 5, defaults.bufferSeconds,
                     tr("Recordings that are longer are heard in parts of so many seconds, so that memory "
                        "does not grow with them"));
    m_parts->setSpecialValueText(tr("whole"));
    m_parts->setSuffix(tr(" s"));
    layOutOptions(
        this, {{tr("Decoding"), m_decoding}, {tr("Beam size"), m_beam}, {tr("Recordings"), m_parts}},
        {{tr("Language model"), m_languageModel}, {tr("Its weight"), m_weight}, {tr("Word bonus"), m_bonus}});
    connect(choose, &QAction::triggered, this, &SpeechOptions::chooseLanguageModel);
    connect(m_decoding, &QComboBox::activated, this, &SpeechOptions::update);
    connect(m_languageModel, &QLineEdit::editingFinished, this, &SpeechOptions::update);
    connect(m_beam, &QSpinBox::valueChanged, this, &SpeechOptions::update);
    for (QDoubleSpinBox* const box : {m_weight, m_bonus, m_parts})
        connect(box, &QDoubleSpinBox::valueChanged, this, &SpeechOptions::update);
    update();
}

run::TranscribeOptions SpeechOptions::options() const {
    run::TranscribeOptions options{.words = true};
    const int decoding = m_decoding->currentData().toInt();
    if (decoding == Greedy) options.beamSize = 1;
    if (decoding == Beam) {
        options.beamSize = m_beam->value();
        options.languageModel = m_languageModel->text().trimmed().toStdString();
        options.languageModelWeight = m_weight->value();
        options.wordBonus = m_bonus->value();
    }
    options.bufferSeconds = m_parts->value();
    return options;
}

void SpeechOptions::chooseLanguageModel() {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Language model"), m_languageModel->text(),
                                     tr("ARPA n-grams (*.arpa *.lm *.arpa.gz *.lm.gz);;All files (*)"));
    if (file.isEmpty()) return;
    m_languageModel->setText(file);
    update();
}

void SpeechOptions::update() {
    const bool isBeam = m_decoding->currentData().toInt() == Beam;
    const bool hasModel = isBeam && !m_languageModel->text().trimmed().isEmpty();
    m_beam->setEnabled(isBeam);
    m_languageModel->setEnabled(isBeam);
    m_weight->setEnabled(hasModel);
    m_bonus->setEnabled(hasModel);
    Q_EMIT changed();
}

} // namespace fathom::app
