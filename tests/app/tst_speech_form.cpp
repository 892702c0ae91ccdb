// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/problem_bar.h"
#include "app/inference/recording_files.h"
#include "app/inference/speech_form.h"
#include "app/inference/transcript_export.h"
#include "app/inference/transcript_pane.h"
#include "app/samples/clip_pane.h"
#include "tests/app/inference_fixture.h"
#include "widgets/label_lane.h"
#include "widgets/sound_player.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTreeView>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

using State = Recording::State;

class TestSpeechForm : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void droppedRecordings_areHeardInOrder();
    void word_isPlayedWhenItIsClicked();
    void recordingThatFails_saysWhyInItsRow();
    void options_hearTheCurrentOneAgain();
    void stop_leavesTheRestWaiting();
    void longRecording_saysHowFarItIs();
    void recordedSound_isHeardLikeAFile();
    void microphoneThatIsMissing_isSaid();
    void manifestsAndFolders_areListed();
    void texts_areExported();
    void thousandRecordings_areTakenFewAtATime();
};

void TestSpeechForm::droppedRecordings_areHeardInOrder() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    QCOMPARE(f.pane->tabs().tabText(0), QStringLiteral("Transcribe"));
    QMimeData dropped;
    dropped.setUrls({QUrl::fromLocalFile(f.clip("one.wav")), QUrl::fromLocalFile(f.clip("two.wav")),
                     QUrl::fromLocalFile(f.folder.filePath(QStringLiteral("note.pdf")))});
    QVERIFY(f.pane->takes(dropped));
    f.pane->take(dropped);
    auto* const form = f.form<SpeechForm>();
    QTRY_COMPARE(form->transcripts().count(State::Done), 2);
    QCOMPARE(form->transcripts().at(0).name, QStringLiteral("one.wav"));
    QCOMPARE(form->transcripts().at(1).transcript.text, std::string("two heard"));
    QVERIFY(f.model.transcribeOptions().words);
    const auto* const text = f.child<QLabel>(QStringLiteral("Transcript"));
    QCOMPARE(text->text(), QStringLiteral("one heard")); // the first is the current one
    f.child<QTreeView>(QStringLiteral("Recordings"))->setCurrentIndex(form->transcripts().index(1, 0));
    QCOMPARE(text->text(), QStringLiteral("two heard"));
    QTest::mouseClick(f.button(QStringLiteral("Copy")), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("one heard\ntwo heard"));
    QMimeData other;
    other.setText(QStringLiteral("a text"));
    QVERIFY(!f.pane->takes(other));
    QVERIFY(!f.pane->grab().isNull());
}

void TestSpeechForm::word_isPlayedWhenItIsClicked() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    f.form<SpeechForm>()->add({f.clip("one.wav")});
    QTRY_COMPARE(f.form<SpeechForm>()->transcripts().count(State::Done), 1);
    auto* const pane = f.child<TranscriptPane>();
    QTRY_VERIFY(pane->words().isVisible());
    QCOMPARE(pane->words().labels().size(), std::size_t{2});
    QCOMPARE(pane->words().seconds(), 1.0);
    auto& player = pane->clip().player();
    QSignalSpy playing(&player, &widgets::SoundPlayer::playingChanged);
    const QPointF middle(pane->words().xOf(0.7), 2);
    QTest::mouseClick(&pane->words(), Qt::LeftButton, {}, middle.toPoint());
    QVERIFY(!playing.isEmpty()); // with a device or without one
    QTRY_VERIFY(!player.isPlaying());
    QVERIFY(player.position() > 0.4 && player.position() <= 1.0);
}

void TestSpeechForm::recordingThatFails_saysWhyInItsRow() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    auto* const form = f.form<SpeechForm>();
    form->add({f.clip("a.wav"), f.folder.filePath(QStringLiteral("gone.wav")), f.clip("b.wav")});
    QTRY_COMPARE(form->transcripts().count(State::Failed), 1);
    QTRY_COMPARE(form->transcripts().count(State::Done), 2); // one bad file spoils no other
    QCOMPARE(form->transcripts().at(1).state, State::Failed);
    const QString said = form->transcripts().index(1, TranscriptModel::TextColumn).data().toString();
    QVERIFY2(said.contains(QStringLiteral("no such file")), qPrintable(said));
    QVERIFY(said.contains(QStringLiteral("Choose another")));
}

void TestSpeechForm::options_hearTheCurrentOneAgain() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    f.form<SpeechForm>()->add({f.clip("one.wav")});
    QTRY_COMPARE(f.form<SpeechForm>()->transcripts().count(State::Done), 1);
    QCOMPARE(f.model.transcribeOptions().beamSize, 0); // as the config says
    QTest::mouseClick(f.button(QStringLiteral("Options")), Qt::LeftButton);
    auto* const decoding = f.child<QComboBox>();
    QVERIFY(decoding->isVisible());
    QTest::keyClick(decoding, Qt::Key_End); // beam search
    QTRY_COMPARE(f.model.asked.load(), 2);
    QCOMPARE(f.model.transcribeOptions().beamSize, f.child<QSpinBox>()->value());
    QTRY_COMPARE(f.form<SpeechForm>()->transcripts().count(State::Done), 1);
    const auto* const others =
        f.child<QPlainTextEdit>(QStringLiteral("Alternatives with their log-probabilities"));
    QTRY_VERIFY(others->isVisible());
    QVERIFY(others->toPlainText().contains(QStringLiteral("one herd")));
}

void TestSpeechForm::stop_leavesTheRestWaiting() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    auto* const form = f.form<SpeechForm>();
    f.model.hold();
    QStringList files;
    for (int i = 0; i < 6; ++i)
        files.append(f.clip(qPrintable(QStringLiteral("c%1.wav").arg(i))));
    form->add(files);
    QTRY_VERIFY(form->transcripts().count(State::Working) > 0);
    QVERIFY(f.button(QStringLiteral("Stop"))->isVisible());
    QTest::mouseClick(f.button(QStringLiteral("Stop")), Qt::LeftButton);
    QTRY_COMPARE(f.model.stopped.load(), 1);
    f.model.letOn();
    QVERIFY(f.settle());
    QCOMPARE(form->transcripts().count(State::Waiting), 6);
    QTest::mouseClick(f.button(QStringLiteral("Hear all again")), Qt::LeftButton);
    QTRY_COMPARE(form->transcripts().count(State::Done), 6);
}

void TestSpeechForm::longRecording_saysHowFarItIs() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    auto* const form = f.form<SpeechForm>();
    f.model.seconds = 3600;
    f.model.hold();
    form->add({f.clip("hour.wav")});
    const auto said = [form] { return form->findChild<QLabel*>(QStringLiteral("count"))->text(); };
    QTRY_VERIFY2(said().contains(QStringLiteral("30 min")), qPrintable(said()));
    QVERIFY(said().contains(QStringLiteral("1 h")));
    f.model.letOn();
    QTRY_COMPARE(form->transcripts().count(State::Done), 1);
    QVERIFY(!said().contains(QStringLiteral("30 min")));
    f.model.seconds = 10; // too short to tell of
    f.model.hold();
    form->add({f.clip("short.wav")});
    QTRY_COMPARE(form->transcripts().count(State::Working), 1);
    QCoreApplication::processEvents();
    QVERIFY(!said().contains(QStringLiteral(" s of ")));
}

void TestSpeechForm::recordedSound_isHeardLikeAFile() {
    InferenceFixture f;
    const QString config = f.text("asound.conf", "</usr/share/alsa/alsa.conf>\npcm.!default { type null }\n");
    qputenv("ALSA_CONFIG_PATH", config.toLocal8Bit()); // five minutes of silence, at once
    QVERIFY(f.open(run::Task::Transcribe));
    QTest::mouseClick(f.button(QStringLiteral("Record")), Qt::LeftButton);
    auto* const form = f.form<SpeechForm>();
    QTRY_COMPARE_WITH_TIMEOUT(form->transcripts().count(State::Done), 1, 30000);
    QCOMPARE(form->transcripts().at(0).name, QStringLiteral("Recording 1"));
    QCOMPARE(form->transcripts().at(0).transcript.text, std::string("recording_1 heard"));
    const auto sound = readSoundFile(form->transcripts().at(0).file.toStdString(), {});
    QVERIFY(sound);
    QCOMPARE(sound->rate, 16000);
    QCOMPARE(sound->samples->size(), std::size_t{300 * 16000}); // the limit
    const QString file = form->transcripts().at(0).file;
    QVERIFY(f.settle());
    f.pane.reset();
    QVERIFY(!QFile::exists(file)); // it goes with the form
    qunsetenv("ALSA_CONFIG_PATH");
}

void TestSpeechForm::microphoneThatIsMissing_isSaid() {
    qputenv("ALSA_CONFIG_PATH", "/nonexistent"); // ALSA knows no device at all
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    QTest::mouseClick(f.button(QStringLiteral("Record")), Qt::LeftButton);
    auto* const notice = f.pane->form()->findChild<ProblemBar*>();
    QTRY_VERIFY(notice->isVisible());
    QVERIFY2(notice->text().contains(QStringLiteral("Cannot record")), qPrintable(notice->text()));
    QVERIFY(notice->text().contains(QStringLiteral("microphone")));
    QVERIFY(f.button(QStringLiteral("Record"))->isVisible()); // and can be tried again
    qunsetenv("ALSA_CONFIG_PATH");
}

void TestSpeechForm::manifestsAndFolders_areListed() {
    InferenceFixture f;
    (void)f.clip("b.wav");
    (void)f.clip("a.wav");
    (void)f.text("readme.txt", "no recording");
    const QString manifest =
        f.text("m.json", "{\"audio_filepath\": \"b.wav\"}\n\n{\"audio_filepath\": \"/x.wav\"}\n");
    const auto inFolder = findRecordings({f.folder.path()}, {});
    QVERIFY(inFolder);
    QCOMPARE(*inFolder, (QStringList{f.folder.filePath(QStringLiteral("a.wav")),
                                     f.folder.filePath(QStringLiteral("b.wav"))}));
    const auto named = findRecordings({manifest}, {});
    QVERIFY(named);
    QCOMPARE(*named, (QStringList{f.folder.filePath(QStringLiteral("b.wav")), QStringLiteral("/x.wav")}));
    const auto broken = findRecordings({f.text("bad.json", "{\"audio_filepath\": \"b.wav\"}\n{}\n")}, {});
    QVERIFY(!broken);
    QCOMPARE(broken.error().line, 2);
    QTemporaryDir empty;
    QVERIFY(!findRecordings({empty.path()}, {}));
}

void TestSpeechForm::texts_areExported() {
    const std::vector<run::Transcript> transcripts{
        {.audioFile = "/x/one.wav", .text = "hello there", .words = {{"hello", 0.5, 1}, {"there", 1.25, 2}}},
        {.audioFile = "/x/two.wav", .text = "\"quoted\""}};
    QCOMPARE(QString::fromStdString(formatTranscripts(transcripts, TranscriptFormat::Tsv)),
             QStringLiteral("/x/one.wav\thello there\n/x/two.wav\t\"quoted\"\n"));
    QCOMPARE(QString::fromStdString(formatTranscripts(transcripts, TranscriptFormat::Ctm)),
             QStringLiteral("one 1 0.50 0.50 hello\none 1 1.25 0.75 there\n"));
    const std::string manifest = formatTranscripts(transcripts, TranscriptFormat::Manifest);
    const auto line = fromJson(manifest.substr(0, manifest.find('\n')));
    QVERIFY(line);
    QCOMPARE(line->at("audio_filepath")->asString(), std::string("/x/one.wav"));
    QCOMPARE(line->at("words.1.start_time")->asFloat(), 1.25);
    QCOMPARE(transcriptFormatOf(QStringLiteral("a.CTM")), TranscriptFormat::Ctm);
    QCOMPARE(transcriptFormatOf(QStringLiteral("a.txt")), TranscriptFormat::Tsv);
    QCOMPARE(transcriptFormatOf(QStringLiteral("a")), TranscriptFormat::Manifest);
}

void TestSpeechForm::thousandRecordings_areTakenFewAtATime() {
    InferenceFixture f;
    QVERIFY(f.open(run::Task::Transcribe));
    QStringList files;
    const QString clip = f.clip("c.wav");
    for (int i = 0; i < 1000; ++i)
        files.append(clip);
    f.form<SpeechForm>()->add(files);
    QTRY_COMPARE_WITH_TIMEOUT(f.form<SpeechForm>()->transcripts().count(State::Done), 1000, 60000);
    QVERIFY(f.model.largest() <= 4);
}

QTEST_MAIN(TestSpeechForm)
#include "tst_speech_form.moc"
