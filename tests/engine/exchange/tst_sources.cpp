// SPDX-License-Identifier: GPL-3.0-or-later
// Logs that Lightning, MLflow and W&B wrote (tests/data/exchange), beside what they say is in them; and CSV.
#include "engine/exchange/source.h"
#include "tests/engine/exchange/exchange_testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::exchange;
using namespace fathom::testing;

namespace {

const fs::path kData = fs::path(FATHOM_TEST_DATA) / "exchange";

/// The config as the trackers have it: dotted keys and values, sorted.
std::map<std::string, std::string> configOf(const store::ForeignRun& description) {
    std::map<std::string, std::string> config;
    for (const store::ConfigLeaf& leaf : description.run.leaves)
        config[leaf.key] = toJson(leaf.value);
    return config;
}

std::map<std::string, std::string> flat(const Value& value) {
    store::ForeignRun description;
    description.run.leaves = store::leavesOf(value);
    return configOf(description);
}

void write(const fs::path& file, std::string_view text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

class TestSources : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void lightning_readsWhatTheLoggerLogged();
    void lightning_keepsThePoints_whenTheHyperparametersAreUnreadable();
    void mlflowFiles_readsWhatMlflowReads();
    void mlflowDatabase_readsWhatMlflowReads();
    void mlflow_names_theLineThatIsWrong();
    void wandb_readsWhatWasLogged();
    void wandb_survivesEveryCut_andFlippedBytes();
    void csv_readsTheWideForm_withQuotesAndGaps();
    void csv_readsTheLongForm_ofSeveralRuns();
    void csv_names_theLineThatIsWrong();
    void csv_refuses_aQuoteThatDoesNotEnd();
    void detectsTheFormat_ofFilesAndFolders();
    void aFolderOfSeveralFormats_isReadWhole();
    void oneBrokenFormatOfSeveral_isAWarning();

private:
    [[nodiscard]] fs::path path(const char* name) const {
        return fs::path(m_folder->path().toStdString()) / name;
    }
    static CollectingSink read(const SourceRun& run) {
        CollectingSink sink;
        if (const Status done = run.read(sink, {}); !done) sink.description.error = done.error().message();
        return sink;
    }
    CollectingSink readCsv(std::string_view text) {
        write(path("log.csv"), text);
        auto source = openSource(path("log.csv"), {});
        if (!source) {
            CollectingSink sink;
            sink.description.error = source.error().message();
            return sink;
        }
        return read(source->runs.front());
    }
    void compareMlflow(Result<Source> source, const Value& golden);

    std::unique_ptr<QTemporaryDir> m_folder{};
};

void TestSources::lightning_readsWhatTheLoggerLogged() {
    const auto source = openSource(kData / "lightning", {});
    QVERIFY(source);
    QCOMPARE(source->formats, std::vector{Format::LightningLogs});
    QCOMPARE(source->runs.size(), 1U);
    QCOMPARE(source->runs[0].name, std::string("quartz/version_0"));
    const Value golden = goldenOf("lightning.json");
    const Value& expected = golden.asMap().begin()->second;
    const CollectingSink sink = read(source->runs[0]);
    QVERIFY2(difference(sink.points, expected.at("series")->asMap()).empty(),
             difference(sink.points, expected.at("series")->asMap()).c_str());
    QCOMPARE(configOf(sink.description), flat(*expected.at("config")));
}

void TestSources::lightning_keepsThePoints_whenTheHyperparametersAreUnreadable() {
    write(path("run/metrics.csv"), "step,loss\n1,0.5\n");
    write(path("run/hparams.yaml"), "a: !!python/object:argparse.Namespace\n  b: 1\n");
    const auto source = openSource(path("run/metrics.csv"), {});
    QVERIFY(source);
    QCOMPARE(source->formats, std::vector{Format::LightningLogs});
    const CollectingSink sink = read(source->runs[0]);
    QCOMPARE(sink.points.at("loss").size(), 1U);
    QCOMPARE(sink.counts.warnings.size(), 1U);
    QVERIFY(sink.counts.warnings[0].find("hparams.yaml:1") != std::string::npos);
}

void TestSources::compareMlflow(Result<Source> source, const Value& golden) {
    QVERIFY(source);
    QCOMPARE(source->runs.size(), golden.asMap().size());
    for (const SourceRun& run : source->runs) {
        QVERIFY(run.name.starts_with("speech/"));
        QVERIFY(run.key.starts_with("mlflow:"));
        const Value* expected = golden.asMap().find(run.name.substr(7));
        QVERIFY(expected);
        const CollectingSink sink = read(run);
        const std::string wrong = difference(sink.points, expected->at("series")->asMap());
        QVERIFY2(wrong.empty(), wrong.c_str());
        const auto config = configOf(sink.description);
        QCOMPARE(config.size(), 2U);
        QCOMPARE(config.at("lr"), expected->at("config")->asMap().find("lr")->asString());
        QCOMPARE(config.at("optim/name"), std::string("\"novograd\""));
        QCOMPARE(sink.description.note, std::string("first try\nsecond line"));
        QCOMPARE(sink.description.tags, std::vector<std::string>{"team=asr"});
        QCOMPARE(sink.description.run.environment.at("mlflow.source.name"), std::string("train.py"));
        QCOMPARE(sink.description.startedAt, std::round(sink.description.startedAt * 1000) / 1000);
        QCOMPARE(sink.description.endedAt, 1'700'000'009.0);
        const bool isFinished = expected->at("status")->asString() == "FINISHED";
        QCOMPARE(sink.description.state, isFinished ? store::RunState::Completed : store::RunState::Failed);
    }
}

void TestSources::mlflowFiles_readsWhatMlflowReads() {
    compareMlflow(openSource(kData / "mlflow/mlruns", {}), *goldenOf("mlflow.json").at("files"));
    compareMlflow(openSource(kData / "mlflow", {}), *goldenOf("mlflow.json").at("files"));
}

void TestSources::mlflowDatabase_readsWhatMlflowReads() {
    fs::copy_file(kData / "mlflow/mlflow.db", path("mlflow.db"));
    compareMlflow(openSource(path("mlflow.db"), {}), *goldenOf("mlflow.json").at("database"));
}

void TestSources::mlflow_names_theLineThatIsWrong() {
    write(path("mlruns/1/meta.yaml"), "experiment_id: '1'\nname: e\n");
    write(path("mlruns/1/abc/meta.yaml"), "run_id: abc\nstatus: 3\nlifecycle_stage: active\n");
    write(path("mlruns/1/abc/metrics/loss"), "1000 0.5 0\n2000 0.25 1\n3000 0.1");
    write(path("mlruns/1/gone/meta.yaml"), "run_id: gone\nstatus: 3\nlifecycle_stage: deleted\n");
    write(path("mlruns/1/bad/meta.yaml"), "a: [1\n");
    auto source = openSource(path("mlruns"), {});
    QVERIFY(source);
    QCOMPARE(source->runs.size(), 1U);
    QCOMPARE(source->runs[0].name, std::string("e/abc"));
    QCOMPARE(source->warnings.size(), 1U);
    QCOMPARE(read(source->runs[0]).points.at("loss").size(),
             3U); // the last has no step, as before MLflow 1.0
    write(path("mlruns/1/abc/metrics/loss"), "1000 0.5 0\nnonsense\n");
    const CollectingSink sink = read(source->runs[0]);
    QVERIFY2(sink.description.error.find("loss:2") != std::string::npos, sink.description.error.c_str());
}

void TestSources::wandb_readsWhatWasLogged() {
    const auto source = openSource(kData / "wandb", {});
    QVERIFY(source);
    QCOMPARE(source->formats, std::vector{Format::WandbRuns});
    QCOMPARE(source->runs.size(), 1U);
    QCOMPARE(source->runs[0].name, std::string("speech/offline run"));
    CollectingSink sink = read(source->runs[0]);
    const Value golden = goldenOf("wandb.json");
    const Value& expected = *golden.asMap().find("offline run");
    QCOMPARE(sink.points.at("best").size(), 1U); // of the summary alone
    QCOMPARE(sink.points.at("best")[0].value, 0.25);
    sink.points.erase("best");
    const std::string wrong = difference(sink.points, expected.at("series")->asMap());
    QVERIFY2(wrong.empty(), wrong.c_str());
    QCOMPARE(configOf(sink.description), flat(*expected.at("config")));
    QCOMPARE(sink.description.tags, (std::vector<std::string>{"a", "b"}));
    QCOMPARE(sink.description.note, std::string("some notes"));
    QCOMPARE(sink.description.state, store::RunState::Completed);
    QCOMPARE(sink.description.run.environment.at("host.name"), std::string("host"));
    QCOMPARE(sink.counts.skipped.at("text"), 31U);
    QCOMPARE(sink.counts.badRecords, 0U);
    QVERIFY(std::any_of(sink.events.begin(), sink.events.end(),
                        [](const store::Event& event) { return event.text == "hello from the run"; }));
    QVERIFY(sink.points.at("loss").front().wallTime > 1.7e9);
}

void TestSources::wandb_survivesEveryCut_andFlippedBytes() {
    fs::path log;
    for (const auto& entry : fs::recursive_directory_iterator(kData / "wandb"))
        if (entry.path().extension() == ".wandb") log = entry.path();
    const std::string bytes = readFile(log).value_or("");
    QVERIFY(bytes.size() > 32768);
    for (std::size_t i = 7; i < bytes.size(); i += i < 800 ? 3 : 997) {
        write(path("cut/run-x.wandb"), std::string_view(bytes).substr(0, i));
        auto cut = openSource(path("cut/run-x.wandb"), {});
        QVERIFY(cut);
        const CollectingSink sink = read(cut->runs[0]);
        QCOMPARE(sink.counts.badRecords, 0U);
        QVERIFY(sink.description.error.empty());
        std::string flipped = bytes;
        flipped[i] = static_cast<char>(flipped[i] ^ 0x55);
        write(path("flip/run-x.wandb"), flipped);
        auto damaged = openSource(path("flip/run-x.wandb"), {});
        QVERIFY(damaged);
        QVERIFY(read(damaged->runs[0]).description.error.size() < 20);
    }
    write(path("other.wandb"), "no such thing at all");
    const auto other = openSource(path("other.wandb"), {});
    QVERIFY(!other);
    QCOMPARE(other.error().kind, ErrorKind::BadInput);
    QVERIFY(other.error().message().find("byte 0") != std::string::npos);
}

void TestSources::csv_readsTheWideForm_withQuotesAndGaps() {
    const CollectingSink sink = readCsv("\xef\xbb\xbfStep,\"loss, train\",acc,comment,wall_time\r\n"
                                        "1,0.5,,\"two\nlines, \"\"quoted\"\"\",100\r\n"
                                        "\r\n"
                                        "2.0,nan,-Infinity,,101.5\r\n"
                                        "3,1e-400,+2,x");
    QVERIFY2(sink.description.error.empty(), sink.description.error.c_str());
    QCOMPARE(sink.points.size(), 2U);
    const auto& loss = sink.points.at("loss, train");
    QCOMPARE(loss.size(), 3U);
    QCOMPARE(loss[0].step, 1);
    QCOMPARE(loss[0].wallTime, 100.0);
    QVERIFY(std::isnan(loss[1].value));
    QCOMPARE(loss[2].value, 0.0);
    QVERIFY(loss[2].wallTime > 1e9); // the file's
    QCOMPARE(sink.points.at("acc")[0].value, -HUGE_VAL);
    QCOMPARE(sink.points.at("acc")[1].value, 2.0);
    QCOMPARE(sink.counts.skipped.at("text"), 2U);
    QCOMPARE(readCsv("a;b\n1;2\n").points.at("b")[0].value, 2.0); // without a step the row counts
    QCOMPARE(readCsv("a\tb\n1\t2\n3\t4\n").points.at("a")[1].step, 1);
    QCOMPARE(readCsv("Wall time,Step,Value\n1.5,7,8\n").points.at("log")[0].step,
             7); // TensorBoard's download
}

void TestSources::csv_readsTheLongForm_ofSeveralRuns() {
    write(path("log.csv"), "run,name,step,wall_time,value\nq/7,loss,1,2,3\nq/8,loss,1,2,4\nq/7,acc,5,6,7\n");
    const auto source = openSource(path("log.csv"), {});
    QVERIFY(source);
    QCOMPARE(source->runs.size(), 2U);
    QCOMPARE(source->runs[0].name, std::string("q"));
    QVERIFY(source->runs[0].key != source->runs[1].key);
    const CollectingSink first = read(source->runs[0]);
    QCOMPARE(first.points.size(), 2U);
    QCOMPARE(first.points.at("acc")[0].wallTime, 6.0);
    QCOMPARE(read(source->runs[1]).points.at("loss")[0].value, 4.0);
}

void TestSources::csv_names_theLineThatIsWrong() {
    const auto errorOf = [&](std::string_view text) { return readCsv(text).description.error; };
    QVERIFY(errorOf("step,a\n1,2\nx,3\n").find("log.csv:3") != std::string::npos);
    QVERIFY(errorOf("step,a\n1,2,3\n").find("log.csv:2") != std::string::npos);
    QVERIFY(errorOf("name,step,value\na,1,2\n\n\"b\nb\",1,z\n").find("log.csv:4") != std::string::npos);
    QVERIFY(errorOf("1,2\n3,4\n").find("log.csv:1") != std::string::npos);
    QVERIFY(errorOf("garbage").find("without a comma") != std::string::npos);
    QVERIFY(!errorOf("").empty());
}

void TestSources::csv_refuses_aQuoteThatDoesNotEnd() {
    std::string text = "step,a\n1,\"";
    text.append(std::size_t{40} << 20, 'x');
    const std::string error = readCsv(text).description.error;
    QVERIFY2(error.find("log.csv:2") != std::string::npos && error.find("quoted cell") != std::string::npos,
             error.c_str());
}

void TestSources::detectsTheFormat_ofFilesAndFolders() {
    QCOMPARE(detectFormats(kData / "tensorboard").value(), std::vector{Format::EventFiles});
    QCOMPARE(detectFormats(kData / "mlflow/mlflow.db").value(), std::vector{Format::MlflowDatabase});
    QCOMPARE(detectFormats(kData / "lightning/quartz/version_0/metrics.csv").value(),
             std::vector{Format::LightningLogs});
    write(path("empty/notes.txt"), "nothing");
    for (const fs::path& unknown : {path("empty"), path("empty/notes.txt"), path("nowhere")}) {
        const auto format = detectFormats(unknown);
        QVERIFY(!format);
        QCOMPARE(format.error().kind, ErrorKind::BadInput);
        QVERIFY(!openSource(unknown, {}));
    }
    for (const Format format : allFormats())
        QCOMPARE(formatOf(name(format)).value(), format);
    QVERIFY(!openSource(path("empty"), {.format = Format::EventFiles}));
}

void TestSources::aFolderOfSeveralFormats_isReadWhole() {
    const auto copy = [this](const char* from, const char* to) {
        fs::create_directories(path(to).parent_path());
        fs::copy(kData / from, path(to), fs::copy_options::recursive);
    };
    copy("tensorboard", "all/tb");
    copy("wandb", "all/wandb");
    copy("lightning", "all/lightning_logs");
    copy("mlflow/mlruns", "all/mlruns");
    const auto runsOf = [this](const char* part, std::optional<Format> format = {}) {
        return openSource(path(part), {.format = format})->runs.size();
    };
    const auto all = openSource(path("all"), {});
    QCOMPARE(all->formats, (std::vector{Format::MlflowFiles, Format::WandbRuns, Format::EventFiles,
                                        Format::LightningLogs}));
    QCOMPARE(all->runs.size(),
             runsOf("all/tb") + runsOf("all/wandb") + runsOf("all/lightning_logs") + runsOf("all/mlruns"));
    QVERIFY(all->warnings.empty());
    QCOMPARE(runsOf("all", Format::WandbRuns), runsOf("all/wandb"));

    // Two loggers of one run, and what W&B keeps of TensorBoard's.
    const auto growing = openSource(path("all"), {.isGrowing = true});
    QCOMPARE(growing->formats, (std::vector{Format::EventFiles, Format::LightningLogs}));
    const fs::path events = openSource(path("all/tb"), {})->runs.front().folder;
    const fs::path wandb = openSource(path("all/wandb"), {})->runs.front().folder;
    fs::copy(kData / "lightning/quartz/version_0/metrics.csv", events / "metrics.csv");
    fs::copy(events, wandb / "files/tb", fs::copy_options::recursive);
    const auto twice = openSource(path("all"), {});
    QCOMPARE(twice->runs.size(), all->runs.size());
    QCOMPARE(twice->warnings.size(), std::size_t{2});
    QVERIFY2(twice->warnings.front().find(" of the format tensorboard left out") != std::string::npos,
             twice->warnings.front().c_str());
    QVERIFY2(twice->warnings.back().find("of the format lightning") != std::string::npos,
             twice->warnings.back().c_str());
}

void TestSources::oneBrokenFormatOfSeveral_isAWarning() {
    fs::create_directories(path("mixed"));
    fs::copy(kData / "tensorboard", path("mixed/tb"), fs::copy_options::recursive);
    write(path("mixed/wandb/run-x.wandb"), "no log");
    const auto source = openSource(path("mixed"), {});
    QCOMPARE(source->runs.size(), openSource(path("mixed/tb"), {})->runs.size());
    QCOMPARE(source->warnings.size(), std::size_t{1});
    QVERIFY(source->warnings.front().find("run-x.wandb") != std::string::npos);
}

} // namespace

QTEST_GUILESS_MAIN(TestSources)
#include "tst_sources.moc"
