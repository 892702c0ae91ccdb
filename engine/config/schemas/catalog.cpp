// SPDX-License-Identifier: Apache-2.0
// The descriptions by name. Which of them describes a place of a config is in places.cpp.
#include "engine/config/schemas/catalog.h"

#include "engine/config/schemas/texts.h"
#include "engine/config/structured.h"

#include <array>
#include <cassert>

namespace fathom::schemas {

namespace {

using Names = std::vector<std::pair<std::string, std::string>>; ///< as a config says, as the class is called

const Names& optimizerClasses() {
    static const Names names{{"sgd", "SGD"},           {"adam", "Adam"},
                             {"adamw", "AdamW"},       {"adadelta", "Adadelta"},
                             {"adamax", "Adamax"},     {"adagrad", "Adagrad"},
                             {"rmsprop", "RMSprop"},   {"rprop", "Rprop"},
                             {"novograd", "Novograd"}, {"adafactor", "Adafactor"},
                             {"adan", "Adan"}};
    return names;
}

} // namespace

const config::DescriptionSet& catalog() {
    static const config::DescriptionSet set = [] {
        config::DescriptionSet all;
        for (const std::string_view text :
             {trainerText(), expManagerText(), coreText(), optimizersText(), schedulersText(), decodingText(),
              speechModulesText(), speechDataText(), speechModelsText(), textClassificationText(),
              translationText()})
            all.add(text);
        return all;
    }();
    return set;
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
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const auto& [name, className] : optimizerClasses())
            list.push_back(name);
        return list;
    }();
    return names;
}

const config::Description* optimizer(std::string_view name) {
    for (const auto& [each, className] : optimizerClasses())
        if (each == name) return find(className);
    return nullptr;
}

const std::vector<std::string>& schedulerNames() {
    static const std::vector<std::string> names{"WarmupPolicy",
                                                "WarmupHoldPolicy",
                                                "SquareAnnealing",
                                                "CosineAnnealing",
                                                "NoamAnnealing",
                                                "NoamHoldAnnealing",
                                                "WarmupHoldAnnealOneMinusSquareRoot",
                                                "WarmupHoldAnnealLinear",
                                                "WarmupAnnealing",
                                                "InverseSquareRootAnnealing",
                                                "T5InverseSquareRootAnnealing",
                                                "SquareRootAnnealing",
                                                "PolynomialDecayAnnealing",
                                                "PolynomialHoldDecayAnnealing",
                                                "StepLR",
                                                "ExponentialLR",
                                                "ReduceLROnPlateau",
                                                "CyclicLR"};
    return names;
}

const config::Description* scheduler(std::string_view name) {
    for (const std::string& each : schedulerNames())
        if (each == name) return find(each);
    return nullptr;
}

std::shared_ptr<const config::SchemaStore> builtinStore() {
    static const std::shared_ptr<const config::SchemaStore> store = [] {
        auto made = std::make_shared<config::SchemaStore>();
        for (const auto& [name, description] : catalog().all())
            made->add(*description);
        return made;
    }();
    return store;
}

} // namespace fathom::schemas
