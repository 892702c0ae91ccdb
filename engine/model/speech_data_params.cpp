// SPDX-License-Identifier: Apache-2.0
#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/data/manifest.h"
#include "engine/model/ctc_params.h"

namespace fathom::model {

namespace {

struct DataSection {
    Value manifest{};
    int sampleRate{};
    std::optional<std::vector<std::string>> labels{};
    int batchSize{};
    bool shuffle{};
    bool dropLast{};
    int workers{};
    std::optional<double> minDuration{};
    std::optional<double> maxDuration{};
    std::optional<int> maxUtts{};
    bool skipBadFiles{};
    bool dropUnknownCharacters{};
    bool useStartEndToken{};
    std::optional<std::int64_t> bosId{};
    std::optional<std::int64_t> eosId{};
    std::int64_t padId{};
    bool trimSilence{};
    bool isTarred{};
    std::optional<bool> useLhotse{};
    Value augmentor{};
};

const config::Schema<DataSection>& dataSchema() {
    static const auto schema = config::Schema<DataSection>(schemas::at("SpeechDataset"))
                                   .bind("manifest_filepath", &DataSection::manifest)
                                   .bind("sample_rate", &DataSection::sampleRate)
                                   .bind("labels", &DataSection::labels)
                                   .bind("batch_size", &DataSection::batchSize)
                                   .bind("shuffle", &DataSection::shuffle)
                                   .bind("drop_last", &DataSection::dropLast)
                                   .bind("num_workers", &DataSection::workers)
                                   .bind("min_duration", &DataSection::minDuration)
                                   .bind("max_duration", &DataSection::maxDuration)
                                   .bind("max_utts", &DataSection::maxUtts)
                                   .bind("skip_bad_files", &DataSection::skipBadFiles)
                                   .bind("drop_unknown_characters", &DataSection::dropUnknownCharacters)
                                   .bind("use_start_end_token", &DataSection::useStartEndToken)
                                   .bind("bos_id", &DataSection::bosId)
                                   .bind("eos_id", &DataSection::eosId)
                                   .bind("pad_id", &DataSection::padId)
                                   .bind("trim_silence", &DataSection::trimSilence)
                                   .bind("is_tarred", &DataSection::isTarred)
                                   .bind("use_lhotse", &DataSection::useLhotse)
                                   .bind("augmentor", &DataSection::augmentor);
    return schema;
}

Result<std::vector<std::filesystem::path>> manifestsOf(const config::Config& config, std::string_view path,
                                                       const Value& value) {
    std::vector<std::filesystem::path> out;
    if (value.isString()) return data::splitManifestList(value.asString());
    if (value.isList()) {
        for (const Value& item : value.asList()) {
            if (!item.isString()) break;
            out.emplace_back(item.asString());
        }
        if (out.size() == value.asList().size()) return out;
    }
    return fail(config.errorAt(std::string(path) + ".manifest_filepath", "Cannot set up the data",
                               "manifest_filepath is neither a path nor a list of paths",
                               "Name a JSON-lines manifest"));
}

Status refuseUnsupported(const config::Config& config, std::string_view path, const DataSection& section) {
    const char* key = section.isTarred                    ? "is_tarred"
                      : section.useLhotse.value_or(false) ? "use_lhotse"
                      : !section.augmentor.isNull()       ? "augmentor"
                                                          : nullptr;
    if (!key) return {};
    return fail(config.errorAt(std::string(path) + '.' + key, "Cannot set up the data",
                               std::string(key) + " is not supported", "Remove it"));
}

} // namespace

Result<std::optional<SpeechDataParams>> readSpeechData(const config::Config& config, std::string_view path) {
    const config::Node* node = config.find(path);
    if (!node) return std::nullopt;
    if (node->kind == config::NodeKind::Scalar) { // null, or ${…} of another section
        const Result<Value> value = config.resolved(path);
        if (!value) return fail(value.error());
        if (value->isNull()) return std::nullopt;
    }
    const Result<DataSection> section = dataSchema().read(config, path);
    if (!section) return fail(section.error());
    if (section->manifest.isNull()) return std::nullopt;
    if (section->manifest.isString() && section->manifest.asString() == "???") {
        Error error = config.errorAt(std::string(path) + ".manifest_filepath", "Cannot set up the data",
                                     "manifest_filepath is missing (\"???\")",
                                     "Give " + std::string(path) + ".manifest_filepath=FILE");
        error.className = "MissingMandatoryValue";
        return fail(std::move(error));
    }
    if (const Status supported = refuseUnsupported(config, path, *section); !supported)
        return fail(supported.error());
    Result<std::vector<std::filesystem::path>> manifests = manifestsOf(config, path, section->manifest);
    if (!manifests) return fail(manifests.error());

    SpeechDataParams params;
    params.manifests = std::move(*manifests);
    params.sampleRate = section->sampleRate;
    params.labels = section->labels.value_or(std::vector<std::string>{});
    params.loader = {section->batchSize, section->shuffle, section->dropLast, section->workers};
    params.minDuration = section->minDuration.value_or(0);
    params.maxDuration = section->maxDuration;
    params.maxUtts = section->maxUtts.value_or(0);
    params.skipBadFiles = section->skipBadFiles;
    params.dropUnknownCharacters = section->dropUnknownCharacters;
    params.trimSilence = section->trimSilence;
    if (section->useStartEndToken) {
        params.bosId = section->bosId;
        params.eosId = section->eosId;
    }
    params.padId = section->padId;
    return params;
}

} // namespace fathom::model
