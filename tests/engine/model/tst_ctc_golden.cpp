// SPDX-License-Identifier: GPL-3.0-or-later
// The restored QuartzNet against what NeMo 3.0.0 computed with the same archive.
#include "engine/archive/nemo.h"
#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/config/compose.h"
#include "engine/model/asr/ctc_params.h"
#include "engine/model/model.h"
#include "engine/model/named_arrays.h"
#include "engine/model/restored_model.h"
#include "engine/nn/conv_asr_decoder.h"
#include "engine/nn/weights.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

using namespace fathom;

namespace {

const std::string kData = std::string(FATHOM_TEST_DATA) + "/nemo/";

torch::Tensor golden(const std::string& name) {
    const Result<archive::Tensor> array = archive::readNpy(kData + "quartznet_char/" + name + ".npy");
    return array ? nn::viewOf(*array).clone() : torch::Tensor();
}

/// Python writes -Infinity, which JSON does not have.
Value goldenJson() {
    std::string text = readFile(kData + "quartznet_char.json").value();
    constexpr std::string_view kInfinity = "-Infinity";
    for (std::size_t at = text.find(kInfinity); at != std::string::npos; at = text.find(kInfinity))
        text.replace(at, kInfinity.size(), "null");
    return fromJson(text).value();
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

std::vector<run::NamedArray> signalInputs() {
    return {model::namedArray("audio_signal", golden("audio_signal")),
            model::namedArray("length", golden("audio_len"))};
}

torch::Tensor output(const std::vector<run::NamedArray>& arrays, const char* name) {
    const run::NamedArray* array = model::findArray(arrays, name);
    return array ? nn::viewOf(array->tensor) : torch::Tensor();
}

config::Config archiveConfig(const std::vector<std::string>& overrides) {
    const archive::Nemo nemo = archive::Nemo::open(kData + "quartznet_char.nemo").value();
    return config::compose({.configName = "model_config",
                            .overrides = overrides,
                            .files = {{"model_config.yaml", nemo.configYaml().value()}}})
        .value();
}

std::shared_ptr<const archive::Checkpoint> weights() {
    return archive::Nemo::open(kData + "quartznet_char.nemo").value().weights().value();
}

model::Batch goldenBatch() {
    model::Batch batch;
    batch.tensors = {golden("audio_signal"), golden("audio_len"), golden("tokens"), golden("tokens_len")};
    batch.sources = {"utt0.wav", "utt2.wav"};
    return batch;
}

/// The golden model in training: without dither, as the golden numbers were made.
std::unique_ptr<model::Model> trainingModel() {
    auto made = model::createModel(archiveConfig({"preprocessor.dither=0.0"}), "", {});
    if (!made) return nullptr;
    if (!nn::loadStateDict((*made)->module(), *weights(), {})) return nullptr;
    (*made)->module().train();
    return std::move(*made);
}

} // namespace

class TestCtcGolden : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        // MKL's Fourier transform rounds otherwise on Intel's CPUs than on the one that made the golden files;
        // the logarithm of a weak band then differs by 1e-4.
        qputenv("MKL_CBWR", "COMPATIBLE");
        at::set_num_threads(1);
    }
    void windowAndFilterbank_matchNemo();
    void forward_matchesNemo();
    void forward_fromFeaturesMatchesNemo();
    void transcribe_matchesNemo();
    void evaluation_lossMatchesNemo();
    void training_lossAndGradientsMatchNemo();
    void training_logProbabilitiesMatchNemo();
    void stateDict_hasNemosNamesOrderAndVersions();
    void otherContainers_restoreTheSameModel_data();
    void otherContainers_restoreTheSameModel();
    void save_restoresToIdenticalLogProbabilities();
};

void TestCtcGolden::windowAndFilterbank_matchNemo() {
    const nn::MelSpectrogram preprocessor{nn::MelParams{}};
    const auto buffers = nn::stateDict(preprocessor);
    QCOMPARE(difference(buffers[0].tensor, golden("window")), 0.0);
    QVERIFY(difference(buffers[1].tensor, golden("mel_filterbank")) < 1e-8);
}

void TestCtcGolden::forward_matchesNemo() {
    auto restored = model::restoreForUse(kData + "quartznet_char.nemo", {});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto outputs = (*restored)->forward(signalInputs());
    QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message().c_str());
    const auto check = [&](const char* name, const char* file, double limit) {
        const double found = difference(output(*outputs, name), golden(file));
        qInfo("%s: %g", name, found);
        QVERIFY2(found <= limit, name);
    };
    check("processed_signal", "mel", 2e-5);
    check("processed_signal_length", "mel_len", 0);
    check("encoded", "encoded", 2e-5);
    check("encoded_len", "encoded_len", 0);
    check("log_probs", "log_probs", 2e-5);
    check("greedy_predictions", "greedy_ids", 0);
}

void TestCtcGolden::forward_fromFeaturesMatchesNemo() {
    auto restored = model::restoreForUse(kData + "quartznet_char.nemo", {});
    QVERIFY(restored.has_value());
    const auto outputs =
        (*restored)->forward({model::namedArray("processed_signal", golden("mel")),
                              model::namedArray("processed_signal_length", golden("mel_len"))});
    QVERIFY(outputs.has_value());
    QVERIFY(difference(output(*outputs, "log_probs"), golden("log_probs")) < 1e-5);
}

void TestCtcGolden::transcribe_matchesNemo() {
    auto restored = model::restoreForUse(kData + "quartznet_char.nemo", {});
    QVERIFY(restored.has_value());
    const auto texts =
        (*restored)->inference().transcribe({kData + "audio/utt0.wav", kData + "audio/utt2.wav"}, {}, {});
    QVERIFY2(texts.has_value(), texts ? "" : texts.error().message().c_str());
    const Value json = goldenJson();
    for (std::size_t i = 0; i < 2; ++i)
        QCOMPARE((*texts)[i].text, json.at("transcribe_utt0_utt2_batch1")->asList()[i].asString());
    const auto missing = (*restored)->inference().transcribe({kData + "audio/none.wav"}, {}, {});
    QVERIFY(!missing.has_value());
    QCOMPARE(missing.error().kind, ErrorKind::BadInput);
}

void TestCtcGolden::evaluation_lossMatchesNemo() {
    const std::unique_ptr<model::Model> model = trainingModel();
    QVERIFY(model != nullptr);
    model->module().eval();
    const auto step = model->evaluationStep(goldenBatch());
    QVERIFY2(step.has_value(), step ? "" : step.error().message().c_str());
    const double expected = goldenJson().at("loss_eval_mode")->toDouble();
    QVERIFY2(std::abs(step->metrics[0].numerator - expected) < 1e-4,
             std::to_string(step->metrics[0].numerator).c_str());
    QCOMPARE(step->metrics[1].name, std::string("wer"));
    QCOMPARE(step->metrics[1].denominator, 5.0); // "hello world", "it's a test"
    QCOMPARE(step->samples[1].reference, std::string("it's a test"));
    QCOMPARE(step->samples[0].prediction, std::string("n"));
}

void TestCtcGolden::training_lossAndGradientsMatchNemo() {
    const std::unique_ptr<model::Model> model = trainingModel();
    QVERIFY(model != nullptr);
    const auto step = model->trainingStep(goldenBatch(), {.seed = 1, .wantMetrics = true});
    QVERIFY2(step.has_value(), step ? "" : step.error().message().c_str());
    const Value json = goldenJson();
    const double expected = json.at("loss_train_mode_bn_batch_stats_no_dropout_no_specaug")->toDouble();
    QVERIFY2(std::abs(step->loss.item<double>() - expected) < 1e-4,
             std::to_string(step->loss.item<double>()).c_str());
    QCOMPARE(step->metrics.size(), std::size_t{1});
    step->loss.backward();
    double worst = 0;
    std::size_t count = 0;
    for (const auto& item : model->module().named_parameters()) {
        const Value* norm = json.at("grad_norms_l2_train_mode")->asMap().find(item.key());
        QVERIFY2(norm != nullptr, item.key().c_str());
        const double found = item.value().grad().to(torch::kFloat64).norm().item<double>();
        worst = std::max(worst, std::abs(found - norm->toDouble()) / norm->toDouble());
        ++count;
    }
    qInfo("worst relative difference of a gradient norm: %g", worst);
    QVERIFY(worst < 1e-4);
    QCOMPARE(count, json.at("grad_norms_l2_train_mode")->asMap().size());
}

void TestCtcGolden::training_logProbabilitiesMatchNemo() {
    const model::CtcModelParams params = model::readCtcModel(archiveConfig({}), "").value();
    nn::Random random(1);
    torch::nn::Module root;
    const auto encoder = root.register_module(
        "encoder",
        nn::ConvAsrEncoder::make(std::get<nn::ConvAsrEncoderParams>(params.encoder), random).value());
    const auto decoder = root.register_module("decoder", nn::ConvAsrDecoder::make({64, 28}, random).value());
    QVERIFY(nn::loadStateDict(root, *weights(), {.strict = false}).has_value());
    root.train();
    const nn::Encoded encoded =
        encoder->forward(golden("mel"), nn::Lengths::from(golden("mel_len")), &random);
    const torch::Tensor logProbs = decoder->forward(encoded.padded()).detach();
    const double found = difference(logProbs, golden("log_probs_train_mode"));
    QVERIFY2(found < 2e-5, std::to_string(found).c_str());
}

void TestCtcGolden::stateDict_hasNemosNamesOrderAndVersions() {
    const std::unique_ptr<model::Model> model = trainingModel();
    QVERIFY(model != nullptr);
    const auto checkpoint = weights();
    const std::vector<nn::NamedTensor> own = nn::stateDict(model->module());
    QCOMPARE(own.size(), checkpoint->tensors().size());
    for (std::size_t i = 0; i < own.size(); ++i)
        QCOMPARE(own[i].name, checkpoint->tensors()[i].name);
    const auto versions = nn::moduleVersions(model->module());
    QCOMPARE(versions.size(), checkpoint->modules().size());
    for (std::size_t i = 0; i < versions.size(); ++i) {
        QCOMPARE(versions[i].path, checkpoint->modules()[i].path);
        QCOMPARE(versions[i].version, checkpoint->modules()[i].version);
    }
}

void TestCtcGolden::otherContainers_restoreTheSameModel_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<double>("limit");
    QTest::newRow("gzip") << QByteArray("quartznet_char_gz.nemo") << 0.0;
    QTest::newRow("legacy pickle") << QByteArray("quartznet_char_legacypickle.nemo") << 0.0;
    QTest::newRow("bfloat16") << QByteArray("quartznet_char_bfloat16.nemo") << 0.5;
    QTest::newRow("float16") << QByteArray("quartznet_char_float16.nemo") << 0.05;
}

void TestCtcGolden::otherContainers_restoreTheSameModel() {
    QFETCH(QByteArray, file);
    QFETCH(double, limit);
    auto reference = model::restoreForUse(kData + "quartznet_char.nemo", {});
    auto restored = model::restoreForUse(kData + file.toStdString(), {});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto inputs = std::vector{model::namedArray("processed_signal", golden("mel")),
                                    model::namedArray("processed_signal_length", golden("mel_len"))};
    const double found = difference(output((*reference)->forward(inputs).value(), "log_probs"),
                                    output((*restored)->forward(inputs).value(), "log_probs"));
    QVERIFY2(found <= limit, std::to_string(found).c_str());
}

void TestCtcGolden::save_restoresToIdenticalLogProbabilities() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("again.nemo")).toStdString();
    auto first = model::restoreForUse(kData + "quartznet_char.nemo", {});
    QVERIFY(first.has_value());
    const Status saved = (*first)->saveTo(path);
    QVERIFY2(saved.has_value(), saved ? "" : saved.error().message().c_str());
    auto second = model::restoreForUse(path, {});
    QVERIFY2(second.has_value(), second ? "" : second.error().message().c_str());
    QCOMPARE(difference(output((*first)->forward(signalInputs()).value(), "log_probs"),
                        output((*second)->forward(signalInputs()).value(), "log_probs")),
             0.0);
    const archive::Nemo original = archive::Nemo::open(kData + "quartznet_char.nemo").value();
    const archive::Nemo again = archive::Nemo::open(path).value();
    QCOMPARE(QByteArray::fromStdString(again.configYaml().value()),
             QByteArray::fromStdString(original.configYaml().value()));
}

QTEST_GUILESS_MAIN(TestCtcGolden)
#include "tst_ctc_golden.moc"
