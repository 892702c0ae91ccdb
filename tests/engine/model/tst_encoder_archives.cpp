// SPDX-License-Identifier: GPL-3.0-or-later
// Small archives over the options of NeMo's speech encoders and tokenizers, against what NeMo 3.0.0 computed
// with them (tests/oracle/make_conformers.py). Some lie in tests/data/nemo_ctc; FATHOM_ARCHIVES names a
// folder with others.
#include "engine/archive/nemo.h"
#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/model/model.h"
#include "engine/model/named_arrays.h"
#include "engine/nn/weights.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <set>

using namespace fathom;

namespace {

namespace fs = std::filesystem;

fs::path folder() {
    const QByteArray given = qgetenv("FATHOM_ARCHIVES");
    return given.isEmpty() ? fs::path(FATHOM_TEST_DATA) / "nemo_ctc" : fs::path(given.toStdString());
}

/// What NeMo did with one archive.
struct Golden {
    fs::path file;
    Value facts;

    explicit Golden(const std::string& name)
        : file(folder() / (name + ".nemo")),
          facts(fromJson(readFile(folder() / (name + ".json")).value()).value()) {}
    /// Of the archive, or of them all.
    [[nodiscard]] torch::Tensor array(const std::string& name) const {
        const fs::path own = folder() / file.stem() / (name + ".npy");
        return nn::viewOf(archive::readNpy(fs::exists(own) ? own : folder() / (name + ".npy")).value())
            .clone();
    }
    [[nodiscard]] model::Batch batch() const {
        model::Batch batch;
        batch.tensors = {array("audio_signal"), array("length"), array("tokens"), array("tokens_len")};
        batch.sources.assign(static_cast<std::size_t>(batch.tensors[0].size(0)), "clip");
        return batch;
    }
};

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

std::vector<run::NamedArray> outputsOf(model::Model& model, const Golden& golden) {
    const auto outputs = model.forward({model::namedArray("audio_signal", golden.array("audio_signal")),
                                        model::namedArray("length", golden.array("length"))});
    if (!outputs) qWarning("%s", outputs.error().message().c_str());
    return outputs.value_or(std::vector<run::NamedArray>{});
}

torch::Tensor output(const std::vector<run::NamedArray>& arrays, const char* name) {
    const run::NamedArray* array = model::findArray(arrays, name);
    return array ? nn::viewOf(array->tensor) : torch::Tensor();
}

/// The archive's model to train on, without anything random.
std::unique_ptr<model::Model> trainingModel(const Golden& golden) {
    const archive::Nemo nemo = archive::Nemo::open(golden.file).value();
    const std::string yaml = nemo.configYaml().value();
    std::vector<std::string> overrides;
    if (yaml.find("ConformerEncoder") != std::string::npos)
        for (const char* key :
             {"dropout", "dropout_pre_encoder", "dropout_emb", "dropout_att", "stochastic_depth_drop_prob"})
            overrides.push_back(std::string("++encoder.") + key + "=0.0");
    if (golden.file.stem() == "chunked") overrides.push_back("encoder.att_context_size=[[8,3]]");
    const auto config = config::compose(
        {.configName = "model_config", .overrides = overrides, .files = {{"model_config.yaml", yaml}}});
    if (!config) qWarning("%s", config.error().message().c_str());
    auto made = model::createModel(config.value(), "", {.artifacts = archive::ArtifactRegistry(nemo)});
    if (!made) qWarning("%s", made.error().message().c_str());
    if (!nn::loadStateDict((*made)->module(), **nemo.weights(), {})) return nullptr;
    (*made)->module().train();
    return std::move(*made);
}

void addRows() {
    QTest::addColumn<std::string>("name");
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder()))
        if (entry.path().extension() == ".nemo") names.insert(entry.path().stem());
    for (const std::string& name : names)
        QTest::newRow(name.c_str()) << name;
}

} // namespace

class TestEncoderArchives : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);
        QVERIFY2(fs::exists(folder()), folder().c_str());
    }
    void restored_givesNemosOutputs_data() { addRows(); }
    void restored_givesNemosOutputs();
    void evaluation_givesNemosLossAndTexts_data() { addRows(); }
    void evaluation_givesNemosLossAndTexts();
    void training_givesNemosLossAndGradients_data() { addRows(); }
    void training_givesNemosLossAndGradients();
    void saved_isTheSameModelAgain_data() { addRows(); }
    void saved_isTheSameModelAgain();
};

void TestEncoderArchives::restored_givesNemosOutputs() {
    QFETCH(const std::string, name);
    const Golden golden(name);
    const auto restored = model::restoreModel(archive::Nemo::open(golden.file).value(), {});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto outputs = outputsOf(*restored->model, golden);
    const double encoded = difference(output(outputs, "encoded"), golden.array("encoded"));
    const double logProbs = difference(output(outputs, "log_probs"), golden.array("log_probs"));
    qInfo("encoded %g, log_probs %g", encoded, logProbs);
    QCOMPARE(difference(output(outputs, "encoded_len"), golden.array("encoded_len")), 0.0);
    QVERIFY(encoded < 1e-4);
    QVERIFY(logProbs < 1e-4);
    QCOMPARE(difference(output(outputs, "greedy_predictions"), golden.array("greedy_predictions")), 0.0);
}

void TestEncoderArchives::evaluation_givesNemosLossAndTexts() {
    QFETCH(const std::string, name);
    const Golden golden(name);
    const auto restored = model::restoreModel(archive::Nemo::open(golden.file).value(), {});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto step = restored->model->evaluationStep(golden.batch());
    QVERIFY2(step.has_value(), step ? "" : step.error().message().c_str());
    const auto named = [&](const char* metric) {
        return std::ranges::find(step->metrics, metric, &model::Ratio::name);
    };
    const auto loss = named("final_loss") == step->metrics.end() ? named("loss") : named("final_loss");
    const double expected = golden.facts.at("loss")->toDouble();
    QVERIFY2(std::abs(loss->numerator - expected) < 1e-4, std::to_string(loss->numerator - expected).c_str());
    for (std::size_t i = 0; i < step->samples.size(); ++i) {
        QCOMPARE(step->samples[i].prediction, golden.facts.at("predictions")->asList()[i].asString());
        QCOMPARE(step->samples[i].reference, golden.facts.at("texts")->asList()[i].asString());
    }
}

void TestEncoderArchives::training_givesNemosLossAndGradients() {
    QFETCH(const std::string, name);
    if (name == "sdpa") QSKIP("NeMo's sdpa keeps its dropout");
    const Golden golden(name);
    const auto model = trainingModel(golden);
    QVERIFY(model);
    const auto step = model->trainingStep(golden.batch(), {.seed = 1});
    QVERIFY2(step.has_value(), step ? "" : step.error().message().c_str());
    const double off = std::abs(step->loss.item<double>() - golden.facts.at("training_loss")->toDouble());
    QVERIFY2(off < 1e-4, std::to_string(off).c_str());
    step->loss.backward();
    double worst = 0;
    std::string where;
    const auto& norms = golden.facts.at("gradient_norms")->asMap();
    double largest = 0;
    for (const auto& [key, norm] : norms)
        largest = std::max(largest, norm.toDouble());
    std::size_t compared = 0;
    for (const auto& item : model->module().named_parameters()) {
        const Value* norm = norms.find(item.key());
        if (!item.value().grad().defined() || !norm) continue;
        ++compared;
        const double found = item.value().grad().to(torch::kFloat64).norm().item<double>();
        // Behind batch statistics a bias has no gradient but rounding.
        const double floor = norm->toDouble() < 1e-4 * largest ? 0.1 * largest : 0;
        const double relative = std::abs(found - norm->toDouble()) / (norm->toDouble() + floor);
        if (relative > worst) {
            worst = relative;
            where = item.key();
        }
    }
    qInfo("worst relative difference of a gradient norm: %g at %s", worst, where.c_str());
    QCOMPARE(compared, norms.size());
    QVERIFY(worst < 1e-3);
}

void TestEncoderArchives::saved_isTheSameModelAgain() {
    QFETCH(const std::string, name);
    const Golden golden(name);
    const archive::Nemo original = archive::Nemo::open(golden.file).value();
    const auto restored = model::restoreModel(original, {});
    QVERIFY(restored.has_value());
    const QTemporaryDir temporary;
    const QByteArray kept = qgetenv("FATHOM_SAVE_TO"); // for tests/oracle/restore_conformers.py
    const fs::path into = kept.isEmpty() ? temporary.path().toStdString() : kept.toStdString();
    const fs::path path = into / (name + ".nemo");
    const Status saved = model::saveModel(*restored->model, path);
    QVERIFY2(saved.has_value(), saved ? "" : saved.error().message().c_str());
    const auto again = model::restoreModel(archive::Nemo::open(path).value(), {});
    QVERIFY2(again.has_value(), again ? "" : again.error().message().c_str());
    QCOMPARE(difference(output(outputsOf(*again->model, golden), "log_probs"),
                        output(outputsOf(*restored->model, golden), "log_probs")),
             0.0);
    const auto weights = original.weights().value();
    const std::vector<nn::NamedTensor> own = nn::stateDict(again->model->module());
    QCOMPARE(own.size(), weights->tensors().size());
    for (std::size_t i = 0; i < own.size(); ++i)
        QCOMPARE(own[i].name, weights->tensors()[i].name);
    const auto versions = nn::moduleVersions(again->model->module());
    QCOMPARE(versions.size(), weights->modules().size());
    for (std::size_t i = 0; i < versions.size(); ++i) {
        QCOMPARE(versions[i].path, weights->modules()[i].path);
        QCOMPARE(versions[i].version, weights->modules()[i].version);
    }
}

QTEST_GUILESS_MAIN(TestEncoderArchives)
#include "tst_encoder_archives.moc"
