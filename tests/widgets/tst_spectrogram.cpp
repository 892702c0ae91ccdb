// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/spectrogram.h"
#include "widgets/theme.h"
#include "widgets/waveform.h"

#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <complex>
#include <numbers>
#include <random>

using namespace fathom::widgets;

namespace {

constexpr int kRate = 16000;

/// |X[k]|² by the definition, in double precision.
std::vector<double> referencePower(const std::vector<float>& signal) {
    const auto size = static_cast<double>(signal.size());
    std::vector<double> power;
    for (std::size_t k = 0; k <= signal.size() / 2; ++k) {
        std::complex<double> sum;
        for (std::size_t n = 0; n < signal.size(); ++n)
            sum += static_cast<double>(signal[n]) *
                   std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k * n) / size);
        power.push_back(std::norm(sum));
    }
    return power;
}

std::vector<float> tone(double hertz, double amplitude, double seconds) {
    std::vector<float> samples(static_cast<std::size_t>(seconds * kRate));
    for (std::size_t n = 0; n < samples.size(); ++n)
        samples[n] = static_cast<float>(
            amplitude * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(n) / kRate));
    return samples;
}

/// From `low` to `high` Hz at an even pace.
std::vector<float> chirp(double low, double high, double seconds) {
    std::vector<float> samples(static_cast<std::size_t>(seconds * kRate));
    for (std::size_t n = 0; n < samples.size(); ++n) {
        const double t = static_cast<double>(n) / kRate;
        samples[n] = static_cast<float>(
            0.5 * std::sin(2 * std::numbers::pi * (low * t + (high - low) * t * t / (2 * seconds))));
    }
    return samples;
}

std::size_t loudestBin(const SpectrogramData& data, std::size_t frame) {
    std::size_t best = 0;
    for (std::size_t bin = 1; bin < data.bins; ++bin)
        if (data.level(frame, bin) > data.level(frame, best)) best = bin;
    return best;
}

std::shared_ptr<const SpectrogramData> dataOf(const std::vector<float>& samples) {
    return std::make_shared<const SpectrogramData>(computeSpectrogram(samples, kRate));
}

} // namespace

class TestSpectrogram : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void powerSpectrum_isThatOfTheDefinition_data();
    void powerSpectrum_isThatOfTheDefinition();
    void tone_hasItsFrequencyAndLevel();
    void chirp_risesAtItsPace();
    void longSound_hasFewerFrames();
    void noSound_isEmpty();
    void everyInstant_isAtTheSamePlaceAsInTheWaveform();
    void zoom_isLinked();
    void readOut_tellsTimeFrequencyAndLevel();
    void click_isSeenWhereverThePixelsFall();
    void colours_areOrderedByLuminance_inBothThemes();
};

void TestSpectrogram::powerSpectrum_isThatOfTheDefinition_data() {
    QTest::addColumn<int>("size");
    for (const int size : {2, 8, 64, 512, 1024})
        QTest::addRow("%d", size) << size;
}

void TestSpectrogram::powerSpectrum_isThatOfTheDefinition() {
    QFETCH(int, size);
    std::mt19937 random(7);
    std::normal_distribution<float> noise;
    std::vector<float> signal(static_cast<std::size_t>(size));
    for (float& value : signal)
        value = noise(random);
    const std::vector<float> power = powerSpectrum(signal);
    const std::vector<double> expected = referencePower(signal);
    QCOMPARE(power.size(), expected.size());
    for (std::size_t k = 0; k < power.size(); ++k)
        QVERIFY2(std::abs(static_cast<double>(power[k]) - expected[k]) <
                     1e-5 * size * (1 + expected[k] / size),
                 qPrintable(QString::number(k)));
}

void TestSpectrogram::tone_hasItsFrequencyAndLevel() {
    const SpectrogramData data = computeSpectrogram(tone(1000, 0.1, 1), kRate);
    QCOMPARE(data.frames, std::size_t{200});
    QCOMPARE(data.hertzPerBin, 31.25);
    QCOMPARE(loudestBin(data, 100), std::size_t{32});
    QVERIFY(std::abs(SpectrogramData::decibels(data.level(100, 32)) + 20) <= 0.5);
    QVERIFY(SpectrogramData::decibels(data.level(100, 150)) < -60); // Hann's side lobes are far down
}

void TestSpectrogram::chirp_risesAtItsPace() {
    const SpectrogramData data = computeSpectrogram(chirp(500, 7500, 2), kRate);
    for (std::size_t frame = 4; frame + 4 < data.frames; ++frame) {
        const double time = (static_cast<double>(frame) + 0.5) * data.secondsPerFrame;
        const double hertz = static_cast<double>(loudestBin(data, frame)) * data.hertzPerBin;
        // The window's 25 ms cover 87 Hz of the chirp.
        QVERIFY2(std::abs(hertz - (500 + 3500 * time)) < 60, qPrintable(QString::number(time)));
    }
}

void TestSpectrogram::longSound_hasFewerFrames() {
    const std::vector<float> samples(std::size_t{kRate} * 20, 0.1F);
    const SpectrogramData data = computeSpectrogram(samples, kRate, {}, {.mostFrames = 100});
    QVERIFY(data.frames <= 100);
    QVERIFY(std::abs(data.secondsPerFrame * static_cast<double>(data.frames) - 20) < 0.3);
}

void TestSpectrogram::noSound_isEmpty() {
    QCOMPARE(computeSpectrogram({}, kRate).frames, std::size_t{0});
    QCOMPARE(computeSpectrogram(tone(100, 1, 1), 0).frames, std::size_t{0});
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(computeSpectrogram(tone(100, 1, 1), kRate, stop.get_token()).frames, std::size_t{0});
    std::vector<float> broken = tone(100, 1, 1);
    broken[50] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(computeSpectrogram(broken, kRate).greatest > 200); // the rest is shown
    Spectrogram widget;
    widget.resize(200, 100);
    widget.setData(nullptr);
    QVERIFY(!widget.readingAt({50, 50}));
    QVERIFY(!widget.grab().isNull());
}

void TestSpectrogram::everyInstant_isAtTheSamePlaceAsInTheWaveform() {
    Waveform waveform;
    Spectrogram spectrogram;
    waveform.resize(640, 100);
    spectrogram.resize(640, 200);
    waveform.setPeaks(std::vector<MinMax>(100, MinMax{-0.5, 0.5}), 2);
    spectrogram.setData(dataOf(tone(440, 0.5, 2)));
    for (const TimeSpan view : {TimeSpan{0, 2}, TimeSpan{0.5, 0.75}}) {
        waveform.setView(view);
        spectrogram.setView(view);
        for (const int x : {0, 100, 639})
            QCOMPARE(spectrogram.timeAt(x), waveform.timeAt(x));
    }
}

void TestSpectrogram::zoom_isLinked() {
    Waveform waveform;
    Spectrogram spectrogram;
    waveform.resize(640, 100);
    spectrogram.resize(640, 200);
    connect(&waveform, &TimeView::viewChosen, &spectrogram, &TimeView::setView);
    connect(&spectrogram, &TimeView::viewChosen, &waveform, &TimeView::setView);
    waveform.setPeaks(std::vector<MinMax>(100, MinMax{-0.5, 0.5}), 2);
    waveform.setSamples(std::make_shared<const std::vector<float>>(tone(440, 0.5, 2)));
    spectrogram.setData(dataOf(tone(440, 0.5, 2)));
    waveform.setCursorTime(1);
    for (int i = 0; i < 5; ++i)
        QTest::keyClick(&waveform, Qt::Key_Plus);
    QCOMPARE(spectrogram.view(), waveform.view());
    QVERIFY(waveform.view().length() < 0.5);
    QVERIFY(waveform.view().from < 1 && waveform.view().to > 1);
    QVERIFY(!waveform.grab().isNull());
    QTest::keyClick(&spectrogram, Qt::Key_PageDown);
    QVERIFY(waveform.view().from > 1);
    QTest::keyClick(&spectrogram, Qt::Key_0);
    QCOMPARE(waveform.view(), (TimeSpan{0, 2}));
    spectrogram.setView({1.9, 5});
    QCOMPARE(spectrogram.view(), (TimeSpan{0, 2})); // there is no more
    spectrogram.setView({0, 0.5});
    QSignalSpy turned(&spectrogram, &TimeView::viewChosen);
    spectrogram.setCursorTime(0.6); // what plays stays in sight
    QCOMPARE(turned.size(), qsizetype{1});
    QVERIFY(spectrogram.view().from <= 0.6 && spectrogram.view().to >= 0.6);
}

void TestSpectrogram::readOut_tellsTimeFrequencyAndLevel() {
    Spectrogram spectrogram;
    spectrogram.resize(400, 300);
    spectrogram.setScale(Spectrogram::Scale::Linear);
    spectrogram.setData(dataOf(tone(2000, 1, 2)));
    const double height = 300 - spectrogram.fontMetrics().height() - kGrid;
    const auto reading = spectrogram.readingAt({100, height * 0.75}); // of 8 kHz
    QVERIFY(reading.has_value());
    QCOMPARE(reading->seconds, 0.5);
    QCOMPARE(std::round(reading->hertz), 2000.0);
    QVERIFY(std::abs(reading->decibels) <= 0.5);
    QCOMPARE(Spectrogram::textOf(*reading), QStringLiteral("0.500 s   2,000 Hz   0 dB"));
    spectrogram.setScale(Spectrogram::Scale::Mel);
    QVERIFY(spectrogram.readingAt({100, height * 0.75})->hertz < 1500); // low ones get more room
    QSignalSpy read(&spectrogram, &Spectrogram::readOut);
    QTest::keyClick(&spectrogram, Qt::Key_Up);
    QCOMPARE(read.size(), qsizetype{1});
    QVERIFY(read.first().first().toString().endsWith(QStringLiteral("dB")));
}

/// One frame in 4,000 is loud; 50 columns of pixels show it all the same.
void TestSpectrogram::click_isSeenWhereverThePixelsFall() {
    std::vector<float> samples(std::size_t{kRate} * 20, 0.0F);
    for (std::size_t n = 0; n < 40; ++n)
        samples[kRate * 7 + n] = n % 2 ? 1.0F : -1.0F;
    Spectrogram spectrogram;
    spectrogram.setData(dataOf(samples));
    for (const int width : {50, 77, 301}) {
        spectrogram.resize(width, 100);
        const QImage image = spectrogram.grab().toImage();
        int marked = 0;
        for (int x = 0; x < image.width(); ++x)
            marked += image.pixel(x, 5) != levelColors(colorsFor(&spectrogram).dark)[0] ? 1 : 0;
        QVERIFY2(marked >= 1 && marked <= 3, qPrintable(QString::number(marked)));
    }
}

void TestSpectrogram::colours_areOrderedByLuminance_inBothThemes() {
    for (const bool dark : {false, true}) {
        const auto& colors = levelColors(dark);
        for (std::size_t i = 16; i < colors.size(); ++i) {
            const double before = contrastRatio(QColor(colors[i - 16]), QColor(colors[0]));
            QVERIFY(contrastRatio(QColor(colors[i]), QColor(colors[0])) > before);
        }
        QVERIFY(contrastRatio(QColor(colors[255]), QColor(colors[0])) > 12);
    }
}

QTEST_MAIN(TestSpectrogram)
#include "tst_spectrogram.moc"
