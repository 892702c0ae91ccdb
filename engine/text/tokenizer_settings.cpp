// SPDX-License-Identifier: Apache-2.0
#include "engine/text/tokenizer_settings.h"

#include "engine/text/pretrained_folder.h"

#include <map>
#include <optional>
#include <utility>

namespace fathom::text {

namespace {

tl::unexpected<Error> refuse(std::string key, std::string why, std::string remedy) {
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot open the tokenizer",
                 .why = std::move(why),
                 .remedy = std::move(remedy),
                 .key = std::move(key)});
}

Status addSpecialTokens(WordPieceOptions& options, const Value& special) {
    if (special.isNull() || (special.isMap() && special.asMap().empty())) return {};
    if (!special.isMap()) return refuse("special_tokens", "it is not a map", "Give {cls_token: \"[CLS]\"}");
    const std::map<std::string, std::string*> names{{"unk_token", &options.unkToken},
                                                    {"sep_token", &options.sepToken},
                                                    {"pad_token", &options.padToken},
                                                    {"cls_token", &options.clsToken},
                                                    {"mask_token", &options.maskToken}};
    for (const auto& [name, token] : special.asMap()) {
        const auto known = names.find(name);
        if (known != names.end() && token.isString())
            *known->second = token.asString();
        else if (name != "bos_token" && name != "eos_token" && !token.isNull())
            return refuse("special_tokens." + name, "this special token is not supported", "Remove it");
    }
    return {};
}

} // namespace

Result<WordPieceOptions> wordPieceOptions(const ClassifierTokenizer& section) {
    WordPieceOptions options = WordPieceOptions::textClassification(section.name, section.lowerCase);
    const auto folder = findPretrainedFolder(section.name);
    if (folder && std::filesystem::exists(*folder / "tokenizer_config.json")) {
        const Result<Value> settings = readJsonFile(*folder / "tokenizer_config.json");
        if (!settings) return fail(settings.error());
        if (const Value* lower = settings->at("do_lower_case"); lower && lower->isBool())
            options.doLowerCase = lower->asBool();
    }
    if (const Status added = addSpecialTokens(options, section.specialTokens); !added)
        return fail(added.error());
    return options;
}

SentencePieceOptions sentencePieceOptions(const ClassifierTokenizer& section) {
    SentencePieceOptions options{.legacy = true};
    if (section.specialTokens.isMap())
        for (const auto& [name, token] : section.specialTokens.asMap())
            if (token.isString()) options.specialTokens.emplace_back(name, token.asString());
    return options;
}

SentencePieceOptions legacyTranslationOptions(const Tokenizer& model) {
    SentencePieceOptions options{.legacy = true};
    const auto add = [&](const char* name, std::optional<std::int64_t> id, const char* made) {
        options.specialTokens.emplace_back(name, id && *id > 0 ? model.piece(*id) : made);
    };
    add("pad_token", model.padId(), "<pad>");
    add("bos_token", model.bosId(), "<bos>");
    add("eos_token", model.eosId(), "<eos>");
    return options;
}

} // namespace fathom::text
