// SPDX-License-Identifier: GPL-3.0-or-later
// Text files as lists of lines.
#pragma once

#include "engine/base/result.h"

#include <QStringList>

namespace fathom::app {

/// The lines of the files one behind the other, without empty ones. For a background thread. Errors
/// (BadInput): a file cannot be read, is no UTF-8 (with its line), or is larger than 64 MB.
[[nodiscard]] Result<QStringList> readTextLines(const QStringList& files);

} // namespace fathom::app
