// SPDX-License-Identifier: Apache-2.0
// The constructors of NeMo's and PyTorch's schedules: their argument checks, in their words.
#include "engine/schedule/formulas.h"

#include "engine/config/convert.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/suggest.h"
#include "engine/schedule/plateau.h"

#include <algorithm>
#include <array>

namespace fathom::schedule {

namespace {

/// What the description of a schedule (engine/config/schemas) does not say.
struct Traits {
    std::string_view name;
    Kind kind;
    std::string_view required;     ///< the argument that its constructor demands; empty for none
    std::string_view keywordOwner; ///< the class whose constructor refuses unknown keywords
};

constexpr std::array<Traits, 18> kTraits{{
    {"WarmupPolicy", Kind::WarmupPolicy, "", "WarmupPolicy"},
    {"WarmupHoldPolicy", Kind::WarmupHoldPolicy, "", "WarmupHoldPolicy"},
    {"SquareAnnealing", Kind::SquareAnnealing, "max_steps", "WarmupPolicy"},
    {"CosineAnnealing", Kind::CosineAnnealing, "max_steps", "WarmupAnnealHoldPolicy"},
    {"NoamAnnealing", Kind::NoamAnnealing, "d_model", "NoamAnnealing"},
    {"NoamHoldAnnealing", Kind::NoamHoldAnnealing, "max_steps", "WarmupHoldPolicy"},
    {"WarmupHoldAnnealOneMinusSquareRoot", Kind::WarmupHoldAnnealOneMinusSquareRoot, "max_steps",
     "WarmupHoldPolicy"},
    {"WarmupHoldAnnealLinear", Kind::WarmupHoldAnnealLinear, "max_steps", "WarmupHoldPolicy"},
    {"WarmupAnnealing", Kind::WarmupAnnealing, "max_steps", "WarmupPolicy"},
    {"InverseSquareRootAnnealing", Kind::InverseSquareRootAnnealing, "max_steps", "WarmupPolicy"},
    {"T5InverseSquareRootAnnealing", Kind::T5InverseSquareRootAnnealing, "max_steps",
     "SquareRootConstantPolicy"},
    {"SquareRootAnnealing", Kind::SquareRootAnnealing, "max_steps", "WarmupPolicy"},
    {"PolynomialDecayAnnealing", Kind::PolynomialDecayAnnealing, "max_steps", "WarmupPolicy"},
    {"PolynomialHoldDecayAnnealing", Kind::PolynomialHoldDecayAnnealing, "max_steps", "WarmupHoldPolicy"},
    {"StepLR", Kind::StepLR, "step_size", "StepLR"},
    {"ExponentialLR", Kind::ExponentialLR, "gamma", "ExponentialLR"},
    {"ReduceLROnPlateau", Kind::ReduceLROnPlateau, "", "ReduceLROnPlateau"},
    {"CyclicLR", Kind::CyclicLR, "base_lr", "CyclicLR"},
}};

Error raised(std::string key, std::string className, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot construct the scheduler", std::move(why), std::move(remedy)};
    error.key = std::move(key);
    error.className = std::move(className);
    return error;
}

bool isTorch(Kind kind) {
    return kind == Kind::StepLR || kind == Kind::ExponentialLR || kind == Kind::CyclicLR ||
           kind == Kind::ReduceLROnPlateau;
}

/// Typed access to keyword arguments; null counts as absent.
class Arguments {
public:
    explicit Arguments(const Value::Map& map) : m_map(map) {}

    [[nodiscard]] bool has(std::string_view name) const {
        const Value* value = m_map.find(name);
        return value && !value->isNull();
    }
    [[nodiscard]] Status read(std::string_view name, double& out) const {
        if (!has(name)) return {};
        const Result<double> number = config::toFloat(*m_map.find(name));
        if (!number)
            return fail(raised(std::string(name), "TypeError", number.error().why, number.error().remedy));
        out = *number;
        return {};
    }
    [[nodiscard]] Status read(std::string_view name, bool& out) const {
        if (!has(name)) return {};
        const Result<bool> flag = config::toBool(*m_map.find(name));
        if (!flag) return fail(raised(std::string(name), "TypeError", flag.error().why, flag.error().remedy));
        out = *flag;
        return {};
    }
    [[nodiscard]] std::string text(std::string_view name, std::string fallback) const {
        return has(name) ? config::pythonStr(*m_map.find(name)) : std::move(fallback);
    }

private:
    const Value::Map& m_map;
};

/// The keywords of the constructor: the described fields without those that every `sched` section has. NeMo
/// passes max_steps to its own schedules and drops it for torch's.
std::vector<std::string> keywordsOf(std::string_view name) {
    std::vector<std::string> known{"max_steps"};
    const config::Description& section = schemas::at("SchedulerSection");
    for (const config::Field& field : schemas::at(name).fields)
        if (!section.field(field.name)) known.push_back(field.name);
    return known;
}

Status checkKeywords(const Traits& traits, const Value::Map& arguments) {
    const std::vector<std::string> known = keywordsOf(traits.name);
    for (const auto& [name, value] : arguments)
        if (std::ranges::find(known, name) == known.end())
            return fail(raised(name, "TypeError",
                               std::string(traits.keywordOwner) +
                                   ".__init__() got an unexpected keyword argument '" + name + "'",
                               config::didYouMean(name, known, "Remove it")));
    std::string missing(arguments.find(traits.required) ? "" : traits.required);
    if (missing.empty() && traits.kind == Kind::CyclicLR && !arguments.find("max_lr")) missing = "max_lr";
    if (missing.empty()) return {};
    return fail(raised(missing, "TypeError",
                       std::string(traits.name) + ".__init__() missing 1 required " +
                           (isTorch(traits.kind) ? "positional" : "keyword-only") + " argument: '" + missing +
                           "'",
                       "Set sched." + missing));
}

/// Steps given as a number or as a ratio of max_steps; `out` keeps its value when neither is.
Status stepsOrRatio(const Arguments& arguments, const std::string& what, const std::string& both,
                    std::optional<double> maxSteps, double& out, bool& given) {
    const std::string steps = what + "_steps", ratio = what + "_ratio";
    if (arguments.has(steps) && arguments.has(ratio))
        return fail(
            raised(ratio, "AssertionError", both, "Remove one of sched." + steps + " and sched." + ratio));
    if (arguments.has(ratio) && !maxSteps)
        return fail(raised(ratio, "AssertionError", "If there is a ratio, there should be a total steps",
                           "Set sched.max_steps"));
    given = arguments.has(steps) || arguments.has(ratio);
    if (Status status = arguments.read(steps, out); !status) return status;
    if (!arguments.has(ratio)) return {};
    double fraction = 0;
    if (Status status = arguments.read(ratio, fraction); !status) return status;
    out = static_cast<double>(static_cast<std::int64_t>(fraction * *maxSteps));
    return {};
}

Status readSteps(const Arguments& arguments, Parameters& out) {
    constexpr const char* kEither = "Either use particular number of step or ratio";
    bool given = false;
    if (arguments.has("max_steps")) {
        double maxSteps = 0;
        if (Status status = arguments.read("max_steps", maxSteps); !status) return status;
        out.maxSteps = maxSteps;
    }
    if (out.kind == Kind::T5InverseSquareRootAnnealing) {
        if (arguments.has("constant_steps") && arguments.has("constant_ratio"))
            return fail(raised("constant_ratio", "AssertionError",
                               "Either use particular number of step or ratio", "Remove one of them"));
        if (!arguments.has("constant_steps"))
            return fail(raised("constant_steps", "TypeError",
                               "unsupported operand type(s) for ** or pow(): 'NoneType' and 'float'",
                               "Set sched.constant_steps"));
        if (Status status = arguments.read("constant_steps", out.constantSteps); !status) return status;
        if (out.constantSteps == 0)
            return fail(
                raised("constant_steps", "ZeroDivisionError", "division by zero", "Give a positive number"));
        return {};
    }
    if (Status status = stepsOrRatio(arguments, "warmup", kEither, out.maxSteps, out.warmupSteps, given);
        !status)
        return status;
    if (Status status = stepsOrRatio(arguments, "hold", kEither, out.maxSteps, out.holdSteps, given); !status)
        return status;
    if (given) out.holdSteps += out.warmupSteps;
    return stepsOrRatio(arguments, "constant", "Either use constant_steps or constant_ratio", out.maxSteps,
                        out.constantSteps, given);
}

Status readCyclic(const Arguments& arguments, Parameters& out) {
    for (const auto& [name, member] :
         {std::pair{"base_lr", &out.cyclicBase}, {"max_lr", &out.cyclicMax}, {"step_size_up", &out.stepUp}})
        if (Status status = arguments.read(name, *member); !status) return status;
    out.stepDown = out.stepUp;
    out.gamma = 1.0;
    for (const auto& [name, member] : {std::pair{"step_size_down", &out.stepDown},
                                       {"gamma", &out.gamma},
                                       {"base_momentum", &out.baseMomentum},
                                       {"max_momentum", &out.maxMomentum}})
        if (Status status = arguments.read(name, *member); !status) return status;
    const std::string mode = arguments.text("mode", "triangular");
    if (mode != "triangular" && mode != "triangular2" && mode != "exp_range")
        return fail(raised("mode", "ValueError", "mode is invalid and scale_fn is None",
                           "Use triangular, triangular2 or exp_range"));
    out.cyclicMode = mode == "triangular" ? 0 : mode == "triangular2" ? 1 : 2;
    out.perIteration = mode == "exp_range"; // the mode decides, scale_mode counts only with a scale_fn
    return arguments.read("cycle_momentum", out.cycleMomentum);
}

Status readArguments(const Arguments& arguments, Parameters& out) {
    if (out.kind == Kind::CyclicLR) return readCyclic(arguments, out);
    if (out.kind == Kind::SquareAnnealing) out.minLr = 1e-5;
    if (out.kind == Kind::ReduceLROnPlateau) return {};
    if (Status status = readSteps(arguments, out); !status) return status;
    for (const auto& [name, member] : {std::pair{"min_lr", &out.minLr},
                                       {"power", &out.power},
                                       {"decay_rate", &out.decayRate},
                                       {"d_model", &out.modelSize},
                                       {"step_size", &out.stepSize},
                                       {"gamma", &out.gamma}})
        if (Status status = arguments.read(name, *member); !status) return status;
    if (Status status = arguments.read("cycle", out.cycle); !status) return status;
    double lastEpoch = -1;
    if (Status status = arguments.read("last_epoch", lastEpoch); !status) return status;
    if (lastEpoch >= 0)
        return fail(raised("last_epoch", "KeyError",
                           "param 'initial_lr' is not specified in param_groups[0] when resuming scheduler "
                           "with last_epoch >= 0.",
                           "Set sched.last_epoch=-1"));
    return {};
}

Result<std::shared_ptr<const Curve>> make(const Traits& traits, const CurveSetup& setup) {
    if (Status status = checkKeywords(traits, setup.arguments); !status) return fail(status.error());
    Parameters parameters;
    parameters.kind = traits.kind;
    parameters.baseLr = setup.baseLr;
    if (Status status = readArguments(Arguments(setup.arguments), parameters); !status)
        return fail(status.error());
    if (traits.kind == Kind::ReduceLROnPlateau)
        if (Result<Plateau> checked =
                Plateau::create(setup.arguments, std::vector<double>(setup.groups, setup.baseLr));
            !checked)
            return fail(checked.error());
    return std::make_shared<const FormulaCurve>(parameters, std::string(traits.name));
}

} // namespace

std::vector<SchedulerRegistration> builtins() {
    std::vector<SchedulerRegistration> all;
    for (const Traits& traits : kTraits)
        all.push_back(
            {.name = std::string(traits.name),
             .factory = [&traits](const CurveSetup& setup) { return make(traits, setup); },
             .interval = traits.kind == Kind::ExponentialLR || traits.kind == Kind::ReduceLROnPlateau
                             ? Interval::Epoch
                             : Interval::Step,
             .takesMaxSteps = !isTorch(traits.kind),
             .followsMetric = traits.kind == Kind::ReduceLROnPlateau});
    return all;
}

} // namespace fathom::schedule
