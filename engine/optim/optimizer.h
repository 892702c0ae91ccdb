// SPDX-License-Identifier: Apache-2.0
// Optimizers that update all parameters at once (`at::_foreach_*` and fused kernels) instead of one by one.
//
//   auto optimizer = optim::createOptimizer(config, "model.optim", parameters);
//   loss.backward();
//   optim::clipGradNorm((*optimizer)->parameters(), 1.0);
//   (*optimizer)->step(learningRate);
//   (*optimizer)->zeroGrad();
//   optim::OptimizerState saved = optim::copyOf((*optimizer)->state());
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/optim/parameter_groups.h"
#include "engine/optim/state.h"
#include "engine/plugin/registrar.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <torch/torch.h>
#include <vector>

namespace fathom::optim {

/// What an optimizer is built from: parameters, and for each group all its constructor's arguments.
struct Setup {
    struct Group {
        Value::Map options{}; ///< every argument, defaults included
        std::vector<std::size_t> parameters{};
    };
    std::vector<torch::Tensor> parameters{};
    std::vector<Group> groups{};
    std::vector<std::string> groupKeys{}; ///< the options that PyTorch keeps in `param_groups`, in its order
};

/// One thread at a time. Parameters keep their order; those without a gradient are left alone, as in PyTorch.
class Optimizer {
public:
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// One update, each group with its learning rate. May change the gradients. Throws what torch throws
    /// (c10::Error).
    void step();
    /// The same after giving every group this rate.
    void step(double learningRate);
    /// Releases the gradients (`zero_grad(set_to_none=True)`).
    void zeroGrad();

    /// Those of all groups, one group after the other.
    [[nodiscard]] const std::vector<torch::Tensor>& parameters() const { return m_parameters; }
    [[nodiscard]] std::size_t groupCount() const { return m_groups.size(); }
    /// `lr` of the config or of the group: what a schedule multiplies. 0 where it is null (Adafactor).
    [[nodiscard]] double baseLearningRate(std::size_t group = 0) const;
    /// What the next step uses. Waits for the device where Adafactor has written its rate back.
    [[nodiscard]] double learningRate(std::size_t group = 0) const;
    void setLearningRate(std::size_t group, double rate);
    /// Gives every group the rate that a schedule has for its base rate, as PyTorch's schedulers do. On an
    /// error the groups before it have theirs.
    [[nodiscard]] Status schedule(const std::function<Result<double>(double baseRate)>& rateOf);

    /// Gives every group this momentum, or first beta, as CyclicLR does. ValueError where there is neither.
    [[nodiscard]] Status setMomentum(double momentum);

    /// State of parameter `index` under PyTorch's names and with its shapes and types; empty before its first
    /// update. Tensors are handles: the next step changes them.
    [[nodiscard]] std::vector<StateEntry> state(std::size_t index) const;
    /// PyTorch's `state_dict()`. Tensors are handles; copyOf() keeps them.
    [[nodiscard]] OptimizerState state() const;
    /// PyTorch's `load_state_dict()`: options of the groups too, lr among them. Parameters are matched by
    /// their order in the groups. Tensors are copied to the parameters' device and take the type that this
    /// optimizer gives them, so that the steps after equal those of the optimizer that was saved to the bit.
    /// Errors (BadInput) name what does not fit and leave the optimizer as it was.
    [[nodiscard]] Status loadState(const OptimizerState& state);

protected:
    enum class StepFormat { None, Tensor, Integer, OfGroup }; ///< how PyTorch keeps the number of updates
    enum class SlotType { Parameter, Float32, AtLeastFloat32 };
    using Shape = std::vector<std::int64_t>;
    /// A state tensor of every parameter; undefined where there is none (yet).
    struct Slot {
        std::string name;
        SlotType type = SlotType::Parameter;
        std::function<Shape(const torch::Tensor& parameter)> shape = {}; ///< that of the parameter without
        std::vector<torch::Tensor> tensors = {};
    };
    using Indices = std::vector<std::size_t>;

    Optimizer(Setup setup, StepFormat stepFormat, std::vector<Slot> slots);

    /// Updates these parameters of a group; all have gradients. Their numbers of steps count this update.
    virtual void update(std::size_t group, const Indices& indices) = 0;
    /// Before the groups are updated.
    virtual void begin() {}
    /// Makes the slots that `index` needs and lacks: before its first update and after a load.
    virtual void prepare(std::size_t group, std::size_t index) = 0;
    /// After a load, when what is derived from slots and steps has to follow.
    virtual void loaded() {}
    /// Takes options for all groups, or none when one of them is wrong.
    virtual Status readOptions(const std::vector<Value::Map>& options) = 0;

    [[nodiscard]] std::vector<torch::Tensor>& slot(std::size_t number) { return m_slots[number].tensors; }
    [[nodiscard]] std::int64_t steps(std::size_t index) const { return m_steps[index]; }
    [[nodiscard]] std::int64_t groupSteps(std::size_t group) const { return m_groups[group].steps; }
    [[nodiscard]] double rate(std::size_t group) const { return m_groups[group].rate.value_or(0); }
    /// Defined after writeBack() until the rate is set or loaded.
    [[nodiscard]] const torch::Tensor& rateTensor(std::size_t group) const {
        return m_groups[group].rateTensor;
    }
    void writeBack(std::size_t group, torch::Tensor rateTensor) {
        m_groups[group].rateTensor = std::move(rateTensor);
    }
    void writeBack(std::size_t group, double rate);
    /// Zeros like the parameter in an undefined tensor.
    void zerosIn(std::size_t slotNumber, std::size_t index);
    /// Makes the state of every parameter now (Adagrad).
    void prepareAll();
    /// Indices of a group's parameters that have a gradient.
    [[nodiscard]] Indices withGradients(std::size_t group) const;
    /// Their gradients (handles).
    [[nodiscard]] std::vector<torch::Tensor> gradients(const Indices& indices) const;
    /// Their gradients with the sign of ascent and L2 decay; handles where neither changes them.
    [[nodiscard]] std::vector<torch::Tensor> gradients(const Indices& indices, bool maximize,
                                                       double weightDecay) const;

private:
    struct Group {
        Value::Map options;
        Indices parameters;
        std::optional<double> base{};
        std::optional<double> rate{};
        torch::Tensor rateTensor{};
        std::int64_t steps = 0;
    };
    struct Kept; ///< what a failed load restores

    [[nodiscard]] GroupState groupState(const Group& group) const;
    [[nodiscard]] Status loadGroups(const std::vector<GroupState>& saved);
    [[nodiscard]] Status loadParameter(std::size_t group, std::size_t index, const ParameterState& saved);
    [[nodiscard]] Status loadEntry(std::size_t index, const StateEntry& entry);
    [[nodiscard]] Status loadAll(const OptimizerState& saved);
    void readRates(Group& group) const;

    std::vector<torch::Tensor> m_parameters;
    std::vector<Group> m_groups;
    std::vector<std::string> m_groupKeys;
    StepFormat m_stepFormat;
    std::vector<Slot> m_slots;
    std::vector<std::int64_t> m_steps; ///< updates of each parameter
    std::vector<char> m_hasState;
};

/// Makes the name known to configs. Errors (Usage): a name that there is already, a malformed schema. Any
/// thread; what was read before stays valid.
[[nodiscard]] Status registerOptimizer(plugin::OptimizerRegistration registration);

/// Names that `name` may have, in the order of registration.
[[nodiscard]] const std::vector<std::string>& optimizerNames();

/// Builds the optimizer that the section at `path` describes: NeMo's flat style (`name`, `lr`, `betas`, …),
/// its older nesting under `args`, or `_target_`; `sched` is left to the schedule. Values that are not given
/// are those of the constructors in PyTorch and NeMo, below `args` with a name those of its dataclasses.
/// Groups may override what PyTorch keeps per group. With no parameters it only checks the section. Errors
/// are Usage, carry file, line and key, and say which fields the optimizer has.
[[nodiscard]] Result<std::unique_ptr<Optimizer>> createGroupedOptimizer(const config::Config& config,
                                                                        std::string_view path,
                                                                        std::vector<ParameterGroup> groups);
/// The same with one group.
[[nodiscard]] Result<std::unique_ptr<Optimizer>>
createOptimizer(const config::Config& config, std::string_view path, std::vector<torch::Tensor> parameters);

} // namespace fathom::optim
