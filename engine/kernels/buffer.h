// SPDX-License-Identifier: Apache-2.0
// Scratch memory of a kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fathom::kernels {

/// Zeroed floats that start on a cache line.
class Buffer {
public:
    static constexpr std::ptrdiff_t kAlign = 16; ///< floats in a cache line

    explicit Buffer(std::ptrdiff_t size) : m_storage(static_cast<std::size_t>(size + kAlign)) {
        const auto address = reinterpret_cast<std::uintptr_t>(m_storage.data());
        const std::uintptr_t bytes = kAlign * sizeof(float);
        m_data = m_storage.data() + (bytes - address % bytes) % bytes / sizeof(float);
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    [[nodiscard]] float* data() const { return m_data; }

private:
    std::vector<float> m_storage;
    float* m_data = nullptr;
};

} // namespace fathom::kernels
