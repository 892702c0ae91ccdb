// SPDX-License-Identifier: Apache-2.0
// gzip by zlib, because libarchive's gzip filter does not compare checksums; the others by libarchive.
#include "engine/archive/expander.h"

#include "engine/archive/byte_reader.h"

#include <algorithm>
#include <archive.h>
#include <vector>
#include <zlib.h>

namespace fathom::archive {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

Error damaged(const std::string& label, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot expand the compressed file",
            .why = std::move(why),
            .remedy = "Copy or download it again",
            .file = label};
}

class GzipExpander : public Expander {
public:
    GzipExpander(std::span<const std::byte> packed, std::string label)
        : m_packed(packed), m_label(std::move(label)), m_piece(kPiece) {
        m_ready = inflateInit2(&m_stream, 15 + 16) == Z_OK;
    }
    ~GzipExpander() override {
        if (m_ready) inflateEnd(&m_stream);
    }
    GzipExpander(const GzipExpander&) = delete;
    GzipExpander& operator=(const GzipExpander&) = delete;

    Result<std::span<const std::byte>> next() override {
        if (!m_ready) return fail(damaged(m_label, "zlib could not be set up"));
        while (!m_isDone) {
            feed();
            m_stream.next_out = reinterpret_cast<Bytef*>(m_piece.data());
            m_stream.avail_out = static_cast<uInt>(m_piece.size());
            const int code = inflate(&m_stream, Z_NO_FLUSH);
            if (code == Z_STREAM_END)
                endMember();
            else if (code == Z_BUF_ERROR)
                return fail(damaged(m_label, "it was cut short"));
            else if (code != Z_OK)
                return fail(
                    damaged(m_label, m_stream.msg != nullptr ? m_stream.msg : "its contents are damaged"));
            const std::size_t count = m_piece.size() - m_stream.avail_out;
            if (count > 0) return std::span<const std::byte>(m_piece).first(count);
        }
        return std::span<const std::byte>{};
    }

    std::uint64_t consumed() const override { return m_given - m_stream.avail_in; }

private:
    void feed() {
        if (m_stream.avail_in > 0) return;
        const auto rest = m_packed.subspan(m_given);
        const std::size_t count = std::min(rest.size(), kPiece);
        m_stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(rest.data()));
        m_stream.avail_in = static_cast<uInt>(count);
        m_given += count;
    }

    /// Another gzip member may follow. Anything else is padding.
    void endMember() {
        m_isDone = compressionOf(m_packed.subspan(static_cast<std::size_t>(consumed()))) != Compression::Gzip;
        if (!m_isDone) inflateReset(&m_stream);
    }

    std::span<const std::byte> m_packed;
    std::string m_label;
    std::vector<std::byte> m_piece;
    z_stream m_stream{};
    std::size_t m_given = 0;
    bool m_ready = false;
    bool m_isDone = false;
};

class FilterExpander : public Expander {
public:
    FilterExpander(std::span<const std::byte> packed, std::string label)
        : m_packed(packed), m_label(std::move(label)), m_archive(archive_read_new(), archive_read_free) {}

    Status open(Compression compression) {
        struct archive* const reader = m_archive.get();
        if (reader == nullptr) return fail(damaged(m_label, "libarchive could not be set up"));
        const int supported = compression == Compression::Bzip2 ? archive_read_support_filter_bzip2(reader)
                              : compression == Compression::Xz  ? archive_read_support_filter_xz(reader)
                                                                : archive_read_support_filter_zstd(reader);
        if (supported != ARCHIVE_OK) // it would run an external program
            return fail({ErrorKind::BadInput, "Cannot expand the compressed file",
                         "libarchive was built without " + std::string(name(compression)),
                         "Unpack it to a plain tar", m_label});
        archive_read_support_format_raw(reader);
        archive_entry* entry = nullptr;
        if (archive_read_open(reader, this, nullptr, give, nullptr) != ARCHIVE_OK ||
            archive_read_next_header(reader, &entry) != ARCHIVE_OK)
            return fail(error());
        return {};
    }

    Result<std::span<const std::byte>> next() override {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        while (size == 0) {
            const int code = archive_read_data_block(m_archive.get(), &block, &size, &offset);
            if (code == ARCHIVE_EOF) return std::span<const std::byte>{};
            if (code != ARCHIVE_OK) return fail(error());
        }
        return std::span(static_cast<const std::byte*>(block), size);
    }

    std::uint64_t consumed() const override { return m_given; }

private:
    static la_ssize_t give(struct archive*, void* self, const void** buffer) {
        auto& expander = *static_cast<FilterExpander*>(self);
        const auto rest = expander.m_packed.subspan(expander.m_given);
        const std::size_t count = std::min(rest.size(), kPiece);
        *buffer = rest.data();
        expander.m_given += count;
        return static_cast<la_ssize_t>(count);
    }

    Error error() const {
        const char* why = archive_error_string(m_archive.get());
        return damaged(m_label, why != nullptr ? why : "its contents are damaged");
    }

    std::span<const std::byte> m_packed;
    std::string m_label;
    std::unique_ptr<struct archive, int (*)(struct archive*)> m_archive;
    std::size_t m_given = 0;
};

} // namespace

Compression compressionOf(std::span<const std::byte> bytes) {
    using namespace std::string_view_literals;
    const std::string_view text = asText(bytes.first(std::min<std::size_t>(bytes.size(), 8)));
    if (text.starts_with("\x1f\x8b")) return Compression::Gzip;
    if (text.starts_with("BZh")) return Compression::Bzip2;
    if (text.starts_with("\xfd\x37zXZ\0"sv)) return Compression::Xz;
    if (text.starts_with("\x28\xb5\x2f\xfd")) return Compression::Zstd;
    return Compression::None;
}

std::string_view name(Compression compression) {
    constexpr std::string_view kNames[]{"none", "gzip", "bzip2", "xz", "zstd"};
    return kNames[static_cast<std::size_t>(compression)];
}

Result<std::unique_ptr<Expander>> makeExpander(Compression compression, std::span<const std::byte> packed,
                                               const std::string& label) {
    if (compression == Compression::Gzip) return std::make_unique<GzipExpander>(packed, label);
    auto expander = std::make_unique<FilterExpander>(packed, label);
    if (auto opened = expander->open(compression); !opened) return fail(opened.error());
    return expander;
}

std::uint64_t largestExpansion(std::uint64_t packedBytes) {
    constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{256} << 20;
    constexpr std::uint64_t kLargestRatio = 200;
    return std::max(kAlwaysAllowed, packedBytes * kLargestRatio);
}

} // namespace fathom::archive
