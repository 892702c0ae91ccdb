// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints of whole jobs: which files there are, that a job goes on from each to the bit, averaged
// weights, weights of other models, arithmetic of other precision.
#include "tests/engine/train/job_testing.h"

#include "engine/archive/inspect.h"
#include "engine/train/ema.h"

#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

const std::string kParams = "exp_manager.checkpoint_callback_params";

std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder, const char* ending) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().string().ends_with(ending)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// The last values of a longer list.
std::vector<std::pair<std::int64_t, double>> tail(std::vector<std::pair<std::int64_t, double>> list,
                                                  std::size_t count) {
    list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(std::min(count, list.size())));
    return list;
}

} // namespace

class TestJobCheckpoints : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyStep_goesOnToTheBit_data();
    void everyStep_goesOnToTheBit();
    void stopped_goesOn();
    void stopped_withAugmentedClips_goesOn();
    void topK_keepsTheBest();
    void bestModel_isRestored();
    void everySteps_andNames();
    void averages_areSavedBeside();
    void averages_areJudged_data();
    void averages_areJudged();
    void averages_stopWithinAValidation_leavesTheWeights();
    void checkpoint_initialisesPartOfAModel();
    void vocabulary_isChanged_encoderStays();
    void checkpoint_restoresAsAModel();
    void initFrom_wrongKeys_data();
    void initFrom_wrongKeys();
    void precision_trains_data();
    void precision_trains();
    void overfit_repeatsItsBatches();
    void validate_judgesWithoutTraining();
    void commands_areObeyed();
};

void TestJobCheckpoints::everyStep_goesOnToTheBit_data() {
    QTest::addColumn<QString>("override");
    QTest::newRow("novograd, cosine") << "model.optim.lr=0.01";
    QTest::newRow("accumulating") << "+trainer.accumulate_grad_batches=2";
    QTest::newRow("averaged") << "+exp_manager.ema={enable:true,decay:0.9}";
    QTest::newRow("bf16-mixed") << "+trainer.precision=bf16-mixed";
}

void TestJobCheckpoints::everyStep_goesOnToTheBit() {
    QFETCH(QString, override);
    std::vector<std::string> common{override.toStdString(), "trainer.max_epochs=3",
                                    "model.train_ds.batch_size=2"};
    Job whole;
    std::vector<std::string> saving = common;
    for (const char* each : {".every_n_train_steps=1", ".every_n_epochs=0", ".save_top_k=-1"})
        saving.push_back("+" + kParams + each);
    saving.push_back("+" + kParams + ".filename='{step:03d}'");
    saving.push_back(kParams + ".monitor=train_loss"); // there is one from the first step on
    const auto end = whole.run(saving);
    QVERIFY2(end && *end == run::TrainEnd::Completed, end ? "" : end.error().message().c_str());
    std::size_t tried = 0;
    for (const auto& file : filesIn(whole.writer.folder / "checkpoints", ".ckpt")) {
        if (file.stem().string().ends_with("-EMA")) continue;
        ++tried;
        Job rest;
        std::vector<std::string> resuming = common;
        resuming.push_back("+exp_manager.resume_from_checkpoint='" + file.string() + "'");
        const auto resumed = rest.run(resuming);
        QVERIFY2(resumed && *resumed == run::TrainEnd::Completed,
                 resumed ? "" : resumed.error().message().c_str());
        for (const char* name : {"train_loss", "val_loss", "learning_rate"}) {
            const auto& left = rest.writer.values[name];
            QCOMPARE(left, tail(whole.writer.values[name], left.size()));
        }
        const auto& losses = rest.writer.values["train_loss"];
        QVERIFY(losses.empty() || losses.back().first == whole.writer.values["train_loss"].back().first);
    }
    QVERIFY(tried >= 6);
}

void TestJobCheckpoints::stopped_goesOn() {
    Job whole;
    QVERIFY(whole.run({"trainer.max_epochs=4", "model.train_ds.batch_size=2"}));
    Job first;
    first.writer.onProgress = [&](const store::Progress& progress) {
        if (progress.step == 7) first.stop.request_stop();
    };
    const auto stopped = first.run({"trainer.max_epochs=4", "model.train_ds.batch_size=2"});
    QVERIFY(stopped && *stopped == run::TrainEnd::Stopped);
    const auto last = filesIn(first.writer.folder / "checkpoints", "-last.ckpt");
    QCOMPARE(last.size(), std::size_t{1});
    Job rest;
    QVERIFY(rest.run({"trainer.max_epochs=4", "model.train_ds.batch_size=2",
                      "+exp_manager.resume_from_checkpoint='" + last[0].string() + "'"}));
    const auto& left = rest.writer.values["train_loss"];
    QCOMPARE(left.size(), std::size_t{9});
    QCOMPARE(left, tail(whole.writer.values["train_loss"], 9));
}

void TestJobCheckpoints::stopped_withAugmentedClips_goesOn() {
    const std::vector<std::string> plain{"trainer.max_epochs=3", "model.train_ds.batch_size=2",
                                         "+model.train_ds.num_workers=2"};
    std::vector<std::string> augmented = plain;
    augmented.push_back("+model.train_ds.augmentor={speed:{prob:0.7,sr:16000,resample_type:kaiser_best,"
                        "min_speed_rate:0.9,max_speed_rate:1.1,num_rates:5},"
                        "white_noise:{prob:0.7,min_level:-60,max_level:-40}}");
    Job clean;
    Job whole;
    QVERIFY(clean.run(plain));
    QVERIFY(whole.run(augmented));
    const auto losses = whole.writer.values["train_loss"];
    QCOMPARE(losses.size(), std::size_t{12});
    QVERIFY(losses != clean.writer.values["train_loss"]);
    Job first;
    first.writer.onProgress = [&](const store::Progress& progress) {
        if (progress.step == 6) first.stop.request_stop(); // within the second epoch
    };
    const auto stopped = first.run(augmented);
    QVERIFY(stopped && *stopped == run::TrainEnd::Stopped);
    const auto last = filesIn(first.writer.folder / "checkpoints", "-last.ckpt");
    QCOMPARE(last.size(), std::size_t{1});
    Job rest;
    augmented.push_back("+exp_manager.resume_from_checkpoint='" + last[0].string() + "'");
    QVERIFY(rest.run(augmented));
    for (const char* name : {"train_loss", "val_loss"}) {
        const auto& left = rest.writer.values[name];
        QVERIFY(!left.empty());
        QCOMPARE(left, tail(whole.writer.values[name], left.size()));
    }
    QCOMPARE(rest.writer.values["train_loss"].size(), std::size_t{6});
}

void TestJobCheckpoints::topK_keepsTheBest() {
    Job job;
    QVERIFY(job.run({"trainer.max_epochs=6", "+" + kParams + ".save_top_k=2", "model.optim.lr=0.05"}));
    auto losses = job.writer.valuesOf("val_loss");
    std::sort(losses.begin(), losses.end());
    std::vector<std::string> expected;
    for (const auto& file : filesIn(job.writer.folder / "checkpoints", ".ckpt")) {
        const std::string name = file.filename().string();
        if (name.find("-last") != std::string::npos) continue;
        char text[32];
        std::snprintf(text, sizeof text, "val_loss=%.4f", losses[expected.size()]);
        expected.push_back(text);
        bool isThere = false;
        for (const double loss : {losses[0], losses[1]}) {
            std::snprintf(text, sizeof text, "tiny--val_loss=%.4f-", loss);
            isThere = isThere || name.starts_with(text);
        }
        QVERIFY2(isThere, name.c_str());
    }
    QCOMPARE(expected.size(), std::size_t{2});
    for (const store::Artifact& artifact : job.writer.artifacts) // not those that were superseded
        QVERIFY2(std::filesystem::exists(artifact.path), artifact.path.c_str());
    QCOMPARE(job.writer.artifacts.size(), std::size_t{4}); // two of the best, the last, the .nemo
    const auto last = filesIn(job.writer.folder / "checkpoints", "-last.ckpt");
    QCOMPARE(last.size(), std::size_t{1});
    const auto state = archive::Checkpoint::open(last[0])->root().find("callbacks")->at(0);
    QCOMPARE(state.find("best_k_models")->size(), std::size_t{2});
}

void TestJobCheckpoints::bestModel_isRestored() {
    Job job;
    // The rate grows until the loss does too: the best is not the last.
    QVERIFY(job.run({"trainer.max_epochs=5", "model.optim.lr=5", "model.optim.sched=null",
                     "+" + kParams + ".save_best_model=true",
                     "model.test_ds.manifest_filepath=" + job.manifest}));
    const auto losses = job.writer.valuesOf("val_loss");
    const double best = *std::min_element(losses.begin(), losses.end());
    QVERIFY(losses.back() != best);
    QVERIFY(std::abs(job.writer.valuesOf("test_loss").back() - best) < 1e-5 * best);
}

void TestJobCheckpoints::everySteps_andNames() {
    Job job;
    const auto end = job.run({"trainer.max_epochs=2", "model.train_ds.batch_size=2", // 4 steps an epoch
                              "+" + kParams + ".every_n_train_steps=3", "+" + kParams + ".every_n_epochs=0",
                              "+" + kParams + ".save_top_k=-1", kParams + ".monitor=train_loss",
                              "+" + kParams + ".save_weights_only=true", "+" + kParams + ".save_last=false",
                              "+" + kParams + ".auto_insert_metric_name=false",
                              "+" + kParams + ".filename='at-{step:03d}-{val_wer:.1f}'"});
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    const auto files = filesIn(job.writer.folder / "checkpoints", ".ckpt");
    QCOMPARE(files.size(), std::size_t{2});
    QCOMPARE(files[0].filename().string(), std::string("at-003-0.0.ckpt")); // no validation yet
    QVERIFY(files[1].filename().string().starts_with("at-006-"));
    QVERIFY(!archive::Checkpoint::open(files[0])->root().find("optimizer_states"));
}

void TestJobCheckpoints::averages_areSavedBeside() {
    Job job;
    QVERIFY(job.run({"+exp_manager.ema={enable:true,decay:0.5,every_n_steps:1}", "trainer.max_epochs=2"}));
    const auto last = filesIn(job.writer.folder / "checkpoints", "-last.ckpt");
    QCOMPARE(last.size(), std::size_t{1});
    const auto averaged = archive::Checkpoint::open(train::Ema::siblingOf(last[0]));
    QVERIFY2(averaged, averaged ? "" : averaged.error().message().c_str());
    const auto original = archive::Checkpoint::open(last[0]);
    const auto state = averaged->root().find("optimizer_states")->at(0);
    QCOMPARE(state.find("current_step")->toInt(), std::optional<std::int64_t>(4));
    QCOMPARE(state.find("decay")->toDouble(), std::optional(0.5));
    const char* const weight = "decoder.decoder_layers.0.weight";
    QVERIFY(!torch::equal(nn::viewOf(*averaged->find(weight)), nn::viewOf(*original->find(weight))));
    // Without its sibling a checkpoint cannot go on as it was.
    std::filesystem::remove(train::Ema::siblingOf(last[0]));
    Job rest;
    const auto end = rest.run({"+exp_manager.ema={enable:true}", "trainer.max_epochs=3",
                               "+exp_manager.resume_from_checkpoint='" + last[0].string() + "'"});
    QVERIFY(!end);
    QVERIFY(end.error().message().find("EMA") != std::string::npos);
}

void TestJobCheckpoints::averages_areJudged_data() {
    QTest::addColumn<QString>("more");
    QTest::addColumn<QString>("judged"); // the file whose weights the test after the training has
    QTest::addColumn<QString>("nemo");   // and the .nemo
    QTest::newRow("last") << "+exp_manager.ema.every_n_steps=1"
                          << "-last-EMA.ckpt"
                          << "-last.ckpt";
    QTest::newRow("original") << "+exp_manager.ema.validate_original_weights=true"
                              << "-last.ckpt"
                              << "-last.ckpt";
    // Of a loss that falls the "best" by this mode is the first.
    QTest::newRow("best") << "+exp_manager.checkpoint_callback_params.save_best_model=true"
                          << "-epoch=0-EMA.ckpt"
                          << "-epoch=0.ckpt";
}

// tests/oracle/averaged_training.py compares these with NeMo's.
void TestJobCheckpoints::averages_areJudged() {
    QFETCH(QString, more);
    QFETCH(QString, judged);
    QFETCH(QString, nemo);
    Job job;
    QVERIFY(job.run({"+exp_manager.ema.enable=true", "+exp_manager.ema.decay=0.6", "trainer.max_epochs=4",
                     kParams + ".mode=max", more.toStdString(),
                     "model.test_ds.manifest_filepath=" + job.manifest}));
    const auto losses = job.writer.valuesOf("val_loss");
    QVERIFY(std::is_sorted(losses.rbegin(), losses.rend()));
    const double tested = job.writer.valuesOf("test_loss").back();
    const auto lossOf = [&](const std::string& ending) {
        const auto files = filesIn(job.writer.folder / "checkpoints", ending.c_str());
        if (files.size() != 1) return 0.0;
        Job judge;
        const std::string from =
            ending.ends_with(".nemo") ? "+init_from_nemo_model='" : "+init_from_ptl_ckpt='";
        (void)judge.run({from + files[0].string() + "'", "model.test_ds.manifest_filepath=" + job.manifest},
                        run::Mode::Test);
        return judge.writer.valuesOf("test_loss").at(0);
    };
    QCOMPARE(tested, lossOf(judged.toStdString()));
    QCOMPARE(lossOf("tiny.nemo"), lossOf(nemo.toStdString()));
    QCOMPARE(tested, judged.contains(QLatin1String("epoch=0")) ? losses.front() : losses.back());
    QVERIFY(std::abs(lossOf("-last.ckpt") - lossOf("-last-EMA.ckpt")) > 1e-3 * tested);
}

void TestJobCheckpoints::averages_stopWithinAValidation_leavesTheWeights() {
    const std::vector<std::string> ema{"+exp_manager.ema={enable:true,decay:0.5}", "trainer.max_epochs=3"};
    Job whole;
    QVERIFY(whole.run(ema));
    Job first;
    bool isValidating = false;
    first.writer.onProgress = [&](const store::Progress& progress) {
        if (progress.step == 4 && progress.phase == "validating" && !std::exchange(isValidating, true))
            first.stop.request_stop(); // the model holds the averages now
    };
    const auto stopped = first.run(ema);
    QVERIFY(stopped && *stopped == run::TrainEnd::Stopped && isValidating);
    std::vector<std::filesystem::path> last = filesIn(first.writer.folder / "checkpoints", "-last.ckpt");
    QCOMPARE(last.size(), std::size_t{1});
    Job rest;
    std::vector<std::string> resuming = ema;
    resuming.push_back("+exp_manager.resume_from_checkpoint='" + last[0].string() + "'");
    QVERIFY(rest.run(resuming));
    for (const char* name : {"train_loss", "val_loss"}) {
        const auto& left = rest.writer.values[name];
        QCOMPARE(left.size(), std::size_t{2}); // the validation that was cut is made good
        QCOMPARE(left, tail(whole.writer.values[name], 2));
    }
}

void TestJobCheckpoints::checkpoint_initialisesPartOfAModel() {
    Job job;
    QVERIFY(job.run());
    const auto last = filesIn(job.writer.folder / "checkpoints", "-last.ckpt");
    QCOMPARE(last.size(), std::size_t{1});
    const auto weightsAfter = [&](const std::string& initial) {
        Job next;
        const auto end = next.run(
            {initial, "trainer.max_epochs=1", "model.optim.lr=0", "seed=9", "model.optim.sched=null"});
        if (!end) qWarning("%s", end.error().message().c_str());
        return *archive::Nemo::open(next.writer.folder / "checkpoints" / "tiny.nemo")->weights();
    };
    const auto donor = archive::Checkpoint::open(last[0]);
    const auto isTaken = [&](const archive::Checkpoint& weights, const char* name) {
        return torch::equal(nn::viewOf(*weights.find(name)), nn::viewOf(*donor->find(name)));
    };
    const char* const encoder = "encoder.encoder.0.mconv.0.conv.weight";
    const char* const decoder = "decoder.decoder_layers.0.weight";
    const auto all = weightsAfter("+init_from_ptl_ckpt='" + last[0].string() + "'");
    QVERIFY(isTaken(*all, encoder) && isTaken(*all, decoder));
    const auto part = weightsAfter("+init_from_ptl_ckpt={a:{path:'" + last[0].string() +
                                   "',include:[encoder,decoder],exclude:[decoder]}}");
    QVERIFY(isTaken(*part, encoder) && !isTaken(*part, decoder));
    const auto nemo =
        weightsAfter("+init_from_nemo_model={a:{path:'" +
                     (job.writer.folder / "checkpoints" / "tiny.nemo").string() + "',include:[decoder]}}");
    QVERIFY(!isTaken(*nemo, encoder) && isTaken(*nemo, decoder));
}

// As NeMo's change_vocabulary: from characters to SentencePiece, and from that to WordPiece.
void TestJobCheckpoints::vocabulary_isChanged_encoderStays() {
    namespace fs = std::filesystem;
    const std::string data = FATHOM_TEST_DATA;
    const auto tensorOf = [](const Job& job, const char* name) {
        const auto nemo = archive::Nemo::open(job.writer.folder / "checkpoints" / "tiny.nemo");
        return nn::viewOf(*(*nemo->weights())->find(name)).clone();
    };
    Job characters, pieces, words;
    QVERIFY(characters.run({"trainer.max_epochs=1"}));
    const Job* donor = &characters;
    for (const auto& [job, type] : {std::pair{&pieces, "bpe"}, std::pair{&words, "wpe"}}) {
        fs::create_directory(job->path("tokenizer"));
        fs::copy_file(data + "/translation/bpe400.model", job->path("tokenizer/tokenizer.model"));
        fs::copy_file(data + "/text/vocab.txt", job->path("tokenizer/vocab.txt"));
        const std::string base = (donor->writer.folder / "checkpoints" / "tiny.nemo").string();
        const auto run = [&](const std::string& donors, const std::string& folder) {
            return job->run({"+model.target=nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE",
                             "+model.tokenizer={dir:'" + folder + "',type:" + type + "}", "~model.labels",
                             "model.train_ds.labels=null", "model.validation_ds.labels=null",
                             "model.test_ds.labels=null", "model.decoder.vocabulary=[]",
                             "model.decoder.num_classes=-1", "+init_from_nemo_model=" + donors,
                             "trainer.max_epochs=1", "model.optim.lr=0", "model.optim.sched=null", "seed=9"});
        };
        const auto sizes = run("'" + base + "'", job->path("tokenizer"));
        QVERIFY(!sizes);
        QVERIFY2(sizes.error().message().find("decoder.decoder_layers.0.weight") != std::string::npos,
                 sizes.error().message().c_str());
        const std::string encoderOnly = "{base:{path:'" + base + "',exclude:[decoder]}}";
        const auto missing = run(encoderOnly, job->path("nowhere"));
        QVERIFY(!missing);
        QVERIFY2(missing.error().message().find("nowhere") != std::string::npos,
                 missing.error().message().c_str());
        const auto changed = run(encoderOnly, job->path("tokenizer"));
        QVERIFY2(changed, changed ? "" : changed.error().message().c_str());
        for (const char* name :
             {"encoder.encoder.0.mconv.0.conv.weight", "encoder.encoder.1.mconv.0.conv.weight"})
            QVERIFY(torch::equal(tensorOf(*job, name), tensorOf(*donor, name)));
        const auto nemo = archive::Nemo::open(job->writer.folder / "checkpoints" / "tiny.nemo");
        const auto count = static_cast<std::int64_t>(
            (*archive::modelConfig(*nemo)).at("decoder.vocabulary")->asList().size());
        QCOMPARE(count, std::string(type) == "bpe" ? 400 : 637);
        QCOMPARE(tensorOf(*job, "decoder.decoder_layers.0.weight").sizes().vec(),
                 (std::vector<std::int64_t>{count + 1, 24, 1}));
        QVERIFY(job->log.contains("keep their fresh values"));
        donor = job;
    }
}

void TestJobCheckpoints::checkpoint_restoresAsAModel() {
    Job job;
    QVERIFY(job.run());
    const auto last = filesIn(job.writer.folder / "checkpoints", "-last.ckpt");
    QCOMPARE(last.size(), std::size_t{1});
    const auto fromCheckpoint = model::loadFromCheckpoint(last[0], {});
    QVERIFY2(fromCheckpoint, fromCheckpoint ? "" : fromCheckpoint.error().message().c_str());
    const auto nemo = archive::Nemo::open(job.writer.folder / "checkpoints" / "tiny.nemo");
    const auto fromArchive = model::restoreModel(*nemo, {});
    QVERIFY(fromArchive);
    const std::vector<std::filesystem::path> clip{kData + "audio/utt0.wav"};
    const auto a = fromCheckpoint->model->transcribe(clip, {}, {});
    const auto b = fromArchive->model->transcribe(clip, {}, {});
    QVERIFY(a && b);
    QCOMPARE(a->at(0).text, b->at(0).text);
    QCOMPARE(*fromCheckpoint->model->configYaml(), *fromArchive->model->configYaml());
    // One that Lightning wrote.
    const auto golden =
        model::loadFromCheckpoint(std::string(FATHOM_TEST_DATA) + "/lightning/quartznet_tiny-last.ckpt", {});
    QVERIFY2(golden, golden ? "" : golden.error().message().c_str());
    QCOMPARE(nn::stateDict(golden->model->module()).size(), std::size_t{44});
    const auto without = model::loadFromCheckpoint(kData + "../lightning/torch_objects.ckpt", {});
    QVERIFY(!without && without.error().message().find("hyper_parameters") != std::string::npos);
}

void TestJobCheckpoints::initFrom_wrongKeys_data() {
    QTest::addColumn<QString>("overrides");
    QTest::addColumn<QString>("word");
    QTest::newRow("two") << "+init_from_nemo_model=a.nemo +init_from_ptl_ckpt=a.ckpt"
                         << "more than one";
    QTest::newRow("absent") << "+init_from_ptl_ckpt=absent.ckpt"
                            << "absent.ckpt";
    QTest::newRow("no path") << "+init_from_nemo_model={a:{include:[x]}}"
                             << "init_from_nemo_model.a";
    QTest::newRow("pretrained") << "+init_from_pretrained_model=QuartzNet15x5Base-En"
                                << "Download";
}

void TestJobCheckpoints::initFrom_wrongKeys() {
    QFETCH(QString, overrides);
    QFETCH(QString, word);
    qputenv("NEMO_CACHE_DIR", "/nonexistent");
    Job job;
    std::vector<std::string> list;
    for (const QString& each : overrides.split(QLatin1Char(' ')))
        list.push_back(each.toStdString());
    const auto end = job.run(list);
    QVERIFY(!end);
    QVERIFY2(end.error().message().find(word.toStdString()) != std::string::npos,
             end.error().message().c_str());
}

void TestJobCheckpoints::precision_trains_data() {
    QTest::addColumn<QString>("precision");
    QTest::addColumn<double>("tolerance"); // of the losses, relative to float32's
    QTest::newRow("64-true") << "64-true" << 1e-4;
    QTest::newRow("bf16-mixed") << "bf16-mixed" << 0.05;
    QTest::newRow("16-mixed") << "16-mixed" << 0.05; // as bf16-mixed on the CPU
    QTest::newRow("bf16-true") << "bf16-true" << 0.1;
    QTest::newRow("16-true") << "16-true" << 0.1;
}

void TestJobCheckpoints::precision_trains() {
    QFETCH(QString, precision);
    QFETCH(double, tolerance);
    const std::string noDropout = "model.encoder.jasper.0.dropout=0"; // other types draw other numbers
    Job whole;
    QVERIFY(whole.run({noDropout}));
    Job job;
    const auto end = job.run({"+trainer.precision=" + precision.toStdString(), noDropout});
    QVERIFY2(end && *end == run::TrainEnd::Completed, end ? "" : end.error().message().c_str());
    const auto losses = job.writer.valuesOf("train_loss");
    const auto expected = whole.writer.valuesOf("train_loss");
    QCOMPARE(losses.size(), expected.size());
    for (std::size_t i = 0; i < losses.size(); ++i)
        QVERIFY2(std::abs(losses[i] - expected[i]) < tolerance * expected[i],
                 qPrintable(
                     QStringLiteral("step %1: %2 instead of %3").arg(i + 1).arg(losses[i]).arg(expected[i])));
    QVERIFY(losses != expected);
    QVERIFY(archive::Nemo::open(job.writer.folder / "checkpoints" / "tiny.nemo"));
}

void TestJobCheckpoints::overfit_repeatsItsBatches() {
    Job job;
    QVERIFY(job.run({"+trainer.overfit_batches=1", "trainer.max_epochs=3", "model.optim.lr=0",
                     "model.optim.sched=null", "model.spec_augment=null", "model.preprocessor.dither=0",
                     "model.encoder.jasper.0.dropout=0"}));
    const auto losses = job.writer.valuesOf("train_loss");
    QCOMPARE(losses.size(), std::size_t{3});
    QCOMPARE(losses[1], losses[0]); // the same recordings, whatever train_ds.shuffle says
    QCOMPARE(losses[2], losses[0]);
}

void TestJobCheckpoints::validate_judgesWithoutTraining() {
    Job job;
    QVERIFY(job.run());
    Job judge;
    const auto end =
        judge.run({"+init_from_nemo_model=" + (job.writer.folder / "checkpoints" / "tiny.nemo").string()},
                  run::Mode::Validate);
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    QCOMPARE(judge.writer.valuesOf("val_wer").size(), std::size_t{1});
    QVERIFY(std::abs(judge.writer.valuesOf("val_loss")[0] - job.writer.valuesOf("val_loss").back()) < 1e-3);
    QVERIFY(!judge.writer.values.contains("train_loss"));
}

void TestJobCheckpoints::commands_areObeyed() {
    using Kind = run::Command::Kind;
    Job job;
    bool isPaused = false;
    job.writer.onProgress = [&](const store::Progress& progress) {
        if (progress.phase == "paused" && !std::exchange(isPaused, true)) {
            job.commands.send({Kind::SetLearningRate, 0.005});
            job.commands.send({Kind::Validate, 0});
            job.commands.send({Kind::Checkpoint, 0, 41});
            job.commands.send({Kind::SetMaxEpochs, 3});
            job.commands.send({Kind::Resume, 0});
        }
        if (progress.step == 1 && !isPaused && progress.phase == "training")
            job.commands.send({Kind::Pause, 0});
    };
    const auto end = job.run({"model.optim.sched=null"});
    QVERIFY2(end && *end == run::TrainEnd::Completed, end ? "" : end.error().message().c_str());
    QVERIFY(isPaused);
    const auto rates = job.writer.valuesOf("learning_rate");
    QCOMPARE(rates.size(), std::size_t{6}); // three epochs of two steps, where the config says two epochs
    QCOMPARE(rates[0], 0.01);
    QCOMPARE(rates[1], 0.005);
    QCOMPARE(rates[5], 0.005);
    QCOMPARE(job.writer.values["val_wer"].size(), std::size_t{4});
    QCOMPARE(job.writer.values["val_wer"][0].first, 1);
    std::vector<std::string> marks;
    for (const store::Event& event : job.writer.marks)
        if (event.kind == "command") {
            marks.push_back(event.text);
            QCOMPARE(event.step, 1);
        }
    QCOMPARE(marks,
             (std::vector<std::string>{"step 1: paused", "step 1: learning rate set from 0.01 to 0.005",
                                       "step 1: validation on demand", "step 1: checkpoint on demand",
                                       "step 1: max_epochs set to 3", "step 1: resumed"}));
    QCOMPARE(job.writer.answers, (std::map<std::int64_t, std::string>{{41, "checkpoint on demand"}}));
    // A validation of a paused run is no end of the pause.
    const auto& all = job.writer.progresses;
    const auto validating = std::find_if(all.begin(), all.end(),
                                         [](const auto& progress) { return progress.phase == "validating"; });
    QVERIFY(validating != all.end() && (validating + 1)->phase == "paused");
}

QTEST_GUILESS_MAIN(TestJobCheckpoints)
#include "tst_job_checkpoints.moc"
