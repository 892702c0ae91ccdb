// SPDX-License-Identifier: GPL-3.0-or-later
// Restored translation models against what NeMo 2.2.1 computed with the same archives: mt_aayn_tiny, and
// those of tests/oracle/make_translation.py (FATHOM_TRANSLATION_VARIANTS names a folder with more).
#include "engine/archive/nemo.h"
#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/config/compose.h"
#include "engine/model/model.h"
#include "engine/model/named_arrays.h"
#include "engine/model/restored_model.h"
#include "engine/nn/weights.h"
#include "engine/optim/optimizer.h"
#include "engine/optim/parameter_groups.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

using namespace fathom;

namespace {

const std::string kData = std::string(FATHOM_TEST_DATA) + "/nemo/";

torch::Tensor golden(const std::string& name) {
    const Result<archive::Tensor> array = archive::readNpy(kData + "mt_aayn_tiny/" + name + ".npy");
    return array ? nn::viewOf(*array).clone() : torch::Tensor();
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

torch::Tensor output(const std::vector<run::NamedArray>& arrays, const char* name) {
    const run::NamedArray* array = model::findArray(arrays, name);
    return array ? nn::viewOf(array->tensor) : torch::Tensor();
}

/// The arrays of one archive's golden numbers.
struct Case {
    std::filesystem::path archive{};
    torch::Tensor src{}, srcMask{}, tgt{}, tgtMask{}, labels{}, encoded{}, logProbs{}, beamIds{};
    double lossEval = 0;
    double lossTrain = 0;
    Value gradients{};
    Value json{};
};

torch::Tensor matrixOf(const Value& rows) {
    std::vector<std::int64_t> ids;
    for (const Value& row : rows.asList())
        for (const Value& id : row.asList())
            ids.push_back(id.asInt());
    return torch::tensor(ids, torch::kInt64).view({static_cast<std::int64_t>(rows.asList().size()), -1});
}

torch::Tensor numbersOf(const Value& list) {
    std::vector<float> numbers;
    for (const Value& number : list.asList())
        numbers.push_back(static_cast<float>(number.toDouble()));
    return torch::tensor(numbers);
}

Case tinyCase() {
    Case tiny{.archive = kData + "mt_aayn_tiny.nemo",
              .src = golden("src"),
              .srcMask = golden("src_mask"),
              .tgt = golden("tgt"),
              .tgtMask = golden("tgt_mask"),
              .labels = golden("labels"),
              .encoded = golden("encoder_hidden"),
              .logProbs = golden("log_probs"),
              .beamIds = golden("beam_ids")};
    tiny.json = fromJson(readFile(kData + "mt_aayn_tiny.json").value()).value();
    tiny.lossEval = tiny.json.at("loss_eval_nll")->toDouble();
    tiny.lossTrain = tiny.json.at("loss_train_no_dropout")->toDouble();
    tiny.gradients = *tiny.json.at("grad_norms_l2");
    return tiny;
}

Case variantCase(const std::filesystem::path& jsonFile) {
    Case variant{.archive = std::filesystem::path(jsonFile).replace_extension(".nemo")};
    variant.json = fromJson(readFile(jsonFile).value()).value();
    const Value& json = variant.json;
    variant.src = matrixOf(*json.at("src"));
    variant.srcMask = matrixOf(*json.at("src_mask"));
    variant.tgt = matrixOf(*json.at("tgt"));
    variant.tgtMask = matrixOf(*json.at("tgt_mask"));
    variant.labels = matrixOf(*json.at("labels"));
    variant.beamIds = matrixOf(*json.at("beam_ids"));
    variant.encoded =
        numbersOf(*json.at("encoder_hidden")).view({variant.src.size(0), variant.src.size(1), -1});
    variant.logProbs = numbersOf(*json.at("log_probs")).view({variant.tgt.size(0), variant.tgt.size(1), -1});
    variant.lossEval = json.at("loss_eval")->toDouble();
    variant.lossTrain = json.at("loss_train")->toDouble();
    variant.gradients = *json.at("gradients");
    return variant;
}

model::Batch batchOf(const Case& one) {
    model::Batch batch;
    batch.tensors = {one.src,     one.srcMask, one.tgt,
                     one.tgtMask, one.labels,  torch::tensor({0, 1}, torch::kInt64)};
    for (std::int64_t i = 0; i < one.src.size(0); ++i)
        batch.sources.push_back("golden:" + std::to_string(i + 1));
    return batch;
}

const std::vector<std::string> kNoDropout = {
    "encoder.ffn_dropout=0.0",       "encoder.attn_score_dropout=0.0", "encoder.attn_layer_dropout=0.0",
    "decoder.ffn_dropout=0.0",       "decoder.attn_score_dropout=0.0", "decoder.attn_layer_dropout=0.0",
    "encoder.embedding_dropout=0.0", "decoder.embedding_dropout=0.0",  "head.dropout=0.0"};

/// The archive's model ready to train, without dropout.
std::unique_ptr<model::Model> trainingModel(const std::filesystem::path& file) {
    const archive::Nemo nemo = archive::Nemo::open(file).value();
    const auto config = config::compose({.configName = "model_config",
                                         .overrides = kNoDropout,
                                         .files = {{"model_config.yaml", nemo.configYaml().value()}}});
    if (!config) qFatal("%s", config.error().message().c_str());
    auto made = model::createModel(*config, "", {.artifacts = archive::ArtifactRegistry(nemo)});
    if (!made) qFatal("%s", made.error().message().c_str());
    const auto loaded = nn::loadStateDict((*made)->module(), *nemo.weights().value(), {});
    if (!loaded) qFatal("%s", loaded.error().message().c_str());
    (*made)->module().train();
    return std::move(*made);
}

std::vector<run::NamedArray> inputsOf(const Case& one, bool withTarget) {
    std::vector<run::NamedArray> inputs{model::namedArray("src", one.src),
                                        model::namedArray("src_mask", one.srcMask)};
    if (withTarget) {
        inputs.push_back(model::namedArray("tgt", one.tgt));
        inputs.push_back(model::namedArray("tgt_mask", one.tgtMask));
    }
    return inputs;
}

/// The widest relative difference of the gradients' norms; those that are zero but for rounding must be so.
double gradientDifference(model::Model& model, const Value& expected) {
    double worst = 0;
    std::size_t compared = 0;
    for (const nn::NamedTensor& item : nn::stateDict(model.module())) {
        const Value* norm = expected.asMap().find(item.name);
        if (!norm) continue;
        ++compared;
        const torch::Tensor gradient = item.tensor.grad();
        const double found = gradient.defined() ? gradient.to(torch::kFloat64).norm().item<double>() : 0;
        worst = std::max(worst, std::abs(found - norm->toDouble()) / std::max(norm->toDouble(), 1e-3));
    }
    return compared == expected.asMap().size() ? worst : std::numeric_limits<double>::infinity();
}

} // namespace

class TestMtGolden : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void forward_matchesNemo_data() { cases(); }
    void forward_matchesNemo();
    void beamSearch_givesNemosIds_data() { cases(); }
    void beamSearch_givesNemosIds();
    void losses_matchNemo_data() { cases(); }
    void losses_matchNemo();
    void gradients_matchNemo_data() { cases(); }
    void gradients_matchNemo();
    void translate_matchesNemo_data() { cases(); }
    void translate_matchesNemo();
    void training_followsNemosTrajectory();
    void save_restoresToIdenticalOutputs();
    void stateDict_hasNemosNamesOrderAndTies();
    void misuse_isRefused();

private:
    static void cases();
    static Case current();
    static std::map<std::string, Case> s_cases;
};

std::map<std::string, Case> TestMtGolden::s_cases;

void TestMtGolden::initTestCase() {
    at::set_num_threads(1);
    s_cases["mt_aayn_tiny"] = tinyCase();
    std::vector<std::filesystem::path> folders{std::string(FATHOM_TEST_DATA) + "/nemo_more/translation"};
    if (const char* more = std::getenv("FATHOM_TRANSLATION_VARIANTS")) folders.emplace_back(more);
    for (const std::filesystem::path& folder : folders)
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.path().extension() == ".json")
                s_cases[entry.path().stem().string()] = variantCase(entry.path());
    QVERIFY(s_cases.size() >= 5);
}

void TestMtGolden::cases() {
    QTest::addColumn<QString>("name");
    for (const auto& [name, one] : s_cases)
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

Case TestMtGolden::current() {
    QFETCH(QString, name);
    return s_cases.at(name.toStdString());
}

void TestMtGolden::forward_matchesNemo() {
    const Case one = current();
    auto restored = model::restoreForUse(one.archive, {.mapLocation = "cpu"});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto outputs = (*restored)->forward(inputsOf(one, true));
    QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message().c_str());
    const double hidden = difference(output(*outputs, "encoder_hidden"), one.encoded);
    const double logProbs = difference(output(*outputs, "log_probs"), one.logProbs);
    qInfo("encoder_hidden: %g, log_probs: %g", hidden, logProbs);
    QVERIFY(hidden < 2e-5);
    QVERIFY(logProbs < 5e-6 * std::max(10.0, one.logProbs.abs().max().item<double>()));
}

void TestMtGolden::beamSearch_givesNemosIds() {
    const Case one = current();
    auto restored = model::restoreForUse(one.archive, {.mapLocation = "cpu"});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto outputs = (*restored)->forward(inputsOf(one, false));
    QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message().c_str());
    const torch::Tensor ids = output(*outputs, "beam_ids");
    QCOMPARE(ids.sizes().vec(), one.beamIds.sizes().vec());
    QVERIFY(torch::equal(ids, one.beamIds));
}

void TestMtGolden::losses_matchNemo() {
    const Case one = current();
    const std::unique_ptr<model::Model> model = trainingModel(one.archive);
    const auto step = model->trainingStep(batchOf(one), {.seed = 1});
    QVERIFY2(step.has_value(), step ? "" : step.error().message().c_str());
    const double train = step->loss.item<double>();
    model->module().eval();
    const auto evaluated = model->evaluationStep(batchOf(one));
    QVERIFY2(evaluated.has_value(), evaluated ? "" : evaluated.error().message().c_str());
    const double eval = evaluated->metrics.front().numerator / evaluated->metrics.front().denominator;
    qInfo("training %.7f (NeMo %.7f), evaluation %.7f (NeMo %.7f)", train, one.lossTrain, eval, one.lossEval);
    QVERIFY(std::abs(train - one.lossTrain) < 1e-5 * std::max(1.0, one.lossTrain));
    QVERIFY(std::abs(eval - one.lossEval) < 1e-5 * std::max(1.0, one.lossEval));
    QCOMPARE(evaluated->metrics.front().denominator, static_cast<double>(one.labels.numel()));
}

void TestMtGolden::gradients_matchNemo() {
    const Case one = current();
    const std::unique_ptr<model::Model> model = trainingModel(one.archive);
    const auto step = model->trainingStep(batchOf(one), {.seed = 1});
    QVERIFY(step.has_value());
    step->loss.backward();
    const double worst = gradientDifference(*model, one.gradients);
    qInfo("gradients: %g", worst);
    QVERIFY(worst < 1e-3);
}

void TestMtGolden::translate_matchesNemo() {
    const Case one = current();
    auto restored = model::restoreForUse(one.archive, {.mapLocation = "cpu"});
    QVERIFY(restored.has_value());
    // The tiny archive's languages are de and en, so that Moses' rules are applied to these.
    const bool isTiny = !one.json.at("texts");
    std::vector<std::string> texts = {"hello world", "a quick brown fox"};
    if (!isTiny) texts.clear();
    for (const Value& text : isTiny ? Value::List{} : one.json.at("texts")->asList())
        texts.push_back(text.asString());
    const Value::List& expected =
        isTiny ? one.json.at("translate")->asList().front().asList() : one.json.at("translations")->asList();
    const auto translations = (*restored)->inference().translate(texts, {.alternatives = 1}, {});
    QVERIFY2(translations.has_value(), translations ? "" : translations.error().message().c_str());
    for (std::size_t i = 0; i < texts.size(); ++i)
        QCOMPARE(QString::fromStdString((*translations)[i].text),
                 QString::fromStdString(expected[i].asString()));
}

void TestMtGolden::training_followsNemosTrajectory() {
    const Case tiny = s_cases.at("mt_aayn_tiny");
    const std::unique_ptr<model::Model> model = trainingModel(tiny.archive);
    const Value json = fromJson(readFile(kData + "mt_aayn_tiny/train_traj.json").value()).value();
    const Value& run = json.at("runs")->asList().front();
    const auto config =
        config::compose({.configName = "optim",
                         .files = {{"optim.yaml", "optim: {name: adam, lr: 0.001, betas: [0.9, 0.98]}\n"}}});
    const auto groups = optim::parameterGroups(*config, "optim_param_groups", model->module());
    QVERIFY(groups.has_value());
    const auto optimizer = optim::createOptimizer(*config, "optim", groups->front().parameters);
    QVERIFY2(optimizer.has_value(), optimizer ? "" : optimizer.error().message().c_str());
    for (const Value& expected : run.at("trajectory")->asList()) {
        (*optimizer)->zeroGrad();
        const auto step = model->trainingStep(batchOf(tiny), {.seed = 1});
        QVERIFY(step.has_value());
        step->loss.backward();
        (*optimizer)->setLearningRate(0, expected.at("lr")->toDouble());
        (*optimizer)->step();
        const double loss = step->loss.item<double>();
        QVERIFY(std::abs(loss - expected.at("loss")->toDouble()) < 1e-4 * expected.at("loss")->toDouble());
    }
}

void TestMtGolden::save_restoresToIdenticalOutputs() {
    const Case tiny = s_cases.at("mt_aayn_tiny");
    const QTemporaryDir folder;
    const std::string saved = folder.filePath(QStringLiteral("saved.nemo")).toStdString();
    auto restored = model::restoreForUse(tiny.archive, {.mapLocation = "cpu"});
    QVERIFY(restored.has_value());
    const auto first = (*restored)->forward(inputsOf(tiny, true));
    const Status written = (*restored)->saveTo(saved);
    QVERIFY2(written.has_value(), written ? "" : written.error().message().c_str());
    auto again = model::restoreForUse(saved, {.mapLocation = "cpu"});
    QVERIFY2(again.has_value(), again ? "" : again.error().message().c_str());
    const auto second = (*again)->forward(inputsOf(tiny, true));
    QCOMPARE(difference(output(*first, "log_probs"), output(*second, "log_probs")), 0.0);
}

void TestMtGolden::stateDict_hasNemosNamesOrderAndTies() {
    const Case tiny = s_cases.at("mt_aayn_tiny");
    const std::unique_ptr<model::Model> model = trainingModel(tiny.archive);
    const auto found = nn::stateDict(model->module());
    const Value::List& expected = tiny.json.at("tensors")->asList();
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        QCOMPARE(found[i].name, expected[i].at("name")->asString());
    const auto named = [&](const char* name) {
        return std::ranges::find(found, std::string(name), &nn::NamedTensor::name)->tensor;
    };
    QVERIFY(
        named("decoder._embedding.token_embedding.weight").is_same(named("log_softmax.mlp.layer0.weight")));
}

void TestMtGolden::misuse_isRefused() {
    const Case tiny = s_cases.at("mt_aayn_tiny");
    auto restored = model::restoreForUse(tiny.archive, {.mapLocation = "cpu"});
    QVERIFY(restored.has_value());
    Case wrong = tiny;
    wrong.src = tiny.src + 1000;
    const auto outside = (*restored)->forward(inputsOf(wrong, true));
    QVERIFY(!outside.has_value());
    QVERIFY(outside.error().why.find("Encoder ids are out of range") != std::string::npos);
    const auto missing = (*restored)->forward({model::namedArray("src", tiny.src)});
    QCOMPARE(missing.error().kind, ErrorKind::Usage);
    run::Inference& inference = (*restored)->inference();
    QCOMPARE(inference.translate({"a\xff"}, {}, {}).error().kind, ErrorKind::BadInput);
    QCOMPARE(inference.translate({"a"}, {.alternatives = 9}, {}).error().kind, ErrorKind::Usage);
    QCOMPARE(inference.transcribe({}, {}, {}).error().kind, ErrorKind::Usage);
    const auto blank = inference.translate({" ", "go"}, {}, {});
    QVERIFY(blank.has_value());
    QVERIFY(blank->front().text.empty());
}

QTEST_GUILESS_MAIN(TestMtGolden)
#include "tst_mt_golden.moc"
