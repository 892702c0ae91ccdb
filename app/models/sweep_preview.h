// SPDX-License-Identifier: GPL-3.0-or-later
// The runs that overrides with sweeps (`lr=0.1,0.01`) stand for.
#pragma once

#include "engine/config/compose.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::app {

struct SweepJob {
    std::vector<std::string> overrides{}; ///< as many as were given, the sweeps replaced by one value each
    QStringList values{};                 ///< of SweepPreview::keys

    friend bool operator==(const SweepJob& a, const SweepJob& b) = default;
};

struct SweepPreview {
    QStringList keys{}; ///< that are swept over; empty when nothing is
    std::vector<SweepJob> jobs{};
    std::optional<Error> error{}; ///< there are sweeps, but they cannot be expanded

    [[nodiscard]] bool isSweep() const { return !keys.isEmpty(); }
};

/// Whether `typed` was meant as a sweep over a key whose value is of type `current`: `choice(…)`, `range(…)`
/// and the like always, `0.1,0.01` where the key holds no text.
[[nodiscard]] bool isMeantAsSweep(std::string_view typed, Value::Type current);

/// Pure but for reading the files; for a background thread.
[[nodiscard]] SweepPreview expandPreview(const config::ComposeRequest& request);

} // namespace fathom::app
