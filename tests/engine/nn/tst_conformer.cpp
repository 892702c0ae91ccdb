// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/archive/nemo.h"
#include "engine/archive/npy.h"
#include "engine/nn/conformer_encoder.h"
#include "engine/nn/weights.h"

#include <QtTest>

using namespace fathom;
using namespace fathom::nn;

namespace {

const std::string kData = std::string(FATHOM_TEST_DATA) + "/nemo/";

torch::Tensor golden(const std::string& name) {
    const Result<archive::Tensor> array = archive::readNpy(kData + "conformer_ctc_spe/" + name + ".npy");
    return array ? viewOf(*array).clone() : torch::Tensor();
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
    return (a - b).abs().max().item<double>();
}

ConformerParams goldenParams() {
    ConformerParams params;
    params.layers = 2;
    params.width = 64;
    params.subsamplingChannels = 32;
    params.conv.kernel = 9;
    params.conv.left = params.conv.right = 4;
    params.dropoutEmb = 0;
    params.dropoutAtt = 0.1;
    return params;
}

ConformerParams tinyParams() {
    ConformerParams params = goldenParams();
    params.featIn = 16;
    params.width = 16;
    params.subsamplingChannels = 8;
    params.heads = 2;
    return params;
}

std::shared_ptr<ConformerEncoder> made(const ConformerParams& params) {
    Random random(7);
    auto encoder = ConformerEncoder::make(params, random);
    if (encoder) (*encoder)->eval();
    return encoder ? *encoder : nullptr;
}

Error refusal(const ConformerParams& params) {
    Random random(7);
    const auto encoder = ConformerEncoder::make(params, random);
    return encoder ? Error{} : encoder.error();
}

torch::Tensor noise(at::IntArrayRef shape, std::uint64_t seed = 3) {
    Random random(seed);
    return random.normalLike(torch::empty(shape));
}

} // namespace

class TestConformer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void encode_matchesNemo();
    void clip_isTheSameAloneAndInABatch_data();
    void clip_isTheSameAloneAndInABatch();
    void packed_trainsAsPadded_data();
    void packed_trainsAsPadded();
    void localAttention_ofTheWholeClipIsFullAttention();
    void layers_areGivenOnRequest();
    void badParameters_areRefused();
};

void TestConformer::encode_matchesNemo() {
    struct Model : torch::nn::Module {};
    Model model;
    const auto encoder = model.register_module("encoder", made(goldenParams()));
    const auto weights = archive::Nemo::open(kData + "conformer_ctc_spe.nemo").value().weights().value();
    const auto loaded = loadStateDict(
        model, *weights, {.wants = [](std::string_view name) { return name.starts_with("encoder."); }});
    QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message().c_str());
    const torch::NoGradGuard noGrad;
    const auto output = encoder->encode({golden("mel"), Lengths::from(golden("mel_len"))}, {.padding = true});
    const double found = difference(output.encoded.padded(), golden("encoded"));
    qInfo("largest difference %g", found);
    QVERIFY(found < 1e-5);
    QVERIFY(torch::equal(output.encoded.lengths.tensor(), golden("encoded_len")));
}

void TestConformer::clip_isTheSameAloneAndInABatch_data() {
    QTest::addColumn<std::function<void(ConformerParams&)>>("change");
    using Change = std::function<void(ConformerParams&)>;
    const auto row = [](const char* name, Change change) { QTest::newRow(name) << change; };
    row("striding", [](ConformerParams&) {});
    row("dw_striding 8", [](ConformerParams& p) { p.subsampling = "dw_striding", p.subsamplingFactor = 8; });
    row("vggnet", [](ConformerParams& p) { p.subsampling = "vggnet"; });
    row("causal", [](ConformerParams& p) {
        p.causalDownsampling = true;
        p.conv.left = 8;
        p.conv.right = 0;
        p.chunked = true;
        p.windows = {{8, 3}};
    });
    row("absolute", [](ConformerParams& p) { p.attention = AttentionKind::Absolute; });
    row("local", [](ConformerParams& p) { p.attention = AttentionKind::Local, p.windows = {{3, 5}}; });
    row("global", [](ConformerParams& p) {
        p.attention = AttentionKind::Local;
        p.windows = {{4, 4}};
        p.globalTokens = 1;
        p.globalSeparate = true;
    });
    row("layer norm", [](ConformerParams& p) { p.conv.norm = "layer_norm", p.useBias = false; });
    row("reduction", [](ConformerParams& p) {
        p.reduction = "striding";
        p.reductionFactor = 2;
        p.reductionPosition = 0;
    });
}

void TestConformer::clip_isTheSameAloneAndInABatch() {
    QFETCH(const std::function<void(ConformerParams&)>, change);
    ConformerParams params = tinyParams();
    change(params);
    const auto encoder = made(params);
    QVERIFY(encoder);
    const torch::NoGradGuard noGrad;
    torch::Tensor x = noise({2, 16, 96});
    const Lengths lengths({96, 61});
    const Encoded together = encoder->forward(x, lengths, nullptr);
    x[1].slice(1, 61).fill_(7); // what lies beyond the clip
    const Encoded dirty = encoder->forward(x, lengths, nullptr);
    const Encoded alone = encoder->forward(x.slice(0, 1).slice(2, 0, 61), Lengths({61}), nullptr);
    QCOMPARE(together.lengths.values()[1], alone.lengths.values()[0]);
    const std::int64_t frames = alone.lengths.values()[0];
    const auto clip = [&](const Encoded& encoded, int index) {
        return encoded.padded()[index].slice(1, 0, frames);
    };
    QVERIFY(difference(clip(together, 1), clip(dirty, 1)) < 1e-6);
    QVERIFY(difference(clip(together, 1), clip(alone, 0)) < 1e-5);
}

void TestConformer::packed_trainsAsPadded_data() {
    QTest::addColumn<std::function<void(ConformerParams&)>>("change");
    QTest::addColumn<bool>("training");
    using Change = std::function<void(ConformerParams&)>;
    const auto row = [](const char* name, bool training, Change change) {
        QTest::newRow(name) << change << training;
    };
    row("relative", true, [](ConformerParams&) {});
    row("frozen statistics", false, [](ConformerParams&) {});
    row("absolute", true, [](ConformerParams& p) { p.attention = AttentionKind::Absolute; });
    row("local", true, [](ConformerParams& p) { p.attention = AttentionKind::Local, p.windows = {{3, 5}}; });
    row("fast", true, [](ConformerParams& p) { p.subsampling = "dw_striding", p.subsamplingFactor = 8; });
    row("causal", true, [](ConformerParams& p) {
        p.causalDownsampling = true;
        p.conv.left = 6;
        p.conv.right = 2;
        p.chunked = true;
        p.windows = {{8, 3}};
        p.featOut = 24;
        p.useBias = false;
    });
}

void TestConformer::packed_trainsAsPadded() {
    QFETCH(const std::function<void(ConformerParams&)>, change);
    QFETCH(const bool, training);
    ConformerParams params = tinyParams();
    params.dropout = params.dropoutPreEncoder = params.dropoutAtt = 0;
    change(params);
    const torch::Tensor x = noise({4, 16, 160});
    const Lengths lengths({160, 61, 61, 90});
    struct Run {
        std::shared_ptr<ConformerEncoder> encoder;
        torch::Tensor values{};
    };
    const auto run = [&](bool padding) {
        Run result{made(params)};
        result.encoder->train(training);
        Random random(1);
        const EncoderOutput output =
            result.encoder->encode({x, lengths}, {.random = &random, .padding = padding});
        const torch::Tensor values = output.encoded.padded();
        result.values = values * output.encoded.lengths.mask(values.size(2), values);
        (result.values * noise(values.sizes(), 9)).sum().backward();
        return result;
    };
    const Run packed = run(false);
    const Run padded = run(true);
    QVERIFY(difference(packed.values, padded.values) < 1e-5);
    const auto theirs = stateDict(*padded.encoder);
    const auto ours = stateDict(*packed.encoder);
    for (std::size_t i = 0; i < ours.size(); ++i) {
        QVERIFY2(difference(ours[i].tensor.to(torch::kFloat32), theirs[i].tensor.to(torch::kFloat32)) < 1e-5,
                 ours[i].name.c_str());
        if (!ours[i].tensor.requires_grad()) continue;
        const torch::Tensor expected = theirs[i].tensor.grad();
        // A batch norm behind takes any bias away: its gradient is what rounding leaves of zero.
        const double share = ours[i].name.ends_with("depthwise_conv.bias") ? 1e-2 : 1e-3;
        const double limit = share * (1 + expected.abs().max().item<double>());
        QVERIFY2(difference(ours[i].tensor.grad(), expected) < limit, ours[i].name.c_str());
    }
}

void TestConformer::localAttention_ofTheWholeClipIsFullAttention() {
    ConformerParams params = tinyParams();
    const auto full = made(params);
    params.attention = AttentionKind::Local;
    params.windows = {{40, 40}};
    const auto local = made(params);
    const torch::NoGradGuard noGrad;
    const torch::Tensor x = noise({2, 16, 120});
    const Lengths lengths({120, 90});
    const Encoded a = full->forward(x, lengths, nullptr);
    const Encoded b = local->forward(x, lengths, nullptr);
    QVERIFY(difference(a.padded()[0], b.padded()[0]) < 1e-5);
    const std::int64_t frames = a.lengths.values()[1];
    QVERIFY(difference(a.padded()[1].slice(1, 0, frames), b.padded()[1].slice(1, 0, frames)) < 1e-5);
}

void TestConformer::layers_areGivenOnRequest() {
    const auto encoder = made(tinyParams());
    const torch::NoGradGuard noGrad;
    const Features features{noise({1, 16, 40}), Lengths({40})};
    const EncoderOutput output = encoder->encode(features, {.layers = {0, 1}});
    QCOMPARE(output.layers.size(), std::size_t{2});
    QVERIFY(torch::equal(output.layers[1].padded(), output.encoded.padded()));
    QVERIFY(difference(output.layers[0].padded(), output.encoded.padded()) > 1e-3);
}

void TestConformer::badParameters_areRefused() {
    const auto key = [](const std::function<void(ConformerParams&)>& change) {
        ConformerParams params = tinyParams();
        change(params);
        return QString::fromStdString(refusal(params).key);
    };
    QCOMPARE(key([](ConformerParams& p) { p.heads = 3; }), QStringLiteral("n_heads"));
    QCOMPARE(key([](ConformerParams& p) { p.subsampling = "striding_conv1d"; }),
             QStringLiteral("subsampling"));
    QCOMPARE(key([](ConformerParams& p) { p.subsamplingFactor = 3; }), QStringLiteral("subsampling_factor"));
    QCOMPARE(key([](ConformerParams& p) { p.attention = AttentionKind::Local; }),
             QStringLiteral("att_context_size"));
    QCOMPARE(key([](ConformerParams& p) {
                 p.chunked = true, p.windows = {{5, 3}};
             }),
             QStringLiteral("att_context_size"));
    QCOMPARE(key([](ConformerParams& p) { p.conv.norm = "group_norm5"; }), QStringLiteral("conv_norm_type"));
    QCOMPARE(key([](ConformerParams& p) { p.conv.kernel = 8; }), QStringLiteral("conv_kernel_size"));
    QCOMPARE(key([](ConformerParams& p) { p.conv.left = 3; }), QStringLiteral("conv_context_size"));
    QCOMPARE(key([](ConformerParams& p) { p.stochasticDepth = 1; }),
             QStringLiteral("stochastic_depth_drop_prob"));
    QCOMPARE(key([](ConformerParams& p) {
                 p.reduction = "striding", p.reductionFactor = 2, p.reductionPosition = 2;
             }),
             QStringLiteral("reduction_position"));
}

QTEST_GUILESS_MAIN(TestConformer)
#include "tst_conformer.moc"
