// SPDX-License-Identifier: Apache-2.0
// What a program has to set up before its first thread.
#pragma once

namespace fathom::run {

/// Call first in main: LibTorch's OpenMP reads its environment when it is loaded, and the environment may
/// only be changed while there is one thread. Variables that are set already are left alone.
///
/// OpenMP's threads spin for about a millisecond at the end of each parallel region. On idle cores that is
/// harmless; as soon as a window, a browser or a compiler wants a core too, spinning threads hold up the ones
/// that work (measured on two busy cores: 0.8 s a training step with the default, 0.3 s with the short spin
/// set here).
void prepareProcess();

} // namespace fathom::run
