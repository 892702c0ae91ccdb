// SPDX-License-Identifier: Apache-2.0
// The descriptions by name. Which of them describes a place of a config is in places.cpp.
#include "engine/config/schemas/catalog.h"

#include "engine/base/published.h"
#include "engine/config/schemas/texts.h"
#include "engine/config/structured.h"

#include <algorithm>
#include <cassert>
#include <cctype>

namespace fathom::schemas {

namespace {

/// Names as a config says them, each with its description.
struct Choices {
    std::vector<std::string> names{};
    std::vector<std::shared_ptr<const config::Description>> descriptions{};

    void add(std::string name, std::shared_ptr<const config::Description> description) {
        names.push_back(std::move(name));
        descriptions.push_back(std::move(description));
    }
    [[nodiscard]] const config::Description* find(std::string_view name) const {
        const auto found = std::ranges::find(names, name);
        return found == names.end() ? nullptr
                                    : descriptions[static_cast<std::size_t>(found - names.begin())].get();
    }
};

struct Known {
    config::DescriptionSet set{};
    Choices optimizers{};
    Choices schedulers{};
    std::shared_ptr<const config::SchemaStore> store{};
};

std::shared_ptr<const config::SchemaStore> storeOf(const config::DescriptionSet& set) {
    auto made = std::make_shared<config::SchemaStore>();
    for (const auto& [name, description] : set.all())
        made->add(*description);
    return made;
}

Known builtins() {
    Known known;
    for (const std::string_view text :
         {trainerText(), expManagerText(), coreText(), optimizersText(), schedulersText(), decodingText(),
          speechModulesText(), augmentationText(), speechDataText(), speechModelsText(),
          textClassificationText(), translationText()})
        known.set.add(text);
    for (const char* className : {"SGD", "Adam", "AdamW", "Adadelta", "Adamax", "Adagrad", "RMSprop", "Rprop",
                                  "Novograd", "Adafactor", "Adan"}) {
        std::string name = className;
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        known.optimizers.add(std::move(name), known.set.find(className));
    }
    for (const char* name :
         {"WarmupPolicy", "WarmupHoldPolicy", "SquareAnnealing", "CosineAnnealing", "NoamAnnealing",
          "NoamHoldAnnealing", "WarmupHoldAnnealOneMinusSquareRoot", "WarmupHoldAnnealLinear",
          "WarmupAnnealing", "InverseSquareRootAnnealing", "T5InverseSquareRootAnnealing",
          "SquareRootAnnealing", "PolynomialDecayAnnealing", "PolynomialHoldDecayAnnealing", "StepLR",
          "ExponentialLR", "ReduceLROnPlateau", "CyclicLR"})
        known.schedulers.add(name, known.set.find(name));
    known.store = storeOf(known.set);
    return known;
}

Published<Known>& known() {
    static Published<Known> published(builtins());
    return published;
}

std::string_view nameOf(Role role) {
    return role == Role::Optimizer ? "optimizer" : role == Role::Scheduler ? "scheduler" : "model";
}

Error refused(const Addition& addition, std::string why, std::string remedy) {
    Error error{.kind = ErrorKind::Usage,
                .what =
                    "Cannot register the " + std::string(nameOf(addition.role)) + " '" + addition.name + "'",
                .why = std::move(why),
                .remedy = std::move(remedy)};
    error.className = "ValueError";
    return error;
}

bool isTaken(const Known& all, const Addition& addition) {
    if (addition.role == Role::Model) return all.set.find(addition.name) != nullptr;
    return (addition.role == Role::Optimizer ? all.optimizers : all.schedulers).find(addition.name) !=
           nullptr;
}

Status extendOne(Known& all, const Addition& addition) {
    if (addition.name.empty()) return fail(refused(addition, "it has no name", "Give it one"));
    if (addition.text.empty()) {
        if (isTaken(all, addition)) return {};
        return fail(refused(addition, "it has no schema", "Describe its fields"));
    }
    if (isTaken(all, addition))
        return fail(refused(addition, "there is one of that name already", "Choose another name"));
    const auto added = all.set.read(addition.text);
    if (!added)
        return fail(refused(addition, added.error().what + ": " + added.error().why, added.error().remedy));
    if (added->empty())
        return fail(refused(addition, "its schema describes no struct", "Describe its fields"));
    if (addition.role == Role::Optimizer) all.optimizers.add(addition.name, added->back());
    if (addition.role == Role::Scheduler) all.schedulers.add(addition.name, added->back());
    if (addition.role == Role::Model && added->back()->name != addition.name)
        return fail(refused(addition, "the last struct of its schema is " + added->back()->name,
                            "Give it the model's name: a config finds it by the class in its target"));
    return {};
}

} // namespace

Status extend(std::span<const Addition> additions) {
    if (std::ranges::all_of(additions, [](const Addition& each) { return each.text.empty(); })) {
        for (const Addition& addition : additions)
            if (!isTaken(*known(), addition))
                return fail(refused(addition, "it has no schema", "Describe its fields"));
        return {};
    }
    return known().update([&](Known& all) -> Status {
        for (const Addition& addition : additions)
            if (Status added = extendOne(all, addition); !added) return added;
        all.store = storeOf(all.set);
        return {};
    });
}

Result<config::Description> describe(std::string_view text) {
    config::DescriptionSet set = catalog();
    const auto read = set.read(text);
    if (!read) return fail(read.error());
    if (!read->empty()) return *read->back();
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot read the schema",
                 .why = "it describes no struct",
                 .remedy = "Write its name and fields"});
}

const config::DescriptionSet& catalog() {
    return known()->set;
}

const config::Description* find(std::string_view className) {
    return catalog().find(className).get();
}

const config::Description& at(std::string_view className) {
    const config::Description* found = find(className);
    assert(found && "there is no such description");
    return *found;
}

const std::vector<std::string>& optimizerNames() {
    return known()->optimizers.names;
}

const config::Description* optimizer(std::string_view name) {
    return known()->optimizers.find(name);
}

const std::vector<std::string>& schedulerNames() {
    return known()->schedulers.names;
}

const config::Description* scheduler(std::string_view name) {
    return known()->schedulers.find(name);
}

std::shared_ptr<const config::SchemaStore> builtinStore() {
    return known()->store;
}

} // namespace fathom::schemas
