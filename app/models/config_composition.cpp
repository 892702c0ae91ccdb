// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_composition.h"

#include "app/models/config_groups.h"
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/config/diagnostics.h"
#include "engine/config/override.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace fathom::app {

namespace {

std::filesystem::path primaryPath(const ConfigState& state) {
    std::string name = state.configName.toStdString();
    if (!name.ends_with(".yaml") && !name.ends_with(".yml")) name += ".yaml";
    return std::filesystem::path(state.configPath.toStdString()) / name;
}

void collectFiles(const ConfigItem& item, std::set<QString>& files) {
    const bool isFile =
        item.origin && !item.origin->file.isEmpty() &&
        (item.origin->layer == config::Layer::Yaml || item.origin->layer == config::Layer::Group);
    if (isFile) files.insert(item.origin->file);
    for (const ConfigItem& child : item.children)
        collectFiles(child, files);
}

/// The first value of each sweep, or the override as it is.
std::string withoutSweep(const config::ComposeRequest& request, const std::string& item) {
    const Result<config::Override> parsed = config::parseOverride(item);
    if (!parsed || !parsed->isSweep()) return item;
    const OverrideParts parts = splitOverride(item);
    const config::Sweep& sweep = *parsed->element.sweep;
    const bool isGlob = sweep.kind == config::SweepKind::Glob;
    const auto items = config::sweepItems(sweep, isGlob ? config::groupOptions(request, parts.key)
                                                        : std::vector<std::string>{});
    return items && !items->empty() ? parts.prefix + parts.key + "=" + items->front() : item;
}

/// Composes as many of the overrides as fit together.
class Composer {
public:
    Composer(const ConfigState& state, const ComposeOptions& options, Composition& result)
        : m_items(state.overrides.items), m_result(result) {
        m_request.configPath = state.configPath.toStdString();
        m_request.configName = state.configName.toStdString();
        m_request.editedFrom = state.overrides.editedFrom;
        for (const auto& [file, text] : options.frozen) {
            const auto relative =
                std::filesystem::path(file.toStdString()).lexically_relative(m_request.configPath);
            m_request.files[relative.generic_string()] = text.toStdString();
        }
    }

    void run(int sweepJob) {
        for (const std::string& item : m_items)
            m_request.overrides.push_back(withoutSweep(m_request, item));
        config::Diagnosis found = config::diagnose(m_request);
        if (found.config && m_request.overrides != m_items) found = jobOf(sweepJob, std::move(found));
        for (config::Diagnostic& each : found.diagnostics)
            take(std::move(each), found.config);
        std::ranges::stable_sort(m_result.errors, {}, &ConfigProblem::argument);
        m_result.config = std::move(found.config);
    }

    [[nodiscard]] const config::ComposeRequest& request() const { return m_request; }

private:
    static bool isRefusal(const config::Diagnostic& found) {
        return found.finding == config::Finding::Composition;
    }

    /// One run of the sweep. `first` is the run with the first of all values.
    config::Diagnosis jobOf(int number, config::Diagnosis first) {
        config::ComposeRequest sweeping = m_request;
        std::vector<std::size_t> kept;
        sweeping.overrides.clear();
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            const bool isRefused =
                std::ranges::any_of(first.diagnostics, [&](const config::Diagnostic& each) {
                    return isRefusal(each) && each.argument == static_cast<int>(i);
                });
            if (isRefused) continue;
            kept.push_back(i);
            sweeping.overrides.push_back(m_items[i]);
        }
        m_result.sweep = expandPreview(sweeping);
        const SweepPreview& sweep = m_result.sweep;
        if (sweep.error) m_result.errors.push_back({*sweep.error, true, -1, {}});
        const auto index = static_cast<std::size_t>(std::max(0, number));
        if (index == 0 || index >= sweep.jobs.size()) return first;
        for (std::size_t i = 0; i < kept.size(); ++i)
            m_request.overrides[kept[i]] = sweep.jobs[index].overrides[i];
        return config::diagnose(m_request);
    }

    void take(config::Diagnostic found, const std::optional<config::Config>& config) {
        if (found.severity == config::Severity::Note) return;
        ConfigProblem problem{std::move(found.error), isRefusal(found), found.argument, {}};
        const bool isOverride = found.argument >= 0 && found.argument < static_cast<int>(m_items.size());
        const bool isAtFault = isOverride && found.severity == config::Severity::Error;
        if (isAtFault && config) {
            const std::string& item = m_items[static_cast<std::size_t>(found.argument)];
            if (problem.isBlocking && problem.error.key.empty()) problem.error.key = splitOverride(item).key;
            if (problem.isBlocking || found.finding == config::Finding::UnknownKey ||
                found.finding == config::Finding::WrongValue)
                problem.fixes = fixesFor(item, found.argument, *config);
        }
        (problem.isBlocking ? m_result.errors : m_result.tree.problems).push_back(std::move(problem));
    }

    const std::vector<std::string>& m_items;
    Composition& m_result;
    config::ComposeRequest m_request;
};

/// A swept key shows the sweep as what was written, and what this run makes of it.
void showSweeps(ConfigItem& item, const ConfigState& state) {
    if (item.origin && item.origin->argument >= 0 && item.isLeaf && item.kind != ConfigKind::Beat) {
        const std::string& text = state.overrides.items[static_cast<std::size_t>(item.origin->argument)];
        const auto parsed = config::parseOverride(text);
        if (parsed && parsed->isSweep()) {
            item.resolved = item.value;
            item.value = QString::fromStdString(parsed->valueText());
        }
    }
    for (ConfigItem& child : item.children)
        showSweeps(child, state);
}

void readSources(Composition& composition, const ComposeOptions& options) {
    std::set<QString> files{composition.primaryFile};
    collectFiles(composition.tree.root, files);
    for (const ConfigProblem& problem : composition.errors) {
        if (!problem.error.file.empty()) files.insert(QString::fromStdString(problem.error.file));
    }
    for (const QString& file : files) {
        if (const auto frozen = options.frozen.find(file); frozen != options.frozen.end())
            composition.sources[file] = frozen->second;
        else if (const auto text = readFile(file.toStdString()))
            composition.sources[file] = QString::fromStdString(*text);
    }
}

} // namespace

QString primaryFileOf(const ConfigState& state) {
    return QString::fromStdString(primaryPath(state).string());
}

Composition composeState(const ConfigState& state, const ComposeOptions& options) {
    Composition composition;
    composition.primaryFile = primaryFileOf(state);
    Composer composer(state, options, composition);
    composer.run(options.sweepJob);
    if (composition.config) {
        composition.tree.root = buildConfigTreeWithDefaults(*composition.config);
        readSources(composition, options);
        const auto groups = findGroups(composer.request(), *composition.config, composition.sources);
        if (!groups.empty()) composition.tree.root = buildConfigTreeWithDefaults(*composition.config, groups);
        showSweeps(composition.tree.root, state);
        composition.schedule = previewSchedule(*composition.config);
    } else {
        readSources(composition, options);
    }
    return composition;
}

} // namespace fathom::app
