// SPDX-License-Identifier: GPL-3.0-or-later
// TextClassificationModel against what NeMo 2.2.1 computed with the same archive.
#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/model/model.h"
#include "engine/model/named_arrays.h"
#include "engine/model/nlp/class_counts.h"
#include "engine/model/nlp/text_tokens.h"
#include "engine/model/restored_model.h"
#include "engine/nn/weights.h"
#include "engine/text/wordpiece.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>

using namespace fathom;

namespace {

const std::string kArchive = std::string(FATHOM_TEST_DATA) + "/nemo/text_classification_bert.nemo";

torch::Tensor golden(const std::string& name) {
    const auto array =
        archive::readNpy(std::string(FATHOM_TEST_DATA) + "/nemo/text_classification_bert/" + name + ".npy");
    return array ? nn::viewOf(*array).clone() : torch::Tensor();
}

Value goldenJson() {
    return fromJson(readFile(std::string(FATHOM_TEST_DATA) + "/nemo/text_classification_bert.json").value())
        .value();
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A small model's config on files of its own.
struct Fixture {
    QTemporaryDir folder{};

    Fixture() {
        write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ngood\nbad\nfilm\n##s\na\n");
        write("train.tsv", "good film\t1\na bad film\t0\ngood films\t1\ngood\t1\n");
        write("names.txt", "negative\npositive\n");
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return folder.path().toStdString() + '/' + name;
    }
    void write(const std::string& name, const std::string& content) const {
        std::ofstream(path(name), std::ios::binary) << content;
    }
    [[nodiscard]] Result<config::Config> config(std::vector<std::string> overrides = {}) const {
        const std::string yaml =
            "model:\n  tokenizer: {tokenizer_name: null, vocab_file: " + path("vocab.txt") +
            "}\n"
            "  language_model:\n    config: {vocab_size: 10, hidden_size: 16, num_hidden_layers: 2, "
            "num_attention_heads: 2, intermediate_size: 24, max_position_embeddings: 12}\n"
            "  classifier_head: {num_output_layers: 2, fc_dropout: 0.1}\n"
            "  class_labels: {class_labels_file: " +
            path("names.txt") +
            "}\n"
            "  dataset: {num_classes: 2, do_lower_case: true, max_seq_length: 8}\n"
            "  train_ds: {file_path: " +
            path("train.tsv") +
            ", batch_size: 4, shuffle: true}\n"
            "  optim: {name: adam, lr: 0.01}\n";
        return config::compose(
            {.configName = "test", .overrides = std::move(overrides), .files = {{"test.yaml", yaml}}});
    }
    [[nodiscard]] Result<std::unique_ptr<model::Model>> model(std::vector<std::string> overrides = {}) const {
        const auto composed = config(std::move(overrides));
        if (!composed) return fail(composed.error());
        return model::createModel(*composed, "model", {.seed = 3});
    }
    [[nodiscard]] Error refusal(std::vector<std::string> overrides) const {
        const auto made = model(std::move(overrides));
        return made ? Error{} : made.error();
    }
};

Result<model::Batch> firstBatch(model::Model& model, std::vector<std::int64_t> indices) {
    const auto data = model.dataset(model::Split::Train);
    if (!data) return fail(data.error());
    return (*data)->load(indices);
}

} // namespace

class TestTextClassification : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void forward_matchesNemo();
    void tokens_matchNemo();
    void classify_matchesNemo();
    void save_restoresToTheSameAnswers();
    void newModel_savesWhatNemoNeeds();
    void dataset_isNemosTuple();
    void sequences_areCutToTheLimit();
    void weightedLoss_followsTheTrainingFile();
    void wordDropout_masksWordsOnly();
    void counts_giveNemosReport();
    void badConfigs_sayWhatIsWrong();
    void publishedName_needsItsFolderOrLeave();
    void checkpointOfAnEncoder_isLoaded();
    void arraysOutsideTheModel_areRefused();
};

void TestTextClassification::forward_matchesNemo() {
    const auto restored = model::restoreForUse(kArchive, {});
    QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
    const auto out = (*restored)->forward({model::namedArray("input_ids", golden("input_ids")),
                                           model::namedArray("attention_mask", golden("attention_mask")),
                                           model::namedArray("token_type_ids", golden("token_type_ids"))});
    QVERIFY2(out.has_value(), out ? "" : out.error().message().c_str());
    for (const char* name : {"hidden_states", "logits"})
        QVERIFY(difference(nn::viewOf(model::findArray(*out, name)->tensor), golden(name)) < 1e-5);
}

void TestTextClassification::tokens_matchNemo() {
    const Value json = goldenJson();
    std::string vocabulary;
    for (const Value& piece : json.at("tokenizer.vocab")->asList())
        vocabulary += piece.asString() + '\n';
    const auto tokenizer = text::readWordPiece(vocabulary, "vocab.txt");
    QVERIFY(tokenizer.has_value());
    const model::TextEncoder encoder(*tokenizer, 0);
    for (const Value& item : json.at("tokenizer.encodings")->asList()) {
        std::vector<std::int64_t> want{2};
        for (const Value& id : item.at("ids")->asList())
            want.push_back(id.asInt());
        want.push_back(3);
        QCOMPARE(encoder.encode(item.at("text")->asString()).ids, want);
    }
}

void TestTextClassification::classify_matchesNemo() {
    const auto restored = model::restoreForUse(kArchive, {});
    QVERIFY(restored.has_value());
    run::Inference& inference = (*restored)->inference();
    QCOMPARE(inference.task(), run::Task::Classify);
    QCOMPARE(inference.classNames(), (std::vector<std::string>{"negative", "positive", "neutral"}));
    const auto answers = inference.classify({"hello world the cat", "yes no it's a test go", ""}, {});
    QVERIFY2(answers.has_value(), answers ? "" : answers.error().message().c_str());
    QCOMPARE(answers->size(), 3U);
    // The golden batch has the first of these texts, with token types 0.
    const torch::Tensor want = torch::softmax(golden("logits")[0].to(torch::kFloat64), -1);
    for (std::int64_t c = 0; c < 3; ++c)
        QVERIFY(std::abs((*answers)[0].probabilities[static_cast<std::size_t>(c)] - want[c].item<double>()) <
                1e-5);
    QCOMPARE((*answers)[0].label, want.argmax().item<std::int64_t>());
    QCOMPARE((*answers)[0].className, inference.classNames()[static_cast<std::size_t>((*answers)[0].label)]);
    QVERIFY(!inference.classify({"caf\xE9"}, {}).has_value());
    QVERIFY(!inference.translate({"hello"}, {}, {}).has_value());
}

void TestTextClassification::save_restoresToTheSameAnswers() {
    const QTemporaryDir folder;
    const std::string copy = folder.filePath(QStringLiteral("copy.nemo")).toStdString();
    const auto first = model::restoreForUse(kArchive, {});
    QVERIFY(first.has_value());
    const auto saved = (*first)->saveTo(copy);
    QVERIFY2(saved.has_value(), saved ? "" : saved.error().message().c_str());
    const auto second = model::restoreForUse(copy, {});
    QVERIFY2(second.has_value(), second ? "" : second.error().message().c_str());
    const std::vector<std::string> texts{"nemo models", "by the end of no such thing"};
    const auto before = (*first)->inference().classify(texts, {});
    const auto after = (*second)->inference().classify(texts, {});
    for (std::size_t i = 0; i < texts.size(); ++i)
        QCOMPARE((*after)[i].probabilities, (*before)[i].probabilities);
}

void TestTextClassification::newModel_savesWhatNemoNeeds() {
    const Fixture fixture;
    const auto made = fixture.model();
    QVERIFY2(made.has_value(), made ? "" : made.error().message().c_str());
    const std::string file = fixture.path("new.nemo");
    QVERIFY(model::saveModel(**made, file).has_value());
    const auto nemo = archive::Nemo::open(file).value();
    const std::string yaml = nemo.configYaml().value();
    for (const char* part : {"vocab_file: nemo:", "_vocab.txt", "__encoder_config.json", "_names.txt",
                             "target: nemo.collections.nlp", "tokenizer_model: null", "use_cache: false"})
        QVERIFY2(contains(yaml, part), part);
    const auto again = model::restoreForUse(file, {});
    QVERIFY2(again.has_value(), again ? "" : again.error().message().c_str());
    QCOMPARE((*again)->inference().classNames().size(), 2U);
}

void TestTextClassification::dataset_isNemosTuple() {
    const Fixture fixture;
    const auto made = fixture.model();
    QVERIFY(made.has_value());
    const auto batch = firstBatch(**made, {1, 3});
    QVERIFY2(batch.has_value(), batch ? "" : batch.error().message().c_str());
    QCOMPARE(batch->tensors.size(), 4U);
    QVERIFY(
        torch::equal(batch->tensors[0], torch::tensor({{2, 9, 6, 7, 3}, {2, 5, 3, 0, 0}}, torch::kInt64)));
    QVERIFY(
        torch::equal(batch->tensors[2], torch::tensor({{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}}, torch::kInt64)));
    QVERIFY(torch::equal(batch->tensors[3], torch::tensor({0, 1}, torch::kInt64)));
    QCOMPARE(batch->sources[0], std::string("a bad film"));
    QCOMPARE(batch->elements, 10);
    QCOMPARE(batch->padding, 2);
    (*made)->module().eval();
    const auto step = (*made)->evaluationStep(*batch);
    QVERIFY2(step.has_value(), step ? "" : step.error().message().c_str());
    QCOMPARE(step->samples[0].reference, std::string("negative"));
    QCOMPARE(step->samples[0].kind, std::string("class"));
    QCOMPARE(step->counts.size(), 6U);
}

void TestTextClassification::sequences_areCutToTheLimit() {
    const Fixture fixture;
    fixture.write("train.tsv", "good bad good bad good bad good bad\t1\n");
    const auto made = fixture.model({"model.dataset.max_seq_length=5"});
    const auto batch = firstBatch(**made, {0});
    QVERIFY(torch::equal(batch->tensors[0], torch::tensor({{2, 5, 6, 5, 3}}, torch::kInt64)));
    const auto longer = fixture.model({"model.dataset.max_seq_length=100"}); // the encoder has 12 positions
    QCOMPARE(firstBatch(**longer, {0})->tensors[0].size(1), 10);
}

void TestTextClassification::weightedLoss_followsTheTrainingFile() {
    const Fixture fixture;
    const auto made = fixture.model({"+model.dataset.class_balancing=weighted_loss"});
    QVERIFY(made.has_value());
    const auto batch = firstBatch(**made, {0, 1, 2, 3});
    QVERIFY(batch.has_value());
    const auto state = nn::stateDict((*made)->module());
    const auto weight = std::find_if(state.begin(), state.end(),
                                     [](const nn::NamedTensor& item) { return item.name == "loss.weight"; });
    QVERIFY(weight != state.end());
    QVERIFY(difference(weight->tensor, torch::tensor({4.0 / (2 * 1), 4.0 / (2 * 3)})) < 1e-6);
    // NeMo drops the weights when it restores: so that an archive with them restores, here too.
    const std::string file = fixture.path("weighted.nemo");
    QVERIFY(model::saveModel(**made, file).has_value());
    const auto again = model::restoreForUse(file, {});
    QVERIFY2(again.has_value(), again ? "" : again.error().message().c_str());
}

void TestTextClassification::wordDropout_masksWordsOnly() {
    const Fixture fixture;
    const auto made = fixture.model({"+model.train_ds.word_dropout=1.0"});
    const auto plain = fixture.model();
    QVERIFY(made.has_value() && plain.has_value());
    const auto batch = firstBatch(**made, {0, 1});
    QVERIFY(batch.has_value() && firstBatch(**plain, {0, 1}).has_value());
    (*made)->module().train();
    (*plain)->module().train();
    model::Batch masked = *batch;
    masked.tensors[0] = torch::tensor({{2, 4, 4, 3, 0}, {2, 4, 4, 4, 3}}, torch::kInt64);
    // All words masked: the loss no longer depends on which they were.
    model::Batch other = *batch;
    other.tensors[0] = torch::tensor({{2, 6, 6, 3, 0}, {2, 7, 9, 5, 3}}, torch::kInt64);
    const double one = (*made)->trainingStep(*batch, {.seed = 5})->loss.item<double>();
    QCOMPARE((*made)->trainingStep(other, {.seed = 5})->loss.item<double>(), one);
    QVERIFY((*plain)->trainingStep(*batch, {.seed = 5})->loss.item<double>() !=
            (*plain)->trainingStep(masked, {.seed = 5})->loss.item<double>());
}

void TestTextClassification::counts_giveNemosReport() {
    model::ClassCounts counts(3);
    for (const auto& [label, prediction] : {std::pair{0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 0}})
        counts.add(label, prediction);
    const auto metrics = counts.metrics({"no", "yes"});
    QCOMPARE(metrics[0].name, std::string("precision"));
    QVERIFY(std::abs(metrics[0].value - 60.0) < 1e-3);
    QCOMPARE(metrics[4].name, std::string("f1_no"));
    QVERIFY(std::abs(metrics[4].value - 50.0) < 1e-3);
    // The text that nemo.collections.nlp.metrics.classification_report gives for these five.
    const std::vector<std::string> want{
        "label                                                precision    recall       f1           support "
        "  ",
        "no (label_id: 0)                                        50.00      50.00      50.00          2",
        "yes (label_id: 1)                                       66.67      66.67      66.67          3",
        "label_id: 2                                              0.00       0.00       0.00          0",
        "-------------------",
        "micro avg                                               60.00      60.00      60.00          5",
        "macro avg                                               58.33      58.33      58.33          5",
        "weighted avg                                            60.00      60.00      60.00          5"};
    QCOMPARE(counts.report({"no", "yes"}), want);
}

void TestTextClassification::badConfigs_sayWhatIsWrong() {
    const Fixture fixture;
    const auto says = [&](std::vector<std::string> overrides, std::string_view part) {
        const std::string message = fixture.refusal(std::move(overrides)).message();
        if (contains(message, part)) return true;
        qWarning("%s", message.c_str());
        return false;
    };
    QVERIFY(says({"model.language_model.config.vocab_size=4"}, "the vocabulary has 10 entries"));
    QVERIFY(says({"model.language_model.config.num_attention_heads=3"}, "not a multiple"));
    QVERIFY(says({"+model.language_model.config.hidden_act=gelo"}, "'gelo' is not known"));
    QVERIFY(says({"+model.language_model.config.model_type=roberta"}, "only bert"));
    QVERIFY(says({"model.tokenizer.vocab_file=/nowhere/vocab.txt"}, "/nowhere/vocab.txt"));
    QVERIFY(says({"model.tokenizer.vocab_file=null"}, "vocab_file"));
    QVERIFY(says({"model.tokenizer.tokenizer_name=word"}, "'word' is not supported"));
    QVERIFY(says({"model.dataset.num_classes=0"}, "num_classes"));
    QVERIFY(says({"+model.dataset.class_balancing=other"}, "class_balancing"));
    QVERIFY(says({"model.class_labels.class_labels_file=/nowhere/n.csv"}, "/nowhere/n.csv"));
    fixture.write("train.tsv", "good\t1\nbad\t2\n");
    const auto made = fixture.model();
    const auto data = (*made)->dataset(model::Split::Train);
    QVERIFY(!data.has_value());
    QCOMPARE(data.error().line, 2);
}

void TestTextClassification::publishedName_needsItsFolderOrLeave() {
    const Fixture fixture;
    const std::vector<std::string> named{"~model.language_model.config",
                                         "+model.language_model.pretrained_model_name=bert-tiny"};
    const Error error = fixture.refusal(named);
    QVERIFY2(contains(error.message(), "random_weights=true"), error.message().c_str());
    std::vector<std::string> random = named;
    random.emplace_back("+model.language_model.random_weights=true");
    const auto made = fixture.model(random);
    QVERIFY2(made.has_value(), made ? "" : made.error().message().c_str());
}

void TestTextClassification::checkpointOfAnEncoder_isLoaded() {
    const Fixture fixture;
    const auto donor = fixture.model();
    QVERIFY(donor.has_value());
    const auto contents = model::copyForSaving(**donor);
    QVERIFY(contents.has_value());
    std::vector<archive::Tensor> tensors = contents->tensors;
    for (archive::Tensor& tensor : tensors) { // as an old BertForPreTraining has them
        for (const auto& [from, to] : {std::pair<std::string, std::string>{"bert_model.", "bert."},
                                       {"LayerNorm.weight", "LayerNorm.gamma"},
                                       {"LayerNorm.bias", "LayerNorm.beta"}})
            if (const std::size_t at = tensor.name.find(from); at != std::string::npos)
                tensor.name.replace(at, from.size(), to);
    }
    const auto bytes = archive::serializeStateDict(tensors, {}, "archive");
    QVERIFY(bytes.has_value());
    fixture.write("pytorch_model.bin", *bytes);
    const std::string source = "+model.language_model.lm_checkpoint=" + fixture.path("pytorch_model.bin");
    const auto config = fixture.config({source});
    const auto made = model::createModel(*config, "model", {.seed = 99});
    QVERIFY2(made.has_value(), made ? "" : made.error().message().c_str());
    const auto ours = nn::stateDict((*made)->module());
    const auto theirs = nn::stateDict((*donor)->module());
    QVERIFY(torch::equal(ours[5].tensor, theirs[5].tensor)); // a query's weight
    QVERIFY(!torch::equal(ours[ours.size() - 4].tensor, theirs[theirs.size() - 4].tensor)); // not its head
    const Error misfit = fixture.refusal({source, "model.language_model.config.hidden_size=8"});
    QVERIFY2(contains(misfit.message(), "another shape"), misfit.message().c_str());
}

void TestTextClassification::arraysOutsideTheModel_areRefused() {
    const auto restored = model::restoreForUse(kArchive, {});
    QVERIFY(restored.has_value());
    const auto refused = [&](const torch::Tensor& ids) {
        return !(*restored)->forward({model::namedArray("input_ids", ids)}).has_value();
    };
    QVERIFY(refused(torch::tensor({{2, 99, 3}}, torch::kInt64)));
    QVERIFY(refused(torch::tensor({{2, -1, 3}}, torch::kInt64)));
    QVERIFY(refused(torch::ones({1, 65}, torch::kInt64)));
    QVERIFY(!refused(torch::tensor({{2, 98, 3}}, torch::kInt64)));
    QVERIFY(!(*restored)->forward({}).has_value());
}

QTEST_GUILESS_MAIN(TestTextClassification)
#include "tst_text_classification.moc"
