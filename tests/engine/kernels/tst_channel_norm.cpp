// SPDX-License-Identifier: GPL-3.0-or-later
// Fused normalisation against its definition in double on the padded batch, and its gradients against
// differences of that.
#include "engine/kernels/channel_norm.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace fathom::kernels;

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr std::int64_t kChannels = 2;
constexpr std::int64_t kFrames = 37;
constexpr std::int64_t kCount = 50; // 13 frames of padding
constexpr double kEps = 1e-3;

struct Inputs {
    Doubles x, weight, bias, residual;
};

Doubles randomDoubles(std::int64_t count, std::mt19937& random) {
    std::normal_distribution<float> normal; // floats, so that both sides see the same numbers
    Doubles values(static_cast<std::size_t>(count));
    for (double& value : values)
        value = static_cast<double>(normal(random));
    return values;
}

Floats toFloat(const Doubles& values) {
    Floats out;
    for (const double value : values)
        out.push_back(static_cast<float>(value));
    return out;
}

/// One row's mean and biased variance, with the padding as zeros.
std::pair<double, double> statistics(const double* row) {
    double mean = 0;
    for (std::int64_t t = 0; t < kFrames; ++t)
        mean += row[t];
    mean /= kCount;
    double squares = static_cast<double>(kCount - kFrames) * mean * mean;
    for (std::int64_t t = 0; t < kFrames; ++t)
        squares += (row[t] - mean) * (row[t] - mean);
    return {mean, squares / kCount};
}

/// `kept` scales each element of the result: dropout's mask.
Doubles definition(const Inputs& in, bool relu, bool withResidual, const Doubles& kept) {
    Doubles y(in.x.size());
    for (std::int64_t c = 0; c < kChannels; ++c) {
        const auto [mean, var] = statistics(in.x.data() + c * kFrames);
        for (std::int64_t t = 0; t < kFrames; ++t) {
            const auto i = static_cast<std::size_t>(c * kFrames + t);
            const auto channel = static_cast<std::size_t>(c);
            double value = (in.x[i] - mean) / std::sqrt(var + kEps) * in.weight[channel] + in.bias[channel];
            if (withResidual) value += in.residual[i];
            y[i] = (relu ? std::max(0.0, value) : value) * kept[i];
        }
    }
    return y;
}

/// What dropout let pass of y, as factors; where relu gives 0 anyway, nothing can be told and nothing
/// matters.
Doubles maskOf(const Floats& y, float dropout) {
    Doubles kept;
    for (const float value : y)
        kept.push_back(dropout > 0 && value == 0 ? 0.0 : 1 / (1 - static_cast<double>(dropout)));
    return kept;
}

double worst(const Floats& values, const Doubles& expected) {
    double difference = values.size() == expected.size() ? 0 : 1e9;
    for (std::size_t i = 0; i < values.size(); ++i) {
        difference = std::max(difference, std::abs(static_cast<double>(values[i]) - expected[i]));
    }
    return difference;
}

/// d(Σ gradY · y) / d values, by central differences.
template <typename Output> Doubles slopes(Doubles& values, const Doubles& gradY, Output output) {
    const auto dot = [&] {
        const Doubles y = output();
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            sum += y[i] * gradY[i];
        return sum;
    };
    Doubles result;
    for (double& value : values) {
        const double kept = value;
        value = kept + 1e-6;
        const double above = dot();
        value = kept - 1e-6;
        const double below = dot();
        value = kept;
        result.push_back((above - below) / 2e-6);
    }
    return result;
}

} // namespace

class TestChannelNorm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void matchesTheDefinition_withAllCombinations_data() {
        QTest::addColumn<bool>("relu");
        QTest::addColumn<bool>("residual");
        QTest::addColumn<float>("dropout");
        QTest::addColumn<Isa>("isa");
        for (const Isa isa : {Isa::Portable, Isa::Avx2, Isa::Avx512}) {
            if (!supports(isa)) continue;
            const int number = static_cast<int>(isa);
            QTest::addRow("norm, isa %d", number) << false << false << 0.0F << isa;
            QTest::addRow("norm, relu, isa %d", number) << true << false << 0.0F << isa;
            QTest::addRow("norm, residual, isa %d", number) << false << true << 0.0F << isa;
            QTest::addRow("norm, residual, relu, isa %d", number) << true << true << 0.0F << isa;
            QTest::addRow("norm, residual, relu, dropout, isa %d", number) << true << true << 0.3F << isa;
        }
    }
    void matchesTheDefinition_withAllCombinations() {
        QFETCH(bool, relu);
        QFETCH(bool, residual);
        QFETCH(float, dropout);
        QFETCH(Isa, isa);
        std::mt19937 random(5);
        Inputs in{randomDoubles(kChannels * kFrames, random), randomDoubles(kChannels, random),
                  randomDoubles(kChannels, random), randomDoubles(kChannels * kFrames, random)};
        const Doubles gradY = randomDoubles(kChannels * kFrames, random);
        const ChannelNorm norm{kChannels, kFrames, kCount, relu, dropout, 0x123456789abcdefULL, isa};

        const Floats x = toFloat(in.x);
        const Floats weight = toFloat(in.weight);
        const Floats bias = toFloat(in.bias);
        const Floats added = toFloat(in.residual);
        Floats mean(kChannels);
        Floats var(kChannels);
        channelStatistics(norm, x.data(), mean.data(), var.data(), serialFor);
        Floats rstd;
        for (const float v : var)
            rstd.push_back(1 / std::sqrt(v + static_cast<float>(kEps)));
        Floats y(x.size());
        channelNormForward(norm, x.data(), mean.data(), rstd.data(), weight.data(), bias.data(),
                           residual ? added.data() : nullptr, y.data(), serialFor);

        const Doubles kept = maskOf(y, dropout);
        const auto output = [&] { return definition(in, relu, residual, kept); };
        QVERIFY(worst(y, output()) < 1e-5);

        const Floats gradient = toFloat(gradY);
        Floats gradX(x.size());
        Floats gradWeight(kChannels);
        Floats gradBias(kChannels);
        Floats gradResidual(residual ? x.size() : 0);
        channelNormBackward(
            norm,
            {gradient.data(), x.data(), relu ? y.data() : nullptr, mean.data(), rstd.data(), weight.data()},
            {gradX.data(), gradWeight.data(), gradBias.data(), residual ? gradResidual.data() : nullptr},
            serialFor);
        QVERIFY(worst(gradX, slopes(in.x, gradY, output)) < 1e-4);
        QVERIFY(worst(gradWeight, slopes(in.weight, gradY, output)) < 1e-4);
        QVERIFY(worst(gradBias, slopes(in.bias, gradY, output)) < 1e-4);
        if (residual) QVERIFY(worst(gradResidual, slopes(in.residual, gradY, output)) < 1e-4);
    }

    void dropsTheWantedShare_independentlyOfThreadsAndInstructions() {
        constexpr std::int64_t channels = 16;
        constexpr std::int64_t frames = 20011;
        const Floats x(channels * frames, 1.0F);
        const Floats zeros(channels);
        const Floats ones(channels, 1.0F);
        const auto dropped = [&](std::uint64_t seed, Isa isa) {
            Floats y(x.size());
            const ChannelNorm norm{channels, frames, frames, true, 0.1F, seed, isa};
            channelNormForward(norm, x.data(), zeros.data(), ones.data(), ones.data(), zeros.data(), nullptr,
                               y.data(), serialFor);
            return y;
        };
        const Floats y = dropped(7, Isa::Portable);
        for (std::int64_t c = 0; c < channels; ++c) {
            const auto row = y.begin() + c * frames;
            const auto zerosOfRow = static_cast<double>(std::count(row, row + frames, 0.0F));
            // Within five standard deviations of a binomial distribution.
            QVERIFY(std::abs(zerosOfRow - 0.1 * frames) < 5 * std::sqrt(0.09 * frames));
        }
        QVERIFY(std::ranges::all_of(
            y, [](float value) { return value == 0 || std::abs(value - 1 / 0.9F) < 1e-6F; }));
        QVERIFY(y == dropped(7, bestIsa()));
        const Floats other = dropped(8, bestIsa());
        std::int64_t both = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            both += y[i] == 0 && other[i] == 0;
        // Seeds draw independently: a hundredth of the elements falls to both.
        QVERIFY(std::abs(static_cast<double>(both) / static_cast<double>(y.size()) - 0.01) < 0.001);
    }

    void takesGivenStatisticsAsConstants() {
        const ChannelNorm norm{1, 3, 3, false};
        const float x[] = {1, 2, 4};
        const float gradY[] = {1, -1, 2};
        const float mean = 1;
        const float rstd = 0.5F;
        const float weight = 3;
        float gradX[3];
        float gradWeight = 0;
        float gradBias = 0;
        channelNormBackward(norm, {gradY, x, nullptr, &mean, &rstd, &weight, false},
                            {gradX, &gradWeight, &gradBias, nullptr}, serialFor);
        QCOMPARE(gradX[0], 1.5F);
        QCOMPARE(gradX[1], -1.5F);
        QCOMPARE(gradX[2], 3.0F);
        QCOMPARE(gradWeight, 2.5F);
        QCOMPARE(gradBias, 2.0F);
    }
};

QTEST_GUILESS_MAIN(TestChannelNorm)
#include "tst_channel_norm.moc"
