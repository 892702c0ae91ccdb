// SPDX-License-Identifier: GPL-3.0-or-later
// A fit that goes on from a checkpoint repeats the uninterrupted one bit for bit, wherever it was saved.
#include "tests/engine/train/train_testing.h"

#include "engine/archive/torch_file_writer.h"
#include "engine/train/checkpoint_state.h"
#include "engine/train/early_stopping.h"
#include "engine/train/plateau_callback.h"

#include <QTemporaryDir>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

/// Saves after every batch and every validation, as often as a checkpoint callback could.
class Saver : public Callback {
public:
    explicit Saver(std::filesystem::path folder) : m_folder(std::move(folder)) {}
    Status setup(Trainer& trainer, train::Stage) override {
        m_trainer = &trainer;
        return {};
    }
    Status onTrainBatchEnd(const LoopState&, const train::StepReport&) override { return save(); }
    Status onTrainEpochEnd(const LoopState&) override { return save(); }
    Status onEvaluationEnd(const LoopState& state, const train::EvaluationReport&) override {
        return state.sanityChecking ? Status{} : save();
    }
    Status onTrainEnd(const LoopState&, run::TrainEnd) override { return save(); }

private:
    Status save() {
        const std::string name = std::to_string(1000 + m_count++) + ".ckpt";
        return archive::writeTorchFile(m_folder / name, m_trainer->snapshot(false),
                                       AtomicFile::Durability::Volatile);
    }
    std::filesystem::path m_folder;
    Trainer* m_trainer = nullptr;
    int m_count = 0;
};

/// Early stopping and a plateau as the config may want them, the losses of every batch, and noise from
/// LibTorch's own generator, as a plugin's model might draw.
struct Run {
    Bench bench;
    std::vector<std::pair<std::int64_t, double>> losses{}; ///< by batches seen

    explicit Run(const std::vector<std::string>& overrides) : bench(overrides, 10, 5) {
        bench.train = std::make_shared<LineDataset>(
            10, model::LoaderOptions{.batchSize = 2, .shuffle = true, .workers = 2});
        bench.model.onStep = [](int, const torch::Tensor& loss) {
            return loss * (1 + 0.1 * torch::rand({}));
        };
        bench.moreCallbacks = [this](auto& all, optim::Optimizer& optimizer, const LearningRate& rate) {
            class Losses : public Callback {
            public:
                explicit Losses(std::vector<std::pair<std::int64_t, double>>& into) : m_into(into) {}
                Status onTrainBatchEnd(const LoopState& state, const train::StepReport& report) override {
                    m_into.emplace_back(state.batchesSeen, report.loss.item<double>());
                    return {};
                }

            private:
                std::vector<std::pair<std::int64_t, double>>& m_into;
            };
            all.push_back(std::make_unique<Losses>(losses));
            if (rate.plateau)
                all.push_back(
                    std::make_unique<train::PlateauCallback>(optimizer, rate.plateau, rate.monitor));
            if (bench.config.find("early_stopping"))
                all.push_back(std::make_unique<train::EarlyStopping>(
                    *train::earlyStoppingSchema().read(bench.config, "early_stopping"), false, bench.log));
        };
    }
};

bool sameBits(const torch::Tensor& a, const torch::Tensor& b) {
    return a.scalar_type() == b.scalar_type() && torch::equal(a, b);
}

} // namespace

class TestResume : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyCheckpoint_goesOnToTheBit_data();
    void everyCheckpoint_goesOnToTheBit();
    void furtherEpochs_equalOneLongerFit();
    void learningRateByHand_survives();
    void loops_readBack();
    void lightningsCheckpoint_isAtItsEnd();
    void wrongCheckpoints_areErrors();
};

void TestResume::everyCheckpoint_goesOnToTheBit_data() {
    QTest::addColumn<QString>("overrides");
    const auto row = [](const char* name, const std::string& overrides) {
        QTest::newRow(name) << QString::fromStdString(overrides);
    };
    const std::string adamw = "optim.name=adamw optim.lr=0.05 ";
    const std::string cosine = adamw + "optim.sched={name:CosineAnnealing,warmup_steps:2} ";
    row("sgd without schedule", "");
    row("adamw, cosine", cosine);
    row("accumulating 2", cosine + "+trainer.accumulate_grad_batches=2");
    row("accumulating 3", adamw + "+trainer.accumulate_grad_batches=3 trainer.max_epochs=3");
    row("validation within an epoch", cosine + "+trainer.val_check_interval=2");
    row("validation across epochs",
        adamw + "+trainer.val_check_interval=3 +trainer.check_val_every_n_epoch=null");
    row("max_steps within an epoch", cosine + "trainer.max_steps=8 trainer.max_epochs=null");
    row("epochs as schedule", "optim.sched={name:ExponentialLR,gamma:0.7} trainer.max_epochs=4");
    row("plateau", "optim.sched={name:ReduceLROnPlateau,patience:0,factor:0.5,monitor:val_wer} "
                   "trainer.max_epochs=5");
    row("momentum cycles", "optim.sched={name:CyclicLR,base_lr:0.001,max_lr:0.1,step_size_up:3} "
                           "+optim.momentum=0.9 trainer.max_epochs=3");
    row("early stopping", adamw + "+early_stopping={monitor:val_wer,patience:2} trainer.max_epochs=8");
    row("clipped", cosine + "+trainer.gradient_clip_val=0.1");
    row("bf16-mixed", cosine + "+trainer.precision=bf16-mixed");
    row("64-true", cosine + "+trainer.precision=64-true");
}

void TestResume::everyCheckpoint_goesOnToTheBit() {
    QFETCH(QString, overrides);
    std::vector<std::string> list;
    for (const QString& each : overrides.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        list.push_back(each.toStdString());
    const QTemporaryDir folder;
    Run whole(list);
    torch::manual_seed(7);
    whole.bench.callbacks.push_back(std::make_unique<Saver>(folder.path().toStdString()));
    const auto end = whole.bench.fit();
    QVERIFY2(completed(end), end ? "" : end.error().message().c_str());
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path().toStdString())) {
        ++files;
        Run rest(list);
        torch::manual_seed(99);
        const auto checkpoint = archive::Checkpoint::open(entry.path());
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message().c_str());
        rest.bench.resume = *checkpoint;
        const auto resumed = rest.bench.fit();
        const std::string name = entry.path().filename().string();
        QVERIFY2(completed(resumed), resumed ? "" : (name + resumed.error().message()).c_str());
        QVERIFY(rest.losses.size() <= whole.losses.size());
        const auto skipped = static_cast<std::ptrdiff_t>(whole.losses.size() - rest.losses.size());
        QVERIFY2(std::equal(rest.losses.begin(), rest.losses.end(), whole.losses.begin() + skipped),
                 name.c_str());
        QCOMPARE(rest.bench.end.globalStep, whole.bench.end.globalStep);
        QCOMPARE(rest.bench.end.epoch, whole.bench.end.epoch);
        const auto a = whole.bench.model.module().parameters();
        const auto b = rest.bench.model.module().parameters();
        for (std::size_t i = 0; i < a.size(); ++i)
            QVERIFY2(sameBits(a[i], b[i]), name.c_str());
        // The validations that are left give what they gave.
        auto expected = whole.bench.writer.values["val_loss"];
        const auto& left = rest.bench.writer.values["val_loss"];
        QVERIFY(left.size() <= expected.size());
        expected.erase(expected.begin(), expected.end() - static_cast<std::ptrdiff_t>(left.size()));
        QCOMPARE(left, expected);
    }
    QVERIFY(files >= 10);
}

void TestResume::furtherEpochs_equalOneLongerFit() {
    const QTemporaryDir folder;
    Run longer({"optim.name=adamw", "trainer.max_epochs=4"});
    torch::manual_seed(7);
    QVERIFY(completed(longer.bench.fit()));
    for (const char* limit : {"trainer.max_epochs=2", "trainer.max_steps=7"}) {
        Run first({"optim.name=adamw", limit});
        torch::manual_seed(7);
        first.bench.callbacks.push_back(std::make_unique<Saver>(folder.path().toStdString()));
        QVERIFY(completed(first.bench.fit()));
        std::filesystem::path last;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path().toStdString()))
            if (entry.path() > last) last = entry.path();
        Run rest({"optim.name=adamw", "trainer.max_epochs=4"});
        rest.bench.resume = *archive::Checkpoint::open(last);
        QVERIFY(completed(rest.bench.fit()));
        first.losses.insert(first.losses.end(), rest.losses.begin(), rest.losses.end());
        QCOMPARE(first.losses, longer.losses);
        for (const auto& entry : std::filesystem::directory_iterator(folder.path().toStdString()))
            std::filesystem::remove(entry.path());
    }
}

void TestResume::learningRateByHand_survives() {
    const QTemporaryDir folder;
    const std::vector<std::string> overrides{"optim.lr=0.2", "optim.sched={name:CosineAnnealing,min_lr:0.1}"};
    Run whole(overrides);
    whole.bench.commands.send({run::Command::Kind::SetLearningRate, 0.05});
    whole.bench.callbacks.push_back(std::make_unique<Saver>(folder.path().toStdString()));
    QVERIFY(completed(whole.bench.fit()));
    const std::vector<double> rates = whole.bench.writer.valuesOf("learning_rate");
    QCOMPARE(rates.front(), 0.05);
    QVERIFY(rates.back() < 0.05 && rates.back() > 0.02);
    Run rest(overrides);
    rest.bench.resume = *archive::Checkpoint::open(folder.path().toStdString() + "/1004.ckpt");
    QVERIFY(completed(rest.bench.fit()));
    const std::vector<double> left = rest.bench.writer.valuesOf("learning_rate");
    QVERIFY(!left.empty());
    QCOMPARE(left, std::vector<double>(rates.end() - static_cast<std::ptrdiff_t>(left.size()), rates.end()));
}

void TestResume::loops_readBack() {
    for (const bool isOver : {false, true}) {
        LoopState state;
        state.plan.trainBatches = 5;
        state.globalStep = 7;
        state.epoch = isOver ? 3 : 2;
        state.batch = isOver ? 5 : 3;
        state.batchesSeen = isOver ? 15 : 13;
        state.epochIsOver = isOver;
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString() + "/loops.ckpt";
        QVERIFY(
            archive::writeTorchFile(path, archive::TorchObject::dict({{"loops", train::loopsOf(state, 2)}})));
        const auto file = archive::Checkpoint::open(path);
        QVERIFY(file);
        LoopState read;
        read.plan = state.plan;
        QVERIFY(train::readLoops(*file->root().find("loops"), read));
        QCOMPARE(read.globalStep, state.globalStep);
        QCOMPARE(read.epoch, state.epoch);
        QCOMPARE(read.batch, state.batch);
        QCOMPARE(read.batchesSeen, state.batchesSeen);
        QCOMPARE(read.epochIsOver, isOver);
    }
}

void TestResume::lightningsCheckpoint_isAtItsEnd() {
    const auto file =
        archive::Checkpoint::open(std::string(FATHOM_TEST_DATA) + "/lightning/quartznet_tiny-last.ckpt");
    QVERIFY(file);
    LoopState state;
    state.plan.trainBatches = 2;
    QVERIFY(train::readLoops(*file->root().find("loops"), state));
    QCOMPARE(state.globalStep, 200);
    QCOMPARE(state.epoch, 100);
    QVERIFY(state.epochIsOver);
    const auto optimizer = train::readOptimizerState(file->root().find("optimizer_states")->at(0));
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());
    QCOMPARE(optimizer->state.size(), std::size_t{24});
    QCOMPARE(optimizer->groups.size(), std::size_t{1});
    QCOMPARE(optimizer->groups[0].options.find("betas")->asList()[1].asFloat(), 0.98);
}

void TestResume::wrongCheckpoints_areErrors() {
    using archive::TorchObject;
    const QTemporaryDir folder;
    const auto messageFor = [&](const TorchObject& root) -> std::string {
        const std::string path = folder.path().toStdString() + "/x.ckpt";
        if (!archive::writeTorchFile(path, root)) return "not written";
        Run run({});
        run.bench.resume = *archive::Checkpoint::open(path);
        const auto end = run.bench.fit();
        return end ? "no error" : end.error().message();
    };
    Run run({});
    run.bench.callbacks.push_back(std::make_unique<Saver>(folder.path().toStdString()));
    QVERIFY(completed(run.bench.fit()));
    const auto whole =
        archive::fromPickle(archive::Checkpoint::open(folder.path().toStdString() + "/1003.ckpt")->root());
    QVERIFY(whole);
    QCOMPARE(messageFor(*whole), std::string("no error"));
    const auto contains = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };
    TorchObject::Entries weights{{"state_dict", *whole->find("state_dict")}};
    QVERIFY(contains(messageFor(TorchObject::dict(weights)), "contains only the model"));
    QVERIFY(contains(messageFor(whole->with("loops", TorchObject::dict())), "loops"));
    QVERIFY(contains(messageFor(whole->with("state_dict", TorchObject::dict())), "Missing key"));
    QVERIFY(contains(messageFor(whole->with("optimizer_states", TorchObject::list())), "0 optimizers"));
    QVERIFY(contains(messageFor(whole->with("fathom", TorchObject::dict())), "cursor"));
    const TorchObject& own = *whole->find("fathom");
    const TorchObject negative = own.find("cursor")->with("batch", -3);
    QVERIFY(contains(messageFor(whole->with("fathom", own.with("cursor", negative))), "no count"));
    // More batches than the epoch has now: it is over.
    const TorchObject beyond = own.find("cursor")->with("batch", 999);
    QCOMPARE(messageFor(whole->with("fathom", own.with("cursor", beyond))), std::string("no error"));
}

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
