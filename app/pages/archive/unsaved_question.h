// SPDX-License-Identifier: GPL-3.0-or-later
// "Save, discard or stay?" about an archive with unsaved edits.
#pragma once

#include <functional>

class QWidget;

namespace fathom::app {

class ArchiveView;

/// Asks when the view has unsaved edits, and saves when that is the answer; then calls `leave`, unless the
/// user stays or saving fails. Returns at once.
void askAboutUnsaved(ArchiveView& view, std::function<void()> leave);

/// The same for a window that is about to close: true when it may. Runs the event loop meanwhile.
[[nodiscard]] bool mayLeave(ArchiveView& view);

} // namespace fathom::app
