// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/translate_options.h"

#include "app/inference/form_parts.h"

#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSpinBox>

namespace fathom::app {

namespace {

constexpr double kOfTheModel = -0.1; // below every penalty that makes sense
constexpr int kAlternatives = 4;

QSpinBox* count(int least, int most, int value, const QString& toolTip) {
    auto* const box = new QSpinBox;
    box->setRange(least, most);
    box->setValue(value);
    box->setToolTip(toolTip);
    box->setKeyboardTracking(false);
    return box;
}

QLineEdit* language(const QString& toolTip) {
    auto* const line = new QLineEdit;
    line->setPlaceholderText(TranslateOptions::tr("as the model says"));
    line->setToolTip(toolTip);
    return line;
}

} // namespace

TranslateOptions::TranslateOptions(QWidget* parent)
    : QWidget(parent),
      m_beam(count(0, 256, 0, tr("How many translations the search keeps at a time; 1 is greedy"))),
      m_penalty(new QDoubleSpinBox),
      m_delta(count(-1, 1000, -1, tr("How many tokens a translation may be longer than its text"))),
      m_alternatives(count(1, 64, kAlternatives,
                           tr("How many translations are shown; the beam gives no more "
                              "than its size"))),
      m_source(language(tr("Language of the text, such as en: decides how it is normalised"))),
      m_target(language(tr("Language of the translation; of a multilingual model it chooses it"))) {
    const QString ofTheModel = tr("as the model says");
    m_beam->setSpecialValueText(ofTheModel);
    m_delta->setSpecialValueText(ofTheModel);
    m_penalty->setRange(kOfTheModel, 5);
    m_penalty->setSingleStep(0.1);
    m_penalty->setValue(kOfTheModel);
    m_penalty->setSpecialValueText(ofTheModel);
    m_penalty->setKeyboardTracking(false);
    m_penalty->setToolTip(tr("More gives longer translations; 0 compares log-probabilities as they are"));
    layOutOptions(this,
                  {{tr("Beam size"), m_beam}, {tr("Length penalty"), m_penalty}, {tr("Longest"), m_delta}},
                  {{tr("Alternatives"), m_alternatives}, {tr("From"), m_source}, {tr("Into"), m_target}});
    for (QSpinBox* const box : {m_beam, m_delta, m_alternatives})
        connect(box, &QSpinBox::valueChanged, this, &TranslateOptions::changed);
    connect(m_penalty, &QDoubleSpinBox::valueChanged, this, &TranslateOptions::changed);
    for (QLineEdit* const line : {m_source, m_target})
        connect(line, &QLineEdit::editingFinished, this, &TranslateOptions::changed);
}

run::TranslateOptions TranslateOptions::options() const {
    run::TranslateOptions options{.beamSize = m_beam->value(),
                                  .maxGenerationDelta = m_delta->value(),
                                  .alternatives = m_alternatives->value(),
                                  .sourceLanguage = m_source->text().trimmed().toStdString(),
                                  .targetLanguage = m_target->text().trimmed().toStdString()};
    if (m_penalty->value() > kOfTheModel / 2) options.lengthPenalty = m_penalty->value();
    return options;
}

} // namespace fathom::app
