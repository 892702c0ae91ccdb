// SPDX-License-Identifier: Apache-2.0
#include "engine/base/checksum.h"

#include "engine/base/crc32_fold.h"

#include <openssl/evp.h>
#include <zlib.h>

namespace fathom {

struct Hasher::Impl {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~Impl() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(Digest digest) : m_impl(std::make_unique<Impl>()) {
    EVP_DigestInit_ex(m_impl->context, digest == Digest::Md5 ? EVP_md5() : EVP_sha256(), nullptr);
}

Hasher::~Hasher() = default;

void Hasher::update(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(m_impl->context, bytes.data(), bytes.size());
}

std::string Hasher::hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_DigestFinal_ex(m_impl->context, digest, &length);
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
        text += kDigits[digest[i] >> 4];
        text += kDigits[digest[i] & 15];
    }
    return text;
}

std::string md5Hex(std::span<const std::byte> bytes) {
    Hasher hasher(Digest::Md5);
    hasher.update(bytes);
    return hasher.hex();
}

std::string sha256Hex(std::span<const std::byte> bytes) {
    Hasher hasher(Digest::Sha256);
    hasher.update(bytes);
    return hasher.hex();
}

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t seed) {
    static const bool canFold = canFoldCrc32();
    if (canFold && bytes.size() >= 4 * kCrc32Block) {
        const std::size_t whole = bytes.size() - bytes.size() % kCrc32Block;
        seed = foldCrc32(bytes.first(whole), seed);
        bytes = bytes.subspan(whole);
    }
    return static_cast<std::uint32_t>(
        ::crc32_z(seed, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

} // namespace fathom
