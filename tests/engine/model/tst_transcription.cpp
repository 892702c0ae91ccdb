// SPDX-License-Identifier: GPL-3.0-or-later
// Transcription with a recognizer that reads its tokens off the samples: batches, parts of long recordings,
// beams.
#include "engine/base/file.h"
#include "engine/model/asr/transcription.h"
#include "engine/text/char_tokenizer.h"

#include <QTemporaryDir>
#include <QTest>

#include <random>
#include <sndfile.h>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::model;

namespace {

constexpr int kRate = 16000;
constexpr std::int64_t kFrame = 640; // 40 ms
const std::vector<std::string> kLabels{" ", "a", "b", "c", "'"};
const auto kBlank = static_cast<std::int64_t>(kLabels.size());

CtcDecoding decoding() {
    auto tokenizer = text::CharTokenizer::create(kLabels);
    if (!tokenizer) qFatal("%s", tokenizer.error().message().c_str());
    return CtcDecoding(std::make_shared<const text::CharTokenizer>(std::move(*tokenizer)));
}

} // namespace

class TranscriptionTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    CtcDecoding m_decoding = decoding();
    CtcDecodingParams m_params{};
    std::vector<std::vector<std::int64_t>> m_batches; ///< lengths in samples of each that was run

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }

    /// A recording whose frame t says ids[t].
    fs::path write(const std::string& name, const std::vector<std::int64_t>& ids) const {
        std::vector<float> samples;
        for (const std::int64_t id : ids)
            samples.insert(samples.end(), kFrame, static_cast<float>(id + 1) / 10);
        SF_INFO info{};
        info.samplerate = kRate;
        info.channels = 1;
        info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
        SNDFILE* file = sf_open(path(name).c_str(), SFM_WRITE, &info);
        if (file == nullptr) qFatal("cannot write the test's recording");
        sf_writef_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
        sf_close(file);
        return path(name);
    }
    /// Words of one to five letters with blanks in and between them.
    static std::vector<std::int64_t> speech(std::size_t frames, unsigned seed) {
        std::mt19937 engine(seed);
        const auto below = [&](unsigned n) { return static_cast<std::int64_t>(engine() % n); };
        std::vector<std::int64_t> ids;
        while (ids.size() < frames) {
            for (std::int64_t letters = 1 + below(5); letters > 0; --letters) {
                ids.insert(ids.end(), static_cast<std::size_t>(1 + below(3)), 1 + below(3));
                ids.insert(ids.end(), static_cast<std::size_t>(1 + below(4)), kBlank);
            }
            ids.push_back(0);
            ids.insert(ids.end(), static_cast<std::size_t>(below(20)), kBlank);
        }
        ids.resize(frames);
        return ids;
    }

    SpeechRecognizer recognizer() {
        return {.sampleRate = kRate,
                .frameSamples = kFrame,
                .decoding = m_decoding,
                .params = m_params,
                .run = [this](const torch::Tensor& signal, const nn::Lengths& lengths) {
                    m_batches.push_back(lengths.values());
                    const std::int64_t frames = signal.size(1) / kFrame;
                    torch::Tensor logProbs = torch::full({signal.size(0), frames + 1, kBlank + 1}, -9.0F);
                    std::vector<std::int64_t> valid;
                    for (std::int64_t b = 0; b < signal.size(0); ++b) {
                        valid.push_back(lengths.values()[static_cast<std::size_t>(b)] / kFrame);
                        for (std::int64_t t = 0; t < frames; ++t) {
                            const auto id = std::lround(signal[b][t * kFrame].item<float>() * 10) - 1;
                            logProbs[b][t][id < 0 ? kBlank : id] = -0.01F;
                        }
                    }
                    return SpeechRecognizer::Output{logProbs, nn::Lengths(valid)};
                }};
    }
    std::vector<run::Transcript> transcripts(const std::vector<fs::path>& files,
                                             const run::TranscribeOptions& options) {
        m_batches.clear();
        auto out = model::transcribe(recognizer(), files, options, {});
        if (!out) qFatal("%s", out.error().message().c_str());
        return *out;
    }

private Q_SLOTS:
    void clips_areBatchedByLength_andComeInTheirOrder() {
        std::vector<fs::path> files;
        std::vector<std::string> expected;
        for (const std::size_t frames : {30UL, 90UL, 10UL, 60UL, 20UL}) {
            files.push_back(write("clip" + std::to_string(frames) + ".wav",
                                  speech(frames, static_cast<unsigned>(frames))));
            expected.push_back(transcripts({files.back()}, {}).front().text);
        }
        const auto out = transcripts(files, {.batchSize = 2});
        for (std::size_t i = 0; i < files.size(); ++i) {
            QCOMPARE(out[i].audioFile, files[i].string());
            QCOMPARE(out[i].text, expected[i]);
        }
        QCOMPARE(m_batches, (std::vector<std::vector<std::int64_t>>{
                                {90 * kFrame, 60 * kFrame}, {30 * kFrame, 20 * kFrame}, {10 * kFrame}}));
    }

    void words_haveTheirTimes_andTheirScore() {
        const std::vector<std::int64_t> ids{5, 1, 1, 5, 2, 5, 5, 0, 5, 3, 3, 5};
        const auto out = transcripts({write("words.wav", ids)}, {.words = true});
        QCOMPARE(out[0].text, std::string("ab c"));
        QCOMPARE(out[0].words.size(), std::size_t(2));
        QCOMPARE(out[0].words[0].text, std::string("ab"));
        QCOMPARE(out[0].words[0].start, 0.0);
        QCOMPARE(out[0].words[0].end, 4 * 0.04);
        QCOMPARE(out[0].words[1].start, 7 * 0.04);
        QCOMPARE(out[0].words[1].end, 9 * 0.04);
        QVERIFY(std::abs(out[0].score + 0.06) < 1e-5); // of six frames that are not blank
        QVERIFY(transcripts({path("words.wav")}, {})[0].words.empty());
    }

    void aLongRecording_isReadInParts_andSaysTheSame_data() {
        QTest::addColumn<double>("buffer");
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("beam");
        for (const double buffer : {0.5, 2.0, 7.3})
            for (const int frames : {2000, 2001, 2013})
                QTest::addRow("%g s, %d frames", buffer, frames) << buffer << frames << 1;
        QTest::newRow("a beam") << 5.0 << 4000 << 4;
    }
    void aLongRecording_isReadInParts_andSaysTheSame() {
        QFETCH(double, buffer);
        QFETCH(int, frames);
        QFETCH(int, beam);
        const fs::path file = write("long.wav", speech(static_cast<std::size_t>(frames), 3));
        const auto whole = transcripts({file}, {.words = true, .beamSize = beam});
        double done = 0, all = 0;
        run::TranscribeOptions options{.words = true, .beamSize = beam, .bufferSeconds = buffer};
        options.progress = [&](double now, double total) {
            QVERIFY(now >= done && now <= total);
            done = now;
            all = total;
        };
        const auto parts = transcripts({file}, options);
        QVERIFY(m_batches.size() > 5);
        for (const auto& lengths : m_batches)
            QVERIFY(static_cast<double>(lengths[0]) <= std::max(buffer, 0.2) * kRate);
        QCOMPARE(parts[0].text, whole[0].text);
        QCOMPARE(parts[0].words.size(), whole[0].words.size());
        for (std::size_t i = 0; i < parts[0].words.size(); ++i) {
            QCOMPARE(parts[0].words[i].text, whole[0].words[i].text);
            QVERIFY(std::abs(parts[0].words[i].start - whole[0].words[i].start) < 0.081);
            QVERIFY(std::abs(parts[0].words[i].end - whole[0].words[i].end) < 0.081);
        }
        QCOMPARE(done, all);
        QVERIFY(std::abs(all - frames * 0.04) < 1e-6);
    }

    void aBeam_prefersWhatTheLanguageModelDoes() {
        const fs::path model = path("words.arpa");
        QVERIFY(writeFileAtomically(model,
                                    "\\data\\\nngram 1=4\n\n\\1-grams:\n-9 <unk>\n-99 <s>\n-0.1 </s>\n-0.1 "
                                    "abc\n\n\\end\\\n"));
        const fs::path file = write("abb.wav", {1, 5, 2, 5, 2});
        m_params.beam.tokenMinLogp = -20;
        m_params.beam.beamPruneLogp = -40;
        const auto plain = transcripts({file}, {.beamSize = 8});
        QCOMPARE(plain[0].text, std::string("abb"));
        QVERIFY(plain[0].alternatives.size() > 1);
        QCOMPARE(plain[0].alternatives[0].text, std::string("abb"));
        run::TranscribeOptions options{.beamSize = 8};
        options.languageModel = model;
        options.languageModelWeight = 2;
        QCOMPARE(transcripts({file}, options)[0].text, std::string("abc"));
        options.languageModel = path("none.arpa");
        QVERIFY(!model::transcribe(recognizer(), {file}, options, {}));
        m_params = {};
    }

    void whatCannotBeRead_isNamed_andAStopEndsIt() {
        const fs::path file = write("short.wav", {1, 2});
        const auto missing = model::transcribe(recognizer(), {file, path("none.wav")}, {}, {});
        QVERIFY(!missing && missing.error().file.find("none.wav") != std::string::npos);
        std::stop_source stopped;
        stopped.request_stop();
        const auto ended = model::transcribe(recognizer(), {file}, {}, stopped.get_token());
        QVERIFY(!ended && ended.error().kind == ErrorKind::Interrupted);
        QVERIFY(transcripts({}, {}).empty());
    }
};

QTEST_GUILESS_MAIN(TranscriptionTest)
#include "tst_transcription.moc"
