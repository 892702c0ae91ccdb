// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/brace_paths.h"

#include <QTest>

using namespace fathom::data;
using Paths = std::vector<std::string>;

class BracePathsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void expandPath_asBraceexpandDoes() {
        QCOMPARE(expandPath("a_{0..3}.tar"), (Paths{"a_0.tar", "a_1.tar", "a_2.tar", "a_3.tar"}));
        QCOMPARE(expandPath("a_{08..10}.tar"), (Paths{"a_08.tar", "a_09.tar", "a_10.tar"}));
        QCOMPARE(expandPath("a_{2..0}"), (Paths{"a_2", "a_1", "a_0"}));
        QCOMPARE(expandPath("a_{0..7..3}"), (Paths{"a_0", "a_3", "a_6"}));
        QCOMPARE(expandPath("{a..c}"), (Paths{"a", "b", "c"}));
        QCOMPARE(expandPath("{x,y}/{0..1}"), (Paths{"x/0", "x/1", "y/0", "y/1"}));
        QCOMPARE(expandPath("{a,b{0..1}}.tar"), (Paths{"a.tar", "b0.tar", "b1.tar"}));
        QCOMPARE(expandPath("{-1..1}"), (Paths{"-1", "0", "1"}));
    }

    void expandPath_knowsNeMosOtherBraces() {
        const Paths two{"s_0.tar", "s_1.tar"};
        for (const char* pattern : {"s__OP_0..1_CL_.tar", "s_(0..1).tar", "s_[0..1].tar", "s_<0..1>.tar"})
            QCOMPARE(expandPath(pattern),
                     std::string_view(pattern).starts_with("s__OP_") ? (Paths{"s_0.tar", "s_1.tar"}) : two);
    }

    void whatIsNoPattern_staysAsItIs() {
        for (const char* path :
             {"plain.tar", "a(b).tar", "a[1].tar", "{one}.tar", "{0..}.tar", "{", "}", "", "{0..9999999}"})
            QCOMPARE(expandPath(path), Paths{path});
    }

    void rangesAtTheEndsOfInt64_areCountedRight() {
        QCOMPARE(expandPath("{-9223372036854775808..-9223372036854775807}"),
                 (Paths{"-9223372036854775808", "-9223372036854775807"}));
        QCOMPARE(expandPath("{9223372036854775807..-9223372036854775808..9223372036854775807}"),
                 (Paths{"9223372036854775807", "0", "-9223372036854775807"}));
        for (const char* path :
             {"{-9223372036854775808..9223372036854775807}", "{0..1..-9223372036854775808}"})
            QCOMPARE(expandPath(path), Paths{path});
    }

    void patternsForTooMuch_stayAsTheyAre() {
        std::string alternatives, nested;
        for (int i = 0; i < 900; ++i)
            alternatives += "{a,b}";
        for (int i = 0; i < 100'000; ++i)
            nested += "{a,";
        nested += "b" + std::string(100'000, '}');
        const std::string ranges = "{0..999}/{0..9999}", one = "{0..99999}" + std::string(4000, 'a');
        for (const std::string& path : {alternatives, nested, ranges, one})
            QVERIFY(expandPath(path) == Paths{path});
        QCOMPARE(expandPath("{0..99}/{0..99}").size(), std::size_t{10'000});
    }
};

QTEST_GUILESS_MAIN(BracePathsTest)
#include "tst_brace_paths.moc"
