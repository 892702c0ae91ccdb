// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/nn/activation.h"
#include "engine/nn/conv_asr_encoder.h"
#include "engine/nn/ctc.h"
#include "engine/nn/mel_spectrogram.h"
#include "engine/nn/spec_augment.h"
#include "engine/nn/weights.h"

#include <QtTest>
#include <algorithm>

using namespace fathom;
using namespace fathom::nn;

namespace {

ConvAsrEncoderParams smallEncoder() {
    ConvAsrEncoderParams params;
    params.featIn = 8;
    JasperBlockParams first;
    first.filters = 16;
    first.kernel = {5};
    first.stride = {2};
    first.residual = false;
    first.separable = true;
    JasperBlockParams second = first;
    second.repeat = 2;
    second.stride = {1};
    second.residual = true;
    JasperBlockParams last = second;
    last.repeat = 1;
    last.kernel = {1};
    last.separable = false;
    last.residual = false;
    last.filters = 12;
    params.jasper = {first, second, last};
    return params;
}

std::shared_ptr<ConvAsrEncoder> encoderOf(const ConvAsrEncoderParams& params) {
    Random random(7);
    auto encoder = ConvAsrEncoder::make(params, random);
    return encoder ? *encoder : nullptr;
}

Error refusal(const ConvAsrEncoderParams& params) {
    Random random(7);
    const auto encoder = ConvAsrEncoder::make(params, random);
    return encoder ? Error{} : encoder.error();
}

torch::Tensor noise(at::IntArrayRef shape, std::uint64_t seed = 3) {
    Random random(seed);
    return random.normalLike(torch::empty(shape));
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

std::vector<std::string> namesOf(const torch::nn::Module& module) {
    std::vector<std::string> names;
    for (const NamedTensor& item : stateDict(module))
        names.push_back(item.name);
    return names;
}

} // namespace

class TestNn : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void random_sameSeedDrawsTheSame();
    void dropout_keepsItsShareAndItsGradient();
    void specAugment_staysInBounds();
    void specAugment_cutoutLargerThanTheFeaturesIsAnError();
    void specAugment_masksInPlace();
    void mel_paddingABatchDoesNotChangeItsFeatures();
    void mel_ditherIsForTrainingOnly();
    void mel_refusesWhatNemoRefuses();
    void encoder_doesNotSeeBeyondAClip();
    void packed_equalsPadded_data();
    void packed_equalsPadded();
    void encoder_namesFollowNemo();
    void encoder_optionsChangeNamesAsInNemo();
    void encoder_refusesStrideWithDilation();
    void encoder_gradientsMatchFiniteDifferences();
    void ctc_collapsesRepeatsAndBlanks();
    void ctc_reductions();
};

void TestNn::dropout_keepsItsShareAndItsGradient() {
    const torch::Tensor x = (torch::rand({200, 300}) + 0.5).requires_grad_();
    Random random(3);
    const torch::Tensor y = dropout(x, 0.3, &random);
    const torch::Tensor kept = (y != 0).to(torch::kFloat32).detach();
    QVERIFY(std::abs(kept.mean().item<double>() - 0.7) < 0.01);
    for (const std::int64_t dim : {0, 1}) // five standard deviations
        QVERIFY((kept.mean(dim) - 0.7).abs().max().item<double>() < 0.17);
    QVERIFY(torch::allclose(y, x * kept / 0.7));

    const torch::Tensor weight = torch::randn_like(x);
    (y * weight).sum().backward();
    QVERIFY(torch::allclose(x.grad(), weight * kept / 0.7));

    QVERIFY(!torch::equal(dropout(x, 0.3, &random), y)); // the next draw
    Random again(3);
    QVERIFY(torch::equal(dropout(x.t().contiguous().t(), 0.3, &again), y)); // however it lies in memory
}

void TestNn::random_sameSeedDrawsTheSame() {
    Random a(11);
    Random b(11);
    Random c(12);
    const double first = a.uniform();
    QCOMPARE(b.uniform(), first);
    QVERIFY(c.uniform() != first);
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t value = a.integer(-2, 3);
        QVERIFY(value >= -2 && value <= 3);
        QCOMPARE(b.integer(-2, 3), value);
    }
}

void TestNn::specAugment_staysInBounds() {
    const Lengths lengths({200, 37, 5, 1});
    for (const bool vectorized : {true, false}) {
        for (const bool share : {true, false}) {
            SpecAugmentParams params;
            params.freqMasks = 2;
            params.timeMasks = 3;
            params.freqWidth = 27;
            params.timeWidth = share ? 0.05 : 70;
            params.timeWidthIsShare = share;
            params.rectMasks = 5;
            params.rectTime = 120;
            params.rectFreq = 50;
            params.vectorized = vectorized;
            const SpecAugment augment(params);
            Random random(5);
            for (int i = 0; i < 200; ++i) {
                const auto areas = augment.draw(64, 208, lengths, random);
                QVERIFY(areas.has_value());
                for (const MaskedArea& area : *areas) {
                    QVERIFY(area.item >= 0 && area.item < 4);
                    QVERIFY(area.freq >= 0 && area.freq < area.freqEnd && area.freqEnd <= 64);
                    QVERIFY(area.time >= 0 && area.time < area.timeEnd && area.timeEnd <= 208);
                    const bool fullHeight = area.freq == 0 && area.freqEnd == 64;
                    if (share && vectorized && fullHeight && area.timeEnd < 208)
                        QVERIFY(area.timeEnd <= lengths.values()[static_cast<std::size_t>(area.item)]);
                }
            }
        }
    }
}

void TestNn::specAugment_cutoutLargerThanTheFeaturesIsAnError() {
    SpecAugmentParams params;
    params.rectMasks = 1;
    params.rectTime = 120;
    const SpecAugment augment(params);
    Random random(5);
    const auto areas = augment.draw(64, 100, Lengths({100}), random);
    QVERIFY(!areas.has_value());
    QCOMPARE(areas.error().kind, ErrorKind::Usage);
    QVERIFY(areas.error().why.find("rect_time") != std::string::npos);
    params.timeWidthIsShare = true;
    params.timeWidth = 1.5;
    QVERIFY(!params.check().has_value());
}

void TestNn::specAugment_masksInPlace() {
    SpecAugmentParams params;
    params.freqMasks = 3;
    params.maskValue = -1;
    const SpecAugment augment(params);
    Features features{torch::ones({2, 64, 50}), Lengths({50, 20})};
    Random random(9);
    QVERIFY(augment.apply(features, random).has_value());
    const auto masked = (features.values == -1).sum().item<std::int64_t>();
    QVERIFY(masked > 0);
    QCOMPARE(masked + (features.values == 1).sum().item<std::int64_t>(), std::int64_t{2 * 64 * 50});
}

void TestNn::mel_paddingABatchDoesNotChangeItsFeatures() {
    const MelSpectrogram preprocessor{MelParams{}};
    const torch::Tensor signal = noise({1, 16000}) * 0.1;
    const Features alone = preprocessor.forward(signal, Lengths({16000}), nullptr);
    const torch::Tensor batch = torch::zeros({2, 24000});
    batch[0].slice(0, 0, 16000).copy_(signal[0]);
    batch[1].copy_(noise({24000}, 4));
    const Features together = preprocessor.forward(batch, Lengths({16000, 24000}), nullptr);
    QCOMPARE(alone.lengths.values()[0], std::int64_t{100});
    QCOMPARE(together.lengths.values()[0], std::int64_t{100});
    QCOMPARE(together.values.size(2) % 16, std::int64_t{0});
    QVERIFY(difference(alone.values[0].slice(1, 0, 100), together.values[0].slice(1, 0, 100)) < 1e-5);
    QCOMPARE(together.values[0].slice(1, 100).abs().max().item<double>(), 0.0);
    QCOMPARE(preprocessor.forwardUnpadded(signal, Lengths({16000})).values.size(2), std::int64_t{101});
}

void TestNn::mel_ditherIsForTrainingOnly() {
    const MelSpectrogram preprocessor{MelParams{}};
    const torch::Tensor signal = noise({1, 8000}) * 0.1;
    Random a(1);
    Random b(1);
    const torch::Tensor plain = preprocessor.forward(signal, Lengths({8000}), nullptr).values;
    const torch::Tensor dithered = preprocessor.forward(signal, Lengths({8000}), &a).values;
    QVERIFY(difference(plain, dithered) > 0);
    QCOMPARE(difference(dithered, preprocessor.forward(signal, Lengths({8000}), &b).values), 0.0);
}

void TestNn::mel_refusesWhatNemoRefuses() {
    MelParams params;
    params.window = "ones";
    QVERIFY(!params.check().has_value());
    params = {};
    params.nFft = 256;
    QVERIFY(!params.check().has_value());
    params = {};
    params.logZeroGuardType = "max";
    QVERIFY(!params.check().has_value());
}

void TestNn::encoder_doesNotSeeBeyondAClip() {
    const auto encoder = encoderOf(smallEncoder());
    encoder->eval();
    const torch::NoGradGuard noGrad;
    torch::Tensor x = noise({2, 8, 40});
    const Lengths lengths({40, 21});
    const torch::Tensor clean = encoder->forward(x, lengths, nullptr).padded().clone();
    x[1].slice(1, 21).fill_(1000);
    const Encoded dirty = encoder->forward(x, lengths, nullptr);
    QCOMPARE(dirty.lengths.values(), (std::vector<std::int64_t>{20, 11}));
    QCOMPARE(difference(clean, dirty.padded()), 0.0);
    const Encoded alone = encoder->forward(x.slice(0, 1).slice(2, 0, 21), Lengths({21}), nullptr);
    QVERIFY(difference(alone.padded()[0], dirty.padded()[1].slice(1, 0, 11)) < 1e-5);
}

void TestNn::packed_equalsPadded_data() {
    QTest::addColumn<bool>("training");
    QTest::newRow("training") << true;
    QTest::newRow("evaluation") << false;
}

void TestNn::packed_equalsPadded() {
    QFETCH(bool, training);
    const auto packed = encoderOf(smallEncoder());
    const auto padded = encoderOf(smallEncoder());
    for (const auto& encoder : {packed, padded}) {
        for (const auto& item : encoder->named_buffers()) {
            if (item.key().ends_with("running_mean"))
                item.value().copy_(noise(item.value().sizes(), 4) * 0.1);
        }
        encoder->train(training);
    }
    const torch::Tensor x = noise({3, 8, 50}).requires_grad_();
    const torch::Tensor y = x.detach().clone().requires_grad_();
    const Lengths lengths({50, 21, 2});
    const Encoded own = packed->forward(x, lengths, nullptr);
    QVERIFY(own.packed.has_value());
    JasperState state{{y}, lengths};
    for (const auto& block : padded->blocks())
        state = block->forward(std::move(state), nullptr);
    QCOMPARE(own.lengths.values(), state.lengths.values());
    QCOMPARE(own.padded().sizes(), state.outputs.back().sizes());
    QVERIFY(difference(own.padded(), state.outputs.back()) < 1e-5);

    const torch::Tensor weights = noise(own.padded().sizes(), 9) * state.lengths.mask(25, x);
    (own.padded() * weights).sum().backward();
    (state.outputs.back() * weights).sum().backward();
    QVERIFY(difference(x.grad(), y.grad()) < 1e-4);
    const auto expected = stateDict(*padded);
    const auto found = stateDict(*packed);
    for (std::size_t i = 0; i < found.size(); ++i) {
        QVERIFY2(difference(found[i].tensor.to(torch::kFloat32), expected[i].tensor.to(torch::kFloat32)) <
                     1e-5,
                 found[i].name.c_str());
        if (!expected[i].tensor.grad().defined()) continue;
        const double scale = std::max(1.0, expected[i].tensor.grad().abs().max().item<double>());
        QVERIFY2(difference(found[i].tensor.grad(), expected[i].tensor.grad()) < 1e-4 * scale,
                 found[i].name.c_str());
    }
}

void TestNn::encoder_namesFollowNemo() {
    const auto encoder = encoderOf(smallEncoder());
    const std::vector<std::string> names = namesOf(*encoder);
    const std::vector<std::string> expected{"encoder.0.mconv.0.conv.weight", "encoder.0.mconv.1.conv.weight",
                                            "encoder.0.mconv.2.weight", "encoder.0.mconv.2.bias"};
    QVERIFY(std::equal(expected.begin(), expected.end(), names.begin()));
    for (const char* name : {"encoder.1.mconv.7.running_var", "encoder.1.res.0.0.conv.weight",
                             "encoder.1.res.0.1.num_batches_tracked", "encoder.2.mconv.1.bias"})
        QVERIFY2(std::ranges::find(names, name) != names.end(), name);
    const auto versions = moduleVersions(*encoder);
    QCOMPARE(versions.front().path, std::string());
    const auto norm =
        std::ranges::find(versions, std::string("encoder.1.mconv.7"), &archive::ModuleVersion::path);
    QVERIFY(norm != versions.end());
    QCOMPARE(norm->version, 2);
}

void TestNn::encoder_optionsChangeNamesAsInNemo() {
    ConvAsrEncoderParams params = smallEncoder();
    params.convMask = false;
    params.jasper[0].kernelSizeFactor = 0.7;
    params.jasper[1].se = true;
    params.jasper[1].groups = 4;
    const auto encoder = encoderOf(params);
    const std::vector<std::string> names = namesOf(*encoder);
    // Without a mask `.conv` goes; a shuffle takes a number after each norm.
    for (const char* name : {"encoder.0.mconv.0.weight", "encoder.1.mconv.6.weight",
                             "encoder.1.mconv.10.fc.0.weight", "encoder.1.mconv.10.fc.2.weight"})
        QVERIFY2(std::ranges::find(names, name) != names.end(), name);
    QCOMPARE(stateDict(*encoder).front().tensor.size(2), std::int64_t{3});
    const torch::Tensor y = encoder->forward(noise({2, 8, 40}), Lengths({40, 21}), nullptr).padded();
    QCOMPARE(y.sizes().vec(), (std::vector<std::int64_t>{2, 12, 20}));

    ConvAsrEncoderParams dense = smallEncoder();
    dense.jasper[1].residualDense = true;
    dense.jasper[2].residualDense = true;
    dense.jasper[2].residual = true;
    const std::vector<std::string> denseNames = namesOf(*encoderOf(dense));
    QVERIFY(std::ranges::find(denseNames, "encoder.2.res.1.0.conv.weight") != denseNames.end());
}

void TestNn::encoder_refusesStrideWithDilation() {
    ConvAsrEncoderParams params = smallEncoder();
    params.jasper[0].dilation = {2};
    const Error error = refusal(params);
    QCOMPARE(error.kind, ErrorKind::Usage);
    QVERIFY(error.why.find("Only stride OR dilation may be greater than 1") != std::string::npos);
    params = smallEncoder();
    params.initMode = "glorot";
    QVERIFY(refusal(params).why.find("Unknown Initialization mode") != std::string::npos);
}

void TestNn::encoder_gradientsMatchFiniteDifferences() {
    const auto encoder = encoderOf(smallEncoder());
    encoder->to(torch::kFloat64);
    encoder->train();
    const torch::Tensor x = noise({2, 8, 24}).to(torch::kFloat64);
    const Lengths lengths({24, 13});
    const torch::Tensor weights = noise({2, 12, 12}, 8).to(torch::kFloat64);
    const torch::Tensor valid = lengths.mask(24, x).slice(2, 0, 24, 2);
    const auto loss = [&] {
        Random random(1);
        return (encoder->forward(x, lengths, &random).padded() * weights * valid).sum();
    };
    loss().backward();
    for (const auto& item : encoder->named_parameters()) {
        torch::Tensor parameter = item.value();
        const torch::Tensor direction = noise(parameter.sizes(), 21).to(torch::kFloat64);
        const double expected = (parameter.grad() * direction).sum().item<double>();
        const torch::NoGradGuard noGrad;
        constexpr double kStep = 1e-6;
        parameter.add_(direction, kStep);
        const double above = loss().item<double>();
        parameter.sub_(direction, 2 * kStep);
        const double below = loss().item<double>();
        parameter.add_(direction, kStep);
        const double found = (above - below) / (2 * kStep);
        QVERIFY2(std::abs(found - expected) < 1e-3 * std::max(1.0, std::abs(expected)),
                 (item.key() + ": " + std::to_string(found) + " vs " + std::to_string(expected)).c_str());
    }
}

void TestNn::ctc_collapsesRepeatsAndBlanks() {
    const torch::Tensor ids =
        torch::tensor({{0, 0, 9, 0, 1, 1, 2, 2}, {9, 9, 9, 9, 3, 3, 3, 3}}, torch::kInt64);
    const auto tokens = collapseCtc(ids, Lengths({8, 4}), 9);
    QCOMPARE(tokens[0], (std::vector<std::int64_t>{0, 0, 1, 2}));
    QVERIFY(tokens[1].empty());
}

void TestNn::ctc_reductions() {
    const torch::Tensor logProbs = torch::log_softmax(noise({2, 12, 5}), -1);
    const CtcTargets targets{torch::tensor({{0, 1, 2}, {3, 0, 0}}, torch::kInt64), Lengths({3, 1})};
    const Lengths frames({12, 7});
    const torch::Tensor each = ctcLoss(logProbs, frames, targets, CtcReduction::None);
    const double sum = each.sum().item<double>();
    const auto reduced = [&](CtcReduction reduction) {
        return ctcLoss(logProbs, frames, targets, reduction).item<double>();
    };
    QVERIFY(std::abs(reduced(CtcReduction::MeanBatch) - sum / 2) < 1e-5);
    QVERIFY(std::abs(reduced(CtcReduction::MeanVolume) - sum / 4) < 1e-5);
    QVERIFY(std::abs(reduced(CtcReduction::Sum) - sum) < 1e-5);
    const double byTokens = (each[0].item<double>() / 3 + each[1].item<double>()) / 2;
    QVERIFY(std::abs(reduced(CtcReduction::Mean) - byTokens) < 1e-5);
    // More tokens than frames can say: infinite, counted as zero.
    const CtcTargets impossible{torch::zeros({2, 3}, torch::kInt64), Lengths({3, 3})};
    QCOMPARE(ctcLoss(logProbs, Lengths({2, 2}), impossible, CtcReduction::Sum).item<double>(), 0.0);
}

QTEST_GUILESS_MAIN(TestNn)
#include "tst_nn.moc"
