// SPDX-License-Identifier: Apache-2.0
#include "engine/model/torch_failure.h"

#include <torch/torch.h>

namespace fathom::model {

Error torchFailure(const std::string& what, const std::exception& error) {
    const auto* torchError = dynamic_cast<const c10::Error*>(&error);
    return {.kind = ErrorKind::Failed,
            .what = what,
            .why = torchError ? torchError->what_without_backtrace() : error.what(),
            .remedy = "",
            .className = "RuntimeError"};
}

} // namespace fathom::model
