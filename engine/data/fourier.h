// SPDX-License-Identifier: Apache-2.0
// The discrete Fourier transform for what is done with sound before LibTorch sees it.
#pragma once

#include <complex>
#include <memory>
#include <span>
#include <vector>

namespace fathom::data {

/// Transforms of one length, which may be any: a power of two directly, another as a convolution
/// (Bluestein). Immutable; any thread.
class Fourier {
public:
    explicit Fourier(std::size_t size); ///< at least 1
    ~Fourier();
    Fourier(Fourier&&) noexcept;
    Fourier& operator=(Fourier&&) noexcept;

    [[nodiscard]] std::size_t size() const { return m_size; }
    /// In place: X[k] = sum of x[n] exp(-2 pi i k n / size).
    void forward(std::span<std::complex<double>> values) const;
    /// The inverse, divided by the size.
    void inverse(std::span<std::complex<double>> values) const;

private:
    void radixTwo(std::span<std::complex<double>> values) const;
    void bluestein(std::span<std::complex<double>> values) const;

    std::size_t m_size;
    std::vector<std::complex<double>> m_turns;  ///< exp(-2 pi i k / size), k < size / 2; of a power of two
    std::vector<std::complex<double>> m_chirp;  ///< exp(-pi i k^2 / size); otherwise
    std::vector<std::complex<double>> m_filter; ///< transform of the chirp's inverse, of the longer size
    std::unique_ptr<Fourier> m_longer;
};

/// The whole convolution, of a.size() + b.size() - 1 values; empty if one of them is.
[[nodiscard]] std::vector<double> convolve(std::span<const float> a, std::span<const float> b);

} // namespace fathom::data
