// SPDX-License-Identifier: Apache-2.0
#include "engine/run/openmp_wait.h"

#include <cstdlib>

namespace fathom::run {

bool shortenOpenMpWait() {
    if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return false;
    return setenv("GOMP_SPINCOUNT", "2000", /*overwrite=*/1) == 0;
}

} // namespace fathom::run
