// SPDX-License-Identifier: GPL-3.0-or-later
// Objects for torch.save as values, and those that are taken over from pickles.
#include "engine/archive/torch_object.h"

#include "engine/archive/torch_zip_writer.h"
#include "tests/engine/archive/archive_testing.h"

using namespace fathom;
using namespace fathom::archive;
using namespace fathom::testing;
using namespace std::string_literals;
using Object = TorchObject;
using Kind = TorchObject::Kind;

namespace {

/// What lies in a file whose pickle has this body.
Result<Object> unpickled(const std::string& body) {
    auto zip = std::make_shared<std::string>();
    TorchZipWriter writer("archive", [&](std::span<const std::byte> bytes) -> Status {
        zip->append(asText(bytes));
        return {};
    });
    if (auto added = writer.add("data.pkl", asBytes("\x80\x02" + body + '.')); !added)
        return fail(added.error());
    if (auto finished = writer.finish(); !finished) return fail(finished.error());
    const auto checkpoint = Checkpoint::parse(asBytes(*zip), zip, "test.ckpt");
    if (!checkpoint) return fail(checkpoint.error());
    return fromPickle(checkpoint->root());
}

/// A list that holds one list twice, which holds one list twice, …: few bytes, many objects.
std::string doubledLists(int levels) {
    std::string body = "]q"s + '\0';
    for (int i = 0; i < levels; ++i) {
        const char inner = static_cast<char>(i);
        body += "0]q"s + static_cast<char>(i + 1) + "(h" + inner + 'h' + inner + 'e';
    }
    return body;
}

} // namespace

class TestTorchObject : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void values_areWhatTheyWereMadeOf();
    void containers_giveTheirItems();
    void config_keepsTypesAndFlags();
    void with_replacesOrAppends();
    void equality_isPythons();
    void deepObjects_areCut();
    void structuredConfig_losesOnlyTypes();
    void fromPickle_takesTheLastOfEqualKeys();
    void fromPickle_refusesTheRest_data();
    void fromPickle_refusesTheRest();
};

void TestTorchObject::values_areWhatTheyWereMadeOf() {
    QVERIFY(Object().isNone() && Object(nullptr).isNone());
    QCOMPARE(Object(true).toBool(), std::optional(true));
    QVERIFY(!Object(true).toInt() && !Object(1).toBool());
    QCOMPARE(Object(std::uint32_t{4'000'000'000}).toInt(), std::optional<std::int64_t>(4'000'000'000));
    QCOMPARE(Object(-3).toDouble(), std::optional(-3.0));
    QVERIFY(!Object(2.5).toInt());
    QCOMPARE(std::string(Object("text").text()), "text"s);
    QVERIFY(Object("text").kind() == Kind::String);
    const Object global = Object::global("a.b.C");
    QVERIFY(global.kind() == Kind::Global);
    QCOMPARE(std::string(global.text()), "a.b.C"s);
    const Object tensor(makeTensor<float>("w", DType::Float32, {2}, {1, 2}), {.isParameter = true});
    QCOMPARE(tensor.tensor()->shape, std::vector<std::int64_t>{2});
    QVERIFY(tensor.tensorOptions().isParameter);
    QVERIFY(Object(1).tensor() == nullptr && Object(1).size() == 0);
}

void TestTorchObject::containers_giveTheirItems() {
    const Object list = Object::listOf(std::vector<double>{1, 2.5});
    QCOMPARE(list.size(), std::size_t{2});
    QCOMPARE(list.at(1).toDouble(), std::optional(2.5));
    const Object dict = Object::dict({{"a", 1}, {2, Object::tuple({"x", nullptr})}});
    QVERIFY(dict.kind() == Kind::Dict);
    QCOMPARE(dict.find("a")->toInt(), std::optional<std::int64_t>(1));
    QVERIFY(dict.find(2)->kind() == Kind::Tuple);
    QVERIFY(dict.find("2") == nullptr && dict.find(1) == nullptr);
    QCOMPARE(dict.at(1).size(), std::size_t{2});
    const Object states = Object::stateDict({makeTensor<float>("w", DType::Float32, {}, {1})}, {{"", 3}});
    QVERIFY(states.kind() == Kind::OrderedDict);
    QVERIFY(states.find("w")->tensor() != nullptr);
    QCOMPARE(states.attributes().find("_metadata")->find("")->find("version")->toInt(),
             std::optional<std::int64_t>(3));
    QVERIFY(Object::stateDict(std::vector<Tensor>{}).attributes().isNone());
}

void TestTorchObject::config_keepsTypesAndFlags() {
    const Value value(Value::Map{{"a", Value::List{1, 1.0, true, nullptr, "${b}"}}, {"b", Value::Map{}}});
    const Object config = Object::config(value, {{"struct", true}});
    QVERIFY(config.kind() == Kind::DictConfig);
    QCOMPARE(config.flags(), (ConfigFlags{{"struct", true}}));
    const Object& list = *config.find("a");
    QVERIFY(list.kind() == Kind::ListConfig && list.flags().empty());
    QVERIFY(list.items() == (Object::Items{1, 1.0, true, nullptr, "${b}"}));
    QVERIFY(config.find("b")->kind() == Kind::DictConfig);
    QVERIFY(Object::config(3) == Object(3));
    const Object plain = Object::plain(value);
    QVERIFY(plain.kind() == Kind::Dict && plain.find("a")->kind() == Kind::List);
    QVERIFY(!(plain == config));
}

void TestTorchObject::with_replacesOrAppends() {
    const Object dict = Object::dict({{"a", 1}, {"b", 2}});
    QVERIFY(dict.with("a", "x") == Object::dict({{"a", "x"}, {"b", 2}}));
    QVERIFY(dict.with("c", 3) == Object::dict({{"a", 1}, {"b", 2}, {"c", 3}}));
    QCOMPARE(dict.find("a")->toInt(), std::optional<std::int64_t>(1));
    const Object config = Object::config(Value::Map{{"a", 1}}, {{"struct", true}}).with("a", 2);
    QVERIFY(config == Object::config(Value::Map{{"a", 2}}, {{"struct", true}}));
}

void TestTorchObject::equality_isPythons() {
    QVERIFY(!(Object(1) == Object(1.0)) && !(Object(1) == Object(true)) && !(Object() == Object(0)));
    QVERIFY(!(Object("a.b") == Object::global("a.b")));
    QVERIFY(!(Object(0.0) == Object(-0.0)));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(Object(nan) == Object(nan));
    QVERIFY(!(Object::list({1}) == Object::tuple({1})));
    QVERIFY(!(Object::dict({{"a", 1}, {"b", 2}}) == Object::dict({{"b", 2}, {"a", 1}})));
    QVERIFY(!(Object::dict() == Object::orderedDict()));
    QVERIFY(!(Object::orderedDict() == Object::orderedDict({}, Object::dict({{"a", 1}}))));
    Tensor tensor = makeTensor<float>("w", DType::Float32, {2, 2}, {1, 2, 3, 4});
    const Tensor transposed = makeTensor<float>("t", DType::Float32, {2, 2}, {1, 3, 2, 4});
    QVERIFY(!(Object(tensor) == Object(transposed)));
    QVERIFY(!(Object(tensor) == Object(tensor, {.requiresGrad = true})));
    std::swap(tensor.stride[0], tensor.stride[1]);
    QVERIFY(Object(tensor) == Object(transposed));
}

void TestTorchObject::deepObjects_areCut() {
    const auto nested = [](int levels) {
        Object object(1);
        for (int i = 0; i < levels; ++i)
            object = Object::list({object});
        return object;
    };
    QVERIFY(!nested(Object::kMaxDepth).isTooDeep());
    QVERIFY(nested(Object::kMaxDepth + 1).isTooDeep());
    QVERIFY(nested(1'000'000).isTooDeep());
    QVERIFY(Object::dict({{"a", nested(1000)}}).isTooDeep());
}

void TestTorchObject::structuredConfig_losesOnlyTypes() {
    const auto checkpoint = Checkpoint::open(FATHOM_TEST_DATA "/lightning/structured_config.ckpt");
    VERIFY_RESULT(checkpoint);
    const auto object = fromPickle(checkpoint->root());
    VERIFY_RESULT(object);
    const Object expected = Object::config(Value::Map{{"lr", 0.1},
                                                      {"use", true},
                                                      {"name", nullptr},
                                                      {"either", "x"},
                                                      {"betas", Value::List{0.9, 0.98}},
                                                      {"schedule", Value::Map{{"steps", 10}}},
                                                      {"other", nullptr},
                                                      {"linked", "${schedule}"},
                                                      {"missing", "???"}},
                                           {{"struct", true}});
    QVERIFY(*object->find("hyper_parameters") == expected);
}

void TestTorchObject::fromPickle_takesTheLastOfEqualKeys() {
    const auto object = unpickled("}(K\1K\2K\5NK\1K\3u");
    VERIFY_RESULT(object);
    QVERIFY(*object == Object::dict({{1, 3}, {5, nullptr}}));
}

void TestTorchObject::fromPickle_refusesTheRest_data() {
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("why");
    const auto row = [](const char* name, const std::string& body, const char* why) {
        QTest::newRow(name) << QByteArray::fromStdString(body) << QString::fromLatin1(why);
    };
    row("bytes", "c_codecs\nencode\n(X\1\0\0\0aX\6\0\0\0latin1tR"s, "bytes");
    row("set", "c__builtin__\nset\n]\x85R", "a set");
    row("opaque object", "cos\nsystem\n)R", "os.system");
    row("known class", "cpathlib\nPosixPath\n)R", "pathlib.PosixPath");
    row("defaultdict", "ccollections\ndefaultdict\n)R", "collections.defaultdict");
    row("large integer", "\x8a\x09"s + std::string(9, '\1'), "64 bits");
    row("list in itself", "]q\0h\0a"s, "itself");
    row("list in itself by a dict", "}q\0X\1\0\0\0ah\0s"s, "itself");
    row("deep", std::string(2000, ']') + std::string(1999, 'a'), "levels");
    row("doubled", doubledLists(60), "more objects");
    row("tuple as key", "}K\1\x85Ns", "key");
    row("float as key", "}G@\0\0\0\0\0\0\0Ns"s, "key");
    row("dict with attributes", "}}b", "attributes");
    row("list with attributes", "]}b", "attributes");
    row("config without content", "comegaconf.dictconfig\nDictConfig\n)\x81", "DictConfig");
    row("config with an odd content", "comegaconf.dictconfig\nDictConfig\n)\x81}X\x08\0\0\0_contentK\1sb"s,
        "content");
    row("config with a plain value",
        "comegaconf.dictconfig\nDictConfig\n)\x81}X\x08\0\0\0_content}X\1\0\0\0aK\1ssb"s, "class");
    row("config with bytes in a node", "comegaconf.nodes\nBytesNode\n)\x81}X\4\0\0\0_val]sb"s,
        "class omegaconf.nodes.BytesNode");
}

void TestTorchObject::fromPickle_refusesTheRest() {
    QFETCH(QByteArray, body);
    QFETCH(QString, why);
    const auto object = unpickled(body.toStdString());
    QVERIFY(!object.has_value());
    QCOMPARE(object.error().kind, ErrorKind::BadInput);
    QVERIFY2(object.error().what.starts_with("Cannot take over"), object.error().message().c_str());
    QVERIFY2(object.error().why.find(why.toStdString()) != std::string::npos, object.error().why.c_str());
}

QTEST_APPLESS_MAIN(TestTorchObject)
#include "tst_torch_object.moc"
