// SPDX-License-Identifier: Apache-2.0
// Checksums as lower-case hex, the CRC-32 of ZIP and gzip, and the CRC-32C of TFRecord files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace fathom {

enum class Digest { Md5, Sha256 };

/// Feeds bytes in pieces: `Hasher h(Digest::Md5); h.update(a); h.update(b); h.hex()`.
class Hasher {
public:
    explicit Hasher(Digest digest);
    ~Hasher();
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    void update(std::span<const std::byte> bytes);
    /// Ends the computation; call once.
    [[nodiscard]] std::string hex();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

[[nodiscard]] std::string md5Hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256Hex(std::span<const std::byte> bytes);
/// CRC-32 as ZIP and PNG define it; `seed` continues an earlier one.
[[nodiscard]] std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t seed = 0);
/// CRC-32C (Castagnoli, RFC 3720): several GB/s where the processor has an instruction for it, else about
/// 400 MB/s.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes);

} // namespace fathom
