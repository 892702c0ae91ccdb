// SPDX-License-Identifier: GPL-3.0-or-later
// Ids, pieces and decoded texts equal those of Python's tokenizers over hard Unicode strings; see
// tests/oracle/tokenizer_reference.py. FATHOM_TOKENIZER_GOLDENS names a folder with more of them.
#include "engine/text/sentencepiece.h"
#include "engine/text/utf8.h"
#include "engine/text/wordpiece.h"

#include <QTest>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::text;
using nlohmann::json;

namespace {

using Opened = Result<std::shared_ptr<const Tokenizer>>;

fs::path folder() {
    const QByteArray named = qgetenv("FATHOM_TOKENIZER_GOLDENS");
    return named.isEmpty() ? fs::path(FATHOM_TEST_DATA) / "text" : fs::path(named.toStdString());
}

WordPieceOptions wordPieceOptions(const json& head) {
    WordPieceOptions options;
    options.backend = head.at("backend") == "fast" ? BertBackend::Fast : BertBackend::Slow;
    options.doLowerCase = head.at("options").value("do_lower_case", true);
    options.tokenizeChineseChars = head.at("options").value("tokenize_chinese_chars", true);
    if (head.at("options").contains("strip_accents"))
        options.stripAccents = head.at("options").at("strip_accents").get<bool>();
    return options;
}

Opened open(const json& head) {
    if (head.at("kind") == "wordpiece")
        return openWordPiece(folder() / head.at("vocab").get<std::string>(), wordPieceOptions(head));
    SentencePieceOptions options;
    options.legacy = head.at("legacy").get<bool>();
    for (const json& token : head.at("special_tokens"))
        options.specialTokens.emplace_back(token.at(0), token.at(1));
    return openSentencePiece(folder() / head.at("model").get<std::string>(), options);
}

/// Ours as Python's -1 or None for an id that there is not.
json idOrNone(std::optional<std::int64_t> id) {
    return id ? json(*id) : json(-1);
}

void compareSpecial(const Tokenizer& tokenizer, const json& expected) {
    const std::map<std::string, std::optional<std::int64_t>> ours{
        {"pad", tokenizer.padId()},  {"bos", tokenizer.bosId()}, {"eos", tokenizer.eosId()},
        {"unk", tokenizer.unkId()},  {"cls", tokenizer.clsId()}, {"sep", tokenizer.sepId()},
        {"mask", tokenizer.maskId()}};
    for (const auto& [name, id] : expected.items())
        QCOMPARE(idOrNone(ours.at(name)).dump(), id.dump());
}

std::string shown(const json& row, const json& ours) {
    return row.dump() + "\nours: " + ours.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The byte at which each code point begins, and the end.
std::vector<std::size_t> characterStarts(const std::string& text) {
    std::vector<std::size_t> starts;
    for (std::size_t at = 0; at < text.size(); at += sequenceLength(std::string_view(text).substr(at)))
        starts.push_back(at);
    starts.push_back(text.size());
    return starts;
}

std::string complaint(const Tokenizer& tokenizer, const json& row) {
    const auto text = row.at("text").get<std::string>();
    const EncodedText encoded = tokenizer.encode(text);
    json ours{{"ids", encoded.ids}, {"decoded", tokenizer.decode(encoded.ids)}};
    const std::vector<Piece> pieces = tokenizer.pieces(text);
    std::vector<std::int64_t> pieceIds;
    for (const Piece& piece : pieces) {
        ours["pieces"].push_back(piece.piece);
        pieceIds.push_back(piece.id);
    }
    if (pieceIds != encoded.ids) return "pieces() and encode() differ: " + shown(row, ours);
    if (row.contains("offsets")) {
        const std::vector<std::size_t> starts = characterStarts(text);
        for (std::size_t i = 0; i < pieces.size() && i < row["offsets"].size(); ++i)
            if (pieces[i].begin != starts[row["offsets"][i][0]] ||
                pieces[i].end != starts[row["offsets"][i][1]])
                return "piece " + std::to_string(i) + " covers " + std::to_string(pieces[i].begin) + "-" +
                       std::to_string(pieces[i].end) + ": " + row.dump();
    }
    if (row.contains("joined")) ours["joined"] = tokenizer.joinPieces(encoded.ids);
    for (const char* key : {"ids", "decoded", "joined", "pieces"})
        if (row.contains(key) && ours.value(key, json::array()) != row.at(key))
            return std::string(key) + " differ: " + shown(row, ours);
    return {};
}

} // namespace

class TokenizerGoldenTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyText_isTokenizedAsInPython_data() {
        QTest::addColumn<QString>("file");
        for (const auto& entry : fs::directory_iterator(folder()))
            if (entry.path().extension() == ".jsonl")
                QTest::newRow(entry.path().stem().c_str()) << QString::fromStdString(entry.path().string());
    }

    void everyText_isTokenizedAsInPython() {
        QFETCH(QString, file);
        std::ifstream lines(file.toStdString());
        std::string line;
        QVERIFY(std::getline(lines, line));
        const json head = json::parse(line);
        const Opened tokenizer = open(head);
        QVERIFY2(tokenizer.has_value(), tokenizer ? "" : tokenizer.error().message().c_str());
        QCOMPARE((*tokenizer)->size(), head.at("size").get<std::int64_t>());
        compareSpecial(**tokenizer, head.at("special"));
        int compared = 0;
        int wrong = 0;
        for (; std::getline(lines, line); ++compared) {
            const std::string why = complaint(**tokenizer, json::parse(line));
            if (!why.empty() && ++wrong <= 20) qWarning("%s", why.c_str());
        }
        QVERIFY(compared >= 8);
        QCOMPARE(wrong, 0);
    }
};

QTEST_GUILESS_MAIN(TokenizerGoldenTest)
#include "tst_tokenizer_golden.moc"
