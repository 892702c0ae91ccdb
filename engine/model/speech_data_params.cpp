// SPDX-License-Identifier: Apache-2.0
#include "engine/config/schema.h"
#include "engine/data/manifest.h"
#include "engine/model/ctc_params.h"

namespace fathom::model {

namespace {

struct DataSection {
    Value manifest{};
    int sampleRate = 16000;
    std::optional<std::vector<std::string>> labels{};
    int batchSize = 1;
    bool shuffle = false;
    bool dropLast = false;
    int workers = 0;
    std::optional<double> minDuration{};
    std::optional<double> maxDuration{};
    std::optional<int> maxUtts = 0;
    bool skipBadFiles = false;
    bool dropUnknownCharacters = false;
    bool useStartEndToken = false;
    std::optional<std::int64_t> bosId{};
    std::optional<std::int64_t> eosId{};
    std::int64_t padId = 0;
    bool trimSilence = false;
    bool isTarred = false;
    std::optional<bool> useLhotse = false;
    Value augmentor{};
    Value unused{};
};

const config::Schema<DataSection>& dataSchema() {
    static const auto schema = [] {
        auto s =
            config::Schema<DataSection>("ASRDatasetConfig")
                .field("manifest_filepath", &DataSection::manifest,
                       "JSON-lines file, several with commas, or a list; null: no such set")
                .field("sample_rate", &DataSection::sampleRate, "recordings are resampled to it",
                       {.minimum = 1})
                .field("labels", &DataSection::labels, "the model's labels")
                .field("batch_size", &DataSection::batchSize, "clips in a batch", {.minimum = 1})
                .field("shuffle", &DataSection::shuffle, "a new order each epoch")
                .field("drop_last", &DataSection::dropLast, "leave out an incomplete last batch")
                .field("num_workers", &DataSection::workers, "loader threads", {.minimum = 0})
                .field("min_duration", &DataSection::minDuration, "seconds; shorter clips are left out")
                .field("max_duration", &DataSection::maxDuration, "seconds; longer clips are left out")
                .field("max_utts", &DataSection::maxUtts, "stop after that many clips; 0: all")
                .field("skip_bad_files", &DataSection::skipBadFiles,
                       "leave out missing or broken recordings, with a warning")
                .field("drop_unknown_characters", &DataSection::dropUnknownCharacters,
                       "leave out characters that labels lacks, as NeMo does")
                .field("use_start_end_token", &DataSection::useStartEndToken,
                       "put bos_id and eos_id around the text")
                .field("bos_id", &DataSection::bosId, "first token")
                .field("eos_id", &DataSection::eosId, "last token")
                .field("pad_id", &DataSection::padId, "fills the tokens of a batch")
                .field("trim_silence", &DataSection::trimSilence, "cut the silence at both ends of each clip")
                .field("is_tarred", &DataSection::isTarred, "must be false")
                .field("use_lhotse", &DataSection::useLhotse, "must be false")
                .field("augmentor", &DataSection::augmentor, "must be null");
        for (const char* key : {"pin_memory",
                                "parser",
                                "unk_index",
                                "blank_index",
                                "normalize_transcripts",
                                "normalize",
                                "defer_setup",
                                "tarred_audio_filepaths",
                                "shuffle_n",
                                "tarred_shard_strategy",
                                "bucketing_strategy",
                                "bucketing_batch_size",
                                "bucketing_weights",
                                "is_concat",
                                "use_dali",
                                "use_semi_sorted_batching",
                                "channel_selector",
                                "return_sample_id",
                                "cache_audio",
                                "int_values",
                                "persistent_workers",
                                "prefetch_factor",
                                "do_sort_by_size",
                                "name",
                                "load_audio",
                                "trim"})
            s.field(key, &DataSection::unused, "not used");
        return s;
    }();
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
