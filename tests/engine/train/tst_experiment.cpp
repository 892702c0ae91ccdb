// SPDX-License-Identifier: GPL-3.0-or-later
// The run's folder: where it is, what lies in it, and what becomes of an earlier run's files. The trees are
// those of NeMo's own runs in tests/data/lightning/lightning_run.json (other_runs).
#include "tests/engine/train/train_testing.h"

#include "engine/base/file.h"
#include "engine/run/git_info.h"
#include "engine/train/experiment.h"

#include <QDir>
#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <cstdlib>
#include <set>

using namespace fathom;
using namespace fathom::testing;
using namespace fathom::train;

namespace fs = std::filesystem;

namespace {

struct Place {
    QTemporaryDir folder{};
    [[nodiscard]] fs::path path(const std::string& name) const {
        return fs::path(folder.path().toStdString()) / name;
    }
    /// `options` of exp_manager, EXP in them being this folder.
    [[nodiscard]] config::Config config(std::string options) const {
        for (std::size_t at = options.find("EXP"); at != std::string::npos; at = options.find("EXP"))
            options.replace(at, 3, folder.path().toStdString());
        return *configOf("exp_manager: {" + options + "}\n");
    }
    [[nodiscard]] Result<std::unique_ptr<Experiment>> create(const std::string& options) const {
        const config::Config made = config(options);
        const auto params = readExpManagerParams(made);
        if (!params) return fail(params.error());
        return Experiment::create(*params, made);
    }
};

/// Without checkpoints.
std::set<std::string> treeOf(const fs::path& root) {
    std::set<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (const std::string path = fs::relative(entry.path(), root).string();
            entry.is_regular_file() && !path.starts_with("checkpoints/"))
            files.insert(path);
    return files;
}

const Value& golden() {
    static const Value run = [] {
        std::string text = *readFile(std::string(FATHOM_TEST_DATA) + "/lightning/lightning_run.json");
        text.replace(text.find("-Infinity"), 9, "null"); // Python's word, not JSON's
        return fromJson(text).value();
    }();
    return run;
}

/// The tree of one of NeMo's runs, without what other classes write: checkpoints and event files.
std::set<std::string> goldenTree(const std::string& run) {
    std::set<std::string> files;
    for (const Value& file :
         golden().asMap().find("other_runs")->asMap().find(run)->asMap().find("tree")->asList()) {
        const std::string path = file.asMap().find("path")->asString();
        if (!path.starts_with("checkpoints/") && path.find("tfevents") == std::string::npos)
            files.insert(path);
    }
    return files;
}

/// Our own files beside NeMo's: the whole config, and the log that NeMo up to 2.x wrote.
std::set<std::string> withOurs(std::set<std::string> files) {
    for (const std::string& name : std::set<std::string>(files))
        if (name.ends_with("cmd-args.log")) {
            const std::string folder = name.substr(0, name.size() - std::string("cmd-args.log").size());
            files.insert(folder + "config.yaml");
            files.insert(folder + "nemo_log_globalrank-0_localrank-0.txt");
        }
    return files;
}

/// A run that does nothing but describe itself and warn of something, with the same files as one that trains.
void runIn(Experiment& experiment, const config::Config& config) {
    MemoryLog log;
    experiment.logTo(log).warning("something");
    QVERIFY(experiment.describe("fathom-cli train", config));
}

} // namespace

class TestExperiment : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { qunsetenv("NEMO_EXPM_VERSION"); }
    void check_noPermission();
    void check_filesToCopyMissing();
    void create_asNemosProbes_data();
    void create_asNemosProbes();
    void create_foldersDiffer();
    void create_explicitLogDir();
    void create_versions_data();
    void create_versions();
    void create_versionFromEnvironment_isReadAndNotSet();
    void create_numberedVersions_asNemosRuns();
    void create_resumed_asNemosRuns();
    void create_noCheckpoint_movesNothing();
    void create_folderOfNoRun_isLeftAsItIs();
    void create_copiesFiles();
    void writeHyperparameters_asLightning();
    void describe_commandAndGit();
    void log_threeFiles();
    void gitInfo_slow_isGivenUp();
};

void TestExperiment::check_noPermission() {
    const Place place;
    const auto config = place.config("exp_dir: /proc/self/nowhere, name: x");
    const Status fine = checkExperiment(*readExpManagerParams(config), config);
    QVERIFY(!fine);
    QCOMPARE(fine.error().key, std::string("exp_manager.exp_dir"));
    QCOMPARE(fine.error().exitCode(), 2);
}

void TestExperiment::check_filesToCopyMissing() {
    const Place place;
    const auto config = place.config("exp_dir: EXP, files_to_copy: [nowhere.txt]");
    const Status fine = checkExperiment(*readExpManagerParams(config), config);
    QVERIFY(!fine);
    QCOMPARE(fine.error().key, std::string("exp_manager.files_to_copy"));
}

void TestExperiment::create_asNemosProbes_data() {
    QTest::addColumn<int>("index");
    const Value::List& probes = golden().asMap().find("exp_manager_probes")->asList();
    for (std::size_t i = 0; i < probes.size(); ++i)
        if (probes[i].at("cfg")) // the others are about the trainer: tst_exp_manager_params
            QTest::newRow(probes[i].at("label")->asString().c_str()) << static_cast<int>(i);
}

void TestExperiment::create_asNemosProbes() {
    QFETCH(int, index);
    const Value& probe =
        golden().asMap().find("exp_manager_probes")->asList()[static_cast<std::size_t>(index)];
    const Place place;
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(place.folder.path()));
    const config::Config config = *configOf("exp_manager: " + toJson(*probe.at("cfg")) + "\n");
    const auto params = readExpManagerParams(config);
    const auto made = params ? Experiment::create(*params, config)
                             : Result<std::unique_ptr<Experiment>>(fail(params.error()));
    QDir::setCurrent(before);
    QCOMPARE(made.has_value(), probe.at("ok")->asBool());
    if (made) {
        const QString folder =
            QString::fromStdString(fs::relative((*made)->folder(), place.path({})).string());
        QString wanted = QRegularExpression::escape(QString::fromStdString(probe.at("log_dir")->asString()));
        wanted.replace(QStringLiteral("\\<DATETIME\\>"), QStringLiteral("[-_\\d]{19}"))
            .remove(QStringLiteral("RUN/"));
        wanted.remove(QStringLiteral("RUN\\/"));
        QVERIFY2(
            QRegularExpression(QStringLiteral("^") + wanted + QStringLiteral("$")).match(folder).hasMatch(),
            qPrintable(folder + QStringLiteral(" is not ") + wanted));
        return;
    }
    QCOMPARE(made.error().className, probe.at("error_class")->asString());
    // NeMo's folders are relative, and its dataclass lacks the options of older releases.
    std::string message = probe.at("message")->asString();
    message.resize(std::min(message.size(), message.find('\n')));
    QString own = QString::fromStdString(made.error().why);
    own.remove(place.folder.path() + QLatin1Char('/'))
        .replace(QStringLiteral("'ExpManager'"), QStringLiteral("'ExpManagerConfig'"));
    QVERIFY2(QString::fromStdString(message).startsWith(own), qPrintable(own));
}

void TestExperiment::create_foldersDiffer() {
    const Place place;
    const auto first = place.create("exp_dir: EXP, name: net");
    const auto second = place.create("exp_dir: EXP, name: net");
    QVERIFY(first && second);
    QVERIFY((*first)->folder() != (*second)->folder());
    QCOMPARE((*first)->folder().parent_path(), place.path("net"));
    const QRegularExpression datetime(QStringLiteral("^\\d{4}-\\d\\d-\\d\\d_\\d\\d-\\d\\d-\\d\\d$"));
    QVERIFY(datetime.match(QString::fromStdString((*first)->folder().filename().string())).hasMatch());
    QVERIFY(fs::is_directory((*first)->checkpoints()));
    QCOMPARE((*first)->tensorboard(), (*first)->folder());
}

void TestExperiment::create_explicitLogDir() {
    const Place place;
    const auto experiment = place.create("explicit_log_dir: EXP/here, exp_dir: EXP/there, name: net");
    QVERIFY2(experiment, experiment ? "" : experiment.error().message().c_str());
    QCOMPARE((*experiment)->folder(), place.path("here"));
    QCOMPARE((*experiment)->tensorboard(), place.path("here"));
    QCOMPARE((*experiment)->name(), std::string("net"));
    QVERIFY(!fs::exists(place.path("there")));
}

void TestExperiment::create_versions_data() {
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("tensorboard");
    QTest::newRow("version str") << "name: n, version: myver"
                                 << "n/myver"
                                 << "n/myver";
    QTest::newRow("default name") << "version: v"
                                  << "default/v"
                                  << "default/v";
    QTest::newRow("numbered") << "name: n, use_datetime_version: false"
                              << "n/version_0"
                              << "n/version_0";
    QTest::newRow("resumed") << "name: n, resume_if_exists: true, resume_ignore_no_checkpoint: true"
                             << "n"
                             << "n/version_0";
    QTest::newRow("resumed version")
        << "name: n, version: v, resume_if_exists: true, resume_ignore_no_checkpoint: true"
        << "n/v"
        << "n/v";
    QTest::newRow("sub_dir") << "name: n, version: v, summary_writer_kwargs: {sub_dir: tb}"
                             << "n/v"
                             << "n/v/tb";
}

void TestExperiment::create_versions() {
    QFETCH(QString, options);
    QFETCH(QString, folder);
    QFETCH(QString, tensorboard);
    const Place place;
    const auto experiment = place.create("exp_dir: EXP, " + options.toStdString());
    QVERIFY2(experiment, experiment ? "" : experiment.error().message().c_str());
    QCOMPARE((*experiment)->folder(), place.path(folder.toStdString()));
    QCOMPARE((*experiment)->tensorboard(), place.path(tensorboard.toStdString()));
    QVERIFY(fs::is_directory((*experiment)->tensorboard()));
    QCOMPARE((*experiment)->checkpoints(), place.path(folder.toStdString()) / "checkpoints");
}

void TestExperiment::create_versionFromEnvironment_isReadAndNotSet() {
    const Place place;
    QVERIFY(place.create("exp_dir: EXP, name: n"));
    QVERIFY(!std::getenv("NEMO_EXPM_VERSION"));
    qputenv("NEMO_EXPM_VERSION", "shared");
    const auto experiment = place.create("exp_dir: EXP, name: n");
    const auto named = place.create("exp_dir: EXP, name: n, version: own");
    qunsetenv("NEMO_EXPM_VERSION");
    QVERIFY(experiment && named);
    QCOMPARE((*experiment)->folder(), place.path("n/shared"));
    QCOMPARE((*named)->folder(), place.path("n/own"));
}

void TestExperiment::create_numberedVersions_asNemosRuns() {
    const Place place;
    const std::string options = "exp_dir: EXP, name: N, use_datetime_version: false";
    fs::create_directories(place.path("N/version_x"));
    for (const char* run : {"versioned#0", "versioned#1"}) {
        auto experiment = place.create(options);
        QVERIFY2(experiment, experiment ? "" : experiment.error().message().c_str());
        QVERIFY((*experiment)->writeHyperparameters(Value::Map{{"cfg", 1}}));
        runIn(**experiment, place.config(options));
        const std::string logDir =
            golden().asMap().find("other_runs")->asMap().find(run)->asMap().find("log_dir")->asString();
        QCOMPARE((*experiment)->folder().filename(), fs::path(logDir).filename());
        QCOMPARE(treeOf((*experiment)->folder()), withOurs(goldenTree(run)));
    }
}

void TestExperiment::create_resumed_asNemosRuns() {
    const Place place;
    const std::string options =
        "exp_dir: EXP, name: N, resume_if_exists: true, resume_ignore_no_checkpoint: true, "
        "checkpoint_callback_params: {monitor: val_wer}";
    for (const char* run : {"resume1#0", "resume1#1"}) {
        auto experiment = place.create(options);
        QVERIFY2(experiment, experiment ? "" : experiment.error().message().c_str());
        QCOMPARE((*experiment)->resumeFrom().has_value(), run == std::string("resume1#1"));
        QVERIFY((*experiment)->writeHyperparameters(Value::Map{{"cfg", 1}}));
        runIn(**experiment, place.config(options));
        QCOMPARE(treeOf(place.path("N")), withOurs(goldenTree(run)));
        QVERIFY(
            writeFileAtomically((*experiment)->checkpoints() / "m--val_wer=1.000-epoch=2-last.ckpt", "x"));
    }
}

void TestExperiment::create_noCheckpoint_movesNothing() {
    const Place place;
    const std::string options = "exp_dir: EXP, name: N, version: v";
    auto first = place.create(options);
    QVERIFY(first);
    runIn(**first, place.config(options));
    const std::set<std::string> before = treeOf(place.path("N"));
    QVERIFY(!place.create(options + ", resume_if_exists: true"));
    QCOMPARE(treeOf(place.path("N")), before);
}

void TestExperiment::create_folderOfNoRun_isLeftAsItIs() {
    const Place place;
    fs::create_directories(place.path("mine"));
    QVERIFY(writeFileAtomically(place.path("mine/thesis.tex"), "x"));
    QVERIFY(place.create("explicit_log_dir: EXP/mine"));
    QVERIFY(fs::exists(place.path("mine/thesis.tex")));
}

void TestExperiment::create_copiesFiles() {
    const Place place;
    QVERIFY(writeFileAtomically(place.path("notes.txt"), "x"));
    const auto experiment = place.create("exp_dir: EXP, name: n, files_to_copy: [EXP/notes.txt]");
    QVERIFY2(experiment, experiment ? "" : experiment.error().message().c_str());
    QVERIFY(fs::exists((*experiment)->folder() / "notes.txt"));
}

void TestExperiment::writeHyperparameters_asLightning() {
    const std::string wanted =
        golden().asMap().find("text_files_first_4000_chars")->asMap().find("hparams.yaml")->asString();
    const Place place;
    const auto experiment = place.create("exp_dir: EXP, name: n, version: v");
    QVERIFY((*experiment)->writeHyperparameters(configOf(wanted)->unresolved()));
    QCOMPARE(*readFile(place.path("n/v/hparams.yaml")), wanted);
    QVERIFY((*experiment)
                ->writeHyperparameters(Value::Map{{"other", 1}})); // that of a resumed run is the first one's
    QCOMPARE(*readFile(place.path("n/v/hparams.yaml")), wanted);
}

void TestExperiment::describe_commandAndGit() {
    const Place place;
    const fs::path repository = place.path("repo");
    fs::create_directories(repository);
    QVERIFY(writeFileAtomically(repository / "f", "x\n"));
    const auto git = [&](const std::string& arguments) {
        const std::string command = "git -C '" + repository.string() + "' -c user.name=a -c user.email=a@b " +
                                    arguments + " >/dev/null 2>&1";
        return std::system(command.c_str()) == 0;
    };
    QVERIFY(!run::gitState(repository)); // no repository above a temporary folder
    QVERIFY(git("init") && git("add f") && git("commit -m x"));
    QVERIFY(writeFileAtomically(repository / "f", "x\ny\n"));
    QVERIFY(git("config diff.external 'touch " + (repository / "ran").string() + ";'"));
    const auto state = run::gitState(repository);
    QVERIFY(state);
    QVERIFY(state->branch == "master" || state->branch == "main");
    const std::string info = run::gitInfo(*state);
    const QRegularExpression head(QStringLiteral("^commit hash: [0-9a-f]{40}\ndiff --git a/f b/f\n"));
    QVERIFY2(head.match(QString::fromStdString(info)).hasMatch(), info.c_str());
    QVERIFY(info.ends_with("@@ -1 +1,2 @@\n x\n+y\n")); // as the golden git-info.log
    QVERIFY(!fs::exists(repository / "ran"));
    const auto experiment = place.create("exp_dir: EXP, name: n, version: v");
    QVERIFY((*experiment)->describe("fathom-cli train a=b", place.config("name: n")));
    QCOMPARE(*readFile(place.path("n/v/cmd-args.log")), std::string("fathom-cli train a=b"));
}

void TestExperiment::log_threeFiles() {
    const Place place;
    const auto experiment = place.create("exp_dir: EXP, name: n, version: v");
    MemoryLog next;
    Log& log = (*experiment)->logTo(next);
    log.info("hello");
    log.warning("two\nlines");
    (*experiment)->note(LogLevel::Error, "only here");
    QVERIFY(next.lines.back().ends_with("two\nlines"));
    const auto text = [&](const char* name) {
        return QString::fromStdString(*readFile(place.path("n/v") / name));
    };
    const QString stamp = QStringLiteral("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d fathom:0\\] ");
    const QRegularExpression errors(QStringLiteral("^\\[NeMo W ") + stamp +
                                    QStringLiteral("two\n    lines\n\\[NeMo E ") + stamp +
                                    QStringLiteral("only here\n$"));
    QVERIFY2(errors.match(text("nemo_error_log.txt")).hasMatch(), qPrintable(text("nemo_error_log.txt")));
    QVERIFY(text("lightning_logs.txt").endsWith(QStringLiteral("hello\ntwo\nlines\nonly here\n")));
    QVERIFY(text("nemo_log_globalrank-0_localrank-0.txt")
                .contains(QStringLiteral("] Experiments will be logged at ")));
}

void TestExperiment::gitInfo_slow_isGivenUp() {
    const Place place;
    QVERIFY(writeFileAtomically(place.path("git"), "#!/bin/sh\nexec sleep 30\n"));
    fs::permissions(place.path("git"), fs::perms::owner_all);
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", QByteArray::fromStdString(place.folder.path().toStdString()) + ':' + path);
    QElapsedTimer timer;
    timer.start();
    const auto info = run::gitState(".", std::chrono::milliseconds(100));
    qputenv("PATH", path);
    QVERIFY(!info);
    QVERIFY2(timer.elapsed() < 5000, QByteArray::number(timer.elapsed()).constData());
}

QTEST_GUILESS_MAIN(TestExperiment)
#include "tst_experiment.moc"
