// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/optimizer.h"

#include "engine/config/convert.h"
#include "engine/optim/grouped.h"

namespace fathom::optim {

Optimizer::Optimizer(Setup setup, StepFormat stepFormat, std::vector<Slot> slots)
    : m_parameters(std::move(setup.parameters)),
      m_groupKeys(std::move(setup.groupKeys)),
      m_stepFormat(stepFormat),
      m_slots(std::move(slots)),
      m_steps(m_parameters.size()),
      m_hasState(m_parameters.size()) {
    for (Setup::Group& group : setup.groups) {
        m_groups.push_back({.options = std::move(group.options), .parameters = std::move(group.parameters)});
        readRates(m_groups.back());
    }
    for (Slot& each : m_slots)
        each.tensors.resize(m_parameters.size());
}

void Optimizer::step() {
    const torch::NoGradGuard guard;
    begin();
    for (std::size_t group = 0; group < m_groups.size(); ++group) {
        ++m_groups[group].steps;
        const Indices indices = withGradients(group);
        if (indices.empty()) continue;
        for (const std::size_t i : indices) {
            if (!m_hasState[i]) prepare(group, i);
            m_hasState[i] = 1;
            ++m_steps[i];
        }
        update(group, indices);
    }
}

void Optimizer::step(double learningRate) {
    for (std::size_t group = 0; group < m_groups.size(); ++group)
        setLearningRate(group, learningRate);
    step();
}

void Optimizer::zeroGrad() {
    for (torch::Tensor& parameter : m_parameters)
        parameter.mutable_grad().reset();
}

double Optimizer::baseLearningRate(std::size_t group) const {
    return m_groups.at(group).base.value_or(0);
}

double Optimizer::learningRate(std::size_t group) const {
    const Group& of = m_groups.at(group);
    return of.rateTensor.defined() ? of.rateTensor.item<double>() : of.rate.value_or(0);
}

void Optimizer::setLearningRate(std::size_t group, double rate) {
    m_groups.at(group).rateTensor.reset();
    m_groups[group].rate = rate;
}

Status Optimizer::schedule(const std::function<Result<double>(double)>& rateOf) {
    for (std::size_t group = 0; group < m_groups.size(); ++group) {
        const Result<double> rate = rateOf(baseLearningRate(group));
        if (!rate) return fail(rate.error());
        setLearningRate(group, *rate);
        // PyTorch's schedulers leave it in the group, and refuse to resume without it.
        Group& of = m_groups[group];
        if (!of.options.find("initial_lr")) of.options.set("initial_lr", baseLearningRate(group));
    }
    return {};
}

Status Optimizer::setMomentum(double momentum) {
    std::vector<Value::Map> options;
    for (const Group& group : m_groups) {
        options.push_back(group.options);
        if (Value* betas = options.back().find("betas"); betas && betas->isList() && !betas->asList().empty())
            betas->asList().front() = momentum;
        else if (Value* own = options.back().find("momentum"))
            *own = momentum;
        else
            return fail(invalid(
                "momentum", "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
                "Set sched.cycle_momentum=false"));
    }
    if (Status status = readOptions(options); !status) return status;
    for (std::size_t group = 0; group < m_groups.size(); ++group)
        m_groups[group].options = std::move(options[group]);
    return {};
}

void Optimizer::writeBack(std::size_t group, double rate) {
    setLearningRate(group, rate);
}

void Optimizer::zerosIn(std::size_t slotNumber, std::size_t index) {
    torch::Tensor& tensor = m_slots[slotNumber].tensors[index];
    if (!tensor.defined())
        tensor = torch::zeros_like(m_parameters[index], torch::MemoryFormat::Preserve).detach();
}

void Optimizer::prepareAll() {
    for (std::size_t group = 0; group < m_groups.size(); ++group)
        for (const std::size_t i : m_groups[group].parameters) {
            prepare(group, i);
            m_hasState[i] = 1;
        }
}

Optimizer::Indices Optimizer::withGradients(std::size_t group) const {
    Indices indices;
    indices.reserve(m_groups[group].parameters.size());
    for (const std::size_t i : m_groups[group].parameters)
        if (m_parameters[i].grad().defined()) indices.push_back(i);
    return indices;
}

std::vector<torch::Tensor> Optimizer::gradients(const Indices& indices) const {
    std::vector<torch::Tensor> list;
    list.reserve(indices.size());
    for (const std::size_t i : indices)
        list.push_back(m_parameters[i].grad());
    return list;
}

std::vector<torch::Tensor> Optimizer::gradients(const Indices& indices, bool maximize,
                                                double weightDecay) const {
    std::vector<torch::Tensor> list = gradients(indices);
    if (maximize) list = at::_foreach_neg(list);
    if (weightDecay == 0) return list;
    std::vector<torch::Tensor> params;
    params.reserve(indices.size());
    for (const std::size_t i : indices)
        params.push_back(m_parameters[i]);
    return at::_foreach_add(list, params, weightDecay);
}

void Optimizer::readRates(Group& group) const {
    const auto number = [&](const char* key) -> std::optional<double> {
        const Value* value = group.options.find(key);
        const Result<double> converted = value && !value->isNull() ? config::toFloat(*value) : fail(Error{});
        return converted ? std::optional(*converted) : std::nullopt;
    };
    group.rateTensor.reset();
    group.rate = number("lr");
    const std::optional<double> initial = number("initial_lr");
    group.base = initial ? initial : group.rate;
}

} // namespace fathom::optim
