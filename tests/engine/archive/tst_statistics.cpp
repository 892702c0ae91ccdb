// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers about tensors against those of numpy (tests/oracle/statistics_reference.py wrote the file).
#include "engine/archive/element_reader.h"
#include "engine/archive/statistics.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "tests/engine/archive/archive_testing.h"

#include <cmath>
#include <map>

using namespace fathom;
using archive::Tensor;

namespace {

Value reference() {
    const auto text = readFile(FATHOM_TEST_DATA "/nemo_more/statistics.json");
    const auto value = fromJson(text.value_or(""));
    return value ? *value : Value{};
}

const archive::Checkpoint& weightsOf(const std::string& file) {
    static std::map<std::string, std::shared_ptr<const archive::Checkpoint>> kept;
    auto& weights = kept[file];
    if (!weights) weights = archive::openWeights(FATHOM_TEST_DATA "/" + file).value();
    return *weights;
}

/// Equal but for the rounding of some thousand additions in another order.
bool isClose(double value, double expected) {
    return std::fabs(value - expected) <= 1e-12 * std::max(std::fabs(expected), 1e-300);
}

Tensor waves(std::int64_t count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i % 5003 == 0 ? NAN : static_cast<float>(i * 7919 % 2003) / 37.0F - 20.0F;
    return testing::makeTensor("waves", archive::DType::Float32, {count}, values);
}

} // namespace

class TestStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void statistics_areNumpys_data();
    void statistics_areNumpys();
    void histogram_isNumpys_data() { statistics_areNumpys_data(); }
    void histogram_isNumpys();
    void manyThreads_giveTheSameNumbers();
    void meanIsKept_whereTheSpreadIsTiny();
    void histogram_ofConstant_fillsTheFirstBin();
    void histogram_refusesImpossibleRanges();
    void stopped_givesNothing();
    void complex_givesNothing();
    void reader_startsAnywhere();
};

void TestStatistics::statistics_areNumpys_data() {
    QTest::addColumn<int>("index");
    const Value all = reference();
    const Value::List& cases = all.at("tensors")->asList();
    QVERIFY(cases.size() > 20);
    for (std::size_t i = 0; i < cases.size(); ++i)
        QTest::newRow((cases[i].at("file")->asString() + " " + cases[i].at("name")->asString()).c_str())
            << static_cast<int>(i);
}

void TestStatistics::statistics_areNumpys() {
    QFETCH(int, index);
    const Value all = reference();
    const Value& expected = all.at("tensors")->asList()[static_cast<std::size_t>(index)];
    const Tensor* tensor = weightsOf(expected.at("file")->asString()).find(expected.at("name")->asString());
    QVERIFY(tensor != nullptr);
    const auto numbers = archive::statistics(*tensor);
    QVERIFY(numbers.has_value());
    QCOMPARE(numbers->count, expected.at("count")->asInt());
    QCOMPARE(numbers->zeros, expected.at("zeros")->asInt());
    QCOMPARE(numbers->nans, expected.at("nan")->asInt());
    QCOMPARE(numbers->infinities, expected.at("inf")->asInt());
    if (expected.at("min") == nullptr) {
        QCOMPARE(numbers->finite(), std::int64_t{0});
        QCOMPARE(numbers->norm, 0.0);
        return;
    }
    QCOMPARE(numbers->minimum, expected.at("min")->asFloat());
    QCOMPARE(numbers->maximum, expected.at("max")->asFloat());
    const double spread = std::max(std::fabs(numbers->minimum), std::fabs(numbers->maximum));
    QVERIFY(std::fabs(numbers->mean - expected.at("mean")->asFloat()) <= 1e-13 * spread);
    if (const Value* deviation = expected.at("std")) // 1e-16 of the values is their resolution
        QVERIFY(std::fabs(numbers->standardDeviation - deviation->asFloat()) <=
                1e-12 * deviation->asFloat() + 1e-16 * spread);
    if (const Value* norm = expected.at("norm")) QVERIFY(isClose(numbers->norm, norm->asFloat()));
}

void TestStatistics::histogram_isNumpys() {
    QFETCH(int, index);
    const Value all = reference();
    const Value& expected = all.at("tensors")->asList()[static_cast<std::size_t>(index)];
    const Tensor* tensor = weightsOf(expected.at("file")->asString()).find(expected.at("name")->asString());
    for (const char* key : {"histogram", "inner"}) {
        const Value* one = expected.at(key);
        if (one == nullptr) continue;
        const auto bars = archive::histogram(*tensor, static_cast<int>(all.at("bins")->asInt()),
                                             one->at("low")->asFloat(), one->at("high")->asFloat());
        QVERIFY(bars.has_value());
        std::vector<std::int64_t> counts;
        for (const Value& count : one->at("counts")->asList())
            counts.push_back(count.asInt());
        QCOMPARE(bars->counts, counts);
        QCOMPARE(bars->below, one->at("below")->asInt());
        QCOMPARE(bars->above, one->at("above")->asInt());
    }
}

void TestStatistics::manyThreads_giveTheSameNumbers() {
    const Tensor tensor = waves(5'000'011); // five chunks, the last one not whole
    const auto one = archive::statistics(tensor, {.threads = 1});
    const auto many = archive::statistics(tensor, {.threads = 7});
    QVERIFY(one && many);
    QCOMPARE(many->mean, one->mean);
    QCOMPARE(many->standardDeviation, one->standardDeviation);
    QCOMPARE(many->norm, one->norm);
    QCOMPARE(one->nans, std::int64_t{1000});
    const auto bars = archive::histogram(tensor, 31, one->minimum, one->maximum, {.threads = 7});
    QVERIFY(bars.has_value());
    std::int64_t sum = 0;
    for (const std::int64_t count : bars->counts)
        sum += count;
    QCOMPARE(sum, one->finite());
}

void TestStatistics::meanIsKept_whereTheSpreadIsTiny() {
    std::vector<double> values;
    for (int i = 0; i < 40'000; ++i)
        values.push_back(1e9 + (i % 2 == 0 ? 1e-3 : -1e-3));
    const auto numbers =
        archive::statistics(testing::makeTensor("far", archive::DType::Float64, {200, 200}, values));
    QVERIFY(numbers.has_value());
    QVERIFY(std::fabs(numbers->standardDeviation - 1e-3) < 1e-7); // 1e9 has a resolution of 1.2e-7
    QVERIFY(std::fabs(numbers->mean - 1e9) < 1e-6);
}

void TestStatistics::histogram_ofConstant_fillsTheFirstBin() {
    const Tensor tensor =
        testing::makeTensor("c", archive::DType::Float32, {3}, std::vector<float>{2, 2, NAN});
    const auto bars = archive::histogram(tensor, 4, 2, 2);
    QVERIFY(bars.has_value());
    QCOMPARE(bars->counts, (std::vector<std::int64_t>{2, 0, 0, 0}));
    QCOMPARE(bars->below + bars->above, std::int64_t{0});
}

void TestStatistics::histogram_refusesImpossibleRanges() {
    const Tensor tensor = waves(10);
    QVERIFY(!archive::histogram(tensor, 0, 0, 1).has_value());
    QVERIFY(!archive::histogram(tensor, 4, 1, 0).has_value());
    QVERIFY(!archive::histogram(tensor, 4, NAN, 0).has_value());
    QVERIFY(!archive::histogram(tensor, 4, 0, INFINITY).has_value());
    const Tensor wide =
        testing::makeTensor("w", archive::DType::Float64, {3}, std::vector<double>{-1.7e308, 0, 1.7e308});
    const auto bars = archive::histogram(wide, 3, -1.7e308, 1.7e308); // the width overflows
    QVERIFY(bars.has_value());
    QCOMPARE(bars->counts, (std::vector<std::int64_t>{1, 1, 1}));
}

void TestStatistics::stopped_givesNothing() {
    std::stop_source source;
    source.request_stop();
    const Tensor tensor = waves(10);
    QVERIFY(!archive::statistics(tensor, {.stop = source.get_token()}).has_value());
    QVERIFY(!archive::histogram(tensor, 4, 0, 1, {.stop = source.get_token()}).has_value());
}

void TestStatistics::complex_givesNothing() {
    const Tensor tensor = testing::makeTensor("z", archive::DType::Complex64, {1}, std::vector<float>{1, 2});
    QVERIFY(!archive::statistics(tensor).has_value());
    QVERIFY(!archive::histogram(tensor, 4, 0, 1).has_value());
}

void TestStatistics::reader_startsAnywhere() {
    const archive::Checkpoint& weights = weightsOf("nemo_more/statistics.pt");
    for (const char* name : {"every_second", "transposed", "expanded", "int16"}) {
        const Tensor* tensor = weights.find(name);
        QVERIFY(tensor != nullptr);
        const std::vector<std::byte> whole = tensor->contiguousBytes();
        const std::size_t item = archive::itemSize(tensor->dtype);
        std::vector<std::byte> scratch(37 * item);
        for (std::int64_t first = 0; first + 37 <= tensor->elementCount(); first += 11) {
            archive::ElementReader reader(*tensor, first);
            for (const std::size_t count : {std::size_t{20}, std::size_t{17}}) {
                const auto piece = reader.bytes(count, scratch);
                const auto begin = static_cast<std::size_t>(first) * item + (count == 17 ? 20 * item : 0);
                QVERIFY(std::equal(piece.begin(), piece.end(),
                                   whole.begin() + static_cast<std::ptrdiff_t>(begin)));
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestStatistics)
#include "tst_statistics.moc"
