// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/inflate.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace fathom::archive {

namespace {

constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{1} << 30;
constexpr std::uint64_t kLargestRatio = 200;

class Inflater {
public:
    explicit Inflater(int windowBits) { m_ready = inflateInit2(&m_stream, windowBits) == Z_OK; }
    ~Inflater() {
        if (m_ready) inflateEnd(&m_stream);
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    [[nodiscard]] bool ready() const { return m_ready; }
    z_stream& stream() { return m_stream; }

private:
    z_stream m_stream{};
    bool m_ready = false;
};

Error damaged(const std::string& label, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot expand the compressed file",
            .why = std::move(why),
            .remedy = "Copy or download it again",
            .file = label};
}

/// Feeds input and drains output until the stream ends. `several` goes on with the next gzip member.
Result<std::vector<std::byte>> expand(std::span<const std::byte> input, int windowBits, std::uint64_t limit,
                                      bool several, const std::string& label) {
    Inflater inflater(windowBits);
    if (!inflater.ready()) return fail(damaged(label, "zlib could not be set up"));
    z_stream& stream = inflater.stream();
    std::vector<std::byte> output;
    std::vector<std::byte> piece(1 << 18);
    for (;;) {
        if (stream.avail_in == 0 && !input.empty()) {
            const std::size_t count = std::min<std::size_t>(input.size(), 1U << 30);
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
            stream.avail_in = static_cast<uInt>(count);
            input = input.subspan(count);
        }
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        const int code = inflate(&stream, Z_NO_FLUSH);
        const std::size_t produced = piece.size() - stream.avail_out;
        if (produced > limit - output.size()) return fail(damaged(label, "it expands to more than it may"));
        output.insert(output.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(produced));
        if (code == Z_STREAM_END) {
            const bool next =
                several && stream.avail_in > 1 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b;
            if (!next) return output;
            inflateReset(&stream);
        } else if (code == Z_BUF_ERROR ||
                   (code == Z_OK && produced == 0 && stream.avail_in == 0 && input.empty())) {
            return fail(damaged(label, "it was cut short"));
        } else if (code != Z_OK) {
            return fail(damaged(label, stream.msg != nullptr ? stream.msg : "its contents are damaged"));
        }
    }
}

} // namespace

bool isGzip(std::span<const std::byte> bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

Result<std::vector<std::byte>> gunzip(std::span<const std::byte> bytes, const std::string& label) {
    const std::uint64_t limit = std::max<std::uint64_t>(kAlwaysAllowed, bytes.size() * kLargestRatio);
    return expand(bytes, 15 + 16, limit, true, label);
}

Result<std::vector<std::byte>> inflateRaw(std::span<const std::byte> bytes, std::uint64_t expandedBytes,
                                          const std::string& label) {
    const std::uint64_t limit = std::max<std::uint64_t>(kAlwaysAllowed, bytes.size() * kLargestRatio);
    if (expandedBytes > limit) return fail(damaged(label, "it claims to expand beyond all reason"));
    auto output = expand(bytes, -15, expandedBytes, false, label);
    if (output && output->size() != expandedBytes)
        return fail(damaged(label, "it expands to another size than it says"));
    return output;
}

} // namespace fathom::archive
