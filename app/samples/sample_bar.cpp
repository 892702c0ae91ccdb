// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/sample_bar.h"

#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>

#include <algorithm>

namespace fathom::app {

using widgets::kGrid;

namespace {

constexpr int kRunRole = Qt::UserRole;
constexpr int kStepRole = Qt::UserRole + 1; ///< invalid: the newest
constexpr int kChipCharacters = 40;

QString stepText(std::int64_t step) {
    return SampleBar::tr("Step %1").arg(widgets::formatCount(step));
}

} // namespace

SampleBar::SampleBar(QWidget* parent)
    : QWidget(parent),
      m_rows(new QBoxLayout(QBoxLayout::LeftToRight, this)),
      m_step(new QComboBox(this)),
      m_other(new QComboBox(this)),
      m_text(new QLineEdit(this)),
      m_errors(new QCheckBox(tr("Only errors"), this)),
      m_chip(new QToolButton(this)) {
    m_step->setAccessibleName(tr("Validation"));
    m_step->setToolTip(tr("The validation whose samples are shown"));
    m_other->setAccessibleName(tr("Compared validation"));
    m_other->setToolTip(tr("Set the samples beside those of another validation"));
    for (QComboBox* const box : {m_step, m_other}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(13);
    }
    m_text->setPlaceholderText(tr("Filter texts and clips"));
    m_text->setAccessibleName(tr("Filter samples"));
    m_text->setClearButtonEnabled(true);
    m_text->addAction(widgets::icon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    m_text->setMinimumWidth(14 * kGrid);
    m_errors->setToolTip(tr("Hide the samples without an error"));
    m_chip->setIcon(widgets::icon(QStringLiteral("close")));
    m_chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_chip->setToolTip(tr("Show the other samples again"));
    m_chip->hide();
    auto* const rows = new QHBoxLayout;
    rows->setSpacing(kGrid);
    rows->addWidget(m_chip);
    rows->addWidget(m_text, 1);
    rows->addWidget(m_errors);
    auto* const validations = new QHBoxLayout;
    validations->setSpacing(kGrid);
    validations->addWidget(m_step, 1);
    validations->addWidget(m_other, 1);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(kGrid);
    m_rows->addLayout(rows, 1);
    m_rows->addLayout(validations);
    connect(m_step, &QComboBox::currentIndexChanged, this, [this] { Q_EMIT stepChosen(chosenStep()); });
    connect(m_other, &QComboBox::currentIndexChanged, this, [this] { Q_EMIT otherChosen(chosenOther()); });
    connect(m_text, &QLineEdit::textChanged, this, &SampleBar::filterChanged);
    connect(m_errors, &QCheckBox::toggled, this, &SampleBar::filterChanged);
    connect(m_chip, &QToolButton::clicked, this, [this] {
        clearAmong();
        Q_EMIT filterChanged();
    });
    forgetChoices();
}

void SampleBar::setSteps(qint64 run, const std::vector<std::int64_t>& steps) {
    const auto chosen = chosenStep();
    m_run = run;
    m_steps = steps;
    const QSignalBlocker quiet(m_step);
    m_step->clear();
    m_step->addItem(steps.empty() ? tr("No validation yet")
                                  : tr("Newest (step %1)").arg(widgets::formatCount(steps.back())));
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        m_step->addItem(stepText(*step));
        m_step->setItemData(m_step->count() - 1, qint64{*step}, kStepRole);
        if (chosen == *step) m_step->setCurrentIndex(m_step->count() - 1);
    }
    m_step->setEnabled(!steps.empty());
    fillOthers();
}

void SampleBar::fillOthers() {
    const OtherSamples chosen = chosenOther();
    const QSignalBlocker quiet(m_other);
    m_other->clear();
    const auto add = [&](const QString& text, const OtherSamples& other) {
        m_other->addItem(text);
        const int index = m_other->count() - 1;
        m_other->setItemData(index, other.run, kRunRole);
        if (other.step) m_other->setItemData(index, qint64{*other.step}, kStepRole);
        if (other == chosen) m_other->setCurrentIndex(index);
    };
    add(tr("Compare with…"), {});
    if (m_otherRun >= 0) add(tr("%1, newest").arg(m_otherName), {.run = m_otherRun});
    if (m_steps.size() > 1)
        for (auto step = m_steps.rbegin(); step != m_steps.rend(); ++step)
            add(stepText(*step), {.run = m_run, .step = *step});
    m_other->setEnabled(m_other->count() > 1);
}

void SampleBar::setOtherRun(qint64 run, const QString& name) {
    m_otherRun = run;
    m_otherName = name;
    fillOthers();
    m_other->setCurrentIndex(run < 0 ? 0 : 1);
}

void SampleBar::forgetChoices() {
    const QSignalBlocker quietSteps(m_step);
    const QSignalBlocker quietOthers(m_other);
    m_step->clear();
    m_other->clear();
    m_otherRun = -1;
    setSteps(-1, {});
    clearAmong();
}

std::optional<std::int64_t> SampleBar::chosenStep() const {
    const QVariant step = m_step->currentData(kStepRole);
    return step.isValid() ? std::optional<std::int64_t>(step.toLongLong()) : std::nullopt;
}

OtherSamples SampleBar::chosenOther() const {
    if (m_other->currentIndex() <= 0) return {};
    const QVariant step = m_other->currentData(kStepRole);
    OtherSamples other{.run = m_other->currentData(kRunRole).toLongLong()};
    if (step.isValid()) other.step = step.toLongLong();
    return other;
}

void SampleBar::setAmong(std::vector<int> samples, const QString& what) {
    m_among = std::make_shared<const std::vector<int>>(std::move(samples));
    m_chip->setText(what.size() > kChipCharacters ? what.left(kChipCharacters) + QChar(0x2026) : what);
    m_chip->setAccessibleName(tr("Only %1; press to show all").arg(what));
    m_chip->show();
    Q_EMIT filterChanged();
}

void SampleBar::clearAmong() {
    m_among.reset();
    m_chip->hide();
}

SampleFilter SampleBar::filter() const {
    return {.text = m_text->text(), .onlyErrors = m_errors->isChecked(), .among = m_among};
}

void SampleBar::moveStep(int by) {
    const int newest = m_step->count() > 1 && m_step->currentIndex() == 0 ? 1 : m_step->currentIndex();
    const int index = std::clamp(newest - by, 0, m_step->count() - 1); // the newest is on top
    m_step->setCurrentIndex(index == 1 && by > 0 ? 0 : index);
}

void SampleBar::setNarrow(bool narrow) {
    m_rows->setDirection(narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void SampleBar::focusFilter() {
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

void SampleBar::toggleErrors() {
    m_errors->toggle();
}

bool SampleBar::onlyErrors() const {
    return m_errors->isChecked();
}

void SampleBar::setOnlyErrors(bool only) {
    m_errors->setChecked(only);
}

} // namespace fathom::app
