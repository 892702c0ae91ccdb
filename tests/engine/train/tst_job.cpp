// SPDX-License-Identifier: GPL-3.0-or-later
// Whole jobs on eight short recordings: what a run leaves behind, and how wrong inputs end it.
#include "tests/engine/train/job_testing.h"

#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

std::string line(const std::string& audio, const std::string& text) {
    return R"({"audio_filepath": ")" + audio + R"(", "duration": 1.0, "text": ")" + text + "\"}\n";
}

} // namespace

class TestJob : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void train_leavesAModelThatRestores();
    void train_sameSeed_sameLosses();
    void train_parameterGroups_haveTheirOwnRates();
    void train_everyOptimizer_learns_data();
    void train_everyOptimizer_learns();
    void train_plateau_reducesTheRate();
    void train_cyclicSchedule_movesMomentumToo();
    void train_stopsEarly_data();
    void train_stopsEarly();
    void train_stop_savesTheModel();
    void train_testSet_isTestedAfterwards();
    void test_initFromNemoModel();
    void train_fromNemoModel_startsAtItsLoss();
    void train_wrongInputs_data();
    void train_wrongInputs();
    void train_savingFails_endsTheRun();
    void check_wrongConfigs_data();
    void check_wrongConfigs();
};

void TestJob::train_leavesAModelThatRestores() {
    Job job;
    const auto end = job.run();
    QVERIFY2(end && *end == run::TrainEnd::Completed, end ? "" : end.error().message().c_str());
    QCOMPARE(job.writer.values["train_loss"].size(), std::size_t{4});
    QCOMPARE(job.writer.values["val_wer"].size(), std::size_t{2});
    QCOMPARE(job.writer.lastSamples.size(), std::size_t{8});
    QCOMPARE(job.writer.lastSamples[0].reference, std::string("hello world"));
    const std::filesystem::path checkpoints = job.writer.folder / "checkpoints";
    QCOMPARE(job.checkpoints(), (QStringList{QStringLiteral("-epoch=0.ckpt"), QStringLiteral("-epoch=1.ckpt"),
                                             QStringLiteral("-epoch=2-last.ckpt")}));
    for (const char* name :
         {"cmd-args.log", "config.yaml", "hparams.yaml", "lightning_logs.txt", "nemo_error_log.txt"})
        QVERIFY2(std::filesystem::exists(job.writer.folder / name), name);
    std::uintmax_t events = 0;
    for (const auto& entry : std::filesystem::directory_iterator(job.writer.folder))
        if (entry.path().filename().string().starts_with("events.out.tfevents.")) events += entry.file_size();
    QVERIFY(events > 50'000); // scalars, texts and four recordings
    QCOMPARE(job.writer.values["validation_step_timing in s"].size(), std::size_t{2});
    QCOMPARE(job.writer.artifacts.back().path, (checkpoints / "tiny.nemo").string());

    // Restored twice: the model that was saved and one saved from it agree to the bit.
    const auto nemo = archive::Nemo::open(checkpoints / "tiny.nemo");
    QVERIFY2(nemo, nemo ? "" : nemo.error().message().c_str());
    const auto restored = model::restoreModel(*nemo, {});
    QVERIFY2(restored, restored ? "" : restored.error().message().c_str());
    model::Model* const model = restored->model.get();
    QVERIFY(model::saveModel(*model, job.path("again.nemo")));
    auto again = model::restoreModel(*archive::Nemo::open(job.path("again.nemo")), {});
    QVERIFY(again);
    const auto transcripts = model->transcribe({kData + "audio/utt0.wav"}, {}, {});
    QVERIFY2(transcripts, transcripts ? "" : transcripts.error().message().c_str());
    const auto a = model->module().named_parameters();
    const auto b = again->model->module().named_parameters();
    for (const auto& item : a)
        QVERIFY(torch::equal(item.value(), b[item.key()]));
}

void TestJob::train_sameSeed_sameLosses() {
    Job first;
    Job second;
    Job other;
    QVERIFY(first.run() && second.run() && other.run({"seed=4"}));
    QCOMPARE(first.writer.valuesOf("train_loss"), second.writer.valuesOf("train_loss"));
    QCOMPARE(first.writer.valuesOf("val_loss"), second.writer.valuesOf("val_loss"));
    QVERIFY(first.writer.valuesOf("train_loss") != other.writer.valuesOf("train_loss"));
}

void TestJob::train_parameterGroups_haveTheirOwnRates() {
    // A group with a rate of 0 does not move, whatever its schedule does; the others do.
    Job job;
    const auto end = job.run({"+model.optim_param_groups={encoder:{lr:0.0,weight_decay:0.0}}"});
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    Job untrained;
    QVERIFY(untrained.run({"model.optim.lr=0.0", "model.optim.weight_decay=0.0"}));
    const auto weightsOf = [](const Job& of) {
        return model::restoreModel(*archive::Nemo::open(of.writer.folder / "checkpoints/tiny.nemo"), {});
    };
    const auto trained = weightsOf(job);
    const auto still = weightsOf(untrained);
    QVERIFY(trained && still);
    const auto a = trained->model->module().named_parameters();
    const auto b = still->model->module().named_parameters();
    for (const auto& item : a) {
        const bool isEqual = torch::equal(item.value(), b[item.key()]);
        QVERIFY2(isEqual == item.key().starts_with("encoder."), item.key().c_str());
    }
    Job wrong;
    const auto refused = wrong.run({"+model.optim_param_groups={encodr:{lr:0.1}}"});
    QVERIFY(!refused.has_value());
    QVERIFY2(refused.error().message().find("encodr") != std::string::npos,
             refused.error().message().c_str());
}

void TestJob::train_everyOptimizer_learns_data() {
    QTest::addColumn<QString>("section");
    for (const char* section :
         {"{name:sgd,lr:0.01}", "{name:adam,lr:0.01}", "{name:adamw,lr:0.01}", "{name:adadelta,lr:1.0}",
          "{name:adamax,lr:0.01}", "{name:adagrad,lr:0.05}", "{name:rmsprop,lr:0.003}",
          "{name:rprop,lr:0.003}", "{name:novograd,lr:0.03}",
          "{name:adafactor,lr:0.05,scale_parameter:false,relative_step:false}", "{name:adan,lr:0.01}"})
        QTest::newRow(section) << QString::fromLatin1(section);
}

void TestJob::train_everyOptimizer_learns() {
    QFETCH(QString, section);
    Job job;
    const auto end =
        job.run({"~model.optim", "+model.optim=" + section.toStdString(), "trainer.max_epochs=6"});
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    const std::vector<double> losses = job.writer.valuesOf("val_loss");
    QCOMPARE(losses.size(), std::size_t{6});
    QVERIFY2(losses.back() < losses.front(),
             (std::to_string(losses.front()) + " to " + std::to_string(losses.back())).c_str());
}

void TestJob::train_plateau_reducesTheRate() {
    // With a threshold that nothing passes, each epoch but the first is a bad one.
    const std::string schedule =
        "+model.optim.sched={name:ReduceLROnPlateau,monitor:val_loss,patience:0,factor:0.5,"
        "threshold:1000.0,threshold_mode:abs}";
    Job job;
    const auto end = job.run({"~model.optim.sched", schedule, "trainer.max_epochs=3"});
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    const std::vector<double> rates = job.writer.valuesOf("learning_rate");
    QVERIFY(rates.size() >= 3);
    QCOMPARE(rates.front(), 0.01);
    QCOMPARE(rates.back(), 0.005);
    Job wrong;
    const auto refused =
        wrong.run({"~model.optim.sched", "+model.optim.sched={name:ReduceLROnPlateau,monitor:val_x}"});
    QVERIFY(!refused.has_value());
    QVERIFY2(refused.error().message().find("val_loss") != std::string::npos,
             refused.error().message().c_str());
}

void TestJob::train_cyclicSchedule_movesMomentumToo() {
    const std::string schedule =
        "+model.optim.sched={name:CyclicLR,base_lr:0.001,max_lr:0.01,step_size_up:2}";
    Job job;
    const auto end = job.run({"~model.optim", "+model.optim={name:sgd,lr:0.01,momentum:0.9}", schedule});
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    const std::vector<double> rates = job.writer.valuesOf("learning_rate");
    QVERIFY(rates.size() >= 3);
    QVERIFY(rates[0] < rates[1] && rates[1] < rates[2]);
    Job without;
    const std::vector<std::string> rprop{"~model.optim", "+model.optim={name:rprop,lr:0.01}", schedule};
    QVERIFY(!train::checkJob(without.config(rprop), run::Mode::Train).has_value());
}

void TestJob::train_stopsEarly_data() {
    QTest::addColumn<QString>("params");
    QTest::addColumn<int>("validations");
    QTest::addColumn<QString>("word");
    QTest::newRow("patience") << "min_delta:1000.0,patience:2" << 3
                              << "did not improve in the last 2 records";
    QTest::newRow("threshold") << "stopping_threshold:1000000.0" << 1 << "Stopping threshold reached";
    QTest::newRow("divergence") << "divergence_threshold:0.0" << 1 << "Divergence threshold reached";
    QTest::newRow("improves") << "min_delta:-1000.0,patience:1" << 6 << "max_epochs=6";
    QTest::newRow("maximum") << "mode:max,monitor:val_wer,min_delta:1000.0,patience:1" << 2
                             << "did not improve";
    QTest::newRow("training loss") << "monitor:train_loss,min_delta:1000.0,patience:1" << 2
                                   << "did not improve";
}

void TestJob::train_stopsEarly() {
    QFETCH(QString, params);
    QFETCH(int, validations);
    QFETCH(QString, word);
    const std::string given = params.toStdString();
    const std::vector<std::string> overrides{"trainer.max_epochs=6",
                                             "+exp_manager.create_early_stopping_callback=true",
                                             "+exp_manager.early_stopping_callback_params={" + given + "}"};
    Job job;
    const auto end = job.run(overrides);
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    QVERIFY(*end == run::TrainEnd::Completed);
    QCOMPARE(job.writer.valuesOf("val_loss").size(), static_cast<std::size_t>(validations));
    QVERIFY(job.log.contains(word.toStdString()));
    QVERIFY(std::filesystem::exists(job.writer.folder / "checkpoints/tiny.nemo"));
    Job longer;
    std::vector<std::string> atLeast = overrides;
    atLeast.push_back("+trainer.min_epochs=5");
    QVERIFY(longer.run(atLeast));
    QCOMPARE(longer.writer.valuesOf("val_loss").size(), static_cast<std::size_t>(std::max(5, validations)));
    Job wrong;
    const auto refused = wrong.run({"+exp_manager.create_early_stopping_callback=true",
                                    "+exp_manager.early_stopping_callback_params.monitor=val_x"});
    QVERIFY(!refused && refused.error().message().find("val_loss") != std::string::npos);
}

void TestJob::train_stop_savesTheModel() {
    Job job;
    job.writer.onProgress = [&](const store::Progress& progress) {
        if (progress.step == 1) job.stop.request_stop();
    };
    const auto end = job.run();
    QVERIFY(end && *end == run::TrainEnd::Stopped);
    QVERIFY(std::filesystem::exists(job.writer.folder / "checkpoints/tiny.nemo"));
}

void TestJob::train_testSet_isTestedAfterwards() {
    Job job;
    const auto end = job.run(
        {"trainer.max_epochs=1", "model.test_ds.manifest_filepath=${model.validation_ds.manifest_filepath}"});
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    QCOMPARE(job.writer.values["test_wer"].size(), std::size_t{1});
    // The last validation saw the same weights and the same recordings.
    QCOMPARE(job.writer.values["test_loss"][0].second, job.writer.values["val_loss"][0].second);
}

void TestJob::test_initFromNemoModel() {
    Job trained;
    QVERIFY(trained.run({"trainer.max_epochs=1"}));
    Job tested;
    const auto end =
        tested.run({"+init_from_nemo_model=" + (trained.writer.folder / "checkpoints/tiny.nemo").string(),
                    "model.test_ds.manifest_filepath=${model.validation_ds.manifest_filepath}"},
                   run::Mode::Test);
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    QCOMPARE(tested.writer.values["test_loss"].size(), std::size_t{1});
    QCOMPARE(tested.writer.values["test_loss"][0].second, trained.writer.values["val_loss"][0].second);
    QVERIFY(!tested.writer.values.contains("train_loss"));
}

void TestJob::train_fromNemoModel_startsAtItsLoss() {
    Job trained;
    QVERIFY(trained.run());
    Job tuned;
    QVERIFY(
        tuned.run({"+init_from_nemo_model=" + (trained.writer.folder / "checkpoints/tiny.nemo").string()}));
    QVERIFY(tuned.writer.valuesOf("train_loss")[0] < trained.writer.valuesOf("train_loss")[0]);
}

void TestJob::train_wrongInputs_data() {
    QTest::addColumn<QString>("manifest");
    QTest::addColumn<QString>("word");
    QTest::newRow("no manifest") << ""
                                 << "manifest";
    QTest::newRow("empty manifest") << "\n"
                                    << "manifest.json";
    QTest::newRow("not JSON") << "audio.wav hello\n"
                              << "manifest.json:1";
    QTest::newRow("missing recording")
        << QString::fromStdString(line("nowhere.wav", "go")) << "manifest.json:1";
    QTest::newRow("truncated recording") << QString::fromStdString(line("cut.wav", "go")) << "cut.wav";
    QTest::newRow("not a recording") << QString::fromStdString(line("manifest.json", "go"))
                                     << "manifest.json";
    QTest::newRow("label not in labels")
        << QString::fromStdString(line(kData + "audio/utt0.wav", "g\u00f6")) << "labels";
}

void TestJob::train_wrongInputs() {
    QFETCH(QString, manifest);
    QFETCH(QString, word);
    Job job;
    const auto whole = readFile(kData + "audio/utt0.wav");
    QVERIFY(whole &&
            writeFileAtomically(job.path("cut.wav"), std::string_view(*whole).substr(0, whole->size() / 2)));
    if (manifest.isEmpty())
        job.manifest = job.path("absent.json");
    else
        job.useManifest(manifest.toStdString());
    const auto end = job.run({"trainer.max_epochs=1"});
    QVERIFY(!end);
    const std::string message = end.error().message();
    QVERIFY2(message.find(word.toStdString()) != std::string::npos, message.c_str());
    QVERIFY2(end.error().exitCode() == 2 || end.error().exitCode() == 3, message.c_str());
    QVERIFY2(message.find('\n') == std::string::npos, message.c_str());
    QVERIFY2(!end.error().remedy.empty(), message.c_str());
}

void TestJob::train_savingFails_endsTheRun() {
    Job job;
    // A folder where the file should go: no rename can replace it.
    const std::string checkpoints = job.path("checkpoints");
    std::filesystem::create_directories(checkpoints + "/tiny.nemo/occupied");
    const auto end = job.run({"+exp_manager.checkpoint_callback_params.dirpath=" + checkpoints});
    QVERIFY(!end);
    QVERIFY2(end.error().message().find("tiny.nemo") != std::string::npos, end.error().message().c_str());
}

void TestJob::check_wrongConfigs_data() {
    QTest::addColumn<QString>("override");
    QTest::addColumn<QString>("word");
    QTest::newRow("trainer flag") << "+trainer.max_step=3"
                                  << "max_steps";
    QTest::newRow("optimizer") << "model.optim.name=adamm"
                               << "adamw";
    QTest::newRow("schedule") << "model.optim.sched.name=CosineAnealing"
                              << "sched";
    QTest::newRow("schedule argument") << "+model.optim.sched.warmup=3"
                                       << "warmup";
    QTest::newRow("exp_dir") << "exp_manager.exp_dir=/proc/self/nowhere"
                             << "exp_dir";
    QTest::newRow("seed") << "seed=-1"
                          << "seed";
    QTest::newRow("gpu") << "trainer.accelerator=gpu"
                         << "accelerator";
}

void TestJob::check_wrongConfigs() {
    QFETCH(QString, override);
    QFETCH(QString, word);
    const Job job;
    QVERIFY(train::checkJob(job.config({}), run::Mode::Train));
    if (override.contains(QLatin1String("gpu")) && torch::cuda::is_available()) QSKIP("there is a GPU");
    const Status fine = train::checkJob(job.config({override.toStdString()}), run::Mode::Train);
    QVERIFY(!fine);
    const std::string message = fine.error().message();
    QCOMPARE(fine.error().exitCode(), 2);
    QVERIFY2(message.find(word.toStdString()) != std::string::npos, message.c_str());
}

QTEST_GUILESS_MAIN(TestJob)
#include "tst_job.moc"
