// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings inside tar files: which of them are items, that they sound like files, and what is said of
// damage.
#include "engine/archive/tar_writer.h"
#include "engine/base/file.h"
#include "engine/data/audio_text_dataset.h"
#include "engine/text/char_tokenizer.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <sndfile.h>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::data;

class TarredDatasetTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    text::CharTokenizer m_tokenizer = *text::CharTokenizer::create({" ", "a", "b", "c"});

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }

    /// A tenth of a second of one value, as FLAC or WAV.
    std::string recording(const std::string& name, float value) const {
        SF_INFO info{};
        info.samplerate = 16000;
        info.channels = 1;
        info.format = (name.ends_with(".wav") ? SF_FORMAT_WAV : SF_FORMAT_FLAC) | SF_FORMAT_PCM_16;
        SNDFILE* file = sf_open(path("recording").c_str(), SFM_WRITE, &info);
        if (file == nullptr) qFatal("cannot write the test's recording");
        const std::vector<float> samples(1600, value);
        sf_writef_float(file, samples.data(), 1600);
        sf_close(file);
        return *readFile(path("recording"));
    }

    void writeTar(const std::string& name,
                  const std::vector<std::pair<std::string, std::string>>& members) const {
        std::ofstream out(path(name), std::ios::binary);
        archive::TarWriter tar([&out](std::span<const std::byte> bytes) -> Status {
            out.write(reinterpret_cast<const char*>(bytes.data()),
                      static_cast<std::streamsize>(bytes.size()));
            return {};
        });
        for (const auto& [member, content] : members) {
            const bool isFolder = member.ends_with('/');
            QVERIFY(tar.begin({.name = member, .isDirectory = isFolder, .bytes = content.size()}));
            QVERIFY(tar.content(std::as_bytes(std::span(content))));
            QVERIFY(tar.end());
        }
        QVERIFY(tar.finish());
    }
    static std::string line(const std::string& audio, const std::string& text, double duration = 0.1,
                            double offset = 0) {
        return "{\"audio_filepath\": \"" + audio + "\", \"duration\": " + std::to_string(duration) +
               ", \"text\": \"" + text + "\", \"offset\": " + std::to_string(offset) + "}\n";
    }
    fs::path write(const std::string& name, const std::string& content) const {
        if (!writeFileAtomically(path(name), content)) qFatal("cannot write the test's manifest");
        return path(name);
    }
    Result<std::shared_ptr<const AudioTextDataset>> open(AudioTextOptions options) const {
        return AudioTextDataset::open(options,
                                      [this](std::string_view text) { return m_tokenizer.encode(text); });
    }

private Q_SLOTS:
    void initTestCase() {
        writeTar("s_0.tar", {{"folder/", ""},
                             {"folder/one.flac", recording("one.flac", 0.5F)},
                             {"nobody.wav", recording("nobody.wav", 0.1F)},
                             {"two.b.wav", recording("two.b.wav", -0.5F)}});
        writeTar("s_1.tar",
                 {{"three.wav", recording("three.wav", 0.25F)}, {"long.wav", recording("long.wav", 0)}});
    }

    void theItems_areTheMembersThatALineNames_inTheTarsOrder() {
        // NeMo joins by the name without folders and last extension, whatever the extension is.
        const fs::path manifest =
            write("m.json", line("/elsewhere/three.mp3", "c") + line("two.b.flac", "b") +
                                line("one.flac", "a", 0.05) + line("one.flac", "aa", 0.05, 0.05) +
                                line("absent.wav", "a") + line("long.wav", "a", 30));
        AudioTextOptions options;
        options.buckets = {{{manifest}, {path("s_0.tar"), path("s_1.tar")}}};
        options.manifest.maxDuration = 20;
        const auto dataset = open(options);
        QVERIFY2(dataset, dataset ? "" : dataset.error().message().c_str());
        std::vector<std::string> texts;
        for (const ManifestEntry& entry : (*dataset)->manifest().entries)
            texts.push_back(entry.text);
        QCOMPARE(texts, (std::vector<std::string>{"a", "aa", "b", "c"}));
        QCOMPARE((*dataset)->summary(),
                 std::string("4 recordings, 0.00 hours; 1 (0.01 hours) left out by duration"));
        const auto warnings = (*dataset)->warnings();
        QCOMPARE(warnings.size(), std::size_t(1));
        QVERIFY2(warnings[0].find("1 line of the manifests has no recording in the tar files") == 0 &&
                     warnings[0].find("m.json:5") != std::string::npos,
                 warnings[0].c_str());

        const std::vector<std::int64_t> indices{3, 1, 2};
        const auto batch = (*dataset)->load(indices);
        QVERIFY2(batch, batch ? "" : batch.error().message().c_str());
        QCOMPARE(batch->sources[0], (path("s_1.tar") / "three.wav").string());
        QCOMPARE(batch->sources[1], (path("s_0.tar") / "folder/one.flac").string() + "#t=0.05,0.1");
        QCOMPARE(batch->signalLengths, (std::vector<std::int64_t>{1600, 800, 1600}));
        QCOMPARE(batch->signal[0], 0.25F);
        QCOMPARE(batch->signal[1600], 0.5F);
        QCOMPARE(batch->signal[3200], -0.5F);
        QVERIFY((*dataset)->underWay().empty());
    }

    void buckets_followEachOther() {
        AudioTextOptions options;
        options.buckets = {
            {{write("short.json", line("one.flac", "a") + line("two.b.wav", "b"))}, {path("s_0.tar")}},
            {{write("tall.json", line("three.wav", "c"))}, {path("s_1.tar")}}};
        const auto dataset = open(options);
        QVERIFY2(dataset, dataset ? "" : dataset.error().message().c_str());
        QCOMPARE((*dataset)->bucketSizes(), (std::vector<std::size_t>{2, 1}));
        // Of two manifests each error names its own.
        const ManifestEntry& last = (*dataset)->manifest().entries.back();
        QVERIFY((*dataset)->manifest().error(last, "", "", "").file.ends_with("tall.json"));
    }

    void damage_isSaidWithItsManifestLine() {
        std::string cut = recording("three.wav", 0.25F);
        cut.resize(1000);
        writeTar("cut.tar", {{"three.wav", cut}, {"noise.wav", "not a recording"}});
        AudioTextOptions options;
        options.buckets = {
            {{write("d.json", line("noise.wav", "a") + line("three.wav", "c"))}, {path("cut.tar")}}};
        const auto dataset = open(options);
        QVERIFY(dataset);
        const auto shortened = (*dataset)->read(0);
        QVERIFY(!shortened);
        QCOMPARE(shortened.error().line, 2);
        QVERIFY2(shortened.error().why.find("cut.tar/three.wav") != std::string::npos,
                 shortened.error().why.c_str());
        const auto noise = (*dataset)->read(1);
        QVERIFY(!noise);
        QCOMPARE(noise.error().line, 1);
        options.manifest.skipBadFiles = true;
        const std::vector<std::int64_t> both{0, 1};
        const auto tolerant = (*open(options))->load(both);
        QVERIFY(tolerant && tolerant->size() == 0 && tolerant->skipped.size() == 2);

        // Shorter since it was indexed: an error, not a crash.
        fs::resize_file(path("cut.tar"), 600);
        const auto gone = (*dataset)->read(0);
        QVERIFY(!gone && gone.error().why.find("became shorter") != std::string::npos);
    }

    void wrongFiles_areRefused() {
        const fs::path manifest = write("w.json", line("one.flac", "a"));
        AudioTextOptions options;
        options.buckets = {{{manifest}, {path("none.tar")}}};
        const auto missing = open(options);
        QVERIFY(!missing && missing.error().file.ends_with("none.tar"));
        options.buckets = {{{manifest}, {write("text.tar", std::string(2000, 'x'))}}};
        const auto garbage = open(options);
        QVERIFY(!garbage && garbage.error().file.ends_with("text.tar"));
        options.buckets = {{{manifest}, {path("s_1.tar")}}};
        const auto other = open(options);
        QVERIFY(!other && other.error().why.find("none of their 2 files") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TarredDatasetTest)
#include "tst_tarred_dataset.moc"
