// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule/plateau.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"

#include <limits>

namespace fathom::schedule {

namespace {

/// Described in engine/config/schemas, defaults too.
struct PlateauArguments {
    std::string mode{};
    double factor{};
    std::int64_t patience{};
    double threshold{};
    std::string thresholdMode{};
    std::int64_t cooldown{};
    Value minLr{};
    double eps{};
};

const config::Schema<PlateauArguments>& argumentsSchema() {
    using P = PlateauArguments;
    static const auto schema = config::Schema<P>(schemas::at("ReduceLROnPlateauArguments"))
                                   .bind("mode", &P::mode)
                                   .bind("factor", &P::factor)
                                   .bind("patience", &P::patience)
                                   .bind("threshold", &P::threshold)
                                   .bind("threshold_mode", &P::thresholdMode)
                                   .bind("cooldown", &P::cooldown)
                                   .bind("min_lr", &P::minLr)
                                   .bind("eps", &P::eps);
    return schema;
}

Error valueError(std::string key, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot construct ReduceLROnPlateau", std::move(why), std::move(remedy)};
    error.key = std::move(key);
    error.className = "ValueError";
    return error;
}

} // namespace

Result<Plateau> Plateau::create(const Value::Map& arguments, std::vector<double> groupLrs) {
    Result<PlateauArguments> read = argumentsSchema().read(Value(arguments));
    if (!read) {
        Error error = read.error();
        if (error.className == "ConfigKeyError") {
            error.className = "TypeError";
            error.why = "ReduceLROnPlateau.__init__() got an unexpected keyword argument '" + error.key + "'";
        }
        // PyTorch's own words for a wrong choice.
        if (error.key == "mode" || error.key == "threshold_mode") {
            const Value* given = arguments.find(error.key);
            error = valueError(error.key,
                               (error.key == "mode" ? "mode " : "threshold mode ") +
                                   config::pythonStr(*given) + " is unknown!",
                               error.key == "mode" ? "Use min or max" : "Use rel or abs");
        }
        return fail(std::move(error));
    }
    if (read->factor >= 1.0)
        return fail(valueError("factor", "Factor should be < 1.0.", "Give a smaller one"));
    Plateau out;
    out.m_minimums.assign(groupLrs.size(), 0);
    if (read->minLr.isList()) {
        const Value::List& minimums = read->minLr.asList();
        if (minimums.size() != groupLrs.size())
            return fail(valueError("min_lr",
                                   "expected " + std::to_string(groupLrs.size()) + " min_lrs, got " +
                                       std::to_string(minimums.size()),
                                   "Give one for each group"));
        for (std::size_t i = 0; i < minimums.size(); ++i)
            out.m_minimums[i] = minimums[i].isNumber() ? minimums[i].toDouble() : 0;
    } else if (read->minLr.isNumber()) {
        out.m_minimums.assign(groupLrs.size(), read->minLr.toDouble());
    }
    out.m_rates = std::move(groupLrs);
    out.m_maximize = read->mode == "max";
    out.m_absolute = read->thresholdMode == "abs";
    out.m_factor = read->factor;
    out.m_threshold = read->threshold;
    out.m_eps = read->eps;
    out.m_patience = read->patience;
    out.m_cooldown = read->cooldown;
    out.m_best = (out.m_maximize ? -1 : 1) * std::numeric_limits<double>::infinity();
    return out;
}

bool Plateau::isBetter(double metric) const {
    if (m_maximize) return metric > (m_absolute ? m_best + m_threshold : m_best * (m_threshold + 1.0));
    return metric < (m_absolute ? m_best - m_threshold : m_best * (1.0 - m_threshold));
}

void Plateau::setState(const State& state) {
    m_rates = state.rates;
    m_best = state.best;
    m_bad = state.numBadEpochs;
    m_cooling = state.cooldownCounter;
    m_seen = state.lastEpoch;
}

const std::vector<double>& Plateau::step(double metric) {
    ++m_seen;
    if (isBetter(metric)) {
        m_best = metric;
        m_bad = 0;
    } else {
        ++m_bad;
    }
    if (m_cooling > 0) {
        --m_cooling;
        m_bad = 0;
    }
    if (m_bad > m_patience) {
        for (std::size_t i = 0; i < m_rates.size(); ++i) {
            const double lowered = std::max(m_rates[i] * m_factor, m_minimums[i]);
            if (m_rates[i] - lowered > m_eps) m_rates[i] = lowered;
        }
        m_cooling = m_cooldown;
        m_bad = 0;
    }
    return m_rates;
}

} // namespace fathom::schedule
