// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/init.h"

#include <cmath>
#include <utility>

namespace fathom::nn {

namespace {

thread_local bool skipsInit = false;

struct Fans {
    double in = 1;
    double out = 1;
};

Fans fansOf(const torch::Tensor& weight) {
    const auto elements = static_cast<double>(weight.numel());
    return {elements / static_cast<double>(weight.size(0)), elements / static_cast<double>(weight.size(1))};
}

void uniform(torch::Tensor& tensor, double bound, Random& random) {
    if (skipsInit) return;
    const torch::NoGradGuard noGrad;
    tensor.uniform_(-bound, bound, random.generator());
}

void normal(torch::Tensor& tensor, double deviation, Random& random) {
    if (skipsInit) return;
    const torch::NoGradGuard noGrad;
    tensor.normal_(0.0, deviation, random.generator());
}

} // namespace

SkipInit::SkipInit(bool skip) : m_before(std::exchange(skipsInit, skip)) {}
SkipInit::~SkipInit() {
    skipsInit = m_before;
}

Result<InitMode> initModeFrom(const std::string& name) {
    if (name.empty()) return InitMode::None;
    if (name == "xavier_uniform") return InitMode::XavierUniform;
    if (name == "xavier_normal") return InitMode::XavierNormal;
    if (name == "kaiming_uniform") return InitMode::KaimingUniform;
    if (name == "kaiming_normal") return InitMode::KaimingNormal;
    if (name == "tds_uniform") return InitMode::TdsUniform;
    if (name == "tds_normal") return InitMode::TdsNormal;
    return fail(
        {.kind = ErrorKind::Usage,
         .what = "Cannot initialise the weights",
         .why = "Unknown Initialization mode: " + name,
         .remedy =
             "Use xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, tds_uniform or tds_normal",
         .key = "init_mode",
         .className = "ValueError"});
}

void initWeight(torch::Tensor& weight, InitMode mode, Random& random) {
    const Fans fans = fansOf(weight);
    switch (mode) {
    case InitMode::None:
        return uniform(weight, 1 / std::sqrt(fans.in), random);
    case InitMode::XavierUniform:
        return uniform(weight, std::sqrt(6 / (fans.in + fans.out)), random);
    case InitMode::XavierNormal:
        return normal(weight, std::sqrt(2 / (fans.in + fans.out)), random);
    case InitMode::KaimingUniform:
        return uniform(weight, std::sqrt(6 / fans.in), random);
    case InitMode::KaimingNormal:
        return normal(weight, std::sqrt(2 / fans.in), random);
    case InitMode::TdsUniform:
        return uniform(weight, 2 / std::sqrt(fans.in), random);
    case InitMode::TdsNormal:
        return normal(weight, 2 / std::sqrt(fans.in), random);
    }
}

void initNormal(torch::Tensor& tensor, double deviation, Random& random) {
    normal(tensor, deviation, random);
}

void initBias(torch::Tensor& bias, const torch::Tensor& weight, Random& random) {
    uniform(bias, 1 / std::sqrt(fansOf(weight).in), random);
}

} // namespace fathom::nn
