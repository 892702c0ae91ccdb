// SPDX-License-Identifier: Apache-2.0
// The filters a .nemo may have been packed with, streamed: neither side is ever whole in memory.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace fathom::archive {

enum class Compression { None, Gzip, Bzip2, Xz, Zstd };

/// Judged by the first bytes.
[[nodiscard]] Compression compressionOf(std::span<const std::byte> bytes);
/// "gzip", "bzip2", "xz", "zstd"; "none".
[[nodiscard]] std::string_view name(Compression compression);

/// One compressed stream. For one thread.
class Expander {
public:
    virtual ~Expander() = default;
    /// The next expanded bytes, valid until the next call; none at the end. Errors are BadInput: damaged, a
    /// wrong checksum, cut short.
    [[nodiscard]] virtual Result<std::span<const std::byte>> next() = 0;
    /// Of the compressed bytes, so far.
    [[nodiscard]] virtual std::uint64_t consumed() const = 0;
};

/// `packed` must outlive it; `label` names it in errors. Not for Compression::None.
[[nodiscard]] Result<std::unique_ptr<Expander>>
makeExpander(Compression compression, std::span<const std::byte> packed, const std::string& label);

/// What so many compressed bytes may grow to: 200 times as many, but 256 MiB in any case. Weights do not
/// compress tenfold; a bomb does.
[[nodiscard]] std::uint64_t largestExpansion(std::uint64_t packedBytes);

} // namespace fathom::archive
