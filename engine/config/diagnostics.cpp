// SPDX-License-Identifier: Apache-2.0
// The checks of a composed config. Those of a section against its description are in check_section.cpp.
#include "engine/config/diagnostics.h"

#include "engine/config/check_section.h"
#include "engine/config/compose_all.h"
#include "engine/config/explain.h"
#include "engine/config/resolver.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/suggest.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

namespace fathom::config {

namespace {

std::string joinedKey(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

class Inspector {
public:
    explicit Inspector(const Config& config)
        : m_config(config), m_resolver(config.root(), &config.keyIndex()) {}

    std::vector<Diagnostic> run() {
        collect(m_config.root(), {});
        checkTopLevel();
        walk(m_config.root(), {});
        return std::move(m_found);
    }

private:
    void add(Severity severity, Finding finding, Error error, const Assignment* at = nullptr) {
        Diagnostic out;
        out.severity = severity;
        out.finding = finding;
        out.error = std::move(error);
        if (at) {
            out.argument = at->argument;
            out.error.file = at->file;
            out.error.line = at->line;
            out.error.column = at->column;
        } else if (const Node* node = m_config.find(out.error.key); node && !node->history.empty()) {
            out.argument = node->history.back().argument;
        }
        m_found.push_back(std::move(out));
    }

    /// Which keys are named by interpolations, and which places of files give more than one value.
    void collect(const Node& node, const std::string& path) {
        if (node.isInterpolation())
            for (std::string& key : referencesOf(node.value.asString(), path))
                m_referenced.insert(std::move(key));
        if (node.isInterpolation() && node.value.asString().find("${${") != std::string::npos)
            m_hasComputedKeys = true;
        if (!node.history.empty() && node.history.back().line > 0) ++m_places[placeOf(node.history.back())];
        for (const Node& child : node.children)
            if (!child.removed) collect(child, joinedKey(path, child.key));
    }

    static std::string placeOf(const Assignment& made) {
        return made.file + ':' + std::to_string(made.line) + ':' + std::to_string(made.column);
    }

    /// A misspelt `trainer` would be a section that nobody reads.
    void checkTopLevel() {
        static const std::vector<std::string> sections{"model", "trainer", "exp_manager"};
        for (const Node& child : m_config.root().children) {
            if (child.removed || child.kind != NodeKind::Map) continue;
            const std::string meant = closest(child.key, sections);
            if (meant.empty() || meant == child.key || m_config.find(meant)) continue;
            Error error = m_config.errorAt(child.key, "Nothing reads " + child.key,
                                           "the config has no " + meant, "Did you mean " + meant + "?");
            add(Severity::Warning, Finding::UnknownKey, std::move(error));
        }
    }

    void walk(const Node& node, const std::string& path) {
        checkShadowed(node, path);
        if (node.kind == NodeKind::Scalar) {
            checkScalar(node, path);
            return;
        }
        const Description* description =
            node.kind == NodeKind::Map ? schemas::descriptionAt(m_config, path) : nullptr;
        if (description) {
            for (detail::SectionProblem& problem :
                 detail::checkSection(m_config, m_resolver, path, *description))
                add(problem.severity, problem.finding, std::move(problem.error));
            if (description->isOpen) checkHelpers(node, path, *description);
        } else if (node.kind == NodeKind::Map) {
            checkName(path);
        }
        for (const Node& child : node.children)
            if (!child.removed) walk(child, joinedKey(path, child.key));
    }

    /// An optimizer or schedule of a name that there is not.
    void checkName(const std::string& path) {
        const std::string_view section = std::string_view(path).substr(path.rfind('.') + 1);
        if (section != "optim" && section != "sched") return;
        const std::string key = joinedKey(path, "name");
        const Node* name = m_config.find(key);
        if (!name || !name->value.isString() || name->isMissing()) return;
        if (m_config.find(joinedKey(path, "_target_"))) return;
        const std::vector<std::string> choices = schemas::choicesAt(m_config, key);
        Error error =
            m_config.errorAt(key, "Wrong value of " + key, "there is no '" + name->value.asString() + "'",
                             didYouMean(name->value.asString(), choices, "Choose one that exists"));
        error.className = "ValueError";
        if (!listsPlugins()) return add(Severity::Error, Finding::WrongValue, std::move(error));
        error.why += " so far";
        error.remedy = "The config's plugins may have it: train, test and schedule load them";
        add(Severity::Warning, Finding::WrongValue, std::move(error));
    }

    [[nodiscard]] bool listsPlugins() const {
        const Node* list = m_config.find("plugins");
        return list && list->kind == NodeKind::List && !list->children.empty();
    }

    void checkScalar(const Node& node, const std::string& path) {
        if (node.isMissing()) {
            Error error =
                m_config.errorAt(path, "No value for " + path, "the config leaves it open (\?\?\?)",
                                 "Give " + path + "=VALUE, or remove the section if it is not used");
            error.className = "MissingMandatoryValue";
            add(Severity::Warning, Finding::MissingValue, std::move(error));
        }
        if (!node.isInterpolation() || m_isExploding) return;
        const Result<Value> value = m_resolver.resolve(path);
        if (value) return;
        Error error = value.error();
        m_isExploding = error.why.find("expand to more than") != std::string::npos; // so would the others
        error.key = path;
        const bool open = error.className == "InterpolationToMissingValueError";
        if (error.className == "InterpolationKeyError")
            for (const std::string& key : referencesOf(node.value.asString(), path))
                if (!m_config.find(key)) error.remedy = didYouMean(key, allKeysOnce(), error.remedy);
        add(open ? Severity::Warning : Severity::Error, Finding::BrokenInterpolation, std::move(error),
            node.history.empty() ? nullptr : &node.history.back());
    }

    const std::vector<std::string>& allKeysOnce() {
        if (m_keys.empty()) m_keys = allKeys(m_config);
        return m_keys;
    }

    void checkShadowed(const Node& node, const std::string& path) {
        if (node.kind == NodeKind::Map || node.history.size() < 2) return;
        const Assignment& winner = node.history.back();
        for (std::size_t i = 0; i + 1 < node.history.size(); ++i) {
            const Assignment& beaten = node.history[i];
            const Assignment& by = node.history[i + 1];
            if (beaten.layer == Layer::Dataclass || beaten.text == "???") continue;
            if (beaten.argument >= 0) {
                // An edit in the tree is meant to replace the command line's value.
                const bool isMeant = by.layer == Layer::Edited;
                add(isMeant ? Severity::Note : Severity::Warning, Finding::Shadowed,
                    shadowed(path, "an override has no effect: " + beaten.text, by), &beaten);
            } else if (beaten.operation == Operation::Interpolate) {
                add(Severity::Note, Finding::UnusedValue,
                    shadowed(path, "the interpolation " + beaten.text + " never takes effect", by), &beaten);
            } else if (by.argument < 0 && by.file != beaten.file) {
                add(Severity::Note, Finding::Shadowed,
                    shadowed(path, "a value has no effect: " + beaten.text, by), &beaten);
            }
        }
        const Assignment& before = node.history[node.history.size() - 2];
        const std::size_t equals = winner.text.find('=');
        if (winner.argument >= 0 && before.argument < 0 && winner.operation == Operation::Set &&
            equals != std::string::npos && winner.text.substr(equals + 1) == before.text &&
            !before.text.empty()) {
            Error error = m_config.errorAt(path, winner.text + " changes nothing",
                                           before.where() + " says the same", "Leave it out");
            add(Severity::Note, Finding::Shadowed, std::move(error), &winner);
        }
    }

    static Error shadowed(const std::string& path, std::string why, const Assignment& by) {
        Error error{ErrorKind::Usage, path + " is set again", std::move(why),
                    "It is replaced at " + by.where()};
        error.key = path;
        return error;
    }

    /// Keys of an open section that neither its class nor an interpolation nor an alias uses.
    void checkHelpers(const Node& section, const std::string& path, const Description& description) {
        if (m_hasComputedKeys) return;
        for (const Node& child : section.children) {
            if (child.removed || child.kind != NodeKind::Scalar || description.field(child.key)) continue;
            const std::string key = joinedKey(path, child.key);
            const bool aliased = !child.history.empty() && m_places[placeOf(child.history.front())] > 1;
            if (aliased || m_referenced.contains(key)) continue;
            Error error = m_config.errorAt(
                key, "Nothing uses " + key,
                description.name + " does not know it and no interpolation names it",
                didYouMean(child.key, description.fieldNames(), "Remove it if it is a leftover"));
            add(error.remedy.starts_with("Did") ? Severity::Warning : Severity::Note, Finding::UnusedValue,
                std::move(error));
        }
    }

    const Config& m_config;
    detail::Resolver m_resolver;
    std::set<std::string> m_referenced;
    std::unordered_map<std::string, int> m_places;
    std::vector<std::string> m_keys;
    std::vector<Diagnostic> m_found;
    bool m_hasComputedKeys = false;
    bool m_isExploding = false;
};

void sortBySeverity(std::vector<Diagnostic>& diagnostics) {
    std::ranges::stable_sort(diagnostics, {}, &Diagnostic::severity);
}

} // namespace

std::vector<Diagnostic> diagnose(const Config& config) {
    std::vector<Diagnostic> found = Inspector(config).run();
    sortBySeverity(found);
    return found;
}

std::vector<Diagnostic> withoutEffect(const Config& config, std::string_view section) {
    std::vector<Diagnostic> found = diagnose(config);
    const std::string below = std::string(section) + '.';
    std::erase_if(found, [&](const Diagnostic& each) {
        return each.finding != Finding::NoEffect || !each.error.key.starts_with(below);
    });
    return found;
}

Diagnosis diagnose(const ComposeRequest& request) {
    Diagnosis out;
    detail::PartialConfig partial = detail::composeAll(request);
    out.composes = partial.refusals.empty();
    for (detail::Refusal& refusal : partial.refusals)
        out.diagnostics.push_back(
            {Severity::Error, Finding::Composition, std::move(refusal.error), refusal.argument});
    if (partial.config) {
        std::vector<Diagnostic> found = Inspector(*partial.config).run();
        std::ranges::move(found, std::back_inserter(out.diagnostics));
    }
    out.config = std::move(partial.config);
    sortBySeverity(out.diagnostics);
    return out;
}

std::string_view name(Severity severity) {
    static constexpr std::array<std::string_view, 3> kNames{"error", "warning", "note"};
    return kNames[static_cast<std::size_t>(severity)];
}

std::string_view name(Finding finding) {
    static constexpr std::array<std::string_view, 9> kNames{
        "composition", "missing-value", "broken-interpolation", "unknown-key", "wrong-value",
        "shadowed",    "unused-value",  "missing-path",         "no-effect"};
    return kNames[static_cast<std::size_t>(finding)];
}

} // namespace fathom::config
