// SPDX-License-Identifier: GPL-3.0-or-later
// Loading of plugins: what a good one brings, and what is said of a bad one. Training with one is in
// tests/cli/tst_plugin_cli.cpp.
#include "engine/config/compose.h"
#include "engine/config/diagnostics.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/structured.h"
#include "engine/plugin/plugins.h"
#include "engine/schedule/schedule.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace fathom;
namespace fs = std::filesystem;

namespace {

fs::path example() {
    return fs::path(FATHOM_PLUGIN_DIR) / "libexample_schedule.so";
}

config::Config composed(const std::string& yaml, const std::string& folder = {}) {
    const config::ComposeRequest request{
        .configPath = folder, .configName = "c", .files = {{"c.yaml", yaml}}};
    auto config = config::compose(request);
    if (!config) qFatal("%s", config.error().message().c_str());
    return *config;
}

const char* const kSawtooth = "plugins: [libexample_schedule.so]\n"
                              "model:\n"
                              "  optim:\n"
                              "    name: sgd\n"
                              "    lr: 0.1\n"
                              "    sched:\n"
                              "      name: Sawtooth\n"
                              "      period: 4\n";

bool isKnown(const std::string& scheduler) {
    const auto& names = schedule::schedulerNames();
    return std::ranges::find(names, scheduler) != names.end();
}

} // namespace

class PluginsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// First, while nothing is loaded.
    void composing_loadsNothing() {
        const config::Config config = composed(kSawtooth);
        QVERIFY(!isKnown("Sawtooth"));
        QVERIFY(!schemas::scheduler("Sawtooth"));
        // The name may be one of the plugin's: a warning, where it is an error without plugins.
        const auto wrong = [](const config::Config& of) {
            const auto all = config::diagnose(of);
            const auto found = std::ranges::find_if(all, [](const config::Diagnostic& each) {
                return each.error.key == "model.optim.sched.name";
            });
            return found == all.end() ? std::string("nothing") : std::string(config::name(found->severity));
        };
        QCOMPARE(wrong(config), std::string("warning"));
        QCOMPARE(wrong(composed(std::string(kSawtooth).substr(std::string(kSawtooth).find('\n') + 1))),
                 std::string("error"));
        QVERIFY(!isKnown("Sawtooth"));
    }

    void aFaultyPlugin_isRefusedWhole_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("why");
        QTest::newRow("another version") << "abi"
                                         << "it was built for version 3 of the plugin interface";
        QTest::newRow("no entry") << "symbol"
                                  << "it has no fathomPluginAbi";
        QTest::newRow("throws") << "throws"
                                << "its registration failed: the licence has run out";
        QTest::newRow("a built-in's name") << "taken"
                                           << "'CosineAnnealing': there is one of that name already";
        QTest::newRow("a name twice") << "twice"
                                      << "'FirstOfFaulty': the plugin registers it twice";
        QTest::newRow("no factory") << "factory"
                                    << "'Empty': it has no factory";
        QTest::newRow("malformed schema") << "schema"
                                          << "'Malformed': Cannot read the schema: line 2: a field is";
        QTest::newRow("a built-in's struct") << "struct"
                                             << "Adam is described already";
    }
    void aFaultyPlugin_isRefusedWhole() {
        QFETCH(QString, fault);
        QFETCH(QString, why);
        plugin::Selection selection;
        const fs::path file = fs::path(FATHOM_PLUGIN_DIR) / ("libfaulty_" + fault.toStdString() + ".so");
        for (int attempt = 0; attempt < 2; ++attempt) { // the second says the same
            const Status added = selection.add(file);
            QVERIFY(!added);
            QVERIFY2(added.error().why.find(why.toStdString()) != std::string::npos,
                     added.error().why.c_str());
            QCOMPARE(added.error().file, fs::canonical(file).string());
            QVERIFY(added.error().kind == ErrorKind::Usage);
            QVERIFY(!added.error().remedy.empty());
        }
        QVERIFY(selection.all().empty());
        QVERIFY(!isKnown("FirstOfFaulty"));
        QVERIFY(!schemas::find("FirstOfFaulty"));
    }

    void whatIsNoPlugin_isRefused() {
        QTemporaryDir folder;
        QFile text(folder.filePath(QStringLiteral("libtext.so")));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write("not an object");
        text.close();
        plugin::Selection selection;
        const Status missing = selection.add("no/such/lib.so");
        QVERIFY(!missing && missing.error().why.find("No such file") != std::string::npos);
        QCOMPARE(missing.error().file, std::string("no/such/lib.so"));
        const Status isFolder = selection.add(folder.path().toStdString());
        QVERIFY(!isFolder && isFolder.error().why == "it is not a file");
        const Status garbage = selection.add(text.fileName().toStdString());
        QVERIFY2(!garbage && garbage.error().why.find("libtext.so") != std::string::npos,
                 garbage.error().why.c_str());
    }

    void aPlugin_bringsItsScheduleAndItsSchema() {
        plugin::Selection selection;
        const Status added = selection.add(example());
        QVERIFY2(added, added ? "" : added.error().message().c_str());
        QCOMPARE(selection.all().size(), std::size_t(1));
        QVERIFY(isKnown("Sawtooth"));

        const config::Config config = composed(kSawtooth);
        QVERIFY(config::diagnose(config).empty());
        const config::Field* period = schemas::fieldAt(config, "model.optim.sched.period");
        QVERIFY(period);
        QCOMPARE(period->help, std::string("steps from one start to the next"));
        QCOMPARE(*period->options.minimum, 1.0);
        const auto choices = schemas::choicesAt(config, "model.optim.sched.name");
        QVERIFY(std::ranges::find(choices, "Sawtooth") != choices.end());
        QCOMPARE(schemas::withDefaults(config).unresolved("model.optim.sched.min_lr"), Value(0.0));
        QVERIFY(schemas::builtinStore()->find("schema_Sawtooth") != nullptr);

        const auto schedule =
            schedule::makeSchedule(config.unresolved("model.optim.sched"), 0.1, {.maxSteps = 10});
        QVERIFY2(schedule, schedule ? "" : schedule.error().message().c_str());
        QCOMPARE(schedule->at(0), 0.1);
        QCOMPARE(schedule->at(1), 0.075);
        QCOMPARE(schedule->at(4), 0.1);
        QCOMPARE(schedule->at(6, 1.0), 0.5);
        const auto misspelt = schedule::makeSchedule(
            Value(Value::Map{{"name", "Sawtooth"}, {"periods", std::int64_t{4}}}), 0.1, {.maxSteps = 10});
        QVERIFY(!misspelt);
        QVERIFY2(misspelt.error().message().find("periods") != std::string::npos,
                 misspelt.error().message().c_str());
    }

    void aPluginOfAnEarlierRun_isUsedAgain_namedTwice_isNot() {
        plugin::Selection first;
        plugin::Selection second;
        QVERIFY(first.add(example()));
        QVERIFY(second.add(example()));
        QCOMPARE(first.all()[0], second.all()[0]);
        const Status twice = second.add(fs::relative(example()));
        QVERIFY(!twice);
        QCOMPARE(twice.error().why, std::string("it is named twice"));
        QCOMPARE(second.all().size(), std::size_t(1));
    }

    void aConfigsPlugins_areBesideItFirst() {
        QTemporaryDir folder;
        QVERIFY(QFile::link(QString::fromStdString(example().string()),
                            folder.filePath(QStringLiteral("libexample_schedule.so"))));
        const std::string path = folder.filePath(QStringLiteral("c.yaml")).toStdString();
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(kSawtooth);
        file.close();
        const auto config = config::compose({.configPath = folder.path().toStdString(), .configName = "c"});
        QVERIFY(config);
        plugin::Selection selection;
        const Status added = selection.addFrom(*config);
        QVERIFY2(added, added ? "" : added.error().message().c_str());
        QCOMPARE(selection.all().size(), std::size_t(1));

        const auto overridden = config::compose({.configPath = folder.path().toStdString(),
                                                 .configName = "c",
                                                 .overrides = {"plugins=[" + example().string() + "]"}});
        QVERIFY(overridden);
        plugin::Selection fromCommandLine;
        QVERIFY(fromCommandLine.add(example())); // --plugin and the config may name the same
        QVERIFY(fromCommandLine.addFrom(*overridden));
        QVERIFY(fromCommandLine.addFrom(*config));
        QCOMPARE(fromCommandLine.all().size(), std::size_t(1));
    }

    void aConfigsMistake_hasItsLine() {
        plugin::Selection selection;
        const Status missing = selection.addFrom(composed("a: 1\nplugins:\n- libnone.so\n"));
        QVERIFY(!missing);
        QCOMPARE(missing.error().key, std::string("plugins.0"));
        QCOMPARE(missing.error().line, 3);
        QVERIFY(missing.error().what.find("libnone.so") != std::string::npos);
        const Status word = selection.addFrom(composed("a: 1\nplugins: libnone.so\n"));
        QVERIFY(!word);
        QCOMPARE(word.error().line, 2);
        const std::string file = example().string();
        const Status twice = selection.addFrom(composed("plugins:\n- " + file + "\n- " + file + '\n'));
        QVERIFY(!twice);
        QCOMPARE(twice.error().why, std::string("it is named twice"));
        QCOMPARE(twice.error().key, std::string("plugins.1"));
        QCOMPARE(twice.error().line, 3);
        QVERIFY(selection.addFrom(composed("plugins: null\n")));
        QVERIFY(selection.addFrom(composed("plugins: []\n")));
        QVERIFY(selection.addFrom(composed("a: 1\n")));
    }

    void aPluginThatChanged_isNotMixedWithTheLoadedOne() {
        QTemporaryDir folder;
        const fs::path copy = folder.filePath(QStringLiteral("libcopy.so")).toStdString();
        const fs::path link = folder.filePath(QStringLiteral("liblink.so")).toStdString();
        plugin::Selection selection;
        fs::copy_file(fs::path(FATHOM_PLUGIN_DIR) / "libfaulty_throws.so", copy);
        QVERIFY(!selection.add(copy)); // was not kept, so a corrected one may come
        fs::remove(copy);
        fs::copy_file(fs::path(FATHOM_PLUGIN_DIR) / "libfaulty_none.so", copy);
        const Status corrected = selection.add(copy);
        QVERIFY2(corrected, corrected ? "" : corrected.error().message().c_str());
        QVERIFY(isKnown("FirstOfFaulty"));
        fs::create_hard_link(copy, link);
        const Status same = selection.add(link);
        QVERIFY(!same);
        QCOMPARE(same.error().why, std::string("it is named twice"));
        fs::last_write_time(copy, fs::last_write_time(copy) + std::chrono::seconds(5));
        plugin::Selection later;
        const Status changed = later.add(copy);
        QVERIFY(!changed);
        QCOMPARE(changed.error().why, std::string("it has changed since it was loaded"));
    }
};

QTEST_GUILESS_MAIN(PluginsTest)
#include "tst_plugins.moc"
