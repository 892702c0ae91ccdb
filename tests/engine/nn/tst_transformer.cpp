// SPDX-License-Identifier: GPL-3.0-or-later
// The transformer's fast paths beside its plain ones: packed tokens beside padded ones, the fused loss beside
// its formula, generation with a cache beside whole sentences, and each instruction set beside the others.
#include "engine/kernels/cross_entropy.h"
#include "engine/kernels/residual_norm.h"
#include "engine/kernels/token_attention.h"
#include "engine/nn/token_rows.h"
#include "engine/nn/transformer_beam.h"
#include "engine/nn/transformer_decoder.h"
#include "engine/nn/transformer_encoder.h"
#include "engine/nn/transformer_head.h"
#include "engine/nn/weights.h"

#include <QtTest>
#include <cmath>

using namespace fathom;
using namespace fathom::nn;

namespace {

const std::vector<std::int64_t> kSources = {5, 3, 9, 1};
const std::vector<std::int64_t> kTargets = {2, 6, 4, 7};

TransformerParams paramsOf(bool preNorm, std::int64_t heads) {
    return {.vocabSize = 50,
            .hiddenSize = 24,
            .layers = 2,
            .innerSize = 40,
            .heads = heads,
            .maxSequenceLength = 16,
            .tokenTypes = 0,
            .preNorm = preNorm,
            .embeddingDropout = 0,
            .ffnDropout = 0,
            .attentionScoreDropout = 0,
            .attentionLayerDropout = 0};
}

/// Random ids and the mask of their real part: [B, longest] each.
std::pair<torch::Tensor, torch::Tensor> sentences(const std::vector<std::int64_t>& lengths,
                                                  std::int64_t seed) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(seed));
    const auto count = static_cast<std::int64_t>(lengths.size());
    const std::int64_t width = *std::ranges::max_element(lengths);
    const torch::Tensor ids = torch::randint(3, 50, {count, width}, generator, torch::kInt64);
    torch::Tensor mask = torch::zeros({count, width}, torch::kInt64);
    for (std::int64_t b = 0; b < count; ++b)
        mask[b].narrow(0, 0, lengths[static_cast<std::size_t>(b)]).fill_(1);
    return {ids.mul(mask), mask};
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    return a.sizes() == b.sizes() ? (a - b).abs().max().item<double>()
                                  : std::numeric_limits<double>::infinity();
}

struct Network {
    std::shared_ptr<TransformerEncoder> encoder{};
    std::shared_ptr<TransformerDecoder> decoder{};
    std::shared_ptr<TokenHead> head{};

    Network(const TransformerParams& params, std::uint64_t seed) {
        Random random(seed);
        encoder = TransformerEncoder::make(params, random).value();
        decoder = TransformerDecoder::make(params, random).value();
        head = std::make_shared<TokenHead>(
            TokenHeadParams{.hiddenSize = params.hiddenSize, .classes = params.vocabSize}, random);
        for (const auto& module : std::initializer_list<torch::nn::Module*>{encoder.get(), decoder.get()})
            for (torch::Tensor& parameter : module->parameters())
                if (parameter.dim() == 1) { // norms and biases that matter
                    const torch::NoGradGuard noGrad;
                    parameter.add_(torch::empty_like(parameter).normal_(0, 0.1, random.generator()));
                }
    }
    std::vector<torch::Tensor> takeGradients() const {
        std::vector<torch::Tensor> all;
        for (const auto& module :
             std::initializer_list<const torch::nn::Module*>{encoder.get(), decoder.get(), head.get()})
            for (torch::Tensor& parameter : module->parameters()) {
                all.push_back(parameter.grad().defined() ? parameter.grad().clone() : torch::Tensor());
                parameter.mutable_grad() = torch::Tensor();
            }
        return all;
    }
};

/// Filled with numbers that repeat nowhere.
std::vector<float> waves(std::int64_t count, double phase) {
    std::vector<float> out(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(std::sin(phase + 0.37 * static_cast<double>(i)) * 1.5);
    return out;
}

float furthest(const std::vector<float>& a, const std::vector<float>& b) {
    float worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        worst = std::max(worst, std::abs(a[i] - b[i]));
    return worst;
}

} // namespace

class TestTransformer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packedTokens_computeWhatPaddedOnesDo_data();
    void packedTokens_computeWhatPaddedOnesDo();
    void fusedLoss_equalsItsFormula();
    void cachedSteps_equalWholeSentences_data() { packedTokens_computeWhatPaddedOnesDo_data(); }
    void cachedSteps_equalWholeSentences();
    void dropout_isTheSameForwardAndBackward();
    void instructionSets_agree();
    void impossibleShapes_areRefused();
};

void TestTransformer::packedTokens_computeWhatPaddedOnesDo_data() {
    QTest::addColumn<bool>("preNorm");
    QTest::addColumn<int>("heads");
    QTest::newRow("post-norm") << false << 4;
    QTest::newRow("pre-norm, heads of 8") << true << 3;
    QTest::newRow("one wide head") << false << 1;
}

void TestTransformer::packedTokens_computeWhatPaddedOnesDo() {
    QFETCH(bool, preNorm);
    QFETCH(int, heads);
    const Network network(paramsOf(preNorm, heads), 3);
    const auto [source, sourceMask] = sentences(kSources, 1);
    const auto [target, targetMask] = sentences(kTargets, 2);
    const auto sourcePadded = TokenLayout::padded(sourceMask);
    const auto sourcePacked = TokenLayout::packed(kSources);
    const torch::Tensor encoded = network.encoder->forward(source, sourcePadded, nullptr);
    const torch::Tensor hidden = packRows(
        network.decoder->forward(target, TokenLayout::padded(targetMask), encoded, sourcePadded, nullptr),
        kTargets);
    hidden.square().sum().backward();
    const std::vector<torch::Tensor> expected = network.takeGradients();
    const torch::Tensor packedEncoded =
        network.encoder->forward(packRows(source, kSources), sourcePacked, nullptr);
    QVERIFY(difference(packedEncoded, packRows(encoded, kSources)) < 1e-5);
    const torch::Tensor packedHidden = network.decoder->forward(
        packRows(target, kTargets), TokenLayout::packed(kTargets), packedEncoded, sourcePacked, nullptr);
    QVERIFY(difference(packedHidden, hidden) < 1e-5);
    packedHidden.square().sum().backward();
    const std::vector<torch::Tensor> found = network.takeGradients();
    for (std::size_t i = 0; i < found.size(); ++i) {
        QCOMPARE(found[i].defined(), expected[i].defined());
        if (found[i].defined())
            QVERIFY(difference(found[i], expected[i]) < 1e-4 * (1 + expected[i].abs().max().item<double>()));
    }
}

void TestTransformer::fusedLoss_equalsItsFormula() {
    const Network network(paramsOf(false, 4), 5);
    Random random(6);
    const torch::Tensor hidden = random.normalLike(torch::empty({37, 24})).requires_grad_();
    const torch::Tensor labels = torch::arange(37, torch::kInt64).remainder(50);
    for (const double smoothing : {0.0, 0.1}) {
        const torch::Tensor plain =
            smoothedLoss(network.head->forward(hidden, nullptr), labels, smoothing, 37.5) * 2;
        plain.backward();
        const torch::Tensor gradHidden = hidden.grad().clone();
        hidden.mutable_grad() = torch::Tensor();
        const std::vector<torch::Tensor> expected = network.takeGradients();
        const torch::Tensor fused = network.head->loss(hidden, labels, smoothing, 37.5, nullptr) * 2;
        fused.backward();
        QVERIFY(std::abs(fused.item<double>() - plain.item<double>()) < 1e-5);
        QVERIFY(difference(hidden.grad(), gradHidden) < 1e-6);
        hidden.mutable_grad() = torch::Tensor();
        const std::vector<torch::Tensor> found = network.takeGradients();
        for (std::size_t i = 0; i < found.size(); ++i)
            if (expected[i].defined()) QVERIFY(difference(found[i], expected[i]) < 1e-5);
        const torch::NoGradGuard noGrad;
        QVERIFY(std::abs(network.head->loss(hidden, labels, smoothing, 37.5, nullptr).item<double>() * 2 -
                         plain.item<double>()) < 1e-5);
    }
}

void TestTransformer::cachedSteps_equalWholeSentences() {
    QFETCH(bool, preNorm);
    QFETCH(int, heads);
    const torch::NoGradGuard noGrad;
    const Network network(paramsOf(preNorm, heads), 7);
    const auto [source, sourceMask] = sentences(kSources, 1);
    const std::vector<std::int64_t> full(kSources.size(), 6);
    const auto [target, targetMask] = sentences(full, 2);
    const torch::Tensor encoded =
        network.encoder->forward(packRows(source, kSources), TokenLayout::packed(kSources), nullptr);
    const torch::Tensor whole = network.decoder->forward(target.flatten(), TokenLayout::packed(full), encoded,
                                                         TokenLayout::packed(kSources), nullptr);
    DecoderCache cache = network.decoder->begin(encoded, kSources);
    const std::vector<std::int64_t> order = {2, 0, 3, 1}; // hypotheses may stand anywhere
    std::vector<std::vector<std::int32_t>> history(order.size());
    for (std::int64_t position = 0; position < 6; ++position) {
        const torch::Tensor ids =
            target.index_select(0, torch::tensor(order, torch::kInt64)).select(1, position);
        const auto first = static_cast<std::int32_t>(cache.rows());
        const torch::Tensor hidden = network.decoder->step(
            cache, {.ids = ids, .position = position, .sentences = order, .history = history});
        for (std::size_t i = 0; i < order.size(); ++i) {
            history[i].push_back(first + static_cast<std::int32_t>(i));
            QVERIFY(difference(hidden[static_cast<std::int64_t>(i)], whole[order[i] * 6 + position]) < 1e-5);
        }
    }
}

void TestTransformer::dropout_isTheSameForwardAndBackward() {
    TransformerParams params = paramsOf(false, 4);
    params.activation = "gelu"; // without kinks that differences would fall over
    params.attentionScoreDropout = 0.3;
    params.attentionLayerDropout = 0.2;
    params.ffnDropout = 0.2;
    const Network network(params, 9);
    const auto [source, mask] = sentences(kSources, 1);
    const torch::Tensor ids = packRows(source, kSources);
    const auto loss = [&](std::uint64_t seed) {
        Random random(seed);
        const torch::Tensor hidden = network.encoder->forward(ids, TokenLayout::packed(kSources), &random);
        return (hidden * torch::linspace(-1, 1, hidden.numel()).view(hidden.sizes())).sum();
    };
    QCOMPARE(loss(1).item<double>(), loss(1).item<double>());
    QVERIFY(loss(1).item<double>() != loss(2).item<double>());
    loss(1).backward();
    for (const auto& item : network.encoder->named_parameters()) {
        if (!item.value().grad().defined()) continue;
        const torch::NoGradGuard noGrad;
        torch::Tensor parameter = item.value();
        const torch::Tensor direction =
            torch::cos(torch::arange(parameter.numel()) * 1.7F).view(parameter.sizes());
        constexpr double kStep = 2e-3;
        parameter.add_(direction, kStep);
        const double above = loss(1).item<double>();
        parameter.sub_(direction, 2 * kStep);
        const double below = loss(1).item<double>();
        parameter.add_(direction, kStep);
        const double expected = (above - below) / (2 * kStep);
        const double found = (parameter.grad() * direction).sum().item<double>();
        QVERIFY2(std::abs(found - expected) < 0.03 * (1 + std::abs(expected)), item.key().c_str());
    }
}

void TestTransformer::instructionSets_agree() {
    using kernels::Isa;
    const std::vector<kernels::TokenSpan> spans = {{0, 5}, {5, 19}, {24, 1}};
    constexpr std::int64_t kWidth = 2 * 12;
    const std::vector<float> qkv = waves(25 * 3 * kWidth, 0.3);
    const std::vector<float> gradOut = waves(25 * kWidth, 1.1);
    std::vector<float> firstOut, firstGrad, firstNorm, firstLogits;
    for (const Isa isa : {Isa::Portable, Isa::Avx2, Isa::Avx512}) {
        if (!kernels::supports(isa)) continue;
        const kernels::TokenAttention shape{.queries = spans,
                                            .keys = spans,
                                            .heads = 2,
                                            .headSize = 12,
                                            .causal = true,
                                            .dropout = 0.25F,
                                            .seed = 77,
                                            .isa = isa};
        std::vector<float> probabilities(static_cast<std::size_t>(shape.probabilityCount()));
        std::vector<float> out(25 * kWidth), grad(qkv.size());
        constexpr std::int64_t kStride = 3 * kWidth;
        const kernels::TokenAttentionInputs inputs{
            {qkv.data(), kStride}, {qkv.data() + kWidth, kStride}, {qkv.data() + 2 * kWidth, kStride}};
        kernels::tokenAttentionForward(shape, inputs, probabilities.data(), {out.data(), kWidth},
                                       kernels::serialFor);
        kernels::tokenAttentionBackward(
            shape, inputs, probabilities.data(), {gradOut.data(), kWidth},
            {{grad.data(), kStride}, {grad.data() + kWidth, kStride}, {grad.data() + 2 * kWidth, kStride}},
            kernels::serialFor);
        std::vector<float> normalised(qkv.size()), rstd(25), y(qkv.size());
        kernels::residualNormForward({.rows = 25, .columns = kStride, .dropout = 0.1F, .seed = 5, .isa = isa},
                                     qkv.data(), grad.data(), qkv.data(), qkv.data() + kStride,
                                     normalised.data(), rstd.data(), y.data(), kernels::serialFor);
        std::vector<float> logits = qkv, losses(25);
        const std::vector<std::int64_t> labels(25, 7);
        kernels::crossEntropy({.rows = 25, .classes = kStride, .smoothing = 0.1F, .isa = isa}, logits.data(),
                              labels.data(), 1.0F, losses.data(), kernels::serialFor);
        if (firstOut.empty()) {
            firstOut = out;
            firstGrad = grad;
            firstNorm = y;
            firstLogits = logits;
        }
        QVERIFY(furthest(out, firstOut) < 1e-5F);
        QVERIFY(furthest(grad, firstGrad) < 1e-5F);
        QVERIFY(furthest(y, firstNorm) < 1e-4F);
        QVERIFY(furthest(logits, firstLogits) < 1e-6F);
    }
}

void TestTransformer::impossibleShapes_areRefused() {
    TransformerParams params = paramsOf(false, 5);
    QCOMPARE(params.check().error().key, std::string("num_attention_heads"));
    params = paramsOf(false, 4);
    params.activation = "tanh";
    QCOMPARE(params.check().error().key, std::string("hidden_act"));
    params = paramsOf(false, 4);
    params.ffnDropout = 1;
    QVERIFY(!params.check());
    QVERIFY(!prefixLengths(torch::tensor({{1, 0, 1}})));
    QVERIFY(!prefixLengths(torch::tensor({{0, 0, 0}})));
    QCOMPARE(*prefixLengths(torch::tensor({{1, 1, 0}, {1, 1, 1}})), (std::vector<std::int64_t>{2, 3}));
}

QTEST_GUILESS_MAIN(TestTransformer)
#include "tst_transformer.moc"
