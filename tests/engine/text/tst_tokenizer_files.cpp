// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of vocabularies that are damaged, and of texts that a vocabulary cannot say.
#include "engine/base/file.h"
#include "engine/text/sentencepiece.h"
#include "engine/text/tokenizer_settings.h"
#include "engine/text/wordpiece.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>

using namespace fathom;
using namespace fathom::text;
using Ids = std::vector<std::int64_t>;
using Words = std::vector<std::string>;

namespace {

std::string model(const char* name) {
    return readFile(std::filesystem::path(FATHOM_TEST_DATA) / "text" / name).value();
}

/// The first place of `what`, which must be there.
std::size_t placeOf(const std::string& bytes, std::string_view what) {
    const std::size_t at = bytes.find(what);
    Q_ASSERT(at != std::string::npos);
    return at;
}

std::string whyNot(std::string_view bytes) {
    const auto tokenizer = readSentencePiece(bytes, "a.model");
    if (tokenizer) return "it was read";
    return tokenizer.error().exitCode() == 3 && tokenizer.error().file == "a.model" ? tokenizer.error().why
                                                                                    : "another error";
}

/// Where the double array of unigram.model's character map begins: behind the tag, the two lengths and the
/// size of the array, which is the first multiple of 1024 there.
std::size_t arrayOf(const std::string& bytes) {
    return placeOf(bytes, "nmt_nfkc") + std::strlen("nmt_nfkc") + 1 + 3 + 4;
}

} // namespace

class TokenizerFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sentencePiece_reportsUnknownCharacters() {
        const auto tokenizer = readSentencePiece(model("bpe.model"), "bpe.model");
        QVERIFY(tokenizer.has_value());
        QCOMPARE((*tokenizer)->encode("a 𒀀 a 𒀀").unknown, Words{"𒀀"});
        QVERIFY((*tokenizer)->encode("a").unknown.empty());
        QCOMPARE((*tokenizer)->padId(), std::optional<std::int64_t>(0));
        QCOMPARE((*tokenizer)->unkId(), std::optional<std::int64_t>(3));
        QVERIFY(!(*tokenizer)->clsId());
    }

    void sentencePiece_survivesBrokenUtf8AndForeignIds() {
        const auto tokenizer = readSentencePiece(model("unigram.model"), "unigram.model");
        QVERIFY(tokenizer.has_value());
        QVERIFY(!(*tokenizer)->encode("a\xE2\x82 \xFF").ids.empty());
        const Ids known = (*tokenizer)->encode("hello").ids;
        Ids foreign = known;
        foreign.insert(foreign.begin(), -5);
        foreign.push_back(1 << 30);
        QCOMPARE((*tokenizer)->decode(foreign), std::string("hello"));
        QCOMPARE((*tokenizer)->piece(-1), std::string());
        QCOMPARE((*tokenizer)->piece((*tokenizer)->size()), std::string());
        QVERIFY(!(*tokenizer)->idOf("no such piece"));
        QCOMPARE((*tokenizer)->idOf("<unk>"), std::optional<std::int64_t>(0));
    }

    void sentencePiece_isRefused_whenItIsNoModel() {
        QVERIFY(whyNot("").find("no pieces") != std::string::npos);
        QVERIFY(whyNot("This is text").find("not a SentencePiece model") != std::string::npos);
        const std::string whole = model("bpe.model");
        QVERIFY(whyNot(whole.substr(0, whole.size() / 2)) != "it was read");
        QCOMPARE(openSentencePiece("/no/such.model").error().exitCode(), 3);
    }

    void sentencePiece_isRefused_whenItsCharacterMapLeadsAstray() {
        const std::string whole = model("unigram.model");
        std::uint32_t bytes = 0;
        std::memcpy(&bytes, whole.data() + arrayOf(whole) - 4, 4);
        QVERIFY(bytes > 100000 && bytes % 1024 == 0);
        const auto with = [&](std::size_t place, std::uint32_t unit) {
            std::string changed = whole;
            std::memcpy(changed.data() + place, &unit, 4);
            return whyNot(changed);
        };
        QCOMPARE(with(arrayOf(whole) - 4, bytes + 4), std::string("the character map is cut off"));
        QCOMPARE(with(arrayOf(whole) - 4, 0xFFFFFC00U), std::string("the character map is cut off"));
        QCOMPARE(with(arrayOf(whole), 0x7FFFFE00U),
                 std::string("the character map points outside its table"));
        QCOMPARE(with(arrayOf(whole), 0x80000000U), // a root that says it is a leaf
                 std::string("the character map points outside its table"));
        QCOMPARE(with(arrayOf(whole) + 400, 0xFFFFFFFFU),
                 std::string("the character map points outside its texts"));
        // A root whose children are the root's own block, with a child that leads back to it.
        std::string loop = whole;
        for (std::uint32_t i = 0; i < 256; ++i) {
            const std::uint32_t unit = i == 0 ? 0x100U : i;
            std::memcpy(loop.data() + arrayOf(whole) + i * 4UL, &unit, 4);
        }
        QCOMPARE(whyNot(loop), std::string("the character map is not a tree"));
    }

    void sentencePiece_addsTokensInLegacyModeOnly() {
        SentencePieceOptions options;
        options.specialTokens = {{"sep_token", "[SEP]"}, {"", "<s>"}};
        const auto refused = readSentencePiece(model("unigram.model"), "a.model", options);
        QCOMPARE(refused.error().exitCode(), 2);
        options.legacy = true;
        const auto tokenizer = readSentencePiece(model("unigram.model"), "a.model", options);
        QVERIFY(tokenizer.has_value());
        QCOMPARE((*tokenizer)->sepId(), std::optional<std::int64_t>((*tokenizer)->size() - 1));
        QCOMPARE((*tokenizer)->piece((*tokenizer)->size() - 1), std::string("[SEP]"));
        const std::vector<Piece> pieces = (*tokenizer)->pieces("hello[SEP]<s>");
        QCOMPARE(pieces.back().begin, std::size_t{10});
        QCOMPARE(pieces[pieces.size() - 2].piece, std::string("[SEP]"));
    }

    void wordPiece_addsTheSpecialTokensThatAreMissing() {
        const auto tokenizer = readWordPiece("a\n##b\n[UNK]\n", "vocab.txt");
        QVERIFY(tokenizer.has_value());
        QCOMPARE((*tokenizer)->size(), std::int64_t{7});
        QCOMPARE((*tokenizer)->unkId(), std::optional<std::int64_t>(2));
        QCOMPARE((*tokenizer)->sepId(), std::optional<std::int64_t>(3));
        QCOMPARE((*tokenizer)->maskId(), std::optional<std::int64_t>(6));
        const EncodedText encoded = (*tokenizer)->encode("AB ab xyz ab");
        QCOMPARE(encoded.ids, (Ids{0, 1, 0, 1, 2, 0, 1}));
        QCOMPARE(encoded.unknown, Words{"xyz"});
        QCOMPARE((*tokenizer)->decode(encoded.ids), std::string("ab ab ab"));
    }

    void wordPiece_namesTheLine_whenTheVocabularyIsDamaged() {
        const auto twice = readWordPiece("a\nb\r\na\n", "vocab.txt");
        QCOMPARE(twice.error().line, 3);
        QVERIFY(twice.error().why.find("line 1 has") != std::string::npos);
        QCOMPARE(readWordPiece("a\n\xFF\n", "vocab.txt").error().line, 2);
        QCOMPARE(readWordPiece("", "vocab.txt").error().exitCode(), 3);
        QCOMPARE(openWordPiece("/no/vocab.txt").error().exitCode(), 3);
    }

    void classifiersWordPiece_lowersAsItsNameSays_elseAsTheDataSay() {
        const auto lowers = [](const char* name, bool lowerCase) {
            return WordPieceOptions::textClassification(name, lowerCase).doLowerCase;
        };
        QVERIFY(lowers("bert-base-uncased", false));
        QVERIFY(!lowers("bert-base-cased", true));
        QVERIFY(lowers("", true));
        QVERIFY(!lowers("models/my-bert", false));
        const std::string vocabulary = "[UNK]\nA\na\n";
        const auto cased =
            readWordPiece(vocabulary, "vocab.txt", WordPieceOptions::textClassification("", false));
        const auto lowered =
            readWordPiece(vocabulary, "vocab.txt", WordPieceOptions::textClassification("", true));
        QCOMPARE((*cased)->encode("A").ids, (Ids{1}));
        QCOMPARE((*lowered)->encode("A").ids, (Ids{2}));
    }

    void classifiersFolder_comesBeforeTheData_andSpecialTokensAreItsOwn() {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        QVERIFY(writeFileAtomically(path / "vocab.txt", "[UNK]\nA\na\n"));
        ClassifierTokenizer section{.name = path.string(), .lowerCase = false};
        QVERIFY(!wordPieceOptions(section)->doLowerCase);
        QVERIFY(writeFileAtomically(path / "tokenizer_config.json", R"({"do_lower_case": true})"));
        QVERIFY(wordPieceOptions(section)->doLowerCase);
        section.specialTokens =
            Value::Map{{"cls_token", "<s>"}, {"bos_token", "<s>"}, {"pad_token", Value()}};
        const auto options = wordPieceOptions(section);
        QCOMPARE(options->clsToken, std::string("<s>"));
        QCOMPARE(options->padToken, std::string("[PAD]"));
        section.specialTokens = Value::Map{{"end_token", "</s>"}};
        const auto refused = wordPieceOptions(section);
        QVERIFY(!refused && refused.error().kind == ErrorKind::Usage);
        QCOMPARE(refused.error().key, std::string("special_tokens.end_token"));
        section.specialTokens = "[CLS]";
        QCOMPARE(wordPieceOptions(section).error().key, std::string("special_tokens"));
        QVERIFY(writeFileAtomically(path / "tokenizer_config.json", "{"));
        const auto broken = wordPieceOptions({.name = path.string()});
        QVERIFY(!broken && broken.error().file == (path / "tokenizer_config.json").string());
    }

    void wordPiece_cutsLongWordsShort() {
        const auto tokenizer = readWordPiece("a\n##a\n[UNK]\n", "vocab.txt");
        QCOMPARE((*tokenizer)->encode(std::string(100, 'a')).ids.size(), std::size_t{100});
        QCOMPARE((*tokenizer)->encode(std::string(101, 'a')).ids, (Ids{2}));
    }
};

QTEST_GUILESS_MAIN(TokenizerFilesTest)
#include "tst_tokenizer_files.moc"
