// SPDX-License-Identifier: GPL-3.0-or-later
// What is written is what PyTorch and NeMo write: the same bytes for a checkpoint, the same layout for an
// archive.
#include "engine/archive/zip_index.h"
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>

using namespace fathom;
using namespace fathom::testing;
using archive::DType;

class TestNemoWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void serialize_givesTorchsBytes_data();
    void serialize_givesTorchsBytes();
    void serialize_roundTripsEveryDtype_data();
    void serialize_roundTripsEveryDtype();
    void serialize_keepsStridesAndSharing();
    void serialize_batchesThousandsOfItems_data();
    void serialize_batchesThousandsOfItems();
    void serialize_alignsEveryRecord();
    void serialize_refusesBadTensors();
    void writeNemo_roundTripsGolden_data() { goldenArchives(); }
    void writeNemo_roundTripsGolden();
    void writeNemo_layout();
    void writeNemo_longAndForeignNames();
    void writeNemo_refusesBadNames();
    void writeNemo_leavesNothingBehind_whenTheFolderIsMissing();
};

void TestNemoWriter::serialize_givesTorchsBytes_data() {
    QTest::addColumn<QString>("name");
    // The other golden archives hold the legacy format or were compressed after the fact.
    for (const char* name :
         {"quartznet_char", "quartznet_char_bfloat16", "quartznet_char_float16", "conformer_ctc_spe",
          "conformer_ctc_wpe", "mt_aayn_tiny", "text_classification_bert", "nested_artifacts"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestNemoWriter::serialize_givesTorchsBytes() {
    QFETCH(QString, name);
    const auto nemo = archive::Nemo::open(goldenFile(name + QStringLiteral(".nemo")));
    VERIFY_RESULT(nemo);
    const auto weights = nemo->weights();
    VERIFY_RESULT(weights);
    const auto ours =
        archive::serializeStateDict((*weights)->tensors(), (*weights)->modules(), "model_weights");
    VERIFY_RESULT(ours);
    const auto golden = nemo->bytes("model_weights.ckpt");
    VERIFY_RESULT(golden);
    const std::string_view expected(reinterpret_cast<const char*>(golden->data()), golden->size());
    const auto difference = std::mismatch(expected.begin(), expected.end(), ours->begin(), ours->end());
    QCOMPARE(difference.first - expected.begin(), static_cast<std::ptrdiff_t>(expected.size()));
    QCOMPARE(ours->size(), expected.size());
}

void TestNemoWriter::serialize_roundTripsEveryDtype_data() {
    QTest::addColumn<int>("type");
    for (int type = 0; type <= static_cast<int>(DType::Float8E5M2); ++type)
        QTest::newRow(std::string(archive::name(static_cast<DType>(type))).c_str()) << type;
}

void TestNemoWriter::serialize_roundTripsEveryDtype() {
    QFETCH(int, type);
    const auto dtype = static_cast<DType>(type);
    std::vector<unsigned char> bytes(6 * archive::itemSize(dtype));
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = dtype == DType::Bool ? i % 2 : static_cast<unsigned char>(37 * i);
    const archive::Tensor tensor = makeTensor("x", dtype, {2, 3}, bytes);
    const auto text = archive::serializeStateDict({tensor}, {}, "archive");
    VERIFY_RESULT(text);
    const auto read = parseText(*text);
    VERIFY_RESULT(read);
    QCOMPARE(read->tensors().size(), std::size_t{1});
    const archive::Tensor& back = read->tensors()[0];
    QCOMPARE(archive::name(back.dtype), archive::name(dtype));
    QCOMPARE(back.shape, tensor.shape);
    QCOMPARE(back.contiguousBytes(), tensor.contiguousBytes());
    VERIFY_RESULT(read->verify());
}

void TestNemoWriter::serialize_keepsStridesAndSharing() {
    archive::Tensor whole = makeTensor("whole", DType::Float32, {3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6});
    whole.storage = 0;
    whole.storageBytes = whole.bytes;
    archive::Tensor column = whole; // a view of the second column
    column.name = "column";
    column.shape = {3};
    column.stride = {2};
    column.bytes = whole.bytes.subspan(4);
    const auto text = archive::serializeStateDict({whole, column}, {{"", 1}}, "archive");
    VERIFY_RESULT(text);
    const auto read = parseText(*text);
    VERIFY_RESULT(read);
    const archive::Tensor& back = read->tensors()[1];
    QCOMPARE(back.stride, (std::vector<std::int64_t>{2}));
    QCOMPARE(back.storage, read->tensors()[0].storage);
    QCOMPARE(back.contiguousBytes(), column.contiguousBytes());
    const auto zip = archive::ZipIndex::open(std::as_bytes(std::span(text->data(), text->size())), "test");
    VERIFY_RESULT(zip);
    QVERIFY(zip->find("archive/data/0") != nullptr);
    QVERIFY(zip->find("archive/data/1") == nullptr);
}

void TestNemoWriter::serialize_batchesThousandsOfItems_data() {
    QTest::addColumn<int>("count");
    for (const int count : {0, 1, 2, 999, 1000, 1001, 1002, 2000, 2001})
        QTest::addRow("%d", count) << count;
}

void TestNemoWriter::serialize_batchesThousandsOfItems() {
    QFETCH(int, count);
    std::vector<archive::Tensor> tensors;
    std::vector<archive::ModuleVersion> modules;
    for (int i = 0; i < count; ++i) {
        tensors.push_back(makeTensor("t" + std::to_string(i), DType::Int32, {}, std::vector<int>{i}));
        modules.push_back({"m" + std::to_string(i), i});
    }
    const auto text = archive::serializeStateDict(tensors, modules, "archive");
    VERIFY_RESULT(text);
    const auto read = parseText(*text);
    VERIFY_RESULT(read);
    QCOMPARE(read->tensors().size(), tensors.size());
    QCOMPARE(read->modules().size(), modules.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        QCOMPARE(read->tensors()[i].name, tensors[i].name);
        QCOMPARE(read->tensors()[i].contiguousBytes(), tensors[i].contiguousBytes());
        QCOMPARE(read->modules()[i].version, modules[i].version);
    }
}

void TestNemoWriter::serialize_alignsEveryRecord() {
    std::vector<archive::Tensor> tensors;
    for (int i = 1; i < 100; ++i)
        tensors.push_back(makeTensor(std::string(static_cast<std::size_t>(i), 'n'), DType::UInt8, {i},
                                     std::vector<unsigned char>(static_cast<std::size_t>(i), 7)));
    const auto text = archive::serializeStateDict(tensors, {}, "model_weights");
    VERIFY_RESULT(text);
    const auto zip = archive::ZipIndex::open(std::as_bytes(std::span(text->data(), text->size())), "test");
    VERIFY_RESULT(zip);
    for (const archive::ZipEntry& entry : zip->entries()) {
        const auto content = zip->read(entry);
        VERIFY_RESULT(content);
        QCOMPARE((reinterpret_cast<const char*>(content->bytes.data()) - text->data()) % 64, 0);
        VERIFY_RESULT(zip->verify(entry));
    }
}

void TestNemoWriter::serialize_refusesBadTensors() {
    const archive::Tensor good = makeTensor("x", DType::Float32, {2}, std::vector<float>{1, 2});
    QVERIFY(!archive::serializeStateDict({good, good}, {}, "a").has_value());
    archive::Tensor tooShort = good;
    tooShort.shape = {3};
    QVERIFY(!archive::serializeStateDict({tooShort}, {}, "a").has_value());
    archive::Tensor negative = good;
    negative.stride = {-1};
    QVERIFY(!archive::serializeStateDict({negative}, {}, "a").has_value());
}

void TestNemoWriter::writeNemo_roundTripsGolden() {
    QFETCH(QString, name);
    const auto nemo = archive::Nemo::open(goldenFile(name + QStringLiteral(".nemo")));
    VERIFY_RESULT(nemo);
    const auto weights = nemo->weights();
    VERIFY_RESULT(weights);
    archive::NemoContents contents{*nemo->configYaml(), (*weights)->tensors(), (*weights)->modules()};
    for (const archive::Member& member : nemo->members()) {
        const std::string plain(archive::plainMemberName(member.name));
        if (member.type != archive::MemberType::File || plain.starts_with("model_")) continue;
        const auto bytes = nemo->bytes(member.name);
        VERIFY_RESULT(bytes);
        contents.artifacts.push_back(
            {plain, std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())});
    }
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("out.nemo")).toStdString();
    VERIFY_RESULT(archive::writeNemo(path, contents));
    QCOMPARE(std::filesystem::file_size(path) % 10240, std::uintmax_t{0});
    const auto back = archive::Nemo::open(path);
    VERIFY_RESULT(back);
    QCOMPARE(*back->configYaml(), *nemo->configYaml());
    QCOMPARE(back->members().size(), nemo->members().size());
    for (std::size_t i = 0; i < back->members().size(); ++i) {
        QCOMPARE(back->members()[i].name, nemo->members()[i].name);
        QCOMPARE(back->members()[i].mode, nemo->members()[i].mode);
    }
    const auto backWeights = back->weights();
    VERIFY_RESULT(backWeights);
    QCOMPARE((*backWeights)->tensors().size(), (*weights)->tensors().size());
    for (std::size_t i = 0; i < (*weights)->tensors().size(); ++i) {
        const archive::Tensor& ours = (*backWeights)->tensors()[i];
        const archive::Tensor& theirs = (*weights)->tensors()[i];
        QCOMPARE(ours.name, theirs.name);
        QCOMPARE(ours.stride, theirs.stride);
        QCOMPARE(ours.contiguousBytes(), theirs.contiguousBytes());
    }
}

void TestNemoWriter::writeNemo_layout() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("out.nemo")).toStdString();
    archive::NemoContents contents{.configYaml = "target: x\n"};
    contents.artifacts = {{"zzz.txt", "last"}, {"0a_vocab.txt", "first", 0600}};
    VERIFY_RESULT(archive::writeNemo(path, contents));
    const auto nemo = archive::Nemo::open(path);
    VERIFY_RESULT(nemo);
    std::vector<std::string> names;
    for (const archive::Member& member : nemo->members())
        names.push_back(member.name);
    QCOMPARE(names, (std::vector<std::string>{".", "./0a_vocab.txt", "./model_config.yaml",
                                              "./model_weights.ckpt", "./zzz.txt"}));
    QCOMPARE(nemo->members()[0].mode, 0700U);
    QCOMPARE(nemo->members()[1].mode, 0600U);
    QCOMPARE(nemo->members()[2].mode, 0644U);
}

void TestNemoWriter::writeNemo_longAndForeignNames() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("out.nemo")).toStdString();
    archive::NemoContents contents{.configYaml = "target: x\n"};
    contents.artifacts = {{std::string(200, 'a') + ".txt", "long"}, {"naïve–日本.txt", "foreign"}};
    VERIFY_RESULT(archive::writeNemo(path, contents));
    const auto nemo = archive::Nemo::open(path);
    VERIFY_RESULT(nemo);
    for (const archive::NamedFile& file : contents.artifacts) {
        const auto bytes = nemo->bytes(file.name);
        VERIFY_RESULT(bytes);
        QCOMPARE(std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()), file.content);
    }
}

void TestNemoWriter::writeNemo_refusesBadNames() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("out.nemo")).toStdString();
    for (const char* name :
         {"", ".", "..", "a/b", "/etc/passwd", "model_config.yaml", "model_weights.ckpt"}) {
        const auto status = archive::writeNemo(path, {.configYaml = "a: 1\n", .artifacts = {{name, "x"}}});
        QVERIFY2(!status.has_value(), name);
        QCOMPARE(status.error().exitCode(), 2);
    }
    QVERIFY(!archive::writeNemo(path, {}).has_value());
    QVERIFY(!std::filesystem::exists(path));
}

void TestNemoWriter::writeNemo_leavesNothingBehind_whenTheFolderIsMissing() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("missing/out.nemo")).toStdString();
    const auto status = archive::writeNemo(path, {.configYaml = "a: 1\n"});
    QVERIFY(!status.has_value());
    QCOMPARE(status.error().exitCode(), 1);
    QVERIFY(QDir(folder.path()).isEmpty());
}

QTEST_APPLESS_MAIN(TestNemoWriter)
#include "tst_nemo_writer.moc"
