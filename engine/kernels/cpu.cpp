// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/cpu.h"

namespace fathom::kernels {

bool supports(Isa isa) {
    switch (isa) {
    case Isa::Portable:
        return true;
#if defined(__x86_64__)
    case Isa::Avx2:
        return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case Isa::Avx512:
        return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("fma") != 0;
#else
    case Isa::Avx2:
    case Isa::Avx512:
        return false;
#endif
    }
    return false;
}

Isa bestIsa() {
    static const Isa best = supports(Isa::Avx512) ? Isa::Avx512
                            : supports(Isa::Avx2) ? Isa::Avx2
                                                  : Isa::Portable;
    return best;
}

} // namespace fathom::kernels
