// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/random.h"

#include <ATen/CPUGeneratorImpl.h>
#include <random>

namespace fathom::nn {

namespace {

/// What <random> distributions ask of an engine.
struct Bits {
    using result_type = std::uint64_t;
    at::CPUGeneratorImpl* generator;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()() { return generator->random64(); }
};

} // namespace

Random::Random(std::uint64_t seed) : m_generator(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

double Random::uniform() {
    auto* generator = at::check_generator<at::CPUGeneratorImpl>(m_generator);
    return static_cast<double>(generator->random() >> 8U) * (1.0 / 16777216.0);
}

std::int64_t Random::integer(std::int64_t low, std::int64_t high) {
    Bits bits{at::check_generator<at::CPUGeneratorImpl>(m_generator)};
    return std::uniform_int_distribution<std::int64_t>(low, high)(bits);
}

std::uint64_t Random::bits() {
    return at::check_generator<at::CPUGeneratorImpl>(m_generator)->random64();
}

at::Generator& Random::generator(const torch::Device& device) {
    if (device.is_cpu()) return m_generator;
    if (!m_deviceGenerator.defined() || m_deviceGenerator.device() != device) {
        m_deviceGenerator =
            at::globalContext().getAcceleratorHooksInterface(device.type()).getNewGenerator(device.index());
        m_deviceGenerator.set_current_seed(m_generator.current_seed());
    }
    return m_deviceGenerator;
}

torch::Tensor Random::normalLike(const torch::Tensor& like) {
    const torch::Tensor noise = torch::empty(like.sizes(), like.options().requires_grad(false));
    return noise.normal_(0.0, 1.0, generator(like.device()));
}

} // namespace fathom::nn
