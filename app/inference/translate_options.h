// SPDX-License-Identifier: GPL-3.0-or-later
// How texts are translated: beam, length penalty, how many alternatives, languages.
#pragma once

#include "engine/run/inference.h"

#include <QWidget>

class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace fathom::app {

class TranslateOptions : public QWidget {
    Q_OBJECT
public:
    explicit TranslateOptions(QWidget* parent = nullptr);
    [[nodiscard]] run::TranslateOptions options() const;

Q_SIGNALS:
    void changed();

private:
    QSpinBox* m_beam;
    QDoubleSpinBox* m_penalty;
    QSpinBox* m_delta;
    QSpinBox* m_alternatives;
    QLineEdit* m_source;
    QLineEdit* m_target;
};

} // namespace fathom::app
