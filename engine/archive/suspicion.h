// SPDX-License-Identifier: Apache-2.0
// Names that an archive may not name without a reason: classes for its config, globals for its pickle.
#pragma once

#include <string_view>

namespace fathom::archive {

/// False for a class or function that NeMo 3.0 refuses to instantiate for a config's `target` or `_target_`
/// (UnsafeTargetError). NeMo also looks at what the name imports; this looks at the name.
[[nodiscard]] bool isAllowedTarget(std::string_view target);

/// True for a pickle's global by which loading it in Python runs programs or code, opens files or the
/// network: "posix.system", "builtins.eval", "subprocess.Popen".
[[nodiscard]] bool runsCode(std::string_view global);

} // namespace fathom::archive
