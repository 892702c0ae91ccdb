// SPDX-License-Identifier: GPL-3.0-or-later
// TensorBoard's event files. tests/data/lightning/events.out.tfevents.golden is one that Lightning's
// TensorBoardLogger wrote in a training of NeMo's; TensorBoard itself reads ours in
// tests/oracle/read_events.py.
#include "engine/base/file.h"
#include "engine/store/event_file_writer.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <sys/resource.h>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::store;

namespace {

/// One value of a summary.
struct Event {
    EventTime time{};
    std::string tag{};
    std::string fileVersion{};
    std::optional<float> scalar{};
    std::string tensorText{};
    std::string audio{};
    float sampleRate = 0;
    std::string plugin{};
    std::string content{}; ///< of the plugin
    bool isSessionStart = false;
};

std::string text(protozero::pbf_reader& reader) {
    return reader.get_string();
}

void readValue(protozero::pbf_reader value, Event& event) {
    while (value.next()) {
        switch (value.tag()) {
        case 1:
            event.tag = text(value);
            break;
        case 2:
            event.scalar = value.get_float();
            break;
        case 6:
            for (protozero::pbf_reader audio = value.get_message(); audio.next();) {
                if (audio.tag() == 1)
                    event.sampleRate = audio.get_float();
                else if (audio.tag() == 4)
                    event.audio = text(audio);
                else
                    audio.skip();
            }
            break;
        case 8:
            for (protozero::pbf_reader tensor = value.get_message(); tensor.next();)
                tensor.tag() == 8 ? void(event.tensorText = text(tensor)) : tensor.skip();
            break;
        case 9:
            for (protozero::pbf_reader metadata = value.get_message(); metadata.next();)
                for (protozero::pbf_reader plugin = metadata.get_message(); plugin.next();)
                    (plugin.tag() == 1 ? event.plugin : event.content) = text(plugin);
            break;
        default:
            value.skip();
        }
    }
}

Event parse(const std::string& record) {
    Event event;
    for (protozero::pbf_reader reader(record); reader.next();) {
        switch (reader.tag()) {
        case 1:
            event.time.wallTime = reader.get_double();
            break;
        case 2:
            event.time.step = reader.get_int64();
            break;
        case 3:
            event.fileVersion = text(reader);
            break;
        case 5:
            for (protozero::pbf_reader summary = reader.get_message(); summary.next();)
                readValue(summary.get_message(), event);
            break;
        case 7:
            event.isSessionStart = true;
            reader.skip();
            break;
        default:
            reader.skip();
        }
    }
    return event;
}

/// The records of a file whose frames are all right; the number of bytes left over is 0.
std::vector<std::string> recordsOf(const fs::path& path) {
    const std::string bytes = readFile(path).value_or("");
    std::vector<std::string> records;
    for (std::size_t at = 0; at + 12 <= bytes.size();) {
        std::uint64_t size = 0;
        for (int i = 7; i >= 0; --i)
            size = size << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
        if (at + 16 + size > bytes.size()) return {};
        records.push_back(bytes.substr(at + 12, size));
        if (framed(records.back()) != bytes.substr(at, 16 + size)) return {};
        at += 16 + size;
    }
    return records;
}

std::vector<Event> eventsOf(const fs::path& path) {
    std::vector<Event> events;
    for (const std::string& record : recordsOf(path))
        events.push_back(parse(record));
    return events;
}

const std::vector<std::string>& golden() {
    static const std::vector<std::string> records =
        recordsOf(std::string(FATHOM_TEST_DATA) + "/lightning/events.out.tfevents.golden");
    return records;
}

/// name → the map entry's bytes, of a session start's content.
std::map<std::string, std::string> entriesOf(const std::string& content) {
    std::map<std::string, std::string> entries;
    for (protozero::pbf_reader data(content); data.next();)
        for (protozero::pbf_reader start = data.get_message(); start.next();) {
            const std::string bytes = text(start);
            protozero::pbf_reader entry(bytes);
            entry.next(1);
            entries[text(entry)] = bytes;
        }
    return entries;
}

} // namespace

class EventFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void framesAndScalars_asTensorBoardWroteThem() {
        QVERIFY(golden().size() > 200); // every frame of the file was right
        int scalars = 0;
        for (const std::string& record : golden()) {
            const Event event = parse(record);
            if (!event.scalar) continue;
            ++scalars;
            QCOMPARE(scalarEvent(event.time, event.tag, static_cast<double>(*event.scalar)), record);
        }
        QCOMPARE(scalars, 261);
    }

    void hyperparameters_asLightningWroteThem() {
        const Event experiment = parse(golden()[2]);
        const Event start = parse(golden()[3]);
        const Hyperparameters some{{"cfg/sample_rate", 16000.0},
                                   {"cfg/optim/betas", "[0.9, 0.98]"},
                                   {"cfg/train_ds/shuffle", 1.0},
                                   {"cfg/spec_augment", "None"}};
        const std::vector<std::string> made = hyperparameterEvents(5, some, {"hp_metric"});
        QCOMPARE(made.size(), std::size_t{3});
        const auto wanted = entriesOf(start.content);
        const auto own = entriesOf(parse(made[1]).content);
        QCOMPARE(own.size(), some.size());
        for (const auto& [name, bytes] : own) {
            QVERIFY2(wanted.contains(name), name.c_str());
            QCOMPARE(bytes, wanted.at(name));
        }
        QCOMPARE(parse(made[0]).tag, experiment.tag);
        const std::string infos = parse(made[0]).content;
        QVERIFY(experiment.content.ends_with("\x2a\x0d\x0a\x0b\x12\x09hp_metric"));
        QVERIFY(infos.ends_with("\x2a\x0d\x0a\x0b\x12\x09hp_metric"));
        QVERIFY(experiment.content.find("\"\x13\n\x0f"
                                        "cfg/sample_rate \x03") != std::string::npos);
        QVERIFY(infos.find("\"\x13\n\x0f"
                           "cfg/sample_rate \x03") != std::string::npos);
        QCOMPARE(parse(made[2]).content, parse(golden()[4]).content);
        QCOMPARE(parse(made[2]).tag, parse(golden()[4]).tag);
    }

    void file_holdsWhatWasPut() {
        const QTemporaryDir folder;
        auto writer =
            EventFileWriter::create(folder.path().toStdString() + "/deep/er", {.filenameSuffix = ".x"});
        QVERIFY2(writer, writer ? "" : writer.error().message().c_str());
        const QRegularExpression pattern(
            QStringLiteral("^events\\.out\\.tfevents\\.\\d{10}\\..+\\.\\d+\\.\\d+\\.x$"));
        QVERIFY(pattern.match(QString::fromStdString((*writer)->path().filename().string())).hasMatch());
        (*writer)->scalar("train_step_timing in s", 4, 0.25);
        (*writer)->text("val", 9, "a **b**\nü");
        const std::vector<float> samples{0.0F, 1.0F, -2.0F, 0.5F};
        (*writer)->audio("clip", 9, samples, 16000);
        QVERIFY((*writer)->flush());
        const std::vector<Event> events = eventsOf((*writer)->path());
        QCOMPARE(events.size(), std::size_t{4});
        QCOMPARE(events[0].fileVersion, std::string("brain.Event:2"));
        QCOMPARE(events[1].scalar.value_or(0), 0.25F);
        QCOMPARE(events[1].time.step, std::int64_t{4});
        QVERIFY(events[1].time.wallTime > 1.7e9);
        QCOMPARE(events[2].tag, std::string("val/text_summary"));
        QCOMPARE(events[2].plugin, std::string("text"));
        QCOMPARE(events[2].tensorText, std::string("a **b**\nü"));
        QCOMPARE(events[3].sampleRate, 16000.0F);
        QCOMPARE(events[3].audio.size(), std::size_t{44 + 8});
        QVERIFY(events[3].audio.starts_with("RIFF"));
        QCOMPARE(events[3].audio.substr(44), std::string("\0\0\xff\x7f\x01\x80\xff\x3f", 8)); // clipped
    }

    void twoFiles_differInName() {
        const QTemporaryDir folder;
        const auto a = EventFileWriter::create(folder.path().toStdString(), {});
        const auto b = EventFileWriter::create(folder.path().toStdString(), {.purgeStep = 10});
        QVERIFY(a && b);
        QVERIFY((*a)->path() != (*b)->path());
        QVERIFY((*b)->flush());
        const std::vector<Event> events = eventsOf((*b)->path());
        QCOMPARE(events.size(), std::size_t{2});
        QVERIFY(events[1].isSessionStart);
        QCOMPARE(events[1].time.step, std::int64_t{10});
    }

    void events_reachTheFileWithoutAFlush() {
        const QTemporaryDir folder;
        auto writer = EventFileWriter::create(folder.path().toStdString(), {.flushSeconds = 0.05});
        (*writer)->scalar("a", 1, 1);
        QTRY_COMPARE(eventsOf((*writer)->path()).size(), std::size_t{2});
        (*writer)->scalar("a", 2, 1);
        const fs::path path = (*writer)->path();
        writer->reset(); // writes the rest
        QCOMPARE(eventsOf(path).size(), std::size_t{3});
    }

    void folderThatCannotBeMade_isAnError() {
        const auto writer = EventFileWriter::create("/proc/self/nowhere", {});
        QVERIFY(!writer);
        QCOMPARE(writer.error().kind, ErrorKind::Failed);
    }

    void fullDisk_isToldOnceAndCaughtUpWith() {
        // A limit on the size of files is the disk: beyond it write() fails, or writes a part of a record.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const QTemporaryDir folder;
        std::atomic<int> told{0};
        auto writer = EventFileWriter::create(folder.path().toStdString(),
                                              {.flushSeconds = 0.02, .onError = [&](const Error& error) {
                                                   if (error.what.find("Cannot write") == 0) ++told;
                                               }});
        QVERIFY((*writer)->flush());
        const rlimit tight{1000, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
        for (int i = 0; i < 100; ++i)
            (*writer)->scalar("loss", i, i);
        const bool flushed = (*writer)->flush(200);
        const auto size = fs::file_size((*writer)->path());
        setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY(!flushed);
        QCOMPARE(size, std::uintmax_t{1000});
        QVERIFY((*writer)->flush());
        QCOMPARE(told.load(), 1);
        const std::vector<Event> events = eventsOf((*writer)->path());
        QCOMPARE(events.size(), std::size_t{101});
        QCOMPARE(events.back().time.step, std::int64_t{99});
    }
};

QTEST_GUILESS_MAIN(EventFileTest)
#include "tst_event_file.moc"
