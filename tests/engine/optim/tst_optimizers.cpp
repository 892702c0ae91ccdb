// SPDX-License-Identifier: GPL-3.0-or-later
// Optimizers against PyTorch's and NeMo's own numbers (tests/data/optim), and the errors of their config
// section.
#include <torch/torch.h>

#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/optim/clip.h"
#include "engine/optim/optimizer.h"

#include <QTest>

using namespace fathom;

namespace {

Value readJson(const char* name) {
    const auto text = readFile(std::string(FATHOM_TEST_DATA) + "/optim/" + name);
    return text ? fromJson(*text).value_or(Value{}) : Value{};
}

std::vector<double> numbers(const Value& list) {
    std::vector<double> values;
    for (const Value& value : list.asList())
        values.push_back(value.toDouble());
    return values;
}

torch::Tensor tensorOf(const Value& list, torch::IntArrayRef shape, torch::ScalarType type) {
    return torch::tensor(numbers(list), torch::kFloat64).to(type).reshape(shape);
}

/// Largest |a - b| / max(|b|, 1).
double distance(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor want = b.to(torch::kFloat64).flatten();
    const torch::Tensor have = a.detach().to(torch::kFloat64).flatten();
    if (have.numel() != want.numel()) return std::numeric_limits<double>::infinity();
    return ((have - want).abs() / want.abs().clamp_min(1.0)).max().item<double>();
}

Result<config::Config> configOf(const std::string& yaml) {
    return config::compose({.configPath = "memory", .configName = "test", .files = {{"test.yaml", yaml}}});
}

/// The case's keyword arguments as a flat optim section.
std::string sectionOf(const Value& test) {
    std::string yaml = "optim:\n  name: " + test.at("name")->asString() + "\n";
    for (const auto& [key, value] : test.at("kwargs")->asMap())
        yaml += "  " + key + ": " + toJson(value) + "\n";
    return yaml;
}

struct Problem {
    Value data = readJson("problem.json");
    std::vector<std::string> order{"w", "b", "s"};
    std::vector<torch::Tensor> parameters{};

    explicit Problem(torch::ScalarType type) {
        for (const std::string& name : order)
            parameters.push_back(
                tensorOf(*data.at("init." + name), shape(name), type).set_requires_grad(true));
    }
    [[nodiscard]] std::vector<std::int64_t> shape(const std::string& name) const {
        std::vector<std::int64_t> sizes;
        for (const Value& size : data.at("shapes." + name)->asList())
            sizes.push_back(size.asInt());
        return sizes;
    }
    void setGradients(std::size_t step) {
        for (std::size_t i = 0; i < order.size(); ++i) {
            const Value& grad = *data.at("grads")->asList()[step].at(order[i]);
            if (grad.isNull())
                parameters[i].mutable_grad().reset();
            else
                parameters[i].mutable_grad() = tensorOf(grad, shape(order[i]), parameters[i].scalar_type());
        }
    }
};

} // namespace

class TestOptimizers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void step_golden_data();
    void step_golden();
    void createOptimizer_unknownName();
    void createOptimizer_unknownKey();
    void createOptimizer_badBetas();
    void createOptimizer_nesterovWithoutMomentum();
    void createOptimizer_noName();
    void clipGradNorm_scalesAll();
    void clipGradValue_limitsEach();
};

void TestOptimizers::step_golden_data() {
    QTest::addColumn<int>("index");
    const Value golden = readJson("optimizers.json");
    QVERIFY(golden.isMap());
    int index = 0;
    for (const Value& test : golden.at("cases")->asList())
        QTest::newRow(test.at("id")->asString().c_str()) << index++;
}

void TestOptimizers::step_golden() {
    QFETCH(int, index);
    static const Value golden = readJson("optimizers.json");
    const Value& test = golden.at("cases")->asList()[static_cast<std::size_t>(index)];
    const bool isDouble = test.at("dtype")->asString() == "float64";
    Problem problem(isDouble ? torch::kFloat64 : torch::kFloat32);
    const auto config = configOf(sectionOf(test));
    QVERIFY2(config, config ? "" : config.error().message().c_str());
    auto optimizer = optim::createOptimizer(*config, "optim", problem.parameters);
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());

    // NeMo keeps Novograd's second moment in float32 whatever the parameters are.
    const double tolerance = isDouble && test.at("name")->asString() != "novograd" ? 1e-12 : 1e-6;
    for (std::size_t step = 1; step <= 20; ++step) {
        problem.setGradients(step - 1);
        (*optimizer)->step((*optimizer)->baseLearningRate());
        const Value* want = test.at("params_after_step")->asMap().find(std::to_string(step));
        if (!want) continue;
        for (std::size_t i = 0; i < problem.order.size(); ++i) {
            const torch::Tensor expected =
                torch::tensor(numbers(*want->at(problem.order[i])), torch::kFloat64);
            const double off = distance(problem.parameters[i], expected);
            QVERIFY2(off <= tolerance, qPrintable(QStringLiteral("step %1, %2: off by %3")
                                                      .arg(step)
                                                      .arg(QLatin1String(problem.order[i].c_str()))
                                                      .arg(off)));
        }
    }
    for (const auto& [number, entries] : test.at("state_after_20")->asMap()) {
        const auto state = (*optimizer)->state(std::stoul(number));
        QCOMPARE(state.size(), entries.asMap().size());
        for (const optim::StateEntry& entry : state) {
            const Value* want = entries.asMap().find(entry.name);
            QVERIFY2(want, entry.name.c_str());
            const std::vector<double> values =
                want->isNumber() ? std::vector{want->toDouble()} : numbers(*want->at("values"));
            QVERIFY2(distance(entry.tensor, torch::tensor(values, torch::kFloat64)) <= 2e-6,
                     entry.name.c_str());
            const std::size_t dimensions = want->isNumber() ? 0 : want->at("shape")->asList().size();
            QCOMPARE(static_cast<std::size_t>(entry.tensor.dim()), dimensions);
        }
    }
}

void TestOptimizers::createOptimizer_unknownName() {
    const auto config = configOf("optim:\n  name: adamm\n  lr: 0.1\n");
    const auto optimizer = optim::createOptimizer(*config, "optim", {});
    QVERIFY(!optimizer);
    QCOMPARE(optimizer.error().kind, ErrorKind::Usage);
    QCOMPARE(optimizer.error().key, std::string("optim.name"));
    QCOMPARE(optimizer.error().line, 2);
    QVERIFY(optimizer.error().message().find("sgd, adam, adamw, novograd") != std::string::npos);
}

void TestOptimizers::createOptimizer_unknownKey() {
    const auto config = configOf("optim:\n  name: novograd\n  wieght_decay: 0.1\n");
    const auto optimizer = optim::createOptimizer(*config, "optim", {});
    QVERIFY(!optimizer);
    QCOMPARE(optimizer.error().line, 3);
    QVERIFY2(optimizer.error().message().find("weight_decay") != std::string::npos,
             optimizer.error().message().c_str());
}

void TestOptimizers::createOptimizer_badBetas() {
    for (const char* betas : {"[1.0, 0.5]", "[0.9]", "[0.9, -0.1]"}) {
        const auto config = configOf(std::string("optim:\n  name: adamw\n  betas: ") + betas + "\n");
        const auto optimizer = optim::createOptimizer(*config, "optim", {});
        QVERIFY(!optimizer);
        QCOMPARE(optimizer.error().kind, ErrorKind::Usage);
    }
}

void TestOptimizers::createOptimizer_nesterovWithoutMomentum() {
    const auto config = configOf("optim: {name: sgd, nesterov: true}\n");
    QVERIFY(!optim::createOptimizer(*config, "optim", {}));
}

void TestOptimizers::createOptimizer_noName() {
    const auto config = configOf("optim: {lr: 0.5, sched: {name: CosineAnnealing}}\n");
    const auto optimizer = optim::createOptimizer(*config, "optim", {});
    QVERIFY(optimizer);
    QCOMPARE((*optimizer)->baseLearningRate(), 0.5);
}

void TestOptimizers::clipGradNorm_scalesAll() {
    torch::Tensor a = torch::zeros({2}).set_requires_grad(true);
    torch::Tensor b = torch::zeros({1}).set_requires_grad(true);
    const torch::Tensor without = torch::zeros({1}).set_requires_grad(true);
    a.mutable_grad() = torch::tensor({3.0F, 0.0F});
    b.mutable_grad() = torch::tensor({4.0F});
    QCOMPARE(optim::clipGradNorm({a, b, without}, 10.0).item<double>(), 5.0);
    QCOMPARE(a.grad()[0].item<float>(), 3.0F); // below the limit: untouched
    optim::clipGradNorm({a, b, without}, 1.0);
    QVERIFY(std::abs(a.grad()[0].item<double>() - 0.6) < 1e-6);
    QVERIFY(std::abs(optim::gradNorm({a, b, without}).item<double>() - 1.0) < 1e-6);
}

void TestOptimizers::clipGradValue_limitsEach() {
    torch::Tensor a = torch::zeros({3}).set_requires_grad(true);
    a.mutable_grad() = torch::tensor({-3.0F, 0.25F, 3.0F});
    optim::clipGradValue({a}, 0.5);
    QVERIFY(torch::equal(a.grad(), torch::tensor({-0.5F, 0.25F, 0.5F})));
}

QTEST_GUILESS_MAIN(TestOptimizers)
#include "tst_optimizers.moc"
