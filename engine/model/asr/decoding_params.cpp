// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/decoding_params.h"

#include <array>

namespace fathom::model {

namespace {

/// Read key by key: archives of other releases have others, and a key that decoding does not need must not
/// keep a model from being restored.
struct DecodingSection {
    const config::Config& config;
    std::string path;
    const Value& value;

    Error wrong(const std::string& key, const std::string& why) const {
        Error error =
            config.errorAt(path + '.' + key, "Cannot read how texts are decoded", why, "Correct it");
        error.className = "ValueError";
        return error;
    }
    Result<double> number(const std::string& key, double otherwise) const {
        const Value* found = value.at(key);
        if (!found || found->isNull()) return otherwise;
        if (!found->isNumber()) return fail(wrong(key, key + " is not a number"));
        return found->toDouble();
    }
    Result<std::string> text(const std::string& key, std::string otherwise) const {
        const Value* found = value.at(key);
        if (!found || found->isNull()) return otherwise;
        if (!found->isString()) return fail(wrong(key, key + " is not a text"));
        return found->asString();
    }
};

Status readBeam(const DecodingSection& section, const std::string& strategy, CtcDecodingParams& params) {
    struct Number {
        const char* key;
        double& into;
    };
    double size = params.beam.beamSize, threshold = 20;
    params.beam.bonus = 1;
    const std::array numbers{Number{"beam.beam_size", size},
                             Number{"beam.ngram_lm_alpha", params.beam.languageWeight},
                             Number{"beam.beam_alpha", params.beam.languageWeight}, // its older name
                             Number{"beam.beam_beta", params.beam.bonus},
                             Number{"beam.beam_threshold", threshold},
                             Number{"beam.pyctcdecode_cfg.token_min_logp", params.beam.tokenMinLogp},
                             Number{"beam.pyctcdecode_cfg.beam_prune_logp", params.beam.beamPruneLogp}};
    for (const Number& number : numbers) {
        const Result<double> read = section.number(number.key, number.into);
        if (!read) return fail(read.error());
        number.into = *read;
    }
    if (!(size >= 1 && size <= 1e6))
        return fail(section.wrong("beam.beam_size", "beam_size is not a number of hypotheses"));
    params.beam.beamSize = static_cast<int>(size);
    if (strategy == "beam_batch") params.beam.beamPruneLogp = -threshold;
    std::string file;
    for (const char* key : {"beam.ngram_lm_model", "beam.kenlm_path"}) {
        const Result<std::string> read = section.text(key, file);
        if (!read) return fail(read.error());
        file = *read;
    }
    params.languageModel = file;
    return {};
}

} // namespace

Result<CtcDecodingParams> readCtcDecoding(const config::Config& config, const std::string& path) {
    const Result<Value> value = config.find(path) ? config.resolved(path) : Result<Value>(Value{});
    if (!value) return fail(value.error());
    const DecodingSection section{config, path, *value};
    const Result<std::string> strategy = section.text("strategy", "greedy_batch");
    if (!strategy) return fail(strategy.error());
    const Result<std::string> separator = section.text("word_seperator", " ");
    if (!separator) return fail(separator.error());
    CtcDecodingParams params;
    params.wordSeparator = *separator;
    params.isBeam = *strategy == "beam" || *strategy == "pyctcdecode" || *strategy == "beam_batch";
    const bool isGreedy = *strategy == "greedy" || *strategy == "greedy_batch";
    if (*strategy == "flashlight" || *strategy == "wfst")
        params.unsupported = *strategy;
    else if (!params.isBeam && !isGreedy)
        return fail(
            section.wrong("strategy", "Decoding strategy must be one of ['greedy', 'greedy_batch', 'beam', "
                                      "'pyctcdecode', 'flashlight', 'wfst', 'beam_batch']. Given " +
                                          *strategy));
    for (const char* key :
         {"confidence_cfg.preserve_frame_confidence", "confidence_cfg.preserve_token_confidence",
          "confidence_cfg.preserve_word_confidence", "greedy.preserve_frame_confidence"})
        if (const Value* wanted = value->at(key); wanted && wanted->isBool())
            params.wantsConfidence = params.wantsConfidence || wanted->asBool();
    if (const Status beam = readBeam(section, *strategy, params); !beam) return fail(beam.error());
    return params;
}

} // namespace fathom::model
