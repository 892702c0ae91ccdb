// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_decoder.h"

#include <algorithm>

namespace fathom::nn {

class TransformerDecoderLayer : public torch::nn::Module {
public:
    TransformerDecoderLayer(const TransformerParams& params, Random& random)
        : m_attend{params.preNorm, params.attentionLayerDropout}, m_feed{params.preNorm, params.ffnDropout} {
        const auto norm = [&](const char* name) {
            return register_module(name, std::make_shared<TransformerNorm>(params.hiddenSize));
        };
        const auto attention = [&](const char* name) {
            return register_module(name, std::make_shared<MultiHeadAttention>(params, random));
        };
        m_norm1 = norm("layer_norm_1");
        m_self = attention("first_sub_layer");
        m_norm2 = norm("layer_norm_2");
        m_cross = attention("second_sub_layer");
        m_norm3 = norm("layer_norm_3");
        m_feedForward =
            register_module("third_sub_layer", std::make_shared<PositionWiseFeedForward>(params, random));
    }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, const TokenLayout& layout,
                                        const torch::Tensor& encoded, const TokenLayout& encodedLayout,
                                        Random* random) const {
        return layer(
            x, [&](const torch::Tensor& in) { return m_self->self(in, layout, /*causal=*/true, random); },
            [&](const torch::Tensor& in) {
                return m_cross->cross(in, layout, encoded, encodedLayout, random);
            },
            random);
    }

    /// One token of each hypothesis; writes its keys and values to `generated` from row `first` on.
    [[nodiscard]] torch::Tensor step(const torch::Tensor& x, torch::Tensor& generated, std::int64_t first,
                                     const StepRows& own, const torch::Tensor& source,
                                     const StepRows& others) const {
        return layer(
            x,
            [&](const torch::Tensor& in) {
                const torch::Tensor joined = m_self->projections(in);
                const std::int64_t width = joined.size(1) / 3;
                generated.narrow(0, first, joined.size(0)).copy_(joined.narrow(1, width, 2 * width));
                return m_self->step(joined.narrow(1, 0, width), generated, own);
            },
            [&](const torch::Tensor& in) { return m_cross->step(m_cross->queries(in), source, others); },
            nullptr);
    }

    [[nodiscard]] torch::Tensor sourceRows(const torch::Tensor& encoded) const {
        return m_cross->keysValues(encoded).contiguous();
    }

private:
    template <class Self, class Cross>
    [[nodiscard]] torch::Tensor layer(const torch::Tensor& x, const Self& self, const Cross& cross,
                                      Random* random) const {
        const torch::Tensor own = m_attend.around(x, *m_norm1, self, random);
        const torch::Tensor both = m_attend.around(own, *m_norm2, cross, random);
        return m_feed.around(
            both, *m_norm3, [&](const torch::Tensor& in) { return m_feedForward->forward(in); }, random);
    }

    SubLayer m_attend;
    SubLayer m_feed;
    std::shared_ptr<TransformerNorm> m_norm1, m_norm2, m_norm3;
    std::shared_ptr<MultiHeadAttention> m_self, m_cross;
    std::shared_ptr<PositionWiseFeedForward> m_feedForward;
};

TransformerDecoder::TransformerDecoder(const TransformerParams& params)
    : torch::nn::Module("TransformerDecoderNM"), m_params(params) {}

Result<std::shared_ptr<TransformerDecoder>> TransformerDecoder::make(const TransformerParams& params,
                                                                     Random& random) {
    if (const Status checked = params.check(); !checked) return fail(checked.error());
    const std::shared_ptr<TransformerDecoder> decoder(new TransformerDecoder(params));
    decoder->m_embedding =
        decoder->register_module("_embedding", std::make_shared<TransformerEmbedding>(params, random));
    const auto stack =
        decoder->register_module("_decoder", std::make_shared<torch::nn::Module>("TransformerDecoder"));
    if (params.preNorm && params.finalNorm)
        decoder->m_finalNorm =
            stack->register_module("final_layer_norm", std::make_shared<TransformerNorm>(params.hiddenSize));
    const auto list = stack->register_module("layers", std::make_shared<torch::nn::Module>("ModuleList"));
    for (std::int64_t i = 0; i < params.layers; ++i)
        decoder->m_layers.push_back(list->register_module(
            std::to_string(i), std::make_shared<TransformerDecoderLayer>(params, random)));
    return decoder;
}

torch::Tensor TransformerDecoder::forward(const torch::Tensor& ids, const TokenLayout& layout,
                                          const torch::Tensor& encoded, const TokenLayout& encodedLayout,
                                          Random* random) const {
    torch::Tensor x = m_embedding->forward(ids, layout, random);
    for (const auto& layer : m_layers)
        x = layer->forward(x, layout, encoded, encodedLayout, random);
    return m_finalNorm ? m_finalNorm->forward(x) : x;
}

DecoderCache TransformerDecoder::begin(const torch::Tensor& encoded,
                                       const std::vector<std::int64_t>& lengths) const {
    DecoderCache cache;
    cache.m_sentences = TokenLayout::packed(lengths).spans();
    for (const auto& layer : m_layers) {
        cache.m_source.push_back(layer->sourceRows(encoded));
        cache.m_generated.push_back(
            torch::empty({0, cache.m_source.back().size(1)}, cache.m_source.back().options()));
    }
    return cache;
}

torch::Tensor TransformerDecoder::step(DecoderCache& cache, const DecoderStep& step) const {
    const std::int64_t first = cache.m_rows;
    const std::int64_t count = step.ids.size(0);
    cache.m_rows += count;
    StepRows own;
    StepRows others;
    for (std::int64_t r = 0; r < count; ++r) {
        const auto at = static_cast<std::size_t>(r);
        own.offsets.push_back(static_cast<std::int64_t>(own.rows.size()));
        own.rows.insert(own.rows.end(), step.history[at].begin(), step.history[at].end());
        own.rows.push_back(static_cast<std::int32_t>(first + r));
        own.counts.push_back(static_cast<std::int64_t>(step.history[at].size()) + 1);
        const kernels::TokenSpan& source = cache.m_sentences[static_cast<std::size_t>(step.sentences[at])];
        others.offsets.push_back(static_cast<std::int64_t>(others.rows.size()));
        others.counts.push_back(source.count);
        for (std::int64_t t = 0; t < source.count; ++t)
            others.rows.push_back(static_cast<std::int32_t>(source.begin + t));
    }
    torch::Tensor x = m_embedding->at(step.ids, step.position);
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        torch::Tensor& generated = cache.m_generated[i];
        if (generated.size(0) < cache.m_rows) {
            torch::Tensor larger = torch::empty(
                {std::max(2 * generated.size(0), cache.m_rows), generated.size(1)}, generated.options());
            larger.narrow(0, 0, first).copy_(generated.narrow(0, 0, first));
            generated = larger;
        }
        x = m_layers[i]->step(x, generated, first, own, cache.m_source[i], others);
    }
    return m_finalNorm ? m_finalNorm->forward(x) : x;
}

} // namespace fathom::nn
