// SPDX-License-Identifier: GPL-3.0-or-later
// What is found wrong, all at once, and what an explanation says.
#include "engine/config/diagnostics.h"
#include "engine/config/explain.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace fathom;
using config::Finding;
using config::Severity;

namespace {

config::ComposeRequest request(const std::string& yaml, std::vector<std::string> overrides = {}) {
    return {.configName = "c", .overrides = std::move(overrides), .files = {{"c.yaml", yaml}}};
}

const config::Diagnostic* find(const config::Diagnosis& diagnosis, const std::string& key, Finding finding) {
    const auto found = std::ranges::find_if(diagnosis.diagnostics, [&](const config::Diagnostic& each) {
        return each.error.key == key && each.finding == finding;
    });
    return found == diagnosis.diagnostics.end() ? nullptr : &*found;
}

std::string all(const config::Diagnosis& diagnosis) {
    std::string text;
    for (const config::Diagnostic& each : diagnosis.diagnostics)
        text += std::string(config::name(each.severity)) + " " + std::string(config::name(each.finding)) +
                " " + each.error.message() + "\n";
    return text;
}

constexpr const char* kModel = R"(model:
  repeat: 5
  dropuot: 0.1
  train_ds: {manifest_filepath: '???'}
  validation_ds: {manifest_filepath: no/such/file.json, bach_size: 3}
  preprocessor: {_target_: x.AudioToMelSpectrogramPreprocessor, features: many, sample_rate: 0}
  encoder:
    _target_: x.ConvASREncoder
    feat_in: ${model.preprocessor.featurs}
    jasper: [{filters: 1, repeat: '${model.repeat}', kernel: [1], stride: [1], dilation: [1], dropout: 2.0, residual: false}]
  decoder: {_target_: x.ConvASRDecoder}
  optim: {name: novograd, lrr: 0.1, sched: {name: CosinAnnealing}}
trainr: {max_epochs: 1}
)";

} // namespace

class TestDiagnostics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsEverythingAtOnce();
    void goesOnPastRefusedOverrides();
    void findsShadowedValues();
    void findsWhatIsNotObeyed();
    void saysWhereAnArgumentIsAtFault();
    void explainsSources();
    void explainsComputedKeysAndDependents();
    void endsOnBombs_data();
    void endsOnBombs();
    void failingFunction_leavesTheOthers();
    void deepKeys_areCheckedQuickly();
};

void TestDiagnostics::findsEverythingAtOnce() {
    const config::Diagnosis found = config::diagnose(request(kModel));
    const std::string report = all(found);
    QVERIFY(found.composes);
    const auto has = [&](const char* key, Finding finding, Severity severity, const char* says) {
        const config::Diagnostic* each = find(found, key, finding);
        return each && each->severity == severity && each->error.message().find(says) != std::string::npos &&
               each->error.line > 0;
    };
    QVERIFY2(has("model.train_ds.manifest_filepath", Finding::MissingValue, Severity::Warning, "???"),
             report.c_str());
    QVERIFY2(has("model.validation_ds.manifest_filepath", Finding::MissingPath, Severity::Warning,
                 "does not exist"),
             report.c_str());
    QVERIFY2(has("model.validation_ds.bach_size", Finding::UnknownKey, Severity::Error,
                 "Did you mean batch_size?"),
             report.c_str());
    QVERIFY2(has("model.preprocessor.features", Finding::WrongValue, Severity::Error,
                 "could not be converted to Integer"),
             report.c_str());
    QVERIFY2(has("model.preprocessor.sample_rate", Finding::WrongValue, Severity::Error, "at least 1"),
             report.c_str());
    QVERIFY2(has("model.encoder.feat_in", Finding::BrokenInterpolation, Severity::Error,
                 "Did you mean model.preprocessor.features?"),
             report.c_str());
    QVERIFY2(has("model.encoder.jasper.0.dropout", Finding::WrongValue, Severity::Error, "out of range"),
             report.c_str());
    QVERIFY2(has("model.optim.lrr", Finding::UnknownKey, Severity::Error, "Did you mean lr?"),
             report.c_str());
    QVERIFY2(
        has("model.optim.sched.name", Finding::WrongValue, Severity::Error, "Did you mean CosineAnnealing?"),
        report.c_str());
    QVERIFY2(has("model.dropuot", Finding::UnusedValue, Severity::Note, "no interpolation names it"),
             report.c_str());
    QVERIFY2(has("trainr", Finding::UnknownKey, Severity::Warning, "Did you mean trainer?"), report.c_str());
    QVERIFY2(!find(found, "model.repeat", Finding::UnusedValue), report.c_str());
    QVERIFY(std::ranges::is_sorted(found.diagnostics, {}, &config::Diagnostic::severity));
}

void TestDiagnostics::goesOnPastRefusedOverrides() {
    const config::Diagnosis found =
        config::diagnose(request("a: {b: 1}\nc: 2\n", {"a.x=1", "c=[1", "c=5", "nogroup/x@y=1", "d=1,2"}));
    QVERIFY(!found.composes);
    QVERIFY(found.config.has_value());
    QCOMPARE(found.config->unresolved("c"), Value(5));
    std::vector<int> arguments;
    for (const config::Diagnostic& each : found.diagnostics)
        if (each.finding == Finding::Composition) arguments.push_back(each.argument);
    std::ranges::sort(arguments);
    QCOMPARE(arguments, (std::vector<int>{0, 1, 3, 4}));
    QVERIFY(!config::compose(request("a: 1\n", {"b=1"})).has_value());
    const config::Diagnosis broken = config::diagnose(request("a: [1\n"));
    QVERIFY(!broken.config.has_value());
    QCOMPARE(broken.diagnostics.size(), std::size_t(1));
    QVERIFY(broken.diagnostics[0].error.line > 0);
}

void TestDiagnostics::findsWhatIsNotObeyed() {
    const config::Diagnosis found = config::diagnose(request(
        "exp_manager:\n  create_wandb_logger: true\n  create_mlflow_logger: false\n  create_neptune_logger: "
        "null\n  checkpoint_callback_params: {model_parallel_size: 2}\nother: {create_wandb_logger: "
        "true}\n"));
    const config::Diagnostic* each = find(found, "exp_manager.create_wandb_logger", Finding::NoEffect);
    QVERIFY2(each, all(found).c_str());
    QCOMPARE(each->severity, Severity::Warning);
    QCOMPARE(each->error.line, 2);
    QVERIFY(each->error.message().find("no run uses the network") != std::string::npos);
    QVERIFY(find(found, "exp_manager.checkpoint_callback_params.model_parallel_size", Finding::NoEffect));
    QCOMPARE(config::withoutEffect(*found.config, "exp_manager").size(), std::size_t{2});
    QVERIFY(config::withoutEffect(*found.config, "model").empty());
}

void TestDiagnostics::findsShadowedValues() {
    config::ComposeRequest twice =
        request("defaults: [db: x, _self_]\ndb: {host: here, port: 1}\nd: ${db.port}\n",
                {"db.port=2", "db.port=3", "d=1"});
    twice.files["db/x.yaml"] = "host: there\n";
    const config::Diagnosis found = config::diagnose(twice);
    const std::string report = all(found);
    const config::Diagnostic* argument = find(found, "db.port", Finding::Shadowed);
    QVERIFY2(argument && argument->severity == Severity::Warning && argument->argument == 0, report.c_str());
    const config::Diagnostic* file = find(found, "db.host", Finding::Shadowed);
    QVERIFY2(file && file->severity == Severity::Note && file->error.line == 1, report.c_str());
    QVERIFY2(find(found, "d", Finding::UnusedValue), report.c_str());
    twice.editedFrom = 1; // an edit replaces the command line's value on purpose
    const config::Diagnosis edited = config::diagnose(twice);
    const config::Diagnostic* beaten = find(edited, "db.port", Finding::Shadowed);
    QVERIFY2(beaten && beaten->severity == Severity::Note, all(edited).c_str());
}

void TestDiagnostics::saysWhereAnArgumentIsAtFault() {
    const config::Diagnosis found = config::diagnose(
        request("trainer: {max_epochs: 1}\n", {"trainer.max_epochs=x", "+trainer.max_step=3"}));
    const config::Diagnostic* type = find(found, "trainer.max_epochs", Finding::WrongValue);
    QVERIFY2(type && type->argument == 0 && type->error.line == 0, all(found).c_str());
    const config::Diagnostic* key = find(found, "trainer.max_step", Finding::UnknownKey);
    QVERIFY2(key && key->argument == 1, all(found).c_str());
}

void TestDiagnostics::explainsSources() {
    qputenv("FATHOM_TEST_NAME", "n");
    const Result<config::Config> config = config::compose(request(
        "base: 2\nm: {a: '${multiply:${base},3}', b: '${.a}_${oc.env:FATHOM_TEST_NAME}', c: '${nope}'}\n",
        {"base=4"}));
    QVERIFY(config.has_value());
    const Result<config::Explanation> a = config::explain(*config, "m.a");
    QCOMPARE(a->sources.size(), std::size_t(1));
    QCOMPARE(a->sources[0].key, std::string("base"));
    QCOMPARE(a->sources[0].value, Value(4));
    QCOMPARE(a->sources[0].where, std::string("override 1: base=4"));
    QCOMPARE(a->dependents, std::vector<std::string>{"m.b"});
    const Result<config::Explanation> b = config::explain(*config, "m.b");
    QCOMPARE(b->sources.size(), std::size_t(2));
    QVERIFY(b->sources[0].isInterpolation);
    QCOMPARE(b->sources[0].value, Value(12));
    QCOMPARE(b->sources[1].key, std::string("oc.env:FATHOM_TEST_NAME"));
    QCOMPARE(b->sources[1].value, Value("n"));
    QVERIFY(!config::explain(*config, "m.c")->sources[0].exists);
    QCOMPARE(config::explain(*config, "bse").error().remedy, std::string("Did you mean base?"));
}

void TestDiagnostics::explainsComputedKeysAndDependents() {
    const Result<config::Config> config =
        config::compose(request("which: two\none: {v: 1}\ntwo: {v: 2}\nr: '${${which}.v}'\nwhole: ${two}\ns: "
                                "'${oc.select:one.v,9}'\n"));
    QVERIFY(config.has_value());
    const Result<config::Explanation> r = config::explain(*config, "r");
    QCOMPARE(r->references, (std::vector<std::string>{"two.v", "which"}));
    QCOMPARE(config::explain(*config, "two.v")->dependents, (std::vector<std::string>{"r", "whole"}));
    QCOMPARE(config::explain(*config, "one.v")->dependents, std::vector<std::string>{"s"});
}

void TestDiagnostics::endsOnBombs_data() {
    QTest::addColumn<QString>("yaml");
    std::string deep(100'000, '[');
    QTest::newRow("depth") << QString::fromStdString("a: " + deep);
    QString aliases = QStringLiteral("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; ++i)
        aliases +=
            QStringLiteral("a%1: &a%1 [*a%2, *a%2, *a%2, *a%2, *a%2, *a%2, *a%2, *a%2]\n").arg(i).arg(i - 1);
    QTest::newRow("aliases") << aliases;
    QTest::newRow("cycle") << "a: ${b}\nb: ${c}\nc: ${a}\n";
    QString doubling = QStringLiteral("v0: xxxxxxxxxxxxxxxx\n");
    for (int i = 1; i < 40; ++i)
        doubling += QStringLiteral("v%1: ${v%2}${v%2}\n").arg(i).arg(i - 1);
    QTest::newRow("doubling") << doubling;
    QTest::newRow("parent") << "a: {b: '${a}'}\n";
}

void TestDiagnostics::endsOnBombs() {
    QFETCH(QString, yaml);
    const config::Diagnosis found = config::diagnose(request(yaml.toStdString()));
    QVERIFY(!found.diagnostics.empty());
    QCOMPARE(found.diagnostics[0].severity, Severity::Error);
    const Result<config::Config> config = config::compose(request(yaml.toStdString()));
    QVERIFY(!config || !config->resolved());
}

/// One resolver serves all checks: what fails in a function must not spoil it.
void TestDiagnostics::failingFunction_leavesTheOthers() {
    const config::Diagnosis found =
        config::diagnose(request("a: ${b}\nb: ${oc.env:FATHOM_NO_SUCH}\nc: ${d}\nd: 1\ne: ${c}\n"));
    QVERIFY(find(found, "a", Finding::BrokenInterpolation));
    QVERIFY(find(found, "b", Finding::BrokenInterpolation));
    QVERIFY(!find(found, "c", Finding::BrokenInterpolation));
    QVERIFY(!find(found, "e", Finding::BrokenInterpolation));
}

/// An override makes sections as deep as it likes; checking these once took 24 s.
void TestDiagnostics::deepKeys_areCheckedQuickly() {
    std::string key = "+sched";
    for (int i = 1; i < 800; ++i)
        key += ".sched";
    QElapsedTimer timer;
    timer.start();
    QVERIFY(config::diagnose(request("a: 1\n", {key + ".name=1"})).composes);
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_GUILESS_MAIN(TestDiagnostics)
#include "tst_diagnostics.moc"
