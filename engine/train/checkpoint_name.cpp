// SPDX-License-Identifier: Apache-2.0
#include "engine/train/checkpoint_name.h"

#include "engine/base/value.h"

#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace fathom::train {
namespace {

Error badTemplate(std::string_view nameTemplate, std::string why) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot name a checkpoint",
            .why = "'" + std::string(nameTemplate) + "': " + std::move(why),
            .remedy = "Write fields as {val_loss:.4f} or {epoch}",
            .key = "exp_manager.checkpoint_callback_params.filename",
            .className = "ValueError"};
}

/// printf's format for a Python one; nullopt where it is none that numbers have.
std::optional<std::string> printfFormat(std::string_view spec, bool isWhole) {
    std::string format = "%";
    std::size_t at = 0;
    const auto digits = [&] {
        while (at < spec.size() && std::isdigit(static_cast<unsigned char>(spec[at])))
            format += spec[at++];
    };
    digits();
    if (at < spec.size() && spec[at] == '.') {
        format += spec[at++];
        digits();
    }
    const char type = at < spec.size() ? spec[at++] : (isWhole ? 'd' : 'g');
    if (at != spec.size() || format.size() > 12) return std::nullopt;
    if (type == 'd' && isWhole) return format + "lld";
    if (type == '%') return format + "f%%";
    if (type == 'f' || type == 'e' || type == 'g') return format + type;
    return std::nullopt;
}

std::optional<std::string> formatted(double value, std::string_view spec, bool isWhole) {
    if (spec.empty()) return isWhole ? std::to_string(static_cast<std::int64_t>(value)) : formatFloat(value);
    const auto format = printfFormat(spec, isWhole);
    if (!format) return std::nullopt;
    char text[400]; // %f of the largest double has 309 digits
    int length = 0;
    if (format->ends_with("lld"))
        length = std::snprintf(text, sizeof text, format->c_str(), static_cast<long long>(value));
    else
        length =
            std::snprintf(text, sizeof text, format->c_str(), format->ends_with("%%") ? value * 100 : value);
    if (length < 0 || static_cast<std::size_t>(length) >= sizeof text) return std::nullopt;
    return std::string(text, static_cast<std::size_t>(length));
}

} // namespace

Result<std::string> checkpointName(std::string_view nameTemplate,
                                   const std::map<std::string, double>& metrics, std::int64_t epoch,
                                   std::int64_t step, bool autoInsertMetricName) {
    std::string name;
    for (std::size_t at = 0; at < nameTemplate.size(); ++at) {
        if (nameTemplate[at] != '{') {
            name += nameTemplate[at];
            continue;
        }
        const std::size_t end = nameTemplate.find('}', at);
        if (end == std::string_view::npos) return fail(badTemplate(nameTemplate, "a { has no }"));
        const std::string_view field = nameTemplate.substr(at + 1, end - at - 1);
        const std::size_t colon = field.find(':');
        const std::string key(field.substr(0, colon));
        const std::string_view spec = colon == std::string_view::npos ? "" : field.substr(colon + 1);
        const bool isWhole = key == "epoch" || key == "step";
        const auto metric = metrics.find(key);
        const double value = key == "epoch"            ? static_cast<double>(epoch)
                             : key == "step"           ? static_cast<double>(step)
                             : metric == metrics.end() ? 0
                                                       : metric->second;
        const auto text = formatted(value, spec, isWhole);
        if (!text)
            return fail(badTemplate(nameTemplate, "'" + std::string(spec) + "' is no format of " + key));
        if (autoInsertMetricName) name += key + '=';
        name += *text;
        at = end;
    }
    return name;
}

std::optional<double> metricInName(std::string_view fileName, std::string_view monitor) {
    const std::string marker = std::string(monitor) + '=';
    const std::size_t at = fileName.find(marker);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string rest(fileName.substr(at + marker.size()));
    char* end = nullptr;
    const double value = std::strtod(rest.c_str(), &end);
    if (end == rest.c_str() || std::isnan(value)) return std::nullopt;
    return value;
}

} // namespace fathom::train
