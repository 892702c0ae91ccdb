// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/clip_source.h"
#include "engine/archive/tar_writer.h"
#include "tests/app/wave_fixture.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

using namespace fathom;
using namespace fathom::app;

namespace {

double secondsOf(const Result<Sound>& sound) {
    return sound ? static_cast<double>(sound->samples->size()) / sound->rate : -1;
}

Result<Sound> soundOf(const std::string& source, const std::vector<std::filesystem::path>& folders) {
    const auto clip = findClip(source, folders);
    if (!clip) return fail(clip.error());
    return readClipSound(*clip, {});
}

} // namespace

class TestClipSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void source_isTakenApart_data() {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("offset");
        QTest::addColumn<double>("duration");
        QTest::newRow("plain") << "a/b.wav"
                               << "a/b.wav" << 0.0 << -1.0;
        QTest::newRow("part") << "a/b.wav#t=1.5,4"
                              << "a/b.wav" << 1.5 << 2.5;
        QTest::newRow("to the end") << "b.wav#t=1.5"
                                    << "b.wav" << 1.5 << -1.0;
        QTest::newRow("from the beginning") << "b.wav#t=,2"
                                            << "b.wav" << 0.0 << 2.0;
        QTest::newRow("no numbers") << "b#t=x.wav"
                                    << "b#t=x.wav" << 0.0 << -1.0;
        QTest::newRow("backwards") << "b.wav#t=4,1"
                                   << "b.wav#t=4,1" << 0.0 << -1.0;
    }

    void source_isTakenApart() {
        QFETCH(QString, source);
        QFETCH(QString, file);
        QFETCH(double, offset);
        QFETCH(double, duration);
        const ClipSource clip = parseClipSource(source.toStdString());
        QCOMPARE(QString::fromStdString(clip.file.string()), file);
        QCOMPARE(clip.range.offset, offset);
        QCOMPARE(clip.range.duration, duration);
    }

    void recordings_areKnownByTheirNames() {
        for (const char* name : {"a.wav", "b.FLAC", "x.tar/c.opus", "d.mp3#t=1,2"})
            QVERIFY2(namesRecording(name), name);
        for (const char* name : {"", "line 3", "a.txt", "wav"})
            QVERIFY2(!namesRecording(name), name);
    }

    void relativePath_isFoundAboveTheFolders() {
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("data")));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("data/a.wav")), waveOfTone(2)));
        const std::filesystem::path run = std::filesystem::path(folder.path().toStdString()) / "runs" / "7";
        QCOMPARE(secondsOf(soundOf("data/a.wav", {run})), 2.0);
        QCOMPARE(secondsOf(soundOf("data/a.wav#t=0.5,1.25", {run})), 0.75);
        QCOMPARE(secondsOf(soundOf("data/a.wav#t=1.5,9", {run})), 0.5); // there is no more
        const auto beyond = soundOf("data/a.wav#t=5,6", {run});
        QVERIFY(!beyond && beyond.error().why.find("behind the end") != std::string::npos);
        const auto gone = soundOf("data/b.wav", {run});
        QVERIFY(!gone && gone.error().file == "data/b.wav");
    }

    void firstFolder_comesBeforeTheOthers_andThoseBeforeWhatContainsThem() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        for (const char* name : {"started/data", "workspace/data", "data", "other"})
            QVERIFY(QDir(folder.path()).mkpath(QLatin1String(name)));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("started/data/a.wav")), waveOfTone(1)));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("workspace/data/a.wav")), waveOfTone(2)));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("data/a.wav")), waveOfTone(3)));
        QCOMPARE(secondsOf(soundOf("data/a.wav", {root / "started", root / "workspace"})), 1.0);
        QCOMPARE(secondsOf(soundOf("data/a.wav", {root / "other", root / "workspace"})), 2.0);
        QCOMPARE(secondsOf(soundOf("data/a.wav", {root / "other"})), 3.0);
        const auto gone = soundOf("data/b.wav", {root / "started", root / "workspace"});
        QVERIFY(!gone && gone.error().why.find((root / "started").string()) != std::string::npos);
    }

    void currentFolder_isTheLastOne() {
        QTemporaryDir folder;
        const QString before = QDir::currentPath();
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("here")));
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("started")));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("here/a.wav")), waveOfTone(1)));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("started/a.wav")), waveOfTone(2)));
        QVERIFY(QDir::setCurrent(folder.filePath(QStringLiteral("here"))));
        const auto both = soundOf("a.wav", {folder.filePath(QStringLiteral("started")).toStdString()});
        const auto one = soundOf("a.wav", {});
        QVERIFY(QDir::setCurrent(before));
        QCOMPARE(secondsOf(both), 2.0);
        QCOMPARE(secondsOf(one), 1.0);
    }

    void memberOfATar_isPlayed() {
        QTemporaryDir folder;
        const QByteArray wave = waveOfTone(1);
        std::string bytes;
        archive::TarWriter writer([&](std::span<const std::byte> part) -> Status {
            bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
            return {};
        });
        for (const char* name : {"first.wav", "sub/second.wav"}) {
            QVERIFY(writer.begin({.name = name, .bytes = static_cast<std::uint64_t>(wave.size())}));
            QVERIFY(writer.content(
                std::as_bytes(std::span(wave.constData(), static_cast<std::size_t>(wave.size())))));
            QVERIFY(writer.end());
        }
        QVERIFY(writer.finish());
        QVERIFY(writeFile(folder.filePath(QStringLiteral("0.tar")), QByteArray::fromStdString(bytes)));
        const std::filesystem::path here = folder.path().toStdString();
        QCOMPARE(secondsOf(soundOf("0.tar/sub/second.wav", {here})), 1.0);
        QCOMPARE(secondsOf(soundOf((here / "0.tar/first.wav").string() + "#t=0.25,0.5", {})), 0.25);
        const auto missing = soundOf("0.tar/third.wav", {here});
        QVERIFY(!missing && missing.error().why.find("third.wav") != std::string::npos);
    }

    void peaks_coverEverySample() {
        std::vector<float> samples(20'000, 0.0F);
        samples[12'345] = 0.75F;
        samples.back() = -0.5F;
        const auto peaks = peaksOf(samples);
        QCOMPARE(peaks.size(), std::size_t{8192});
        QCOMPARE(std::max_element(peaks.begin(), peaks.end(),
                                  [](const auto& a, const auto& b) { return a.maximum < b.maximum; })
                     ->maximum,
                 0.75);
        QCOMPARE(peaks.back().minimum, -0.5);
        QCOMPARE(peaksOf(std::vector<float>(3, 1.0F)).size(), std::size_t{3});
        QVERIFY(peaksOf({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestClipSource)
#include "tst_clip_source.moc"
