// SPDX-License-Identifier: GPL-3.0-or-later
// Plays into ALSA's "null" device, which takes everything at once.
#include "widgets/sound_player.h"
#include "widgets/waveform.h"

#include <QSignalSpy>
#include <QtTest>

using namespace fathom::widgets;

namespace {

std::shared_ptr<const std::vector<float>> tone(int samples) {
    return std::make_shared<const std::vector<float>>(static_cast<std::size_t>(samples), 0.25F);
}

} // namespace

class TestSoundPlayer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sound_isPlayedToItsEnd();
    void seek_movesWhileItStands();
    void pause_keepsThePosition();
    void part_isPlayedToItsEnd();
    void missingDevice_isSaid();
    void destroyedWhilePlaying_endsAtOnce();
    void waveform_choosesTimes();
};

void TestSoundPlayer::sound_isPlayedToItsEnd() {
    SoundPlayer player("null");
    QSignalSpy playing(&player, &SoundPlayer::playingChanged);
    QSignalSpy failed(&player, &SoundPlayer::failed);
    player.play(); // nothing to play
    QVERIFY(playing.isEmpty());
    player.setSound(tone(16000), 16000);
    player.play();
    QVERIFY(player.isPlaying());
    QTRY_VERIFY(!player.isPlaying());
    QCOMPARE(playing.size(), qsizetype{2});
    QVERIFY(failed.isEmpty());
    QCOMPARE(player.position(), 1.0);
    player.play(); // from the beginning again
    QVERIFY(player.isPlaying());
    QTRY_VERIFY(!player.isPlaying());
}

void TestSoundPlayer::seek_movesWhileItStands() {
    SoundPlayer player("null");
    player.setSound(tone(8000), 8000);
    QSignalSpy moved(&player, &SoundPlayer::positionChanged);
    player.seek(0.5);
    QCOMPARE(player.position(), 0.5);
    player.seek(9);
    QCOMPARE(player.position(), 1.0);
    player.seek(-1);
    QCOMPARE(player.position(), 0.0);
    QCOMPARE(moved.size(), qsizetype{3});
    QVERIFY(!player.isPlaying());
}

void TestSoundPlayer::pause_keepsThePosition() {
    SoundPlayer player("null");
    player.setSound(tone(48000 * 60), 48000);
    player.seek(30);
    player.play();
    player.pause();
    QVERIFY(!player.isPlaying());
    QCoreApplication::processEvents();
    QVERIFY(player.position() >= 30);
    player.setSound(nullptr, 0);
    QVERIFY(!player.hasSound());
    QCOMPARE(player.position(), 0.0);
}

void TestSoundPlayer::part_isPlayedToItsEnd() {
    SoundPlayer player("null");
    QSignalSpy playing(&player, &SoundPlayer::playingChanged);
    player.playPart(0, 1); // nothing to play
    player.setSound(tone(16000), 8000);
    player.playPart(0.5, 1.25);
    QVERIFY(player.isPlaying());
    QTRY_VERIFY(!player.isPlaying());
    QCOMPARE(player.position(), 1.25);
    player.playPart(1.5, 9); // to the end of the sound
    QTRY_VERIFY(!player.isPlaying());
    QCOMPARE(player.position(), 2.0);
    QCOMPARE(playing.size(), qsizetype{4});
    player.playPart(1, 1);
    QVERIFY(!player.isPlaying());
}

void TestSoundPlayer::missingDevice_isSaid() {
    SoundPlayer player("no_such_device");
    QSignalSpy failed(&player, &SoundPlayer::failed);
    player.setSound(tone(16000), 16000);
    player.play();
    QVERIFY(failed.wait(10000));
    QVERIFY(!failed.first().first().toString().isEmpty());
    QVERIFY(!player.isPlaying());
    QCOMPARE(player.position(), 0.0);
}

void TestSoundPlayer::destroyedWhilePlaying_endsAtOnce() {
    for (int i = 0; i < 20; ++i) {
        SoundPlayer player("null");
        player.setSound(tone(48000 * 600), 48000);
        player.play();
    }
}

void TestSoundPlayer::waveform_choosesTimes() {
    Waveform waveform;
    waveform.resize(400, 200);
    QSignalSpy chosen(&waveform, &Waveform::timeChosen);
    QTest::mouseClick(&waveform, Qt::LeftButton, {}, {200, 50}); // empty: nothing
    QVERIFY(chosen.isEmpty());
    MinMax peak;
    peak.include(-0.5);
    peak.include(0.5);
    waveform.setPeaks(std::vector<MinMax>(100, peak), 8);
    QTest::mouseClick(&waveform, Qt::LeftButton, {}, {200, 50});
    QCOMPARE(chosen.takeFirst().first().toDouble(), 4.0);
    waveform.setCursorTime(4);
    QTest::keyClick(&waveform, Qt::Key_Right);
    QCOMPARE(chosen.takeFirst().first().toDouble(), 4.4);
    waveform.setCursorTime(0.1);
    QTest::keyClick(&waveform, Qt::Key_Left);
    QCOMPARE(chosen.takeFirst().first().toDouble(), 0.0);
    QVERIFY(!waveform.grab().isNull());
}

QTEST_MAIN(TestSoundPlayer)
#include "tst_sound_player.moc"
