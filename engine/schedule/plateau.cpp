// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule/plateau.h"

#include "engine/config/schema.h"

#include <limits>

namespace fathom::schedule {

namespace {

struct PlateauArguments {
    std::string mode = "min";
    double factor = 0.1;
    std::int64_t patience = 10;
    double threshold = 1e-4;
    std::string thresholdMode = "rel";
    std::int64_t cooldown = 0;
    Value minLr = 0;
    double eps = 1e-8;
};

const config::Schema<PlateauArguments>& argumentsSchema() {
    static const auto schema =
        config::Schema<PlateauArguments>("ReduceLROnPlateau")
            .field("mode", &PlateauArguments::mode, "min or max")
            .field("factor", &PlateauArguments::factor, "multiplier of the rate")
            .field("patience", &PlateauArguments::patience, "epochs without improvement")
            .field("threshold", &PlateauArguments::threshold, "smallest improvement that counts")
            .field("threshold_mode", &PlateauArguments::thresholdMode, "rel or abs")
            .field("cooldown", &PlateauArguments::cooldown, "epochs to wait after a reduction")
            .field("min_lr", &PlateauArguments::minLr, "smallest rate, or one for each group")
            .field("eps", &PlateauArguments::eps, "smallest change of the rate");
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
        return fail(std::move(error));
    }
    if (read->factor >= 1.0)
        return fail(valueError("factor", "Factor should be < 1.0.", "Give a smaller one"));
    if (read->mode != "min" && read->mode != "max")
        return fail(valueError("mode", "mode " + read->mode + " is unknown!", "Use min or max"));
    if (read->thresholdMode != "rel" && read->thresholdMode != "abs")
        return fail(valueError("threshold_mode", "threshold mode " + read->thresholdMode + " is unknown!",
                               "Use rel or abs"));
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

const std::vector<double>& Plateau::step(double metric) {
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
