// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/bert_encoder.h"

#include "engine/nn/activation.h"
#include "engine/nn/full_precision.h"
#include "engine/nn/init.h"
#include "engine/nn/packed_attention.h"

#include <cmath>

namespace fathom::nn {

namespace {

using Module = torch::nn::Module;

std::shared_ptr<Module> child(Module& parent, const std::string& name) {
    return parent.register_module(name, std::make_shared<Module>(name));
}

constexpr std::int64_t kLongest = 192; // tokens; beyond, blocked matrix products on padded rows are faster

/// Whether there is a kernel for it: packed float32 rows on the CPU, of sequences that are not long.
bool canAttendPacked(const TokenRows& rows, const torch::Tensor& x) {
    return !rows.lengths().empty() && rows.width() <= kLongest && x.is_cpu() &&
           x.scalar_type() == torch::kFloat32;
}

std::vector<kernels::TokenSpan> spansOf(const TokenRows& rows) {
    std::vector<kernels::TokenSpan> spans;
    std::int64_t begin = 0;
    for (const std::int64_t length : rows.lengths())
        begin += spans.emplace_back(kernels::TokenSpan{begin, length}).count;
    return spans;
}

/// Of rows that are the first of each sequence.
std::vector<kernels::TokenSpan> firstRows(const TokenRows& rows) {
    std::vector<kernels::TokenSpan> spans;
    for (std::int64_t b = 0; b < rows.batch(); ++b)
        spans.push_back({b, 1});
    return spans;
}

struct Builder {
    double deviation;
    Random& random;

    [[nodiscard]] torch::Tensor drawn(at::IntArrayRef shape) const {
        torch::Tensor weight = torch::empty(shape);
        initNormal(weight, deviation, random);
        return weight;
    }
    [[nodiscard]] BertEncoder::Affine affine(Module& parent, const std::string& name, std::int64_t in,
                                             std::int64_t out) const {
        const auto module = child(parent, name);
        return {module->register_parameter("weight", drawn({out, in})),
                module->register_parameter("bias", torch::zeros({out}))};
    }
    [[nodiscard]] static BertEncoder::Norm norm(Module& parent, std::int64_t size) {
        const auto module = child(parent, "LayerNorm");
        return {module->register_parameter("weight", torch::ones({size})),
                module->register_parameter("bias", torch::zeros({size}))};
    }
    [[nodiscard]] torch::Tensor table(Module& parent, const std::string& name, std::int64_t rows,
                                      std::int64_t size) const {
        return child(parent, name)->register_parameter("weight", drawn({rows, size}));
    }
};

torch::Tensor linear(const torch::Tensor& x, const BertEncoder::Affine& affine) {
    return torch::linear(x, affine.weight, affine.bias);
}

} // namespace

Result<std::shared_ptr<BertEncoder>> BertEncoder::make(const BertParams& params, Random& random) {
    const Result<HiddenAct> act = hiddenActFrom(params.hiddenAct);
    if (!act) return fail(act.error());
    const std::shared_ptr<BertEncoder> encoder(new BertEncoder(params, *act));
    encoder->build(random);
    return encoder;
}

void BertEncoder::build(Random& random) {
    const Builder builder{m_params.initializerRange, random};
    const std::int64_t size = m_params.hiddenSize;
    const auto embeddings = child(*this, "embeddings");
    m_words = builder.table(*embeddings, "word_embeddings", m_params.vocabSize, size);
    m_positions = builder.table(*embeddings, "position_embeddings", m_params.maxPositions, size);
    m_types = builder.table(*embeddings, "token_type_embeddings", m_params.typeVocab, size);
    m_embeddingNorm = Builder::norm(*embeddings, size);
    if (m_params.padId < m_params.vocabSize) {
        const torch::NoGradGuard noGrad;
        m_words[m_params.padId].zero_();
    }
    const auto layers = child(*child(*this, "encoder"), "layer");
    for (std::int64_t i = 0; i < m_params.layers; ++i) {
        const auto module = child(*layers, std::to_string(i));
        Layer layer;
        const auto attention = child(*module, "attention");
        const auto self = child(*attention, "self");
        layer.query = builder.affine(*self, "query", size, size);
        layer.key = builder.affine(*self, "key", size, size);
        layer.value = builder.affine(*self, "value", size, size);
        if (m_params.positionEmbeddingType != "absolute")
            layer.distances = builder.table(*self, "distance_embedding", 2 * m_params.maxPositions - 1,
                                            size / m_params.heads);
        const auto attended = child(*attention, "output");
        layer.attention = builder.affine(*attended, "dense", size, size);
        layer.attentionNorm = Builder::norm(*attended, size);
        layer.intermediate =
            builder.affine(*child(*module, "intermediate"), "dense", size, m_params.intermediateSize);
        const auto output = child(*module, "output");
        layer.output = builder.affine(*output, "dense", m_params.intermediateSize, size);
        layer.outputNorm = Builder::norm(*output, size);
        m_layers.push_back(std::move(layer));
    }
    (void)builder.affine(*child(*this, "pooler"), "dense", size, size);
}

torch::Tensor BertEncoder::normalised(const torch::Tensor& x, const Norm& norm) const {
    return torch::layer_norm(x, {m_params.hiddenSize}, norm.weight, norm.bias, m_params.layerNormEps);
}

torch::Tensor BertEncoder::embed(const BertInput& input, const TokenRows& rows, Random* random) const {
    torch::Tensor x = torch::embedding(m_words, rows.pack(input.ids), m_params.padId);
    x = input.types.defined() ? x + torch::embedding(m_types, rows.pack(input.types)) : x + m_types[0];
    if (m_params.positionEmbeddingType == "absolute") x = x + torch::embedding(m_positions, rows.positions());
    return dropout(normalised(x, m_embeddingNorm), m_params.hiddenDropout, random);
}

/// Attention scores [B, heads, Q, K] before masking, where queries are at the first Q positions.
torch::Tensor BertEncoder::scores(const Layer& layer, const torch::Tensor& query,
                                  const torch::Tensor& key) const {
    const double scale = 1 / std::sqrt(static_cast<double>(query.size(-1)));
    torch::Tensor out = torch::matmul(query, key.transpose(-1, -2));
    if (layer.distances.defined()) {
        const auto options = torch::TensorOptions().dtype(torch::kInt64).device(query.device());
        const torch::Tensor distance =
            torch::arange(query.size(2), options).unsqueeze(1) - torch::arange(key.size(2), options);
        const torch::Tensor embedded =
            torch::embedding(layer.distances, distance + (m_params.maxPositions - 1)).to(query.dtype());
        out = out + torch::einsum("bhld,lrd->bhlr", {query, embedded});
        if (m_params.positionEmbeddingType == "relative_key_query")
            out = out + torch::einsum("bhrd,lrd->bhlr", {key, embedded});
    }
    return out * scale;
}

torch::Tensor BertEncoder::attend(const Layer& layer, const torch::Tensor& x, const TokenRows& rows,
                                  bool firstOnly, Random* random) const {
    const torch::Tensor queries = linear(firstOnly ? rows.first(x) : x, layer.query);
    const torch::Tensor keys = linear(x, layer.key);
    const torch::Tensor values = linear(x, layer.value);
    if (!layer.distances.defined() && canAttendPacked(rows, keys))
        return attendPacked({.queries = firstOnly ? firstRows(rows) : spansOf(rows),
                             .keys = spansOf(rows),
                             .heads = m_params.heads,
                             .dropout = m_params.attentionDropout},
                            queries, keys, values, random);
    const auto heads = [&](const torch::Tensor& padded) {
        return padded.unflatten(-1, {m_params.heads, m_params.hiddenSize / m_params.heads}).transpose(1, 2);
    };
    const torch::Tensor query = heads(firstOnly ? queries.unsqueeze(1) : rows.unpack(queries));
    const torch::Tensor key = heads(rows.unpack(keys));
    const torch::Tensor value = heads(rows.unpack(values));
    torch::Tensor context;
    if ((!random || m_params.attentionDropout <= 0) && !layer.distances.defined()) {
        const std::optional<torch::Tensor> mask =
            rows.mask().defined() ? std::optional(rows.mask()) : std::nullopt;
        context = at::scaled_dot_product_attention(query, key, value, mask);
    } else {
        torch::Tensor weights = scores(layer, query, key);
        if (rows.mask().defined())
            weights = weights.masked_fill(~rows.mask(), lowest(weights.scalar_type()));
        weights = dropout(torch::softmax(weights, -1), m_params.attentionDropout, random);
        context = torch::matmul(weights, value);
    }
    const torch::Tensor joined = context.transpose(1, 2).flatten(2);
    return firstOnly ? joined.squeeze(1) : rows.pack(joined);
}

torch::Tensor BertEncoder::run(const Layer& layer, const torch::Tensor& x, const TokenRows& rows,
                               bool firstOnly, Random* random) const {
    const double rate = m_params.hiddenDropout;
    const torch::Tensor attended = linear(attend(layer, x, rows, firstOnly, random), layer.attention);
    const torch::Tensor between =
        normalised(dropout(attended, rate, random) + (firstOnly ? rows.first(x) : x), layer.attentionNorm);
    const torch::Tensor out = linear(nn::apply(m_act, linear(between, layer.intermediate)), layer.output);
    return normalised(dropout(out, rate, random) + between, layer.outputNorm);
}

torch::Tensor BertEncoder::forward(const BertInput& input, const TokenRows& rows, Random* random) const {
    torch::Tensor x = embed(input, rows, random);
    for (const Layer& layer : m_layers)
        x = run(layer, x, rows, /*firstOnly=*/false, random);
    return x;
}

torch::Tensor BertEncoder::forwardFirst(const BertInput& input, const TokenRows& rows, Random* random) const {
    torch::Tensor x = embed(input, rows, random);
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        x = run(m_layers[i], x, rows, i + 1 == m_layers.size(), random);
    return x;
}

} // namespace fathom::nn
