// SPDX-License-Identifier: Apache-2.0
// The rate at a step. `s` counts completed scheduler steps; b is the base rate, W warmup, H hold (warmup
// included), M max_steps.
#include "engine/schedule/formulas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fathom::schedule {

namespace {

Error raised(const char* className, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot compute the learning rate", std::move(why), std::move(remedy)};
    error.className = className;
    return error;
}

Result<double> divided(double numerator, double denominator) {
    if (denominator == 0)
        return fail(
            raised("ZeroDivisionError", "division by zero", "Check max_steps against warmup and hold steps"));
    return numerator / denominator;
}

Error belowMinimum(const std::string& name) {
    return raised("ValueError",
                  name + " received an initial learning rate that was lower than the minimum learning rate.",
                  "Lower sched.min_lr or raise optim.lr");
}

/// One group's rate; the members of Parameters under their short names.
struct Formula {
    const Parameters& p;
    const std::string& name;
    double s;
    double b;
    double W = p.warmupSteps;
    double H = p.holdSteps;
    double M = p.maxSteps.value_or(0);

    [[nodiscard]] bool isWarmingUp() const { return s <= W && W > 0; }
    [[nodiscard]] double warmup() const { return b * ((s + 1) / (W + 1)); }

    [[nodiscard]] Result<double> cosine() const {
        if (p.constantSteps == 0) {
            if (isWarmingUp()) return warmup();
            if (s > M) return p.minLr;
            if (b < p.minLr) return fail(belowMinimum(name));
            return divided(std::numbers::pi * (s - W), M - W).map([&](double angle) {
                return (b - p.minLr) * (0.5 * (1 + std::cos(angle))) + p.minLr;
            });
        }
        const double top = p.baseLr, decay = M - (p.constantSteps + W);
        if (!(top > p.minLr))
            return fail(raised("AssertionError", "the learning rate must be larger than min_lr",
                               "Lower sched.min_lr"));
        if (isWarmingUp()) return top * s / W;
        if (s > W + decay) return p.minLr;
        return divided(s - W, decay).map([&](double ratio) {
            return p.minLr + 0.5 * (std::cos(std::numbers::pi * ratio) + 1.0) * (top - p.minLr);
        });
    }

    [[nodiscard]] Result<double> noam() const {
        const double step = std::max(1.0, s);
        if (b < p.minLr) return fail(belowMinimum(name));
        const double scale = 1 / std::sqrt(p.modelSize);
        const double factor =
            W > 0 ? std::min(1 / std::sqrt(step), step * std::pow(W, -1.5)) : 1 / std::sqrt(step);
        const double rate = b * scale * factor;
        return step > W ? std::max(rate, p.minLr) : rate;
    }

    [[nodiscard]] Result<double> noamHold() const {
        if (W == 0)
            return fail(raised("ValueError", "Noam scheduler cannot be used without warmup steps",
                               "Set sched.warmup_steps"));
        const double held = H > 0 ? H - W : 0;
        return std::max(b * std::max(1.0, std::pow(W, p.decayRate)) /
                            std::max(1.0, std::pow(s - held, p.decayRate)),
                        p.minLr);
    }

    [[nodiscard]] Result<double> polynomial(double x, double decay) const {
        if (p.cycle) {
            const Result<double> turns =
                x == 0 ? Result<double>(1.0)
                       : divided(x, decay).map([](double ratio) { return std::ceil(ratio); });
            if (!turns) return turns;
            decay *= *turns;
        } else {
            x = std::min(x, decay);
        }
        return divided(x, decay).map(
            [&](double progress) { return (b - p.minLr) * std::pow(1.0 - progress, p.power) + p.minLr; });
    }

    /// What follows warmup and hold.
    [[nodiscard]] Result<double> annealed() const {
        switch (p.kind) {
        case Kind::SquareAnnealing:
            return divided((M - W) - (s - W), M - W).map([&](double left) {
                return std::max(b * left * left, p.minLr);
            });
        case Kind::SquareRootAnnealing:
            return divided(M - s, M).map([&](double left) { return std::max(b * std::sqrt(left), p.minLr); });
        case Kind::WarmupAnnealing:
            return divided(s - W, M - W).map([&](double done) {
                return p.minLr + (1 - done) * (p.baseLr - p.minLr);
            });
        case Kind::InverseSquareRootAnnealing:
            return b / std::sqrt((s + 1) / (W + 1));
        case Kind::PolynomialDecayAnnealing:
            return polynomial(s - W, M - W);
        case Kind::PolynomialHoldDecayAnnealing:
            return polynomial(s - H, M - std::max(W, H));
        case Kind::NoamHoldAnnealing:
            return noamHold();
        case Kind::WarmupHoldAnnealOneMinusSquareRoot:
            return divided(s - H, M - H).map([&](double done) {
                return std::max(p.minLr, b * (1 - std::sqrt(done)));
            });
        case Kind::WarmupHoldAnnealLinear:
            return divided(s - H, M - H).map([&](double done) { return b - (b - p.minLr) * done; });
        default:
            return b;
        }
    }

    [[nodiscard]] bool isHoldKind() const {
        return p.kind == Kind::WarmupHoldPolicy || p.kind == Kind::NoamHoldAnnealing ||
               p.kind == Kind::PolynomialHoldDecayAnnealing ||
               p.kind == Kind::WarmupHoldAnnealOneMinusSquareRoot || p.kind == Kind::WarmupHoldAnnealLinear;
    }

    [[nodiscard]] Result<double> warmupFamily() const {
        if (isWarmingUp()) return warmup();
        if (isHoldKind()) {
            if (s >= W && s < H) return b;
            if (!p.maxSteps)
                return fail(raised("TypeError", "'>' not supported between instances of 'int' and 'NoneType'",
                                   "Set sched.max_steps"));
        }
        if (p.maxSteps && s > M) return p.minLr;
        return annealed();
    }

    [[nodiscard]] Result<double> t5() const {
        if (p.constantSteps > 0 && s <= p.constantSteps) return 1 / std::sqrt(p.constantSteps);
        if (s > M) return p.minLr;
        return divided(1, std::sqrt(s));
    }

    [[nodiscard]] double stepLr() const {
        if (p.stepSize == std::floor(p.stepSize)) return b * std::pow(p.gamma, std::floor(s / p.stepSize));
        double rate = b;
        for (double at = 1; at <= s; ++at)
            if (std::fmod(at, p.stepSize) == 0) rate *= p.gamma;
        return rate;
    }

    [[nodiscard]] Result<double> rate() const {
        switch (p.kind) {
        case Kind::CosineAnnealing:
            return cosine();
        case Kind::NoamAnnealing:
            return noam();
        case Kind::T5InverseSquareRootAnnealing:
            return t5();
        case Kind::StepLR:
            return stepLr();
        case Kind::ExponentialLR:
            return b * std::pow(p.gamma, s);
        case Kind::ReduceLROnPlateau:
            return b;
        case Kind::CyclicLR:
            return p.cyclicBase + (p.cyclicMax - p.cyclicBase) * cyclicScale(s);
        default:
            return warmupFamily();
        }
    }

    /// How far up the triangle a step is, scaled by the mode.
    [[nodiscard]] double cyclicScale(double step) const {
        const double total = p.stepUp + p.stepDown, ratio = p.stepUp / total;
        const double cycle = std::floor(1 + step / total);
        const double x = 1.0 + step / total - cycle;
        const double height = std::max(0.0, x <= ratio ? x / ratio : (x - 1) / (ratio - 1));
        const double argument = p.perIteration ? step : cycle;
        if (p.cyclicMode == 1) return height * (1 / std::pow(2.0, argument - 1));
        if (p.cyclicMode == 2) return height * std::pow(p.gamma, argument);
        return height;
    }
};

} // namespace

Result<double> FormulaCurve::rate(std::int64_t step, double groupLr) const {
    return Formula{m_parameters, m_name, static_cast<double>(step), groupLr}.rate();
}

std::optional<double> FormulaCurve::momentum(std::int64_t step) const {
    if (m_parameters.kind != Kind::CyclicLR || !m_parameters.cycleMomentum) return std::nullopt;
    const Formula formula{m_parameters, m_name, static_cast<double>(step), 0};
    return m_parameters.maxMomentum - (m_parameters.maxMomentum - m_parameters.baseMomentum) *
                                          formula.cyclicScale(static_cast<double>(step));
}

namespace {

/// Attributes of NeMo's schedulers, and the parameter that each is.
struct Attribute {
    const char* name;
    double Parameters::*field;
};
constexpr Attribute kAttributes[] = {{"warmup_steps", &Parameters::warmupSteps},
                                     {"constant_steps", &Parameters::constantSteps},
                                     {"hold_steps", &Parameters::holdSteps},
                                     {"min_lr", &Parameters::minLr}};

/// Steps are whole numbers in Python wherever they can be.
Value attribute(const char* name, double value) {
    const bool isWhole = value == std::floor(value) && std::string_view(name) != "min_lr";
    return isWhole ? Value(static_cast<std::int64_t>(value)) : Value(value);
}

} // namespace

Value::Map FormulaCurve::state() const {
    Value::Map state;
    if (!m_parameters.maxSteps) return state;
    state.set("max_steps", attribute("max_steps", *m_parameters.maxSteps));
    for (const auto& [name, field] : kAttributes)
        state.set(name, attribute(name, m_parameters.*field));
    const double decay = *m_parameters.maxSteps - m_parameters.constantSteps - m_parameters.warmupSteps;
    state.set("decay_steps", attribute("decay_steps", decay));
    return state;
}

std::shared_ptr<const Curve> FormulaCurve::withState(const Value::Map& saved) const {
    Parameters parameters = m_parameters;
    bool isChanged = false;
    const auto take = [&](const char* name, double& into) {
        const Value* value = saved.find(name);
        if (!value || !value->isNumber() || value->toDouble() == into) return;
        into = value->toDouble();
        isChanged = true;
    };
    if (parameters.maxSteps) take("max_steps", *parameters.maxSteps);
    for (const auto& [name, field] : kAttributes)
        take(name, parameters.*field);
    return isChanged ? std::make_shared<FormulaCurve>(parameters, m_name) : nullptr;
}

} // namespace fathom::schedule
