// SPDX-License-Identifier: GPL-3.0-or-later
// ARPA text read and asked: every probability of a small trigram model by hand, and what is refused.
#include "engine/base/file.h"
#include "engine/decode/ngram_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <numbers>

using namespace fathom;
using namespace fathom::decode;

namespace {

constexpr const char* kTrigrams = R"(
text that SRILM allows before it
\data\
ngram 1=5
ngram 2=4
ngram 3=2

\1-grams:
-1.5	<unk>	0
-99	<s>	-0.3
-0.9	</s>
-0.7	the	-0.4
-0.8	cat	-0.2

\2-grams:
-0.5	<s> the	-0.25
-0.35	the cat	-0.15
-0.6	cat </s>
-1.1	the the	-0.05

\3-grams:
-0.2	<s> the cat
-0.3	the cat </s>

\end\
)";

} // namespace

class NgramModelTest : public QObject {
    Q_OBJECT
    static std::shared_ptr<const NgramModel> model(const std::string& text) {
        auto parsed = NgramModel::parse(text, "test.arpa");
        if (!parsed) qFatal("%s", parsed.error().message().c_str());
        return *parsed;
    }
    static std::string replaced(const std::string& what, const std::string& by) {
        std::string text = kTrigrams;
        const std::size_t at = text.find(what);
        if (at == std::string::npos) qFatal("the model has no '%s'", what.c_str());
        return text.replace(at, what.size(), by);
    }
    static bool isLog10(double natural, double log10) {
        return std::abs(natural - log10 * std::numbers::ln10) < 1e-6;
    }

private Q_SLOTS:
    void everyProbability_followsTheBackOffRule() {
        const auto lm = model(kTrigrams);
        QCOMPARE(lm->order(), 3);
        QCOMPARE(lm->ngrams(), std::size_t(11));
        NgramState state = lm->begin();
        QVERIFY(isLog10(lm->score(state, lm->id("the")), -0.5));
        QVERIFY(isLog10(lm->score(state, lm->id("cat")), -0.2));              // the trigram
        QVERIFY(isLog10(lm->end(state), -0.3));                               // the trigram
        QVERIFY(isLog10(lm->score(state, lm->id("the")), -0.15 - 0.2 - 0.7)); // both back-offs, the unigram
        QVERIFY(
            isLog10(lm->score(state, lm->id("the")), -1.1)); // no back-off of "cat the", which is not there
        QVERIFY(isLog10(lm->score(state, lm->id("cat")), -0.05 - 0.35)); // back-off of "the the", the bigram
        QVERIFY(isLog10(lm->score(state, lm->id("dog")), -0.15 - 0.2 - 1.5));
        QVERIFY(isLog10(lm->score(state, lm->id("dog")), -1.5));
        QVERIFY(isLog10(lm->end(state), -0.9));
        NgramState empty;
        QVERIFY(isLog10(lm->score(empty, lm->id("cat")), -0.8));
    }

    void words_areFound_andPrefixes() {
        const auto lm = model(kTrigrams);
        QCOMPARE(lm->id("dog"), lm->unknown());
        QCOMPARE(lm->word(lm->id("cat")), std::string_view("cat"));
        QVERIFY(lm->hasPrefix("ca") && lm->hasPrefix("cat") && lm->hasPrefix(""));
        QVERIFY(!lm->hasPrefix("cats") && !lm->hasPrefix("zoo"));
    }

    void aModelWithoutMarks_isClosed() {
        const auto lm = model("\\data\\\nngram 1=2\n\n\\1-grams:\n-0.3\ta\n-0.4\tb\n\n\\end\\\n");
        NgramState state = lm->begin();
        QVERIFY(isLog10(lm->score(state, lm->id("b")), -0.4));
        QVERIFY(isLog10(lm->score(state, lm->id("c")), -100));
        QCOMPARE(lm->end(state), 0.0);
        QCOMPARE(lm->order(), 1);
    }

    void aFile_isReadLikeItsText() {
        QTemporaryDir folder;
        const std::filesystem::path path = std::filesystem::path(folder.path().toStdString()) / "a.arpa";
        QVERIFY(writeFileAtomically(path, kTrigrams).has_value());
        QCOMPARE((*NgramModel::open(path))->ngrams(), std::size_t(11));
        QVERIFY(!NgramModel::open(path.string() + ".none"));
    }

    void brokenText_isRefused_withItsLine_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("line");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* name, const std::string& text, int line, const char* why) {
            QTest::newRow(name) << QString::fromStdString(text) << line << QString::fromLatin1(why);
        };
        row("empty", "", 0, "no \\data\\");
        row("kenlm", "mmap lm http://kheafield.com/code format version 5\n", 0, "KenLM binary");
        row("huge count", replaced("ngram 1=5", "ngram 1=99999999999"), 8, "too short for its count");
        row("wrong count", replaced("ngram 2=4", "ngram 2=5"), 21, "fewer 2-grams");
        row("count too small", replaced("ngram 1=5", "ngram 1=4"), 13, "stands where \\2-grams:");
        row("not a number", replaced("-0.8\tcat", "x\tcat"), 13, "not a unigram");
        row("nan", replaced("-0.8\tcat", "nan\tcat"), 13, "not a unigram");
        row("twice", replaced("-0.8\tcat", "-0.8\tthe"), 13, "two unigrams");
        row("no unigram", replaced("<s> the cat", "<s> a cat"), 22, "'a' has no unigram");
        row("words missing", replaced("the cat </s>\n\n\\end", "cat\n\n\\end"), 23, "fewer than 3 words");
        row("a bigram twice", replaced("-1.1\tthe the", "-1.1\tthe cat"), 19, "there twice");
        row("cut", replaced("\\end\\", ""), 25, "\\end\\ is missing");
        row("order",
            replaced("ngram 3=2",
                     "ngram 3=1\nngram 4=1\nngram 5=1\nngram 6=1\nngram 7=1\nngram 8=1\nngram 9=1"),
            12, "order is over 8");
        row("counts out of order", replaced("ngram 2=4", "ngram 3=4"), 5, "ngram 2=COUNT");
    }
    void brokenText_isRefused_withItsLine() {
        QFETCH(QString, text);
        QFETCH(int, line);
        QFETCH(QString, why);
        const auto parsed = NgramModel::parse(text.toStdString(), "test.arpa");
        QVERIFY(!parsed);
        QVERIFY2(QString::fromStdString(parsed.error().why).contains(why), parsed.error().why.c_str());
        QCOMPARE(parsed.error().file, std::string("test.arpa"));
        if (line > 0) QCOMPARE(parsed.error().line, line);
    }
};

QTEST_GUILESS_MAIN(NgramModelTest)
#include "tst_ngram_model.moc"
