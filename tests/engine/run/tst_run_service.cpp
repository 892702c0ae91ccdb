// SPDX-License-Identifier: GPL-3.0-or-later
// Runs from start to end on a module that behaves as it is told: states, stops, failures, and what the store
// keeps of them.
#include "engine/run/control.h"
#include "engine/run/run_service.h"
#include "engine/run/torch_module.h"
#include "engine/store/reader.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <fstream>

using namespace fathom;

class TestRunService : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void commandLine_quotes();
    void start_completes();
    void start_failures_data();
    void start_failures();
    void start_refusedConfig_createsNoRun();
    void start_missingConfig_createsNoRun();
    void stop_endsTheRun();
    void stop_whileTheRunEnds_isNotItsLastState();
    void stop_ofAnUnknownRun();
    void destructor_stopsWhatRuns();
    void severalRuns_atOnce();
    void onEvent_tellsLogLines();
    void send_reachesTheLoop();
    void send_isRefused_whereItCannotBeObeyed();
    void sendCommand_reachesTheRunThroughTheStore();
    void sendCommand_ofStop_endsTheRun();
    void sendCommand_isAnswered_whenTheRunEndsFirst();
    void commandsAsText_data();
    void commandsAsText();
    void commandsThatAreRefused_data();
    void commandsThatAreRefused();
    void aStoreThatCannotBeWritten_isToldAndLogged();

private:
    static void verifyDescription(store::Reader& reader, store::RunId id);
    [[nodiscard]] run::RunRequest request(const std::string& behaviour) const {
        return {.configPath = folder(),
                .configName = "job",
                .overrides = {"behaviour=" + behaviour},
                .workspace = folder()};
    }
    [[nodiscard]] std::filesystem::path folder() const { return m_folder->path().toStdString(); }
    [[nodiscard]] std::vector<store::Run> stored() const {
        auto reader = store::Reader::open(folder());
        return reader ? reader->runs().value_or(std::vector<store::Run>{}) : std::vector<store::Run>{};
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<run::RunService> m_service;
};

void TestRunService::initTestCase() {
    qputenv("FATHOM_MODULE_DIR", FATHOM_FAKE_MODULE_DIR);
}

void TestRunService::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    const std::filesystem::path manifest = folder() / "train.json";
    std::ofstream(manifest) << "{\"duration\": 1.6}\n{\"duration\": 2}\n";
    std::ofstream(folder() / "job.yaml")
        << "name: net\nbehaviour: complete\nmodel: {train_ds: {manifest_filepath: " << manifest << "}}\n";
    auto service = run::RunService::open(folder());
    QVERIFY2(service, service ? "" : service.error().message().c_str());
    m_service = std::move(*service);
}

void TestRunService::cleanup() {
    m_service.reset();
}

void TestRunService::commandLine_quotes() {
    QCOMPARE(run::commandLine({.configPath = "configs/asr",
                               .configName = "net",
                               .overrides = {"a.b=1", "x='it''s'", "y=[1, 2]"}}),
             std::string("fathom-cli train --config-path configs/asr --config-name net a.b=1 "
                         "'x='\\''it'\\'''\\''s'\\''' 'y=[1, 2]'"));
    QCOMPARE(run::commandLine({.mode = run::Mode::Test,
                               .configPath = "a b",
                               .configName = "n",
                               .overrides = {"~x", "-y=1"},
                               .workspace = "w"}),
             std::string("fathom-cli test --config-path 'a b' --config-name n --workspace w -- '~x' -y=1"));
}

void TestRunService::start_completes() {
    const auto id = m_service->start(request("complete"));
    QVERIFY2(id, id ? "" : id.error().message().c_str());
    const run::RunSnapshot end = m_service->wait(*id);
    QCOMPARE(end.state, store::RunState::Completed);
    QCOMPARE(end.title, std::string("net/1"));
    QCOMPARE(end.progress.step, 3);
    QCOMPARE(end.directory, std::filesystem::path("/tmp/somewhere"));
    QCOMPARE(end.latest.size(), std::size_t{1});
    QCOMPARE(end.latest[0].name, std::string("train_loss"));
    QCOMPARE(end.latest[0].value, 7.0);
    QVERIFY(m_service->active().empty());

    const std::vector<store::Run> runs = stored();
    QCOMPARE(runs.size(), std::size_t{1});
    QCOMPARE(runs[0].state, store::RunState::Completed);
    QCOMPARE(runs[0].name, std::string("net"));
    QCOMPARE(runs[0].progress.totalSteps, 3);
    QCOMPARE(runs[0].overrides, std::vector<std::string>{"behaviour=complete"});
    QVERIFY(runs[0].command.starts_with("fathom-cli train --config-path "));
    auto reader = store::Reader::open(folder());
    const auto whole = reader->run(runs[0].id);
    QVERIFY(whole && *whole && (*whole)->configYaml.find("behaviour: complete") != std::string::npos);
    store::TailPosition position;
    QCOMPARE(reader->tail(runs[0].id, position)->size(), std::size_t{3});
    verifyDescription(*reader, runs[0].id);
}

void TestRunService::verifyDescription(store::Reader& reader, store::RunId id) {
    const auto column = *reader.configColumn("behaviour");
    QCOMPARE(column.size(), std::size_t{1});
    QCOMPARE(column[0].layer, std::string("command line"));
    const auto leaves = *reader.configLeaves(id);
    const auto name =
        std::find_if(leaves.begin(), leaves.end(), [](const auto& leaf) { return leaf.key == "name"; });
    QVERIFY(name != leaves.end());
    QCOMPARE(name->layer, std::string("yaml"));
    QVERIFY2(name->origin.find("job.yaml:1") != std::string::npos, name->origin.c_str());
    const auto layers = *reader.layers(id);
    QVERIFY(layers.size() >= 2);
    QVERIFY(layers.front().text.starts_with("name: net"));
    QCOMPARE(layers.back().name, std::string("behaviour=complete"));
    const store::Environment environment = *reader.environment(id);
    QVERIFY(!environment.at("host.name").empty());
    QVERIFY(!environment.at("fathom.version").empty());
    QCOMPARE(environment.at("process.directory"), std::filesystem::current_path().string());
    QCOMPARE(environment.at("data.train_ds.entries"), std::string("2"));
    QCOMPARE(environment.at("data.train_ds.hours"), std::string("0.001"));
    QCOMPARE(environment.at("data.train_ds.sha256").size(), std::size_t{64});
}

void TestRunService::start_failures_data() {
    QTest::addColumn<QString>("behaviour");
    QTest::addColumn<QString>("word");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("error") << "fail"
                           << "it is empty" << 3;
    QTest::newRow("exception") << "throw"
                               << "the sky fell" << 1;
    QTest::newRow("something thrown") << "throw-nothing-known"
                                      << "unknown exception" << 1;
    QTest::newRow("memory") << "memory"
                            << "batch_size" << 1;
}

void TestRunService::start_failures() {
    QFETCH(QString, behaviour);
    QFETCH(QString, word);
    QFETCH(int, exitCode);
    const auto id = m_service->start(request(behaviour.toStdString()));
    QVERIFY(id);
    const run::RunSnapshot end = m_service->wait(*id);
    QCOMPARE(end.state, store::RunState::Failed);
    QVERIFY(end.error);
    QCOMPARE(end.error->exitCode(), exitCode);
    const std::vector<store::Run> runs = stored();
    QCOMPARE(runs[0].state, store::RunState::Failed);
    QVERIFY2(runs[0].error.find(word.toStdString()) != std::string::npos, runs[0].error.c_str());
    // The service goes on.
    const auto next = m_service->start(request("complete"));
    QVERIFY(next);
    QCOMPARE(m_service->wait(*next).state, store::RunState::Completed);
}

void TestRunService::start_refusedConfig_createsNoRun() {
    const auto id = m_service->start(request("refuse"));
    QVERIFY(!id);
    QCOMPARE(id.error().exitCode(), 2);
    QVERIFY(stored().empty());
}

void TestRunService::start_missingConfig_createsNoRun() {
    run::RunRequest wrong = request("complete");
    wrong.configName = "nothing";
    const auto id = m_service->start(wrong);
    QVERIFY(!id);
    QCOMPARE(id.error().exitCode(), 2);
    QVERIFY(stored().empty());
}

void TestRunService::stop_endsTheRun() {
    const auto id = m_service->start(request("wait"));
    QVERIFY(id);
    QCOMPARE(m_service->active().size(), std::size_t{1});
    m_service->stop(*id);
    const run::RunSnapshot end = m_service->wait(*id);
    QCOMPARE(end.state, store::RunState::Stopped);
    QCOMPARE(stored()[0].state, store::RunState::Stopped);
    m_service->stop(*id); // once more: nothing happens
    QCOMPARE(m_service->snapshot(*id)->state, store::RunState::Stopped);
}

void TestRunService::stop_whileTheRunEnds_isNotItsLastState() {
    for (int round = 0; round < 20; ++round) {
        const auto id = m_service->start(request("complete"));
        QVERIFY(id);
        m_service->stop(*id);
        QVERIFY(store::isOver(m_service->wait(*id).state));
    }
    for (const store::Run& run : stored())
        QVERIFY2(store::isOver(run.state), std::string(store::name(run.state)).c_str());
}

void TestRunService::stop_ofAnUnknownRun() {
    m_service->stop(store::RunId{4711});
    QVERIFY(!m_service->snapshot(store::RunId{4711}));
}

void TestRunService::destructor_stopsWhatRuns() {
    QVERIFY(m_service->start(request("wait")));
    m_service.reset();
    QCOMPARE(stored()[0].state, store::RunState::Stopped);
}

void TestRunService::severalRuns_atOnce() {
    const auto first = m_service->start(request("wait"));
    const auto second = m_service->start(request("complete"));
    QVERIFY(first && second);
    QCOMPARE(m_service->wait(*second).title, std::string("net/2"));
    QCOMPARE(m_service->active().size(), std::size_t{1});
    m_service->stop(*first);
    QCOMPARE(m_service->wait(*first).state, store::RunState::Stopped);
}

void TestRunService::onEvent_tellsLogLines() {
    std::atomic<int> lines = 0;
    std::atomic<int> changes = 0;
    m_service->onEvent([&](store::RunId, LogLevel, std::string_view) { ++lines; });
    m_service->onChange([&](const run::RunSnapshot&) { ++changes; });
    const auto id = m_service->start(request("fail"));
    QVERIFY(id);
    m_service->wait(*id);
    QCOMPARE(lines.load(), 2); // what the module said, and the error
    QVERIFY(changes.load() >= 2);
    auto reader = store::Reader::open(folder());
    QCOMPARE(reader->events(*id)->size(), std::size_t{2});
}

void TestRunService::send_reachesTheLoop() {
    using Kind = run::Command::Kind;
    std::atomic<bool> wasTold = false;
    m_service->onChange([&](const run::RunSnapshot& now) {
        if (now.progress.phase == "paused") wasTold = true; // the last change of a paused run: never left out
    });
    const auto id = m_service->start(request("obey"));
    QVERIFY(id);
    QVERIFY(m_service->send(*id, {.kind = Kind::SetLearningRate, .value = 0.005}));
    QVERIFY(m_service->send(*id, {.kind = Kind::Pause}));
    QTRY_COMPARE(m_service->snapshot(*id)->progress.phase, std::string("paused"));
    QTRY_VERIFY(wasTold.load());
    m_service->stop(*id);
    QCOMPARE(m_service->wait(*id).state, store::RunState::Stopped);
    const auto events = store::Reader::open(folder())->events(*id);
    QVERIFY(events);
    std::vector<std::string> commands;
    for (const store::Event& event : *events)
        if (event.kind == "command") commands.push_back(std::to_string(event.step) + ' ' + event.text);
    QCOMPARE(commands,
             (std::vector<std::string>{"3 did 5 with 5", "3 did 1 with 0", "3 step 3: stop requested"}));
    m_service.reset(); // calls into this function's variables
}

void TestRunService::send_isRefused_whereItCannotBeObeyed() {
    const auto id = m_service->start(request("complete"));
    QVERIFY(id);
    m_service->wait(*id);
    const Status late = m_service->send(*id, {.kind = run::Command::Kind::Pause});
    QVERIFY(!late && late.error().why.find("net/1 is completed") != std::string::npos);
    QVERIFY(!m_service->send(store::RunId{4711}, {.kind = run::Command::Kind::Pause}));
    run::RunRequest judging = request("wait");
    judging.mode = run::Mode::Test;
    const auto test = m_service->start(judging);
    QVERIFY(test);
    const Status refused = m_service->send(*test, {.kind = run::Command::Kind::Validate});
    QVERIFY(!refused && refused.error().why.find("can only be stopped") != std::string::npos);
    const auto asked = run::sendCommand(folder(), *test, {.kind = run::Command::Kind::Validate});
    QVERIFY(asked);
    const auto outcome = run::awaitOutcome(folder(), *asked, std::chrono::seconds(20), {});
    QVERIFY(outcome && outcome->starts_with("not obeyed: net/2 does not train"));
}

void TestRunService::sendCommand_reachesTheRunThroughTheStore() {
    const auto id = m_service->start(request("obey"));
    QVERIFY(id);
    using namespace std::chrono_literals;
    for (int round = 0; round < 3; ++round) {
        const auto asked =
            run::sendCommand(folder(), *id, {.kind = run::Command::Kind::SetMaxEpochs, .value = 7. + round});
        QVERIFY2(asked, asked ? "" : asked.error().message().c_str());
        const auto outcome = run::awaitOutcome(folder(), *asked, 20s, {});
        QVERIFY2(outcome, outcome ? "" : outcome.error().message().c_str());
        QCOMPARE(*outcome, "did 6 with " + std::to_string(7000 + 1000 * round));
        const auto row = store::Reader::open(folder())->command(*asked);
        QVERIFY(row && *row && (*row)->kind == "max_epochs");
        QVERIFY((*row)->takenAt >= (*row)->createdAt);
    }
}

void TestRunService::sendCommand_ofStop_endsTheRun() {
    const auto id = m_service->start(request("wait"));
    QVERIFY(id);
    const auto asked = run::sendCommand(folder(), *id, {.kind = run::Command::Kind::Stop});
    QVERIFY(asked);
    QCOMPARE(m_service->wait(*id).state, store::RunState::Stopped);
    const auto outcome = run::awaitOutcome(folder(), *asked, std::chrono::seconds(20), {});
    QVERIFY(outcome && *outcome == "stopping");
    const auto late = run::sendCommand(folder(), *id, {.kind = run::Command::Kind::Stop});
    QVERIFY(!late && late.error().kind == ErrorKind::Usage);
    QVERIFY(late.error().why.find("net/1 is stopped") != std::string::npos);
    QVERIFY(!run::sendCommand(folder(), store::RunId{99}, {.kind = run::Command::Kind::Stop}));
}

void TestRunService::sendCommand_isAnswered_whenTheRunEndsFirst() {
    const auto id = m_service->start(request("wait")); // takes no command
    QVERIFY(id);
    const auto asked = run::sendCommand(folder(), *id, {.kind = run::Command::Kind::Pause});
    QVERIFY(asked);
    const auto early = run::awaitOutcome(folder(), *asked, std::chrono::milliseconds(1), {});
    QVERIFY(!early && early.error().why.find("not taken it yet") != std::string::npos);
    m_service->stop(*id);
    m_service->wait(*id);
    const auto outcome = run::awaitOutcome(folder(), *asked, std::chrono::seconds(20), {});
    QVERIFY(outcome && outcome->starts_with("not obeyed: ")); // by whoever sees it first, the recorder or the run
}

void TestRunService::commandsAsText_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<double>("value");
    for (const char* word : {"stop", "pause", "resume", "checkpoint", "validate"})
        QTest::newRow(word) << word << 0.0;
    QTest::newRow("lr") << "lr=1e-3" << 1e-3;
    QTest::newRow("epochs") << "max_epochs=12" << 12.0;
    QTest::newRow("no limit") << "max_epochs=-1" << -1.0;
}

void TestRunService::commandsAsText() {
    QFETCH(QString, text);
    QFETCH(double, value);
    const auto command = run::parseCommand(text.toStdString());
    QVERIFY2(command, command ? "" : command.error().message().c_str());
    QCOMPARE(command->value, value);
    QVERIFY(text.toStdString().starts_with(run::name(command->kind)));
    const auto back = run::fromRow({.id = 7, .kind = std::string(run::name(command->kind)), .value = value});
    QVERIFY(back && back->kind == command->kind && back->value == value && back->id == 7);
}

void TestRunService::commandsThatAreRefused_data() {
    QTest::addColumn<QString>("text");
    for (const char* text : {"", "rest", "pause=1", "lr", "lr=", "lr=fast", "lr=0", "lr=-1", "lr=inf",
                             "lr=nan", "max_epochs=0", "max_epochs=1.5", "max_epochs=-2", "max_epochs=1e12"})
        QTest::newRow(text) << text;
}

void TestRunService::commandsThatAreRefused() {
    QFETCH(QString, text);
    const auto command = run::parseCommand(text.toStdString());
    QVERIFY(!command && command.error().exitCode() == 2 && !command.error().remedy.empty());
}

void TestRunService::aStoreThatCannotBeWritten_isToldAndLogged() {
    std::atomic<int> failed = 0;
    std::atomic<int> repaired = 0;
    m_service->onStoreHealth([&](const std::optional<Error>& error) { ++(error ? failed : repaired); });
    const auto id = m_service->start(request("train"));
    QVERIFY(id);
    QTRY_COMPARE(m_service->snapshot(*id)->progress.step, 3);
    const std::filesystem::path away = folder() / "away";
    std::filesystem::create_directories(away);
    const auto move = [](const std::filesystem::path& from, const std::filesystem::path& to) {
        for (const char* file : {"runs.sqlite", "runs.sqlite-wal", "runs.sqlite-shm"})
            if (std::filesystem::exists(from / file)) std::filesystem::rename(from / file, to / file);
    };
    move(folder(), away);
    QTRY_COMPARE(failed.load(), 1);
    QCOMPARE(repaired.load(), 0);
    move(away, folder());
    QTRY_COMPARE(repaired.load(), 1);
    m_service->stop(*id);
    QVERIFY(!m_service->wait(*id).storeError);
    auto reader = store::Reader::open(folder());
    const auto events = reader->events(*id);
    QVERIFY(events);
    const auto logged = [&](LogLevel level, std::string_view text) {
        return std::any_of(events->begin(), events->end(), [&](const store::Event& event) {
            return event.level == level && event.text.find(text) != std::string::npos;
        });
    };
    QVERIFY(logged(LogLevel::Warning, "Cannot write the run store"));
    QVERIFY(logged(LogLevel::Info, "can be written again"));
    m_service.reset(); // its threads call into this function's variables
}

QTEST_GUILESS_MAIN(TestRunService)
#include "tst_run_service.moc"
