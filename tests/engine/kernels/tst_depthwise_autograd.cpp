// SPDX-License-Identifier: GPL-3.0-or-later
// The autograd wrapper against torch::conv1d and its gradients.
#include "engine/nn/depthwise_conv.h"

#include <torch/torch.h>

#include <QTest>

#include <vector>

using fathom::nn::depthwiseConv1d;
using fathom::nn::DepthwiseConvOptions;
using torch::Tensor;

namespace {

struct Case {
    std::int64_t batch, channels, length, kernel;
    DepthwiseConvOptions options;
    bool withLengths;
};

struct Outcome {
    Tensor y, gradX, gradWeight;
};

Tensor zeroedPastLength(const Tensor& x, const std::optional<Tensor>& lengths) {
    if (!lengths) return x;
    return x * (torch::arange(x.size(2)).unsqueeze(0) < lengths->unsqueeze(1)).unsqueeze(1);
}

template <typename Convolution>
Outcome differentiate(const Tensor& x, const Tensor& weight, const Tensor& gradY, Convolution convolution) {
    const Tensor leafX = x.detach().clone().requires_grad_();
    const Tensor leafWeight = weight.detach().clone().requires_grad_();
    const Tensor y = convolution(leafX, leafWeight);
    y.backward(gradY);
    return {y.detach(), leafX.grad(), leafWeight.grad()};
}

double difference(const Tensor& a, const Tensor& b) {
    return (a - b).abs().max().item<double>() / (1 + b.abs().max().item<double>());
}

} // namespace

class TestDepthwiseAutograd : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::set_num_threads(1); } // two threads wait for each other on a busy machine

    void agreesWithConv1d_inValueAndGradients() {
        torch::manual_seed(3);
        const Case cases[] = {
            {3, 5, 60, 33, {1, 16, 1}, false}, {3, 5, 60, 33, {2, 16, 1}, true},
            {2, 4, 50, 11, {1, 10, 2}, true},  {2, 3, 9, 15, {1, 7, 1}, true},
            {1, 1, 1, 3, {1, 1, 1}, false},    {2, 70, 130, 87, {3, 2, 1}, true},
        };
        for (const Case& c : cases) {
            const Tensor x = torch::randn({c.batch, c.channels, c.length});
            const Tensor weight = torch::randn({c.channels, 1, c.kernel});
            std::optional<Tensor> lengths;
            if (c.withLengths) lengths = torch::randint(0, c.length + 1, {c.batch}, torch::kLong);
            const auto reference = [&](const Tensor& input, const Tensor& w) {
                return torch::conv1d(zeroedPastLength(input, lengths), w, {}, c.options.stride,
                                     c.options.padding, c.options.dilation, c.channels);
            };
            const auto ours = [&](const Tensor& input, const Tensor& w) {
                return depthwiseConv1d(input, w, c.options, lengths);
            };
            const Tensor gradY = torch::randn_like(reference(x, weight));
            const Outcome expected = differentiate(x, weight, gradY, reference);
            const Outcome actual = differentiate(x, weight, gradY, ours);
            QVERIFY(difference(actual.y, expected.y) < 2e-6);
            QVERIFY(difference(actual.gradX, expected.gradX) < 2e-6);
            QVERIFY(difference(actual.gradWeight, expected.gradWeight) < 4e-6);
        }
    }

    void takesViewsThatAreNotContiguous() {
        const Tensor x = torch::randn({2, 40, 6}).transpose(1, 2);
        const Tensor weight = torch::randn({6, 1, 10}).slice(2, 0, 10, 2);
        const Tensor gradY = torch::randn({40, 6, 2}).permute({2, 1, 0});
        const auto reference = [](const Tensor& input, const Tensor& w) {
            return torch::conv1d(input, w, {}, 1, 2, 1, 6);
        };
        const auto ours = [](const Tensor& input, const Tensor& w) {
            return depthwiseConv1d(input, w, {1, 2, 1});
        };
        const Outcome expected = differentiate(x, weight, gradY, reference);
        const Outcome actual = differentiate(x, weight, gradY, ours);
        QVERIFY(difference(actual.y, expected.y) < 2e-6);
        QVERIFY(difference(actual.gradX, expected.gradX) < 2e-6);
        QVERIFY(difference(actual.gradWeight, expected.gradWeight) < 2e-6);
    }

    void fallsBackForDouble_andPassesTheNumericalGradientCheck() {
        const Tensor lengths = torch::tensor({7, 3}, torch::kLong);
        const Tensor x = torch::randn({2, 3, 7}, torch::kDouble).requires_grad_();
        const Tensor weight = torch::randn({3, 1, 3}, torch::kDouble).requires_grad_();
        const auto y = [&](const Tensor& input) {
            return depthwiseConv1d(input, weight, {1, 1, 1}, lengths).square().sum();
        };
        y(x).backward();
        const Tensor gradient = x.grad().clone();
        const torch::NoGradGuard noGrad;
        for (std::int64_t i = 0; i < x.numel(); ++i) {
            Tensor step = torch::zeros_like(x);
            step.view(-1)[i] = 1e-5;
            const double slope = (y(x + step) - y(x - step)).item<double>() / 2e-5;
            QVERIFY(std::abs(slope - gradient.view(-1)[i].item<double>()) < 1e-6);
        }
    }

    void refusesWhatDoesNotFit() {
        const Tensor x = torch::randn({2, 3, 7});
        QVERIFY_THROWS_EXCEPTION(c10::Error, (void)depthwiseConv1d(x, torch::randn({4, 1, 3})));
        QVERIFY_THROWS_EXCEPTION(c10::Error, (void)depthwiseConv1d(x, torch::randn({3, 1, 9})));
        QVERIFY_THROWS_EXCEPTION(c10::Error, (void)depthwiseConv1d(x, torch::randn({3, 1, 3}), {0, 0, 1}));
        QVERIFY_THROWS_EXCEPTION(c10::Error,
                                 (void)depthwiseConv1d(x, torch::randn({3, 1, 3}), {}, torch::tensor({1})));
        const Tensor weight = torch::randn({3, 1, 3}).requires_grad_();
        const Tensor y = depthwiseConv1d(x, weight).square().sum();
        QVERIFY_THROWS_EXCEPTION(c10::Error, (void)torch::autograd::grad({y}, {weight}, {}, true, true));
    }
};

QTEST_GUILESS_MAIN(TestDepthwiseAutograd)
#include "tst_depthwise_autograd.moc"
