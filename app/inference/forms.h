// SPDX-License-Identifier: GPL-3.0-or-later
// Which form a family of models has.
#pragma once

#include "app/inference/inference_form.h"
#include "engine/run/inference.h"

#include <QString>

namespace fathom::app {

struct FormKind {
    run::Task task = run::Task::Unknown;
    QString title{}; ///< of its tab
    QString icon{};
    InferenceForm* (*make)(const FormServices& services) = nullptr;
};

/// Null for a task that has none.
[[nodiscard]] const FormKind* formFor(run::Task task);

} // namespace fathom::app
