// SPDX-License-Identifier: Apache-2.0
// NeMo's ConformerEncoder, also as FastConformer configures it.
//
//   auto encoder = nn::ConformerEncoder::make({.featIn = 80, .layers = 4, .width = 144}, random);
//   nn::EncoderOutput out = (*encoder)->encode(features, {});   // out.encoded.padded() is [B, 144, T / 4]
#pragma once

#include "engine/nn/acoustic_encoder.h"
#include "engine/nn/attention_context.h"
#include "engine/nn/conformer_layer.h"
#include "engine/nn/subsampling.h"

#include <memory>
#include <optional>
#include <string>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// NeMo's parameters with its defaults; `layers` is n_layers and `width` d_model.
struct ConformerParams {
    std::int64_t featIn = 80;
    std::int64_t layers = 16;
    std::int64_t width = 256;
    std::int64_t featOut = -1; ///< another width of the output; -1: none
    bool causalDownsampling = false;
    std::string subsampling = "striding";
    std::int64_t subsamplingFactor = 4;
    std::int64_t subsamplingChannels = -1; ///< -1: width
    std::string reduction{};               ///< pooling or striding; empty: none
    std::int64_t reductionPosition = -1;   ///< after this layer; -1: at the end
    std::int64_t reductionFactor = 1;
    std::int64_t ffExpansion = 4;
    AttentionKind attention = AttentionKind::Relative;
    std::int64_t heads = 4;
    std::vector<AttentionWindow> windows{}; ///< evaluation uses the first, training draws one; empty: all
    std::vector<double> windowChances{};    ///< of each; empty: all the same
    bool chunked = false; ///< chunked_limited: chunks of right + 1 frames see all of themselves
    bool xscaling = true;
    bool untieBiases = true;
    ConformerConvParams conv{}; ///< width and useBias are taken from here
    bool useBias = true;
    double dropout = 0.1;
    double dropoutPreEncoder = 0.1;
    double dropoutEmb = 0.1;
    double dropoutAtt = 0;
    double stochasticDepth = 0;
    std::string stochasticDepthMode = "linear";
    std::int64_t stochasticDepthStart = 1;
    std::int64_t globalTokens = 0;
    std::int64_t globalSpacing = 1;
    bool globalSeparate = false;
};

/// Parameters `pre_encode.…`, `reduction_subsampling.…`, `layers.<i>.…`, `out_proj.…`.
class ConformerEncoder : public AcousticEncoder {
public:
    /// Usage errors for what NeMo refuses too; the key is relative to the encoder's section.
    [[nodiscard]] static Result<std::shared_ptr<ConformerEncoder>> make(const ConformerParams& params,
                                                                        Random& random);

    [[nodiscard]] EncoderOutput encode(const Features& features, const EncodeOptions& options) override;
    [[nodiscard]] std::int64_t featOut() const override;
    [[nodiscard]] std::int64_t layerCount() const override { return m_params.layers; }
    [[nodiscard]] std::int64_t subsampling() const override;

private:
    explicit ConformerEncoder(const ConformerParams& params);
    [[nodiscard]] Status build(Random& random);
    [[nodiscard]] Status buildReduction(Random& random);
    [[nodiscard]] ConformerLayerParams layerParams() const;
    [[nodiscard]] EncoderOutput encodePadded(const Features& features, const EncodeOptions& options);
    /// The same without padding, where m_canPack.
    [[nodiscard]] EncoderOutput encodePacked(const Features& features, const EncodeOptions& options);
    /// What stochastic depth makes of a layer.
    [[nodiscard]] torch::Tensor thinned(std::size_t layer, const torch::Tensor& before,
                                        const torch::Tensor& after, Random* random) const;
    /// x [..., width] scaled, with absolute positions (undefined: none) added, and dropout.
    [[nodiscard]] torch::Tensor positioned(const torch::Tensor& x, const torch::Tensor& absolute,
                                           Random* random) const;
    /// [frames, width] to be added to a clip; undefined with relative positions.
    [[nodiscard]] torch::Tensor absolutePositions(std::int64_t frames, const torch::Tensor& like) const;
    /// [1, P, width] for attention over so many frames; undefined with absolute positions.
    [[nodiscard]] torch::Tensor relativePositions(std::int64_t frames, const torch::Tensor& like,
                                                  Random* random) const;
    [[nodiscard]] AttentionContext contextFor(const torch::Tensor& x, const Lengths& lengths,
                                              const AttentionWindow& window, Random* random) const;
    [[nodiscard]] AttentionWindow drawWindow(Random* random) const;
    [[nodiscard]] Subsampled reduced(const torch::Tensor& x, const Lengths& lengths) const;

    ConformerParams m_params;
    std::vector<double> m_dropChances{};         ///< of each layer
    std::optional<std::int64_t> m_reductionAt{}; ///< after this layer, -1: at the end; none: nowhere
    std::shared_ptr<Subsampling> m_preEncode;
    std::shared_ptr<Subsampling> m_reduction; ///< null without, and with pooling
    std::vector<std::shared_ptr<ConformerLayer>> m_layers;
    std::shared_ptr<Linear> m_outProjection; ///< null without
    bool m_canPack = false;
};

} // namespace fathom::nn
