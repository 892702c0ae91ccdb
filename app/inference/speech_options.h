// SPDX-License-Identifier: GPL-3.0-or-later
// How recordings are decoded: greedily or by beam search, with or without a language model, whole or in
// parts.
#pragma once

#include "engine/run/inference.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace fathom::app {

class SpeechOptions : public QWidget {
    Q_OBJECT
public:
    explicit SpeechOptions(QWidget* parent = nullptr);
    [[nodiscard]] run::TranscribeOptions options() const;

Q_SIGNALS:
    void changed();

private:
    void chooseLanguageModel();
    void update();
    QComboBox* m_decoding;
    QSpinBox* m_beam;
    QLineEdit* m_languageModel;
    QDoubleSpinBox* m_weight;
    QDoubleSpinBox* m_bonus;
    QDoubleSpinBox* m_parts;
};

} // namespace fathom::app
