// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/sweep_preview.h"

#include "app/models/override_list.h"
#include "engine/config/override.h"

#include <algorithm>

namespace fathom::app {

namespace {

std::string keyOf(const OverrideParts& parts) {
    return parts.prefix + parts.key;
}

/// The value that the job gives to a key, as override text.
std::optional<std::string> valueIn(const std::vector<std::string>& job, const std::string& key) {
    for (const std::string& item : job) {
        const OverrideParts parts = splitOverride(item);
        if (keyOf(parts) == key) return parts.value;
    }
    return std::nullopt;
}

} // namespace

bool isMeantAsSweep(std::string_view typed, Value::Type current) {
    const Result<config::Override> parsed = config::parseOverride("key=" + std::string(typed));
    if (!parsed || !parsed->isSweep()) return false;
    const config::Sweep& sweep = *parsed->element.sweep;
    if (sweep.kind != config::SweepKind::SimpleChoice) return true;
    return current != Value::Type::String &&
           std::all_of(sweep.choices.begin(), sweep.choices.end(), [](const config::Element& choice) {
               const bool isPlain = choice.type == config::Element::Type::Primitive;
               return !isPlain || !choice.value.isString();
           });
}

SweepPreview expandPreview(const config::ComposeRequest& request) {
    SweepPreview preview;
    std::vector<std::string> swept(request.overrides.size()); // key with prefix, empty for none
    for (std::size_t i = 0; i < request.overrides.size(); ++i) {
        const Result<config::Override> parsed = config::parseOverride(request.overrides[i]);
        if (!parsed || !parsed->isSweep()) continue;
        const OverrideParts parts = splitOverride(request.overrides[i]);
        swept[i] = keyOf(parts);
        const QString key = QString::fromStdString(parts.key);
        if (!preview.keys.contains(key)) preview.keys.append(key);
    }
    if (!preview.isSweep()) return preview;
    const auto jobs = config::expandSweeps(request);
    if (!jobs) {
        preview.error = jobs.error();
        return preview;
    }
    preview.jobs.reserve(jobs->size());
    for (const std::vector<std::string>& expanded : *jobs) {
        SweepJob job{request.overrides, {}};
        for (std::size_t i = 0; i < swept.size(); ++i) {
            if (swept[i].empty()) continue;
            const auto value = valueIn(expanded, swept[i]);
            job.overrides[i] = swept[i] + "=" + value.value_or(std::string());
        }
        for (const QString& key : preview.keys) {
            std::string text;
            for (std::size_t i = 0; i < swept.size(); ++i)
                if (!swept[i].empty() && splitOverride(swept[i]).key == key.toStdString())
                    text = splitOverride(job.overrides[i]).value.value_or(std::string());
            job.values.append(QString::fromStdString(text));
        }
        preview.jobs.push_back(std::move(job));
    }
    return preview;
}

} // namespace fathom::app
