// SPDX-License-Identifier: GPL-3.0-or-later
// TensorBoard's event files: tests/data/exchange/tensorboard was written by torch's SummaryWriter, and
// tensorboard.json is what TensorBoard's EventAccumulator read in it.
#include "engine/exchange/event_run.h"
#include "engine/store/event_encoding.h"
#include "tests/engine/exchange/exchange_testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>
#include <protozero/pbf_writer.hpp>
#include <random>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::exchange;
using namespace fathom::testing;
using store::framed;
using store::scalarEvent;

namespace {

void append(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::app) << bytes;
}

std::string version() {
    return framed(store::versionEvent({1.7e9, 0}));
}

std::string scalar(std::int64_t step, double value, const char* tag = "loss") {
    return framed(scalarEvent({1.7e9 + static_cast<double>(step), step}, tag, value));
}

std::vector<std::int64_t> stepsOf(const CollectingSink& sink, const char* tag = "loss") {
    std::vector<std::int64_t> steps;
    if (const auto found = sink.points.find(tag); found != sink.points.end())
        for (const auto& point : found->second)
            steps.push_back(point.step);
    return steps;
}

using Steps = std::vector<std::int64_t>;

class TestEventImport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_file = fs::path(m_folder->path().toStdString()) / "events.out.tfevents.1.host.1.0";
    }

    void readsWhatTensorBoardReads_ofGoldenRuns();
    void namesRunsByTheirFolders();
    void countsWhatHasNoPlace_andKeepsMediaWhenAsked();
    void skipsARecord_whoseBytesAreWrong();
    void findsTheNextRecord_afterABrokenLength();
    void waitsForTheRest_ofATornRecord();
    void survivesEveryCut_andEveryFlippedByte();
    void doesNotAllocate_forALengthThatIsALie();
    void leavesOut_whatALaterSessionStartPurges();
    void beginsAnew_whenASessionStartComesWhileFollowing();
    void purgesByTag_inFilesWithoutVersion();
    void beginsAnew_whenTheFileIsReplaced();
    void keepsImagesAndAudio_ofTensors();
    void readsTwelveThousandTags_inASecond();
    void parsesEveryForm_ofAScalar();

private:
    CollectingSink read() {
        CollectingSink sink;
        EventRun run(m_file.parent_path(), {});
        if (!run.readNew(sink, {})) sink.events.push_back({.text = "failed"});
        return sink;
    }

    std::unique_ptr<QTemporaryDir> m_folder{};
    fs::path m_file{};
};

void TestEventImport::readsWhatTensorBoardReads_ofGoldenRuns() {
    const fs::path root = fs::path(FATHOM_TEST_DATA) / "exchange/tensorboard";
    const Value golden = goldenOf("tensorboard.json");
    QVERIFY(golden.isMap());
    const auto folders = findEventFolders(root);
    QVERIFY(folders);
    QCOMPARE(folders->size(), golden.asMap().size());
    for (const EventFolder& folder : *folders) {
        const Value* expected = golden.asMap().find(folder.name);
        QVERIFY2(expected, folder.name.c_str());
        CollectingSink sink;
        EventRun run(folder.path, {});
        QVERIFY(run.readNew(sink, {}));
        const std::string wrong = difference(sink.points, expected->at("series")->asMap());
        QVERIFY2(wrong.empty(), (folder.name + ": " + wrong).c_str());
        const Value::Map& config = expected->at("config")->asMap();
        QCOMPARE(sink.description.run.leaves.size(), config.size());
        for (const auto& [key, value, layer, origin] : sink.description.run.leaves) {
            QVERIFY(config.find(key));
            QCOMPARE(toJson(value), toJson(*config.find(key)));
        }
        std::size_t texts = 0;
        for (const auto& [tag, list] : expected->at("text")->asMap())
            texts += list.asList().size();
        QCOMPARE(sink.events.size(), texts);
        QCOMPARE(sink.counts.badRecords, 0U);
        if (texts == 1) {
            QCOMPARE(sink.events[0].text, std::string("notes: **bold** text"));
            QCOMPARE(sink.events[0].step, 3);
        }
    }
}

void TestEventImport::namesRunsByTheirFolders() {
    const fs::path root = m_file.parent_path() / "logs";
    for (const char* folder : {"", "a", "a/b/c"}) {
        fs::create_directories(root / folder);
        append(root / folder / "x.tfevents.1", version());
    }
    fs::create_directories(root / "empty");
    append(root / "empty/readme.txt", "nothing");
    std::vector<std::string> names;
    const auto folders = findEventFolders(root);
    QVERIFY(folders);
    for (const EventFolder& folder : *folders)
        names.push_back(folder.name);
    QCOMPARE(names, (std::vector<std::string>{"logs", "a", "a/b/c"}));
    const auto missing = findEventFolders(root / "nowhere");
    QVERIFY(!missing);
    QCOMPARE(missing.error().kind, ErrorKind::BadInput);
}

void TestEventImport::countsWhatHasNoPlace_andKeepsMediaWhenAsked() {
    const fs::path plain = fs::path(FATHOM_TEST_DATA) / "exchange/tensorboard/plain";
    CollectingSink counted;
    QVERIFY(EventRun(plain, {}).readNew(counted, {}));
    QCOMPARE(counted.counts.skipped["audio"], 1U);
    QCOMPARE(counted.counts.skipped["histogram"] + counted.counts.skipped["histograms"], 1U);
    CollectingSink kept;
    QVERIFY(EventRun(plain, {.keepMedia = true}).readNew(kept, {}));
    QCOMPARE(kept.files.size(), 1U);
    QCOMPARE(kept.files.begin()->first, std::string("clip-4.wav"));
    QVERIFY(kept.files.begin()->second.starts_with("RIFF"));
}

void TestEventImport::skipsARecord_whoseBytesAreWrong() {
    std::string broken = scalar(1, 1);
    broken[20] = static_cast<char>(broken[20] ^ 1);
    append(m_file, version() + scalar(0, 1) + broken + scalar(2, 1));
    const CollectingSink sink = read();
    QCOMPARE(stepsOf(sink), (Steps{0, 2}));
    QCOMPARE(sink.counts.badRecords, 1U);
    QCOMPARE(sink.counts.badBytes, broken.size());
    QCOMPARE(sink.counts.warnings.size(), 1U);
    QVERIFY(sink.counts.warnings[0].find("at byte " + std::to_string((version() + scalar(0, 1)).size())) !=
            std::string::npos);
}

void TestEventImport::findsTheNextRecord_afterABrokenLength() {
    std::string broken = scalar(1, 1);
    broken[0] = static_cast<char>(broken[0] ^ 0x40);
    append(m_file, version() + scalar(0, 1) + broken + scalar(2, 1) + std::string(3000, '\0') + scalar(3, 1));
    const CollectingSink sink = read();
    QCOMPARE(stepsOf(sink), (Steps{0, 2, 3}));
    QCOMPARE(sink.counts.badRecords, 2U);
    QCOMPARE(sink.counts.badBytes, broken.size() + 3000);
}

void TestEventImport::waitsForTheRest_ofATornRecord() {
    CollectingSink sink;
    EventRun run(m_file.parent_path(), {});
    const std::string record = scalar(7, 1);
    append(m_file, version() + scalar(0, 1));
    QVERIFY(run.readNew(sink, {}));
    for (std::size_t i = 0; i < record.size(); ++i) {
        QCOMPARE(stepsOf(sink), (Steps{0}));
        append(m_file, record.substr(i, 1));
        QVERIFY(run.hasNews());
        QVERIFY(run.readNew(sink, {}));
    }
    QCOMPARE(stepsOf(sink), (Steps{0, 7}));
    QCOMPARE(sink.counts.badRecords, 0U);
    QCOMPARE(sink.restarts, 0);
}

void TestEventImport::survivesEveryCut_andEveryFlippedByte() {
    std::string bytes = version();
    for (int step = 0; step < 5; ++step)
        bytes += scalar(step, 1);
    std::mt19937 random(1);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        fs::remove(m_file);
        append(m_file, bytes.substr(0, i));
        CollectingSink cut = read();
        QVERIFY(cut.points["loss"].size() <= 5);
        QCOMPARE(cut.counts.badRecords, 0U);
        fs::remove(m_file);
        std::string flipped = bytes;
        flipped[i] = static_cast<char>(flipped[i] ^ static_cast<char>(1 + random() % 255));
        append(m_file, flipped);
        CollectingSink damaged = read();
        QVERIFY(damaged.points["loss"].size() >= 4); // one record lost, whichever byte it was
        QCOMPARE(damaged.counts.badRecords, 1U);
    }
}

void TestEventImport::doesNotAllocate_forALengthThatIsALie() {
    for (const std::uint64_t length :
         {std::uint64_t{1} << 20, std::uint64_t{1} << 34, ~std::uint64_t{0} - 3}) {
        std::string header(8, '\0');
        for (std::size_t i = 0; i < 8; ++i)
            header[i] = static_cast<char>(length >> (8 * i));
        const std::string frame = framed(header); // its last four bytes are the checksum of the length
        fs::remove(m_file);
        append(m_file, version() + scalar(0, 1) + header + frame.substr(frame.size() - 4) + "abc");
        const CollectingSink sink = read();
        QCOMPARE(stepsOf(sink), (Steps{0}));
    }
}

void TestEventImport::leavesOut_whatALaterSessionStartPurges() {
    append(m_file, version());
    for (int step = 0; step < 10; ++step)
        append(m_file, scalar(step, 1));
    const fs::path second = m_file.parent_path() / "events.out.tfevents.2.host.1.0";
    append(second, version() + framed(store::sessionStartEvent({1.7e9, 5})) + scalar(5, 2) + scalar(6, 2));
    const fs::path third = m_file.parent_path() / "events.out.tfevents.3.host.1.0";
    append(third, version() + framed(store::sessionStartEvent({1.7e9, 6})) + scalar(6, 3));
    const CollectingSink sink = read();
    QCOMPARE(stepsOf(sink), (Steps{0, 1, 2, 3, 4, 5, 6}));
    QCOMPARE(sink.points.at("loss").back().value, 3.0);
    QCOMPARE(sink.counts.purged, 6U);
    QCOMPARE(sink.restarts, 0);
}

void TestEventImport::beginsAnew_whenASessionStartComesWhileFollowing() {
    CollectingSink sink;
    EventRun run(m_file.parent_path(), {});
    append(m_file, version());
    for (int step = 0; step < 10; ++step)
        append(m_file, scalar(step, 1));
    QVERIFY(run.readNew(sink, {}));
    append(m_file.parent_path() / "events.out.tfevents.2.host.1.0",
           version() + framed(store::sessionStartEvent({1.7e9, 5})) + scalar(5, 2));
    QVERIFY(run.readNew(sink, {}));
    QCOMPARE(sink.restarts, 1);
    QCOMPARE(stepsOf(sink), (Steps{0, 1, 2, 3, 4, 5}));
    append(m_file.parent_path() / "events.out.tfevents.3.host.1.0",
           version() + framed(store::sessionStartEvent({1.7e9, 6})) + scalar(6, 2));
    QVERIFY(run.readNew(sink, {}));
    QCOMPARE(sink.restarts, 1); // it purges nothing
    QCOMPARE(stepsOf(sink), (Steps{0, 1, 2, 3, 4, 5, 6}));
}

void TestEventImport::purgesByTag_inFilesWithoutVersion() {
    for (const int step : {0, 1, 2, 3, 2, 3, 4}) // as one that went on from step 2
        append(m_file, scalar(step, step) + (step < 3 ? "" : scalar(step, step, "other")));
    const CollectingSink sink = read();
    QCOMPARE(stepsOf(sink), (Steps{0, 1, 2, 3, 4}));
    QCOMPARE(stepsOf(sink, "other"), (Steps{3, 3, 4})); // TensorBoard: its event does not hold the tag
}

void TestEventImport::beginsAnew_whenTheFileIsReplaced() {
    CollectingSink sink;
    EventRun run(m_file.parent_path(), {});
    append(m_file, version() + scalar(0, 1) + scalar(1, 1));
    QVERIFY(run.readNew(sink, {}));
    fs::resize_file(m_file, 0);
    append(m_file, version() + scalar(5, 1));
    QVERIFY(run.readNew(sink, {}));
    QCOMPARE(stepsOf(sink), (Steps{5}));
}

/// As `tf.summary.image` and `tf.summary.audio` write: strings of a tensor, the plugin in the metadata.
void TestEventImport::keepsImagesAndAudio_ofTensors() {
    const auto event = [](std::int64_t step, const char* tag, const char* plugin,
                          const std::vector<std::string>& strings) {
        std::string tensor;
        protozero::pbf_writer writer(tensor);
        writer.add_enum(1, 7); // DT_STRING
        for (const std::string& text : strings)
            writer.add_bytes(8, text);
        std::string pluginData;
        protozero::pbf_writer(pluginData).add_string(1, plugin);
        std::string metadata;
        protozero::pbf_writer(metadata).add_message(1, pluginData);
        std::string value;
        protozero::pbf_writer valueWriter(value);
        valueWriter.add_string(1, tag);
        valueWriter.add_message(9, metadata);
        valueWriter.add_message(8, tensor);
        std::string summary;
        protozero::pbf_writer(summary).add_message(1, value);
        std::string record;
        protozero::pbf_writer recordWriter(record);
        recordWriter.add_double(1, 1.7e9);
        recordWriter.add_int64(2, step);
        recordWriter.add_message(5, summary);
        return framed(record);
    };
    append(m_file, version() +
                       event(3, "val/spectrogram", "images", {"80", "40", "\x89PNG one", "\x89PNG two"}) +
                       event(4, "clip", "audio", {"RIFF wave", "a label"}) +
                       event(5, "odd", "images", {"80", "40", "no picture"}));
    CollectingSink skipped;
    QVERIFY(EventRun(m_file.parent_path(), {}).readNew(skipped, {}));
    QVERIFY(skipped.files.empty());
    QCOMPARE(skipped.counts.skipped["images"], 2U);
    QCOMPARE(skipped.counts.skipped["audio"], 1U);
    CollectingSink kept;
    QVERIFY(EventRun(m_file.parent_path(), {.keepMedia = true}).readNew(kept, {}));
    const std::map<std::string, std::string> expected{{"val_spectrogram-3.png", "\x89PNG one"},
                                                      {"val_spectrogram-3-1.png", "\x89PNG two"},
                                                      {"clip-4.wav", "RIFF wave"}};
    QCOMPARE(kept.files, expected);
    QCOMPARE(kept.counts.artifacts, 3U);
    QCOMPARE(kept.counts.skipped["images"], 1U);
}

void TestEventImport::readsTwelveThousandTags_inASecond() {
    std::string bytes = version();
    for (int round = 0; round < 5; ++round)
        for (int tag = 0; tag < 12'345; ++tag)
            bytes += scalar(round, tag, ("group/" + std::to_string(tag)).c_str());
    append(m_file, bytes);
    class Counting : public CollectingSink {
        int series(std::string_view) override { return count++; }
        void write(std::span<const ImportedPoint>) override {}

    public:
        int count = 0;
    } sink;
    QElapsedTimer timer;
    timer.start();
    QVERIFY(EventRun(m_file.parent_path(), {}).readNew(sink, {}));
    QCOMPARE(sink.count, 12'345);
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
}

/// Steps and tags around the lengths where the encoding changes, and fields in another order.
void TestEventImport::parsesEveryForm_ofAScalar() {
    EventMessage event;
    for (const std::int64_t step : {std::int64_t{0}, std::int64_t{1}, std::int64_t{127}, std::int64_t{128},
                                    std::int64_t{1} << 55, std::int64_t{1} << 56, std::int64_t{1} << 62,
                                    std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()})
        for (const std::size_t length : {0, 1, 100, 112, 113, 114, 118, 119, 120, 127, 128, 300}) {
            const std::string tag(length, 't');
            std::string record = scalarEvent({1.5, step}, tag, 0.25);
            for (const bool isMoved : {false, true}) {
                QVERIFY(parseEvent(record, event));
                QCOMPARE(event.wallTime, 1.5);
                QCOMPARE(event.step, step);
                QVERIFY(event.hasSummary && !event.isOther && event.values.size() == 1);
                QCOMPARE(event.values[0].tag, std::string_view(tag));
                QCOMPARE(event.values[0].number, 0.25);
                if (!isMoved)
                    std::rotate(record.begin(), record.begin() + 9, record.end()); // the wall time last
            }
        }
    for (const std::string& whole = scalarEvent({1.5, 300}, "loss", 0.25);
         const std::size_t cut : {9U, 11U, 12U, 13U, 15U, 20U})
        QVERIFY(!parseEvent(std::string_view(whole).substr(0, cut + 1), event) || event.values.empty());
}

} // namespace

QTEST_GUILESS_MAIN(TestEventImport)
#include "tst_event_import.moc"
