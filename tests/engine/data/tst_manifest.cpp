// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/file.h"
#include "engine/data/manifest.h"

#include <QTemporaryDir>
#include <QTest>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::data;

class ManifestTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    fs::path folder() const { return m_folder.path().toStdString(); }
    fs::path write(const std::string& name, const std::string& content) {
        const fs::path path = folder() / name;
        fs::create_directories(path.parent_path());
        if (!writeFileAtomically(path, content)) qFatal("cannot write the test's file");
        return path;
    }
    /// The message of the error, or "" when there was none.
    std::string errorOf(const std::string& content, const ManifestOptions& options = {}) {
        const auto manifest = readManifest({write("broken.json", content)}, options);
        return manifest ? "" : manifest.error().message();
    }

private Q_SLOTS:
    void initTestCase() {
        write("audio/a.wav", "x");
        write("audio/b.wav", "x");
    }

    void readManifest_readsTheKeysOfNemo() {
        write("t.txt", "from a file\n");
        const fs::path path = write(
            "m.json",
            R"({"audio_filepath": "audio/a.wav", "duration": 1.5, "text": "añb"})"
            "\n\n  \r\n"
            R"({"audio_filename": "audio/b.wav", "duration": 2, "normalized_text": "n", "offset": 0.25})"
            "\r\n"
            R"({"audio_filepath": "audio/b.wav", "duration": 2, "text_filepath": "t.txt", "lang": "en"})"
            "\n"
            R"({"audio_filepath": "audio/b.wav", "duration": 0.5})");
        const auto manifest = readManifest({path});
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->entries.size(), std::size_t{4});
        QCOMPARE(manifest->entries[0].audio, folder() / "audio/a.wav");
        QCOMPARE(manifest->entries[0].text, std::string("añb"));
        QCOMPARE(manifest->entries[0].line, 1);
        QCOMPARE(manifest->entries[1].text, std::string("n"));
        QCOMPARE(manifest->entries[1].offset, 0.25);
        QCOMPARE(manifest->entries[1].line, 4);
        QCOMPARE(manifest->entries[2].text, std::string("from a file"));
        QCOMPARE(manifest->entries[3].text, std::string());
        QCOMPARE(manifest->seconds, 6.0);
    }

    void readManifest_resolvesAgainstTheCurrentFolder_whenNotBesideTheManifest() {
        const fs::path path = write("other/m.json", R"({"audio_filepath": "audio/a.wav", "duration": 1})");
        const fs::path before = fs::current_path();
        fs::current_path(folder());
        const auto manifest = readManifest({path});
        fs::current_path(before);
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->entries[0].audio, fs::path("audio/a.wav"));
    }

    void readManifest_filtersByDurationAndCounts() {
        const fs::path path = write("d.json", R"({"audio_filepath": "audio/a.wav", "duration": 0.5}
{"audio_filepath": "audio/a.wav", "duration": 1}
{"audio_filepath": "audio/gone.wav", "duration": 30}
{"audio_filepath": "audio/a.wav", "duration": 2}
{"audio_filepath": "audio/a.wav", "duration": 1.5})");
        const auto manifest = readManifest({path}, {.minDuration = 1, .maxDuration = 2, .maxUtts = 2});
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->entries.size(), std::size_t{2});
        QCOMPARE(manifest->filtered, std::size_t{2});
        QCOMPARE(manifest->filteredSeconds, 30.5);
    }

    void readManifest_joinsSeveralFiles() {
        const fs::path a = write("a.json", R"({"audio_filepath": "audio/a.wav", "duration": 1})");
        const fs::path b = write("b.json", R"({"audio_filepath": "audio/b.wav", "duration": 1})");
        const auto files = splitManifestList(a.string() + " , " + b.string() + ",");
        QCOMPARE(files.size(), std::size_t{2});
        const auto manifest = readManifest(files);
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->entries[1].file, std::size_t{1});
    }

    void readManifest_namesFileLineAndRemedy_data() {
        QTest::addColumn<QString>("content");
        QTest::addColumn<int>("line");
        QTest::addColumn<QString>("reason");
        const auto good = QStringLiteral("{\"audio_filepath\": \"audio/a.wav\", \"duration\": 1}\n");
        const auto row = [&](const char* name, const char* broken, const char* reason) {
            QTest::newRow(name) << good + QString::fromUtf8(broken) << 2 << QString::fromUtf8(reason);
        };
        row("not JSON", "{\"audio_filepath\": ", "not JSON");
        row("not an object", "[1]", "not a JSON object");
        row("no recording", "{\"duration\": 1}", "audio_filepath");
        row("no duration", "{\"audio_filepath\": \"audio/a.wav\"}", "duration");
        row("duration as text", "{\"audio_filepath\": \"audio/a.wav\", \"duration\": \"1\"}", "duration");
        row("missing file", "{\"audio_filepath\": \"audio/gone.wav\", \"duration\": 1}",
            "gone.wav does not exist");
        row("text is a number", "{\"audio_filepath\": \"audio/a.wav\", \"duration\": 1, \"text\": 3}",
            "\"text\"");
    }
    void readManifest_namesFileLineAndRemedy() {
        QFETCH(QString, content);
        QFETCH(int, line);
        QFETCH(QString, reason);
        const auto manifest = readManifest({write("broken.json", content.toStdString())});
        QVERIFY(!manifest.has_value());
        const Error& error = manifest.error();
        QCOMPARE(error.exitCode(), 3);
        QCOMPARE(error.line, line);
        QCOMPARE(error.file, (folder() / "broken.json").string());
        QVERIFY2(QString::fromStdString(error.message()).contains(reason), error.message().c_str());
        QVERIFY(!error.remedy.empty());
    }

    void readManifest_refusesWhatHoldsNothing() {
        QVERIFY(errorOf("").find("it is empty") != std::string::npos);
        QVERIFY(errorOf("\n \n").find("it is empty") != std::string::npos);
        QVERIFY(errorOf(R"({"audio_filepath": "audio/a.wav", "duration": 1})", {.minDuration = 2})
                    .find("all 1 recordings") != std::string::npos);
        const auto missing = readManifest({folder() / "none.json"});
        QVERIFY(!missing.has_value());
        QCOMPARE(missing.error().exitCode(), 3);
        QVERIFY(!readManifest({}).has_value());
    }

    void readManifest_countsMissingFiles_withSkipBadFiles() {
        const fs::path path = write("s.json", R"({"audio_filepath": "audio/gone.wav", "duration": 1}
{"audio_filepath": "audio/a.wav", "duration": 1})");
        const auto manifest = readManifest({path}, {.skipBadFiles = true});
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->entries.size(), std::size_t{1});
        QCOMPARE(manifest->skipped.size(), std::size_t{1});
        QCOMPARE(manifest->skipped[0].line, 1);
    }
};

QTEST_GUILESS_MAIN(ManifestTest)
#include "tst_manifest.moc"
