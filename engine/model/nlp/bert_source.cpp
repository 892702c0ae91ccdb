// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/bert_source.h"

#include "engine/model/nlp/pretrained_folder.h"
#include "engine/model/section.h"
#include "engine/text/pretrained_folder.h"

#include <algorithm>

namespace fathom::model {

namespace {

struct Finder {
    const config::Config& config;
    const std::string& path;
    const LanguageModelParams& params;
    archive::ArtifactRegistry& artifacts;
    bool isNew;
    Log* log;

    [[nodiscard]] tl::unexpected<Error> placed(const std::string& key, const Error& error) const {
        const std::string place = error.key.empty() ? key : key + '.' + error.key;
        Error out = config.errorAt(below(path, place), error.what, error.why, error.remedy);
        out.className = error.className;
        if (out.file.empty()) out.file = error.file;
        return fail(std::move(out));
    }

    /// The config file's content; nullopt: there is none.
    Result<std::optional<Value>> configFile() const {
        if (params.configFile.empty()) return std::optional<Value>{};
        const auto file =
            artifacts.add("language_model.config_file", params.configFile, /*isRequired=*/false);
        if (!file) return fail(file.error());
        if (!*file) {
            if (log)
                log->warning("Config file was not found at " + params.configFile +
                             ". Will attempt to use config_dict or pretrained_model_name.");
            return std::optional<Value>{};
        }
        const auto bytes = (*file)->bytes();
        Result<Value> value = fromJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        if (!value) {
            value.error().what = "Cannot read the encoder's config";
            value.error().file = params.configFile;
            return fail(std::move(value.error()));
        }
        return std::optional<Value>(std::move(*value));
    }

    Result<BertSource> described(const std::string& key, const Value& value) const {
        const Result<nn::BertParams> read = nn::BertParams::from(value);
        if (!read) return placed(key, read.error());
        BertSource out{.params = *read};
        if (isNew && !params.checkpoint.empty()) out.weights = params.checkpoint;
        return out;
    }

    Result<BertSource> published() const {
        const std::string& name = params.pretrainedName;
        if (const auto folder = text::findPretrainedFolder(name)) {
            const Result<Value> value = text::readJsonFile(*folder / "config.json");
            if (!value) return fail(value.error());
            Result<BertSource> out = described("pretrained_model_name", *value);
            if (out && isNew && !out->weights && !params.randomWeights) out->weights = *folder;
            if (out) {
                out->name = name;
                std::ranges::replace(out->name, '/', '_');
            }
            return out;
        }
        const auto known = nn::BertParams::published(name);
        const bool suffices = params.randomWeights || !params.checkpoint.empty() || !isNew;
        if (known && suffices) {
            BertSource out{.params = *known, .name = name};
            if (isNew && !params.checkpoint.empty()) out.weights = params.checkpoint;
            return out;
        }
        return placed(
            "pretrained_model_name",
            {.what = "Cannot build the encoder",
             .why = "the model '" + name + "' is not on this machine and nothing is downloaded",
             .remedy = known ? "Put its folder (config.json, vocab.txt, weights) where the name points, or "
                               "describe the encoder in language_model.config, or, for random weights of "
                               "its sizes, set language_model.random_weights=true"
                             : "Describe the encoder in language_model.config or config_file, or name a "
                               "folder with config.json, vocab.txt and weights",
             .className = "ValueError"});
    }
};

} // namespace

Result<BertSource> findBert(const config::Config& config, const std::string& path,
                            const LanguageModelParams& params, archive::ArtifactRegistry& artifacts,
                            bool isNew, Log* log) {
    const Finder finder{config, path, params, artifacts, isNew, log};
    const auto file = finder.configFile();
    if (!file) return fail(file.error());
    const bool hasMap = params.config.isMap() && !params.config.asMap().empty();
    if (*file && hasMap && isNew && log)
        log->warning("Both config_dict and config_file were found, defaulting to use config_file: " +
                     params.configFile + " will be used.");
    if (*file) return finder.described("config_file", **file);
    if (hasMap) return finder.described("config", params.config);
    return finder.published();
}

} // namespace fathom::model
