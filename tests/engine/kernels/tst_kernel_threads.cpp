// SPDX-License-Identifier: GPL-3.0-or-later
// Every kernel gives the same bits on one thread and on many; ThreadSanitizer sees those threads here,
// without LibTorch's.
#include "engine/kernels/channel_norm.h"
#include "engine/kernels/cross_entropy.h"
#include "engine/kernels/dropout.h"
#include "engine/kernels/residual_norm.h"
#include "engine/kernels/token_attention.h"
#include "tests/engine/kernels/threaded_for.h"

#include <QtTest>

#include <cmath>
#include <random>
#include <vector>

using namespace fathom::kernels;

namespace {

using Floats = std::vector<float>;

Floats randomFloats(std::int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Floats values(static_cast<std::size_t>(count));
    for (float& value : values)
        value = normal(random);
    return values;
}

Floats zeros(std::int64_t count) {
    return Floats(static_cast<std::size_t>(count));
}

Floats joined(std::initializer_list<Floats> parts) {
    Floats all;
    for (const Floats& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

Floats attend(Isa isa, const ParallelFor& parallelFor) {
    constexpr std::int64_t kWidth = 3 * 12;
    const TokenSpan spans[] = {{0, 5}, {5, 1}, {6, 17}, {23, 40}};
    const std::int64_t count = 63 * kWidth;
    TokenAttention shape{.queries = spans, .keys = spans, .heads = 3, .headSize = 12, .causal = true};
    shape.dropout = 0.25F;
    shape.seed = 77;
    shape.isa = isa;
    const Floats q = randomFloats(count, 1), k = randomFloats(count, 2), v = randomFloats(count, 3);
    const Floats gradOut = randomFloats(count, 4);
    const TokenAttentionInputs inputs{{q.data(), kWidth}, {k.data(), kWidth}, {v.data(), kWidth}};
    Floats out = zeros(count), probabilities = zeros(shape.probabilityCount());
    Floats gradQ = zeros(count), gradK = zeros(count), gradV = zeros(count);
    tokenAttentionForward(shape, inputs, probabilities.data(), {out.data(), kWidth}, parallelFor);
    tokenAttentionBackward(shape, inputs, probabilities.data(), {gradOut.data(), kWidth},
                           {{gradQ.data(), kWidth}, {gradK.data(), kWidth}, {gradV.data(), kWidth}},
                           parallelFor);
    return joined({out, gradQ, gradK, gradV});
}

Floats attendSteps(Isa isa, const ParallelFor& parallelFor) {
    constexpr std::int64_t kWidth = 2 * 16, kKeys = 50, kQueries = 21;
    std::vector<std::int32_t> rows;
    std::vector<std::int64_t> offsets, counts;
    for (std::int64_t query = 0; query < kQueries; ++query) {
        offsets.push_back(static_cast<std::int64_t>(rows.size()));
        counts.push_back(1 + query % 19);
        for (std::int64_t i = 0; i < counts.back(); ++i)
            rows.push_back(static_cast<std::int32_t>((query * 7 + i * 3) % kKeys));
    }
    const Floats q = randomFloats(kQueries * kWidth, 1);
    const Floats k = randomFloats(kKeys * kWidth, 2), v = randomFloats(kKeys * kWidth, 3);
    Floats out = zeros(kQueries * kWidth);
    attentionStep(
        {.rows = rows, .offsets = offsets, .counts = counts, .heads = 2, .headSize = 16, .isa = isa},
        {{q.data(), kWidth}, {k.data(), kWidth}, {v.data(), kWidth}}, {out.data(), kWidth}, parallelFor);
    return out;
}

Floats normRows(Isa isa, const ParallelFor& parallelFor) {
    const ResidualNorm shape{.rows = 700, .columns = 21, .dropout = 0.2F, .seed = 5, .isa = isa};
    const std::int64_t count = shape.rows * shape.columns;
    const Floats x = randomFloats(count, 1), branch = randomFloats(count, 2), gradY = randomFloats(count, 3);
    const Floats weight = randomFloats(shape.columns, 4), bias = randomFloats(shape.columns, 5);
    Floats normalised = zeros(count), rstd = zeros(shape.rows), y = zeros(count);
    residualNormForward(shape, x.data(), branch.data(), weight.data(), bias.data(), normalised.data(),
                        rstd.data(), y.data(), parallelFor);
    Floats gradX = zeros(count), gradBranch = zeros(count);
    Floats gradWeight = zeros(shape.columns), gradBias = zeros(shape.columns);
    residualNormBackward(shape, gradY.data(), normalised.data(), rstd.data(), weight.data(),
                         {gradX.data(), gradBranch.data(), gradWeight.data(), gradBias.data()}, parallelFor);
    return joined({normalised, rstd, y, gradX, gradBranch, gradWeight, gradBias});
}

Floats loseRows(Isa isa, const ParallelFor& parallelFor) {
    const CrossEntropy shape{.rows = 45, .classes = 37, .smoothing = 0.1F, .isa = isa};
    Floats logits = randomFloats(shape.rows * shape.classes, 1);
    std::vector<std::int64_t> labels;
    for (std::int64_t row = 0; row < shape.rows; ++row)
        labels.push_back(row * 5 % shape.classes);
    Floats losses = zeros(shape.rows);
    crossEntropy(shape, logits.data(), labels.data(), 0.5F, losses.data(), parallelFor);
    return joined({losses, logits});
}

Floats dropElements(Isa isa, const ParallelFor& parallelFor) {
    constexpr std::int64_t kCount = 70'001;
    const Floats x = randomFloats(kCount, 1);
    Floats y = zeros(kCount);
    dropout({.count = kCount, .probability = 0.3F, .seed = 11, .isa = isa}, x.data(), y.data(), parallelFor);
    return y;
}

Floats normChannels(Isa isa, const ParallelFor& parallelFor) {
    const ChannelNorm norm{.channels = 33, .frames = 41, .count = 50, .dropout = 0.2F, .seed = 9, .isa = isa};
    const std::int64_t count = norm.channels * norm.frames;
    const Floats x = randomFloats(count, 1), residual = randomFloats(count, 2),
                 gradY = randomFloats(count, 3);
    const Floats weight = randomFloats(norm.channels, 4), bias = randomFloats(norm.channels, 5);
    Floats mean = zeros(norm.channels), var = zeros(norm.channels), y = zeros(count);
    channelStatistics(norm, x.data(), mean.data(), var.data(), parallelFor);
    Floats rstd;
    for (const float v : var)
        rstd.push_back(1 / std::sqrt(v + 1e-3F));
    channelNormForward(norm, x.data(), mean.data(), rstd.data(), weight.data(), bias.data(), residual.data(),
                       y.data(), parallelFor);
    Floats gradX = zeros(count), gradResidual = zeros(count);
    Floats gradWeight = zeros(norm.channels), gradBias = zeros(norm.channels);
    channelNormBackward(norm, {gradY.data(), x.data(), y.data(), mean.data(), rstd.data(), weight.data()},
                        {gradX.data(), gradWeight.data(), gradBias.data(), gradResidual.data()}, parallelFor);
    return joined({mean, var, y, gradX, gradWeight, gradBias, gradResidual});
}

using Run = Floats (*)(Isa, const ParallelFor&);

} // namespace

class TestKernelThreads : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesTheSameBits_onAnyNumberOfThreads_data() {
        QTest::addColumn<Run>("run");
        QTest::addColumn<Isa>("isa");
        const std::pair<const char*, Run> kernels[] = {
            {"attention", attend},       {"steps of attention", attendSteps}, {"residual norm", normRows},
            {"cross-entropy", loseRows}, {"dropout", dropElements},           {"channel norm", normChannels}};
        for (const auto& [name, run] : kernels)
            for (const Isa isa : {Isa::Portable, Isa::Avx2, Isa::Avx512})
                if (supports(isa)) QTest::addRow("%s, isa %d", name, static_cast<int>(isa)) << run << isa;
    }
    void givesTheSameBits_onAnyNumberOfThreads() {
        QFETCH(Run, run);
        QFETCH(Isa, isa);
        const Floats alone = run(isa, serialFor);
        QVERIFY(std::ranges::any_of(alone, [](float value) { return value != 0; }));
        QCOMPARE(run(isa, threadedFor), alone);
    }
};

QTEST_GUILESS_MAIN(TestKernelThreads)
#include "tst_kernel_threads.moc"
