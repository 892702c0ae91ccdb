// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/text/word_error_rate.h"

#include <QtTest>
#include <cmath>

using namespace fathom::text;

class TestWordErrorRate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void countEdits_data();
    void countEdits();
    void rate_withoutWordsIsInfinite();
};

void TestWordErrorRate::countEdits_data() {
    QTest::addColumn<QByteArray>("reference");
    QTest::addColumn<QByteArray>("prediction");
    QTest::addColumn<bool>("characters");
    QTest::addColumn<qint64>("edits");
    QTest::addColumn<qint64>("units");
    const auto row = [](const char* name, const char* reference, const char* prediction, bool characters,
                        qint64 edits, qint64 units) {
        QTest::newRow(name) << QByteArray(reference) << QByteArray(prediction) << characters << edits
                            << units;
    };
    row("equal", "hello world", "hello world", false, 0, 2);
    row("empty prediction", "hello world", "", false, 2, 2);
    row("empty reference", "", "a b c", false, 3, 0);
    row("substitution", "the cat sat", "the bat sat", false, 1, 3);
    row("insertion", "the cat", "the big cat", false, 1, 2);
    row("deletion", "the big cat", "the cat", false, 1, 3);
    row("spaces do not count", "  the   cat ", "the cat", false, 0, 2);
    row("all wrong", "a b", "c d e", false, 3, 2);
    row("characters", "kitten", "sitting", true, 3, 6);
    row("white space is Unicode's",
        "the\xC2\xA0"
        "cat",
        "the cat", false, 0, 2);
    row("accents are one character", "\xC3\xA9t\xC3\xA9", "ete", true, 2, 3);
}

void TestWordErrorRate::countEdits() {
    QFETCH(QByteArray, reference);
    QFETCH(QByteArray, prediction);
    QFETCH(bool, characters);
    const EditCount count = fathom::text::countEdits(reference.toStdString(), prediction.toStdString(),
                                                     characters ? ErrorUnit::Character : ErrorUnit::Word);
    QTEST(qint64{count.edits}, "edits");
    QTEST(qint64{count.units}, "units");
}

void TestWordErrorRate::rate_withoutWordsIsInfinite() {
    QVERIFY(std::isinf(fathom::text::countEdits("", "").rate()));
    EditCount sum = fathom::text::countEdits("a b", "a c");
    sum += fathom::text::countEdits("a b", "a b");
    QCOMPARE(sum.rate(), 0.25);
}

QTEST_GUILESS_MAIN(TestWordErrorRate)
#include "tst_word_error_rate.moc"
