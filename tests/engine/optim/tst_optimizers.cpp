// SPDX-License-Identifier: GPL-3.0-or-later
// Optimizers against PyTorch's and NeMo's own numbers (tests/data/optim): parameters after every step, the
// final state and the groups.
#include "tests/engine/optim/optim_testing.h"

#include "engine/optim/clip.h"

#include <QTest>

using namespace fathom;
using namespace fathom::optim_testing;

namespace {

/// NeMo keeps Novograd's second moment in float32 whatever the parameters are.
double tolerance(const Value& test) {
    return isFloat64(test) && test.at("name")->asString() != "novograd" ? 1e-12 : 1e-6;
}

/// One group, or the two of a case that has `group_of`.
Result<std::unique_ptr<optim::Optimizer>> optimizerOf(const Value& test, const Problem& problem) {
    const auto config = configOf(sectionOf(test.at("name")->asString(), test.at("kwargs")->asMap()));
    if (!config) return fail(config.error());
    const Value* groupOf = test.at("group_of");
    if (!groupOf) return optim::createOptimizer(*config, "optim", problem.parameters);
    std::vector<optim::ParameterGroup> groups(2);
    groups[1].overrides = test.at("group1_overrides")->asMap();
    for (std::size_t i = 0; i < problem.order.size(); ++i) {
        const auto group = static_cast<std::size_t>(groupOf->at(problem.order[i])->asInt());
        groups[group].parameters.push_back(problem.parameters[i]);
    }
    return optim::createGroupedOptimizer(*config, "optim", std::move(groups));
}

void compareTensor(const torch::Tensor& got, const Value& want, double limit, const std::string& name) {
    QVERIFY2(got.sizes() == torch::IntArrayRef(sizes(*want.at("shape"))), name.c_str());
    QVERIFY2(std::string(c10::toString(got.scalar_type())) ==
                 (want.at("tensor")->asString() == "float64" ? "Double" : "Float"),
             name.c_str());
    const double off = distance(got, torch::tensor(numbers(*want.at("values")), torch::kFloat64));
    QVERIFY2(off <= limit, (name + " is off by " + std::to_string(off)).c_str());
}

void compareState(const optim::OptimizerState& state, const Value::Map& want, double limit) {
    QCOMPARE(state.state.size(), want.size());
    for (const auto& [number, entries] : want) {
        const auto found = std::ranges::find(state.state, std::stoll(number), &optim::ParameterState::index);
        QVERIFY2(found != state.state.end(), number.c_str());
        QCOMPARE(found->entries.size(), entries.asMap().size());
        for (const auto& [name, value] : entries.asMap()) {
            const auto entry = std::ranges::find(found->entries, name, &optim::StateEntry::name);
            QVERIFY2(entry != found->entries.end(), name.c_str());
            if (value.isInt())
                QCOMPARE(std::get<std::int64_t>(entry->value), value.asInt());
            else
                compareTensor(std::get<torch::Tensor>(entry->value), value, limit, name);
        }
    }
}

void compareGroup(const optim::GroupState& group, const Value::Map& want, double limit) {
    std::vector<std::string> wantedKeys;
    for (const auto& [key, value] : want)
        if (key != "params") wantedKeys.push_back(key);
    std::vector<std::string> keys;
    for (const auto& [key, value] : group.options)
        keys.push_back(key);
    QCOMPARE(keys, wantedKeys);
    for (const auto& [key, value] : want) {
        if (key == "params") {
            QCOMPARE(group.parameters, sizes(value));
        } else if (value.isMap()) {
            compareTensor(group.learningRate, value, limit, key);
        } else {
            QVERIFY2(toJson(*group.options.find(key)) == toJson(value), key.c_str());
        }
    }
}

} // namespace

class TestOptimizers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void step_golden_data();
    void step_golden();
    void step_closedLoop_data();
    void step_closedLoop();
    void step_adafactorCompounds();
    void step_adanClips();
    void setMomentum_ofNextStep();
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
    QCOMPARE(index, 114);
}

void TestOptimizers::step_golden() {
    QFETCH(int, index);
    static const Value golden = readJson("optimizers.json");
    const Value& test = golden.at("cases")->asList()[static_cast<std::size_t>(index)];
    Problem problem(isFloat64(test) ? torch::kFloat64 : torch::kFloat32);
    auto optimizer = optimizerOf(test, problem);
    if (const Value* error = test.at("error")) {
        QVERIFY(!optimizer);
        QCOMPARE(optimizer.error().className, error->at("cls")->asString());
        QCOMPARE(optimizer.error().why, error->at("msg")->asString());
        return;
    }
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());
    const double limit = tolerance(test);
    const Value::List& wanted = test.at("params_after_step")->asList();
    QCOMPARE(wanted.size(), std::size_t{20});
    for (std::size_t step = 0; step < wanted.size(); ++step) {
        problem.setGradients(step);
        (*optimizer)->step();
        for (std::size_t i = 0; i < problem.order.size(); ++i) {
            const Value& want = *wanted[step].at(problem.order[i]);
            const double off = distance(problem.parameters[i], torch::tensor(numbers(want), torch::kFloat64));
            QVERIFY2(off <= limit, qPrintable(QStringLiteral("step %1, %2: off by %3")
                                                  .arg(step + 1)
                                                  .arg(QLatin1String(problem.order[i].c_str()))
                                                  .arg(off)));
        }
    }
    const optim::OptimizerState state = (*optimizer)->state();
    if (const Value* want = test.at("state_after_20")) compareState(state, want->asMap(), 2 * limit);
    if (const Value* want = test.at("param_groups"))
        for (std::size_t group = 0; group < want->asList().size(); ++group)
            compareGroup(state.groups[group], want->asList()[group].asMap(), limit);
}

void TestOptimizers::step_closedLoop_data() {
    QTest::addColumn<int>("index");
    const Value golden = readJson("quadratic.json");
    int index = 0;
    for (const Value& test : golden.at("cases")->asList())
        QTest::newRow(test.at("name")->asString().c_str()) << index++;
    QVERIFY(index >= 9);
}

/// Gradients that depend on the parameters: differences would grow.
void TestOptimizers::step_closedLoop() {
    QFETCH(int, index);
    static const Value golden = readJson("quadratic.json");
    const Value& test = golden.at("cases")->asList()[static_cast<std::size_t>(index)];
    const auto config = configOf(sectionOf(test.at("name")->asString(), test.at("kwargs")->asMap()));
    const torch::Tensor curvature = tensorOf(*golden.at("D"), {4}, torch::kFloat32);
    const torch::Tensor center = tensorOf(*golden.at("c"), {4}, torch::kFloat32);
    torch::Tensor parameter = tensorOf(*golden.at("init"), {4}, torch::kFloat32).set_requires_grad(true);
    const auto optimizer = optim::createOptimizer(*config, "optim", {parameter});
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());
    for (std::size_t step = 0; step < test.at("loss")->asList().size(); ++step) {
        (*optimizer)->zeroGrad();
        torch::Tensor loss = 0.5 * (curvature * (parameter - center).square()).sum();
        const double wanted = test.at("loss")->asList()[step].toDouble();
        QVERIFY(std::abs(loss.item<double>() - wanted) <= 1e-5 * std::max(1.0, wanted));
        loss.backward();
        (*optimizer)->step();
        const Value& after = test.at("params")->asList()[step];
        QVERIFY(distance(parameter, torch::tensor(numbers(after), torch::kFloat64)) <= 1e-5);
    }
}

/// The settings that no recorded run has, after reference/optim.md: a first moment, weight decay, and a given
/// rate that is scaled and written back from parameter to parameter and step to step.
void TestOptimizers::step_adafactorCompounds() {
    Problem problem(torch::kFloat64);
    Problem expected(torch::kFloat64);
    const auto config = configOf("optim: {name: adafactor, lr: 0.1, relative_step: false, beta1: 0.9, "
                                 "weight_decay: 0.01, clip_threshold: 0.5, decay_rate: -0.7}");
    const auto optimizer = optim::createOptimizer(*config, "optim", problem.parameters);
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());
    const torch::NoGradGuard guard;
    const auto rms = [](const torch::Tensor& t) { return t.square().mean().sqrt().item<double>(); };
    std::vector<int> steps(3);
    std::vector<torch::Tensor> rows(3), columns(3), squares(3), means(3);
    double rate = 0.1;
    for (std::size_t step = 0; step < 20; ++step) {
        problem.setGradients(step);
        expected.setGradients(step);
        (*optimizer)->step();
        for (std::size_t i = 0; i < 3; ++i) {
            const torch::Tensor grad = expected.parameters[i].grad();
            if (!grad.defined()) continue;
            const torch::Tensor weights = expected.parameters[i].detach();
            if (++steps[i] == 1) {
                means[i] = torch::zeros_like(weights);
                rows[i] = torch::zeros({3}, torch::kFloat64);
                columns[i] = torch::zeros({4}, torch::kFloat64);
                squares[i] = torch::zeros_like(weights);
            }
            rate *= std::max(1e-3, rms(weights));
            const double decay = 1 - std::pow(steps[i], -0.7);
            const torch::Tensor moment = grad.square() + 1e-30;
            torch::Tensor update;
            if (weights.dim() == 2) {
                rows[i] = decay * rows[i] + (1 - decay) * moment.mean(1);
                columns[i] = decay * columns[i] + (1 - decay) * moment.mean(0);
                update = grad / at::outer(rows[i], columns[i]).div(rows[i].mean()).sqrt();
            } else {
                squares[i] = decay * squares[i] + (1 - decay) * moment;
                update = grad / squares[i].sqrt();
            }
            update = update / std::max(1.0, rms(update) / 0.5) * rate;
            means[i] = 0.9 * means[i] + 0.1 * update;
            weights.sub_(weights * 0.01 * rate + means[i]);
        }
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(distance(problem.parameters[i], expected.parameters[i].detach()) <= 1e-12);
        QVERIFY(std::abs((*optimizer)->learningRate() - rate) <= 1e-9 * rate);
    }
}

/// max_grad_norm: the norm over all parameters plus eps, as NeMo divides.
void TestOptimizers::step_adanClips() {
    Problem clipped(torch::kFloat64);
    Problem scaled(torch::kFloat64);
    const auto first =
        optim::createOptimizer(*configOf("optim: {name: adan, lr: 0.01, eps: 0.001, max_grad_norm: 2.0}"),
                               "optim", clipped.parameters);
    const auto second = optim::createOptimizer(*configOf("optim: {name: adan, lr: 0.01, eps: 0.001}"),
                                               "optim", scaled.parameters);
    for (std::size_t step = 0; step < 20; ++step) {
        clipped.setGradients(step);
        scaled.setGradients(step);
        double squares = 0;
        for (const torch::Tensor& parameter : scaled.parameters)
            if (parameter.grad().defined()) squares += parameter.grad().square().sum().item<double>();
        for (const torch::Tensor& parameter : scaled.parameters)
            if (parameter.grad().defined())
                parameter.grad().mul_(std::min(1.0, 2.0 / (std::sqrt(squares) + 0.001)));
        (*first)->step();
        (*second)->step();
        for (std::size_t i = 0; i < clipped.parameters.size(); ++i)
            QVERIFY(distance(clipped.parameters[i], scaled.parameters[i].detach()) <= 1e-12);
    }
}

void TestOptimizers::setMomentum_ofNextStep() {
    torch::Tensor parameter = torch::zeros({1}).set_requires_grad(true);
    const auto optimizer =
        optim::createOptimizer(*configOf("optim: {name: sgd, lr: 1.0, momentum: 0.5}"), "optim", {parameter});
    parameter.mutable_grad() = torch::ones({1});
    (*optimizer)->step();
    QCOMPARE(parameter.item<float>(), -1.0F);
    QVERIFY((*optimizer)->setMomentum(0.25));
    (*optimizer)->step();
    QCOMPARE(parameter.item<float>(), -2.25F);
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
