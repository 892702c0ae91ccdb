// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/file.h"
#include "engine/data/audio_text_dataset.h"
#include "engine/text/char_tokenizer.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::data;
using Ids = std::vector<std::int64_t>;

class AudioTextDatasetTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    text::CharTokenizer m_tokenizer = *text::CharTokenizer::create({" ", "a", "b", "c"});

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }

    void writeRecording(const std::string& name, std::size_t frames, float value) {
        SF_INFO info{};
        info.samplerate = 16000;
        info.channels = 1;
        info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
        std::vector<float> samples(frames, value);
        samples[0] = 0.25F; // FLAC keeps a constant in a few bytes, of which nothing could be cut
        SNDFILE* file = sf_open(path(name).c_str(), SFM_WRITE, &info);
        if (file == nullptr) qFatal("cannot write the test's recording");
        sf_writef_float(file, samples.data(), static_cast<sf_count_t>(frames));
        sf_close(file);
    }
    fs::path writeManifest(const std::string& content) {
        if (!writeFileAtomically(path("m.json"), content)) qFatal("cannot write the test's manifest");
        return path("m.json");
    }
    Result<std::shared_ptr<const AudioTextDataset>> open(const std::string& content,
                                                         AudioTextOptions options = {}) {
        options.manifests = {writeManifest(content)};
        return AudioTextDataset::open(options,
                                      [this](std::string_view text) { return m_tokenizer.encode(text); });
    }

private Q_SLOTS:
    void textsThatCtcCannotLearn_areToldOf_withTheirLine() {
        const std::string lines = R"({"audio_filepath": "a.flac", "duration": 0.1, "text": "ab"}
{"audio_filepath": "a.flac", "duration": 0.1, "text": ""}
{"audio_filepath": "a.flac", "duration": 0.1, "text": "aabb"}
{"audio_filepath": "b.flac", "duration": 0.05, "text": "abcabc"})"; // at 40 frames a second: 5, 5, 5, 3 of
                                                                    // them
        const auto kept = open(lines, {.framesPerSecond = 40});
        QVERIFY(kept.has_value());
        QCOMPARE((*kept)->size(), std::size_t(4));
        const auto told = (*kept)->warnings();
        QCOMPARE(told.size(), std::size_t(2));
        QVERIFY(told[0].starts_with("1 text is empty, the first: ") &&
                told[0].find("m.json:2") != std::string::npos);
        QVERIFY(told[1].starts_with("2 recordings are too short") &&
                told[1].find("m.json:3") != std::string::npos);
        const auto left = open(lines, {.framesPerSecond = 40, .leaveOutImpossible = true});
        QVERIFY(left.has_value());
        QCOMPARE((*left)->size(), std::size_t(2));
        QVERIFY((*left)->warnings()[1].starts_with("2 lines were left out"));
        const auto none = open(R"({"audio_filepath": "b.flac", "duration": 0.05, "text": "abcabc"})",
                               {.framesPerSecond = 40, .leaveOutImpossible = true});
        QVERIFY(!none && none.error().message().find("too short for its text") != std::string::npos);
    }

    void aDurationBeyondAllCounting_isTheErrorOfItsLine() {
        writeRecording("long.flac", 1600, 0.5F);
        for (const char* duration : {"1e300", "1e400"}) {
            const auto set = open(
                std::string(R"({"audio_filepath": "long.flac", "text": "ab", "duration": )") + duration + "}",
                {.framesPerSecond = 40, .leaveOutImpossible = true});
            if (!set) continue; // what JSON has no number for
            QVERIFY((*set)->warnings().empty());
            const auto sample = (*set)->read(0);
            QVERIFY(!sample && sample.error().message().find("m.json:1") != std::string::npos);
        }
    }

    void initTestCase() {
        writeRecording("a.flac", 1600, 0.5F);
        writeRecording("b.flac", 800, -0.5F);
        writeRecording("whole.flac", 16000, 0.5F);
        const std::string content = *readFile(path("whole.flac"));
        QVERIFY(writeFileAtomically(path("cut.flac"), content.substr(0, content.size() - 40)).has_value());
    }

    void load_padsOnTheRight() {
        const auto dataset = open(R"({"audio_filepath": "a.flac", "duration": 0.1, "text": "ab"}
{"audio_filepath": "b.flac", "duration": 0.05, "text": "cab"})",
                                  {.padId = 9});
        QVERIFY(dataset.has_value());
        QCOMPARE((*dataset)->summary(), std::string("2 recordings, 0.00 hours"));
        for (int epoch = 0; epoch < 2; ++epoch) { // decoded, then out of the cache
            const auto batch = (*dataset)->load(Ids{1, 0});
            QVERIFY(batch.has_value());
            QCOMPARE(batch->size(), 2);
            QCOMPARE(batch->maxSignal, 1600);
            QCOMPARE(batch->signalLengths, (Ids{800, 1600}));
            QCOMPARE(batch->tokens, (Ids{3, 1, 2, 1, 2, 9}));
            QCOMPARE(batch->tokenLengths, (Ids{3, 2}));
            QCOMPARE(batch->signal[799], -0.5F);
            QCOMPARE(batch->signal[800], 0.0F);
            QCOMPARE(batch->signal[1601], 0.5F);
            QCOMPARE(batch->texts[0], std::string("cab"));
            QCOMPARE(batch->sources[1], path("a.flac").string());
        }
    }

    void secondEpoch_decodesNothing() {
        writeRecording("once.flac", 1600, 0.5F);
        const auto dataset = open(R"({"audio_filepath": "once.flac", "duration": 0.1, "text": "a"})");
        QVERIFY((*dataset)->read(0).has_value());
        fs::remove(path("once.flac"));
        QVERIFY((*dataset)->read(0).has_value());
    }

    void tokens_haveBeginningAndEnd_whenAsked() {
        const auto dataset =
            open(R"({"audio_filepath": "a.flac", "duration": 0.1, "text": "a"})", {.bosId = 7, .eosId = 8});
        QCOMPARE((*dataset)->read(0)->tokens, (Ids{7, 1, 8}));
    }

    void aBrokenRecording_isAnErrorNamingTheManifestLine() {
        const auto dataset = open(R"({"audio_filepath": "a.flac", "duration": 0.1, "text": "a"}
{"audio_filepath": "cut.flac", "duration": 1, "text": "a"})");
        QVERIFY(dataset.has_value());
        const auto batch = (*dataset)->load(Ids{0, 1});
        QVERIFY(!batch.has_value());
        QCOMPARE(batch.error().line, 2);
        QCOMPARE(batch.error().file, path("m.json").string());
        QCOMPARE(batch.error().exitCode(), 3);
        QVERIFY2(batch.error().message().find("cut.flac: the file is truncated") != std::string::npos,
                 batch.error().message().c_str());
    }

    void aBrokenRecording_isCounted_withSkipBadFiles() {
        const auto dataset = open(R"({"audio_filepath": "cut.flac", "duration": 1, "text": "a"}
{"audio_filepath": "b.flac", "duration": 0.05, "text": "a"})",
                                  {.manifest = {.skipBadFiles = true}});
        const auto batch = (*dataset)->load(Ids{0, 1});
        QVERIFY(batch.has_value());
        QCOMPARE(batch->size(), 1);
        QCOMPARE(batch->maxSignal, 800);
        QCOMPARE(batch->skipped.size(), std::size_t{1});
        QCOMPARE((*dataset)->load(Ids{0})->size(), 0);
    }

    void anUnknownCharacter_isAnErrorNamingLineAndCharacter() {
        const auto dataset = open(R"({"audio_filepath": "a.flac", "duration": 0.1, "text": "a"}
{"audio_filepath": "b.flac", "duration": 0.05, "text": "añb"})");
        QVERIFY(!dataset.has_value());
        QCOMPARE(dataset.error().line, 2);
        QVERIFY2(dataset.error().message().find("'ñ' (U+00F1) is not in labels") != std::string::npos,
                 dataset.error().message().c_str());
    }

    void anUnknownCharacter_isDroppedAndCounted_whenAsked() {
        const std::string content = R"({"audio_filepath": "a.flac", "duration": 0.1, "text": "a"}
{"audio_filepath": "b.flac", "duration": 0.05, "text": "añbñ"})";
        const auto dropping = open(content, {.dropUnknownCharacters = true});
        QCOMPARE((*dropping)->read(1)->tokens, (Ids{1, 2}));
        QCOMPARE((*dropping)->warnings().size(), std::size_t{1});
        QVERIFY((*dropping)->warnings()[0].find("'ñ' (U+00F1)") != std::string::npos);
        const auto skipping = open(content, {.manifest = {.skipBadFiles = true}});
        QCOMPARE((*skipping)->size(), std::size_t{1});
        QVERIFY((*skipping)->warnings()[0].find("1 line was left out") != std::string::npos);
    }

    void unknownCharactersWithAToken_areNamed_theFirstEight() {
        const auto dataset = open(R"({"audio_filepath": "a.flac", "duration": 0.1, "text": "azdefghijk"})",
                                  {.unknownHaveId = true});
        QCOMPARE(
            (*dataset)->warnings(),
            std::vector<std::string>{"9 characters or words of the texts are unknown to the tokenizer and "
                                     "became its unknown token: d, e, f, g, h, i, j, k"});
    }
};

QTEST_GUILESS_MAIN(AudioTextDatasetTest)
#include "tst_audio_text_dataset.moc"
