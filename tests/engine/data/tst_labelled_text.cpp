// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/labelled_text.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace fathom;
using namespace fathom::data;

namespace {

class TestLabelledText : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Result<LabelledTexts> read(const std::string& content, LabelledTextOptions options = {.classes = 3}) {
        const std::string file = m_folder.filePath(QStringLiteral("t.tsv")).toStdString();
        std::ofstream(file, std::ios::binary) << content;
        return readLabelledTexts(file, options);
    }

private Q_SLOTS:
    void lines_areWordsAndALabel();
    void header_isTakenAsNemoDoesAndTold();
    void linesWithoutTextOrLabel_areLeftOutAndCounted();
    void label_outsideTheClassesIsAnErrorWithItsLine();
    void bytes_thatAreNotUtf8AreAnErrorWithTheirLine();
    void file_withoutAnExampleIsAnError();
    void maxLines_countsFromTheTop();
    void textLine_mayHaveALabel();
};

void TestLabelledText::lines_areWordsAndALabel() {
    const auto texts = read("a  good\tfilm\t1\r\nbad 0\n\xC3\xBC"
                            "ber \xE2\x80\x83 all +2");
    QVERIFY2(texts.has_value(), texts ? "" : texts.error().message().c_str());
    QCOMPARE(texts->items.size(), 3U);
    QCOMPARE(texts->items[0].text, std::string("a good film"));
    QCOMPARE(texts->items[0].label, 1);
    QCOMPARE(texts->items[1].line, 2);
    QCOMPARE(texts->items[2].text, std::string("\xC3\xBC"
                                               "ber all"));
    QCOMPARE(texts->items[2].label, 2);
    QVERIFY(!texts->hasHeader && texts->skipped.empty());
}

void TestLabelledText::header_isTakenAsNemoDoesAndTold() {
    const auto texts = read("sentence\tlabel\ngood\t1\n");
    QVERIFY(texts && texts->hasHeader);
    QCOMPARE(texts->items.size(), 1U);
    QCOMPARE(texts->items[0].line, 2);
}

void TestLabelledText::linesWithoutTextOrLabel_areLeftOutAndCounted() {
    const auto texts = read("good\t1\n\n2\nno label here\nbad\t0\n");
    QVERIFY(texts.has_value());
    QCOMPARE(texts->items.size(), 2U);
    QCOMPARE(texts->skipped.size(), 3U);
    QCOMPARE(texts->skipped[0].line, 2);
    QCOMPARE(texts->skipped[1].line, 3);
    QCOMPARE(texts->skipped[2].line, 4);
    QVERIFY(texts->skipped[2].message().find("t.tsv:4") != std::string::npos);
}

void TestLabelledText::label_outsideTheClassesIsAnErrorWithItsLine() {
    for (const char* label : {"3", "-1"}) {
        const auto texts = read(std::string("good\t1\nbad\t") + label + '\n');
        QVERIFY(!texts.has_value());
        QCOMPARE(texts.error().kind, ErrorKind::BadInput);
        QCOMPARE(texts.error().line, 2);
        QVERIFY(texts.error().why.find("Labels should be from [0, num_classes-1]") != std::string::npos);
    }
}

void TestLabelledText::bytes_thatAreNotUtf8AreAnErrorWithTheirLine() {
    const auto texts = read("good\t1\nb\xFF"
                            "d\t0\n");
    QVERIFY(!texts.has_value());
    QCOMPARE(texts.error().line, 2);
    QVERIFY(texts.error().why.find("byte 2") != std::string::npos);
}

void TestLabelledText::file_withoutAnExampleIsAnError() {
    QVERIFY(!read("").has_value());
    QVERIFY(!read("sentence\tlabel\n").has_value());
    const auto missing = readLabelledTexts("/nowhere/t.tsv", {.classes = 2});
    QVERIFY(!missing.has_value());
    QCOMPARE(missing.error().className, std::string("FileNotFoundError"));
}

void TestLabelledText::maxLines_countsFromTheTop() {
    const auto texts = read("sentence\tlabel\na\t0\nb\t1\nc\t2\n", {.classes = 3, .maxLines = 3});
    QVERIFY(texts.has_value());
    QCOMPARE(texts->items.size(), 2U); // the header is one of the lines, as in NeMo
}

void TestLabelledText::textLine_mayHaveALabel() {
    QCOMPARE(splitTextLine("good film\t1").label, std::optional<std::int64_t>(1));
    QCOMPARE(splitTextLine("good film\t1").text, std::string("good film"));
    QVERIFY(!splitTextLine("i have 3").label);
    QCOMPARE(splitTextLine("tab\tin text").text, std::string("tab\tin text"));
}

} // namespace

QTEST_GUILESS_MAIN(TestLabelledText)
#include "tst_labelled_text.moc"
