// SPDX-License-Identifier: GPL-3.0-or-later
// Values as override syntax parse back to themselves; cases that fuzzing found.
#include "engine/config/override.h"

#include <QElapsedTimer>
#include <QTest>

using namespace fathom;

class TestOverrideText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hugeRanges_areRefusedAtOnce();
    void parsesBack_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"{1:2}", "{null:x}", "{true:[a]}", "{1.5:{2:3}}", "{$enum:a}", "{$map:[1]}",
                                 "${'a'}", "str(3)", "{a:{$int:5}}", "{a:1,a:2}"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void parsesBack() {
        QFETCH(QString, text);
        const Result<config::Override> override = config::parseOverride("k=" + text.toStdString());
        QVERIFY(override);
        const Value value = config::toValue(override->element);
        const std::string written = config::overrideText(value);
        const Result<config::Override> again = config::parseOverride("k=" + written);
        QVERIFY2(again, written.c_str());
        QCOMPARE(toJson(config::toValue(again->element)), toJson(value));
    }

    /// Each level was once converted twice.
    void takesNoLonger_whenDictsAreNested() {
        std::string text = "1";
        for (int i = 0; i < 90; ++i)
            text = "{a:" + text + "}";
        const Result<config::Override> override = config::parseOverride("k=" + text);
        QVERIFY(override);
        QVERIFY(config::toValue(override->element).isMap());
    }
};

void TestOverrideText::hugeRanges_areRefusedAtOnce() {
    QElapsedTimer timer;
    timer.start();
    for (const char* const text :
         {"a=range(9E9,.0,-1)", "a=range(0,9000000000)", "a=range(0,1,1e-9)", "a=range(0,1e20,1e-20)"}) {
        const auto parsed = config::parseOverride(text);
        QVERIFY(parsed && parsed->isSweep());
        const auto items = config::sweepItems(*parsed->element.sweep);
        QVERIFY(!items);
        QVERIFY(items.error().why.find("more than 100,000") != std::string::npos);
    }
    QVERIFY(timer.elapsed() < 2000);
    QCOMPARE(config::sweepItems(*config::parseOverride("a=range(0,100000)")->element.sweep)->size(),
             std::size_t{100'000});
}

QTEST_APPLESS_MAIN(TestOverrideText)
#include "tst_override_text.moc"
