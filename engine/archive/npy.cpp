// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/npy.h"

#include "engine/archive/byte_reader.h"
#include "engine/base/file.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace fathom::archive {

namespace {

struct Code {
    std::string_view code; ///< kind and size, as in descr behind the byte order
    DType type;
};

constexpr std::array kCodes{
    Code{"f4", DType::Float32},   Code{"f8", DType::Float64},     Code{"f2", DType::Float16},
    Code{"i1", DType::Int8},      Code{"i2", DType::Int16},       Code{"i4", DType::Int32},
    Code{"i8", DType::Int64},     Code{"u1", DType::UInt8},       Code{"u2", DType::UInt16},
    Code{"u4", DType::UInt32},    Code{"u8", DType::UInt64},      Code{"b1", DType::Bool},
    Code{"c8", DType::Complex64}, Code{"c16", DType::Complex128},
};

struct Header {
    DType type = DType::Float32;
    bool isBigEndian = false;
    bool isFortran = false;
    std::vector<std::int64_t> shape{};
};

/// What follows `'key':` in the header's dict literal, without leading blanks; empty when there is none.
std::string_view after(std::string_view header, std::string_view key) {
    for (const char quote : {'\'', '"'}) {
        const std::string quoted = quote + std::string(key) + quote;
        std::size_t at = header.find(quoted);
        if (at == std::string_view::npos) continue;
        at = header.find_first_not_of(" :", at + quoted.size());
        return at == std::string_view::npos ? std::string_view{} : header.substr(at);
    }
    return {};
}

bool parseType(std::string_view text, Header& header) {
    if (text.size() < 5 || (text.front() != '\'' && text.front() != '"')) return false;
    const std::size_t end = text.find(text.front(), 1);
    if (end == std::string_view::npos || end < 3) return false;
    const char order = text[1];
    if (order != '<' && order != '>' && order != '|' && order != '=') return false;
    const std::string_view code = text.substr(2, end - 2);
    const auto it = std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& c) { return c.code == code; });
    if (it == kCodes.end()) return false;
    header.type = it->type;
    header.isBigEndian = order == '>';
    return true;
}

bool parseShape(std::string_view text, Header& header) {
    if (!text.starts_with('(')) return false;
    const std::size_t end = text.find(')');
    if (end == std::string_view::npos) return false;
    text = text.substr(1, end - 1);
    std::int64_t count = 1;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
        if (text.empty()) return header.shape.size() <= 64;
        std::int64_t extent = 0;
        const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
        if (error != std::errc{} || extent < 0 ||
            __builtin_mul_overflow(count, std::max<std::int64_t>(extent, 1), &count))
            return false;
        header.shape.push_back(extent);
        text.remove_prefix(static_cast<std::size_t>(last - text.data()));
        if (text.starts_with('L')) text.remove_prefix(1); // Python 2's long
    }
}

Error damaged(const std::string& label, std::string why, std::string remedy) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the array",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = label};
}

std::vector<std::byte> swapped(std::span<const std::byte> bytes, std::size_t unit) {
    std::vector<std::byte> result(bytes.begin(), bytes.end());
    for (std::size_t i = 0; i + unit <= result.size(); i += unit)
        std::reverse(result.begin() + static_cast<std::ptrdiff_t>(i),
                     result.begin() + static_cast<std::ptrdiff_t>(i + unit));
    return result;
}

std::vector<std::int64_t> fortranStride(std::span<const std::int64_t> shape) {
    std::vector<std::int64_t> stride(shape.size(), 1);
    for (std::size_t i = 1; i < shape.size(); ++i)
        stride[i] = stride[i - 1] * std::max<std::int64_t>(shape[i - 1], 1);
    return stride;
}

} // namespace

Result<Tensor> parseNpy(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                        const std::string& label) {
    constexpr std::string_view kMagic("\x93NUMPY", 6);
    const std::string_view text = asText(bytes);
    if (!text.starts_with(kMagic) || bytes.size() < 10)
        return fail(damaged(label, "it is not a .npy file", "Write it with numpy.save"));
    const auto major = std::to_integer<int>(bytes[6]);
    if (major < 1 || major > 3)
        return fail(damaged(label, "its format version " + std::to_string(major) + " is not known",
                            "Write it with numpy.save"));
    const std::size_t lengthBytes = major == 1 ? 2 : 4;
    const std::optional<std::uint32_t> length =
        major == 1 ? std::optional<std::uint32_t>(readAs<std::uint16_t>(bytes, 8))
                   : readAs<std::uint32_t>(bytes, 8);
    const auto head = length ? slice(bytes, 8 + lengthBytes, *length) : std::nullopt;
    if (!head) return fail(damaged(label, "it ends in its header", "Copy or write it again"));
    Header header;
    if (!parseType(after(asText(*head), "descr"), header) ||
        !parseShape(after(asText(*head), "shape"), header))
        return fail(damaged(label, "its dtype or shape is not that of a plain array",
                            "Save it as a plain array of numbers, not of records or objects"));
    header.isFortran = after(asText(*head), "fortran_order").starts_with("True");
    Tensor tensor;
    tensor.dtype = header.type;
    tensor.shape = std::move(header.shape);
    tensor.stride = header.isFortran ? fortranStride(tensor.shape) : contiguousStride(tensor.shape);
    std::int64_t size = 0;
    const bool isHuge = __builtin_mul_overflow(tensor.elementCount(),
                                               static_cast<std::int64_t>(itemSize(tensor.dtype)), &size);
    const auto content =
        isHuge ? std::nullopt : slice(bytes, 8 + lengthBytes + *length, static_cast<std::uint64_t>(size));
    if (!content) return fail(damaged(label, "it ends before its last element", "Copy or write it again"));
    tensor.bytes = *content;
    tensor.owner = std::move(owner);
    if (header.isBigEndian && itemSize(tensor.dtype) > 1) {
        const bool isComplex = tensor.dtype == DType::Complex64 || tensor.dtype == DType::Complex128;
        auto copy = std::make_shared<const std::vector<std::byte>>(
            swapped(*content, itemSize(tensor.dtype) / (isComplex ? 2 : 1)));
        tensor.bytes = *copy;
        tensor.owner = std::move(copy);
    }
    return tensor;
}

Result<Tensor> readNpy(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return fail(file.error());
    return parseNpy((*file)->bytes(), *file, path.string());
}

Status writeNpy(const std::filesystem::path& path, const Tensor& tensor) {
    const auto code =
        std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& c) { return c.type == tensor.dtype; });
    if (code == kCodes.end())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot write the array",
                     .why = "NumPy has no " + std::string(name(tensor.dtype)),
                     .remedy = "Convert the tensor to float32 first",
                     .file = path.string()});
    std::string header = std::string("{'descr': '") + (itemSize(tensor.dtype) == 1 ? '|' : '<') +
                         std::string(code->code) + "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
        header += (i > 0 ? ", " : "") + std::to_string(tensor.shape[i]);
    header += tensor.shape.size() == 1 ? ",), }" : "), }";
    constexpr std::size_t kPreamble = 10;
    header.append(63 - (kPreamble + header.size()) % 64, ' '); // data starts at a multiple of 64
    header += '\n';
    std::string preamble("\x93NUMPY\x01\x00", 8);
    preamble += static_cast<char>(header.size() & 0xff);
    preamble += static_cast<char>(header.size() >> 8);
    auto file = AtomicFile::create(path);
    if (!file) return fail(file.error());
    if (auto written = file->write(preamble + header); !written) return written;
    Status status;
    tensor.visitContiguous([&](std::span<const std::byte> piece) {
        if (status) status = file->write(piece);
    });
    if (!status) return status;
    return file->commit();
}

} // namespace fathom::archive
