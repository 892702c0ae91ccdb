// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/checksum.h"

#include <QtTest>
#include <random>
#include <string_view>
#include <vector>
#include <zlib.h>

using namespace fathom;

class TestChecksum : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void crc32_givesTheStandardsCheckValue();
    void crc32_equalsZlibs_forEveryLengthAndOffset();
    void crc32_continuesAnEarlierOne();
    void crc32c_givesTheStandardsValues_forEveryLength();
};

namespace {

std::vector<std::byte> randomBytes(std::size_t count) {
    std::mt19937 random(1);
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(random());
    return bytes;
}

std::uint32_t zlibs(std::span<const std::byte> bytes) {
    return static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

} // namespace

void TestChecksum::crc32_givesTheStandardsCheckValue() {
    constexpr std::string_view kDigits = "123456789";
    QCOMPARE(crc32(std::as_bytes(std::span(kDigits))), 0xcbf43926U);
    QCOMPARE(crc32({}), 0U);
}

void TestChecksum::crc32_equalsZlibs_forEveryLengthAndOffset() {
    const auto bytes = randomBytes(1000);
    for (std::size_t offset = 0; offset < 17; ++offset)
        for (std::size_t length = 0; length + offset <= bytes.size(); ++length) {
            const auto part = std::span(bytes).subspan(offset, length);
            QCOMPARE(crc32(part), zlibs(part));
        }
    const std::vector<std::byte> ones(300'000, std::byte{0xff});
    QCOMPARE(crc32(ones), zlibs(ones));
}

void TestChecksum::crc32_continuesAnEarlierOne() {
    const auto bytes = randomBytes(700);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const auto all = std::span(bytes);
        QCOMPARE(crc32(all.subspan(cut), crc32(all.first(cut))), zlibs(all));
    }
}

/// RFC 3720, B.4, and the definition bit by bit.
void TestChecksum::crc32c_givesTheStandardsValues_forEveryLength() {
    constexpr std::string_view kDigits = "123456789";
    QCOMPARE(crc32c(std::as_bytes(std::span(kDigits))), 0xe3069283U);
    QCOMPARE(crc32c(std::vector<std::byte>(32)), 0x8a9136aaU);
    const auto bytes = randomBytes(100);
    std::uint32_t crc = ~0U;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        QCOMPARE(crc32c(std::span(bytes).first(i)), ~crc);
        crc ^= static_cast<std::uint32_t>(bytes[i]);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    }
}

QTEST_APPLESS_MAIN(TestChecksum)
#include "tst_checksum.moc"
