// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/archive/npy.h"
#include "engine/base/file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>

using namespace fathom;

namespace {

archive::Tensor tensorOf(const std::vector<float>& values, std::vector<std::int64_t> shape,
                         std::vector<std::int64_t> stride) {
    auto owner = std::make_shared<const std::vector<float>>(values);
    archive::Tensor tensor;
    tensor.shape = std::move(shape);
    tensor.stride = std::move(stride);
    tensor.bytes = std::as_bytes(std::span(*owner));
    tensor.owner = owner;
    return tensor;
}

std::vector<float> floats(const archive::Tensor& tensor) {
    const std::vector<std::byte> bytes = tensor.contiguousBytes();
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

std::string npy(const std::string& header, const std::string& payload) {
    std::string text("\x93NUMPY\x01\x00", 8);
    text += static_cast<char>(header.size() & 0xff);
    text += static_cast<char>(header.size() >> 8);
    return text + header + payload;
}

Result<archive::Tensor> parse(const std::string& text) {
    auto owner = std::make_shared<const std::string>(text);
    return archive::parseNpy(std::as_bytes(std::span(owner->data(), owner->size())), owner, "x.npy");
}

} // namespace

class TestNpy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsGolden_data();
    void readsGolden();
    void roundTrip_keepsValuesOfAStridedTensor();
    void roundTrip_ofScalarsAndEmptyArrays();
    void fortranOrder_becomesStrides();
    void bigEndian_isSwapped();
    void refuses_data();
    void refuses();
    void write_refusesBfloat16();
};

void TestNpy::readsGolden_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("dtype");
    QTest::addColumn<int>("dimensions");
    QTest::newRow("mel") << "mel"
                         << "float32" << 3;
    QTest::newRow("lengths") << "mel_len"
                             << "int64" << 1;
    QTest::newRow("audio") << "audio_signal"
                           << "float32" << 2;
}

void TestNpy::readsGolden() {
    QFETCH(QString, file);
    QFETCH(QString, dtype);
    QFETCH(int, dimensions);
    const auto tensor =
        archive::readNpy(FATHOM_TEST_DATA "/nemo/quartznet_char/" + file.toStdString() + ".npy");
    QVERIFY2(tensor.has_value(), tensor ? "" : tensor.error().message().c_str());
    QCOMPARE(std::string(archive::name(tensor->dtype)), dtype.toStdString());
    QCOMPARE(static_cast<int>(tensor->shape.size()), dimensions);
    QVERIFY(tensor->elementCount() > 0);
    QCOMPARE(tensor->bytes.size(), tensor->byteCount());
    QTemporaryDir folder;
    const std::string copy = folder.filePath(QStringLiteral("copy.npy")).toStdString();
    QVERIFY(archive::writeNpy(copy, *tensor).has_value());
    QCOMPARE(*readFile(copy),
             *readFile(FATHOM_TEST_DATA "/nemo/quartznet_char/" + file.toStdString() + ".npy"));
}

void TestNpy::roundTrip_keepsValuesOfAStridedTensor() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("x.npy")).toStdString();
    const auto transposed = tensorOf({1, 2, 3, 4, 5, 6}, {3, 2}, {1, 3});
    QVERIFY(archive::writeNpy(path, transposed).has_value());
    const auto read = archive::readNpy(path);
    QVERIFY(read.has_value());
    QCOMPARE(read->shape, (std::vector<std::int64_t>{3, 2}));
    QVERIFY(read->isContiguous());
    QCOMPARE(floats(*read), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

void TestNpy::roundTrip_ofScalarsAndEmptyArrays() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("x.npy")).toStdString();
    QVERIFY(archive::writeNpy(path, tensorOf({7}, {}, {})).has_value());
    QCOMPARE(floats(*archive::readNpy(path)), std::vector<float>{7});
    QVERIFY(archive::writeNpy(path, tensorOf({}, {0, 3}, {3, 1})).has_value());
    QCOMPARE(archive::readNpy(path)->shape, (std::vector<std::int64_t>{0, 3}));
}

void TestNpy::fortranOrder_becomesStrides() {
    const float values[] = {1, 2, 3, 4, 5, 6};
    const std::string payload(reinterpret_cast<const char*>(values), sizeof values);
    const auto tensor = parse(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", payload));
    QVERIFY(tensor.has_value());
    QCOMPARE(tensor->stride, (std::vector<std::int64_t>{1, 2}));
    QCOMPARE(floats(*tensor), (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

void TestNpy::bigEndian_isSwapped() {
    const auto tensor = parse(
        npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n", std::string("\x3f\x80\0\0", 4)));
    QVERIFY(tensor.has_value());
    QCOMPARE(floats(*tensor), std::vector<float>{1});
}

void TestNpy::refuses_data() {
    QTest::addColumn<QByteArray>("content");
    const auto row = [](const char* name, const std::string& text) {
        QTest::newRow(name) << QByteArray(text.data(), static_cast<qsizetype>(text.size()));
    };
    row("empty", "");
    row("another format", "RIFF0000WAVEfmt ");
    row("cut header", npy("{'descr': '<f4', 'fort", "").substr(0, 20));
    row("object dtype", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "12345678"));
    row("structured dtype",
        npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "1234"));
    row("cut payload", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234"));
    row("overflowing shape",
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "1234"));
    row("overflowing bytes",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }", "1234"));
    row("negative extent", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "1234"));
    row("no shape", npy("{'descr': '<f4', 'fortran_order': False, }", "1234"));
}

void TestNpy::refuses() {
    QFETCH(QByteArray, content);
    const auto tensor = parse(content.toStdString());
    QVERIFY(!tensor.has_value());
    QCOMPARE(tensor.error().exitCode(), 3);
    QCOMPARE(tensor.error().file, std::string("x.npy"));
    QVERIFY(!tensor.error().remedy.empty());
}

void TestNpy::write_refusesBfloat16() {
    QTemporaryDir folder;
    archive::Tensor tensor = tensorOf({1}, {2}, {1});
    tensor.dtype = archive::DType::BFloat16;
    const std::string path = folder.filePath(QStringLiteral("x.npy")).toStdString();
    const auto status = archive::writeNpy(path, tensor);
    QVERIFY(!status.has_value());
    QVERIFY(!std::filesystem::exists(path));
}

QTEST_APPLESS_MAIN(TestNpy)
#include "tst_npy.moc"
