// SPDX-License-Identifier: GPL-3.0-or-later
// How a run's state is said and shown, everywhere the same.
#pragma once

#include "engine/store/types.h"
#include "widgets/state_chip.h"

#include <QString>

namespace fathom::app {

[[nodiscard]] QString stateText(store::RunState state);
/// Name of an icon in resources/icons.
[[nodiscard]] QString stateIcon(store::RunState state);
[[nodiscard]] widgets::Mood stateMood(store::RunState state);
/// The same of a run: one that stands still on request is "Paused".
[[nodiscard]] QString stateText(const store::Run& run);
[[nodiscard]] QString stateIcon(const store::Run& run);
[[nodiscard]] widgets::Mood stateMood(const store::Run& run);
[[nodiscard]] bool isPaused(const store::Run& run);
/// Seconds from start to end, or to the last sign of life; negative before the start.
[[nodiscard]] double runDuration(const store::Run& run);
/// Seconds until the last step at the present pace; negative when unknown.
[[nodiscard]] double remainingSeconds(const store::Run& run);

} // namespace fathom::app
