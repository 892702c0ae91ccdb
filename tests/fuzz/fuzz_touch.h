// SPDX-License-Identifier: GPL-3.0-or-later
// Reads everything that a checkpoint gives out, so that a sanitizer sees what lies outside.
#pragma once

#include "engine/archive/torch_file_writer.h"

#include <cstdlib>

namespace fathom::fuzz {

/// What can be taken over is written, and is the same when it is read again.
inline void rewrite(const archive::Checkpoint& checkpoint) {
    const auto object = archive::fromPickle(checkpoint.root());
    if (!object) return;
    const auto writer = archive::TorchFileWriter::prepare(*object, "archive");
    if (!writer || writer->bytes() > (std::uint64_t{1} << 24)) return;
    auto bytes = std::make_shared<std::string>();
    const auto written = writer->write([&](std::span<const std::byte> piece) -> Status {
        bytes->append(archive::asText(piece));
        return {};
    });
    if (!written || bytes->size() != writer->bytes()) std::abort();
    const auto again = archive::Checkpoint::parse(archive::asBytes(*bytes), bytes, "again.ckpt");
    if (!again || !(*archive::fromPickle(again->root()) == *object)) std::abort();
}

/// Sums all bytes of all tensors of moderate size and plants the tree.
inline std::uint64_t touch(const archive::Checkpoint& checkpoint) {
    std::uint64_t sum = 0;
    for (const archive::Tensor& tensor : checkpoint.tensors()) {
        for (const std::byte byte : tensor.bytes)
            sum += std::to_integer<std::uint64_t>(byte);
        if (tensor.byteCount() > (std::size_t{1} << 20))
            continue; // expanded: the loop above has seen its bytes
        std::size_t visited = 0;
        tensor.visitContiguous([&](std::span<const std::byte> piece) { visited += piece.size(); });
        if (visited != tensor.byteCount()) std::abort();
        if (checkpoint.find(tensor.name) == nullptr) std::abort();
    }
    rewrite(checkpoint);
    const auto tree = archive::toValue(checkpoint.root());
    return sum + (tree && tree->isMap() ? tree->asMap().size() : 0) + checkpoint.modules().size();
}

} // namespace fathom::fuzz
