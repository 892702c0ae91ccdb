// SPDX-License-Identifier: Apache-2.0
#include "engine/data/fourier.h"

#include <algorithm>
#include <bit>
#include <numbers>

namespace fathom::data {

namespace {

using Complex = std::complex<double>;

/// Without the checks for infinities that operator* owes to C.
Complex product(Complex a, Complex b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

Complex turn(double part) {
    return std::polar(1.0, -2 * std::numbers::pi * part);
}

} // namespace

Fourier::Fourier(std::size_t size) : m_size(size) {
    if (std::has_single_bit(size)) {
        for (std::size_t k = 0; k < size / 2; ++k)
            m_turns.push_back(turn(static_cast<double>(k) / static_cast<double>(size)));
        return;
    }
    for (std::size_t k = 0; k < size; ++k) // k^2 modulo 2 size: the angle keeps its precision
        m_chirp.push_back(turn(static_cast<double>(k * k % (2 * size)) / static_cast<double>(2 * size)));
    m_longer = std::make_unique<Fourier>(std::bit_ceil(2 * size - 1));
    m_filter.resize(m_longer->size());
    for (std::size_t k = 0; k < size; ++k) {
        m_filter[k] = std::conj(m_chirp[k]);
        if (k > 0) m_filter[m_filter.size() - k] = std::conj(m_chirp[k]);
    }
    m_longer->forward(m_filter);
}

Fourier::~Fourier() = default;
Fourier::Fourier(Fourier&&) noexcept = default;
Fourier& Fourier::operator=(Fourier&&) noexcept = default;

void Fourier::radixTwo(std::span<Complex> values) const {
    for (std::size_t i = 1, j = 0; i < m_size; ++i) { // bits reversed
        std::size_t bit = m_size >> 1U;
        for (; j & bit; bit >>= 1U)
            j ^= bit;
        j ^= bit;
        if (i < j) std::swap(values[i], values[j]);
    }
    for (std::size_t half = 1; half < m_size; half *= 2) {
        const std::size_t stride = m_size / (2 * half);
        for (std::size_t begin = 0; begin < m_size; begin += 2 * half)
            for (std::size_t k = 0; k < half; ++k) {
                const Complex even = values[begin + k];
                const Complex odd = product(values[begin + k + half], m_turns[k * stride]);
                values[begin + k] = even + odd;
                values[begin + k + half] = even - odd;
            }
    }
}

void Fourier::bluestein(std::span<Complex> values) const {
    std::vector<Complex> padded(m_longer->size());
    for (std::size_t k = 0; k < m_size; ++k)
        padded[k] = product(values[k], m_chirp[k]);
    m_longer->forward(padded);
    for (std::size_t k = 0; k < padded.size(); ++k)
        padded[k] = product(padded[k], m_filter[k]);
    m_longer->inverse(padded);
    for (std::size_t k = 0; k < m_size; ++k)
        values[k] = product(padded[k], m_chirp[k]);
}

void Fourier::forward(std::span<Complex> values) const {
    if (m_longer)
        bluestein(values);
    else
        radixTwo(values);
}

void Fourier::inverse(std::span<Complex> values) const {
    for (Complex& value : values)
        value = std::conj(value);
    forward(values);
    const double scale = 1.0 / static_cast<double>(m_size);
    for (Complex& value : values)
        value = std::conj(value) * scale;
}

std::vector<double> convolve(std::span<const float> a, std::span<const float> b) {
    if (a.empty() || b.empty()) return {};
    const std::size_t length = a.size() + b.size() - 1;
    const Fourier fourier(std::bit_ceil(length));
    // Two real signals in one transform: z = a + ib, A B = (Z(k)^2 - conj(Z(-k))^2) / 4i.
    std::vector<Complex> both(fourier.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        both[i].real(static_cast<double>(a[i]));
    for (std::size_t i = 0; i < b.size(); ++i)
        both[i].imag(static_cast<double>(b[i]));
    fourier.forward(both);
    std::vector<Complex> spectrum(both.size());
    for (std::size_t k = 0; k < both.size(); ++k) {
        const Complex mirrored = std::conj(both[(both.size() - k) % both.size()]);
        spectrum[k] = product(product(both[k], both[k]) - product(mirrored, mirrored), {0, -0.25});
    }
    fourier.inverse(spectrum);
    std::vector<double> out(length);
    std::ranges::transform(std::span(spectrum).first(length), out.begin(),
                           [](const Complex& value) { return value.real(); });
    return out;
}

} // namespace fathom::data
