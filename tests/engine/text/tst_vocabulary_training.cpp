// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/file.h"
#include "engine/text/corpus.h"
#include "engine/text/open_tokenizer.h"
#include "engine/text/sentencepiece_training.h"
#include "engine/text/wordpiece_training.h"

#include <QTemporaryDir>
#include <QTest>

#include <set>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::text;

namespace {

/// Twelve words in a hundred sentences.
std::vector<std::string> sentences() {
    const std::vector<std::string> words{"lower", "lowest", "newer", "newest", "wide",  "wider",
                                         "low",   "new",    "slow",  "slower", "renew", "Über"};
    std::vector<std::string> all;
    for (std::size_t i = 0; i < 100; ++i)
        all.push_back(words[i % 12] + " " + words[(i * 5 + 1) % 12] + " " + words[(i * 7 + 2) % 12]);
    return all;
}

} // namespace

class VocabularyTrainingTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }
    std::string writeText(const std::string& name, const std::string& content) const {
        [&] { QVERIFY(writeFileAtomically(path(name), content).has_value()); }();
        return path(name).string();
    }

private Q_SLOTS:
    void sentencePiece_isTrainedSavedAndOpened() {
        const auto trained = trainSentencePiece(sentences(), {.type = "bpe",
                                                              .vocabSize = 40,
                                                              .bos = true,
                                                              .eos = true,
                                                              .pad = true,
                                                              .userDefinedSymbols = {"<de>", "a,b"}});
        QVERIFY2(trained.has_value(), trained ? "" : trained.error().message().c_str());
        QVERIFY(trained->save(path("bpe")).has_value());
        const auto tokenizer = openTokenizer(path("bpe"));
        QVERIFY(tokenizer.has_value());
        QCOMPARE((*tokenizer)->size(), trained->size);
        QCOMPARE((*tokenizer)->unkId(), std::optional<std::int64_t>(0));
        QCOMPARE((*tokenizer)->bosId(), std::optional<std::int64_t>(1));
        QCOMPARE((*tokenizer)->eosId(), std::optional<std::int64_t>(2));
        QCOMPARE((*tokenizer)->padId(), std::optional<std::int64_t>(3));
        QCOMPARE((*tokenizer)->idOf("<de>"), std::optional<std::int64_t>(4));
        QCOMPARE((*tokenizer)->idOf("a,b"), std::optional<std::int64_t>(5));
        for (const std::string& sentence : sentences()) {
            const EncodedText encoded = (*tokenizer)->encode(sentence);
            QVERIFY(encoded.unknown.empty());
            QCOMPARE((*tokenizer)->decode(encoded.ids), sentence);
        }
        const std::string vocabulary = *readFile(path("bpe/vocab.txt"));
        QVERIFY(vocabulary.find("<de>") == std::string::npos && vocabulary.find("##") != std::string::npos);
        QCOMPARE(std::ranges::count(*readFile(path("bpe/tokenizer.vocab")), '\n'), trained->size);
    }

    void sentencePiece_givesTheSameTwice() {
        const SentencePieceTraining options{.vocabSize = 36, .lowerCase = true};
        const auto first = trainSentencePiece(sentences(), options);
        const auto second = trainSentencePiece(sentences(), options);
        QVERIFY(first.has_value() && second.has_value());
        QVERIFY(first->model == second->model);
        QVERIFY(first->pieces.find("\xC3\x9C") == std::string::npos); // Ü is folded
    }

    void sentencePiece_takesIdsAsGiven() {
        const auto trained = trainSentencePiece(
            sentences(), {.type = "bpe", .vocabSize = 40, .bosId = 1, .eosId = 2, .padId = 0, .unkId = 3});
        QVERIFY(trained.has_value() && trained->save(path("ids")).has_value());
        const auto tokenizer = openTokenizer(path("ids/tokenizer.model"));
        QCOMPARE((*tokenizer)->padId(), std::optional<std::int64_t>(0));
        QCOMPARE((*tokenizer)->unkId(), std::optional<std::int64_t>(3));
    }

    void sentencePiece_saysWhatIsWrongWithTheOptions_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<int>("number");
        QTest::newRow("type") << "type" << 0;
        QTest::newRow("size") << "vocab_size" << 1;
        QTest::newRow("coverage") << "character_coverage" << 2;
        QTest::newRow("equal ids") << "ids" << 3;
        QTest::newRow("id outside") << "ids" << 4;
        QTest::newRow("no unk") << "unk_id" << 5;
        QTest::newRow("symbol twice") << "symbols" << 6;
        QTest::newRow("too small") << "" << 7;
        QTest::newRow("too large") << "" << 8;
    }

    void sentencePiece_saysWhatIsWrongWithTheOptions() {
        QFETCH(QString, key);
        QFETCH(int, number);
        const SentencePieceTraining wrong[] = {{.type = "bpx"},
                                               {.vocabSize = 0},
                                               {.characterCoverage = 0.5},
                                               {.bosId = 0},
                                               {.padId = 5000},
                                               {.unkId = -1},
                                               {.userDefinedSymbols = {"a", "a"}},
                                               {.vocabSize = 5},
                                               {.vocabSize = 5000, .hardVocabLimit = true}};
        const auto trained = trainSentencePiece(sentences(), wrong[number]);
        QVERIFY(!trained.has_value());
        QCOMPARE(trained.error().exitCode(), 2);
        QCOMPARE(QString::fromStdString(trained.error().key), key);
        QVERIFY(!trained.error().why.empty() && trained.error().why.find(".cc(") == std::string::npos);
    }

    void sentencePiece_saysThatAllSentencesAreTooLong() {
        const auto trained = trainSentencePiece({std::string(5000, 'a')}, {.vocabSize = 10});
        QVERIFY(trained.error().why.find("4192 bytes") != std::string::npos);
    }

    void wordPiece_joinsTheMostFrequentPairs() {
        // One of the two that BertWordPieceTokenizer(lowercase=True).train(vocab_size=46) of tokenizers 0.21
        // gives; the other has wid instead of ##de, which are equally frequent.
        const std::string expected =
            "##b ##d ##de ##e ##er ##i ##l ##n ##o ##r ##s ##st ##t ##w ##we ##wer ##west [CLS] [MASK] [PAD] "
            "[SEP] [UNK] b d e i l lo low lower lowest n ne newer o r s sl slo t u ub uber w wi wide";
        const auto trained = trainWordPiece(sentences(), {.vocabSize = 46, .lowerCase = true});
        QVERIFY(trained.has_value());
        QCOMPARE(trained->pieces.size(), std::size_t{46});
        QCOMPARE(trained->pieces[0], std::string("[PAD]"));
        std::string found;
        for (const std::string& piece : std::set<std::string>(trained->pieces.begin(), trained->pieces.end()))
            found += (found.empty() ? "" : " ") + piece;
        QCOMPARE(found, expected);
        QVERIFY(trained->save(path("wpe")).has_value());
        const auto tokenizer = openTokenizer(path("wpe"));
        QVERIFY(tokenizer.has_value());
        QCOMPARE((*tokenizer)->decode((*tokenizer)->encode("slower Über").ids), std::string("slower uber"));
    }

    void wordPiece_refusesASizeThatDoesNotHoldTheCharacters() {
        const auto trained = trainWordPiece(sentences(), {.vocabSize = 8});
        QCOMPARE(trained.error().exitCode(), 2);
        QCOMPARE(trained.error().key, std::string("vocab_size"));
    }

    void corpus_isReadFromTextsAndManifests() {
        const std::string text = writeText("a.txt", "one\n\n  \ntwo\r\n");
        const std::string manifest =
            writeText("m.json", "{\"audio_filepath\": \"a.wav\", \"duration\": 1, \"text\": \"three\"}\n");
        QCOMPARE(readCorpus({text, manifest}).value(), (std::vector<std::string>{"one", "two", "three"}));
    }

    void corpus_namesFileAndLineOfWhatIsWrong() {
        const auto lineOf = [&](const std::string& name, const std::string& content) {
            const auto corpus = readCorpus({writeText(name, content)});
            return corpus || corpus.error().exitCode() != 3 ? -1 : corpus.error().line;
        };
        QCOMPARE(lineOf("b.txt", "fine\n\xFF\n"), 2);
        QCOMPARE(lineOf("b.json", "{\"text\": \"a\"}\n{\"text\": 5}\n"), 2);
        QCOMPARE(lineOf("c.jsonl", "{\"text\": \"a\"}\n\n{\n"), 3);
        QCOMPARE(lineOf("empty.txt", "\n"), 0);
        QCOMPARE(readCorpus({"/no/such/file.txt"}).error().exitCode(), 3);
    }
};

QTEST_GUILESS_MAIN(VocabularyTrainingTest)
#include "tst_vocabulary_training.moc"
