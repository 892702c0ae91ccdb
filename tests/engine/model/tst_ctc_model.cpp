// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/compose.h"
#include "engine/model/asr/ctc_decoding.h"
#include "engine/model/asr/ctc_params.h"
#include "engine/model/model.h"
#include "engine/nn/weights.h"
#include "engine/text/char_tokenizer.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace fathom;

namespace {

const std::string kSource = FATHOM_SOURCE_DIR;

Result<config::Config> prompts(std::vector<std::string> overrides) {
    return config::compose({.configPath = kSource + "/configs/asr",
                            .configName = "quartznet_prompts",
                            .overrides = std::move(overrides)});
}

Error refusal(std::vector<std::string> overrides) {
    const auto config = prompts(std::move(overrides));
    if (!config) return config.error();
    const auto model = model::createModel(*config, "model", {});
    return model ? Error{} : model.error();
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

} // namespace

class TestCtcModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void configs_build_data();
    void configs_build();
    void unknownTarget_saysWhatIsKnown();
    void vocabulary_ofAnotherSizeIsRefused();
    void sections_refuseMisspeltKeys();
    void widths_thatDoNotFitAreRefused();
    void nullFeatIn_isFilledInAndSaved();
    void dataset_loadsBatches();
    void dataset_labelOutsideTheVocabularyIsAnError();
    void dataset_withoutManifestIsNone();
    void dataset_mayBeAnInterpolation();
    void trainingStep_isReproducibleBySeed();
    void weights_ofAnotherShapeAreRefusedWithPytorchsText();
    void predictions_loseTheSpaceBeforeMarks();
    void confidence_isSaidToBeMissing();
};

void TestCtcModel::configs_build_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<qint64>("parameters");
    QTest::newRow("prompts") << QByteArray("quartznet_prompts") << qint64{0};
    QTest::newRow("15x5") << QByteArray("quartznet_15x5") << qint64{18924381};
}

void TestCtcModel::configs_build() {
    QFETCH(QByteArray, name);
    QFETCH(qint64, parameters);
    const auto config =
        config::compose({.configPath = kSource + "/configs/asr", .configName = name.toStdString()});
    QVERIFY2(config.has_value(), config ? "" : config.error().message().c_str());
    const auto model = model::createModel(*config, "model", {.seed = 1});
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    qint64 count = 0;
    for (const torch::Tensor& parameter : (*model)->module().parameters())
        count += parameter.numel();
    if (parameters != 0) QCOMPARE(count, parameters);
    const auto yaml = (*model)->configYaml();
    QVERIFY2(yaml.has_value(), yaml ? "" : yaml.error().message().c_str());
    QVERIFY(contains(
        *yaml,
        "target: nemo.collections.asr.models.ctc_models.EncDecCTCModel\nnemo_version: 3.0.0\ndecoding:\n"));
    QVERIFY(!contains(*yaml, "${"));
}

void TestCtcModel::unknownTarget_saysWhatIsKnown() {
    const Error error = refusal({"+model.target=nemo.collections.tts.models.FastPitchModel"});
    QCOMPARE(error.kind, ErrorKind::Usage);
    QVERIFY2(contains(error.why, "FastPitchModel' is not known"), error.message().c_str());
    QVERIFY(contains(error.remedy, "EncDecCTCModel"));
    QVERIFY(contains(refusal({"~model.decoder"}).message(), "target"));
}

void TestCtcModel::vocabulary_ofAnotherSizeIsRefused() {
    const Error error = refusal({"model.decoder.num_classes=30"});
    QCOMPARE(error.kind, ErrorKind::Usage);
    QVERIFY2(
        contains(error.why,
                 "If vocabulary is specified, it's length should be equal to the num_classes. Instead got: "
                 "num_classes=30 and len(vocabulary)=28"),
        error.message().c_str());
}

void TestCtcModel::sections_refuseMisspeltKeys() {
    const Error error = refusal({"+model.encoder.activatoin=relu"});
    QCOMPARE(error.kind, ErrorKind::Usage);
    QVERIFY2(contains(error.message(), "activatoin"), error.message().c_str());
    QVERIFY(refusal({"model.preprocessor.window=kaiser"}).kind == ErrorKind::Usage);
    QVERIFY(contains(refusal({"model.encoder.activation=gelu"}).message(), "gelu"));
}

void TestCtcModel::widths_thatDoNotFitAreRefused() {
    QVERIFY(contains(refusal({"model.encoder.feat_in=80"}).message(), "features"));
    QVERIFY(contains(refusal({"model.decoder.feat_in=100"}).message(), "feat_in is 100"));
}

void TestCtcModel::nullFeatIn_isFilledInAndSaved() {
    const auto config = prompts({"model.decoder.feat_in=null", "model.decoder.num_classes=-1"});
    QVERIFY(config.has_value());
    const auto model = model::createModel(*config, "model", {});
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    const auto yaml = (*model)->configYaml();
    QVERIFY2(yaml.has_value(), yaml ? "" : yaml.error().message().c_str());
    QVERIFY(contains(*yaml, "  feat_in: 384\n  num_classes: 28\n"));
}

void TestCtcModel::dataset_loadsBatches() {
    const std::string manifests = kSource + "/resources/examples/speech_prompts/";
    const auto config = prompts({"model.train_ds.manifest_filepath=" + manifests + "train_manifest.json"});
    const auto model = model::createModel(*config, "model", {});
    QVERIFY(model.has_value());
    const auto data = (*model)->dataset(model::Split::Train);
    QVERIFY2(data.has_value(), data ? "" : data.error().message().c_str());
    QVERIFY((*data)->size() > 50);
    QCOMPARE((*data)->loader().batchSize, 8);
    const std::vector<std::int64_t> indices{3, 0, 7};
    const auto batch = (*data)->load(indices);
    QVERIFY2(batch.has_value(), batch ? "" : batch.error().message().c_str());
    QCOMPARE(batch->size(), std::int64_t{3});
    QCOMPARE(batch->tensors[0].size(0), std::int64_t{3});
    QCOMPARE(batch->tensors[1].max().item<std::int64_t>(), batch->tensors[0].size(1));
    QCOMPARE(batch->tensors[3].max().item<std::int64_t>(), batch->tensors[2].size(1));
}

void TestCtcModel::dataset_labelOutsideTheVocabularyIsAnError() {
    const QTemporaryDir folder;
    const std::string wav = std::string(FATHOM_TEST_DATA) + "/nemo/audio/utt0.wav";
    const std::string manifest = folder.filePath(QStringLiteral("m.json")).toStdString();
    std::ofstream(manifest) << R"({"audio_filepath": ")" << wav << R"(", "duration": 1.0, "text": "hello 7"})"
                            << '\n';
    const auto config = prompts({"model.train_ds.manifest_filepath=" + manifest});
    const auto model = model::createModel(*config, "model", {});
    QVERIFY(model.has_value());
    const auto data = (*model)->dataset(model::Split::Train);
    QVERIFY(!data.has_value());
    QCOMPARE(data.error().line, 1);
    QVERIFY2(contains(data.error().message(), "7"), data.error().message().c_str());
    const auto other =
        prompts({"model.train_ds.manifest_filepath=" + manifest, "model.train_ds.labels=[a,b]"});
    const auto otherModel = model::createModel(*other, "model", {});
    QVERIFY(contains((*otherModel)->dataset(model::Split::Train).error().message(), "decoder.vocabulary"));
}

void TestCtcModel::dataset_withoutManifestIsNone() {
    const auto config = prompts({"model.test_ds.manifest_filepath=null", "~model.validation_ds"});
    const auto model = model::createModel(*config, "model", {});
    QVERIFY(model.has_value());
    QVERIFY((*model)->dataset(model::Split::Test).value() == nullptr);
    QVERIFY((*model)->dataset(model::Split::Validation).value() == nullptr);
}

void TestCtcModel::dataset_mayBeAnInterpolation() {
    const std::string manifest = kSource + "/resources/examples/speech_prompts/validation_manifest.json";
    const auto config = prompts({"model.test_ds=${model.validation_ds}", "+model.validation_ds.max_utts=3",
                                 "model.validation_ds.manifest_filepath=" + manifest});
    QVERIFY(config.has_value());
    const auto model = model::createModel(*config, "model", {});
    QVERIFY(model.has_value());
    const auto data = (*model)->dataset(model::Split::Test);
    QVERIFY(data.has_value() && *data);
    QCOMPARE((*data)->size(), 3);
}

void TestCtcModel::trainingStep_isReproducibleBySeed() {
    const auto config = prompts({"model.encoder.jasper.0.dropout=0.1"});
    const auto model = model::createModel(*config, "model", {.seed = 5});
    const auto same = model::createModel(*config, "model", {.seed = 5});
    QVERIFY(model.has_value() && same.has_value());
    nn::Random random(2);
    model::Batch batch;
    batch.tensors = {
        random.normalLike(torch::empty({2, 16000})) * 0.1, torch::tensor({16000, 9000}, torch::kInt64),
        torch::tensor({{1, 2, 3}, {4, 5, 0}}, torch::kInt64), torch::tensor({3, 2}, torch::kInt64)};
    batch.sources = {"a", "b"};
    (*model)->module().train();
    (*same)->module().train();
    const double first = (*model)->trainingStep(batch, {.seed = 9})->loss.item<double>();
    QCOMPARE((*same)->trainingStep(batch, {.seed = 9})->loss.item<double>(), first);
    QVERIFY((*model)->trainingStep(batch, {.seed = 10})->loss.item<double>() != first);
}

void TestCtcModel::weights_ofAnotherShapeAreRefusedWithPytorchsText() {
    const auto config = prompts({"model.encoder.jasper.0.kernel=[33]"});
    const auto model = model::createModel(*config, "model", {});
    const auto nemo = archive::Nemo::open(std::string(FATHOM_TEST_DATA) + "/nemo/quartznet_char.nemo");
    const auto loaded = nn::loadStateDict((*model)->module(), **nemo->weights(),
                                          {.strict = false, .className = "EncDecCTCModel"});
    QVERIFY(!loaded.has_value());
    QVERIFY2(contains(loaded.error().why, "Error(s) in loading state_dict for EncDecCTCModel:"),
             loaded.error().why.c_str());
    QVERIFY(contains(loaded.error().why,
                     "\n\tsize mismatch for encoder.encoder.0.mconv.0.conv.weight: copying a param with "
                     "shape torch.Size([64, 1, 11]) "
                     "from checkpoint, the shape in current model is torch.Size([64, 1, 33])."));
    QVERIFY(contains(loaded.error().why, "Missing key(s) in state_dict: \"encoder.encoder."));
}

void TestCtcModel::predictions_loseTheSpaceBeforeMarks() {
    const model::CtcDecoding decoding(std::make_shared<const text::CharTokenizer>(
        text::CharTokenizer::create({" ", "a", "b", "'", "."}).value()));
    const std::vector<std::int64_t> ids{1, 0, 3, 2, 0, 0, 4, 0, 1};
    QCOMPARE(decoding.prediction(ids), std::string("a'b . a"));
    QCOMPARE(decoding.reference(ids), std::string("a 'b  . a"));
}

void TestCtcModel::confidence_isSaidToBeMissing() {
    struct Lines : Log {
        std::string text{};
        void write(LogLevel, std::string_view line) noexcept override { text += line; }
    };
    for (const char* asked : {"true", "false"}) {
        Lines log;
        const auto config = prompts(
            {std::string("+model.decoding={confidence_cfg:{preserve_word_confidence:") + asked + "}}"});
        QVERIFY(config);
        QVERIFY(model::createModel(*config, "model", {.log = &log}));
        QCOMPARE(contains(log.text, "confidence"), std::string(asked) == "true");
    }
}

QTEST_GUILESS_MAIN(TestCtcModel)
#include "tst_ctc_model.moc"
