// SPDX-License-Identifier: GPL-3.0-or-later
// Depthwise convolution of QuartzNet's shapes: ours against torch::conv1d, forward and backward, in
// alternation, as GFLOP/s and ratio.
//   bench_kernels [REPEATS]
#include "engine/nn/depthwise_conv.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace {

using torch::Tensor;
using Clock = std::chrono::steady_clock;

struct Shape {
    std::int64_t batch, channels, length, kernel, stride, dilation;
};

using Convolution = std::function<Tensor(const Tensor& x, const Tensor& weight)>;

struct Seconds {
    double forward = 1e9;
    double backward = 1e9;

    /// Keeps the better of two, so that other programs on the machine matter less.
    void measure(const Tensor& x, const Tensor& weight, const Tensor& gradY, const Convolution& convolution) {
        const auto start = Clock::now();
        const Tensor y = convolution(x, weight);
        const auto middle = Clock::now();
        static_cast<void>(torch::autograd::grad({y}, {x, weight}, {gradY}));
        const auto end = Clock::now();
        forward = std::min(forward, std::chrono::duration<double>(middle - start).count());
        backward = std::min(backward, std::chrono::duration<double>(end - middle).count());
    }
};

void compare(const Shape& shape, int repeats) {
    const std::int64_t padding = shape.dilation * (shape.kernel - 1) / 2;
    const Tensor x = torch::randn({shape.batch, shape.channels, shape.length}).requires_grad_();
    const Tensor weight = torch::randn({shape.channels, 1, shape.kernel}).requires_grad_();
    const Convolution ours = [&](const Tensor& input, const Tensor& w) {
        return fathom::nn::depthwiseConv1d(input, w, {shape.stride, padding, shape.dilation});
    };
    const Convolution theirs = [&](const Tensor& input, const Tensor& w) {
        return torch::conv1d(input, w, {}, shape.stride, padding, shape.dilation, shape.channels);
    };
    const Tensor gradY = torch::randn_like(ours(x, weight));
    const double flops = 2.0 * static_cast<double>(gradY.numel() * shape.kernel);
    Seconds fathomTime;
    Seconds torchTime;
    for (int i = 0; i < repeats; ++i) {
        fathomTime.measure(x, weight, gradY, ours);
        torchTime.measure(x, weight, gradY, theirs);
    }
    std::printf("B%-3ld C%-4ld T%-4ld K%-3ld s%ld d%ld | %7.1f %7.1f %6.1fx | %7.1f %7.1f %6.1fx\n",
                shape.batch, shape.channels, shape.length, shape.kernel, shape.stride, shape.dilation,
                flops / fathomTime.forward / 1e9, flops / torchTime.forward / 1e9,
                torchTime.forward / fathomTime.forward, 2 * flops / fathomTime.backward / 1e9,
                2 * flops / torchTime.backward / 1e9, torchTime.backward / fathomTime.backward);
}

} // namespace

int main(int argc, char** argv) {
    const int repeats = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
    const Shape shapes[] = {
        {8, 64, 200, 33, 2, 1},   {8, 128, 100, 33, 1, 1},  {8, 256, 200, 39, 1, 1},
        {16, 256, 400, 51, 1, 1}, {16, 512, 200, 63, 1, 1}, {16, 512, 200, 75, 1, 1},
        {16, 512, 200, 87, 1, 2}, {8, 128, 100, 11, 1, 1},
    };
    for (const int threads : {1, 2}) {
        torch::set_num_threads(threads);
        std::printf(
            "%d thread%s, GFLOP/s, best of %d\n%-28s | forward: ours, torch   | backward: ours, torch\n",
            threads, threads == 1 ? "" : "s", repeats, "shape");
        for (const Shape& shape : shapes)
            compare(shape, repeats);
    }
    return 0;
}
