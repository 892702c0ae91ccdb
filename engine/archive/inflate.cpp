// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/inflate.h"

#include "engine/archive/expander.h"

#include <algorithm>
#include <zlib.h>

namespace fathom::archive {

namespace {

class Inflater {
public:
    Inflater() { m_ready = inflateInit2(&m_stream, -15) == Z_OK; }
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
            .what = "Cannot expand a compressed record",
            .why = std::move(why),
            .remedy = "Copy or download it again",
            .file = label};
}

/// At most so many bytes as zlib's counters hold.
uInt turn(std::size_t bytes) {
    return static_cast<uInt>(std::min<std::size_t>(bytes, std::size_t{1} << 30));
}

} // namespace

Result<std::vector<std::byte>> inflateRaw(std::span<const std::byte> bytes, std::uint64_t expandedBytes,
                                          const std::string& label) {
    if (expandedBytes > largestExpansion(bytes.size()))
        return fail(damaged(label, "it claims to expand beyond all reason"));
    Inflater inflater;
    if (!inflater.ready()) return fail(damaged(label, "zlib could not be set up"));
    z_stream& stream = inflater.stream();
    std::vector<std::byte> output;
    output.reserve(static_cast<std::size_t>(expandedBytes)); // not touched before there is something for it
    std::vector<std::byte> piece(1 << 18);
    for (;;) {
        if (stream.avail_in == 0 && !bytes.empty()) {
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
            stream.avail_in = turn(bytes.size());
            bytes = bytes.subspan(stream.avail_in);
        }
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        const int code = inflate(&stream, Z_NO_FLUSH);
        const std::size_t produced = piece.size() - stream.avail_out;
        if (produced > expandedBytes - output.size())
            return fail(damaged(label, "it expands to more than it says"));
        output.insert(output.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(produced));
        if (code == Z_STREAM_END) break;
        if (code == Z_BUF_ERROR) return fail(damaged(label, "it was cut short"));
        if (code != Z_OK)
            return fail(damaged(label, stream.msg != nullptr ? stream.msg : "its contents are damaged"));
    }
    if (output.size() != expandedBytes)
        return fail(damaged(label, "it expands to another size than it says"));
    return output;
}

} // namespace fathom::archive
