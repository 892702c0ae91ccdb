// SPDX-License-Identifier: Apache-2.0
#include "engine/run/process.h"

#include <cstdlib>

namespace fathom::run {

void prepareProcess() {
    if (std::getenv("OMP_WAIT_POLICY")) return;
    setenv("GOMP_SPINCOUNT", "10000", 0);
}

} // namespace fathom::run
