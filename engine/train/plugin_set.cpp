// SPDX-License-Identifier: Apache-2.0
#include "engine/train/plugin_set.h"

#include "engine/model/model.h"
#include "engine/optim/optimizer.h"

#include <algorithm>

namespace fathom::train {
namespace {

template <class Registration>
bool hasOneOf(const std::vector<std::string>& known, const std::vector<Registration>& list,
              std::string& name) {
    for (const Registration& each : list) {
        name = each.name;
        if (std::ranges::find(known, name) != known.end()) return true;
    }
    return false;
}

Status registerAll(const plugin::Plugin& plugin) {
    std::string name;
    if (hasOneOf(optim::optimizerNames(), plugin.optimizers, name) ||
        hasOneOf(model::modelNames(), plugin.models, name))
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot register '" + name + "'",
                     .why = "there is one of that name already",
                     .remedy = "Choose another name in the plugin"});
    if (Status described = plugin::describe(plugin); !described) return described;
    for (plugin::OptimizerRegistration each : plugin.optimizers) {
        each.schema.clear(); // described just now
        if (Status added = optim::registerOptimizer(std::move(each)); !added) return added;
    }
    for (plugin::ModelRegistration each : plugin.models) {
        each.schema.clear();
        if (Status added = model::registerModel(std::move(each)); !added) return added;
    }
    return {};
}

} // namespace

Status PluginSet::add(const plugin::Plugin& plugin) {
    const std::lock_guard lock(m_mutex);
    if (std::ranges::find(m_known, &plugin) != m_known.end()) return {};
    if (Status registered = registerAll(plugin); !registered) {
        Error error = registered.error();
        error.file = plugin.file.string();
        return fail(std::move(error));
    }
    m_known.push_back(&plugin);
    return {};
}

} // namespace fathom::train
