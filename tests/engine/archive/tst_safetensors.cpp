// SPDX-License-Identifier: GPL-3.0-or-later
// safetensors files: one that the format's own library wrote (tests/oracle/make_safetensors.py), and what
// must be refused. tests/data/hostile has files that its library was seen to refuse.
#include "engine/archive/inspect.h"
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "tests/engine/archive/archive_testing.h"

#include <algorithm>
#include <cstring>

using namespace fathom;
using namespace fathom::testing;

namespace {

const std::string kFile = FATHOM_TEST_DATA "/nemo_more/all_dtypes.safetensors";

std::string fileOf(const std::string& header, std::size_t bufferBytes) {
    std::string out(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(out.data(), &length, sizeof length);
    return out + header + std::string(bufferBytes, '\1');
}

/// With " for ': moc does not read raw strings.
std::string quoted(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

std::string entry(const std::string& name, const std::string& shape, int begin, int end) {
    return quoted("'" + name + "':{'dtype':'F32','shape':" + shape + ",'data_offsets':[" +
                  std::to_string(begin) + ',' + std::to_string(end) + "]}");
}

} // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyDtype_isReadToTheBit();
    void tensors_areOrderedByTheirBytes();
    void header_mayBePadded();
    void refuses_data();
    void refuses();
    void everyCut_isAnError();
};

void TestSafetensors::everyDtype_isReadToTheBit() {
    const auto weights = archive::openWeights(kFile);
    VERIFY_RESULT(weights);
    QVERIFY((*weights)->format() == archive::CheckpointFormat::Safetensors);
    const Value golden = fromJson(readFile(FATHOM_TEST_DATA "/nemo_more/all_dtypes.json").value()).value();
    const Value::List& expected = golden.at("tensors")->asList();
    QCOMPARE((*weights)->tensors().size(), expected.size());
    for (const Value& row : expected) {
        const archive::Tensor* tensor = (*weights)->find(row.at("name")->asString());
        QVERIFY(tensor != nullptr);
        QCOMPARE(std::string(archive::name(tensor->dtype)), row.at("dtype")->asString());
        std::vector<std::int64_t> shape;
        for (const Value& extent : row.at("shape")->asList())
            shape.push_back(extent.asInt());
        QCOMPARE(tensor->shape, shape);
        QCOMPARE(md5Hex(tensor->contiguousBytes()), row.at("md5")->asString());
    }
    const auto shown = archive::toValue((*weights)->root());
    VERIFY_RESULT(shown);
    QCOMPARE(shown->at("__metadata__.note")->asString(), golden.at("metadata.note")->asString());
    QVERIFY(archive::verify(**weights).empty());
    QVERIFY(archive::diff(std::filesystem::path(kFile), kFile)->isEmpty());
    const auto nemo = archive::Nemo::open(kFile);
    QVERIFY(!nemo.has_value());
    QVERIFY(nemo.error().message().find("checkpoint") != std::string::npos);
}

void TestSafetensors::tensors_areOrderedByTheirBytes() {
    const std::string header = "{" + entry("b", "[1]", 4, 8) + "," + entry("none", "[0]", 4, 4) + "," +
                               entry("state_dict", "[]", 0, 4) + "}";
    const auto weights = parseText(fileOf(header, 8));
    VERIFY_RESULT(weights);
    std::string names;
    for (const archive::Tensor& tensor : weights->tensors())
        names += tensor.name + ' ';
    QCOMPARE(names, std::string("state_dict none b "));
    QVERIFY(weights->tensors()[0].shape.empty());
}

void TestSafetensors::header_mayBePadded() {
    VERIFY_RESULT(parseText(fileOf("{" + entry("a", "[2]", 0, 8) + "}       ", 8)));
    VERIFY_RESULT(parseText(fileOf("{}", 0)));
}

void TestSafetensors::refuses_data() {
    QTest::addColumn<QString>("header");
    QTest::addColumn<int>("bytes");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const std::string& header, int bytes, const char* reason) {
        QTest::newRow(name) << QString::fromStdString(header) << bytes << QString::fromLatin1(reason);
    };
    const std::string a = entry("a", "[2]", 0, 8);
    const auto with = [](const std::string& fields) { return quoted("{'a':{" + fields + "}}"); };
    row("overlap", "{" + a + "," + entry("b", "[2]", 4, 12) + "}", 12, "overlap");
    row("the same bytes twice", "{" + a + "," + entry("b", "[2]", 0, 8) + "}", 8, "overlap");
    row("hole", "{" + a + "," + entry("b", "[1]", 12, 16) + "}", 16, "hole");
    row("hole at the start", "{" + entry("a", "[2]", 4, 12) + "}", 12, "hole");
    row("bytes behind the last", "{" + a + "}", 9, "goes on");
    row("too few bytes", "{" + a + "}", 7, "shorter");
    row("backwards", with("'dtype':'F32','shape':[2],'data_offsets':[8,0]"), 8, "end before");
    row("size of another shape", "{" + entry("a", "[3]", 0, 8) + "}", 8, "by dtype and shape 12");
    row("overflowing shape", "{" + entry("a", "[9223372036854775807,9223372036854775807]", 0, 8) + "}", 8,
        "impossible shape");
    row("overflow to the right size", "{" + entry("a", "[4611686018427387905,4]", 0, 16) + "}", 16,
        "impossible shape");
    row("duplicate name", "{" + a + "," + a + "}", 8, "names a twice");
    row("duplicate field", with("'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]"), 8,
        "names dtype twice");
    row("missing field", with("'shape':[2],'data_offsets':[0,8]"), 8, "needs dtype");
    row("unknown field", with("'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1"), 8, "field x");
    row("unknown dtype", with("'dtype':'F4','shape':[2],'data_offsets':[0,8]"), 8, "dtype F4");
    row("negative extent", "{" + entry("a", "[-2]", 0, 8) + "}", 8, "negative");
    row("fraction", "{" + entry("a", "[2.0]", 0, 8) + "}", 8, "fraction");
    row("number beyond 64 bits", "{" + entry("a", "[99999999999999999999]", 0, 8) + "}", 8, "fraction");
    row("one offset", with("'dtype':'F32','shape':[2],'data_offsets':[8]"), 8, "offsets");
    row("three offsets", with("'dtype':'F32','shape':[2],'data_offsets':[0,8,8]"), 8, "offsets");
    row("nested", with("'dtype':'F32','shape':[[2]],'data_offsets':[0,8]"), 8, "a list");
    row("metadata that is no text", quoted("{'__metadata__':{'a':1}}"), 0, "a number");
    row("duplicate metadata", quoted("{'__metadata__':{'a':'1','a':'2'}}"), 0, "names a twice");
    row("no object", quoted("{'a':7}"), 0, "a number");
    row("no JSON", "{nonsense", 0, "not JSON");
    row("two values", "{}{}", 0, "not JSON");
    row("deep nesting", "{" + std::string(100'000, '['), 0, "not JSON");
    row("bad UTF-8", "{\"\xff\":1}", 0, "not JSON");
}

void TestSafetensors::refuses() {
    QFETCH(QString, header);
    QFETCH(int, bytes);
    QFETCH(QString, reason);
    const std::string text = QLatin1StringView(QTest::currentDataTag()) == QLatin1StringView("bad UTF-8")
                                 ? "{\"\xff\":1}"
                                 : header.toStdString();
    const auto weights = parseText(fileOf(text, static_cast<std::size_t>(bytes)));
    QVERIFY(!weights.has_value());
    QCOMPARE(weights.error().exitCode(), 3);
    QVERIFY(!weights.error().remedy.empty());
    QVERIFY2(weights.error().message().find(reason.toStdString()) != std::string::npos,
             weights.error().message().c_str());
}

void TestSafetensors::everyCut_isAnError() {
    const std::string whole = readFile(kFile).value();
    for (std::size_t size = 9; size < whole.size(); size += 13)
        QVERIFY(!parseText(whole.substr(0, size)).has_value());
    std::string huge = whole; // a header of 200 MB
    huge.replace(0, 8, std::string("\x00\xc2\xeb\x0b\x00\x00\x00\x00", 8));
    QVERIFY(!parseText(huge).has_value());
}

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
