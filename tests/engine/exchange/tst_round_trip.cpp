// SPDX-License-Identifier: GPL-3.0-or-later
// A workspace's runs out to files and back: every point must come back to the bit.
#include "engine/exchange/exporter.h"
#include "engine/exchange/importer.h"
#include "engine/store/bulk_writer.h"
#include "engine/store/reader.h"
#include "tests/engine/exchange/exchange_testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <random>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::exchange;
using namespace fathom::testing;

namespace {

using Points = std::map<std::string, std::vector<CollectingSink::Point>>;

Points pointsOf(store::Reader& reader, store::RunId run) {
    Points points;
    const auto all = reader.series(run);
    for (const store::Series& series : *all) {
        const auto stored = reader.points(series.id);
        for (const store::StoredPoint& point : *stored)
            points[series.name].push_back({point.step, point.wallTime, point.value});
    }
    return points;
}

bool equal(const Points& a, const Points& b) {
    if (a.size() != b.size()) return false;
    for (const auto& [name, list] : a) {
        const auto other = b.find(name);
        if (other == b.end() || other->second.size() != list.size()) return false;
        for (std::size_t i = 0; i < list.size(); ++i)
            if (list[i].step != other->second[i].step || list[i].wallTime != other->second[i].wallTime ||
                !same(list[i].value, other->second[i].value))
                return false;
    }
    return true;
}

class TestRoundTrip : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void csv_bringsEveryPointBack();
    void csv_ofSeveralRuns_bringsEachBack();
    void eventFiles_bringEveryPointBack();
    void jsonLines_holdEveryPoint();
    void exports_onlyTheNamedSeries();
    void csv_ends_whenItCannotBeWritten();

private:
    void addRun(const std::string& name, unsigned seed);
    Points imported(const fs::path& path, std::size_t run = 0) {
        const fs::path other = m_root / "other";
        const auto report = importRuns(other, path, {});
        if (!report || report->runs.size() <= run || report->runs[run].error) return {};
        auto reader = store::Reader::open(other);
        return pointsOf(*reader, report->runs[run].id);
    }
    std::string csvOf(std::span<const store::RunId> runs, const ExportOptions& options = {}) {
        std::string text;
        const auto write = [&](std::string_view piece) -> Status {
            text += piece;
            return {};
        };
        const auto counts = exportCsv(*m_reader, runs, write, options);
        return counts && counts->bytes == text.size() ? text : std::string();
    }

    std::unique_ptr<QTemporaryDir> m_folder{};
    fs::path m_root{};
    std::optional<store::Reader> m_reader{};
    std::vector<store::RunId> m_runs{};
};

/// Numbers of every size, those that only doubles hold, NaN and infinities; odd names and steps.
void TestRoundTrip::addRun(const std::string& name, unsigned seed) {
    auto writer = store::BulkWriter::open(m_root / "workspace");
    QVERIFY(writer);
    store::ForeignRun run;
    run.run.name = name;
    run.run.leaves = {{.key = "optim.lr", .value = Value(0.1)}, {.key = "name", .value = Value("a, \"b\"")}};
    run.createdAt = 1.7e9;
    run.startedAt = 1.7e9;
    const auto id = writer->addRun(run);
    QVERIFY(id);
    m_runs.push_back(*id);
    std::mt19937_64 random(seed);
    const SeriesId doubles = writer->series(*id, "doubles, \"quoted\"\nin lines; \t");
    const SeriesId floats = writer->series(*id, "gruppe/fünf");
    for (int i = 0; i < 2000; ++i) {
        const double value = std::bit_cast<double>(random());
        writer->put({doubles, i * 3 - 50, 1.7e9 + i / 7.0,
                     i % 100 == 0 ? HUGE_VAL
                     : value == 0 ? 0.0
                                  : value});
        writer->put({floats, i, 1.7e9 + i,
                     i == 5 ? std::nan("") : static_cast<double>(static_cast<float>(i) / 3.0F)});
    }
    writer->put({writer->series(*id, "one"), std::int64_t{1} << 52, 1.7e9, 5e-324});
    writer->event(*id, {.wallTime = 1.7e9, .text = "hello", .kind = "log"});
    QVERIFY(writer->commit());
}

void TestRoundTrip::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_root = m_folder->path().toStdString();
    m_runs.clear();
    addRun("quartz", 1);
    addRun("quartz", 2);
    auto reader = store::Reader::open(m_root / "workspace");
    QVERIFY(reader);
    m_reader = std::move(*reader);
    QVERIFY(!equal(pointsOf(*m_reader, m_runs[0]), pointsOf(*m_reader, m_runs[1])));
}

void TestRoundTrip::csv_bringsEveryPointBack() {
    const store::RunId one[] = {m_runs[0]};
    QVERIFY(writeFileAtomically(m_root / "a.csv", csvOf(one)));
    QVERIFY(equal(imported(m_root / "a.csv"), pointsOf(*m_reader, m_runs[0])));
}

void TestRoundTrip::csv_ofSeveralRuns_bringsEachBack() {
    QVERIFY(writeFileAtomically(m_root / "a.csv", csvOf(m_runs)));
    QVERIFY(equal(imported(m_root / "a.csv", 0), pointsOf(*m_reader, m_runs[0])));
    QVERIFY(equal(imported(m_root / "a.csv", 1), pointsOf(*m_reader, m_runs[1])));
}

void TestRoundTrip::eventFiles_bringEveryPointBack() {
    for (int i = 0; i < 2; ++i) { // the second replaces the first
        const auto counts = exportEventFiles(*m_reader, m_runs, m_root / "tb", {});
        QVERIFY2(counts, counts ? "" : counts.error().message().c_str());
        QCOMPARE(counts->points, 2 * 4001U);
    }
    QVERIFY(equal(imported(m_root / "tb/quartz/1"), pointsOf(*m_reader, m_runs[0])));
    QVERIFY(equal(imported(m_root / "tb/quartz/2"), pointsOf(*m_reader, m_runs[1])));
    auto back = store::Reader::open(m_root / "other");
    const auto leaves = back->configLeaves(back->runs()->front().id);
    QCOMPARE(leaves->size(), 2U);
    QCOMPARE(toJson((*leaves)[0].value), std::string("0.1"));
    QCOMPARE((*leaves)[1].value.asString(), std::string("a, \"b\""));
    QCOMPARE(back->events(back->runs()->front().id)->front().text, std::string("log: hello"));
}

void TestRoundTrip::jsonLines_holdEveryPoint() {
    std::string text;
    const auto counts = exportJsonLines(*m_reader, m_runs,
                                        [&](std::string_view piece) -> Status {
                                            text += piece;
                                            return {};
                                        },
                                        {});
    QVERIFY(counts);
    std::map<std::string, Points> byRun;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const auto line = fromJson(std::string_view(text).substr(at, end - at));
        QVERIFY(line);
        at = end + 1;
        const Value::Map& object = line->asMap();
        if (const Value* value = object.find("value"))
            byRun[object.find("run")->asString()][object.find("name")->asString()].push_back(
                {object.find("step")->asInt(), object.find("wall_time")->toDouble(), numberOf(*value)});
        else
            QCOMPARE(object.find("config")->asMap().find("optim.lr")->asFloat(), 0.1);
    }
    QVERIFY(equal(byRun.at("quartz/1"), pointsOf(*m_reader, m_runs[0])));
    QVERIFY(equal(byRun.at("quartz/2"), pointsOf(*m_reader, m_runs[1])));
}

void TestRoundTrip::exports_onlyTheNamedSeries() {
    const store::RunId one[] = {m_runs[0]};
    QCOMPARE(csvOf(one, {.names = {"one"}}),
             std::string("name,step,wall_time,value\none,4503599627370496,1700000000.0,5e-324\n"));
}

void TestRoundTrip::csv_ends_whenItCannotBeWritten() {
    int calls = 0;
    const auto counts =
        exportCsv(*m_reader, m_runs,
                  [&](std::string_view) -> Status {
                      ++calls;
                      return fail({.what = "Cannot write", .why = "the disk is full", .remedy = ""});
                  },
                  {});
    QVERIFY(!counts);
    QCOMPARE(counts.error().why, std::string("the disk is full"));
    QCOMPARE(calls, 1);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = exportEventFiles(*m_reader, m_runs, m_root / "stopped", {.stop = stop.get_token()});
    QCOMPARE(stopped.error().kind, ErrorKind::Interrupted);
    QVERIFY(fs::is_empty(m_root / "stopped/quartz/1")); // whole or not there
}

} // namespace

QTEST_GUILESS_MAIN(TestRoundTrip)
#include "tst_round_trip.moc"
