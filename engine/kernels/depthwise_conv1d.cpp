// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/depthwise_conv1d.h"

#include "engine/kernels/buffer.h"
#include "engine/kernels/correlate.h"

#include <algorithm>
#include <vector>

namespace fathom::kernels {
namespace {

using Index = std::ptrdiff_t;

constexpr Index kAlign = Buffer::kAlign;

constexpr Index roundUp(Index value, Index step) {
    return (value + step - 1) / step * step;
}
constexpr Index ceilDivide(Index a, Index b) {
    return (a + b - 1) / b;
}

/// to[j] = from[j · stride + start], zero where that is outside [0, length).
void gather(float* to, Index count, const float* from, Index length, Index stride, Index start) {
    const Index begin = std::clamp<Index>(start < 0 ? ceilDivide(-start, stride) : 0, 0, count);
    const Index end =
        std::clamp<Index>(start < length ? ceilDivide(length - start, stride) : 0, begin, count);
    std::fill(to, to + begin, 0.0F);
    if (stride == 1) {
        std::copy(from + begin + start, from + end + start, to + begin);
    } else {
        for (Index j = begin; j < end; ++j)
            to[j] = from[j * stride + start];
    }
    std::fill(to + end, to + count, 0.0F);
}

/// The shape as the loops need it. A padded row is held as `stride` phases: part r has x[j · stride + r −
/// padding] at j.
struct Plan {
    Index length, kernel, stride, dilation, padding, output, channels;
    Index furthest;        ///< phase elements that the last tap is ahead of the first
    Index rounded;         ///< output, rounded up to whole vectors
    Index phaseSize;       ///< floats of one phase
    std::vector<Tap> taps; ///< of the forward pass
    const Correlate& loops;

    Plan(const DepthwiseConv1d& conv, Isa isa)
        : length(conv.length),
          kernel(conv.kernel),
          stride(conv.stride),
          dilation(conv.dilation),
          padding(conv.padding),
          output(conv.outputLength()),
          channels(conv.channels),
          furthest((kernel - 1) * dilation / stride),
          loops(correlate(isa)) {
        rounded = roundUp(output, loops.width);
        phaseSize = roundUp(rounded + furthest, kAlign);
        for (Index k = 0; k < kernel; ++k) {
            const Index ahead = k * dilation;
            taps.push_back({ahead % stride * phaseSize + ahead / stride, ahead - padding});
        }
    }
    [[nodiscard]] Index inputSize() const { return stride * phaseSize; }

    /// Lays out a row of x whose valid part is `valid` long.
    void fillInput(float* buffer, const float* x, Index valid) const {
        for (Index r = 0; r < stride; ++r)
            gather(buffer + r * phaseSize, phaseSize, x, valid, stride, r - padding);
    }
    /// Valid positions of sample b.
    [[nodiscard]] Index valid(const std::int64_t* lengths, Index b) const {
        return lengths == nullptr ? length : std::clamp<Index>(lengths[b], 0, length);
    }
    /// Outputs that any of the valid positions reaches; the rest is zero.
    [[nodiscard]] Index reached(Index validLength) const {
        return std::min(output, ceilDivide(validLength + padding, stride));
    }
    /// Rows that are worth a thread: about 2 million multiplications.
    [[nodiscard]] std::int64_t grain() const {
        return std::max<Index>(1, 2'000'000 / std::max<Index>(1, kernel * output));
    }
};

/// The gradient of x as a convolution of the gradient of y, phase by phase: x[j · stride + r − padding] takes
/// part in y[j − q] with each weight whose k · dilation is q · stride + r.
class InputGradient {
public:
    explicit InputGradient(const Plan& plan) : m_plan(plan), m_lead(roundUp(plan.furthest, kAlign)) {
        Index longest = 0;
        for (Index r = 0; r < plan.stride; ++r) {
            Phase phase;
            phase.begin = r < plan.padding ? ceilDivide(plan.padding - r, plan.stride) : 0;
            for (Index k = plan.kernel - 1; k >= 0; --k) {
                const Index ahead = k * plan.dilation;
                if (ahead % plan.stride != r) continue;
                phase.weightIndex.push_back(k);
                phase.taps.push_back(
                    {m_lead + phase.begin - ahead / plan.stride, phase.begin - ahead / plan.stride});
            }
            longest =
                std::max(longest, phase.begin + roundUp(phase.count(plan, plan.length, r), plan.loops.width));
            m_phases.push_back(std::move(phase));
        }
        m_size = m_lead + std::max(longest, plan.rounded);
    }
    /// Floats of the buffer for a row of the gradient of y; its first element is at `lead`.
    [[nodiscard]] Index size() const { return m_size; }
    [[nodiscard]] Index lead() const { return m_lead; }
    [[nodiscard]] Index outputSize() const { return m_plan.length; }

    /// Writes the first `valid` of one row of the gradient of x. `weights` has room for a kernel, `out` for a
    /// row.
    void apply(const float* grad, const float* weight, Index valid, float* weights, float* out,
               float* gradX) const {
        const Row row{grad, m_plan.output, 1};
        for (Index r = 0; r < m_plan.stride; ++r) {
            const Phase& phase = m_phases[static_cast<std::size_t>(r)];
            const auto tapCount = static_cast<Index>(phase.taps.size());
            for (Index i = 0; i < tapCount; ++i)
                weights[i] = weight[phase.weightIndex[static_cast<std::size_t>(i)]];
            const Index count = phase.count(m_plan, valid, r);
            float* const target = m_plan.stride == 1 ? gradX : out;
            m_plan.loops.apply(row, phase.taps.data(), weights, tapCount, target, count);
            if (target == gradX) break;
            float* const first = gradX + phase.begin * m_plan.stride + r - m_plan.padding;
            for (Index j = 0; j < count; ++j)
                first[j * m_plan.stride] = out[j];
        }
    }

private:
    struct Phase {
        Index begin = 0; ///< first j that is on the row
        std::vector<Tap> taps;
        std::vector<Index> weightIndex;

        /// How many of the first `valid` positions are of phase r.
        [[nodiscard]] Index count(const Plan& plan, Index valid, Index r) const {
            const Index past = valid + plan.padding - r;
            return std::max<Index>(0, (past > 0 ? ceilDivide(past, plan.stride) : 0) - begin);
        }
    };
    const Plan& m_plan;
    Index m_lead;
    Index m_size = 0;
    std::vector<Phase> m_phases;
};

/// Adds the lanes of each tap, in order.
void reduceLanes(const float* sums, Index width, Index taps, float* out) {
    for (Index i = 0; i < taps; ++i) {
        float total = 0;
        for (Index lane = 0; lane < width; ++lane)
            total += sums[i * width + lane];
        out[i] = total;
    }
}

} // namespace

const Correlate& correlate(Isa isa) {
#if defined(__x86_64__)
    if (isa == Isa::Avx512) return kCorrelateAvx512;
    if (isa == Isa::Avx2) return kCorrelateAvx2;
#endif
    static_cast<void>(isa);
    return kCorrelatePortable;
}

void depthwiseForward(const DepthwiseConv1d& conv, const float* x, const float* weight,
                      const std::int64_t* lengths, float* y, const ParallelFor& parallelFor, Isa isa) {
    const Plan plan(conv, isa);
    if (plan.output == 0) return;
    const auto rows = [&](std::int64_t begin, std::int64_t end) {
        const Buffer buffer(plan.inputSize());
        for (Index i = begin; i < end; ++i) {
            const Index valid = plan.valid(lengths, i / plan.channels);
            const Index reached = plan.reached(valid);
            plan.fillInput(buffer.data(), x + i * plan.length, valid);
            float* const out = y + i * plan.output;
            plan.loops.apply({buffer.data(), valid, plan.stride}, plan.taps.data(),
                             weight + i % plan.channels * plan.kernel, plan.kernel, out, reached);
            std::fill(out + reached, out + plan.output, 0.0F);
        }
    };
    parallelFor(0, conv.batch * conv.channels, plan.grain(), rows);
}

void depthwiseBackward(const DepthwiseConv1d& conv, const float* gradY, const float* x, const float* weight,
                       const std::int64_t* lengths, const DepthwiseGradients& gradients,
                       const ParallelFor& parallelFor, Isa isa) {
    const Plan plan(conv, isa);
    const InputGradient inputGradient(plan);
    // A channel at a time: its sums over the batch then have one order.
    const auto channels = [&](std::int64_t begin, std::int64_t end) {
        const Buffer input(plan.inputSize());
        const Buffer grad(inputGradient.size());
        const Buffer out(inputGradient.outputSize());
        const Buffer weights(plan.kernel);
        const Buffer sums(plan.kernel * plan.loops.width);
        for (Index c = begin; c < end; ++c) {
            std::fill_n(sums.data(), plan.kernel * plan.loops.width, 0.0F);
            for (Index b = 0; b < conv.batch; ++b) {
                const Index i = b * plan.channels + c;
                const Index valid = plan.valid(lengths, b);
                gather(grad.data(), inputGradient.size(), gradY + i * plan.output, plan.output, 1,
                       -inputGradient.lead());
                if (gradients.weight != nullptr) {
                    plan.fillInput(input.data(), x + i * plan.length, valid);
                    plan.loops.accumulate({input.data(), valid, plan.stride}, plan.taps.data(), plan.kernel,
                                          grad.data() + inputGradient.lead(), plan.reached(valid),
                                          sums.data());
                }
                if (gradients.x != nullptr) {
                    float* const row = gradients.x + i * plan.length;
                    inputGradient.apply(grad.data(), weight + c * plan.kernel, valid, weights.data(),
                                        out.data(), row);
                    std::fill(row + valid, row + plan.length, 0.0F);
                }
            }
            if (gradients.weight != nullptr) {
                reduceLanes(sums.data(), plan.loops.width, plan.kernel, gradients.weight + c * plan.kernel);
            }
        }
    };
    parallelFor(0, conv.channels,
                std::max<std::int64_t>(1, plan.grain() / std::max<std::int64_t>(1, 2 * conv.batch)),
                channels);
}

namespace {

/// The shape that the longest clip needs; the others use a part of it.
DepthwiseConv1d longestOf(const PackedDepthwiseConv1d& conv) {
    DepthwiseConv1d longest{.batch = static_cast<std::int64_t>(conv.inputs.size()),
                            .channels = conv.channels,
                            .kernel = conv.kernel,
                            .stride = conv.stride,
                            .dilation = conv.dilation,
                            .padding = conv.padding,
                            .paddingRight = conv.padding};
    for (std::size_t i = 0; i < conv.inputs.size(); ++i) {
        const std::int64_t length = conv.inputs[i].length;
        const std::int64_t read =
            (conv.outputs[i].length - 1) * conv.stride + conv.dilation * (conv.kernel - 1) + 1;
        longest.length = std::max(longest.length, length);
        longest.paddingRight = std::max(longest.paddingRight, read - conv.padding - length);
    }
    return longest;
}

} // namespace

void depthwiseForward(const PackedDepthwiseConv1d& conv, const float* x, const float* weight, float* y,
                      const ParallelFor& parallelFor, Isa isa) {
    const Plan plan(longestOf(conv), isa);
    const auto channels = [&](std::int64_t begin, std::int64_t end) {
        const Buffer buffer(plan.inputSize());
        for (Index c = begin; c < end; ++c) {
            for (std::size_t s = 0; s < conv.inputs.size(); ++s) {
                const Segment& in = conv.inputs[s];
                const Segment& out = conv.outputs[s];
                plan.fillInput(buffer.data(), x + c * conv.inputFrames + in.begin, in.length);
                plan.loops.apply({buffer.data(), in.length, plan.stride}, plan.taps.data(),
                                 weight + c * plan.kernel, plan.kernel, y + c * conv.outputFrames + out.begin,
                                 out.length);
            }
        }
    };
    parallelFor(0, conv.channels, plan.grain(), channels);
}

void depthwiseBackward(const PackedDepthwiseConv1d& conv, const float* gradY, const float* x,
                       const float* weight, const DepthwiseGradients& gradients,
                       const ParallelFor& parallelFor, Isa isa) {
    const Plan plan(longestOf(conv), isa);
    const InputGradient inputGradient(plan);
    const auto channels = [&](std::int64_t begin, std::int64_t end) {
        const Buffer input(plan.inputSize());
        const Buffer grad(inputGradient.size());
        const Buffer out(inputGradient.outputSize());
        const Buffer weights(plan.kernel);
        const Buffer sums(plan.kernel * plan.loops.width);
        for (Index c = begin; c < end; ++c) {
            std::fill_n(sums.data(), plan.kernel * plan.loops.width, 0.0F);
            for (std::size_t s = 0; s < conv.inputs.size(); ++s) {
                const Segment& from = conv.inputs[s];
                const Segment& to = conv.outputs[s];
                gather(grad.data(), inputGradient.size(), gradY + c * conv.outputFrames + to.begin, to.length,
                       1, -inputGradient.lead());
                if (gradients.weight != nullptr) {
                    plan.fillInput(input.data(), x + c * conv.inputFrames + from.begin, from.length);
                    plan.loops.accumulate({input.data(), from.length, plan.stride}, plan.taps.data(),
                                          plan.kernel, grad.data() + inputGradient.lead(), to.length,
                                          sums.data());
                }
                if (gradients.x != nullptr) {
                    inputGradient.apply(grad.data(), weight + c * plan.kernel, from.length, weights.data(),
                                        out.data(), gradients.x + c * conv.inputFrames + from.begin);
                }
            }
            if (gradients.weight != nullptr)
                reduceLanes(sums.data(), plan.loops.width, plan.kernel, gradients.weight + c * plan.kernel);
        }
    };
    const std::int64_t grain =
        plan.grain() / std::max<std::int64_t>(1, 2 * static_cast<std::int64_t>(conv.inputs.size()));
    parallelFor(0, conv.channels, std::max<std::int64_t>(1, grain), channels);
}

} // namespace fathom::kernels
