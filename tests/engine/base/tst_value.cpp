// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/value.h"

#include <QTest>

#include <limits>

using fathom::formatFloat;
using fathom::fromJson;
using fathom::toJson;
using fathom::Value;
using fathom::ValueMap;

class ValueTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void formatFloat_isPythonsRepr_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("one") << 1.0 << QByteArray("1.0");
        QTest::newRow("lr") << 0.001 << QByteArray("0.001");
        QTest::newRow("small") << 1e-9 << QByteArray("1e-09");
        QTest::newRow("edge of exponent") << 1e-4 << QByteArray("0.0001");
        QTest::newRow("below it") << 1e-5 << QByteArray("1e-05");
        QTest::newRow("large") << 1e16 << QByteArray("1e+16");
        QTest::newRow("below large") << 123456789012345.0 << QByteArray("123456789012345.0");
        QTest::newRow("third") << 1.0 / 3 << QByteArray("0.3333333333333333");
        QTest::newRow("minus zero") << -0.0 << QByteArray("-0.0");
        QTest::newRow("inf") << std::numeric_limits<double>::infinity() << QByteArray("inf");
    }
    void formatFloat_isPythonsRepr() {
        QFETCH(double, value);
        QFETCH(QByteArray, text);
        QCOMPARE(QByteArray::fromStdString(formatFloat(value)), text);
    }

    void intAndFloat_stayApart() {
        QVERIFY(Value(1) != Value(1.0));
        QCOMPARE(toJson(Value(Value::List{1, 1.0})), std::string("[1, 1.0]"));
    }

    void map_keepsTheOrderOfFirstAppearance() {
        ValueMap map{{"b", 1}, {"a", 2}};
        map.set("b", 3);
        QCOMPARE(toJson(Value(map)), std::string(R"({"b": 3, "a": 2})"));
        QVERIFY(map.erase("b"));
        QVERIFY(!map.erase("b"));
        QCOMPARE(map.size(), std::size_t{1});
    }

    void at_followsMapsAndListIndices() {
        const auto config = fromJson(R"({"model": {"optim": {"betas": [0.8, 0.5]}}})");
        QVERIFY(config.has_value());
        QVERIFY(config->at("model.optim.betas.1") != nullptr);
        QCOMPARE(config->at("model.optim.betas.1")->asFloat(), 0.5);
        QVERIFY(config->at("model.optim.betas.2") == nullptr);
        QVERIFY(config->at("model.optim.betas.x") == nullptr);
        QVERIFY(config->at("model.missing.deeper") == nullptr);
        QCOMPARE(config->at(""), &*config);
    }

    void json_roundTrips() {
        const std::string text = "{\"null\": null, \"t\": true, \"i\": -3, \"f\": 0.5, \"s\": "
                                 "\"a\\\"b\\\\\u00fc\", \"l\": [[], {}], "
                                 "\"big\": 1e+300}";
        const auto value = fromJson(text);
        QVERIFY(value.has_value());
        QCOMPARE(toJson(*value), text);
    }

    void json_writesNonFiniteFloatsAsGoldenFilesDo() {
        QCOMPARE(toJson(Value(std::numeric_limits<double>::quiet_NaN())),
                 std::string(R"({"$float": "nan"})"));
    }

    void brokenJson_isAnErrorNotACrash() {
        for (const char* text : {"", "{", "[1,", "nul", "\"\\u12\"", "{\"a\" 1}"})
            QVERIFY2(!fromJson(text), text);
        QVERIFY(!fromJson(std::string(100'000, '[')));
    }
};

QTEST_APPLESS_MAIN(ValueTest)
#include "tst_value.moc"
