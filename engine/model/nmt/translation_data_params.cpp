// SPDX-License-Identifier: Apache-2.0
#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/nmt/mt_params.h"

namespace fathom::model {

namespace {

struct TranslationSection {
    Value sources{};
    Value targets{};
    bool isTarred{};
    bool isTarredOldName{};
    std::int64_t tokensInBatch{};
    bool clean{};
    std::int64_t maxLength{};
    std::int64_t minLength{};
    bool shuffle{};
    std::int64_t samples{};
    int workers{};
    bool pinMemory{};
    bool reverse{};
    std::optional<std::string> sampling{};
};

const config::Schema<TranslationSection>& translationSchema() {
    using S = TranslationSection;
    static const auto schema = config::Schema<S>(schemas::at("TranslationDataConfig"))
                                   .bind("src_file_name", &S::sources)
                                   .bind("tgt_file_name", &S::targets)
                                   .bind("use_tarred_dataset", &S::isTarred)
                                   .bind("load_from_tarred_dataset", &S::isTarredOldName)
                                   .bind("tokens_in_batch", &S::tokensInBatch)
                                   .bind("clean", &S::clean)
                                   .bind("max_seq_length", &S::maxLength)
                                   .bind("min_seq_length", &S::minLength)
                                   .bind("shuffle", &S::shuffle)
                                   .bind("num_samples", &S::samples)
                                   .bind("num_workers", &S::workers)
                                   .bind("pin_memory", &S::pinMemory)
                                   .bind("reverse_lang_direction", &S::reverse)
                                   .bind("concat_sampling_technique", &S::sampling);
    return schema;
}

struct TranslationReader {
    const config::Config& config;
    std::string path;

    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& key, std::string why,
                                               std::string remedy) const {
        Error error =
            config.errorAt(path + '.' + key, "Cannot set up the data", std::move(why), std::move(remedy));
        error.key = path + '.' + key;
        error.className = "ValueError";
        return fail(std::move(error));
    }
    /// A path or a list of them.
    [[nodiscard]] Result<std::vector<std::filesystem::path>> files(const std::string& key,
                                                                   const Value& value) const;
};

Result<std::vector<std::filesystem::path>> TranslationReader::files(const std::string& key,
                                                                    const Value& value) const {
    std::vector<std::filesystem::path> out;
    for (const Value& item : value.isList() ? value.asList() : Value::List{value}) {
        if (!item.isString() || item.asString().empty() || item.asString() == "???")
            return refuse(key, key + " is neither a path nor a list of paths",
                          "Name a text file with a sentence in each line");
        out.emplace_back(item.asString());
    }
    return out;
}

} // namespace

Result<std::optional<TranslationDataParams>> readTranslationData(const config::Config& config,
                                                                 std::string_view path) {
    const config::Node* node = config.find(path);
    if (!node || node->kind != config::NodeKind::Map) return std::nullopt;
    const TranslationReader reader{config, std::string(path)};
    const Result<TranslationSection> section = translationSchema().read(config, path);
    if (!section) return fail(section.error());
    if (section->isTarred || section->isTarredOldName)
        return reader.refuse(section->isTarred ? "use_tarred_dataset" : "load_from_tarred_dataset",
                             "tar files of translation batches hold Python pickles, which are not read here",
                             "Name the text files with src_file_name and tgt_file_name, and set it to false");
    if (section->sources.isNull() && section->targets.isNull()) return std::nullopt;
    const auto sources = reader.files("src_file_name", section->sources);
    if (!sources) return fail(sources.error());
    const auto targets = reader.files("tgt_file_name", section->targets);
    if (!targets) return fail(targets.error());
    if (sources->size() != targets->size())
        return reader.refuse(
            "tgt_file_name", "The same number of filepaths must be passed in for source and target.",
            "Name a target file for each of the " + std::to_string(sources->size()) + " source files");
    TranslationDataParams params;
    for (std::size_t i = 0; i < sources->size(); ++i)
        params.corpora.push_back({(*sources)[i], (*targets)[i]});
    params.tokensInBatch = section->tokensInBatch;
    params.limits = {.clean = section->clean,
                     .minLength = section->minLength,
                     .maxLength = section->maxLength,
                     .samples = section->samples};
    params.reverse = section->reverse;
    params.loader = {.batchSize = 1,
                     .shuffle = section->shuffle,
                     .workers = section->workers,
                     .pinMemory = section->pinMemory};
    if (params.corpora.size() > 1 && section->sampling)
        params.samplingNote = "concat_sampling_technique '" + *section->sampling +
                              "' is not followed: every epoch has all batches of all files once";
    return params;
}

} // namespace fathom::model
