// SPDX-License-Identifier: GPL-3.0-or-later
// From a config section to an optimizer: names, the styles of giving arguments, groups, and every error.
#include "tests/engine/optim/optim_testing.h"

#include <QTest>

using namespace fathom;
using namespace fathom::optim_testing;

namespace {

Result<std::unique_ptr<optim::Optimizer>> create(const std::string& yaml) {
    const auto config = configOf(yaml);
    if (!config) return fail(config.error());
    return optim::createOptimizer(*config, "optim", {torch::zeros({2}).set_requires_grad(true)});
}

Value optionsOf(const std::string& yaml) {
    const auto optimizer = create(yaml);
    if (!optimizer) qFatal("%s", optimizer.error().message().c_str());
    return Value((*optimizer)->state().groups[0].options);
}

/// Golden labels hold Python: "get_optimizer(adam) {'lr': 0.1, 'betas': (1.0, 0.9)}".
std::string yamlOf(std::string python) {
    for (const auto& [from, to] :
         {std::pair{"(", "["}, {")", "]"}, {"True", "true"}, {"False", "false"}, {"None", "null"}, {"'", ""}})
        for (std::size_t at = python.find(from); at != std::string::npos; at = python.find(from, at + 1))
            python.replace(at, std::string_view(from).size(), to);
    return python;
}

/// A model with encoder, encoder2 and decoder, a parameter and a buffer of its own.
struct Model : torch::nn::Module {
    Model() {
        register_module("encoder", torch::nn::Linear(2, 3));
        register_module("encoder2", torch::nn::Linear(2, 3));
        register_module("decoder", torch::nn::Linear(3, 1));
        register_parameter("scale", torch::ones({1}));
        register_buffer("window", torch::ones({4}));
    }
};

} // namespace

class TestOptimizerConfig : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void createOptimizer_constructorDefaults();
    void createOptimizer_dataclassDefaults();
    void createOptimizer_goldenErrors_data();
    void createOptimizer_goldenErrors();
    void createOptimizer_argsStyles_data();
    void createOptimizer_argsStyles();
    void createOptimizer_badArgs_data();
    void createOptimizer_badArgs();
    void createOptimizer_unknownName();
    void createOptimizer_unknownKey();
    void createOptimizer_missingRate();
    void createOptimizer_wrongType();
    void createOptimizer_noName();
    void createOptimizer_nullRate();
    void createOptimizer_target();
    void parameterGroups_claimsByPrefix();
    void parameterGroups_none();
    void parameterGroups_errors_data();
    void parameterGroups_errors();
    void createOptimizer_groupOptions();
    void createOptimizer_sharedParameter();
    void schedule_scalesEveryGroup();
    void setMomentum_everyGroup();
};

/// In the flat style the defaults are those of the constructors.
void TestOptimizerConfig::createOptimizer_constructorDefaults() {
    const Value golden = readJson("optimizer_ctor_defaults.json");
    QCOMPARE(golden.asMap().size(), optim::optimizerNames().size());
    for (const std::string& name : optim::optimizerNames()) {
        const Value options = optionsOf("optim: {name: " + name + "}");
        for (const Value& argument : golden.asMap().find(name)->asList()) {
            const std::string& key = argument.at("name")->asString();
            // NeMo's Novograd keeps luc to itself.
            if (key == "params" || key.starts_with("luc")) continue;
            const Value* got = options.asMap().find(key);
            QVERIFY2(got, (name + "." + key).c_str());
            QVERIFY2(toJson(*got) == toJson(*argument.at("default")), (name + "." + key).c_str());
        }
    }
}

/// With `args` by name they are those of the dataclasses.
void TestOptimizerConfig::createOptimizer_dataclassDefaults() {
    const Value golden = readJson("optimizer_params.json");
    int compared = 0;
    for (const std::string& name : optim::optimizerNames()) {
        const Value* className = golden.at("registry")->asMap().find(name + "_params");
        if (!className) continue;
        const Value options = optionsOf("optim: {name: " + name + ", lr: 0.5, args: {name: auto}}");
        for (const Value& field :
             golden.at("classes")->asMap().find(className->asString())->at("fields")->asList()) {
            const std::string& key = field.at("name")->asString();
            if (key.starts_with("luc")) continue;
            const Value* got = options.asMap().find(key);
            const Value wanted = key == "lr" ? Value(0.5) : *field.at("default");
            QVERIFY2(got && toJson(*got) == toJson(wanted), (name + "." + key).c_str());
        }
        ++compared;
    }
    QCOMPARE(compared, 10);
}

void TestOptimizerConfig::createOptimizer_goldenErrors_data() {
    QTest::addColumn<QString>("section");
    QTest::addColumn<QString>("className");
    const Value golden = readJson("optimizer_errors.json");
    int rows = 0;
    for (const Value& item : golden.asList()) {
        const std::string& label = item.at("label")->asString();
        const std::size_t brace = label.find(") {");
        if (!label.starts_with("get_optimizer(") || brace == std::string::npos) continue;
        const std::string name = label.substr(14, brace - 14);
        const std::string rest = label.substr(brace + 3);
        QTest::newRow(label.c_str()) << QString::fromStdString("optim: {name: " + name + ", " + yamlOf(rest) +
                                                               "\n")
                                     << QString::fromStdString(item.at("cls")->asString());
        ++rows;
    }
    QVERIFY(rows >= 24);
}

void TestOptimizerConfig::createOptimizer_goldenErrors() {
    QFETCH(QString, section);
    QFETCH(QString, className);
    const auto optimizer = create(section.toStdString());
    QVERIFY2(!optimizer, qPrintable(section));
    QCOMPARE(optimizer.error().className, className.toStdString());
    QCOMPARE(optimizer.error().kind, ErrorKind::Usage);
    QCOMPARE(optimizer.error().line, 1);
    QVERIFY(optimizer.error().message().find(" has lr, ") != std::string::npos);
}

void TestOptimizerConfig::createOptimizer_argsStyles_data() {
    QTest::addColumn<QString>("args");
    QTest::addColumn<QString>("betas");
    QTest::addColumn<double>("weightDecay");
    const auto row = [](const char* args, const char* betas, double weightDecay) {
        QTest::newRow(args) << QString::fromLatin1(args) << QString::fromLatin1(betas) << weightDecay;
    };
    row("null", "[0.9, 0.999]", 7.0);
    row("{}", "[0.9, 0.999]", 0.01);
    row("{betas: [0.8, 0.5]}", "[0.8, 0.5]", 0.01);
    row("{name: auto}", "[0.9, 0.999]", 0); // the dataclass: AdamWParams has no weight decay
    row("{name: auto, params: {betas: [0.8, 0.5], weight_decay: 0.001}}", "[0.8, 0.5]", 0.001);
    row("{name: adamw_params, params: {weight_decay: 0.5}}", "[0.9, 0.999]", 0.5);
    row("{name: auto, weight_decay: 0.5}", "[0.9, 0.999]", 0.5);
    row("{name: optim_params}", "[0.9, 0.999]", 0.01);
    row("{_target_: nemo.core.config.AdamWParams, weight_decay: 0.5}", "[0.9, 0.999]", 0.5);
    row("{cls: nemo.core.config.AdamWParams, params: {weight_decay: 0.5}}", "[0.9, 0.999]", 0.5);
}

void TestOptimizerConfig::createOptimizer_argsStyles() {
    QFETCH(QString, args);
    QFETCH(QString, betas);
    QFETCH(double, weightDecay);
    // Keys beside args do not count, except lr, unless it is null.
    const Value options =
        optionsOf("optim: {name: adamw, lr: 0.25, weight_decay: 7.0, args: " + args.toStdString() + "}");
    QCOMPARE(options.at("lr")->toDouble(), 0.25);
    QCOMPARE(toJson(*options.at("betas")), betas.toStdString());
    QCOMPARE(options.at("weight_decay")->toDouble(), weightDecay);
}

void TestOptimizerConfig::createOptimizer_badArgs_data() {
    QTest::addColumn<QString>("section");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("className");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* section, const char* key, const char* className, const char* says) {
        QTest::newRow(section) << QString::fromLatin1(section) << QString::fromLatin1(key)
                               << QString::fromLatin1(className) << QString::fromLatin1(says);
    };
    row("{name: adamw, lr: 1, args: {name: nope}}", "optim.args.name", "ValueError",
        "Cannot resolve optimizer parameters 'nope'");
    row("{name: adan, lr: 1, args: {name: auto}}", "optim.args.name", "ValueError", "'adan_params'");
    row("{name: adam, lr: 1, args: {name: auto, params: {betas: [0.8, 0.5]}}}", "optim.args.params.betas",
        "ConfigKeyError", "Key 'betas' not in 'AdamParams'");
    row("{name: adamw, lr: 1, args: {name: auto, params: {foo: 1}}}", "optim.args.params.foo",
        "ConfigKeyError", "adamw has lr, betas, eps, weight_decay, amsgrad");
    row("{name: adamw, lr: 1, args: {name: adamw_params, weight_decay: x}}", "optim.args.weight_decay",
        "ValidationError", "Value 'x' of type 'str' could not be converted to Float");
    row("{name: adamw, args: {name: auto}}", "optim.lr", "MissingMandatoryValue", "adamw has lr");
    row("{name: adamw, args: 3}", "optim.args", "TypeError", "not a map");
}

void TestOptimizerConfig::createOptimizer_badArgs() {
    QFETCH(QString, section);
    QFETCH(QString, key);
    QFETCH(QString, className);
    QFETCH(QString, says);
    const auto optimizer = create("optim: " + section.toStdString());
    QVERIFY(!optimizer);
    QCOMPARE(optimizer.error().key, key.toStdString());
    QCOMPARE(optimizer.error().className, className.toStdString());
    QVERIFY2(optimizer.error().message().find(says.toStdString()) != std::string::npos,
             optimizer.error().message().c_str());
}

void TestOptimizerConfig::createOptimizer_unknownName() {
    for (const char* name : {"adamm", "fused_adam", "Adam"}) {
        const auto optimizer = create(std::string("optim:\n  name: ") + name + "\n  lr: 0.1\n");
        QVERIFY(!optimizer);
        QCOMPARE(optimizer.error().kind, ErrorKind::Usage);
        QCOMPARE(optimizer.error().className, std::string("ValueError"));
        QCOMPARE(optimizer.error().key, std::string("optim.name"));
        QCOMPARE(optimizer.error().line, 2);
        QVERIFY(optimizer.error().message().find("sgd, adam, adamw, adadelta, adamax, adagrad, rmsprop, "
                                                 "rprop, novograd, adafactor, adan") != std::string::npos);
    }
}

void TestOptimizerConfig::createOptimizer_unknownKey() {
    const auto optimizer = create("optim:\n  name: novograd\n  wieght_decay: 0.1\n");
    QVERIFY(!optimizer);
    QCOMPARE(optimizer.error().line, 3);
    QCOMPARE(optimizer.error().className, std::string("TypeError"));
    for (const char* says : {"Did you mean weight_decay?", "novograd has lr, betas, eps, weight_decay",
                             "Novograd.__init__() got an unexpected keyword argument 'wieght_decay'"})
        QVERIFY2(optimizer.error().message().find(says) != std::string::npos,
                 optimizer.error().message().c_str());
}

void TestOptimizerConfig::createOptimizer_missingRate() {
    const auto optimizer = create("optim:\n  name: novograd\n  lr: ???\n");
    QVERIFY(!optimizer);
    QCOMPARE(optimizer.error().line, 3);
    QCOMPARE(optimizer.error().key, std::string("optim.lr"));
    QCOMPARE(optimizer.error().className, std::string("MissingMandatoryValue"));
    QVERIFY(optimizer.error().message().find("novograd has lr, betas") != std::string::npos);
}

void TestOptimizerConfig::createOptimizer_wrongType() {
    const auto optimizer = create("optim:\n  name: rmsprop\n  lr: 0.1\n  alpha: high\n");
    QVERIFY(!optimizer);
    QCOMPARE(optimizer.error().line, 4);
    QCOMPARE(optimizer.error().key, std::string("optim.alpha"));
    QVERIFY(optimizer.error().message().find("rmsprop has lr, alpha, eps") != std::string::npos);
}

void TestOptimizerConfig::createOptimizer_noName() {
    const auto optimizer = create("optim: {lr: 0.5, sched: {name: CosineAnnealing}}\n");
    QVERIFY(optimizer);
    QCOMPARE((*optimizer)->baseLearningRate(), 0.5);
    QVERIFY((*optimizer)->state().groups[0].options.find("amsgrad"));
}

/// NeMo passes lr on only where there is one.
void TestOptimizerConfig::createOptimizer_nullRate() {
    QCOMPARE(optionsOf("optim: {name: rprop, lr: null}").at("lr")->toDouble(), 0.01);
    QVERIFY(optionsOf("optim: {name: adafactor, lr: null}").at("lr")->isNull());
}

void TestOptimizerConfig::createOptimizer_target() {
    const Value options = optionsOf("optim: {_target_: torch.optim.AdamW, lr: 0.1, eps: 1e-3}");
    QVERIFY(options.at("decoupled_weight_decay")->asBool());
    QCOMPARE(toJson(*options.at("eps")), std::string("0.001"));
    const auto unknown = create("optim: {_target_: torch.optim.LBFGS, lr: 0.1}");
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().key, std::string("optim._target_"));
}

void TestOptimizerConfig::parameterGroups_claimsByPrefix() {
    const Model model;
    const auto config = configOf("groups:\n  decoder: {lr: 0.1}\n  encoder: {weight_decay: 0.5}\n");
    const auto groups = optim::parameterGroups(*config, "groups", model);
    QVERIFY2(groups, groups ? "" : groups.error().message().c_str());
    QCOMPARE(groups->size(), std::size_t{3});
    const auto named = model.named_parameters();
    // `encoder` claims encoder2.* too, which is then in no group.
    QCOMPARE((*groups)[0].parameters.size(), std::size_t{1});
    QVERIFY((*groups)[0].parameters[0].is_same(named["scale"]));
    QVERIFY((*groups)[1].parameters[0].is_same(named["decoder.weight"]));
    QVERIFY((*groups)[2].parameters[1].is_same(named["encoder.bias"]));
    QCOMPARE(toJson(Value((*groups)[2].overrides)), std::string("{\"weight_decay\": 0.5}"));
}

void TestOptimizerConfig::parameterGroups_none() {
    const Model model;
    for (const char* yaml : {"other: 1\n", "groups: null\n"}) {
        const auto groups = optim::parameterGroups(*configOf(yaml), "groups", model);
        QVERIFY(groups);
        QCOMPARE(groups->size(), std::size_t{1});
        QCOMPARE((*groups)[0].parameters.size(), model.parameters().size());
    }
}

void TestOptimizerConfig::parameterGroups_errors_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("why");
    QTest::newRow("absent") << QStringLiteral("preprocessor")
                            << QStringLiteral("preprocessor not found in model.");
    QTest::newRow("parameter") << QStringLiteral("scale")
                               << QStringLiteral("scale does not have parameters.");
    QTest::newRow("buffer") << QStringLiteral("window") << QStringLiteral("window does not have parameters.");
}

void TestOptimizerConfig::parameterGroups_errors() {
    QFETCH(QString, name);
    QFETCH(QString, why);
    const Model model;
    const auto config = configOf("groups:\n  " + name.toStdString() + ": {lr: 0.1}\n");
    const auto groups = optim::parameterGroups(*config, "groups", model);
    QVERIFY(!groups);
    QCOMPARE(groups.error().why, why.toStdString());
    QCOMPARE(groups.error().className, std::string("ValueError"));
    QCOMPARE(groups.error().line, 2);
    QVERIFY(groups.error().message().find("encoder, encoder2, decoder") != std::string::npos);
}

void TestOptimizerConfig::createOptimizer_groupOptions() {
    const Model model;
    const auto built = [&](const char* group) {
        const auto config = configOf(std::string("optim: {name: novograd, lr: 0.01, weight_decay: 0.1}\n"
                                                 "groups:\n  decoder: ") +
                                     group + "\n");
        auto groups = optim::parameterGroups(*config, "groups", model);
        return optim::createGroupedOptimizer(*config, "optim", std::move(*groups));
    };
    const auto optimizer = built("{lr: 0.5, betas: [0.1, 0.2]}");
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());
    const optim::OptimizerState state = (*optimizer)->state();
    QCOMPARE(toJson(*state.groups[0].options.find("lr")), std::string("0.01"));
    QCOMPARE(toJson(*state.groups[1].options.find("lr")), std::string("0.5"));
    QCOMPARE(toJson(*state.groups[1].options.find("betas")), std::string("[0.1, 0.2]"));
    QCOMPARE(toJson(*state.groups[1].options.find("weight_decay")), std::string("0.1"));
    QCOMPARE(state.groups[1].parameters.front(), std::int64_t{5});
    for (const auto& [group, says] : {std::pair{"{rate: 0.5}", "novograd has no 'rate'"},
                                      {"{luc: true}", "luc cannot differ between groups"},
                                      {"{betas: [1.5, 0.2]}", "out of range"},
                                      {"{betas: [1.0, 0.2]}", "Invalid beta parameter at index 0: 1.0"}}) {
        const auto refused = built(group);
        QVERIFY2(!refused, group);
        QVERIFY2(refused.error().message().find(says) != std::string::npos,
                 refused.error().message().c_str());
        QCOMPARE(refused.error().line, 3);
    }
}

void TestOptimizerConfig::createOptimizer_sharedParameter() {
    const torch::Tensor shared = torch::zeros({2}).set_requires_grad(true);
    std::vector<optim::ParameterGroup> groups(2);
    groups[0].parameters = groups[1].parameters = {shared};
    const auto optimizer =
        optim::createGroupedOptimizer(*configOf("optim: {name: sgd}"), "optim", std::move(groups));
    QVERIFY(!optimizer);
    QVERIFY(optimizer.error().why.find("more than one parameter group") != std::string::npos);
}

void TestOptimizerConfig::schedule_scalesEveryGroup() {
    const Model model;
    const auto config =
        configOf("optim: {name: sgd, lr: 0.1}\ngroups: {decoder: {lr: 0.4}, encoder: {momentum: 0.9}}\n");
    const auto optimizer =
        optim::createGroupedOptimizer(*config, "optim", *optim::parameterGroups(*config, "groups", model));
    QVERIFY(optimizer);
    QVERIFY((*optimizer)->schedule([](double base) -> Result<double> { return base / 2; }));
    QVERIFY((*optimizer)->schedule([](double base) -> Result<double> { return base / 4; }));
    QCOMPARE((*optimizer)->learningRate(0), 0.025);
    QCOMPARE((*optimizer)->learningRate(1), 0.1);
    QCOMPARE((*optimizer)->baseLearningRate(1), 0.4);
    const Status refused = (*optimizer)->schedule([](double) -> Result<double> { return fail(Error{}); });
    QVERIFY(!refused);
}

void TestOptimizerConfig::setMomentum_everyGroup() {
    const auto sgd = create("optim: {name: sgd, momentum: 0.9}");
    QVERIFY((*sgd)->setMomentum(0.5));
    QCOMPARE((*sgd)->state().groups[0].options.find("momentum")->toDouble(), 0.5);
    const auto adam = create("optim: {name: adam}");
    QVERIFY((*adam)->setMomentum(0.5));
    QCOMPARE(toJson(*(*adam)->state().groups[0].options.find("betas")), std::string("[0.5, 0.999]"));
    QVERIFY(!(*adam)->setMomentum(1.5));
    QCOMPARE(toJson(*(*adam)->state().groups[0].options.find("betas")), std::string("[0.5, 0.999]"));
    const Status refused = (*create("optim: {name: rprop}"))->setMomentum(0.5);
    QVERIFY(!refused);
    QCOMPARE(refused.error().className, std::string("ValueError"));
}

QTEST_GUILESS_MAIN(TestOptimizerConfig)
#include "tst_optimizer_config.moc"
