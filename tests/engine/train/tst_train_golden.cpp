// SPDX-License-Identifier: GPL-3.0-or-later
// Ten training steps from NeMo's own QuartzNet and Conformer, against the losses, norms and weights that NeMo
// reached.
#include "tests/engine/train/train_testing.h"

#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "engine/nn/weights.h"
#include "engine/optim/clip.h"

#include <ATen/Parallel.h>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

const std::string kFolder = std::string(FATHOM_TEST_DATA) + "/nemo/";

torch::Tensor array(const std::string& archive, const char* name) {
    const auto tensor = archive::readNpy(kFolder + archive + '/' + name);
    return tensor ? nn::viewOf(*tensor).clone() : torch::Tensor();
}

/// The archive's model without what the golden run had switched off: dither, SpecAugment, dropout.
Result<std::unique_ptr<model::Model>> goldenModel(const std::string& archive) {
    const auto nemo = archive::Nemo::open(kFolder + archive + ".nemo");
    if (!nemo) return fail(nemo.error());
    const auto yaml = nemo->configYaml();
    if (!yaml) return fail(yaml.error());
    std::vector<std::string> off{"preprocessor.dither=0.0", "~spec_augment"};
    if (archive != "quartznet_char")
        for (const char* key : {"dropout", "dropout_pre_encoder", "dropout_att"})
            off.push_back(std::string("encoder.") + key + "=0.0");
    const auto config = configOf(*yaml, off);
    if (!config) return fail(config.error());
    auto model = model::createModel(*config, "", {.artifacts = archive::ArtifactRegistry(*nemo)});
    if (!model) return model;
    const auto weights = nemo->weights();
    if (!weights) return fail(weights.error());
    const auto loaded = nn::loadStateDict((*model)->module(), **weights, {});
    if (!loaded) return fail(loaded.error());
    return model;
}

} // namespace

class TestTrainGolden : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);
    } // small tensors: waiting for a second thread costs more than it gives
    void tenSteps_data();
    void tenSteps();
};

void TestTrainGolden::tenSteps_data() {
    QTest::addColumn<std::string>("archive");
    QTest::addColumn<int>("run");
    QTest::newRow("novograd with cosine annealing") << std::string("quartznet_char") << 0;
    QTest::newRow("sgd with momentum") << std::string("quartznet_char") << 1;
    QTest::newRow("conformer, adamw with noam annealing") << std::string("conformer_ctc_spe") << 0;
}

void TestTrainGolden::tenSteps() {
    QFETCH(std::string, archive);
    QFETCH(int, run);
    const auto text = readFile(kFolder + archive + "/train_traj.json");
    QVERIFY(text);
    const Value golden = fromJson(*text).value_or(Value{});
    const Value& want = golden.at("runs")->asList()[static_cast<std::size_t>(run)];

    auto model = goldenModel(archive);
    QVERIFY2(model, model ? "" : model.error().message().c_str());
    (*model)->module().train();
    const Value& kwargs = *want.at("scheduler_kwargs");
    std::string sched = "null";
    if (!want.at("scheduler")->isNull()) {
        sched = "{name: " + want.at("scheduler")->asString() + ", max_steps: 10";
        for (const auto& [key, value] : kwargs.asMap())
            if (key != "max_steps") sched += ", " + key + ": " + toJson(value);
        sched += "}";
    }
    std::string optim = "name: " + want.at("optimizer")->asString();
    for (const auto& [key, value] : want.at("optimizer_kwargs")->asMap())
        optim += ", " + key + ": " + toJson(value);
    const auto config = configOf("optim: {" + optim + ", sched: " + sched + "}\n");
    QVERIFY2(config, config ? "" : config.error().message().c_str());
    const auto optimizer = optim::createOptimizer(*config, "optim", (*model)->module().parameters());
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());
    MemoryLog log;
    const auto rate =
        train::createLearningRate(*config, "optim", {(*optimizer)->baseLearningRate()}, {}, {}, log);
    QVERIFY2(rate, rate ? "" : rate.error().message().c_str());

    model::Batch batch{.tensors = {array(archive, "audio_signal.npy"), array(archive, "audio_len.npy"),
                                   array(archive, "tokens.npy"), array(archive, "tokens_len.npy")},
                       .sources = std::vector<std::string>(8)};
    for (const torch::Tensor& tensor : batch.tensors)
        QVERIFY(tensor.defined());
    batch.sources.resize(static_cast<std::size_t>(batch.tensors[0].size(0)));
    for (std::int64_t step = 0; step < 10; ++step) {
        const Value& line = want.at("trajectory")->asList()[static_cast<std::size_t>(step)];
        auto result = (*model)->trainingStep(batch, {});
        QVERIFY2(result, result ? "" : result.error().message().c_str());
        result->loss.backward();
        const auto near = [&](const char* what, double have, double expected, double tolerance) {
            const double off = std::abs(have - expected) / std::max(1.0, std::abs(expected));
            if (off > tolerance)
                qWarning("step %d: %s is %.9g, not %.9g", static_cast<int>(step), what, have, expected);
            return off <= tolerance;
        };
        QVERIFY(near("loss", result->loss.item<double>(), line.at("loss")->toDouble(), 1e-4));
        QVERIFY(near("grad_norm", optim::gradNorm((*optimizer)->parameters()).item<double>(),
                     line.at("grad_norm")->toDouble(), 1e-3));
        const double base = (*optimizer)->baseLearningRate();
        const Result<double> lr = rate->rate ? rate->rate(step, base) : Result<double>(base);
        QVERIFY(lr);
        QVERIFY(near("lr", *lr, line.at("lr")->toDouble(), 1e-12));
        (*optimizer)->step(*lr);
        (*optimizer)->zeroGrad();
    }
    const std::vector<nn::NamedTensor> state = nn::stateDict((*model)->module());
    for (const Value& tensor : want.at("final_state")->asList()) {
        const std::string& name = tensor.at("name")->asString();
        const auto found = std::find_if(state.begin(), state.end(),
                                        [&](const nn::NamedTensor& t) { return t.name == name; });
        QVERIFY2(found != state.end(), name.c_str());
        const double largest = found->tensor.to(torch::kFloat64).abs().max().item<double>();
        const double expected = tensor.at("abs_max")->toDouble();
        QVERIFY2(std::abs(largest - expected) <= 2e-3 * std::max(1.0, expected), name.c_str());
    }
}

QTEST_GUILESS_MAIN(TestTrainGolden)
#include "tst_train_golden.moc"
