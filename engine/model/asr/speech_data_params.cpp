// SPDX-License-Identifier: Apache-2.0
#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/data/brace_paths.h"
#include "engine/data/manifest.h"
#include "engine/model/asr/augmentor_params.h"
#include "engine/model/asr/ctc_params.h"

#include <algorithm>
#include <numeric>

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
    std::optional<bool> useStartEndToken{};
    std::optional<std::int64_t> bosId{};
    std::optional<std::int64_t> eosId{};
    std::int64_t padId{};
    bool trimSilence{};
    bool isTarred{};
    Value tars{};
    std::int64_t shuffleN{};
    std::string bucketingStrategy{};
    Value bucketBatchSize{};
    std::optional<std::vector<int>> bucketWeights{};
    bool shardManifests{};
    bool isConcat{};
    bool useDali{};
    bool semiSorted{};
    std::optional<double> randomization{};
    std::int64_t semiSortSeed{};
    bool pinMemory{};
    std::optional<int> prefetchFactor{};
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
                                   .bind("tarred_audio_filepaths", &DataSection::tars)
                                   .bind("shuffle_n", &DataSection::shuffleN)
                                   .bind("bucketing_strategy", &DataSection::bucketingStrategy)
                                   .bind("bucketing_batch_size", &DataSection::bucketBatchSize)
                                   .bind("bucketing_weights", &DataSection::bucketWeights)
                                   .bind("shard_manifests", &DataSection::shardManifests)
                                   .bind("is_concat", &DataSection::isConcat)
                                   .bind("use_dali", &DataSection::useDali)
                                   .bind("use_semi_sorted_batching", &DataSection::semiSorted)
                                   .bind("randomization_factor", &DataSection::randomization)
                                   .bind("semi_sort_sampler_seed", &DataSection::semiSortSeed)
                                   .bind("pin_memory", &DataSection::pinMemory)
                                   .bind("prefetch_factor", &DataSection::prefetchFactor)
                                   .bind("use_lhotse", &DataSection::useLhotse)
                                   .bind("augmentor", &DataSection::augmentor);
    return schema;
}

using Paths = std::vector<std::filesystem::path>;

/// What reads the section and knows where it stands.
struct Reader {
    const config::Config& config;
    std::string path;

    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& key, std::string why,
                                               std::string remedy) const {
        Error error =
            config.errorAt(path + '.' + key, "Cannot set up the data", std::move(why), std::move(remedy));
        error.className = "ValueError";
        return fail(std::move(error));
    }
    /// "a.json, b.json" or a list of paths.
    [[nodiscard]] Result<Paths> paths(const std::string& key, const Value& value) const;
    /// The same, or a list of such lists: one for each bucket. Patterns are expanded.
    [[nodiscard]] Result<std::vector<Paths>> buckets(const std::string& key, const Value& value,
                                                     bool expand) const;
    [[nodiscard]] Status readTarred(const DataSection& section, SpeechDataParams& out) const;
    [[nodiscard]] Status readBucketing(const DataSection& section, SpeechDataParams& out) const;
    [[nodiscard]] Result<std::vector<int>> bucketBatchSizes(const DataSection& section,
                                                            std::size_t buckets) const;
};

Result<Paths> Reader::paths(const std::string& key, const Value& value) const {
    if (value.isString()) return data::splitManifestList(value.asString());
    Paths out;
    if (value.isList()) {
        for (const Value& item : value.asList())
            if (item.isString()) out.emplace_back(item.asString());
        if (!out.empty() && out.size() == value.asList().size()) return out;
    }
    return refuse(key, key + " is neither a path nor a list of paths", "Name one file, or several in a list");
}

Result<std::vector<Paths>> Reader::buckets(const std::string& key, const Value& value, bool expand) const {
    const bool nested = value.isList() && !value.asList().empty() && value.asList().front().isList();
    std::vector<Paths> out;
    for (const Value& bucket : nested ? value.asList() : Value::List{value}) {
        const Result<Paths> written = paths(key, bucket);
        if (!written) return fail(written.error());
        Paths expanded;
        for (const std::filesystem::path& each : *written)
            for (std::string& file : expand ? data::expandPath(each.string()) : std::vector{each.string()})
                expanded.emplace_back(std::move(file));
        out.push_back(std::move(expanded));
    }
    return out;
}

/// NeMo's calc_bucketing_batch_sizes: a number is that of the last bucket, the first has most times as much.
Result<std::vector<int>> Reader::bucketBatchSizes(const DataSection& section, std::size_t buckets) const {
    const Value& given = section.bucketBatchSize;
    const std::string key = "bucketing_batch_size";
    if (section.batchSize != 1)
        return refuse(
            "batch_size",
            "batch_size should be set to one when bucketing_batch_size is set and adaptive bucketing is "
            "enabled (batch_size=" +
                std::to_string(section.batchSize) + ")",
            "Set batch_size=1, or remove bucketing_batch_size");
    std::size_t visits = buckets;
    if (section.bucketWeights)
        visits = static_cast<std::size_t>(
            std::accumulate(section.bucketWeights->begin(), section.bucketWeights->end(), 0));
    std::vector<int> out;
    if (given.isInt() && given.asInt() > 0)
        for (std::size_t i = 0; i < buckets; ++i)
            out.push_back(static_cast<int>(given.asInt() * static_cast<std::int64_t>(visits - i)));
    else if (given.isList())
        for (const Value& each : given.asList())
            if (each.isInt() && each.asInt() > 0) out.push_back(static_cast<int>(each.asInt()));
    if (out.size() == buckets) return out;
    return refuse(key,
                  "bucketing_batch_size is neither a whole number nor a list of " + std::to_string(buckets) +
                      " of them, one for each bucket",
                  "Give for example bucketing_batch_size=16");
}

Status Reader::readBucketing(const DataSection& section, SpeechDataParams& out) const {
    const std::size_t buckets = out.tarred.size();
    if (section.bucketWeights && !section.bucketWeights->empty()) {
        const bool positive =
            std::ranges::all_of(*section.bucketWeights, [](int weight) { return weight > 0; });
        if (!positive || section.bucketWeights->size() != buckets)
            return refuse("bucketing_weights",
                          "bucket weights must be positive integers, one for each bucket",
                          "Give " + std::to_string(buckets) + " of them, or remove them");
        out.bucketWeights = *section.bucketWeights;
    }
    if (buckets < 2) return {};
    if (!section.bucketBatchSize.isNull()) {
        auto sizes = bucketBatchSizes(section, buckets);
        if (!sizes) return fail(sizes.error());
        out.bucketBatchSizes = std::move(*sizes);
    }
    out.loader.bucketOrder = section.bucketingStrategy == "fixed_order" ? BucketOrder::Fixed
                             : section.bucketingStrategy == "fully_randomized"
                                 ? BucketOrder::FullyRandomized
                                 : BucketOrder::SyncedRandomized;
    return {};
}

Status Reader::readTarred(const DataSection& section, SpeechDataParams& out) const {
    if (section.tars.isNull())
        return refuse("tarred_audio_filepaths", "is_tarred is true and no tar files are named",
                      "Set tarred_audio_filepaths");
    const auto manifests = buckets("manifest_filepath", section.manifest, section.shardManifests);
    if (!manifests) return fail(manifests.error());
    const auto tars = buckets("tarred_audio_filepaths", section.tars, true);
    if (!tars) return fail(tars.error());
    if (manifests->size() != tars->size())
        return refuse("tarred_audio_filepaths",
                      "manifest_filepaths (length=" + std::to_string(manifests->size()) +
                          ") and tarred_audio_filepaths (length=" + std::to_string(tars->size()) +
                          ") need to have the same number of buckets",
                      "Give as many lists of tar files as of manifests");
    for (std::size_t i = 0; i < tars->size(); ++i)
        out.tarred.push_back({(*manifests)[i], (*tars)[i]});
    // NeMo's default, where the key is absent.
    const std::int64_t buffer = config.find(path + ".shuffle_n") ? section.shuffleN : 4L * section.batchSize;
    out.loader.shuffle = section.shuffle && buffer > 0;
    out.loader.shuffleBuffer = buffer;
    return readBucketing(section, out);
}

Status refuseUnsupported(const config::Config& config, std::string_view path, const DataSection& section) {
    const char* key = section.isConcat                         ? "is_concat"
                      : section.useDali                        ? "use_dali"
                      : section.useLhotse.value_or(false)      ? "use_lhotse"
                      : section.semiSorted && section.isTarred ? "use_semi_sorted_batching"
                                                               : nullptr;
    if (!key) return {};
    return fail(config.errorAt(std::string(path) + '.' + key, "Cannot set up the data",
                               std::string(key) + " is not supported", "Remove it"));
}

} // namespace

void SpeechDataParams::takeIdsOf(const text::Tokenizer& subwords) {
    const auto positive = [](std::optional<std::int64_t> id) {
        return id.value_or(0) > 0 ? id : std::nullopt; // NeMo takes no id 0
    };
    const bool isWanted = useStartEndToken.value_or(true);
    bosId = isWanted ? positive(subwords.bosId()) : std::nullopt;
    eosId = isWanted ? positive(subwords.eosId()) : std::nullopt;
    padId = positive(subwords.padId()).value_or(0);
}

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
    const Reader reader{config, std::string(path)};
    SpeechDataParams params;
    params.sampleRate = section->sampleRate;
    params.labels = section->labels.value_or(std::vector<std::string>{});
    params.loader = {.batchSize = section->batchSize,
                     .shuffle = section->shuffle,
                     .dropLast = section->dropLast,
                     .workers = section->workers,
                     .prefetchFactor = section->prefetchFactor.value_or(2),
                     .pinMemory = section->pinMemory};
    params.minDuration = section->minDuration.value_or(0);
    params.maxDuration = section->maxDuration;
    params.maxUtts = section->maxUtts.value_or(0);
    params.skipBadFiles = section->skipBadFiles;
    params.dropUnknownCharacters = section->dropUnknownCharacters;
    params.trimSilence = section->trimSilence;
    params.useStartEndToken = section->useStartEndToken;
    if (section->useStartEndToken.value_or(false)) {
        params.bosId = section->bosId;
        params.eosId = section->eosId;
    }
    params.padId = section->padId;
    auto augmentor = readAugmentor(config, std::string(path) + ".augmentor", section->augmentor);
    if (!augmentor) return fail(augmentor.error());
    params.augmentor = std::move(*augmentor);
    if (section->semiSorted)
        params.semiSorted = {.randomization = section->randomization.value_or(0.1),
                             .seed = static_cast<std::uint64_t>(section->semiSortSeed)};
    if (section->isTarred) {
        if (Status read = reader.readTarred(*section, params); !read) return fail(read.error());
    } else {
        Result<Paths> manifests = reader.paths("manifest_filepath", section->manifest);
        if (!manifests) return fail(manifests.error());
        params.manifests = std::move(*manifests);
    }
    return params;
}

} // namespace fathom::model
