// SPDX-License-Identifier: GPL-3.0-or-later
// Files of torch.save: byte for byte Python's, and the same objects when they are read again.
#include "engine/archive/torch_file_writer.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>
#include <limits>
#include <map>
#include <numeric>
#include <random>

using namespace fathom;
using namespace fathom::archive;
using namespace fathom::testing;
using Object = TorchObject;

namespace {

Result<std::string> written(const Object& object, const std::string& archiveName = "archive") {
    const auto writer = TorchFileWriter::prepare(object, archiveName);
    if (!writer) return fail(writer.error());
    std::string text;
    const auto done = writer->write([&](std::span<const std::byte> bytes) -> Status {
        text.append(asText(bytes));
        return {};
    });
    if (!done) return fail(done.error());
    if (text.size() != writer->bytes()) return fail({.what = "bytes() is wrong", .why = {}, .remedy = {}});
    return text;
}

Result<Object> readBack(const std::string& text) {
    const auto checkpoint = parseText(text);
    if (!checkpoint) return fail(checkpoint.error());
    if (auto verified = checkpoint->verify(); !verified) return fail(verified.error());
    return fromPickle(checkpoint->root());
}

Tensor viewed(const Tensor& storage, std::vector<std::int64_t> shape, std::vector<std::int64_t> stride,
              std::size_t firstByte) {
    Tensor view = storage;
    view.storageBytes = storage.bytes;
    view.storage = 0;
    view.shape = std::move(shape);
    view.stride = std::move(stride);
    view.bytes = storage.bytes.subspan(firstByte);
    return view;
}

Object manyKeys() {
    Object::Entries entries;
    for (int i = 0; i < 2001; ++i)
        entries.emplace_back(i, nullptr);
    return Object::dict(std::move(entries));
}

Object stateDict() {
    std::vector<float> values(12);
    std::iota(values.begin(), values.end(), 0.0F);
    const Tensor base = makeTensor("", DType::Float32, {12}, values);
    return Object::stateDict({{"a.weight", viewed(base, {2, 4}, {4, 1}, 0)},
                              {"a.bias", viewed(base, {4}, {1}, 32)},
                              {"a.view", viewed(base, {4, 3}, {1, 4}, 0)}},
                             {{"", 1}, {"a", 2}});
}

/// What OmegaConf.create() is given in make_torch_objects.py, where flags are set on the last entry.
Object config() {
    const Value value(Value::Map{
        {"name", "tiny"},
        {"rate", 1e-3},
        {"steps", 70000},
        {"big", std::int64_t{1} << 40},
        {"use", true},
        {"nothing", nullptr},
        {"missing", "???"},
        {"same", "${name}"},
        {"labels", Value::List{" ", "a", "é", Value::Map{{"deep", Value::List{Value::List{}, Value::Map{}}}},
                               "${rate}"}},
        {"empty", Value::Map{}}});
    return Object::config(value).with(
        "one", Object::config(Value::Map{{"name", "tiny"}}, {{"struct", true}, {"readonly", false}}));
}

/// The object of tests/oracle/make_torch_objects.py.
Object everyKind() {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    const Tensor ones = makeTensor<double>("", DType::Float64, {2}, {1, 1});
    const Tensor one = makeTensor<std::int64_t>("", DType::Int64, {1}, {1});
    const Tensor zeros = makeTensor<float>("", DType::Float32, {3}, {0, 0, 0});
    std::vector<int> many(2001);
    std::iota(many.begin(), many.end(), 0);
    return Object::dict({
        {"none", nullptr},
        {"bools", Object::list({true, false})},
        {"ints", Object::list({0, 255, 256, 65535, 65536, -1, 2147483647, -2147483647 - 1,
                               std::int64_t{1} << 31, kMax, -kMax - 1})},
        {"floats", Object::tuple({0.1, -0.0, std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::quiet_NaN()})},
        {"strings", Object::list({"", "x", "é𝄞", "none", "longer than one"})},
        {"tuples", Object::tuple({Object::tuple(), Object::tuple({1}), Object::tuple({1, 2}),
                                  Object::tuple({1, 2, 3}), Object::tuple({1, 2, 3, 4})})},
        {"lists", Object::list({Object::list(), Object::list({1}), Object::list({1, 2})})},
        {"dicts", Object::list({Object::dict(), Object::dict({{7, "seven"}}),
                                Object::dict({{"epoch", 1}, {-3, 2.5}})})},
        {"many", Object::listOf(many)},
        {"keys", manyKeys()},
        {"ordered", Object::orderedDict({{5, "five"}, {"z1", Object::list()}})},
        {"state_dict", stateDict()},
        {"parameter", Object(ones, {.isParameter = true, .requiresGrad = true})},
        {"frozen", Object(one, {.isParameter = true})},
        {"leaf", Object(zeros, {.requiresGrad = true})},
        {"scalar", makeTensor<std::int64_t>("", DType::Int64, {}, {7})},
        {"empty", makeTensor<float>("", DType::Float32, {0, 3}, {})},
        {"untyped", makeTensor<std::uint16_t>("", DType::UInt16, {3}, {0, 1, 2})},
        {"hparams_type", Object::global("omegaconf.dictconfig.DictConfig")},
        {"hyper_parameters", config()},
        {"list_config", Object::config(Value::List{1, Value::List{2}})},
    });
}

std::string golden(const char* name) {
    return std::string(FATHOM_TEST_DATA "/lightning/") + name;
}

/// Objects of every kind, of random shape.
class RandomObjects {
public:
    explicit RandomObjects(unsigned seed) : m_random(seed) {}

    Object whole() {
        return Object::dict({{"a", object(5)}, {"b", Object::list(items(5))}, {"c", config(5)}});
    }

    Object object(int depth) {
        switch (below(depth > 0 ? 12 : 7)) {
        case 6:
            return tensor();
        case 7:
            return Object::list(items(depth));
        case 8:
            return Object::tuple(items(depth));
        case 9:
            return Object::dict(entries(depth));
        case 10:
            return Object::orderedDict(entries(depth),
                                       below(2) == 0 ? Object() : Object::dict(entries(depth - 1)));
        case 11:
            return config(depth);
        default:
            return scalar();
        }
    }

private:
    int below(int end) { return static_cast<int>(m_random() % static_cast<unsigned>(end)); }

    std::string text() {
        static const char* const kTexts[] = {"", "a", "lr", "é", "𝄞𝄞", "???", "${a.b}", "a\nb", "'\"\\"};
        return below(3) > 0 ? std::to_string(m_random()) : kTexts[below(9)];
    }

    Object scalar() {
        const std::uint64_t bits = std::uint64_t{m_random()} << 32 | m_random();
        switch (below(5)) {
        case 0:
            return {};
        case 1:
            return below(2) == 0;
        case 2:
            return static_cast<std::int64_t>(bits) >> below(64);
        case 3:
            return std::bit_cast<double>(bits);
        default:
            return text();
        }
    }

    Object tensor() {
        constexpr DType kTypes[] = {DType::Float32,   DType::Float64,   DType::Float16,    DType::BFloat16,
                                    DType::Int8,      DType::Int16,     DType::Int32,      DType::Int64,
                                    DType::UInt8,     DType::UInt16,    DType::UInt32,     DType::UInt64,
                                    DType::Bool,      DType::Complex64, DType::Complex128, DType::Float8E4M3,
                                    DType::Float8E5M2};
        const DType dtype = kTypes[below(static_cast<int>(std::size(kTypes)))];
        std::vector<std::int64_t> shape(static_cast<std::size_t>(below(4)));
        for (auto& extent : shape)
            extent = below(5);
        auto stride = contiguousStride(shape);
        if (shape.size() == 2 && below(2) == 0) {
            std::swap(shape[0], shape[1]);
            std::swap(stride[0], stride[1]);
        }
        std::vector<unsigned char> bytes(200 * itemSize(dtype));
        for (auto& byte : bytes)
            byte = static_cast<unsigned char>(m_random() & 1U);
        const Tensor storage = makeTensor("", dtype, {200}, bytes);
        const auto offset = static_cast<std::size_t>(below(50)) * itemSize(dtype);
        const bool isReal = dtype != DType::Bool && itemSize(dtype) >= 2;
        return {below(2) == 0 ? viewed(storage, shape, stride, offset) : viewed(storage, shape, stride, 0),
                {.isParameter = below(3) == 0, .requiresGrad = isReal && below(2) == 0}};
    }

    Object::Items items(int depth) {
        Object::Items all;
        for (int i = below(6); i > 0; --i)
            all.push_back(object(depth - 1));
        return all;
    }

    Object::Entries entries(int depth) {
        Object::Entries all;
        for (int i = below(6); i > 0; --i) { // unique by their beginning, or a number
            std::string name = std::to_string(i);
            name += text();
            all.emplace_back(below(3) == 0 ? TorchKey(i - 3) : TorchKey(std::move(name)), object(depth - 1));
        }
        return all;
    }

    ConfigFlags flags() {
        return below(3) > 0 ? ConfigFlags{} : ConfigFlags{{"struct", below(2) == 0}, {"readonly", true}};
    }

    Object config(int depth) {
        Object::Items all;
        for (int i = below(5); i > 0; --i)
            all.push_back(depth > 1 && below(3) == 0 ? config(depth - 1) : scalar());
        if (below(2) == 0) return Object::listConfig(std::move(all), flags());
        Object::Entries entries;
        for (std::size_t i = 0; i < all.size(); ++i)
            entries.emplace_back(below(4) == 0 ? TorchKey(static_cast<int>(i)) : TorchKey(std::to_string(i)),
                                 all[i]);
        std::map<TorchKey, Object> unique(entries.begin(), entries.end());
        return Object::dictConfig({unique.begin(), unique.end()}, flags());
    }

    std::mt19937 m_random;
};

} // namespace

class TestTorchFileWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyKind_isWrittenAsTorchDoes();
    void everyKind_isReadBack();
    void randomObjects_areReadBack();
    void goldenCheckpoint_isWrittenAgain();
    void damagedFiles_areReadOrRefused();
    void largeDicts_takeLinearTime();
    void write_passesOnTheErrorOfAnyPiece();
    void writeTorchFile_namesTheArchiveLikeTheFile();
    void writeTorchFile_leavesTheOldFileOnErrors();
    void errors_sayWhere_data();
    void errors_sayWhere();
};

void TestTorchFileWriter::everyKind_isWrittenAsTorchDoes() {
    const auto expected = readFile(golden("torch_objects.ckpt"));
    VERIFY_RESULT(expected);
    const auto text = written(everyKind(), "torch_objects");
    VERIFY_RESULT(text);
    const auto difference = std::mismatch(text->begin(), text->end(), expected->begin(), expected->end());
    QVERIFY2(*text == *expected,
             qPrintable(QStringLiteral("from byte %1").arg(difference.first - text->begin())));
}

void TestTorchFileWriter::everyKind_isReadBack() {
    const auto text = written(everyKind());
    VERIFY_RESULT(text);
    const auto back = readBack(*text);
    VERIFY_RESULT(back);
    QVERIFY(*back == everyKind());
}

void TestTorchFileWriter::randomObjects_areReadBack() {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        const Object object = RandomObjects(seed).whole();
        const auto text = written(object);
        VERIFY_RESULT(text);
        const auto back = readBack(*text);
        VERIFY_RESULT(back);
        QVERIFY2(*back == object, qPrintable(QStringLiteral("seed %1").arg(seed)));
        QVERIFY(*written(*back) == *text);
    }
}

void TestTorchFileWriter::goldenCheckpoint_isWrittenAgain() {
    const auto checkpoint = Checkpoint::open(golden("quartznet_tiny-last.ckpt"));
    VERIFY_RESULT(checkpoint);
    const auto object = fromPickle(checkpoint->root());
    VERIFY_RESULT(object);
    QCOMPARE(object->size(), std::size_t{11});
    QVERIFY(object->find("hyper_parameters")->kind() == Object::Kind::DictConfig);
    QVERIFY(object->find("hparams_type")->kind() == Object::Kind::Global);
    const auto config = toValue(*checkpoint->root().find("hyper_parameters"));
    VERIFY_RESULT(config);
    QVERIFY(*object->find("hyper_parameters") == Object::config(*config));
    const auto text = written(*object);
    VERIFY_RESULT(text);
    const auto back = readBack(*text);
    VERIFY_RESULT(back);
    QVERIFY(*back == *object);
    const auto again = parseText(*text);
    QCOMPARE(again->modules().size(), checkpoint->modules().size());
    QVERIFY(again->opaqueGlobals().empty());
}

/// Whatever of a damaged file can be read is written and read again.
void TestTorchFileWriter::damagedFiles_areReadOrRefused() {
    const auto text = written(everyKind());
    VERIFY_RESULT(text);
    const std::size_t pickleEnd = text->find("archive/.format_version");
    std::mt19937 random(5);
    int readable = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string damaged = *text;
        damaged[random() % pickleEnd] = static_cast<char>(random());
        const auto checkpoint = parseText(damaged);
        if (!checkpoint) continue;
        const auto object = fromPickle(checkpoint->root());
        if (!object) continue;
        ++readable;
        if (const auto again = written(*object)) QVERIFY(*readBack(*again) == *object);
    }
    QVERIFY(readable > 100);
}

void TestTorchFileWriter::largeDicts_takeLinearTime() {
    Object::Entries entries;
    ValueMap map;
    for (int i = 0; i < 100'000; ++i) {
        entries.emplace_back("key" + std::to_string(i), i);
        map.append("key" + std::to_string(i), i);
    }
    const Object object = Object::dict(
        {{"plain", Object::dict(std::move(entries))}, {"config", Object::config(Value(std::move(map)))}});
    QElapsedTimer timer;
    timer.start();
    const auto text = written(object);
    VERIFY_RESULT(text);
    const auto back = readBack(*text);
    VERIFY_RESULT(back);
    QVERIFY(*back == object);
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
}

void TestTorchFileWriter::write_passesOnTheErrorOfAnyPiece() {
    const auto writer = TorchFileWriter::prepare(everyKind(), "archive");
    VERIFY_RESULT(writer);
    int pieces = 0;
    VERIFY_RESULT(writer->write([&](std::span<const std::byte>) {
        ++pieces;
        return Status{};
    }));
    QVERIFY(pieces > 40);
    for (int failing = 0; failing < pieces; ++failing) {
        int left = failing;
        const auto refused = writer->write([&](std::span<const std::byte>) {
            return left-- > 0 ? Status{} : fail({.what = "full", .why = {}, .remedy = {}});
        });
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().what, std::string("full"));
        QCOMPARE(left, -1); // nothing comes after it
    }
}

void TestTorchFileWriter::writeTorchFile_namesTheArchiveLikeTheFile() {
    const QTemporaryDir folder;
    const auto file = folder.filePath(QStringLiteral("a--val_loss=0.5-epoch=3.ckpt")).toStdString();
    VERIFY_RESULT(writeTorchFile(file, Object::dict({{"epoch", 3}})));
    const auto text = readFile(file);
    VERIFY_RESULT(text);
    QVERIFY(text->find("a--val_loss=0.5-epoch=3/data.pkl") != std::string::npos);
    const auto back = readBack(*text);
    VERIFY_RESULT(back);
    QCOMPARE(back->find("epoch")->toInt(), std::optional<std::int64_t>(3));
    const auto other = folder.filePath(QStringLiteral("é.ckpt")).toStdString();
    VERIFY_RESULT(writeTorchFile(other, Object(), AtomicFile::Durability::Volatile));
    QVERIFY(readFile(other)->find("archive/data.pkl") != std::string::npos);
}

void TestTorchFileWriter::writeTorchFile_leavesTheOldFileOnErrors() {
    const QTemporaryDir folder;
    const auto file = folder.filePath(QStringLiteral("a.ckpt")).toStdString();
    VERIFY_RESULT(writeFileAtomically(file, "old"));
    const auto refused = writeTorchFile(file, Object::dict({{"a", 1}, {"a", 2}}));
    QVERIFY(!refused.has_value());
    QCOMPARE(refused.error().file, file);
    QCOMPARE(*readFile(file), std::string("old"));
    const auto nowhere = folder.filePath(QStringLiteral("missing/a.ckpt")).toStdString();
    QVERIFY(!writeTorchFile(nowhere, Object()).has_value());
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
}

void TestTorchFileWriter::errors_sayWhere_data() {
    QTest::addColumn<Object>("object");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("why");
    const auto row = [](const char* name, const Object& object, const char* where, const char* why) {
        QTest::newRow(name) << object << QString::fromUtf8(where) << QString::fromUtf8(why);
    };
    Tensor tooShort = makeTensor<float>("", DType::Float32, {2}, {1, 2});
    tooShort.shape = {3};
    const Object states = Object::list({Object::dict({{"state", Object::dict({{0, tooShort}})}})});
    row("tensor", Object::dict({{"optimizer_states", states}}), "'s optimizer_states[0].state[0]", "fewer");
    row("equal keys", Object::list({Object::dict({{1, 2}, {"1", 2}, {1, 3}})}), "'s [0]", "key 1");
    row("text", Object::dict({{"a", "\xff"}}), "'s a", "UTF-8");
    row("cut text", Object::dict({{"a", "\xe2\x82"}}), "'s a", "UTF-8");
    row("overlong text", Object::dict({{"a", "\xe0\x80\x80"}}), "'s a", "UTF-8");
    row("flag", Object::dict({{"a", Object::dictConfig({}, {{"\xff", true}})}}), "'s a", "UTF-8");
    row("global", Object::dict({{"a", Object::global("DictConfig")}}), "'s a", "module.Class");
    row("global with a line break", Object::dict({{"a", Object::global("os.a\nb")}}), "'s a", "module.Class");
    row("a tensor in a config", Object::dictConfig({{"x", makeTensor<float>("", DType::Float32, {}, {1})}}),
        "'s x", "OmegaConf");
    row("dtype", Object::list({Object(makeTensor<int>("", DType::Int32, {1}, {1}), {.dtype = DType::Int64})}),
        "'s [0]", "int64");
    row("attributes", Object::orderedDict({}, 3), "checkpoint", "not a dict");
    Object deep;
    for (int i = 0; i < 100'000; ++i)
        deep = i % 2 == 0 ? Object::list({deep}) : Object::dict({{"a", deep}});
    row("too deep", deep, "checkpoint", "300 levels");
    Value value;
    for (int i = 0; i < 1000; ++i)
        value = Value(Value::List{std::move(value)});
    row("too deep a config", Object::config(value), "checkpoint", "300 levels");
}

void TestTorchFileWriter::errors_sayWhere() {
    QFETCH(Object, object);
    QFETCH(QString, where);
    QFETCH(QString, why);
    const auto refused = TorchFileWriter::prepare(object, "archive");
    QVERIFY(!refused.has_value());
    const QString what = QString::fromStdString(refused.error().what);
    QVERIFY2(what.endsWith(where), qPrintable(what));
    QVERIFY2(refused.error().why.find(why.toStdString()) != std::string::npos, refused.error().why.c_str());
    QCOMPARE(refused.error().kind, ErrorKind::Usage);
}

QTEST_APPLESS_MAIN(TestTorchFileWriter)
#include "tst_torch_file_writer.moc"
