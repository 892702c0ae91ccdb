// SPDX-License-Identifier: Apache-2.0
// Which vector instructions a kernel may use, found at run time: one binary runs everywhere.
#pragma once

namespace fathom::kernels {

enum class Isa {
    Portable, ///< what the compiler's baseline has; 4 floats at a time
    Avx2,     ///< AVX2 and FMA, 8 floats
    Avx512,   ///< AVX-512F, 16 floats
};

/// True if this build has the instruction set and this processor runs it. Any thread.
[[nodiscard]] bool supports(Isa isa);

/// The widest supported one, found once. Any thread.
[[nodiscard]] Isa bestIsa();

} // namespace fathom::kernels
