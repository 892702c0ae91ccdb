// SPDX-License-Identifier: GPL-3.0-or-later
// Parameter structs: conversions, refusals and where their errors point.
#include "engine/config/compose.h"
#include "engine/config/schema.h"

#include <QTest>

using namespace fathom;

namespace {

struct Sched {
    std::string name = "CosineAnnealing";
    std::optional<std::int64_t> warmupSteps;
};

struct Optim {
    std::string name = "adam";
    std::optional<double> lr;
    std::vector<double> betas{0.9, 0.999};
    bool nesterov = false;
    int steps = 1;
    Value extra;
    std::optional<Sched> sched;
};

const config::Schema<Sched>& schedSchema() {
    static const auto schema = config::Schema<Sched>("Sched")
                                   .field("name", &Sched::name)
                                   .field("warmup_steps", &Sched::warmupSteps, "steps", {.minimum = 0});
    return schema;
}

const config::Schema<Optim>& optimSchema() {
    static const auto schema =
        config::Schema<Optim>("Optim")
            .field("name", &Optim::name, "optimizer", {.choices = {"adam", "novograd"}})
            .field("lr", &Optim::lr, "learning rate", {.minimum = 0})
            .field("betas", &Optim::betas, "decay rates", {.minimum = 0, .maximum = 1})
            .field("nesterov", &Optim::nesterov)
            .field("steps", &Optim::steps)
            .field("extra", &Optim::extra)
            .nested("sched", &Optim::sched, schedSchema());
    return schema;
}

Result<Optim> read(const std::string& yaml, std::vector<std::string> overrides = {}) {
    config::ComposeRequest request;
    request.configName = "c";
    request.files["c.yaml"] = yaml;
    request.overrides = std::move(overrides);
    const Result<config::Config> config = config::compose(request);
    if (!config) return fail(config.error());
    return optimSchema().read(*config, "model.optim");
}

} // namespace

class TestSchema : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsDefaults_whereTheSectionIsAbsent();
    void convertsAsOmegaConfDoes();
    void resolvesInterpolations();
    void refuses_data();
    void refuses();
    void describesItsFields();
};

void TestSchema::readsDefaults_whereTheSectionIsAbsent() {
    const Result<Optim> optim = read("model: {}\n");
    QVERIFY(optim.has_value());
    QCOMPARE(optim->name, std::string("adam"));
    QVERIFY(!optim->lr.has_value());
    QVERIFY(!optim->sched.has_value());
}

void TestSchema::convertsAsOmegaConfDoes() {
    const Result<Optim> optim = read("model:\n  optim: {lr: '1e-3', betas: [1, '0.5'], nesterov: 'on', "
                                     "steps: '7', extra: {a: [1]}, sched: {warmup_steps: 5}}\n");
    QVERIFY2(optim.has_value(), optim ? "" : optim.error().message().c_str());
    QCOMPARE(*optim->lr, 1e-3);
    QCOMPARE(optim->betas, (std::vector<double>{1.0, 0.5}));
    QVERIFY(optim->nesterov);
    QCOMPARE(optim->steps, 7);
    QCOMPARE(*optim->sched->warmupSteps, 5);
    QCOMPARE(optim->sched->name, std::string("CosineAnnealing"));
    QVERIFY(optim->extra.at("a.0") != nullptr);
}

void TestSchema::resolvesInterpolations() {
    const Result<Optim> optim =
        read("base: 0.25\nmodel:\n  optim: {lr: '${base}', steps: '${multiply:2,3}'}\n", {"base=0.5"});
    QVERIFY2(optim.has_value(), optim ? "" : optim.error().message().c_str());
    QCOMPARE(*optim->lr, 0.5);
    QCOMPARE(optim->steps, 6);
}

void TestSchema::refuses_data() {
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("className");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("says");
    QTest::newRow("text for a number") << "lr: x"
                                       << "ValidationError"
                                       << "model.optim.lr"
                                       << "could not be converted to Float";
    QTest::newRow("float for an int") << "steps: 1.5"
                                      << "ValidationError"
                                      << "model.optim.steps"
                                      << "could not be converted to Integer";
    QTest::newRow("null") << "steps: null"
                          << "ValidationError"
                          << "model.optim.steps"
                          << "not Optional";
    QTest::newRow("misspelt") << "lrr: 1"
                              << "ConfigKeyError"
                              << "model.optim.lrr"
                              << "Did you mean lr?";
    QTest::newRow("range") << "lr: -1"
                           << "ValidationError"
                           << "model.optim.lr"
                           << "at least 0.0";
    QTest::newRow("choice") << "name: adan"
                            << "ValidationError"
                            << "model.optim.name"
                            << "Did you mean adam?";
    QTest::newRow("missing") << "lr: ???"
                             << "MissingMandatoryValue"
                             << "model.optim.lr"
                             << "model.optim.lr=VALUE";
    QTest::newRow("list item") << "betas: [0.5, x]"
                               << "ValidationError"
                               << "model.optim.betas.1"
                               << "Float";
    QTest::newRow("map for a list") << "betas: {a: 1}"
                                    << "ValidationError"
                                    << "model.optim.betas"
                                    << "is not a ListConfig";
    QTest::newRow("nested") << "sched: {warmup: 1}"
                            << "ConfigKeyError"
                            << "model.optim.sched.warmup"
                            << "warmup_steps";
    QTest::newRow("scalar for a struct") << "sched: 5"
                                         << "ValidationError"
                                         << "model.optim.sched"
                                         << "is not a subclass of Sched";
}

void TestSchema::refuses() {
    QFETCH(QString, body);
    QFETCH(QString, className);
    QFETCH(QString, key);
    QFETCH(QString, says);
    const Result<Optim> optim = read("model:\n  optim:\n    " + body.toStdString() + "\n");
    QVERIFY(!optim.has_value());
    QCOMPARE(QString::fromStdString(optim.error().className), className);
    QCOMPARE(QString::fromStdString(optim.error().key), key);
    QVERIFY2(QString::fromStdString(optim.error().message()).contains(says), optim.error().message().c_str());
    QCOMPARE(optim.error().line, 3);
    QCOMPARE(optim.error().kind, ErrorKind::Usage);
}

void TestSchema::describesItsFields() {
    const std::vector<config::Field>& fields = optimSchema().fields();
    QCOMPARE(fields.size(), std::size_t(7));
    QCOMPARE(fields[1].type, std::string("Optional[float]"));
    QCOMPARE(fields[2].type, std::string("List[float]"));
    QCOMPARE(fields[6].nested->fields.size(), std::size_t(2));
    QCOMPARE(
        toJson(optimSchema().defaults()),
        std::string(
            R"({"name": "adam", "lr": null, "betas": [0.9, 0.999], "nesterov": false, "steps": 1, "extra": null, "sched": null})"));
}

QTEST_GUILESS_MAIN(TestSchema)
#include "tst_schema.moc"
