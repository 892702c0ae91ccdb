// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn for a clip, and that seed and item alone decide it.
#include "engine/base/file.h"
#include "engine/data/audio_text_dataset.h"
#include "engine/data/draws.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <sndfile.h>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::data;

class AugmentorTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    std::string path(const std::string& name) const {
        return (fs::path(m_folder.path().toStdString()) / name).string();
    }

    void writeSound(const std::string& name, std::size_t frames) const {
        SF_INFO info{};
        info.samplerate = 16000;
        info.channels = 1;
        info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
        std::vector<float> samples(frames);
        Draws draws(7);
        for (float& sample : samples)
            sample = static_cast<float>(draws.uniform(-0.25, 0.25));
        SNDFILE* file = sf_open(path(name).c_str(), SFM_WRITE, &info);
        if (file == nullptr) qFatal("cannot write the test's recording");
        sf_writef_float(file, samples.data(), static_cast<sf_count_t>(frames));
        sf_close(file);
    }
    fs::path writeManifest(const std::string& name, const std::string& content) const {
        if (!writeFileAtomically(path(name), content)) qFatal("cannot write the test's manifest");
        return path(name);
    }
    static std::shared_ptr<const Augmentor> made(std::vector<Perturbation> perturbations) {
        auto augmentor = Augmentor::open(std::move(perturbations), 16000);
        if (!augmentor) qFatal("%s", augmentor.error().message().c_str());
        return *augmentor;
    }
    static std::vector<float> ramp() {
        std::vector<float> samples(16000);
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = 0.5F * static_cast<float>(std::sin(0.05 * static_cast<double>(i)));
        return samples;
    }
    std::vector<Perturbation> everything() const {
        const fs::path noise = path("noise.json");
        return {{"speed", 0.5, SpeedParams{}},
                {"time_stretch", 0.5, TimeStretchParams{}},
                {"gain", 0.5, GainParams{}},
                {"shift", 0.5, ShiftParams{}},
                {"silence", 0.5, SilenceParams{.mostAtStart = 0.1, .mostAtEnd = 0.1}},
                {"impulse", 0.5, ImpulseParams{{{noise}, {}}, true, true}},
                {"noise", 0.5, NoiseParams{{{noise}, {}}}},
                {"noise_norm", 0.5, NoiseNormParams{.source = {{noise}, {}}}},
                {"white_noise", 0.5, WhiteNoiseParams{}}};
    }

private Q_SLOTS:
    void initTestCase() {
        writeSound("noise.wav", 20000);
        writeSound("short.wav", 500);
        writeSound("a.wav", 8000);
        writeManifest("noise.json", R"({"audio_filepath": "noise.wav", "duration": 1.25})");
        writeManifest("short.json", R"({"audio_filepath": "short.wav", "duration": 0.03125})");
    }

    void aSeed_decidesEverything() {
        const auto augmentor = made(everything());
        int changed = 0;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            std::vector<float> once = ramp(), again = ramp(), other = ramp();
            QVERIFY(augmentor->apply(once, seed).has_value());
            QVERIFY(augmentor->apply(again, seed).has_value());
            QVERIFY(augmentor->apply(other, seed + 1000).has_value());
            QCOMPARE(once, again);
            if (once != other) ++changed;
            for (const float sample : once)
                QVERIFY(std::isfinite(sample));
        }
        QVERIFY(changed >= 19);
    }

    void aProbability_isThatShareOfClips() {
        const auto augmentor = made({{"gain", 0.3, GainParams{6, 6}}});
        int changed = 0;
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            std::vector<float> samples{1};
            QVERIFY(augmentor->apply(samples, seed).has_value());
            if (samples[0] != 1.0F) ++changed;
        }
        QVERIFY2(std::abs(changed - 600) < 90, qPrintable(QString::number(changed)));
        std::vector<float> never{1};
        QVERIFY(made({{"gain", 0, GainParams{6, 6}}})->apply(never, 1).has_value());
        QCOMPARE(never[0], 1.0F);
    }

    void aStepMore_leavesTheOthersDraws() {
        std::vector<float> alone = ramp(), followed = ramp();
        QVERIFY(made({{"gain", 1, GainParams{}}})->apply(alone, 5).has_value());
        QVERIFY(made({{"gain", 1, GainParams{}}, {"white_noise", 0, WhiteNoiseParams{}}})
                    ->apply(followed, 5)
                    .has_value());
        QCOMPARE(alone, followed);
    }

    void speeds_areEvenlySpaced_andOneIsNoChange() {
        const auto augmentor = made({{"speed", 1, SpeedParams{}}});
        std::map<std::size_t, int> lengths;
        for (std::uint64_t seed = 0; seed < 300; ++seed) {
            std::vector<float> samples(1600, 0.1F);
            QVERIFY(augmentor->apply(samples, seed).has_value());
            ++lengths[samples.size()];
        }
        QCOMPARE(lengths.size(), std::size_t(5));
        for (const auto& [length, clips] : lengths)
            QVERIFY(clips > 30);
        QVERIFY(lengths.contains(1440) && lengths.contains(1520) && lengths.contains(1600) &&
                lengths.contains(1680) && lengths.contains(1761)); // as librosa rounds
        const auto between = made({{"speed", 1, SpeedParams{.rates = {0.8, 1.2, -1}}}});
        std::vector<float> samples(1600, 0.1F);
        QVERIFY(between->apply(samples, 4).has_value());
        QVERIFY(samples.size() > 1280 && samples.size() < 1920);
    }

    void whiteNoise_hasTheDrawnLevel() {
        const auto augmentor =
            made({{"white_noise", 1, WhiteNoiseParams{-40, -39}}}); // the upper end is not drawn
        std::vector<float> samples(40000);
        QVERIFY(augmentor->apply(samples, 3).has_value());
        double sum = 0;
        for (const float sample : samples)
            sum += static_cast<double>(sample) * static_cast<double>(sample);
        QVERIFY(std::abs(std::sqrt(sum / 40000) - 0.01) < 2e-4);
    }

    void noises_thatCannotBeUsed_areErrors() {
        const auto missing = Augmentor::open({{"noise", 1, NoiseParams{{{path("none.json")}, {}}}}}, 16000);
        QVERIFY(!missing && missing.error().message().find("none.json") != std::string::npos);
        std::vector<float> samples = ramp();
        const auto tooShort = made({{"noise_norm", 1, NoiseNormParams{.source = {{path("short.json")}, {}}}}})
                                  ->apply(samples, 1);
        QVERIFY(!tooShort && tooShort.error().message().find("short.json") != std::string::npos);
    }

    void aDataset_drawsForEpochAndItem_whateverTheBatch() {
        AudioTextOptions options;
        options.manifests = {
            writeManifest("train.json", R"({"audio_filepath": "a.wav", "duration": 0.5, "text": "x"}
{"audio_filepath": "a.wav", "duration": 0.5, "text": "y"}
{"audio_filepath": "a.wav", "duration": 0.5, "text": "z"})")};
        options.augmentor =
            made({{"gain", 1, GainParams{}}, {"speed", 1, SpeedParams{.rates = {0.8, 1.2, -1}}}});
        const auto dataset =
            AudioTextDataset::open(options, [](std::string_view) { return text::EncodedText{}; });
        QVERIFY(dataset.has_value());
        const auto load = [&](std::vector<std::int64_t> indices, std::uint64_t seed) {
            auto batch = (*dataset)->load(indices, {}, seed);
            if (!batch) qFatal("%s", batch.error().message().c_str());
            return std::move(*batch);
        };
        const AudioBatch together = load({0, 1, 2}, 11), alone = load({1}, 11), later = load({1}, 12);
        QVERIFY(together.signalLengths[0] != together.signalLengths[1]);
        QCOMPARE(alone.signalLengths[0],
                 together.signalLengths[1]); // decoded the first time, cached the second
        const auto row = together.signal.begin() + together.maxSignal;
        QVERIFY(std::equal(alone.signal.begin(), alone.signal.end(), row));
        QVERIFY(later.signal != alone.signal);
        QCOMPARE((*dataset)->read(1)->signal.size(), std::size_t(8000)); // unchanged
    }
};

QTEST_GUILESS_MAIN(AugmentorTest)
#include "tst_augmentor.moc"
