// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of a run's samples: which validation, beside which other, and which rows.
#pragma once

#include "app/models/sample_model.h"
#include "app/samples/sample_loader.h"

#include <QWidget>

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLineEdit;
class QToolButton;

namespace fathom::app {

class SampleBar : public QWidget {
    Q_OBJECT
public:
    explicit SampleBar(QWidget* parent = nullptr);

    /// Validations there are; keeps what is chosen.
    void setSteps(qint64 run, const std::vector<std::int64_t>& steps);
    /// Another run that can be compared with; −1 for none. Chooses its newest validation.
    void setOtherRun(qint64 run, const QString& name);
    void forgetChoices();
    /// Only these samples; `what` says which they are.
    void setAmong(std::vector<int> samples, const QString& what);
    void clearAmong();
    [[nodiscard]] SampleFilter filter() const;
    [[nodiscard]] OtherSamples chosenOther() const;
    /// By one towards older (−1) or newer (+1) validations.
    void moveStep(int by);
    /// Two rows instead of one.
    void setNarrow(bool narrow);
    void focusFilter();
    void toggleErrors();
    [[nodiscard]] bool onlyErrors() const;
    void setOnlyErrors(bool only);

Q_SIGNALS:
    void stepChosen(std::optional<std::int64_t> step);
    void otherChosen(const fathom::app::OtherSamples& other);
    void filterChanged();

private:
    void fillOthers();
    [[nodiscard]] std::optional<std::int64_t> chosenStep() const;

    qint64 m_run = -1;
    std::vector<std::int64_t> m_steps;
    qint64 m_otherRun = -1;
    QString m_otherName;
    std::shared_ptr<const std::vector<int>> m_among;
    QBoxLayout* m_rows;
    QComboBox* m_step;
    QComboBox* m_other;
    QLineEdit* m_text;
    QCheckBox* m_errors;
    QToolButton* m_chip;
};

} // namespace fathom::app
