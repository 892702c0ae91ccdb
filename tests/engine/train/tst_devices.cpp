// SPDX-License-Identifier: GPL-3.0-or-later
// Every family learns in every precision and goes on from a checkpoint, on the CPU and on a GPU; a GPU
// answers and learns as the CPU does. What needs a GPU is skipped where there is none.
#include "tests/engine/train/job_testing.h"

#include "engine/archive/npy.h"
#include "engine/model/named_arrays.h"
#include "engine/model/restored_model.h"
#include "engine/nn/device.h"

#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

const std::string kReviews = std::string(FATHOM_SOURCE_DIR) + "/resources/examples/sentiment_movies/";
const std::string kTranslation = std::string(FATHOM_TEST_DATA) + "/translation";

torch::Tensor golden(const std::string& file) {
    const auto tensor = archive::readNpy(kData + file + ".npy");
    return tensor ? nn::viewOf(*tensor).clone() : torch::Tensor();
}

/// A job of one of the families.
struct FamilyJob {
    QTemporaryDir folder{};
    MemoryWriter writer{};
    MemoryLog log{};
    run::CommandQueue commands{};
    std::stop_source stop{};

    [[nodiscard]] Result<config::Config> config(const std::string& family,
                                                std::vector<std::string> overrides) const {
        const std::string exp = folder.path().toStdString() + "/exp";
        if (family == "text") {
            overrides.insert(overrides.begin(),
                             {
                                 "model.tokenizer.vocab_file=" + kReviews + "vocab.txt",
                                 "model.class_labels.class_labels_file=" + kReviews + "class_names.txt",
                                 "model.train_ds.file_path=" + kReviews + "dev.tsv",
                                 "model.validation_ds.file_path=" + kReviews + "dev.tsv",
                                 "model.test_ds.file_path=null",
                                 "exp_manager.exp_dir=" + exp,
                             });
            return config::compose({.configPath = std::string(FATHOM_SOURCE_DIR) + "/configs/nlp",
                                    .configName = "sentiment_movies",
                                    .overrides = overrides});
        }
        const bool isSpeech = family == "speech";
        const auto text = readFile(std::string(FATHOM_TEST_DATA) +
                                   (isSpeech ? "/train/tiny.yaml" : "/train/translation.yaml"));
        return configOf(
            replaced(replaced(replaced(text.value_or(std::string{}), "MANIFEST", kData + "manifest.json"),
                              "EXPDIR", exp),
                     "DATA", kTranslation),
            overrides);
    }
    Result<run::TrainEnd> run(const std::string& family, const std::vector<std::string>& overrides) {
        const auto composed = config(family, overrides);
        if (!composed) return fail(composed.error());
        return train::runJob({*composed, run::Mode::Train, writer, log, stop.get_token(), &commands});
    }
    std::filesystem::path last() const {
        for (const auto& entry : std::filesystem::directory_iterator(writer.folder / "checkpoints"))
            if (entry.path().string().ends_with("-last.ckpt")) return entry.path();
        return {};
    }
};

std::vector<std::string> steps(int count, std::vector<std::string> more = {}) {
    for (const char* each :
         {"trainer.log_every_n_steps=1", "trainer.max_epochs=40", "++trainer.check_val_every_n_epoch=1",
          "++trainer.limit_train_batches=8", "++trainer.limit_val_batches=1"})
        more.emplace_back(each);
    more.push_back("++trainer.max_steps=" + std::to_string(count));
    return more;
}

/// Without anything random, so that two devices can be compared.
std::vector<std::string> calm(const std::string& family) {
    if (family == "speech")
        return {"model.preprocessor.dither=0.0", "model.spec_augment=null",
                "model.encoder.jasper.0.dropout=0.0"};
    if (family == "text")
        return {"model.language_model.config.hidden_dropout_prob=0.0",
                "model.language_model.config.attention_probs_dropout_prob=0.0",
                "model.classifier_head.fc_dropout=0.0", "model.train_ds.word_dropout=0.0"};
    std::vector<std::string> all;
    for (const char* part : {"encoder", "decoder"})
        for (const char* what :
             {"embedding_dropout", "ffn_dropout", "attn_score_dropout", "attn_layer_dropout"})
            all.push_back("++model." + std::string(part) + '.' + what + "=0.0");
    return all;
}

double furthest(const std::vector<double>& some, const std::vector<double>& others) {
    double most = some.size() == others.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(some.size(), others.size()); ++i)
        most = std::max(most, std::abs(some[i] - others[i]) / std::max(1e-3, std::abs(others[i])));
    return most;
}

std::vector<std::string> joined(std::vector<std::string> some, const std::vector<std::string>& others) {
    some.insert(some.end(), others.begin(), others.end());
    return some;
}

constexpr const char* kFamilies[] = {"speech", "text", "translation"};

void families() {
    QTest::addColumn<QString>("family");
    for (const char* family : kFamilies)
        QTest::newRow(family) << QString::fromLatin1(family);
}

std::string onDevice(const QString& device) {
    return "trainer.accelerator=" + device.toStdString();
}

bool isMissing(const QString& device) {
    return device == QLatin1String("gpu") && !nn::cudaIsAvailable();
}

} // namespace

class TestDevices : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void forward_equalsTheCpus_data();
    void forward_equalsTheCpus();
    void answers_equalTheCpus();
    void losses_equalTheCpus_data() { families(); }
    void losses_equalTheCpus();
    void precision_learns_data();
    void precision_learns();
    void lossScale_isSavedAndGoesOn();
    void resumed_goesOnAlike_data();
    void resumed_goesOnAlike();
    void averages_onTheCpu_areTheSame();
    void pinnedMemory_changesNothing();
};

void TestDevices::initTestCase() {
    at::globalContext().setAllowTF32CuDNN(false); // convolutions else keep ten bits of the mantissa
}

void TestDevices::forward_equalsTheCpus_data() {
    QTest::addColumn<QString>("archive");
    QTest::addColumn<QStringList>("inputs"); // name=file
    const QStringList speech{QStringLiteral("audio_signal=quartznet_char/audio_signal"),
                             QStringLiteral("length=quartznet_char/audio_len")};
    for (const char* name :
         {"nemo/quartznet_char", "nemo/conformer_ctc_spe", "nemo/conformer_ctc_wpe", "nemo_ctc/bpe_fast",
          "nemo_ctc/causal_dw", "nemo_ctc/citrinet_bpe", "nemo_ctc/local_globals",
          "nemo_speech/mfcc_decibels", "nemo_speech/squeeze_context"})
        QTest::newRow(name) << QString::fromLatin1(name) << speech;
    QTest::newRow("text") << QStringLiteral("nemo/text_classification_bert")
                          << QStringList{
                                 QStringLiteral("input_ids=text_classification_bert/input_ids"),
                                 QStringLiteral("attention_mask=text_classification_bert/attention_mask"),
                                 QStringLiteral("token_type_ids=text_classification_bert/token_type_ids")};
    QTest::newRow("translation") << QStringLiteral("nemo/mt_aayn_tiny")
                                 << QStringList{QStringLiteral("src=mt_aayn_tiny/src"),
                                                QStringLiteral("src_mask=mt_aayn_tiny/src_mask"),
                                                QStringLiteral("tgt=mt_aayn_tiny/tgt"),
                                                QStringLiteral("tgt_mask=mt_aayn_tiny/tgt_mask")};
}

void TestDevices::forward_equalsTheCpus() {
    if (!nn::cudaIsAvailable()) QSKIP("there is no GPU");
    QFETCH(QString, archive);
    QFETCH(QStringList, inputs);
    std::vector<run::NamedArray> given;
    for (const QString& input : inputs)
        given.push_back(model::namedArray(input.section(QLatin1Char('='), 0, 0).toStdString(),
                                          golden(input.section(QLatin1Char('='), 1).toStdString())));
    std::vector<std::vector<run::NamedArray>> outputs;
    for (const char* device : {"cpu", "cuda"}) {
        const auto restored = model::restoreForUse(
            std::string(FATHOM_TEST_DATA) + '/' + archive.toStdString() + ".nemo", {.mapLocation = device});
        QVERIFY2(restored, restored ? "" : restored.error().message().c_str());
        const auto out = (*restored)->forward(given);
        QVERIFY2(out, out ? "" : out.error().message().c_str());
        outputs.push_back(*out);
    }
    for (const run::NamedArray& array : outputs[0]) {
        const run::NamedArray* const other = model::findArray(outputs[1], array.name);
        QVERIFY2(other, array.name.c_str());
        const torch::Tensor want = nn::viewOf(array.tensor).to(torch::kFloat64);
        const torch::Tensor have = nn::viewOf(other->tensor).to(torch::kFloat64);
        QVERIFY2(want.sizes() == have.sizes(), array.name.c_str());
        const double most = (want - have).abs().max().item<double>();
        qInfo("%s: %g", array.name.c_str(), most);
        QVERIFY2(most < 1e-4 * std::max(1.0, want.abs().max().item<double>()), array.name.c_str());
    }
}

void TestDevices::answers_equalTheCpus() {
    if (!nn::cudaIsAvailable()) QSKIP("there is no GPU");
    std::vector<std::filesystem::path> audio;
    for (int i = 0; i < 8; ++i)
        audio.emplace_back(kData + "audio/utt" + std::to_string(i) + ".wav");
    std::vector<std::string> said[2], translated[2];
    std::vector<double> probabilities[2];
    for (const int on : {0, 1}) {
        const run::RestoreOptions options{.mapLocation = on ? "cuda" : "cpu"};
        for (const char* name : {"quartznet_char", "conformer_ctc_spe"}) {
            const auto model = model::restoreForUse(kData + name + ".nemo", options);
            QVERIFY(model);
            const auto texts = (*model)->inference().transcribe(audio, {.words = true}, {});
            QVERIFY2(texts, texts ? "" : texts.error().message().c_str());
            for (const run::Transcript& text : *texts)
                said[on].push_back(text.text);
        }
        const auto classifier = model::restoreForUse(kData + "text_classification_bert.nemo", options);
        const auto classes =
            (*classifier)->inference().classify({"one two", "a much longer text than that", ""}, {});
        QVERIFY2(classes, classes ? "" : classes.error().message().c_str());
        for (const run::Classification& each : *classes)
            probabilities[on].insert(probabilities[on].end(), each.probabilities.begin(),
                                     each.probabilities.end());
        const auto translator = model::restoreForUse(kData + "mt_aayn_tiny.nemo", options);
        const auto texts =
            (*translator)->inference().translate({"hello world", "the cat sat"}, {.alternatives = 2}, {});
        QVERIFY2(texts, texts ? "" : texts.error().message().c_str());
        for (const run::Translation& each : *texts)
            translated[on].push_back(each.text);
    }
    QCOMPARE(said[1], said[0]);
    QCOMPARE(translated[1], translated[0]);
    QVERIFY(furthest(probabilities[1], probabilities[0]) < 1e-4);
}

void TestDevices::losses_equalTheCpus() {
    if (!nn::cudaIsAvailable()) QSKIP("there is no GPU");
    QFETCH(QString, family);
    const std::string name = family.toStdString();
    std::vector<double> losses[2];
    for (const int on : {0, 1}) {
        FamilyJob job;
        const auto end = job.run(name, steps(20, joined(calm(name), {std::string("trainer.accelerator=") +
                                                                     (on ? "gpu" : "cpu")})));
        QVERIFY2(end, end ? "" : end.error().message().c_str());
        losses[on] = job.writer.valuesOf("train_loss");
    }
    QCOMPARE(losses[1].size(), std::size_t{20});
    const double most = furthest(losses[1], losses[0]);
    qInfo("largest relative difference of 20 losses: %g", most);
    QVERIFY(most < 1e-3);
}

void TestDevices::precision_learns_data() {
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("device");
    QTest::addColumn<QString>("precision");
    for (const char* family : kFamilies)
        for (const char* device : {"cpu", "gpu"})
            for (const char* precision : {"16-mixed", "bf16-mixed", "bf16-true", "16-true", "64-true"})
                QTest::addRow("%s %s %s", family, device, precision)
                    << QString::fromLatin1(family) << QString::fromLatin1(device)
                    << QString::fromLatin1(precision);
}

void TestDevices::precision_learns() {
    QFETCH(QString, family);
    QFETCH(QString, device);
    QFETCH(QString, precision);
    if (isMissing(device)) QSKIP("there is no GPU");
    FamilyJob job;
    const bool isHalf = precision == QLatin1String("16-true");
    std::vector<std::string> overrides{onDevice(device), "++trainer.precision=" + precision.toStdString()};
    if (family == QLatin1String("text")) // twenty steps are few for it: one batch, by heart
        overrides =
            joined(joined(overrides, calm("text")), {"++trainer.overfit_batches=1", "model.optim.lr=0.002"});
    const auto end = job.run(family.toStdString(), steps(isHalf ? 2 : 20, overrides));
    if (isHalf && !end) { // a loss that is not scaled may well overflow; that is said and nothing worse
        QVERIFY2(end.error().message().find("train_loss is") != std::string::npos,
                 end.error().message().c_str());
        return;
    }
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    const auto losses = job.writer.valuesOf("train_loss");
    qInfo("train_loss %g to %g", losses.front(), losses.back());
    for (const double loss : losses)
        QVERIFY(std::isfinite(loss));
    if (isHalf) return;
    QVERIFY(losses.back() < losses.front());
    QVERIFY(job.writer.values.contains("val_loss"));
}

void TestDevices::lossScale_isSavedAndGoesOn() {
    if (!nn::cudaIsAvailable()) QSKIP("there is no GPU");
    const std::vector<std::string> common{"trainer.accelerator=gpu", "++trainer.precision=16-mixed"};
    FamilyJob first;
    const auto end = first.run("translation", steps(6, common));
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    const auto checkpoint = archive::Checkpoint::open(first.last());
    QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message().c_str());
    const auto scaling = checkpoint->root().find("MixedPrecision");
    QVERIFY(scaling && scaling->find("scale"));
    const double scale = scaling->find("scale")->toDouble().value_or(0);
    qInfo("scale %g", scale);
    QVERIFY(scale > 1 && scale <= 65536);
    FamilyJob rest;
    const auto resumed = rest.run(
        "translation",
        steps(8, joined(common, {"+exp_manager.resume_from_checkpoint='" + first.last().string() + "'"})));
    QVERIFY2(resumed, resumed ? "" : resumed.error().message().c_str());
    QCOMPARE(rest.writer.valuesOf("train_loss").size(), std::size_t{2});
}

void TestDevices::resumed_goesOnAlike_data() {
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("device");
    for (const char* family : kFamilies)
        for (const char* device : {"cpu", "gpu"})
            QTest::addRow("%s %s", family, device)
                << QString::fromLatin1(family) << QString::fromLatin1(device);
}

void TestDevices::resumed_goesOnAlike() {
    QFETCH(QString, family);
    QFETCH(QString, device);
    if (isMissing(device)) QSKIP("there is no GPU");
    const std::string name = family.toStdString();
    // CTC's gradient has no deterministic implementation on a GPU.
    const bool isExact = name != "speech" || device == QLatin1String("cpu");
    const auto overrides =
        steps(8, {onDevice(device), std::string("++trainer.deterministic=") + (isExact ? "true" : "warn")});
    FamilyJob whole, first, rest;
    first.writer.onProgress = [&](const store::Progress& progress) {
        if (progress.step == 5) first.stop.request_stop();
    };
    for (FamilyJob* const job : {&whole, &first}) {
        const auto end = job->run(name, overrides);
        QVERIFY2(end, end ? "" : end.error().message().c_str());
    }
    const auto resumed = rest.run(
        name, joined(overrides, {"+exp_manager.resume_from_checkpoint='" + first.last().string() + "'"}));
    QVERIFY2(resumed, resumed ? "" : resumed.error().message().c_str());
    auto expected = whole.writer.valuesOf("train_loss");
    QCOMPARE(expected.size(), std::size_t{8});
    const auto before = static_cast<std::ptrdiff_t>(first.writer.valuesOf("train_loss").size());
    QVERIFY(before > 0 && before < 8);
    expected.erase(expected.begin(), expected.begin() + before);
    const double most = furthest(rest.writer.valuesOf("train_loss"), expected);
    qInfo("largest relative difference of the losses after it: %g", most);
    QVERIFY(most <= (isExact ? 0.0 : 1e-4));
}

void TestDevices::averages_onTheCpu_areTheSame() {
    if (!nn::cudaIsAvailable()) QSKIP("there is no GPU");
    std::vector<double> losses[2];
    for (const int offload : {0, 1}) {
        FamilyJob job;
        const auto end = job.run(
            "translation", steps(12, {"trainer.accelerator=gpu", "++trainer.deterministic=true",
                                      std::string("+exp_manager.ema={enable:true,decay:0.9,cpu_offload:") +
                                          (offload ? "true}" : "false}")}));
        QVERIFY2(end, end ? "" : end.error().message().c_str());
        losses[offload] = job.writer.valuesOf("val_loss");
        QVERIFY(!losses[offload].empty());
    }
    QVERIFY(furthest(losses[1], losses[0]) < 1e-5);
}

void TestDevices::pinnedMemory_changesNothing() {
    if (!nn::cudaIsAvailable()) QSKIP("there is no GPU");
    std::vector<double> losses[2];
    for (const int pin : {0, 1}) {
        FamilyJob job;
        const auto end =
            job.run("translation",
                    steps(12, {"trainer.accelerator=gpu", "++trainer.deterministic=true",
                               "model.train_ds.num_workers=2",
                               std::string("++model.train_ds.pin_memory=") + (pin ? "true" : "false")}));
        QVERIFY2(end, end ? "" : end.error().message().c_str());
        losses[pin] = job.writer.valuesOf("train_loss");
    }
    QCOMPARE(losses[1], losses[0]);
}

QTEST_GUILESS_MAIN(TestDevices)
#include "tst_devices.moc"
