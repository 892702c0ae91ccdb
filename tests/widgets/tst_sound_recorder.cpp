// SPDX-License-Identifier: GPL-3.0-or-later
// Records from ALSA's "null" device, which gives silence at once, and from a device that plays a file.
#include "widgets/level_meter.h"
#include "widgets/sound_recorder.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace fathom::widgets;

class TestSoundRecorder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void recording_endsAtItsLimit();
    void recording_isWhatTheMicrophoneHeard();
    void stop_endsTheRecording();
    void missingDevice_isSaid();
    void destroyedWhileRecording_endsAtOnce();
    void meter_showsDecibelsAndHoldsThePeak();

private:
    QTemporaryDir m_folder;
};

/// A device "tone" whose microphone hears a file of 16-bit samples, one channel at 16 kHz.
void TestSoundRecorder::initTestCase() {
    QFile tone(m_folder.filePath(QStringLiteral("tone.raw")));
    QVERIFY(tone.open(QIODevice::WriteOnly));
    for (int n = 0; n < 16000; ++n) {
        const auto value = static_cast<qint16>(std::lround(16384 * std::sin(n * 0.2)));
        tone.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
    QFile config(m_folder.filePath(QStringLiteral("asound.conf")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("</usr/share/alsa/alsa.conf>\n"
                 "pcm.tone { type plug slave { format S16_LE rate 16000 channels 1 pcm { type file slave.pcm "
                 "null file /dev/null infile \"" +
                 tone.fileName().toLocal8Bit() + "\" format raw } } }\n");
    qputenv("ALSA_CONFIG_PATH", config.fileName().toLocal8Bit());
}

void TestSoundRecorder::recording_endsAtItsLimit() {
    SoundRecorder recorder("null");
    QSignalSpy states(&recorder, &SoundRecorder::recordingChanged);
    QSignalSpy finished(&recorder, &SoundRecorder::finished);
    QSignalSpy failed(&recorder, &SoundRecorder::failed);
    QSignalSpy progressed(&recorder, &SoundRecorder::progressed);
    recorder.record(0.5);
    QVERIFY(recorder.isRecording());
    recorder.record(9); // one at a time
    QVERIFY(finished.wait(10000));
    QVERIFY(!recorder.isRecording());
    QCOMPARE(states.size(), qsizetype{2});
    QVERIFY(failed.isEmpty());
    const auto samples = finished.first().first().value<Samples>();
    QCOMPARE(samples->size(), std::size_t{8000});
    QVERIFY(progressed.size() >= 5);
    QCOMPARE(progressed.last().at(1).toDouble(), 0.0); // silence
    recorder.record(0.25);                             // and once more
    QVERIFY(finished.wait(10000));
    QCOMPARE(finished.last().first().value<Samples>()->size(), std::size_t{4000});
}

void TestSoundRecorder::recording_isWhatTheMicrophoneHeard() {
    SoundRecorder recorder("tone");
    QSignalSpy finished(&recorder, &SoundRecorder::finished);
    QSignalSpy progressed(&recorder, &SoundRecorder::progressed);
    recorder.record(0.064); // one read: ALSA's file device loses its place between two
    QVERIFY(finished.wait(10000));
    const auto samples = finished.first().first().value<Samples>();
    QCOMPARE(samples->size(), std::size_t{1024});
    for (std::size_t n = 0; n < samples->size(); ++n)
        QVERIFY(std::abs((*samples)[n] - 0.5F * std::sin(static_cast<float>(n) * 0.2F)) < 1e-3F);
    QVERIFY(std::abs(progressed.last().at(1).toDouble() - 0.5) < 1e-3);
}

void TestSoundRecorder::stop_endsTheRecording() {
    SoundRecorder recorder("null");
    QSignalSpy finished(&recorder, &SoundRecorder::finished);
    QSignalSpy progressed(&recorder, &SoundRecorder::progressed);
    recorder.record(1e5); // the silence comes at once, but so much of it takes a while
    QVERIFY(progressed.wait(10000));
    recorder.stop();
    QVERIFY(finished.wait(10000));
    QVERIFY(!recorder.isRecording());
    const auto samples = finished.first().first().value<Samples>();
    QVERIFY(!samples->empty());
    QVERIFY(samples->size() < std::size_t{1'600'000'000});
}

void TestSoundRecorder::missingDevice_isSaid() {
    SoundRecorder recorder("no_such_device");
    QSignalSpy failed(&recorder, &SoundRecorder::failed);
    QSignalSpy finished(&recorder, &SoundRecorder::finished);
    recorder.record(1);
    QVERIFY(failed.wait(10000));
    QCOMPARE(failed.first().first().toString(), QStringLiteral("no microphone was found"));
    QVERIFY(finished.isEmpty());
    QVERIFY(!recorder.isRecording());
}

void TestSoundRecorder::destroyedWhileRecording_endsAtOnce() {
    for (int i = 0; i < 20; ++i) {
        SoundRecorder recorder("null");
        recorder.record(1e5);
    }
}

void TestSoundRecorder::meter_showsDecibelsAndHoldsThePeak() {
    LevelMeter meter;
    meter.setPeak(0);
    QCOMPARE(meter.level(), 0.0);
    meter.setPeak(1);
    QCOMPARE(meter.level(), 1.0);
    meter.setPeak(0.001); // −60 dB
    QVERIFY(meter.level() < 1e-9);
    QVERIFY(meter.held() > 0.9 && meter.held() < 1);
    meter.setPeak(std::pow(10.0, -30 / 20.0));
    QVERIFY(std::abs(meter.level() - 0.5) < 1e-9);
    meter.clear();
    QCOMPARE(meter.held(), 0.0);
    meter.resize(meter.sizeHint());
    QVERIFY(!meter.grab().isNull());
}

QTEST_MAIN(TestSoundRecorder)
#include "tst_sound_recorder.moc"
