// SPDX-License-Identifier: GPL-3.0-or-later
// Lines up a prediction with its reference, word by word, along a shortest edit path (what the word error
// rate counts), to be shown.
#pragma once

#include "engine/text/edit_distance.h"

#include <QMetaType>
#include <QString>

#include <vector>

namespace fathom::app {

using text::WordMatch;

struct AlignedWord {
    QString reference{};  ///< empty when inserted
    QString prediction{}; ///< empty when deleted
    WordMatch match = WordMatch::Same;
};

using WordAlignment = std::vector<AlignedWord>;

/// Words are what white space separates. The limits are text::WordAligner's.
[[nodiscard]] WordAlignment alignWords(const QString& reference, const QString& prediction);

/// The same with each text as one word, whatever is in it: names of classes.
[[nodiscard]] WordAlignment alignWhole(const QString& reference, const QString& prediction);

} // namespace fathom::app

Q_DECLARE_METATYPE(fathom::app::WordAlignment)
