// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/tokenizer_command.h"

#include "app/cli/tokenizer_train.h"
#include "engine/base/value.h"
#include "engine/text/open_tokenizer.h"
#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <charconv>
#include <functional>
#include <iostream>
#include <memory>
#include <vector>

namespace fathom::cli {
namespace {

using TokenizerPtr = std::shared_ptr<const text::Tokenizer>;

struct TokenizerOptions {
    std::string path{};
    std::vector<std::string> lines{}; ///< texts or ids; empty: those of standard input
    bool cased = false;
    bool fast = false;
    bool pieces = false;
    bool json = false;
};

Result<TokenizerPtr> open(const TokenizerOptions& options) {
    text::OpenTokenizerOptions how;
    how.wordPiece.doLowerCase = !options.cased;
    how.wordPiece.backend = options.fast ? text::BertBackend::Fast : text::BertBackend::Slow;
    return text::openTokenizer(options.path, how);
}

/// Calls `handle` with each argument, or with each line of standard input.
Status forEachLine(const TokenizerOptions& options,
                   const std::function<Status(std::string_view, int)>& handle) {
    for (const std::string& line : options.lines)
        if (const Status done = handle(line, 0); !done) return done;
    if (!options.lines.empty()) return {};
    int number = 0;
    for (std::string line; std::getline(std::cin, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (const Status done = handle(line, ++number); !done) return done;
    }
    return {};
}

Error badLine(std::string what, std::string why, std::string remedy, int line) {
    return {.kind = ErrorKind::BadInput,
            .what = std::move(what),
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = line > 0 ? "standard input" : "",
            .line = line};
}

Value encodedAsJson(std::string_view line, const std::vector<text::Piece>& pieces,
                    const std::vector<std::string>& unknown) {
    Value::List ids, spelled, spans, missing;
    for (const text::Piece& piece : pieces) {
        ids.emplace_back(piece.id);
        spelled.emplace_back(piece.piece);
        spans.emplace_back(Value::List{Value(static_cast<std::int64_t>(piece.begin)),
                                       Value(static_cast<std::int64_t>(piece.end))});
    }
    for (const std::string& word : unknown)
        missing.emplace_back(word);
    return Value(Value::Map{{"text", std::string(line)},
                            {"ids", std::move(ids)},
                            {"pieces", std::move(spelled)},
                            {"bytes", std::move(spans)},
                            {"unknown", std::move(missing)}});
}

Status encode(const TokenizerOptions& options) {
    const Result<TokenizerPtr> tokenizer = open(options);
    if (!tokenizer) return fail(tokenizer.error());
    return forEachLine(options, [&](std::string_view line, int number) -> Status {
        if (!text::isUtf8(line))
            return fail(badLine("Cannot encode the text", "it is not UTF-8", "Convert it to UTF-8", number));
        const std::vector<text::Piece> pieces = (*tokenizer)->pieces(line);
        if (options.json) {
            print(toJson(encodedAsJson(line, pieces, (*tokenizer)->encode(line).unknown)));
            return {};
        }
        std::string row;
        for (const text::Piece& piece : pieces) {
            if (!row.empty()) row += ' ';
            row += options.pieces ? piece.piece : std::to_string(piece.id);
        }
        print(row);
        return {};
    });
}

Result<std::vector<std::int64_t>> readIds(const text::Tokenizer& tokenizer, std::string_view line,
                                          int number) {
    std::vector<std::int64_t> ids;
    for (const std::string_view word : text::splitWords(line)) {
        std::int64_t id = 0;
        const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (code != std::errc{} || end != word.data() + word.size())
            return fail(badLine("Cannot decode the ids", "'" + std::string(word) + "' is no number",
                                "Give whole numbers with spaces between them", number));
        if (id < 0 || id >= tokenizer.size())
            return fail(badLine("Cannot decode the ids", std::to_string(id) + " is outside the vocabulary",
                                "Use 0 … " + std::to_string(tokenizer.size() - 1), number));
        ids.push_back(id);
    }
    return ids;
}

Status decode(const TokenizerOptions& options) {
    const Result<TokenizerPtr> tokenizer = open(options);
    if (!tokenizer) return fail(tokenizer.error());
    TokenizerOptions joined = options;
    if (!options.lines.empty()) {
        joined.lines.assign(1, {});
        for (const std::string& id : options.lines)
            joined.lines.front().append(id).append(" ");
    }
    return forEachLine(joined, [&](std::string_view line, int number) -> Status {
        const auto ids = readIds(**tokenizer, line, number);
        if (!ids) return fail(ids.error());
        const std::string decoded = (*tokenizer)->decode(*ids);
        print(options.json ? toJson(Value(Value::Map{{"text", decoded}})) : decoded);
        return {};
    });
}

Status show(const TokenizerOptions& options) {
    const Result<TokenizerPtr> tokenizer = open(options);
    if (!tokenizer) return fail(tokenizer.error());
    const text::SpecialIds& special = (*tokenizer)->special();
    Value::Map ids;
    for (const auto& [name, id] : {std::pair{"pad", special.pad},
                                   {"bos", special.bos},
                                   {"eos", special.eos},
                                   {"unk", special.unk},
                                   {"cls", special.cls},
                                   {"sep", special.sep},
                                   {"mask", special.mask}})
        if (id) ids.set(name, Value(*id));
    if (options.json) {
        Value::List pieces;
        for (std::int64_t id = 0; id < (*tokenizer)->size(); ++id)
            pieces.emplace_back((*tokenizer)->piece(id));
        print(toJson(Value(Value::Map{{"vocab_size", (*tokenizer)->size()},
                                      {"special_ids", std::move(ids)},
                                      {"vocabulary", std::move(pieces)}})));
        return {};
    }
    print(std::to_string((*tokenizer)->size()) + " pieces; special ids " + toJson(Value(std::move(ids))));
    for (std::int64_t id = 0; id < (*tokenizer)->size(); ++id)
        print(std::to_string(id) + '\t' + (*tokenizer)->piece(id));
    return {};
}

CLI::App* addReader(CLI::App& tokenizer, CommandContext& context, const char* name, const char* help,
                    const std::shared_ptr<TokenizerOptions>& options,
                    Status (*run)(const TokenizerOptions&)) {
    CLI::App* command = tokenizer.add_subcommand(name, help);
    command->add_option("tokenizer", options->path, "A .model, a vocab.txt, or a folder with one")
        ->required();
    command->add_flag("--cased", options->cased, "WordPiece: keep upper case and accents");
    command->add_flag("--fast", options->fast, "WordPiece: as Hugging Face's Rust tokenizer");
    command->add_flag("--json", options->json, "JSON, one object a line");
    command->callback([&context, options, run] {
        if (const Status done = run(*options); !done) report(context, done.error(), options->json);
    });
    return command;
}

} // namespace

void addTokenizerCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command =
        app.add_subcommand("tokenizer", "Train vocabularies, and see what they make of texts");
    command->require_subcommand(1);
    addTokenizerTrain(*command, context);
    const auto texts = std::make_shared<TokenizerOptions>();
    CLI::App* encoder = addReader(*command, context, "encode", "Print the ids of texts", texts, encode);
    encoder->add_option("texts", texts->lines, "Texts; without any, the lines of standard input");
    encoder->add_flag("--pieces", texts->pieces, "Print pieces instead of ids");
    const auto ids = std::make_shared<TokenizerOptions>();
    CLI::App* decoder = addReader(*command, context, "decode", "Print the text of ids", ids, decode);
    decoder->add_option("ids", ids->lines, "Ids; without any, those on each line of standard input");
    addReader(*command, context, "show", "Print the size, the special ids and the pieces",
              std::make_shared<TokenizerOptions>(), show);
}

} // namespace fathom::cli
