// SPDX-License-Identifier: GPL-3.0-or-later
// The dataclass layer against what NeMo 3.0.0, NeMo 2.2.1 and torch 2.11 say of their own classes, and where
// in a config each description applies.
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/config/convert.h"
#include "engine/config/explain.h"
#include "engine/config/schemas/catalog.h"
#include "tests/engine/config/golden.h"

#include <algorithm>

using namespace fathom;
using golden::at;
using golden::text;

namespace {

Value dataFile(const std::string& name) {
    const Result<std::string> content = readFile(FATHOM_TEST_DATA "/" + name);
    if (!content) qFatal("%s", content.error().message().c_str());
    return fromJson(*content).value();
}

/// "nemo.core.config.modelPT.OptimConfig" and "Optional[nemo.….OptimConfig]" without the module.
std::string withoutModules(const std::string& type) {
    std::string out;
    for (const char c : type) {
        if (c == '.') {
            const std::size_t start = out.find_last_of("[, ");
            out.resize(start == std::string::npos ? 0 : start + 1);
        } else {
            out += c;
        }
    }
    return out;
}

bool isSame(const Value& a, const Value& b) {
    return a == b || (a.isNumber() && b.isNumber() && a.toDouble() == b.toDouble());
}

/// An instance of another class is written as its repr.
bool isRepr(const Value& field) {
    static const std::vector<std::string> plain{"str",  "int",   "float", "bool",   "NoneType",
                                                "list", "tuple", "dict",  "Signals"};
    return std::ranges::find(plain, text(field, "default_pytype")) == plain.end();
}

void compareClass(const std::string& name, const Value& golden, QStringList& problems) {
    const config::Description* ours = schemas::find(name);
    if (!ours) return problems.append(QString::fromStdString(name + " is not described")), void();
    const Value::List& fields = at(golden, "fields").asList();
    if (ours->fields.size() != fields.size())
        problems.append(QString::fromStdString(name + " has another number of fields"));
    for (std::size_t i = 0; i < std::min(fields.size(), ours->fields.size()); ++i) {
        const config::Field& field = ours->fields[i];
        const std::string where = name + "." + text(fields[i], "name") + ": ";
        if (field.name != text(fields[i], "name"))
            problems.append(QString::fromStdString(where + "we have " + field.name));
        if (field.type != withoutModules(text(fields[i], "type")))
            problems.append(QString::fromStdString(where + field.type + ", not " + text(fields[i], "type")));
        if (!isRepr(fields[i]) && !isSame(field.defaultValue, at(fields[i], "default")))
            problems.append(QString::fromStdString(where + "default " + toJson(field.defaultValue) +
                                                   ", not " + toJson(at(fields[i], "default"))));
        if (isRepr(fields[i]) && !field.defaultValue.isMap())
            problems.append(QString::fromStdString(where + "the default is no instance"));
    }
}

Result<config::Config> composed(const std::string& yaml, std::vector<std::string> overrides = {},
                                const std::string& autoschema = {}) {
    return config::compose({.configName = "c",
                            .overrides = std::move(overrides),
                            .files = {{"c.yaml", yaml}},
                            .autoschema = autoschema});
}

constexpr const char* kSpeech = R"(name: x
model:
  sample_rate: 16000
  train_ds: {manifest_filepath: a.json, batch_size: 4}
  preprocessor: {_target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor, features: 64}
  encoder:
    _target_: nemo.collections.asr.modules.ConvASREncoder
    feat_in: 64
    jasper: [{filters: 1, repeat: 1, kernel: [1], stride: [1], dilation: [1], dropout: 0.0, residual: false}]
  decoder: {_target_: nemo.collections.asr.modules.ConvASRDecoder, num_classes: 28}
  optim: {name: novograd, lr: 0.01, sched: {name: CosineAnnealing}}
trainer: {max_epochs: 5}
exp_manager: {checkpoint_callback_params: {monitor: val_wer}}
)";

} // namespace

class TestSchemas : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void describesWhatNemoHas();
    void describesConstructors();
    void describesTheTranslationModel();
    void everyFieldHasHelp();
    void everyNameIsDescribed();
    void findsTheDescriptionOfAPlace_data();
    void findsTheDescriptionOfAPlace();
    void listsChoices();
    void putsDefaultsBelow();
    void registersDataclassesForHydra();
    void theCommandLineBeatsTheFileBeatsTheDataclass();
};

void TestSchemas::describesWhatNemoHas() {
    QStringList problems;
    int classes = 0;
    for (const char* file :
         {"optim/core_dataclasses.json", "optim/optimizer_params.json", "optim/scheduler_params.json"}) {
        const Value data = dataFile(file);
        for (const auto& [name, golden] : at(data, "classes").asMap()) {
            compareClass(withoutModules(name), golden, problems);
            ++classes;
        }
    }
    QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
    QVERIFY(classes > 40);
}

void TestSchemas::describesConstructors() {
    QStringList problems;
    const Value constructors = dataFile("optim/optimizer_ctor_defaults.json");
    for (const std::string& name : schemas::optimizerNames()) {
        for (const Value& argument : at(constructors, name).asList()) {
            if (text(argument, "name") == "params") continue;
            const config::Field* field = schemas::optimizer(name)->field(text(argument, "name"));
            if (!field || !isSame(field->defaultValue, at(argument, "default")))
                problems.append(QString::fromStdString(name + "." + text(argument, "name")));
        }
        QCOMPARE(schemas::optimizer(name)->fields.size(), at(constructors, name).asList().size() + 3);
    }
    QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
}

void TestSchemas::describesTheTranslationModel() {
    const Value golden = dataFile("nemo/aayn_base_config_defaults.json");
    const Result<config::Config> config = composed("defaults:\n- schema_AAYNBaseConfig\n");
    QVERIFY2(config.has_value(), config ? "" : config.error().message().c_str());
    for (const auto& [key, value] : at(golden, "config").asMap())
        QCOMPARE(toJson(config->unresolved(key)), toJson(value));
    QCOMPARE(config->root().children.size(), at(golden, "config").asMap().size());
}

void TestSchemas::everyFieldHasHelp() {
    for (const auto& [name, description] : schemas::catalog().all())
        for (const config::Field& field : description->fields) {
            QVERIFY2(!field.help.empty() && field.help.size() < 110, (name + "." + field.name).c_str());
            QVERIFY2(!field.type.empty(), (name + "." + field.name).c_str());
        }
}

void TestSchemas::everyNameIsDescribed() {
    QCOMPARE(schemas::optimizerNames().size(), std::size_t(11));
    QCOMPARE(schemas::schedulerNames().size(), std::size_t(18));
    for (const std::string& name : schemas::schedulerNames())
        QVERIFY2(schemas::scheduler(name), name.c_str());
}

void TestSchemas::findsTheDescriptionOfAPlace_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("description");
    QTest::newRow("trainer") << "trainer"
                             << "Trainer";
    QTest::newRow("model") << "model"
                           << "EncDecCTCModel";
    QTest::newRow("data") << "model.train_ds"
                          << "SpeechDataset";
    QTest::newRow("module") << "model.preprocessor"
                            << "AudioToMelSpectrogramPreprocessor";
    QTest::newRow("list item") << "model.encoder.jasper.0"
                               << "JasperBlock";
    QTest::newRow("optimizer") << "model.optim"
                               << "Novograd";
    QTest::newRow("schedule") << "model.optim.sched"
                              << "CosineAnnealing";
    QTest::newRow("nested") << "exp_manager.checkpoint_callback_params"
                            << "CallbackParams";
    QTest::newRow("root") << ""
                          << "";
}

void TestSchemas::findsTheDescriptionOfAPlace() {
    QFETCH(QString, path);
    QFETCH(QString, description);
    const Result<config::Config> config = composed(kSpeech);
    QVERIFY(config.has_value());
    const config::Description* found = schemas::descriptionAt(*config, path.toStdString());
    QCOMPARE(QString::fromStdString(found ? found->name : ""), description);
}

void TestSchemas::listsChoices() {
    const Result<config::Config> config = composed(kSpeech);
    QVERIFY(config.has_value());
    QCOMPARE(schemas::choicesAt(*config, "model.optim.name"), schemas::optimizerNames());
    QCOMPARE(schemas::choicesAt(*config, "model.optim.sched.name"), schemas::schedulerNames());
    QCOMPARE(schemas::choicesAt(*config, "model.encoder.conv_mask"),
             (std::vector<std::string>{"true", "false"}));
    QCOMPARE(schemas::choicesAt(*config, "model.encoder.activation").size(), std::size_t(5));
    QCOMPARE(*schemas::fieldAt(*config, "model.optim.lr")->options.minimum, 0.0);
    QVERIFY(schemas::choicesAt(*config, "name").empty());
}

void TestSchemas::putsDefaultsBelow() {
    const Result<config::Config> written = composed(kSpeech, {"trainer.max_epochs=7"});
    QVERIFY(written.has_value());
    const config::Config config = schemas::withDefaults(*written);
    QCOMPARE(config.unresolved("model.optim.luc_trust"), Value(0.001));
    QCOMPARE(config.find("model.optim.luc_trust")->history.back().where(), std::string("dataclass Novograd"));
    const std::vector<config::Assignment>& history = config.find("trainer.max_epochs")->history;
    QCOMPARE(history.size(), std::size_t(3));
    QCOMPARE(history[0].layer, config::Layer::Dataclass);
    QCOMPARE(history[1].layer, config::Layer::Yaml);
    QCOMPARE(history[2].layer, config::Layer::CommandLine);
    QCOMPARE(config.unresolved("trainer.max_epochs"), Value(7));
    QVERIFY(!config.find("model.optim.sched.d_model"));
}

void TestSchemas::registersDataclassesForHydra() {
    const Result<config::Config> config =
        composed("defaults:\n- schema_NemoConfig\n- _self_\ntrainer: {max_epochs: '3'}\n");
    QVERIFY2(config.has_value(), config ? "" : config.error().message().c_str());
    QCOMPARE(config->unresolved("trainer.max_epochs"), Value(3));
    QCOMPARE(config->unresolved("trainer.strategy"), Value("ddp"));
    QCOMPARE(config->unresolved("exp_manager.checkpoint_callback_params.save_top_k"), Value(3));
    const auto refused = composed("defaults:\n- schema_NemoConfig\n- _self_\ntrainer: {max_epoch: 3}\n");
    QVERIFY(!refused.has_value());
    QVERIFY(refused.error().why.find("Key 'max_epoch' not in 'TrainerConfig'") != std::string::npos);
}

void TestSchemas::theCommandLineBeatsTheFileBeatsTheDataclass() {
    const Result<config::Config> config =
        composed("beam_size: 2\nlen_pen: 0.6\n", {"beam_size=8"}, "AAYNBaseConfig");
    QVERIFY2(config.has_value(), config ? "" : config.error().message().c_str());
    QCOMPARE(config->unresolved("beam_size"), Value(8));
    QCOMPARE(config->unresolved("len_pen"), Value(0.6));
    QCOMPARE(config->unresolved("max_generation_delta"), Value(10));
    const auto& history = config->find("beam_size")->history;
    QCOMPARE(history.size(), std::size_t(3));
    QCOMPARE(history.front().where(), std::string("dataclass AAYNBaseConfig"));
    QVERIFY(!composed("beam_size: x\n", {}, "AAYNBaseConfig").has_value());
}

QTEST_GUILESS_MAIN(TestSchemas)
#include "tst_schemas.moc"
