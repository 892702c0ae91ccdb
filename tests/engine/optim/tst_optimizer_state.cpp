// SPDX-License-Identifier: GPL-3.0-or-later
// Saving an optimizer at any step and going on with a fresh one, and states that do not fit.
#include "tests/engine/optim/optim_testing.h"

#include <QTest>

#include <algorithm>

using namespace fathom;
using namespace fathom::optim_testing;

namespace {

constexpr std::size_t kSteps = 20;

std::unique_ptr<optim::Optimizer> made(const std::string& section, std::vector<torch::Tensor> parameters) {
    const auto config = configOf(section);
    auto optimizer = optim::createOptimizer(*config, "optim", std::move(parameters));
    if (!optimizer) qFatal("%s", optimizer.error().message().c_str());
    return std::move(*optimizer);
}

/// Scheduled: with a rate that changes at every step.
void run(optim::Optimizer& optimizer, Problem& problem, std::size_t from, std::size_t to, bool isScheduled) {
    for (std::size_t step = from; step < to; ++step) {
        problem.setGradients(step);
        const double factor = 1.0 / (1.0 + 0.1 * static_cast<double>(step));
        if (isScheduled)
            QVERIFY(optimizer.schedule([&](double base) -> Result<double> { return base * factor; }));
        optimizer.step();
    }
}

bool areEqual(const optim::OptimizerState& a, const optim::OptimizerState& b) {
    if (a.state.size() != b.state.size() || a.groups.size() != b.groups.size()) return false;
    for (std::size_t i = 0; i < a.state.size(); ++i) {
        if (a.state[i].entries.size() != b.state[i].entries.size()) return false;
        for (std::size_t k = 0; k < a.state[i].entries.size(); ++k) {
            const optim::StateEntry& left = a.state[i].entries[k];
            const optim::StateEntry& right = b.state[i].entries[k];
            if (left.name != right.name || left.value.index() != right.value.index()) return false;
            if (const auto* tensor = std::get_if<torch::Tensor>(&left.value)) {
                const torch::Tensor& other = std::get<torch::Tensor>(right.value);
                if (tensor->scalar_type() != other.scalar_type() || !torch::equal(*tensor, other))
                    return false;
            } else if (std::get<std::int64_t>(left.value) != std::get<std::int64_t>(right.value)) {
                return false;
            }
        }
    }
    for (std::size_t g = 0; g < a.groups.size(); ++g)
        if (toJson(Value(a.groups[g].options)) != toJson(Value(b.groups[g].options)) ||
            a.groups[g].parameters != b.groups[g].parameters)
            return false;
    return true;
}

struct Row {
    const char* name;
    const char* section;
    torch::ScalarType type = torch::kFloat32;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> all{
        {"sgd", "optim: {name: sgd, lr: 0.01, momentum: 0.9, dampening: 0.1}"},
        {"sgd plain", "optim: {name: sgd, lr: 0.01}"},
        {"adam", "optim: {name: adam, lr: 0.01, amsgrad: true}"},
        {"adamw", "optim: {name: adamw, lr: 0.01, weight_decay: 0.1}"},
        {"adamw float64", "optim: {name: adamw, lr: 0.01, weight_decay: 0.1}", torch::kFloat64},
        {"adamw bfloat16", "optim: {name: adamw, lr: 0.01, weight_decay: 0.1}", torch::kBFloat16},
        {"adadelta", "optim: {name: adadelta, rho: 0.95}"},
        {"adamax", "optim: {name: adamax, lr: 0.01}"},
        {"adagrad", "optim: {name: adagrad, lr: 0.1, lr_decay: 0.1, initial_accumulator_value: 0.1}"},
        {"rmsprop", "optim: {name: rmsprop, lr: 0.01, centered: true, momentum: 0.9}"},
        {"rprop", "optim: {name: rprop, lr: 0.01}"},
        {"novograd", "optim: {name: novograd, lr: 0.01, weight_decay: 0.01, amsgrad: true, luc: true}"},
        {"novograd float64", "optim: {name: novograd, lr: 0.01}", torch::kFloat64},
        {"novograd bfloat16", "optim: {name: novograd, lr: 0.01}", torch::kBFloat16},
        {"adafactor", "optim: {name: adafactor, beta1: 0.9, weight_decay: 0.01, warmup_init: true}"},
        {"adafactor lr", "optim: {name: adafactor, lr: 0.01, relative_step: false}"},
        {"adafactor bfloat16", "optim: {name: adafactor, lr: 0.01, relative_step: false}", torch::kBFloat16},
        {"adan", "optim: {name: adan, lr: 0.01, weight_decay: 0.02, max_grad_norm: 1.0}"},
    };
    return all;
}

void addRows() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < rows().size(); ++i)
        QTest::newRow(rows()[i].name) << static_cast<int>(i);
}

const Row& fetchedRow() {
    QFETCH(int, index);
    return rows()[static_cast<std::size_t>(index)];
}

/// An AdamW that has made three steps.
struct Trained {
    Problem problem{torch::kFloat32};
    std::unique_ptr<optim::Optimizer> optimizer = made("optim: {name: adamw, lr: 0.01}", problem.parameters);
    Trained() { run(*optimizer, problem, 0, 3, false); }
};

} // namespace

class TestOptimizerState : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void loadState_atEveryStep_data() { addRows(); }
    void loadState_atEveryStep();
    void loadState_keepsInitialRate();
    void loadState_takesOptions();
    void loadState_ofOtherNumbering();
    void loadState_misfit_leavesOptimizer_data();
    void loadState_misfit_leavesOptimizer();
    void state_beforeFirstStep();
    void copyOf_doesNotFollow();
};

void TestOptimizerState::loadState_atEveryStep() {
    const Row& row = fetchedRow();
    for (const bool isScheduled : {false, true}) {
        Problem whole(row.type);
        const auto uninterrupted = made(row.section, whole.parameters);
        std::vector<optim::OptimizerState> states{optim::copyOf(uninterrupted->state())};
        std::vector<std::vector<torch::Tensor>> weights;
        const auto keepWeights = [&] {
            weights.emplace_back();
            for (const torch::Tensor& parameter : whole.parameters)
                weights.back().push_back(parameter.detach().clone());
        };
        keepWeights();
        for (std::size_t step = 0; step < kSteps; ++step) {
            run(*uninterrupted, whole, step, step + 1, isScheduled);
            states.push_back(optim::copyOf(uninterrupted->state()));
            keepWeights();
        }
        for (std::size_t at = 0; at <= kSteps; ++at) {
            Problem resumed(row.type);
            for (std::size_t i = 0; i < resumed.parameters.size(); ++i)
                resumed.parameters[i].detach().copy_(weights[at][i]);
            const auto optimizer = made(row.section, resumed.parameters);
            const Status loaded = optimizer->loadState(states[at]);
            QVERIFY2(loaded, loaded ? "" : loaded.error().message().c_str());
            QVERIFY(areEqual(optimizer->state(), states[at]));
            run(*optimizer, resumed, at, kSteps, isScheduled);
            for (std::size_t i = 0; i < resumed.parameters.size(); ++i)
                QVERIFY2(torch::equal(resumed.parameters[i], weights[kSteps][i]),
                         ("saved at step " + std::to_string(at)).c_str());
            QVERIFY(areEqual(optimizer->state(), states[kSteps]));
        }
    }
}

void TestOptimizerState::loadState_keepsInitialRate() {
    Problem problem(torch::kFloat32);
    const auto optimizer = made("optim: {name: sgd, lr: 0.5}", problem.parameters);
    QVERIFY(optimizer->schedule([](double base) -> Result<double> { return base / 10; }));
    const optim::OptimizerState state = optim::copyOf(optimizer->state());
    QCOMPARE(state.groups[0].options.find("lr")->toDouble(), 0.05);
    QCOMPARE(state.groups[0].options.find("initial_lr")->toDouble(), 0.5);
    const auto fresh = made("optim: {name: sgd, lr: 0.3}", problem.parameters);
    QVERIFY(fresh->loadState(state));
    QCOMPARE(fresh->baseLearningRate(), 0.5);
    QCOMPARE(fresh->learningRate(), 0.05);
}

/// As PyTorch's load_state_dict, which replaces what is in the groups.
void TestOptimizerState::loadState_takesOptions() {
    Problem saved(torch::kFloat32);
    const auto optimizer = made("optim: {name: adam, lr: 0.01, betas: [0.8, 0.5]}", saved.parameters);
    run(*optimizer, saved, 0, 5, false);
    const optim::OptimizerState state = optim::copyOf(optimizer->state());
    Problem other(torch::kFloat32);
    for (std::size_t i = 0; i < other.parameters.size(); ++i)
        other.parameters[i].detach().copy_(saved.parameters[i].detach());
    const auto fresh = made("optim: {name: adam, lr: 0.5, betas: [0.9, 0.999]}", other.parameters);
    QVERIFY(fresh->loadState(state));
    run(*optimizer, saved, 5, 10, false);
    run(*fresh, other, 5, 10, false);
    for (std::size_t i = 0; i < other.parameters.size(); ++i)
        QVERIFY(torch::equal(other.parameters[i], saved.parameters[i]));
}

/// Parameters are matched by their place in the groups, whatever their numbers are in the file.
void TestOptimizerState::loadState_ofOtherNumbering() {
    const Trained trained;
    optim::OptimizerState state = optim::copyOf(trained.optimizer->state());
    for (optim::ParameterState& parameter : state.state)
        parameter.index += 100;
    for (std::int64_t& number : state.groups[0].parameters)
        number += 100;
    std::ranges::reverse(state.state);
    const Problem problem(torch::kFloat32);
    const auto fresh = made("optim: {name: adamw, lr: 0.01}", problem.parameters);
    QVERIFY(fresh->loadState(state));
    QVERIFY(areEqual(fresh->state(), trained.optimizer->state()));
}

void TestOptimizerState::loadState_misfit_leavesOptimizer_data() {
    QTest::addColumn<QString>("says");
    QTest::newRow("groups") << QStringLiteral("different number of parameter groups");
    QTest::newRow("size") << QStringLiteral("doesn't match the size");
    QTest::newRow("shape") << QStringLiteral("exp_avg of parameter 1 has shape [2], not [5]");
    QTest::newRow("lacking") << QStringLiteral("parameter 1 has no exp_avg");
    QTest::newRow("unknown") << QStringLiteral("this optimizer has no momentum_buffer of parameter 1");
    QTest::newRow("int") << QStringLiteral("exp_avg of parameter 1 is not a tensor");
    QTest::newRow("step") << QStringLiteral("step of parameter 1 is not one number");
    QTest::newRow("stray") << QStringLiteral("entries for 4 parameters, of which 3");
    QTest::newRow("option") << QStringLiteral("Invalid beta parameter at index 0: 1.0");
}

void TestOptimizerState::loadState_misfit_leavesOptimizer() {
    QFETCH(QString, says);
    const Trained trained;
    const optim::OptimizerState before = optim::copyOf(trained.optimizer->state());
    optim::OptimizerState state = before;
    std::vector<optim::StateEntry>& entries = state.state[1].entries;
    QCOMPARE(entries[1].name, std::string("exp_avg"));
    const std::string tag = QTest::currentDataTag();
    if (tag == "groups") state.groups.push_back(state.groups[0]);
    if (tag == "size") state.groups[0].parameters.pop_back();
    if (tag == "shape") entries[1].value = torch::zeros({2});
    if (tag == "lacking") entries.erase(entries.begin() + 1);
    if (tag == "unknown") entries.push_back({"momentum_buffer", torch::zeros({5})});
    if (tag == "int") entries[1].value = std::int64_t{1};
    if (tag == "step") entries[0].value = torch::zeros({5});
    if (tag == "stray") state.state.push_back({.index = 9, .entries = entries});
    if (tag == "option") state.groups[0].options.set("betas", Value::List{1.0, 0.9});
    const Status loaded = trained.optimizer->loadState(state);
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().kind, ErrorKind::BadInput);
    QVERIFY2(loaded.error().message().find(says.toStdString()) != std::string::npos,
             loaded.error().message().c_str());
    QVERIFY(areEqual(trained.optimizer->state(), before));
}

void TestOptimizerState::state_beforeFirstStep() {
    const Problem problem(torch::kFloat32);
    QVERIFY(made("optim: {name: adamw}", problem.parameters)->state().state.empty());
    // PyTorch's Adagrad makes its state in the constructor.
    const auto adagrad = made("optim: {name: adagrad, initial_accumulator_value: 0.5}", problem.parameters);
    QCOMPARE(adagrad->state().state.size(), std::size_t{3});
    const torch::Tensor sum = std::get<torch::Tensor>(adagrad->state(0)[1].value);
    QVERIFY(torch::equal(sum, torch::full({3, 4}, 0.5)));
}

void TestOptimizerState::copyOf_doesNotFollow() {
    Problem problem(torch::kFloat32);
    const auto optimizer = made("optim: {name: novograd, lr: 0.01}", problem.parameters);
    run(*optimizer, problem, 0, 2, false);
    const optim::OptimizerState kept = optim::copyOf(optimizer->state());
    const optim::OptimizerState again = optim::copyOf(kept);
    for (const optim::StateEntry& entry : kept.state[0].entries)
        if (const auto* tensor = std::get_if<torch::Tensor>(&entry.value))
            QCOMPARE(static_cast<std::int64_t>(tensor->storage().nbytes()),
                     tensor->numel() * static_cast<std::int64_t>(tensor->element_size()));
    run(*optimizer, problem, 2, 4, false);
    QVERIFY(areEqual(kept, again));
    QVERIFY(!areEqual(kept, optimizer->state()));
}

QTEST_GUILESS_MAIN(TestOptimizerState)
#include "tst_optimizer_state.moc"
