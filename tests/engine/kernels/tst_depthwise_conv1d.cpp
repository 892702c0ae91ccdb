// SPDX-License-Identifier: GPL-3.0-or-later
// Random shapes against the definition, computed in double.
#include "engine/kernels/depthwise_conv1d.h"
#include "tests/engine/kernels/threaded_for.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace fathom::kernels;

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

struct Problem {
    DepthwiseConv1d conv;
    Floats x, weight, gradY;
    std::vector<std::int64_t> lengths; // empty: none
    [[nodiscard]] const std::int64_t* lengthsOrNull() const {
        return lengths.empty() ? nullptr : lengths.data();
    }
    [[nodiscard]] std::int64_t valid(std::int64_t b) const {
        return lengths.empty()
                   ? conv.length
                   : std::clamp<std::int64_t>(lengths[static_cast<std::size_t>(b)], 0, conv.length);
    }
};

struct Results {
    Floats y, gradX, gradWeight;
    bool operator==(const Results&) const = default;
};

Floats randomFloats(std::int64_t count, std::mt19937& random) {
    std::normal_distribution<float> normal;
    Floats values(static_cast<std::size_t>(count));
    for (float& value : values)
        value = normal(random);
    return values;
}

Problem makeProblem(const DepthwiseConv1d& conv, bool withLengths, std::mt19937& random) {
    Problem problem{conv,
                    randomFloats(conv.batch * conv.channels * conv.length, random),
                    randomFloats(conv.channels * conv.kernel, random),
                    randomFloats(conv.batch * conv.channels * conv.outputLength(), random),
                    {}};
    for (std::int64_t b = 0; withLengths && b < conv.batch; ++b) {
        problem.lengths.push_back(std::uniform_int_distribution<std::int64_t>(0, conv.length + 1)(random));
    }
    return problem;
}

Results run(const Problem& problem, Isa isa, const ParallelFor& loop = serialFor) {
    const float poison = std::numeric_limits<float>::quiet_NaN(); // every element must be written
    Results results{Floats(problem.gradY.size(), poison), Floats(problem.x.size(), poison),
                    Floats(problem.weight.size(), poison)};
    depthwiseForward(problem.conv, problem.x.data(), problem.weight.data(), problem.lengthsOrNull(),
                     results.y.data(), loop, isa);
    depthwiseBackward(problem.conv, problem.gradY.data(), problem.x.data(), problem.weight.data(),
                      problem.lengthsOrNull(), {results.gradX.data(), results.gradWeight.data()}, loop, isa);
    return results;
}

/// The definition, and beside each value the sum of magnitudes that its rounding errors are measured by.
struct Reference {
    Doubles y, gradX, gradWeight, yScale, gradXScale, gradWeightScale;
};

Reference reference(const Problem& problem) {
    const DepthwiseConv1d& conv = problem.conv;
    const std::int64_t outputs = conv.outputLength();
    Reference sums{Doubles(problem.gradY.size()), Doubles(problem.x.size()), Doubles(problem.weight.size()),
                   Doubles(problem.gradY.size()), Doubles(problem.x.size()), Doubles(problem.weight.size())};
    const auto add = [](double& sum, double& scale, double a, double b) {
        sum += a * b;
        scale += std::abs(a * b);
    };
    for (std::int64_t row = 0; row < conv.batch * conv.channels; ++row) {
        for (std::int64_t t = 0; t < outputs; ++t) {
            for (std::int64_t k = 0; k < conv.kernel; ++k) {
                const std::int64_t u = t * conv.stride + k * conv.dilation - conv.padding;
                if (u < 0 || u >= problem.valid(row / conv.channels)) continue;
                const auto yi = static_cast<std::size_t>(row * outputs + t);
                const auto xi = static_cast<std::size_t>(row * conv.length + u);
                const auto wi = static_cast<std::size_t>(row % conv.channels * conv.kernel + k);
                add(sums.y[yi], sums.yScale[yi], problem.weight[wi], problem.x[xi]);
                add(sums.gradX[xi], sums.gradXScale[xi], problem.weight[wi], problem.gradY[yi]);
                add(sums.gradWeight[wi], sums.gradWeightScale[wi], problem.gradY[yi], problem.x[xi]);
            }
        }
    }
    return sums;
}

/// Largest error in units of the rounding that summation in float may have; NaN counts as infinite.
double worstError(const Floats& values, const Doubles& expected, const Doubles& scale) {
    double worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double error =
            std::abs(static_cast<double>(values[i]) - expected[i]) / (2e-6 * scale[i] + 1e-30);
        worst = std::isfinite(error) ? std::max(worst, error) : std::numeric_limits<double>::infinity();
    }
    return worst;
}

void compare(const Problem& problem, Isa isa) {
    const Results results = run(problem, isa);
    const Reference expected = reference(problem);
    const DepthwiseConv1d& c = problem.conv;
    const QByteArray shape = QStringLiteral("isa %1 B%2 C%3 T%4 K%5 s%6 d%7 p%8,%9 lengths %10")
                                 .arg(static_cast<int>(isa))
                                 .arg(c.batch)
                                 .arg(c.channels)
                                 .arg(c.length)
                                 .arg(c.kernel)
                                 .arg(c.stride)
                                 .arg(c.dilation)
                                 .arg(c.padding)
                                 .arg(c.paddingRight)
                                 .arg(problem.lengths.size())
                                 .toLatin1();
    QVERIFY2(worstError(results.y, expected.y, expected.yScale) < 1, QByteArray("y " + shape));
    QVERIFY2(worstError(results.gradX, expected.gradX, expected.gradXScale) < 1,
             QByteArray("gradX " + shape));
    QVERIFY2(worstError(results.gradWeight, expected.gradWeight, expected.gradWeightScale) < 1,
             QByteArray("gradWeight " + shape));
}

} // namespace

class TestDepthwiseConv1d : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void matchesTheDefinition_onRandomShapes_data() { instructionSets(); }
    void matchesTheDefinition_onRandomShapes() {
        QFETCH(int, isa);
        std::mt19937 random(7);
        const auto pick = [&random](std::int64_t low, std::int64_t high) {
            return std::uniform_int_distribution<std::int64_t>(low, high)(random);
        };
        for (int trial = 0; trial < 600; ++trial) {
            DepthwiseConv1d conv{
                pick(1, 3), pick(1, 3), pick(1, trial % 3 == 0 ? 300 : 40), pick(1, trial % 2 == 0 ? 90 : 12),
                pick(1, 3), pick(1, 3)};
            conv.padding = pick(0, conv.kernel * conv.dilation + 3);
            conv.paddingRight = pick(0, 3) == 0 ? pick(0, conv.kernel) : conv.padding;
            if (conv.outputLength() == 0) continue;
            compare(makeProblem(conv, trial % 2 == 1, random), static_cast<Isa>(isa));
            if (QTest::currentTestFailed()) return;
        }
    }

    void matchesTheDefinition_onTheShapesOfQuartzNet_data() { instructionSets(); }
    void matchesTheDefinition_onTheShapesOfQuartzNet() {
        QFETCH(int, isa);
        std::mt19937 random(8);
        const DepthwiseConv1d shapes[] = {
            {2, 3, 201, 33, 2, 1, 16, 16}, {2, 3, 101, 33, 1, 1, 16, 16}, {2, 3, 101, 75, 1, 1, 37, 37},
            {2, 3, 101, 87, 1, 2, 86, 86}, {1, 2, 1, 87, 1, 1, 43, 43},   {1, 2, 1, 1, 1, 1, 0, 0},
        };
        for (const DepthwiseConv1d& shape : shapes) {
            for (const bool withLengths : {false, true})
                compare(makeProblem(shape, withLengths, random), static_cast<Isa>(isa));
        }
    }

    void ignoresWhatLiesPastTheLength() {
        std::mt19937 random(9);
        Problem problem = makeProblem({2, 2, 50, 11, 1, 1, 5, 5}, false, random);
        problem.lengths = {50, 20};
        const Results clean = run(problem, bestIsa());
        for (std::size_t t = 20; t < 50; ++t)
            problem.x[2 * 50 + t] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(run(problem, bestIsa()).y == clean.y);
        QVERIFY(run(problem, bestIsa()).gradWeight == clean.gradWeight);
    }

    void givesTheSameBits_onAnyNumberOfThreads() {
        std::mt19937 random(10);
        const Problem problem = makeProblem({3, 13, 77, 33, 1, 1, 16, 16}, true, random);
        QVERIFY(run(problem, bestIsa()) == run(problem, bestIsa(), threadedFor));
    }

    void leavesOutAGradient_thatNobodyAskedFor() {
        std::mt19937 random(11);
        const Problem problem = makeProblem({2, 2, 30, 5, 2, 1, 2, 2}, false, random);
        const Results both = run(problem, bestIsa());
        Floats gradX(problem.x.size());
        depthwiseBackward(problem.conv, problem.gradY.data(), nullptr, problem.weight.data(), nullptr,
                          {.x = gradX.data()}, serialFor);
        QVERIFY(gradX == both.gradX);
        Floats gradWeight(problem.weight.size());
        depthwiseBackward(problem.conv, problem.gradY.data(), problem.x.data(), nullptr, nullptr,
                          {.weight = gradWeight.data()}, serialFor);
        QVERIFY(gradWeight == both.gradWeight);
    }

    void packed_givesWhatEachClipGivesAlone_data() { instructionSets(); }
    void packed_givesWhatEachClipGivesAlone() {
        QFETCH(int, isa);
        std::mt19937 random(12);
        for (const std::int64_t stride : {1, 2}) {
            for (const std::int64_t dilation : {1, 2})
                comparePacked(stride, dilation, static_cast<Isa>(isa), random);
        }
    }

    void hasNoOutput_whereTheKernelDoesNotFit() {
        QCOMPARE((DepthwiseConv1d{1, 1, 4, 5}.outputLength()), 0);
        QCOMPARE((DepthwiseConv1d{1, 1, 5, 5}.outputLength()), 1);
        QCOMPARE((DepthwiseConv1d{1, 1, 201, 33, 2, 1, 16, 16}.outputLength()), 101);
    }

private:
    /// Clips of 3 channels in one row each, computed packed and one by one.
    static void comparePacked(std::int64_t stride, std::int64_t dilation, Isa isa, std::mt19937& random) {
        const std::int64_t channels = 3;
        const std::int64_t padding = 5 * dilation;
        std::vector<Problem> clips;
        std::vector<Segment> inputs;
        std::vector<Segment> outputs;
        std::int64_t inputFrames = 0;
        std::int64_t outputFrames = 0;
        for (const std::int64_t length : {40, 1, 97, 0, 64}) {
            const DepthwiseConv1d conv{1, channels, length, 11, stride, dilation, padding, padding};
            clips.push_back(makeProblem(conv, false, random));
            clips.back().weight = clips.front().weight;
            inputs.push_back({inputFrames, length});
            outputs.push_back({outputFrames, length == 0 ? 0 : conv.outputLength()});
            inputFrames += inputs.back().length;
            outputFrames += outputs.back().length;
        }
        const PackedDepthwiseConv1d packed{channels, 11,      stride,      dilation,    padding,
                                           inputs,   outputs, inputFrames, outputFrames};
        const auto gather = [&](const std::vector<Segment>& segments, std::int64_t frames, auto values) {
            Floats rows(static_cast<std::size_t>(channels * frames));
            for (std::size_t i = 0; i < clips.size(); ++i) {
                for (std::int64_t c = 0; c < channels; ++c) {
                    std::copy_n(values(i).begin() + c * segments[i].length, segments[i].length,
                                rows.begin() + c * frames + segments[i].begin);
                }
            }
            return rows;
        };
        const Floats x = gather(inputs, inputFrames, [&](std::size_t i) { return clips[i].x; });
        const Floats gradY = gather(outputs, outputFrames, [&](std::size_t i) { return clips[i].gradY; });
        Floats y(gradY.size());
        Floats gradX(x.size());
        Floats gradWeight(clips.front().weight.size());
        depthwiseForward(packed, x.data(), clips.front().weight.data(), y.data(), threadedFor, isa);
        depthwiseBackward(packed, gradY.data(), x.data(), clips.front().weight.data(),
                          {gradX.data(), gradWeight.data()}, threadedFor, isa);

        std::vector<Results> alone;
        for (std::size_t i = 0; i < clips.size(); ++i) {
            alone.push_back(inputs[i].length > 0 ? run(clips[i], isa)
                                                 : Results{{}, {}, Floats(gradWeight.size())});
        }
        QVERIFY(y == gather(outputs, outputFrames, [&](std::size_t i) { return alone[i].y; }));
        QVERIFY(gradX == gather(inputs, inputFrames, [&](std::size_t i) { return alone[i].gradX; }));
        for (std::size_t k = 0; k < gradWeight.size(); ++k) {
            float sum = 0;
            for (const Results& results : alone)
                sum += results.gradWeight[k];
            QVERIFY(std::abs(gradWeight[k] - sum) < 1e-4F);
        }
    }

    static void instructionSets() {
        QTest::addColumn<int>("isa");
        QTest::newRow("portable") << static_cast<int>(Isa::Portable);
        if (supports(Isa::Avx2)) QTest::newRow("avx2") << static_cast<int>(Isa::Avx2);
        if (supports(Isa::Avx512)) QTest::newRow("avx512") << static_cast<int>(Isa::Avx512);
    }
};

QTEST_GUILESS_MAIN(TestDepthwiseConv1d)
#include "tst_depthwise_conv1d.moc"
