// SPDX-License-Identifier: Apache-2.0
// NeMo's and PyTorch's own schedules. Internal to engine/schedule.
#pragma once

#include "engine/schedule/registry.h"

#include <optional>
#include <string>
#include <vector>

namespace fathom::schedule {

enum class Kind {
    WarmupPolicy,
    WarmupHoldPolicy,
    SquareAnnealing,
    CosineAnnealing,
    NoamAnnealing,
    NoamHoldAnnealing,
    WarmupHoldAnnealOneMinusSquareRoot,
    WarmupHoldAnnealLinear,
    WarmupAnnealing,
    InverseSquareRootAnnealing,
    T5InverseSquareRootAnnealing,
    SquareRootAnnealing,
    PolynomialDecayAnnealing,
    PolynomialHoldDecayAnnealing,
    StepLR,
    ExponentialLR,
    ReduceLROnPlateau,
    CyclicLR,
};

/// The numbers a formula needs, after the constructor's checks. Steps are doubles because configs may
/// say 2.5.
struct Parameters {
    Kind kind = Kind::WarmupPolicy;
    double baseLr = 0; ///< of the first parameter group
    std::optional<double> maxSteps{};
    double warmupSteps = 0;
    double holdSteps = 0; ///< warmup included; 0 when there is no hold
    double constantSteps = 0;
    double minLr = 0;
    double power = 1;
    bool cycle = false;
    double decayRate = 0.5;
    double modelSize = 0;             ///< d_model
    double stepSize = 0, gamma = 0.1; ///< StepLR, ExponentialLR, CyclicLR's exp_range
    double cyclicBase = 0, cyclicMax = 0, stepUp = 2000, stepDown = 2000;
    int cyclicMode = 0;        ///< 0 triangular, 1 triangular2, 2 exp_range
    bool perIteration = false; ///< CyclicLR's scale_mode "iterations"
    bool cycleMomentum = true;
    double baseMomentum = 0.8, maxMomentum = 0.9;
};

class FormulaCurve : public Curve {
public:
    /// `name` is for errors.
    FormulaCurve(const Parameters& parameters, std::string name)
        : m_parameters(parameters), m_name(std::move(name)) {}
    [[nodiscard]] Result<double> rate(std::int64_t step, double groupLr) const override;
    [[nodiscard]] std::optional<double> momentum(std::int64_t step) const override;
    [[nodiscard]] const Parameters& parameters() const { return m_parameters; }
    [[nodiscard]] Value::Map state() const override;
    [[nodiscard]] std::shared_ptr<const Curve> withState(const Value::Map& saved) const override;

private:
    Parameters m_parameters;
    std::string m_name;
};

/// All of them, in NeMo's order.
[[nodiscard]] std::vector<SchedulerRegistration> builtins();

} // namespace fathom::schedule
