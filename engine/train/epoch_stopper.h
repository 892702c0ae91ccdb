// SPDX-License-Identifier: Apache-2.0
// `exp_manager.create_ipl_epoch_stopper_callback`: ends a run after some epochs, for what happens between
// runs.
#pragma once

#include "engine/train/callback.h"

namespace fathom::train {

class EpochStopper : public Callback {
public:
    explicit EpochStopper(int epochs) : m_epochs(epochs) {}

    Status onTrainEpochEnd(const LoopState&) override {
        ++m_seen;
        return {};
    }
    [[nodiscard]] bool wantsToStop() const override { return m_seen >= m_epochs; }

private:
    int m_epochs;
    int m_seen = 0; ///< epochs of this run
};

} // namespace fathom::train
