// SPDX-License-Identifier: Apache-2.0
#include "engine/train/initial_weights.h"

#include "engine/nn/weights.h"

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace fathom::train {
namespace {

enum class Source { Nemo, Checkpoint, Pretrained };

struct Key {
    const char* name;
    Source source;
};
constexpr Key kKeys[] = {{"init_from_nemo_model", Source::Nemo},
                         {"init_from_ptl_ckpt", Source::Checkpoint},
                         {"init_from_pretrained_model", Source::Pretrained}};

/// One donor and which of its tensors are wanted.
struct Donor {
    std::string name{}; ///< a path, or the name of a pretrained model
    std::vector<std::string> include{""};
    std::vector<std::string> exclude{};

    [[nodiscard]] bool wants(std::string_view tensor) const {
        const auto occurs = [&](const std::string& part) {
            return tensor.find(part) != std::string_view::npos;
        };
        return std::any_of(include.begin(), include.end(), occurs) &&
               std::none_of(exclude.begin(), exclude.end(), occurs);
    }
};

Error invalid(const config::Config& config, const std::string& key, std::string why, std::string remedy) {
    Error error = config.errorAt(key, "Cannot initialise the model", std::move(why), std::move(remedy));
    error.className = "ValueError";
    return error;
}

/// The key that is set; nullptr for none.
Result<const Key*> keyIn(const config::Config& config, Value& value) {
    const Key* found = nullptr;
    for (const Key& key : kKeys) {
        if (!config.find(key.name)) continue;
        Result<Value> resolved = config.resolved(key.name);
        if (!resolved) return fail(std::move(resolved.error()));
        if (resolved->isNull()) continue;
        if (found)
            return fail(invalid(config, key.name,
                                "Cannot pass more than one model initialization arguments to config!",
                                std::string("Remove it or ") + found->name));
        found = &key;
        value = std::move(*resolved);
    }
    return found;
}

Result<std::vector<std::string>> substringsIn(const config::Config& config, const std::string& key,
                                              const Value* value, std::vector<std::string> otherwise) {
    if (!value || value->isNull()) return otherwise;
    std::vector<std::string> list;
    if (value->isList())
        for (const Value& each : value->asList()) {
            if (!each.isString())
                return fail(invalid(config, key, "it is not a list of strings", "Correct it"));
            list.push_back(each.asString());
        }
    else
        return fail(invalid(config, key, "it is not a list of strings", "Give for example [encoder]"));
    return list;
}

Result<std::vector<Donor>> donorsIn(const config::Config& config, const Key& key, const Value& value) {
    if (value.isString()) return std::vector{Donor{.name = value.asString()}};
    const std::string wanted = key.source == Source::Pretrained ? "name" : "path";
    if (!value.isMap())
        return fail(invalid(config, key.name, "it is neither a string nor a map",
                            "Give one " + wanted + ", or {model0: {" + wanted + ": …, include: [encoder]}}"));
    std::vector<Donor> donors;
    for (const auto& [label, entry] : value.asMap()) {
        const std::string place = std::string(key.name) + '.' + label;
        const Value* name = entry.at(wanted);
        if (!name || !name->isString())
            return fail(invalid(config, place, "it has no " + wanted, "Add " + place + '.' + wanted));
        auto include = substringsIn(config, place + ".include", entry.at("include"), {""});
        if (!include) return fail(std::move(include.error()));
        auto exclude = substringsIn(config, place + ".exclude", entry.at("exclude"), {});
        if (!exclude) return fail(std::move(exclude.error()));
        donors.push_back({name->asString(), std::move(*include), std::move(*exclude)});
    }
    return donors;
}

std::filesystem::path cacheFolder(const char* variable, const char* below) {
    if (const char* set = std::getenv(variable)) return set;
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home ? home : "/") / below;
}

/// A pretrained model that NeMo or huggingface_hub has downloaded before.
std::optional<std::filesystem::path> findPretrained(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    std::filesystem::path root;
    if (slash == std::string::npos) {
        root = cacheFolder("NEMO_CACHE_DIR", ".cache/torch/NeMo");
    } else {
        std::string folder = "models--" + name;
        for (std::size_t at = folder.find('/'); at != std::string::npos; at = folder.find('/'))
            folder.replace(at, 1, "--");
        root = cacheFolder("HF_HOME", ".cache/huggingface") / "hub" / folder / "snapshots";
    }
    const std::string file = name.substr(slash == std::string::npos ? 0 : slash + 1) + ".nemo";
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root, error))
        if (entry.path().filename() == file) return entry.path();
    return std::nullopt;
}

Result<std::shared_ptr<const archive::Checkpoint>> weightsOf(const config::Config& config, const Key& key,
                                                             const Donor& donor) {
    std::filesystem::path path = donor.name;
    if (key.source == Source::Pretrained) {
        const auto found = findPretrained(donor.name);
        if (!found)
            return fail(invalid(config, key.name,
                                "Model " + donor.name +
                                    " is not among those that NeMo or huggingface_hub "
                                    "downloaded to this machine",
                                "Download its .nemo file and name it in init_from_nemo_model"));
        path = *found;
    }
    if (key.source == Source::Checkpoint) {
        auto checkpoint = archive::Checkpoint::open(path);
        if (!checkpoint) return fail(std::move(checkpoint.error()));
        return std::make_shared<const archive::Checkpoint>(std::move(*checkpoint));
    }
    const Result<archive::Nemo> nemo = archive::Nemo::open(path);
    if (!nemo) return fail(nemo.error());
    return nemo->weights();
}

} // namespace

bool hasInitialWeights(const config::Config& config) {
    Value value;
    const auto key = keyIn(config, value);
    return key && *key;
}

Status initializeWeights(model::Model& model, const config::Config& config, Log& log) {
    Value value;
    const auto key = keyIn(config, value);
    if (!key) return fail(key.error());
    if (!*key) return {};
    const auto donors = donorsIn(config, **key, value);
    if (!donors) return fail(donors.error());
    const std::string target = model.target();
    for (const Donor& donor : *donors) {
        const auto weights = weightsOf(config, **key, donor);
        if (!weights) return fail(weights.error());
        const auto loaded =
            nn::loadStateDict(model.module(), **weights,
                              {.strict = false,
                               .className = target.substr(target.rfind('.') + 1),
                               .wants = [&](std::string_view name) { return donor.wants(name); }});
        if (!loaded) return fail(loaded.error());
        std::string line = "initialised " + std::to_string(loaded->loaded) + " tensors from " + donor.name;
        if (!loaded->missing.empty())
            line += "; " + std::to_string(loaded->missing.size()) +
                    " keep their fresh values, the first: " + loaded->missing.front();
        if (!loaded->unexpected.empty())
            line += "; " + std::to_string(loaded->unexpected.size()) +
                    " of the file are not in the model, the "
                    "first: " +
                    loaded->unexpected.front();
        log.write(loaded->loaded == 0 ? LogLevel::Warning : LogLevel::Info, line);
    }
    return {};
}

} // namespace fathom::train
