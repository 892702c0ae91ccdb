// SPDX-License-Identifier: GPL-3.0-or-later
// A whole training of a translation model on 600 short pairs: the loss falls, BLEU rises, and the archive
// translates.
#include "tests/engine/train/job_testing.h"

#include "engine/model/model.h"

#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

const std::string kTranslation = std::string(FATHOM_TEST_DATA) + "/translation";

struct TranslationJob {
    QTemporaryDir folder{};
    MemoryWriter writer{};
    MemoryLog log{};
    run::CommandQueue commands{};
    std::string data = kTranslation;

    [[nodiscard]] std::string path(const std::string& name) const {
        return folder.path().toStdString() + '/' + name;
    }
    Result<run::TrainEnd> run(const std::vector<std::string>& overrides = {}) {
        const std::string text = readFile(std::string(FATHOM_TEST_DATA) + "/train/translation.yaml").value();
        const config::Config composed =
            configOf(replaced(replaced(text, "DATA", data), "EXPDIR", path("exp")), overrides).value();
        return train::runJob({composed, run::Mode::Train, writer, log, {}, &commands});
    }
};

} // namespace

class TestJobTranslation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void training_learnsToTranslate();
    void severalValidationFiles_haveMetricsOfTheirOwn();
    void wrongInputs_sayWhatAndWhere_data();
    void wrongInputs_sayWhatAndWhere();
};

void TestJobTranslation::training_learnsToTranslate() {
    TranslationJob job;
    const auto end = job.run();
    QVERIFY2(end.has_value(), end ? "" : end.error().message().c_str());
    const auto& losses = job.writer.values["train_loss"];
    const auto& bleu = job.writer.values["val_sacreBLEU"];
    QCOMPARE(bleu.size(), std::size_t{2});
    qInfo("train_loss %.2f to %.2f, val_loss %.2f, val_sacreBLEU %.1f and %.1f", losses.front().second,
          losses.back().second, job.writer.values["val_loss"].back().second, bleu.front().second,
          bleu.back().second);
    QVERIFY(losses.back().second < 0.6 * losses.front().second);
    QVERIFY(bleu.back().second > 10);
    QVERIFY(bleu.back().second > bleu.front().second);
    QVERIFY(job.writer.values.contains("padding_share"));
    // 400 pieces of 64 for encoder, decoder and head together; the head's bias; what the layers have.
    QCOMPARE(job.writer.facts["model.parameters"],
             std::to_string(400 * 64 + 400 + 2 * 128 + 33'600 + 50'368));
    QCOMPARE(job.writer.lastSamples.front().kind, std::string("bleu"));
    QVERIFY(job.writer.lastSamples.front().source.find("dev.en:") != std::string::npos);
    QVERIFY(job.log.contains("Ground Truth: "));
    QVERIFY(job.log.contains("of the tokens are padding"));

    const auto nemo = archive::Nemo::open(job.writer.folder / "checkpoints" / "translation.nemo");
    QVERIFY2(nemo.has_value(), nemo ? "" : nemo.error().message().c_str());
    const auto restored = model::restoreModel(*nemo, {.mapLocation = "cpu"});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto translations =
        restored->model->translate({"This package contains the documentation."}, {.alternatives = 2}, {});
    QVERIFY2(translations.has_value(), translations ? "" : translations.error().message().c_str());
    QVERIFY(translations->front().text.starts_with("Ce paquet"));
    QCOMPARE(translations->front().alternatives.size(), std::size_t{2});
    QVERIFY(translations->front().alternatives[0].score >= translations->front().alternatives[1].score);
}

void TestJobTranslation::severalValidationFiles_haveMetricsOfTheirOwn() {
    TranslationJob job;
    const std::string dev = kTranslation + "/dev";
    const auto end = job.run({"trainer.max_epochs=1", "trainer.check_val_every_n_epoch=1",
                              "+trainer.limit_train_batches=2",
                              "model.validation_ds.src_file_name=[" + dev + ".en," + dev + ".fr]",
                              "model.validation_ds.tgt_file_name=[" + dev + ".fr," + dev + ".en]"});
    QVERIFY2(end.has_value(), end ? "" : end.error().message().c_str());
    for (const char* name : {"val_loss", "val_loss_dl_index_1", "val_loss_avg", "val_sacreBLEU",
                             "val_sacreBLEU_dl_index_1", "val_sacreBLEU_avg"})
        QVERIFY2(job.writer.values.contains(name), name);
    auto& values = job.writer.values;
    QVERIFY(std::abs(values["val_loss_avg"].back().second -
                     (values["val_loss"].back().second + values["val_loss_dl_index_1"].back().second) / 2) <
            1e-9);
}

void TestJobTranslation::wrongInputs_sayWhatAndWhere_data() {
    QTest::addColumn<QString>("override");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* text, const char* says) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(says);
    };
    row("unequal files", "model.train_ds.tgt_file_name=DATA/dev.fr", "different lengths");
    row("no file", "model.train_ds.src_file_name=/nowhere.en", "/nowhere.en");
    row("tokenizer is text", "model.encoder_tokenizer.tokenizer_model=DATA/train.en", "train.en");
    row("no tokenizer", "model.encoder_tokenizer.tokenizer_model=null", "No Tokenizer path provided");
    row("other tokenizer", "model.decoder_tokenizer.library=yttm", "not supported");
    row("multilingual", "+model.multilingual=true", "multilingual");
    row("Hugging Face", "+model.encoder.library=huggingface", "not supported");
    row("heads", "model.encoder.num_attention_heads=5", "not a multiple");
    row("hidden sizes", "model.encoder.hidden_size=32", "hidden_size (32) != decoder.hidden_size (64)");
}

void TestJobTranslation::wrongInputs_sayWhatAndWhere() {
    QFETCH(QString, override);
    QFETCH(QString, says);
    TranslationJob job;
    const auto end = job.run({replaced(override.toStdString(), "DATA", kTranslation)});
    QVERIFY(!end.has_value());
    QVERIFY2(end.error().message().find(says.toStdString()) != std::string::npos,
             end.error().message().c_str());
    QVERIFY(end.error().exitCode() == 2 || end.error().exitCode() == 3);
}

QTEST_GUILESS_MAIN(TestJobTranslation)
#include "tst_job_translation.moc"
