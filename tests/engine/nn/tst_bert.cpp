// SPDX-License-Identifier: GPL-3.0-or-later
// BERT and its classifier against what NeMo 2.2.1 computed with the same weights.
#include "engine/archive/nemo.h"
#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/nn/bert_encoder.h"
#include "engine/nn/sequence_classifier.h"
#include "engine/nn/weights.h"

#include <QtTest>
#include <cmath>

using namespace fathom;

namespace {

const std::string kData = std::string(FATHOM_TEST_DATA) + "/nemo/text_classification_bert";

torch::Tensor golden(const std::string& name) {
    const Result<archive::Tensor> array = archive::readNpy(kData + '/' + name + ".npy");
    return array ? nn::viewOf(*array).clone() : torch::Tensor();
}

Value goldenJson() {
    return fromJson(readFile(kData + ".json").value()).value();
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

/// Encoder and classifier of the golden archive, with its weights.
struct Parts {
    std::shared_ptr<nn::BertEncoder> encoder;
    std::shared_ptr<nn::SequenceClassifier> classifier;
    torch::nn::Module whole;
};

nn::BertParams small() {
    return nn::BertParams::from(*goldenJson().at("config.language_model.config")).value();
}

std::unique_ptr<Parts> parts() {
    nn::Random random(1);
    auto out = std::make_unique<Parts>();
    out->encoder = nn::BertEncoder::make(small(), random).value();
    out->classifier = nn::SequenceClassifier::make({.hiddenSize = 48, .classes = 3}, random).value();
    out->whole.register_module("bert_model", out->encoder);
    out->whole.register_module("classifier", out->classifier);
    const auto weights = archive::Nemo::open(kData + ".nemo").value().weights().value();
    const auto loaded = nn::loadStateDict(out->whole, *weights, {.className = "TextClassificationModel"});
    return loaded ? std::move(out) : nullptr;
}

nn::BertInput input() {
    return {golden("input_ids"), golden("token_type_ids")};
}

nn::TokenRows packedRows() {
    const torch::Tensor lengths = golden("attention_mask").sum(1);
    const auto* data = lengths.const_data_ptr<std::int64_t>();
    return nn::TokenRows::packed({data, data + lengths.numel()}, 16, torch::kCPU);
}

} // namespace

class TestBert : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void hiddenStates_matchNemo();
    void packedRows_giveTheSameNumbers();
    void relativePositions_packedAndPaddedAgree_data();
    void relativePositions_packedAndPaddedAgree();
    void gradients_matchNemo();
    void dropout_followsTheSeed();
    void activations_matchTheirFormulas_data();
    void activations_matchTheirFormulas();
    void config_isCheckedAndRoundTrips();
    void publishedNames_haveTheirSizes();
    void classifier_hasAsManyLayersAsAsked();
};

void TestBert::hiddenStates_matchNemo() {
    const auto made = parts();
    QVERIFY(made);
    const torch::NoGradGuard noGrad;
    const nn::TokenRows rows = nn::TokenRows::padded(golden("attention_mask"));
    const torch::Tensor hidden = rows.unpack(made->encoder->forward(input(), rows, nullptr));
    QVERIFY(difference(hidden, golden("hidden_states")) < 1e-5);
    const torch::Tensor logits = made->classifier->forward(rows.first(hidden.flatten(0, 1)), nullptr);
    QVERIFY(difference(logits, golden("logits")) < 1e-5);
}

void TestBert::packedRows_giveTheSameNumbers() {
    const auto made = parts();
    QVERIFY(made);
    const nn::TokenRows rows = packedRows();
    const torch::Tensor hidden = made->encoder->forward(input(), rows, nullptr);
    QVERIFY(hidden.size(0) < 32); // padding is not computed
    QVERIFY(difference(hidden, rows.pack(golden("hidden_states"))) < 1e-5);
    const torch::Tensor first = made->encoder->forwardFirst(input(), rows, nullptr);
    QVERIFY(difference(first, golden("hidden_states").select(1, 0)) < 1e-5);
    QVERIFY(difference(made->classifier->forward(first, nullptr), golden("logits")) < 1e-5);
}

void TestBert::relativePositions_packedAndPaddedAgree_data() {
    QTest::addColumn<QByteArray>("kind");
    QTest::newRow("key") << QByteArray("relative_key");
    QTest::newRow("key and query") << QByteArray("relative_key_query");
}

void TestBert::relativePositions_packedAndPaddedAgree() {
    QFETCH(QByteArray, kind);
    nn::BertParams params = small();
    params.positionEmbeddingType = kind.toStdString();
    nn::Random random(3);
    const auto encoder = nn::BertEncoder::make(params, random).value();
    const nn::TokenRows padded = nn::TokenRows::padded(golden("attention_mask"));
    const torch::Tensor all = padded.unpack(encoder->forward(input(), padded, nullptr));
    QVERIFY(difference(encoder->forwardFirst(input(), packedRows(), nullptr), all.select(1, 0)) < 1e-5);
}

void TestBert::gradients_matchNemo() {
    const auto made = parts();
    QVERIFY(made);
    const torch::Tensor first = made->encoder->forwardFirst(input(), packedRows(), nullptr);
    const torch::Tensor loss =
        torch::cross_entropy_loss(made->classifier->forward(first, nullptr), golden("labels"));
    const Value json = goldenJson();
    QVERIFY(std::abs(loss.item<double>() - json.at("loss_train_no_dropout")->toDouble()) < 1e-5);
    loss.backward();
    int compared = 0;
    for (const nn::NamedTensor& item : nn::stateDict(made->whole)) {
        const Value* norm = json.at("grad_norms_l2")->asMap().find(item.name);
        if (!norm) {
            QVERIFY2(!item.tensor.grad().defined(), item.name.c_str()); // the pooler
            continue;
        }
        const double want = norm->toDouble();
        const double got = item.tensor.grad().to(torch::kFloat64).norm().item<double>();
        QVERIFY2(std::abs(got - want) < 1e-3 * want + 1e-6, item.name.c_str());
        ++compared;
    }
    QCOMPARE(compared, 41);
}

void TestBert::dropout_followsTheSeed() {
    const auto made = parts();
    QVERIFY(made);
    const auto drawn = [&](std::uint64_t seed) {
        nn::Random random(seed);
        return made->encoder->forwardFirst(input(), packedRows(), &random);
    };
    QCOMPARE(difference(drawn(4), drawn(4)), 0.0);
    QVERIFY(difference(drawn(4), drawn(5)) > 0.01);
}

void TestBert::activations_matchTheirFormulas_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<double>("atOne");
    QTest::addColumn<double>("atMinusTwo");
    // From transformers 4.48.3, ACT2FN[name](torch.tensor([1., -2.])).
    QTest::newRow("gelu") << QByteArray("gelu") << 0.8413447 << -0.0455003;
    QTest::newRow("gelu_new") << QByteArray("gelu_new") << 0.8411920 << -0.0454023;
    QTest::newRow("gelu_fast") << QByteArray("gelu_fast") << 0.8411920 << -0.0454023;
    QTest::newRow("gelu_10") << QByteArray("gelu_10") << 0.8413447 << -0.0455003;
    QTest::newRow("quick_gelu") << QByteArray("quick_gelu") << 0.8457958 << -0.0643414;
    QTest::newRow("relu") << QByteArray("relu") << 1.0 << 0.0;
    QTest::newRow("relu2") << QByteArray("relu2") << 1.0 << 0.0;
    QTest::newRow("silu") << QByteArray("silu") << 0.7310586 << -0.2384058;
    QTest::newRow("tanh") << QByteArray("tanh") << 0.7615942 << -0.9640276;
    QTest::newRow("laplace") << QByteArray("laplace") << 0.8504297 << 0.0;
    QTest::newRow("mish") << QByteArray("mish") << 0.8650984 << -0.2525015;
}

void TestBert::activations_matchTheirFormulas() {
    QFETCH(QByteArray, name);
    QFETCH(double, atOne);
    QFETCH(double, atMinusTwo);
    const auto act = nn::hiddenActFrom(name.toStdString());
    QVERIFY(act.has_value());
    const torch::Tensor y = nn::apply(*act, torch::tensor({1.0, -2.0}));
    QVERIFY2(std::abs(y[0].item<double>() - atOne) < 2e-6, qPrintable(QString::number(y[0].item<double>())));
    QVERIFY2(std::abs(y[1].item<double>() - atMinusTwo) < 2e-6,
             qPrintable(QString::number(y[1].item<double>())));
}

void TestBert::config_isCheckedAndRoundTrips() {
    const nn::BertParams params = small();
    const auto again = nn::BertParams::from(fromJson(params.toJson()).value());
    QVERIFY(again.has_value());
    QCOMPARE(again->toJson(), params.toJson());
    QVERIFY(params.toJson().find("\"layer_norm_eps\": 1e-12,\n") != std::string::npos);
    const auto refusal = [](Value::Map map) {
        const auto made = nn::BertParams::from(Value(std::move(map)));
        return made ? std::string() : made.error().key;
    };
    QCOMPARE(refusal({{"hidden_size", 50}, {"num_attention_heads", 4}}), std::string("hidden_size"));
    QCOMPARE(refusal({{"model_type", "roberta"}}), std::string("model_type"));
    QCOMPARE(refusal({{"hidden_dropout_prob", 1.5}}), std::string("hidden_dropout_prob"));
    QCOMPARE(refusal({{"vocab_size", "many"}}), std::string("vocab_size"));
    QCOMPARE(refusal({{"position_embedding_type", "rotary"}}), std::string("position_embedding_type"));
    nn::Random random(1);
    nn::BertParams wrong = params;
    wrong.hiddenAct = "gelo";
    QCOMPARE(nn::BertEncoder::make(wrong, random).error().key, std::string("hidden_act"));
}

void TestBert::publishedNames_haveTheirSizes() {
    const auto large = nn::BertParams::published("google-bert/bert-large-cased");
    QVERIFY(large.has_value());
    QCOMPARE(large->hiddenSize, 1024);
    QCOMPARE(large->vocabSize, 28996);
    QVERIFY(!nn::BertParams::published("gpt2").has_value());
}

void TestBert::classifier_hasAsManyLayersAsAsked() {
    nn::Random random(1);
    const auto names = [&](std::int64_t layers) {
        const auto made =
            nn::SequenceClassifier::make({.hiddenSize = 4, .classes = 2, .layers = layers}, random).value();
        std::string text;
        for (const nn::NamedTensor& item : nn::stateDict(*made))
            text += item.name + ' ';
        return text;
    };
    QCOMPARE(names(1), std::string("mlp.layer0.weight mlp.layer0.bias "));
    QCOMPARE(names(3), std::string("mlp.layer0.weight mlp.layer0.bias mlp.layer2.weight mlp.layer2.bias "
                                   "mlp.layer4.weight mlp.layer4.bias "));
    QVERIFY(!nn::SequenceClassifier::make({.hiddenSize = 4, .classes = 2, .activation = "sine"}, random));
}

QTEST_GUILESS_MAIN(TestBert)
#include "tst_bert.moc"
