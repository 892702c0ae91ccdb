// SPDX-License-Identifier: GPL-3.0-or-later
// A text classifier in training: ten steps beside NeMo's, and the bundled reviews for a few seconds.
#include "tests/engine/train/job_testing.h"

#include "engine/archive/npy.h"
#include "engine/model/restored_model.h"
#include "engine/optim/clip.h"

#include <ATen/Parallel.h>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

const std::string kSource = FATHOM_SOURCE_DIR;
const std::string kReviews = kSource + "/resources/examples/sentiment_movies/";

torch::Tensor array(const char* name) {
    const auto tensor = archive::readNpy(kData + "text_classification_bert/" + name);
    return tensor ? nn::viewOf(*tensor).clone() : torch::Tensor();
}

/// The archive's model without dropout, as the golden run had it.
Result<std::unique_ptr<model::Model>> goldenModel() {
    const auto nemo = archive::Nemo::open(kData + "text_classification_bert.nemo");
    if (!nemo) return fail(nemo.error());
    const auto yaml = nemo->configYaml();
    if (!yaml) return fail(yaml.error());
    const auto config = configOf(*yaml, {"language_model.config_file=null", "classifier_head.fc_dropout=0.0",
                                         "language_model.config.hidden_dropout_prob=0.0",
                                         "language_model.config.attention_probs_dropout_prob=0.0"});
    if (!config) return fail(config.error());
    auto model = model::createModel(*config, "", {.artifacts = archive::ArtifactRegistry(*nemo)});
    if (!model) return model;
    const auto weights = nemo->weights();
    if (!weights) return fail(weights.error());
    const auto loaded = nn::loadStateDict((*model)->module(), **weights, {});
    if (!loaded) return fail(loaded.error());
    return model;
}

bool isNear(const char* what, double have, double want, double tolerance) {
    const bool near = std::abs(have - want) <= tolerance * std::max(1.0, std::abs(want));
    if (!near) qWarning("%s is %.9g, not %.9g", what, have, want);
    return near;
}

/// The file is sorted by class.
std::string everyThird(const std::string& text) {
    std::string out;
    int number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        if (number++ % 3 == 0) out += text.substr(begin, end - begin);
        begin = end;
    }
    return out;
}

/// The example's config with its files, made small.
Result<config::Config> reviews(const std::string& folder, std::vector<std::string> overrides) {
    std::vector<std::string> all{"model.tokenizer.vocab_file=" + kReviews + "vocab.txt",
                                 "model.class_labels.class_labels_file=" + kReviews + "class_names.txt",
                                 "model.train_ds.file_path=" + kReviews + "train.tsv",
                                 "model.validation_ds.file_path=" + kReviews + "dev.tsv",
                                 "model.test_ds.file_path=" + kReviews + "test.tsv",
                                 "exp_manager.exp_dir=" + folder,
                                 "exp_manager.create_tensorboard_logger=false",
                                 "trainer.accelerator=cpu"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    return config::compose(
        {.configPath = kSource + "/configs/nlp", .configName = "sentiment_movies", .overrides = all});
}

} // namespace

class TestTextTraining : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tenSteps_matchNemo();
    void reviews_areLearnt();
};

void TestTextTraining::tenSteps_matchNemo() {
    at::set_num_threads(1);
    const auto text = readFile(kData + "text_classification_bert/train_traj.json");
    QVERIFY(text);
    const Value golden = fromJson(*text).value_or(Value{});
    const Value& want = golden.at("runs")->asList().front();
    auto model = goldenModel();
    QVERIFY2(model, model ? "" : model.error().message().c_str());
    (*model)->module().train();
    const auto config = configOf("optim: {name: adam, lr: 0.001, betas: [0.9, 0.999], weight_decay: 0.01}\n");
    const auto optimizer = optim::createOptimizer(*config, "optim", (*model)->module().parameters());
    QVERIFY2(optimizer, optimizer ? "" : optimizer.error().message().c_str());
    const model::Batch batch{.tensors = {array("input_ids.npy"), array("token_type_ids.npy"),
                                         array("attention_mask.npy"), array("labels.npy")},
                             .sources = {"a", "b"}};
    for (const Value& line : want.at("trajectory")->asList()) {
        const auto step = (*model)->trainingStep(batch, {});
        QVERIFY2(step, step ? "" : step.error().message().c_str());
        step->loss.backward();
        QVERIFY(isNear("loss", step->loss.item<double>(), line.at("loss")->toDouble(), 1e-4));
        QVERIFY(isNear("grad_norm", optim::gradNorm((*optimizer)->parameters()).item<double>(),
                       line.at("grad_norm")->toDouble(), 1e-3));
        (*optimizer)->step(line.at("lr")->toDouble());
        (*optimizer)->zeroGrad();
    }
    const std::vector<nn::NamedTensor> state = nn::stateDict((*model)->module());
    for (const Value& tensor : want.at("final_state")->asList()) {
        const std::string& name = tensor.at("name")->asString();
        const auto found = std::find_if(state.begin(), state.end(),
                                        [&](const nn::NamedTensor& t) { return t.name == name; });
        QVERIFY2(found != state.end(), name.c_str());
        const double largest = found->tensor.to(torch::kFloat64).abs().max().item<double>();
        QVERIFY2(isNear(name.c_str(), largest, tensor.at("abs_max")->toDouble(), 2e-3), name.c_str());
    }
}

void TestTextTraining::reviews_areLearnt() {
    Job job;
    const std::string some = job.path("some.tsv");
    QVERIFY(writeFileAtomically(some, everyThird(readFile(kReviews + "train.tsv").value_or(std::string()))));
    const auto config =
        reviews(job.path("exp"), {"trainer.max_epochs=3", "model.train_ds.file_path=" + some,
                                  "model.train_ds.word_dropout=0.0", "model.train_ds.batch_size=32",
                                  "model.optim.lr=2e-3", "model.language_model.config.num_hidden_layers=1",
                                  "model.language_model.config.hidden_size=64",
                                  "model.language_model.config.hidden_dropout_prob=0.1"});
    QVERIFY2(config, config ? "" : config.error().message().c_str());
    const auto end =
        train::runJob({*config, run::Mode::Train, job.writer, job.log, job.stop.get_token(), &job.commands});
    QVERIFY2(end, end ? "" : end.error().message().c_str());
    const auto last = [&](const std::string& name) { return job.writer.values[name].back().second; };
    QVERIFY2(last("val_f1") > 65, qPrintable(QString::number(last("val_f1")))); // 52 is chance
    QVERIFY2(last("test_f1") > 65, qPrintable(QString::number(last("test_f1"))));
    QVERIFY(last("val_recall_positive") > 20);
    QVERIFY(job.log.contains("positive (label_id: 1)"));
    QVERIFY(job.log.contains("is padding"));
    QVERIFY(job.log.contains("Query : uneasy mishmash of styles and genres .")); // of infer_samples
    QVERIFY(job.log.contains("Predicted label: "));
    QCOMPARE(job.writer.lastSamples.front().kind, std::string("class"));

    const std::string archive = (job.writer.folder / "checkpoints/SentimentMovies.nemo").string();
    const auto restored = model::restoreForUse(archive, {});
    QVERIFY2(restored, restored ? "" : restored.error().message().c_str());
    const auto answers =
        (*restored)->inference().classify({"a wonderful film", "a dull and boring mess"}, {});
    QVERIFY(answers);
    QVERIFY((*answers)[0].probabilities[1] > (*answers)[1].probabilities[1]);
}

QTEST_GUILESS_MAIN(TestTextTraining)
#include "tst_text_training.moc"
