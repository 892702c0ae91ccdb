// SPDX-License-Identifier: GPL-3.0-or-later
// Lines up a prediction with its reference, word by word, along a shortest edit path (what the word error
// rate counts).
#pragma once

#include <QMetaType>
#include <QString>

#include <vector>

namespace fathom::app {

enum class WordMatch { Same, Substituted, Deleted, Inserted };

struct AlignedWord {
    QString reference{};  ///< empty when inserted
    QString prediction{}; ///< empty when deleted
    WordMatch match = WordMatch::Same;
};

using WordAlignment = std::vector<AlignedWord>;

/// Words are what spaces separate. Quadratic in the words; a text above 2,000 words is compared as one word.
[[nodiscard]] WordAlignment alignWords(const QString& reference, const QString& prediction);

} // namespace fathom::app

Q_DECLARE_METATYPE(fathom::app::WordAlignment)
