// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <QTest>

using namespace fathom::text;
using Views = std::vector<std::string_view>;

class WordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void words_areSplitAsPythonDoes() {
        const auto words = splitWords("\xC2\xA0"
                                      "a\x1c"
                                      "b\xE3\x80\x80"
                                      "c\xE2\x80\x8B"
                                      "d ");
        QCOMPARE(words.size(), 3U); // U+200B is no white space
        QCOMPARE(words[0], std::string_view("a"));
        QCOMPARE(words[2], std::string_view("c\xE2\x80\x8B"
                                            "d"));
        QVERIFY(splitWords(" \t\n").empty());
        QCOMPARE(splitWords("a\xC2 \xE2\x80"), (Views{"a\xC2", "\xE2\x80"})); // broken bytes are no space
    }

    void lines_areSplitAsPythonDoes() {
        QCOMPARE(splitLines("a\nb\r\n\rc"), (Views{"a", "b", "", "c"}));
        QCOMPARE(splitLines("a\n"), (Views{"a"}));
        QVERIFY(splitLines("").empty());
    }

    void toCodePoints_givesThoseOfTheText_andBrokenBytesCountAsOne() {
        QVERIFY(toCodePoints("aé東😀") == U"aé東😀");
        QCOMPARE(toCodePoints("a\xFF\xE6\x9D").size(), std::size_t{4});
        QCOMPARE(toCodePoints("\xC0\x80").size(), std::size_t{2}); // overlong
    }

    void isUtf8_refusesWhatIsNot() {
        QVERIFY(isUtf8("aé東😀"));
        for (const char* broken :
             {"\xFF", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"})
            QVERIFY2(!isUtf8(broken), broken);
        std::string all;
        for (const char32_t code : {U'a', U'é', U'東', U'😀'})
            appendUtf8(all, code);
        QCOMPARE(all, std::string("aé東😀"));
    }
};

QTEST_GUILESS_MAIN(WordsTest)
#include "tst_words.moc"
