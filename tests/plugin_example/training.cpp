// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin with an optimizer and a model.
#include "signum.h"
#include "sine_model.h"

int fathomPluginAbi() {
    return fathom::plugin::kAbi;
}

void fathomRegisterPlugin(fathom::plugin::Registrar& registrar) {
    registrar.registerOptimizer(example::signum());
    registrar.registerModel(example::sineModel());
}
