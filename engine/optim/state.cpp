// SPDX-License-Identifier: Apache-2.0
// Saving and loading in PyTorch's format.
#include "engine/optim/state.h"

#include "engine/optim/optimizer.h"

#include <algorithm>

namespace fathom::optim {
namespace {

Error misfit(std::string why) {
    return Error{ErrorKind::BadInput, "Cannot load the optimizer's state", std::move(why),
                 "Resume with the optimizer and the model that were saved"};
}

std::string text(torch::IntArrayRef shape) {
    std::string out = "[";
    for (const std::int64_t size : shape)
        out += (out.size() > 1 ? ", " : "") + std::to_string(size);
    return out + "]";
}

torch::Tensor ownCopy(const torch::Tensor& tensor) {
    return tensor.detach().clone(torch::MemoryFormat::Contiguous);
}

} // namespace

OptimizerState copyOf(const OptimizerState& state) {
    OptimizerState copy = state;
    for (ParameterState& parameter : copy.state)
        for (StateEntry& entry : parameter.entries)
            if (auto* tensor = std::get_if<torch::Tensor>(&entry.value)) *tensor = ownCopy(*tensor);
    for (GroupState& group : copy.groups)
        if (group.learningRate.defined()) group.learningRate = ownCopy(group.learningRate);
    return copy;
}

struct Optimizer::Kept {
    std::vector<Group> groups;
    std::vector<Slot> slots;
    std::vector<std::int64_t> steps;
    std::vector<char> hasState;
};

std::vector<StateEntry> Optimizer::state(std::size_t index) const {
    std::vector<StateEntry> entries;
    if (!m_hasState.at(index)) return entries;
    if (m_stepFormat == StepFormat::Tensor)
        entries.push_back({"step", torch::tensor(static_cast<float>(m_steps[index]))});
    if (m_stepFormat == StepFormat::Integer) entries.push_back({"step", m_steps[index]});
    for (const Slot& each : m_slots)
        if (each.tensors[index].defined()) entries.push_back({each.name, each.tensors[index]});
    return entries;
}

GroupState Optimizer::groupState(const Group& group) const {
    GroupState out;
    for (const std::string& key : m_groupKeys)
        if (const Value* value = group.options.find(key)) out.options.set(key, *value);
    const Value* given = group.options.find("lr");
    const bool unchanged =
        given && (group.rate ? given->isNumber() && given->toDouble() == *group.rate : given->isNull());
    if (!unchanged && group.rate) out.options.set("lr", *group.rate);
    if (group.rateTensor.defined()) {
        out.learningRate = group.rateTensor;
        out.options.set("lr", group.rateTensor.item<double>());
    }
    if (m_stepFormat == StepFormat::OfGroup && group.steps > 0) out.options.set("step", group.steps);
    if (const Value* initial = group.options.find("initial_lr")) out.options.set("initial_lr", *initial);
    out.parameters.assign(group.parameters.begin(), group.parameters.end());
    return out;
}

OptimizerState Optimizer::state() const {
    OptimizerState out;
    for (std::size_t i = 0; i < m_parameters.size(); ++i)
        if (std::vector<StateEntry> entries = state(i); !entries.empty())
            out.state.push_back({static_cast<std::int64_t>(i), std::move(entries)});
    for (const Group& group : m_groups)
        out.groups.push_back(groupState(group));
    return out;
}

Status Optimizer::loadState(const OptimizerState& saved) {
    Kept kept{m_groups, m_slots, m_steps, m_hasState};
    std::vector<Value::Map> options;
    for (const Group& group : m_groups)
        options.push_back(group.options);
    const torch::NoGradGuard guard;
    Status status;
    try {
        status = loadAll(saved);
    } catch (const c10::Error& error) {
        status = fail(misfit(error.what_without_backtrace()));
    }
    if (!status) {
        m_groups = std::move(kept.groups);
        m_slots = std::move(kept.slots);
        m_steps = std::move(kept.steps);
        m_hasState = std::move(kept.hasState);
        if (const Status restored = readOptions(options); !restored) return restored;
    }
    loaded();
    return status;
}

Status Optimizer::loadAll(const OptimizerState& saved) {
    if (Status status = loadGroups(saved.groups); !status) return status;
    for (Slot& each : m_slots)
        each.tensors.assign(m_parameters.size(), {});
    m_steps.assign(m_parameters.size(), 0);
    m_hasState.assign(m_parameters.size(), 0);
    std::size_t found = 0;
    for (std::size_t group = 0; group < m_groups.size(); ++group)
        for (std::size_t k = 0; k < m_groups[group].parameters.size(); ++k) {
            const std::int64_t number = saved.groups[group].parameters[k];
            const auto entry = std::ranges::find(saved.state, number, &ParameterState::index);
            if (entry == saved.state.end()) continue;
            ++found;
            if (Status status = loadParameter(group, m_groups[group].parameters[k], *entry); !status)
                return status;
        }
    if (found != saved.state.size())
        return fail(misfit("it has entries for " + std::to_string(saved.state.size()) +
                           " parameters, of which " + std::to_string(found) + " are in its groups"));
    return {};
}

Status Optimizer::loadGroups(const std::vector<GroupState>& saved) {
    if (saved.size() != m_groups.size())
        return fail(misfit("loaded state dict has a different number of parameter groups: " +
                           std::to_string(saved.size()) + ", not " + std::to_string(m_groups.size())));
    std::vector<Value::Map> options;
    for (std::size_t g = 0; g < saved.size(); ++g) {
        Group& group = m_groups[g];
        if (saved[g].parameters.size() != group.parameters.size())
            return fail(misfit("loaded state dict contains a parameter group that doesn't match the size of "
                               "optimizer's group " +
                               std::to_string(g) + ": " + std::to_string(saved[g].parameters.size()) +
                               " parameters, not " + std::to_string(group.parameters.size())));
        for (const auto& [key, value] : saved[g].options)
            if (key != "step") group.options.set(key, value);
        const Value* steps = saved[g].options.find("step");
        group.steps = steps && steps->isInt() ? steps->asInt() : 0;
        options.push_back(group.options);
        readRates(group);
        if (saved[g].learningRate.defined() && !group.parameters.empty()) {
            const torch::Tensor& first = m_parameters[group.parameters.front()];
            group.rateTensor = ownCopy(saved[g].learningRate).to(first.device());
        }
    }
    if (Status status = readOptions(options); !status) return fail(misfit(status.error().why));
    return {};
}

Status Optimizer::loadParameter(std::size_t group, std::size_t index, const ParameterState& saved) {
    for (const StateEntry& entry : saved.entries)
        if (Status status = loadEntry(index, entry); !status) return status;
    const std::vector<Slot> given = m_slots;
    prepare(group, index);
    for (std::size_t k = 0; k < m_slots.size(); ++k)
        if (m_slots[k].tensors[index].defined() && !given[k].tensors[index].defined())
            return fail(misfit("parameter " + std::to_string(index) + " has no " + m_slots[k].name));
    m_hasState[index] = 1;
    return {};
}

Status Optimizer::loadEntry(std::size_t index, const StateEntry& entry) {
    const torch::Tensor* tensor = std::get_if<torch::Tensor>(&entry.value);
    const std::string named = entry.name + " of parameter " + std::to_string(index);
    const bool countsSteps = m_stepFormat == StepFormat::Tensor || m_stepFormat == StepFormat::Integer;
    if (entry.name == "step" && countsSteps) {
        if (tensor && (!tensor->defined() || tensor->numel() != 1))
            return fail(misfit(named + " is not one number"));
        m_steps[index] =
            tensor ? static_cast<std::int64_t>(tensor->item<double>()) : std::get<std::int64_t>(entry.value);
        return {};
    }
    const auto slot = std::ranges::find(m_slots, entry.name, &Slot::name);
    if (slot == m_slots.end()) return fail(misfit("this optimizer has no " + named));
    if (!tensor || !tensor->defined()) return fail(misfit(named + " is not a tensor"));
    const torch::Tensor& parameter = m_parameters[index];
    const Shape shape = slot->shape ? slot->shape(parameter) : parameter.sizes().vec();
    if (tensor->sizes() != torch::IntArrayRef(shape))
        return fail(misfit(named + " has shape " + text(tensor->sizes()) + ", not " + text(shape)));
    torch::ScalarType type = parameter.scalar_type();
    if (slot->type == SlotType::Float32) type = torch::kFloat32;
    if (slot->type == SlotType::AtLeastFloat32) type = at::promote_types(type, torch::kFloat32);
    torch::Tensor& target = slot->tensors[index];
    // The parameter's strides keep the foreach kernels on their fast path.
    target = slot->shape ? torch::empty(shape, parameter.options().dtype(type).requires_grad(false))
                         : torch::empty_like(parameter, parameter.options().dtype(type).requires_grad(false),
                                             torch::MemoryFormat::Preserve);
    target.copy_(*tensor);
    return {};
}

} // namespace fathom::optim
