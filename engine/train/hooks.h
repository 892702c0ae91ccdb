// SPDX-License-Identifier: Apache-2.0
// A run's callbacks, called one after the other.
#pragma once

#include "engine/train/callback.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace fathom::train {

class Hooks {
public:
    explicit Hooks(std::vector<std::unique_ptr<Callback>> callbacks) : m_callbacks(std::move(callbacks)) {}

    /// Calls `hook` with each callback; the first error ends it.
    template <class Hook> [[nodiscard]] Status call(Hook&& hook) const {
        for (const auto& callback : m_callbacks)
            if (Status fine = hook(*callback); !fine) return fine;
        return {};
    }
    [[nodiscard]] bool wantStop() const {
        return std::any_of(m_callbacks.begin(), m_callbacks.end(),
                           [](const auto& callback) { return callback->wantsToStop(); });
    }
    [[nodiscard]] const std::vector<std::unique_ptr<Callback>>& all() const { return m_callbacks; }

private:
    std::vector<std::unique_ptr<Callback>> m_callbacks;
};

} // namespace fathom::train
