// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/file.h"
#include "engine/data/audio.h"
#include "engine/data/audio_stream.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <sndfile.h>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::data;

class AudioTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

    fs::path write(const char* name, int format, int rate, int channels, const std::vector<float>& samples) {
        SF_INFO info{};
        info.samplerate = rate;
        info.channels = channels;
        info.format = format;
        SNDFILE* file = sf_open(path(name).c_str(), SFM_WRITE, &info);
        if (file == nullptr) qFatal("cannot write the test's recording");
        sf_writef_float(file, samples.data(), static_cast<sf_count_t>(samples.size()) / channels);
        sf_close(file);
        return path(name);
    }

    static std::vector<float> chirp(std::size_t count) {
        std::vector<float> samples(count);
        for (std::size_t n = 0; n < count; ++n) {
            const auto t = static_cast<double>(n);
            samples[n] = static_cast<float>(0.5 * std::sin(2e-4 * t * t));
        }
        return samples;
    }

    fs::path cut(const fs::path& whole, const char* name, double part) {
        const auto content = readFile(whole);
        const auto keep = static_cast<std::size_t>(static_cast<double>(content->size()) * part);
        if (!writeFileAtomically(path(name), content->substr(0, keep))) qFatal("cannot write");
        return path(name);
    }

private Q_SLOTS:
    void aStream_givesWhatReadAudioGives() {
        for (const int rate : {16000, 8000, 44100}) {
            const fs::path file = write("st.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate, 2, chirp(400001));
            const auto whole = readAudio(file, 16000);
            auto stream = AudioStream::open(file, 16000);
            QVERIFY(whole && stream);
            QVERIFY(std::abs(stream->duration() - 200000.0 / rate) < 1e-9);
            std::vector<float> parts;
            while (true) {
                const auto part = stream->read(10007);
                QVERIFY(part);
                parts.insert(parts.end(), part->begin(), part->end());
                if (part->size() < 10007) break;
            }
            QVERIFY(stream->read(5)->empty());
            QCOMPARE(parts.size(), whole->size());
            for (std::size_t i = 0; i < parts.size(); ++i)
                QVERIFY(std::abs(parts[i] - (*whole)[i]) < 1e-5F);
        }
        QVERIFY(!AudioStream::open(path("none.wav"), 16000));
        const fs::path flac = write("st.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, chirp(200000));
        auto broken = AudioStream::open(cut(flac, "cut.flac", 0.6), 16000);
        QVERIFY(broken);
        const auto read = broken->read(200000);
        QVERIFY(!read && read.error().why.find("truncated") != std::string::npos);
    }

    void readAudio_scalesIntegers() {
        const fs::path file = write("s.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, {-1.0F, 0.5F, 0.0F});
        const auto samples = readAudio(file, 16000);
        QVERIFY(samples.has_value());
        QCOMPARE(samples->size(), std::size_t{3});
        QVERIFY(std::abs((*samples)[0] + 1.0F) < 1e-4F);
        QVERIFY(std::abs((*samples)[1] - 0.5F) < 1e-4F);
    }

    void readAudio_averagesChannels() {
        const fs::path file =
            write("c.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 2, {1.0F, 0.5F, -1.0F, 1.0F});
        const auto samples = readAudio(file, 0);
        QVERIFY(samples.has_value());
        QCOMPARE(*samples, (std::vector<float>{0.75F, 0.0F}));
    }

    void readAudio_readsFromOffsetForDuration() {
        std::vector<float> ramp(1000);
        for (std::size_t i = 0; i < ramp.size(); ++i)
            ramp[i] = static_cast<float>(i) / 1000.0F;
        const fs::path file = write("o.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1000, 1, ramp);
        const auto samples = readAudio(file, 0, 0.25, 0.1);
        QVERIFY(samples.has_value());
        QCOMPARE(samples->size(), std::size_t{100});
        QCOMPARE(samples->front(), 0.25F);
        QVERIFY(!readAudio(file, 0, 5, 0.1).has_value());
    }

    void readAudio_allowsARoundedDuration_butNotAMissingPart() {
        const fs::path file = write("r.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, chirp(16000));
        QVERIFY(readAudio(file, 16000, 0, 1.04).has_value());
        const auto less = readAudio(file, 16000, 0, 1.5);
        QVERIFY(!less.has_value());
        QVERIFY(less.error().message().find("1.500 s") != std::string::npos);
        QCOMPARE(readAudio(file, 16000, 0, 0.5)->size(), std::size_t{8000});
    }

    void readAudio_detectsATruncatedFile_data() {
        QTest::addColumn<int>("format");
        QTest::newRow("FLAC") << (SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
        QTest::newRow("Ogg Vorbis") << (SF_FORMAT_OGG | SF_FORMAT_VORBIS);
        QTest::newRow("WAV") << (SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    }
    void readAudio_detectsATruncatedFile() {
        QFETCH(int, format);
        const fs::path whole = write("whole", format, 16000, 1, chirp(48000));
        QVERIFY(readAudio(whole, 16000, 0, 3.0).has_value());
        for (const double part : {0.0, 0.001, 0.02, 0.5, 0.9}) {
            const auto samples = readAudio(cut(whole, "cut", part), 16000, 0, 3.0);
            QVERIFY2(!samples.has_value(), std::to_string(part).c_str());
            QCOMPARE(samples.error().exitCode(), 3);
            QVERIFY(samples.error().message().find("skip_bad_files") != std::string::npos);
        }
    }

    void readAudio_detectsATruncatedFlac_withoutAManifest() {
        const fs::path whole = write("whole.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, chirp(48000));
        QVERIFY(!readAudio(cut(whole, "cut.flac", 0.99), 16000).has_value());
    }

    void readAudio_detectsDamageInTheMiddle() {
        const fs::path whole = write("m.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, chirp(48000));
        std::string content = *readFile(whole);
        for (std::size_t i = content.size() / 2; i < content.size() / 2 + 2000; ++i)
            content[i] = '\x55';
        QVERIFY(writeFileAtomically(path("damaged.flac"), content).has_value());
        QVERIFY(!readAudio(path("damaged.flac"), 16000).has_value());
    }

    void readAudio_refusesWhatIsNoAudio() {
        QVERIFY(writeFileAtomically(path("text.wav"), "not a recording").has_value());
        QVERIFY(!readAudio(path("text.wav"), 16000).has_value());
        QVERIFY(readAudio(path("none.wav"), 16000).error().message().find("no such file") !=
                std::string::npos);
        QVERIFY(!audioInfo(path("none.wav")).has_value());
    }

    void audioInfo_readsTheHeader() {
        const auto info = audioInfo(write("i.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, chirp(8000)));
        QVERIFY(info.has_value());
        QCOMPARE(info->sampleRate, 8000);
        QCOMPARE(info->channels, 2);
        QCOMPARE(info->duration, 0.5);
    }

    void trimSilence_keepsTheFramesThatAreHeard() {
        std::vector<float> samples(23000, 1e-5F);
        for (std::size_t i = 10000; i < 15000; ++i)
            samples[i] = i % 2 != 0 ? 0.5F : -0.5F;
        // Frame 18, samples 8192 to 10240, is the first that reaches into the tone; 31, from 14848, the last.
        const std::vector<float> trimmed = trimSilence(samples);
        QCOMPARE(trimmed, std::vector<float>(samples.begin() + 18 * 512, samples.begin() + 32 * 512));
        QCOMPARE(trimSilence(chirp(3000)), chirp(3000));
        QCOMPARE(trimSilence(std::vector<float>(3000)),
                 std::vector<float>(3000)); // nothing is louder than the rest
        QVERIFY(trimSilence({}).empty());
    }

    void resample_matchesPythonsSoxr_data() {
        QTest::addColumn<int>("rate");
        for (const int rate : {8000, 22050, 44100})
            QTest::addRow("%d", rate) << rate;
    }
    void resample_matchesPythonsSoxr() {
        QFETCH(int, rate);
        const auto golden = readFile(fs::path(FATHOM_TEST_DATA) / "audio" /
                                     ("resample_" + std::to_string(rate) + "_16000.f32"));
        QVERIFY(golden.has_value());
        std::vector<float> expected(golden->size() / sizeof(float));
        std::memcpy(expected.data(), golden->data(), golden->size());
        const auto samples = resample(chirp(800), rate, 16000);
        QVERIFY(samples.has_value());
        QCOMPARE(samples->size(), expected.size());
        float worst = 0;
        for (std::size_t i = 0; i < expected.size(); ++i)
            worst = std::max(worst, std::abs(expected[i] - (*samples)[i]));
        QVERIFY2(worst < 1e-6F, std::to_string(worst).c_str());
    }
};

QTEST_GUILESS_MAIN(AudioTest)
#include "tst_audio.moc"
