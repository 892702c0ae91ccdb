// SPDX-License-Identifier: GPL-3.0-or-later
// What changed between two archives or checkpoints. Golden numbers are numpy's
// (tests/oracle/statistics_reference.py).
#include "engine/archive/inspect.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>
#include <algorithm>
#include <cmath>

using namespace fathom;
using namespace fathom::testing;
using archive::ChangeKind;
using archive::DType;
using archive::Tensor;

namespace {

const std::string kHexA(32, 'a');
const std::string kHexB(32, 'b');

archive::Nemo writeAndOpen(const QTemporaryDir& folder, const char* name,
                           const archive::NemoContents& contents) {
    const std::string path = folder.filePath(QString::fromLatin1(name)).toStdString();
    return archive::writeNemo(path, contents).and_then([&] { return archive::Nemo::open(path); }).value();
}

archive::NemoContents contents(const std::string& yaml, const std::vector<archive::NamedFile>& artifacts) {
    archive::NemoContents result{.configYaml = yaml, .artifacts = artifacts};
    result.tensors.push_back(makeTensor("w", DType::Float32, {2}, std::vector<float>{3, 4}));
    return result;
}

archive::PairComparison compare(const Tensor& a, const Tensor& b) {
    return archive::compareTensors({{&a, &b}}).value().front();
}

Tensor floats(const std::vector<float>& values) {
    return makeTensor("t", DType::Float32, {static_cast<std::int64_t>(values.size())}, values);
}

} // namespace

class TestNemoDiff : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sameWeights_inPlainGzipAndLegacy_areIdentical_data();
    void sameWeights_inPlainGzipAndLegacy_areIdentical();
    void numbers_areNumpys();
    void tensors_addedRemovedReshaped_areCounted();
    void numbers_ofSmallTensors();
    void numbers_withNaNs();
    void stridedAgainstContiguous_isIdentical();
    void largeTensors_areComparedInChunks();
    void newPrefix_isNoDifference();
    void artifact_isPairedByConfigKey();
    void artifact_isPairedByBaseName();
    void config_isComparedByKey();
    void checkpoints_areComparedByTensors();
    void stopped_isInterrupted();
};

void TestNemoDiff::sameWeights_inPlainGzipAndLegacy_areIdentical_data() {
    QTest::addColumn<QString>("other");
    QTest::newRow("itself") << QStringLiteral("quartznet_char.nemo");
    QTest::newRow("gzip") << QStringLiteral("quartznet_char_gz.nemo");
    QTest::newRow("legacy pickle") << QStringLiteral("quartznet_char_legacypickle.nemo");
}

void TestNemoDiff::sameWeights_inPlainGzipAndLegacy_areIdentical() {
    QFETCH(QString, other);
    const auto diff = archive::diff(std::filesystem::path(goldenFile(QStringLiteral("quartznet_char.nemo"))),
                                    goldenFile(other));
    VERIFY_RESULT(diff);
    QVERIFY(diff->isEmpty());
    QCOMPARE(diff->counts.identical, std::int64_t{44});
    QCOMPARE(diff->counts.changed + diff->counts.added + diff->counts.removed, std::int64_t{0});
}

void TestNemoDiff::numbers_areNumpys() {
    const Value golden = fromJson(readFile(FATHOM_TEST_DATA "/nemo_more/statistics.json").value()).value();
    for (const Value& one : golden.at("differences")->asList()) {
        const auto weights = [&](const char* side) {
            return archive::openWeights(FATHOM_TEST_DATA "/" + one.at(side)->asString()).value();
        };
        const auto before = weights("before");
        const auto after = weights("after");
        for (const Value& expected : one.at("tensors")->asList()) {
            const Tensor& a = *before->find(expected.at("name")->asString());
            const Tensor& b = *after->find(expected.at("name")->asString());
            const archive::PairComparison known = compare(a, b);
            const auto isClose = [&](double value, const char* key) {
                const double wanted = expected.at(key)->asFloat();
                return std::fabs(value - wanted) <= 1e-12 * std::fabs(wanted);
            };
            QVERIFY(!known.isIdentical && known.difference);
            QVERIFY(isClose(known.difference->norm, "norm"));
            QVERIFY(isClose(known.difference->cosine, "cosine"));
            QVERIFY(isClose(known.difference->largest, "largest"));
        }
    }
}

void TestNemoDiff::tensors_addedRemovedReshaped_areCounted() {
    QTemporaryDir folder;
    archive::NemoContents before = contents("target: x\n", {});
    archive::NemoContents after = before;
    before.tensors.push_back(makeTensor("gone", DType::Int64, {1}, std::vector<std::int64_t>{1}));
    before.tensors.push_back(makeTensor("shape", DType::Float32, {4}, std::vector<float>{1, 2, 3, 4}));
    after.tensors.push_back(makeTensor("shape", DType::Float32, {2, 2}, std::vector<float>{1, 2, 3, 4}));
    after.tensors.push_back(makeTensor("new", DType::Int64, {1}, std::vector<std::int64_t>{1}));
    const auto diff =
        archive::diff(writeAndOpen(folder, "a.nemo", before), writeAndOpen(folder, "b.nemo", after));
    VERIFY_RESULT(diff);
    QCOMPARE(diff->counts.identical, std::int64_t{1});
    QCOMPARE(diff->counts.changed, std::int64_t{1});
    QCOMPARE(diff->counts.added, std::int64_t{1});
    QCOMPARE(diff->counts.removed, std::int64_t{1});
    QCOMPARE(diff->tensors.size(), std::size_t{3});
    QCOMPARE(diff->tensors[0].name, std::string("gone"));
    QVERIFY(diff->tensors[0].kind == ChangeKind::Removed);
    QCOMPARE(diff->tensors[1].before, std::string("float32[4]"));
    QCOMPARE(diff->tensors[1].after, std::string("float32[2, 2]"));
    QVERIFY(!diff->tensors[1].difference);
    QCOMPARE(diff->tensors[2].name, std::string("new"));
}

void TestNemoDiff::numbers_ofSmallTensors() {
    const auto apart = compare(floats({3, 4, 0, 0, 5}), floats({3, 0, 3, 0, 5}));
    QVERIFY(!apart.isIdentical);
    QCOMPARE(apart.difference->norm, 5.0);
    QCOMPARE(apart.difference->largest, 4.0);
    QCOMPARE(apart.difference->cosine, 34.0 / std::sqrt(50.0 * 43.0));
    const auto signs = compare(floats({0.0F}), floats({-0.0F})); // other bytes, equal values
    QVERIFY(!signs.isIdentical);
    QCOMPARE(signs.difference->norm, 0.0);
    QCOMPARE(signs.difference->cosine, 1.0);
    QCOMPARE(compare(floats({0, 0}), floats({1, 0})).difference->cosine, 0.0);
    QVERIFY(compare(floats({}), floats({})).isIdentical);
    const Tensor doubles = makeTensor("t", DType::Float64, {2}, std::vector<double>{1, 2});
    QCOMPARE(compare(floats({1, 2}), doubles).difference->norm, 0.0);
    const Tensor complex = makeTensor("z", DType::Complex64, {1}, std::vector<float>{1, 2});
    const Tensor other = makeTensor("z", DType::Complex64, {1}, std::vector<float>{1, 3});
    QVERIFY(compare(complex, complex).isIdentical);
    QVERIFY(!compare(complex, other).isIdentical && !compare(complex, other).difference);
}

void TestNemoDiff::numbers_withNaNs() {
    const auto both = compare(floats({NAN, 1, INFINITY, 2, -1, 0}), floats({NAN, 1, INFINITY, 5, -1, 0}));
    QCOMPARE(both.difference->norm, 3.0);
    QCOMPARE(both.difference->largest, 3.0);
    for (const float special : {NAN, INFINITY, -INFINITY}) {
        const auto one = compare(floats({1, special, 3}), floats({1, 2, 3}));
        QVERIFY(std::isinf(one.difference->norm) && std::isinf(one.difference->largest));
        QVERIFY(std::isnan(one.difference->cosine));
    }
    QVERIFY(std::isinf(compare(floats({INFINITY}), floats({-INFINITY})).difference->norm));
}

void TestNemoDiff::stridedAgainstContiguous_isIdentical() {
    std::vector<float> values(64 * 300);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i % 777);
    Tensor strided = makeTensor("t", DType::Float32, {64, 300}, values);
    std::swap(strided.shape[0], strided.shape[1]);
    std::swap(strided.stride[0], strided.stride[1]);
    Tensor contiguous = strided;
    const auto copy = std::make_shared<const std::vector<std::byte>>(strided.contiguousBytes());
    contiguous.bytes = *copy;
    contiguous.owner = copy;
    contiguous.stride = archive::contiguousStride(contiguous.shape);
    QVERIFY(compare(strided, contiguous).isIdentical);
    const Tensor other = makeTensor("t", DType::Float32, {300, 64}, values);
    QVERIFY(!compare(strided, other).isIdentical);
}

void TestNemoDiff::largeTensors_areComparedInChunks() {
    std::vector<float> values(3'000'001, 1.0F);
    const Tensor before = floats(values);
    values.back() = 3.0F;
    values[1'500'000] = 0.0F;
    const Tensor after = floats(values);
    const Tensor same = before;
    for (const unsigned threads : {1U, 5U}) {
        const auto known =
            archive::compareTensors({{&before, &same}, {&before, &after}}, {.threads = threads});
        QVERIFY(known.has_value());
        QVERIFY(known->at(0).isIdentical && !known->at(0).difference);
        QCOMPARE(known->at(1).difference->norm, std::sqrt(5.0));
        QCOMPARE(known->at(1).difference->largest, 2.0);
    }
}

void TestNemoDiff::newPrefix_isNoDifference() {
    QTemporaryDir folder;
    const auto side = [&](const char* file, const std::string& hex) {
        return writeAndOpen(
            folder, file,
            contents("target: x\nvocab: nemo:" + hex + "_vocab.txt\n", {{hex + "_vocab.txt", "one\ntwo\n"}}));
    };
    const auto diff = archive::diff(side("a.nemo", kHexA), side("b.nemo", kHexB));
    VERIFY_RESULT(diff);
    QVERIFY(diff->isEmpty());
    QCOMPARE(diff->renamed.size(), std::size_t{1});
    QCOMPARE(diff->renamed.front().first, kHexA + "_vocab.txt");
    QCOMPARE(diff->renamed.front().second, kHexB + "_vocab.txt");
}

void TestNemoDiff::artifact_isPairedByConfigKey() {
    QTemporaryDir folder;
    const auto before = writeAndOpen(folder, "a.nemo",
                                     contents("target: x\ntok:\n  model: nemo:" + kHexA + "_old.model\n",
                                              {{kHexA + "_old.model", "12345"}}));
    const auto after = writeAndOpen(
        folder, "b.nemo",
        contents("target: x\ntok:\n  model: nemo:" + kHexB + "_new.model\n", {{kHexB + "_new.model", "67"}}));
    const auto diff = archive::diff(before, after);
    VERIFY_RESULT(diff);
    QCOMPARE(diff->members.size(), std::size_t{1});
    QVERIFY(diff->members.front().kind == ChangeKind::Changed);
    QCOMPARE(diff->members.front().name, kHexA + "_old.model");
    QCOMPARE(diff->members.front().before, std::string("5 bytes"));
    QCOMPARE(diff->members.front().after, "2 bytes as " + kHexB + "_new.model");
    QCOMPARE(diff->config.size(), std::size_t{1}); // what it says has changed too
    QCOMPARE(diff->config.front().name, std::string("tok.model"));
}

void TestNemoDiff::artifact_isPairedByBaseName() {
    QTemporaryDir folder;
    const auto before =
        writeAndOpen(folder, "a.nemo",
                     contents("target: x\n",
                              {{kHexA + "_v.txt", "same"}, {kHexB + "_v.txt", "other"}, {"plain.txt", "p"}}));
    const auto after = writeAndOpen(folder, "b.nemo",
                                    contents("target: x\n", {{std::string(32, 'c') + "_v.txt", "changed"},
                                                             {std::string(32, 'd') + "_v.txt", "same"},
                                                             {"plain2.txt", "p"}}));
    const auto diff = archive::diff(before, after);
    VERIFY_RESULT(diff);
    QCOMPARE(diff->renamed.size(), std::size_t{1}); // equal contents are paired first
    QCOMPARE(diff->renamed.front().first, kHexA + "_v.txt");
    QCOMPARE(diff->members.size(), std::size_t{3});
    QCOMPARE(diff->members[0].name, kHexB + "_v.txt");
    QVERIFY(diff->members[0].kind == ChangeKind::Changed);
    QVERIFY(diff->members[1].name == "plain.txt" && diff->members[1].kind == ChangeKind::Removed);
    QVERIFY(diff->members[2].name == "plain2.txt" && diff->members[2].kind == ChangeKind::Added);
}

void TestNemoDiff::config_isComparedByKey() {
    QTemporaryDir folder;
    const auto before = writeAndOpen(
        folder, "a.nemo", contents("target: x\noptim: {lr: 0.1, betas: [0.9, 0.99]}\nold: 1\n", {}));
    const auto after = writeAndOpen(
        folder, "b.nemo", contents("target: x\noptim: {lr: 0.2, betas: [0.9, 0.98]}\nnew: ~\n", {}));
    const auto diff = archive::diff(before, after);
    VERIFY_RESULT(diff);
    std::string text;
    for (const archive::Change& change : diff->config)
        text += change.name + " " + change.before + " " + change.after + "\n";
    QCOMPARE(text, std::string("optim.lr 0.1 0.2\noptim.betas.1 0.99 0.98\nold 1 \nnew  null\n"));
}

void TestNemoDiff::checkpoints_areComparedByTensors() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("w.ckpt")).toStdString();
    const auto nemo = archive::Nemo::open(goldenFile(QStringLiteral("quartznet_char.nemo")));
    VERIFY_RESULT(nemo);
    const auto bytes = nemo->bytes("model_weights.ckpt");
    VERIFY_RESULT(bytes);
    QVERIFY(writeFileAtomically(path,
                                std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()))
                .has_value());
    for (const auto& [a, b] : {std::pair(path, path), std::pair(path, nemo->path().string())}) {
        const auto diff = archive::diff(std::filesystem::path(a), std::filesystem::path(b));
        VERIFY_RESULT(diff);
        QVERIFY(diff->isEmpty());
        QCOMPARE(diff->counts.identical, std::int64_t{44});
    }
}

void TestNemoDiff::stopped_isInterrupted() {
    std::stop_source source;
    source.request_stop();
    const std::filesystem::path path = goldenFile(QStringLiteral("quartznet_char.nemo"));
    const auto diff = archive::diff(path, path, {.stop = source.get_token()});
    QVERIFY(!diff.has_value());
    QCOMPARE(diff.error().exitCode(), 130);
}

QTEST_APPLESS_MAIN(TestNemoDiff)
#include "tst_nemo_diff.moc"
