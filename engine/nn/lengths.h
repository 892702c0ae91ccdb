// SPDX-License-Identifier: Apache-2.0
// How many frames of each padded item are real, and the mask that says so.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Valid lengths of a padded batch, kept on the host. Cheap to copy; copies share the masks, so that a mask
/// is made once however many convolutions ask for it. One thread at a time.
class Lengths {
public:
    Lengths() = default;
    explicit Lengths(std::vector<std::int64_t> values);
    /// From [B] of any integer dtype on any device (copied to the host).
    [[nodiscard]] static Lengths from(const torch::Tensor& lengths);

    [[nodiscard]] const std::vector<std::int64_t>& values() const { return m_shared->values; }
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(m_shared->values.size()); }
    /// True when no item is shorter than `frames`: nothing to mask.
    [[nodiscard]] bool cover(std::int64_t frames) const;
    /// [B, 1, frames] of `like`'s dtype and device: 1 where the frame is real, else 0.
    [[nodiscard]] torch::Tensor mask(std::int64_t frames, const torch::Tensor& like) const;
    /// [B] int64 on `device`.
    [[nodiscard]] torch::Tensor tensor(const torch::Device& device = torch::kCPU) const;

private:
    struct Shared {
        std::vector<std::int64_t> values{};
        std::map<std::int64_t, torch::Tensor> masks{};
    };
    std::shared_ptr<Shared> m_shared = std::make_shared<Shared>();
};

} // namespace fathom::nn
