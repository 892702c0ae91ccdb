// SPDX-License-Identifier: GPL-3.0-or-later
// Plugins with one mistake each, or none; the build says which.
#include "engine/plugin/registrar.h"

#include <stdexcept>

namespace {

using namespace fathom;

class Flat : public schedule::Curve {
    Result<double> rate(std::int64_t, double groupLr) const override { return groupLr; }
};

[[maybe_unused]] schedule::SchedulerRegistration flat(const char* name, const char* schema) {
    return {.name = name,
            .schema = schema,
            .factory = [](const schedule::CurveSetup&) -> Result<std::shared_ptr<const schedule::Curve>> {
                return std::make_shared<const Flat>();
            }};
}

} // namespace

#ifndef FAULT_SYMBOL
int fathomPluginAbi() {
#ifdef FAULT_ABI
    return plugin::kAbi + 1;
#else
    return plugin::kAbi;
#endif
}
#endif

void fathomRegisterPlugin(plugin::Registrar& registrar) {
    registrar.registerScheduler(flat("FirstOfFaulty", "FirstOfFaulty(SchedulerSection)\n"));
#if defined FAULT_THROWS
    throw std::runtime_error("the licence has run out");
#elif defined FAULT_TAKEN
    registrar.registerScheduler(flat("CosineAnnealing", "Cosine(SchedulerSection)\n"));
#elif defined FAULT_TWICE
    registrar.registerScheduler(flat("FirstOfFaulty", "Another(SchedulerSection)\n"));
#elif defined FAULT_FACTORY
    registrar.registerScheduler({.name = "Empty", .schema = "Empty(SchedulerSection)\n"});
#elif defined FAULT_SCHEMA
    registrar.registerScheduler(flat("Malformed", "Malformed(SchedulerSection)\n  period int 3\n"));
#elif defined FAULT_STRUCT
    registrar.registerScheduler(flat("Adam2", "Adam(SchedulerSection)\n"));
#endif
}
