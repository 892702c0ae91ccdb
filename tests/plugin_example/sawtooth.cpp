// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin with a schedule: the rate falls in a line and starts again.
#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/plugin/registrar.h"

namespace {

using namespace fathom;

constexpr const char* kSchema = R"(Sawtooth(SchedulerSection)
  period: int = ???  # steps from one start to the next | >= 1
  min_lr: float = 0.0  # rate at the end of each period | >= 0
)";

struct SawtoothParams {
    std::int64_t period{};
    double minLr{};
};

Result<SawtoothParams> readParams(const Value::Map& arguments) {
    static const auto schema = config::Schema<SawtoothParams>(schemas::describe(kSchema).value())
                                   .bind("period", &SawtoothParams::period)
                                   .bind("min_lr", &SawtoothParams::minLr);
    Value::Map section = arguments;
    section.set("name", "Sawtooth");
    return schema.read(Value(std::move(section)));
}

class Sawtooth : public schedule::Curve {
public:
    explicit Sawtooth(const SawtoothParams& params) : m_params(params) {}
    Result<double> rate(std::int64_t step, double groupLr) const override {
        const auto done = static_cast<double>(step % m_params.period) / static_cast<double>(m_params.period);
        return groupLr + (m_params.minLr - groupLr) * done;
    }

private:
    SawtoothParams m_params;
};

Result<std::shared_ptr<const schedule::Curve>> makeSawtooth(const schedule::CurveSetup& setup) {
    const Result<SawtoothParams> params = readParams(setup.arguments);
    if (!params) return fail(params.error());
    return std::make_shared<const Sawtooth>(*params);
}

} // namespace

int fathomPluginAbi() {
    return fathom::plugin::kAbi;
}

void fathomRegisterPlugin(fathom::plugin::Registrar& registrar) {
    registrar.registerScheduler({.name = "Sawtooth", .schema = kSchema, .factory = makeSawtooth});
}
