// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/text/char_tokenizer.h"
#include "engine/text/utf8.h"

#include <QTest>

using namespace fathom;
using namespace fathom::text;
using Ids = std::vector<std::int64_t>;

class CharTokenizerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void encode_mapsCharactersOfUtf8() {
        const auto tokenizer = CharTokenizer::create({" ", "a", "b", "ß", "'"});
        QVERIFY(tokenizer.has_value());
        QCOMPARE(tokenizer->encode("ab ß'").ids, (Ids{1, 2, 0, 3, 4}));
        QCOMPARE(tokenizer->decode(Ids{1, 2, 0, 3, 4}), std::string("ab ß'"));
        QCOMPARE(tokenizer->encode("  ").ids, (Ids{0, 0}));
        QVERIFY(tokenizer->encode("").ids.empty());
    }

    void encode_reportsUnknownCharactersOnce() {
        const auto tokenizer = CharTokenizer::create({"a"});
        const EncodedText encoded = tokenizer->encode("a é7é");
        QCOMPARE(encoded.ids, (Ids{0}));
        QCOMPARE(encoded.unknown, (std::vector<std::string>{" ", "é", "7"}));
        QCOMPARE(describeCharacter("é"), std::string("'é' (U+00E9)"));
    }

    void encode_usesTheUnknownId_whenGiven() {
        const auto tokenizer = CharTokenizer::create({"a", "?"}, 1);
        const EncodedText encoded = tokenizer->encode("ax");
        QCOMPARE(encoded.ids, (Ids{0, 1}));
        QVERIFY(encoded.unknown.empty());
        QVERIFY(!CharTokenizer::create({"a"}, -1)->encode("b").unknown.empty());
    }

    void encode_matchesWholeWords_forLongLabels() {
        const auto tokenizer = CharTokenizer::create({" ", "a", "uh", "u", "h"});
        QCOMPARE(tokenizer->encode("uh uha").ids, (Ids{2, 0, 3, 4, 1}));
    }

    void encode_survivesBrokenUtf8() {
        const auto tokenizer = CharTokenizer::create({"a"});
        const EncodedText encoded = tokenizer->encode("a\xE2\x82");
        QCOMPARE(encoded.ids, (Ids{0}));
        QCOMPARE(encoded.unknown.size(), std::size_t{1});
    }

    void create_refusesUselessLabels() {
        QCOMPARE(CharTokenizer::create({}).error().exitCode(), 2);
        QVERIFY(CharTokenizer::create({"a", "a"}).error().why.find("twice") != std::string::npos);
        QVERIFY(!CharTokenizer::create({""}).has_value());
    }
};

QTEST_GUILESS_MAIN(CharTokenizerTest)
#include "tst_char_tokenizer.moc"
