// SPDX-License-Identifier: Apache-2.0
// What a plugin is: a shared object that gives names in a config a meaning. Needs no LibTorch where the
// plugin needs none. docs/plugins.md is the guide, tests/plugin_example a worked example.
//
//   #include "engine/plugin/registrar.h"
//
//   extern "C" int fathomPluginAbi() { return fathom::plugin::kAbi; }
//
//   extern "C" void fathomRegisterPlugin(fathom::plugin::Registrar& registrar) {
//       registrar.registerScheduler({.name = "Sawtooth", .schema = …, .factory = …});
//       registrar.registerOptimizer({.name = "signum", .schema = …, .factory = …});
//   }
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/schedule/registry.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::optim { // engine/optim/optimizer.h
class Optimizer;
struct Setup;
/// What a constructor refuses.
struct BuildError {
    std::size_t group = 0;
    Error error{}; ///< its key is the option's name
};
using Built = tl::expected<std::unique_ptr<Optimizer>, BuildError>;
} // namespace fathom::optim

namespace fathom::model { // engine/model/model.h
class Model;
struct ModelOptions;
} // namespace fathom::model

namespace fathom::plugin {

/// What program and plugin must agree on; raised with every change of a type that crosses between them.
inline constexpr int kAbi = 2;

using SchedulerRegistration = schedule::SchedulerRegistration;

struct OptimizerRegistration {
    std::string name{}; ///< as `optim.name` says it; `_target_` finds it by its class in lower case
    /// The section's fields, in the format of engine/config/description.h, best as a struct that is based on
    /// OptimizerSection. Empty: the catalog describes the name already.
    std::string schema{};
    /// Fields that groups of parameters may have of their own: PyTorch's `param_groups`, in its order.
    std::vector<std::string> groupKeys{};
    /// optim::build<Signum, SignumParams> for one. Errors say which group and field.
    std::function<optim::Built(optim::Setup)> factory{};
};

struct ModelRegistration {
    std::string name{}; ///< the class: the last part of `model.target`
    /// The section's fields; the last struct is called like the model, those before it describe modules that
    /// have a `_target_`. Empty: the catalog describes the class already.
    std::string schema{};
    /// Builds the model of the section at `path` with fresh weights, as model::createModel says.
    std::function<Result<std::unique_ptr<model::Model>>(const config::Config& config, std::string_view path,
                                                        const model::ModelOptions& options)>
        factory{};
};

/// Collects what a plugin brings. All of it is taken, or nothing when something is wrong: the plugin itself
/// needs to check nothing.
class Registrar {
public:
    virtual ~Registrar() = default;
    virtual void registerOptimizer(OptimizerRegistration registration) = 0;
    virtual void registerScheduler(SchedulerRegistration registration) = 0;
    virtual void registerModel(ModelRegistration registration) = 0;
};

} // namespace fathom::plugin

extern "C" {
/// Returns fathom::plugin::kAbi as the plugin was compiled with it.
__attribute__((visibility("default"))) int fathomPluginAbi();
/// Called once in a process, on any thread. May throw; the loading fails then.
__attribute__((visibility("default"))) void fathomRegisterPlugin(fathom::plugin::Registrar& registrar);
}
