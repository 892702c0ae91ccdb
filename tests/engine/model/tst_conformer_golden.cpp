// SPDX-License-Identifier: GPL-3.0-or-later
// The golden Conformers over sub-words against what NeMo 3.0.0 computed with the same archives.
#include "engine/archive/nemo.h"
#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/model/asr/ctc_model.h"
#include "engine/model/named_arrays.h"
#include "engine/nn/weights.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace fathom;

namespace {

const std::string kData = std::string(FATHOM_TEST_DATA) + "/nemo/";

torch::Tensor golden(const std::string& archive, const char* name) {
    // Both archives were given the same recordings.
    const bool sound = std::string_view(name).starts_with("audio");
    const std::string folder = sound ? "conformer_ctc_spe" : archive;
    return nn::viewOf(archive::readNpy(kData + folder + '/' + name + ".npy").value()).clone();
}

/// Python writes -Infinity, which JSON does not have.
Value facts(const std::string& archive) {
    std::string text = readFile(kData + archive + ".json").value();
    constexpr std::string_view kInfinity = "-Infinity";
    for (std::size_t at = text.find(kInfinity); at != std::string::npos; at = text.find(kInfinity))
        text.replace(at, kInfinity.size(), "null");
    return fromJson(text).value();
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

std::unique_ptr<model::Model> restored(const std::string& file) {
    auto restored = model::restoreModel(archive::Nemo::open(file).value(), {});
    if (!restored) qWarning("%s", restored.error().message().c_str());
    return restored ? std::move(restored->model) : nullptr;
}

std::vector<run::NamedArray> outputsOf(model::Model& model) {
    return model
        .forward({model::namedArray("audio_signal", golden("", "audio_signal")),
                  model::namedArray("length", golden("", "audio_len"))})
        .value();
}

void archives() {
    QTest::addColumn<std::string>("name");
    QTest::newRow("SentencePiece") << std::string("conformer_ctc_spe");
    QTest::newRow("WordPiece") << std::string("conformer_ctc_wpe");
}

config::Config configOf(const std::string& yaml, const std::vector<std::string>& overrides) {
    const auto config = config::compose(
        {.configName = "model_config", .overrides = overrides, .files = {{"model_config.yaml", yaml}}});
    if (!config) qWarning("%s", config.error().message().c_str());
    return config.value();
}

} // namespace

class TestConformerGolden : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        // MKL's Fourier transform rounds otherwise on Intel's CPUs than on the one that made the golden files;
        // the logarithm of a weak band then differs by 1e-4.
        qputenv("MKL_CBWR", "COMPATIBLE");
        at::set_num_threads(1);
    }
    void forward_matchesNemo_data() { archives(); }
    void forward_matchesNemo();
    void transcribe_matchesNemo_data() { archives(); }
    void transcribe_matchesNemo();
    void loss_matchesNemo_data() { archives(); }
    void loss_matchesNemo();
    void saved_namesItsTokenizersFiles_data() { archives(); }
    void saved_namesItsTokenizersFiles();
    void tokenizer_errorsNameTheKey();
    void decoder_ofAnotherVocabularyIsFresh();
};

void TestConformerGolden::forward_matchesNemo() {
    QFETCH(const std::string, name);
    const auto model = restored(kData + name + ".nemo");
    QVERIFY(model);
    const auto outputs = outputsOf(*model);
    const auto check = [&](const char* array, const char* file, double limit) {
        const double found =
            difference(nn::viewOf(model::findArray(outputs, array)->tensor), golden(name, file));
        qInfo("%s: %g", array, found);
        QVERIFY2(found <= limit, array);
    };
    check("processed_signal", "mel", 2e-5);
    check("encoded", "encoded", 2e-5);
    check("encoded_len", "encoded_len", 0);
    check("log_probs", "log_probs", 2e-5);
    check("greedy_predictions", "greedy_ids", 0);
}

void TestConformerGolden::transcribe_matchesNemo() {
    QFETCH(const std::string, name);
    const auto model = restored(kData + name + ".nemo");
    QVERIFY(model);
    const auto texts = model->transcribe({kData + "audio/utt0.wav", kData + "audio/utt2.wav"}, {}, {});
    QVERIFY2(texts.has_value(), texts ? "" : texts.error().message().c_str());
    for (std::size_t i = 0; i < 2; ++i)
        QCOMPARE((*texts)[i].text, facts(name).at("transcribe_utt0_utt2_batch1")->asList()[i].asString());
}

void TestConformerGolden::loss_matchesNemo() {
    QFETCH(const std::string, name);
    const archive::Nemo nemo = archive::Nemo::open(kData + name + ".nemo").value();
    const auto config = configOf(nemo.configYaml().value(),
                                 {"preprocessor.dither=0.0", "encoder.dropout=0.0", "~spec_augment",
                                  "encoder.dropout_pre_encoder=0.0", "encoder.dropout_att=0.0"});
    auto made = model::createModel(config, "", {.artifacts = archive::ArtifactRegistry(nemo)});
    QVERIFY2(made.has_value(), made ? "" : made.error().message().c_str());
    QVERIFY(nn::loadStateDict((*made)->module(), **nemo.weights(), {}).has_value());
    const model::Batch batch{.tensors = {golden(name, "audio_signal"), golden(name, "audio_len"),
                                         golden(name, "tokens"), golden(name, "tokens_len")},
                             .sources = {"utt0.wav", "utt2.wav"}};
    const Value json = facts(name);
    (*made)->module().eval();
    const auto evaluated = (*made)->evaluationStep(batch);
    QVERIFY2(evaluated.has_value(), evaluated ? "" : evaluated.error().message().c_str());
    QVERIFY(std::abs(evaluated->metrics[0].numerator - json.at("loss_eval_mode")->toDouble()) < 1e-3);
    (*made)->module().train();
    const auto step = (*made)->trainingStep(batch, {.seed = 1});
    QVERIFY2(step.has_value(), step ? "" : step.error().message().c_str());
    const double expected = json.at("loss_train_mode_bn_batch_stats_no_dropout_no_specaug")->toDouble();
    QVERIFY(std::abs(step->loss.item<double>() - expected) < 1e-3);
    step->loss.backward();
    const auto& norms = json.at("grad_norms_l2_train_mode")->asMap();
    for (const auto& item : (*made)->module().named_parameters()) {
        const double norm = norms.find(item.key())->toDouble();
        const double found = item.value().grad().to(torch::kFloat64).norm().item<double>();
        QVERIFY2(std::abs(found - norm) < 1e-3 * norm + 1e-4, item.key().c_str());
    }
}

void TestConformerGolden::saved_namesItsTokenizersFiles() {
    QFETCH(const std::string, name);
    const archive::Nemo original = archive::Nemo::open(kData + name + ".nemo").value();
    const auto model = restored(kData + name + ".nemo");
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("again.nemo")).toStdString();
    const Status saved = model::saveModel(*model, path);
    QVERIFY2(saved.has_value(), saved ? "" : saved.error().message().c_str());
    const auto again = restored(path);
    QVERIFY(again);
    QCOMPARE(difference(nn::viewOf(model::findArray(outputsOf(*again), "log_probs")->tensor),
                        nn::viewOf(model::findArray(outputsOf(*model), "log_probs")->tensor)),
             0.0);
    const auto section = [](const archive::Nemo& nemo) {
        return configOf(nemo.configYaml().value(), {}).toYaml("tokenizer", true).value();
    };
    const archive::Nemo copy = archive::Nemo::open(path).value();
    QCOMPARE(QByteArray::fromStdString(section(copy)), QByteArray::fromStdString(section(original)));
    QCOMPARE(configOf(copy.configYaml().value(), {}).resolved("decoder.vocabulary").value().asList().size(),
             static_cast<std::size_t>(facts(name).at("tokenizer.vocab_size")->asInt()));
}

void TestConformerGolden::tokenizer_errorsNameTheKey() {
    const archive::Nemo nemo = archive::Nemo::open(kData + "conformer_ctc_spe.nemo").value();
    const auto refusal = [&](const std::vector<std::string>& overrides) {
        const auto made = model::createModel(configOf(nemo.configYaml().value(), overrides), "", {});
        return made ? Error{} : made.error();
    };
    QCOMPARE(refusal({"tokenizer.type=words"}).key, std::string("tokenizer.type"));
    QCOMPARE(refusal({"tokenizer.type=agg"}).key, std::string("tokenizer.type"));
    const Error lost = refusal({"~tokenizer.model_path", "tokenizer.dir=/nowhere"});
    QCOMPARE(lost.kind, ErrorKind::BadInput);
    QCOMPARE(lost.key, std::string("tokenizer.dir"));
    QCOMPARE(
        refusal({"encoder.n_heads=3", "~tokenizer", "target=EncDecCTCModel", "++decoder.num_classes=64"}).key,
        std::string("encoder.n_heads"));
}

void TestConformerGolden::decoder_ofAnotherVocabularyIsFresh() {
    // A base model of 64 pieces, and labels: what change_vocabulary does.
    const archive::Nemo nemo = archive::Nemo::open(kData + "conformer_ctc_spe.nemo").value();
    const auto config = configOf(nemo.configYaml().value(),
                                 {"~tokenizer", "decoder.vocabulary=[' ',a,b,c]", "decoder.num_classes=4",
                                  std::string("target=") + model::CtcModel::kTarget});
    auto made = model::createModel(config, "", {.seed = 3});
    QVERIFY2(made.has_value(), made ? "" : made.error().message().c_str());
    const auto weights = nemo.weights().value();
    const auto wants = [](std::string_view name) { return name.find("decoder") == std::string_view::npos; };
    const auto loaded = nn::loadStateDict((*made)->module(), *weights, {.strict = false, .wants = wants});
    QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message().c_str());
    QCOMPARE(loaded->missing.size(), std::size_t{2});
    (*made)->module().eval();
    const auto outputs = outputsOf(**made);
    QVERIFY(difference(nn::viewOf(model::findArray(outputs, "encoded")->tensor),
                       golden("conformer_ctc_spe", "encoded")) < 2e-5);
    QCOMPARE(model::findArray(outputs, "log_probs")->tensor.shape.back(), std::int64_t{5});
}

QTEST_GUILESS_MAIN(TestConformerGolden)
#include "tst_conformer_golden.moc"
