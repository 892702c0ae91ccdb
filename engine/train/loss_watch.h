// SPDX-License-Identifier: Apache-2.0
// Finds a loss that is NaN or infinite without reading every loss from a GPU at once.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <torch/torch.h>
#include <vector>

namespace fathom::train {

class LossWatch {
public:
    /// Notes the loss of a batch of step `step` (1-based: the step under way). On the CPU it is checked at
    /// once.
    [[nodiscard]] Status note(const torch::Tensor& loss, std::int64_t step,
                              const std::vector<std::string>& sources);
    /// Reads what was noted on a GPU since the last call. Errors name the first bad step and its recordings.
    [[nodiscard]] Status check();

private:
    struct Noted {
        torch::Tensor loss;
        std::int64_t step;
        std::vector<std::string> sources;
    };
    std::vector<Noted> m_noted;
};

} // namespace fathom::train
