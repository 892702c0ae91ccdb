// SPDX-License-Identifier: GPL-3.0-or-later
// Waveform perturbations beside what NeMo 3.0.0 made of the same clip with the same draws
// (tests/oracle/augment_reference.py), and the Fourier transform below them beside its definition.
#include "engine/archive/npy.h"
#include "engine/data/fourier.h"
#include "engine/data/perturb.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <numbers>

using namespace fathom;
using namespace fathom::data;

class PerturbTest : public QObject {
    Q_OBJECT
    static Samples load(const char* name) {
        const auto read = archive::readNpy(std::string(FATHOM_TEST_DATA) + "/augment/" + name + ".npy");
        if (!read) qFatal("%s", read.error().message().c_str());
        Samples samples(static_cast<std::size_t>(read->elementCount()));
        const std::vector<std::byte> bytes = read->contiguousBytes();
        std::memcpy(samples.data(), bytes.data(), bytes.size());
        return samples;
    }
    /// Largest difference over the reference's peak; infinite where the lengths differ.
    static double distance(const Samples& ours, const char* reference) {
        const Samples theirs = load(reference);
        if (ours.size() != theirs.size()) return std::numeric_limits<double>::infinity();
        double most = 0, peak = 0;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            most = std::max(most, std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i])));
            peak = std::max(peak, std::abs(static_cast<double>(theirs[i])));
        }
        return most / peak;
    }

private Q_SLOTS:
    void fourier_isItsDefinition_data() {
        QTest::addColumn<int>("size");
        for (const int size : {1, 2, 8, 12, 97, 400})
            QTest::addRow("%d", size) << size;
    }
    void fourier_isItsDefinition() {
        QFETCH(int, size);
        std::vector<std::complex<double>> values;
        for (int i = 0; i < size; ++i)
            values.emplace_back(std::sin(i * i), std::cos(3.0 * i));
        auto transformed = values;
        const Fourier fourier(static_cast<std::size_t>(size));
        fourier.forward(transformed);
        for (int k = 0; k < size; ++k) {
            std::complex<double> sum;
            for (int n = 0; n < size; ++n)
                sum += values[static_cast<std::size_t>(n)] *
                       std::polar(1.0, -2 * std::numbers::pi * (k * n % size) / size);
            QVERIFY(std::abs(sum - transformed[static_cast<std::size_t>(k)]) < 1e-9 * size);
        }
        fourier.inverse(transformed);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::abs(values[i] - transformed[i]) < 1e-12 * size);
    }

    void convolve_isTheWholeConvolution() {
        const Samples a{1, 2, 3}, b{0.5F, -1};
        const std::vector<double> expected{0.5, 0, -0.5, -3};
        const std::vector<double> got = convolve(a, b);
        QCOMPARE(got.size(), expected.size());
        for (std::size_t i = 0; i < got.size(); ++i)
            QVERIFY(std::abs(got[i] - expected[i]) < 1e-12);
        QVERIFY(convolve(a, {}).empty());
    }

    void speed_isSoxrs() {
        QVERIFY(distance(*changeSpeed(load("clip"), 16000, 1.1), "speed_1_1") < 1e-5);
        QVERIFY(distance(*changeSpeed(load("clip"), 16000, 0.93), "speed_0_93") < 1e-5);
    }

    void stretching_isNeMos() {
        // Phases grow to thousands of radians in float32, as NeMo's do, so rounding shows.
        const double faster = distance(stretchTime(load("clip"), 1.1, 512), "stretch_1_1");
        const double slower = distance(stretchTime(load("clip"), 0.9, 512), "stretch_0_9");
        QVERIFY2(faster < 2e-3, qPrintable(QString::number(faster)));
        QVERIFY2(slower < 2e-3, qPrintable(QString::number(slower)));
        QVERIFY(stretchTime({}, 1.1, 512).empty());
        QCOMPARE(stretchTime(Samples(10, 0.5F), 0.5, 400).size(), std::size_t(20)); // shorter than a window
    }

    void gainShiftAndSilence_areNeMos() {
        Samples louder = load("clip");
        gain(louder, -3.7);
        QVERIFY(distance(louder, "gain") < 1e-6);
        Samples left = load("clip"), right = load("clip"), silent = load("clip");
        shift(left, 16000, 4.33);
        QCOMPARE(distance(left, "shift_left"), 0.0);
        shift(right, 16000, -2.71);
        QCOMPARE(distance(right, "shift_right"), 0.0);
        addSilence(silent, 176, 320, 0.25F);
        QCOMPARE(distance(silent, "silence"), 0.0);
        shift(silent, 16000, 1e6); // farther than the clip is long
        QVERIFY(silent.size() == load("silence").size());
    }

    void reverberation_isNeMos() {
        Samples plain = load("clip"), shifted = load("clip");
        reverberate(plain, load("impulse"), {});
        QVERIFY(distance(plain, "impulse_plain") < 1e-5);
        reverberate(shifted, load("impulse"), {.normalizeImpulse = true, .shiftImpulse = true});
        QVERIFY(distance(shifted, "impulse_shifted") < 1e-5);
        Samples silence(100);
        reverberate(silence, load("impulse"), {});
        QCOMPARE(silence, Samples(100));
    }

    void noise_isNeMos() {
        Samples withShort = load("clip"), withLong = load("clip"), normalized = load("clip");
        addNoise(withShort, load("short"), 16000, {.snrDecibels = 12.5, .offset = 1234});
        QVERIFY(distance(withShort, "noise_short") < 1e-5);
        addNoise(withLong, load("noise"), 16000, {.snrDecibels = 3.5, .start = 0.0625});
        QVERIFY(distance(withLong, "noise_long") < 1e-5);
        addNormalizedNoise(normalized, load("second"), 16000, {.snrDecibels = 7.5, .level = -25});
        QVERIFY(distance(normalized, "noise_norm") < 1e-5);
    }

    void noise_ofSilence_changesNothing() {
        Samples clip = load("clip");
        addNoise(clip, Samples(8000), 16000, {.snrDecibels = 10});
        addNoise(clip, {}, 16000, {.snrDecibels = 10});
        QCOMPARE(distance(clip, "clip"), 0.0);
    }

    void normalizedNoise_isRepeated_withAQuarterSecondBetween() {
        Samples clip(30000);
        const Samples noise(10000, 0.5F);
        addNormalizedNoise(clip, noise, 16000, {.snrDecibels = 0, .level = 0, .epsilon = 1});
        QVERIFY(clip[9999] > 0 && clip[10000] == 0 && clip[13999] == 0 && clip[14000] > 0);
        QVERIFY(clip[23999] > 0 && clip[24000] == 0 && clip[27999] == 0 && clip[28000] > 0);
    }
};

QTEST_GUILESS_MAIN(PerturbTest)
#include "tst_perturb.moc"
