// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/token_rows.h"

#include <algorithm>
#include <numeric>

namespace fathom::nn {

std::optional<std::vector<std::int64_t>> prefixLengths(const torch::Tensor& mask) {
    const torch::Tensor flags = mask.ne(0).contiguous();
    const bool* flag = flags.const_data_ptr<bool>();
    const std::int64_t width = flags.size(1);
    std::vector<std::int64_t> lengths;
    for (std::int64_t row = 0; row < flags.size(0); ++row, flag += width) {
        const std::int64_t length = std::find(flag, flag + width, false) - flag;
        if (length == 0 || std::find(flag + length, flag + width, true) != flag + width) return std::nullopt;
        lengths.push_back(length);
    }
    return lengths;
}

TokenRows TokenRows::packed(const std::vector<std::int64_t>& lengths, std::int64_t width,
                            const torch::Device& device) {
    TokenRows out;
    out.m_batch = static_cast<std::int64_t>(lengths.size());
    out.m_width = width;
    out.m_lengths = lengths;
    const std::int64_t count = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
    const torch::Tensor first = torch::empty({out.m_batch}, torch::kInt64);
    auto* firstRow = first.data_ptr<std::int64_t>();
    if (count == out.m_batch * width) {
        for (std::int64_t b = 0; b < out.m_batch; ++b)
            firstRow[b] = b * width;
        out.m_first = first.to(device);
        return out;
    }
    const torch::Tensor rows = torch::empty({count}, torch::kInt64);
    const torch::Tensor mask = torch::zeros({out.m_batch, 1, 1, width}, torch::kBool);
    auto* row = rows.data_ptr<std::int64_t>();
    auto* attend = mask.data_ptr<bool>();
    std::int64_t next = 0;
    for (std::int64_t b = 0; b < out.m_batch; ++b) {
        const std::int64_t length = lengths[static_cast<std::size_t>(b)];
        firstRow[b] = next;
        std::iota(row + next, row + next + length, b * width);
        std::fill_n(attend + b * width, length, true);
        next += length;
    }
    out.m_rows = rows.to(device);
    out.m_first = first.to(device);
    out.m_mask = mask.to(device);
    return out;
}

TokenRows TokenRows::padded(const torch::Tensor& mask) {
    TokenRows out;
    out.m_batch = mask.size(0);
    out.m_width = mask.size(1);
    out.m_first = torch::arange(out.m_batch, mask.options().dtype(torch::kInt64)) * out.m_width;
    const torch::Tensor attend = mask == 1;
    if (!attend.all().item<bool>()) out.m_mask = attend.view({out.m_batch, 1, 1, out.m_width});
    return out;
}

torch::Tensor TokenRows::pack(const torch::Tensor& padded) const {
    const torch::Tensor flat = padded.flatten(0, 1);
    return m_rows.defined() ? flat.index_select(0, m_rows) : flat;
}

torch::Tensor TokenRows::unpack(const torch::Tensor& rows) const {
    std::vector<std::int64_t> shape = rows.sizes().vec();
    shape.front() = m_batch;
    shape.insert(shape.begin() + 1, m_width);
    if (!m_rows.defined()) return rows.view(shape);
    std::vector<std::int64_t> flat = rows.sizes().vec();
    flat.front() = m_batch * m_width;
    return torch::zeros(flat, rows.options().requires_grad(false)).index_copy(0, m_rows, rows).view(shape);
}

torch::Tensor TokenRows::positions() const {
    if (m_rows.defined()) return m_rows.remainder(m_width);
    return torch::arange(m_width, m_first.options()).repeat({m_batch});
}

torch::Tensor TokenRows::first(const torch::Tensor& rows) const {
    return rows.index_select(0, m_first);
}

} // namespace fathom::nn
