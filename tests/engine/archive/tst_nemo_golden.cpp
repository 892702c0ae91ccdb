// SPDX-License-Identifier: GPL-3.0-or-later
// Every archive that NeMo 3.0.0 and 2.2.1 wrote, read back: members, config text, and each tensor to the bit.
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "tests/engine/archive/archive_testing.h"

#include <QRegularExpression>
#include <map>

using namespace fathom;

namespace {

Value goldenOf(const QString& name) {
    const auto text = readFile(testing::goldenFile(name + QStringLiteral(".json")));
    // Python writes NaN and Infinity, which JSON does not have; no test here looks at those fields.
    static const QRegularExpression notJson(QStringLiteral("([:\\[,]\\s*)-?(NaN|Infinity)"));
    const QString json =
        QString::fromStdString(text.value_or("")).replace(notJson, QStringLiteral("\\1null"));
    const auto value = fromJson(json.toStdString());
    return value ? *value : Value{};
}

std::vector<std::int64_t> integers(const Value& list) {
    std::vector<std::int64_t> result;
    for (const Value& item : list.asList())
        result.push_back(item.asInt());
    return result;
}

std::string typeName(archive::MemberType type) {
    return type == archive::MemberType::File        ? "file"
           : type == archive::MemberType::Directory ? "dir"
                                                    : "other";
}

} // namespace

class TestNemoGolden : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void members_data() { testing::goldenArchives(); }
    void members();
    void configText_data() { testing::goldenArchives(); }
    void configText();
    void tensors_data() { testing::goldenArchives(); }
    void tensors();
    void sharedStorages_data() { testing::goldenArchives(); }
    void sharedStorages();
    void verify_data() { testing::goldenArchives(); }
    void verify();
};

void TestNemoGolden::members() {
    QFETCH(QString, name);
    const Value golden = goldenOf(name);
    const auto nemo = archive::Nemo::open(testing::goldenFile(name + QStringLiteral(".nemo")));
    VERIFY_RESULT(nemo);
    QCOMPARE(nemo->isCompressed(), golden.at("tar.compression")->asString() == "gzip");
    const Value::List& expected = golden.at("tar.members")->asList();
    QCOMPARE(nemo->members().size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const archive::Member& member = nemo->members()[i];
        QCOMPARE(member.name, expected[i].at("name")->asString());
        QCOMPARE(typeName(member.type), expected[i].at("type")->asString());
        QCOMPARE(static_cast<std::int64_t>(member.bytes), expected[i].at("size")->asInt());
        QCOMPARE(static_cast<long>(member.mode),
                 std::stol(expected[i].at("mode")->asString().substr(2), nullptr, 8));
        QCOMPARE(member.problem, std::string());
        QVERIFY(member.mtime > 1e9);
        if (member.type != archive::MemberType::File) continue;
        const auto bytes = nemo->bytes(member.name);
        VERIFY_RESULT(bytes);
        QCOMPARE(md5Hex(*bytes), expected[i].at("md5")->asString());
    }
}

void TestNemoGolden::configText() {
    QFETCH(QString, name);
    const auto nemo = archive::Nemo::open(testing::goldenFile(name + QStringLiteral(".nemo")));
    VERIFY_RESULT(nemo);
    const auto yaml = nemo->configYaml();
    VERIFY_RESULT(yaml);
    const Value golden = goldenOf(name);
    QCOMPARE(*yaml, golden.at("config_yaml_text")->asString());
}

void TestNemoGolden::tensors() {
    QFETCH(QString, name);
    const Value golden = goldenOf(name);
    const auto nemo = archive::Nemo::open(testing::goldenFile(name + QStringLiteral(".nemo")));
    VERIFY_RESULT(nemo);
    const auto weights = nemo->weights();
    VERIFY_RESULT(weights);
    const Value::List& expected = golden.at("tensors")->asList();
    QCOMPARE((*weights)->tensors().size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const archive::Tensor& tensor = (*weights)->tensors()[i];
        QCOMPARE(tensor.name, expected[i].at("name")->asString());
        QCOMPARE(std::string(archive::name(tensor.dtype)), expected[i].at("dtype")->asString());
        QCOMPARE(tensor.shape, integers(*expected[i].at("shape")));
        QCOMPARE(tensor.stride, integers(*expected[i].at("stride")));
        QCOMPARE(tensor.elementCount(), expected[i].at("numel")->asInt());
        QCOMPARE(md5Hex(tensor.contiguousBytes()), expected[i].at("md5")->asString());
        QCOMPARE((*weights)->find(tensor.name), &tensor);
    }
    QVERIFY((*weights)->find("no.such.tensor") == nullptr);
    QVERIFY((*weights)->opaqueGlobals().empty());
    QCOMPARE(!(*weights)->modules().empty(), golden.at("state_dict_has_metadata_attr")->asBool());
    const bool isLegacy = name.endsWith(QStringLiteral("legacypickle"));
    QVERIFY((*weights)->format() ==
            (isLegacy ? archive::CheckpointFormat::Legacy : archive::CheckpointFormat::Zip));
}

void TestNemoGolden::sharedStorages() {
    QFETCH(QString, name);
    const auto nemo = archive::Nemo::open(testing::goldenFile(name + QStringLiteral(".nemo")));
    VERIFY_RESULT(nemo);
    const auto weights = nemo->weights();
    VERIFY_RESULT(weights);
    std::map<std::int64_t, std::vector<std::string>> groups;
    for (const archive::Tensor& tensor : (*weights)->tensors())
        groups[tensor.storage].push_back(tensor.name);
    std::vector<std::vector<std::string>> shared;
    for (auto& [storage, names] : groups)
        if (names.size() > 1) shared.push_back(names);
    std::vector<std::vector<std::string>> expected;
    const Value golden = goldenOf(name);
    for (const Value& group : golden.at("shared_storage_groups")->asList()) {
        expected.emplace_back();
        for (const Value& member : group.asList())
            expected.back().push_back(member.asString());
    }
    QCOMPARE(shared, expected);
}

void TestNemoGolden::verify() {
    QFETCH(QString, name);
    const auto nemo = archive::Nemo::open(testing::goldenFile(name + QStringLiteral(".nemo")));
    VERIFY_RESULT(nemo);
    const auto weights = nemo->weights();
    VERIFY_RESULT(weights);
    VERIFY_RESULT((*weights)->verify());
}

QTEST_APPLESS_MAIN(TestNemoGolden)
#include "tst_nemo_golden.moc"
