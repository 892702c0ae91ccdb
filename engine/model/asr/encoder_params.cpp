// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/encoder_params.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/section.h"

#include <utility>

namespace fathom::model {

namespace {

using config::Config;
using config::Schema;

struct ConvEncoderSection {
    Value target{};
    std::int64_t featIn{};
    std::string activation{};
    std::string normalizationMode{};
    std::string residualMode{};
    std::int64_t normGroups{};
    bool convMask{};
    int frameSplicing{};
    std::optional<std::string> initMode{};
    Value jasper{};
};

const Schema<ConvEncoderSection>& convEncoderSchema() {
    static const auto schema = Schema<ConvEncoderSection>(schemas::at("ConvASREncoder"))
                                   .bind("_target_", &ConvEncoderSection::target)
                                   .bind("feat_in", &ConvEncoderSection::featIn)
                                   .bind("activation", &ConvEncoderSection::activation)
                                   .bind("normalization_mode", &ConvEncoderSection::normalizationMode)
                                   .bind("residual_mode", &ConvEncoderSection::residualMode)
                                   .bind("norm_groups", &ConvEncoderSection::normGroups)
                                   .bind("conv_mask", &ConvEncoderSection::convMask)
                                   .bind("frame_splicing", &ConvEncoderSection::frameSplicing)
                                   .bind("init_mode", &ConvEncoderSection::initMode)
                                   .bind("jasper", &ConvEncoderSection::jasper);
    return schema;
}

const Schema<nn::JasperBlockParams>& jasperSchema() {
    using P = nn::JasperBlockParams;
    static const auto schema = Schema<nn::JasperBlockParams>(schemas::at("JasperBlock"))
                                   .bind("filters", &P::filters)
                                   .bind("repeat", &P::repeat)
                                   .bind("kernel", &P::kernel)
                                   .bind("stride", &P::stride)
                                   .bind("dilation", &P::dilation)
                                   .bind("dropout", &P::dropout)
                                   .bind("residual", &P::residual)
                                   .bind("separable", &P::separable)
                                   .bind("groups", &P::groups)
                                   .bind("heads", &P::heads)
                                   .bind("residual_mode", &P::residualMode)
                                   .bind("residual_dense", &P::residualDense)
                                   .bind("se", &P::se)
                                   .bind("se_reduction_ratio", &P::seReductionRatio)
                                   .bind("se_context_size", &P::seContextSize)
                                   .bind("kernel_size_factor", &P::kernelSizeFactor)
                                   .bind("stride_last", &P::strideLast)
                                   .bind("future_context", &P::futureContext);
    return schema;
}

Result<EncoderParams> readConvAsrEncoder(const Config& config, const std::string& path) {
    const Result<ConvEncoderSection> section = convEncoderSchema().read(config, path);
    if (!section) return fail(section.error());
    nn::ConvAsrEncoderParams params;
    params.featIn = section->featIn;
    params.activation = section->activation;
    params.normalizationMode = section->normalizationMode;
    params.residualMode = section->residualMode;
    params.normGroups = section->normGroups;
    params.convMask = section->convMask;
    params.frameSplicing = section->frameSplicing;
    params.initMode = section->initMode.value_or("");
    const std::size_t blocks = section->jasper.isList() ? section->jasper.asList().size() : 0;
    for (std::size_t i = 0; i < blocks; ++i) {
        const Result<nn::JasperBlockParams> block =
            jasperSchema().read(config, below(path, "jasper." + std::to_string(i)));
        if (!block) return fail(block.error());
        params.jasper.push_back(*block);
    }
    return params;
}

struct ConformerSection : nn::ConformerParams {
    Value target{};
    std::optional<std::string> subsamplingKind{};
    std::optional<std::string> reductionKind{};
    std::optional<std::int64_t> reductionLayer{};
    std::string attentionModel{};
    std::optional<std::vector<Value>> contexts{};
    std::optional<std::vector<double>> contextChances{};
    std::string contextStyle{};
    std::int64_t convKernel{};
    std::string convNorm{};
    Value convContext{};
    std::string convStyle{};
};

/// The member of nn::ConformerParams as one of the section.
template <class M> constexpr M ConformerSection::*own(M nn::ConformerParams::*member) {
    return member;
}

const Schema<ConformerSection>& conformerSchema() {
    using S = ConformerSection;
    using P = nn::ConformerParams;
    static const auto schema = [] {
        Schema<S> made(schemas::at("ConformerEncoder"));
        made.bind("_target_", &S::target)
            .bind("feat_in", own(&P::featIn))
            .bind("n_layers", own(&P::layers))
            .bind("d_model", own(&P::width))
            .bind("feat_out", own(&P::featOut))
            .bind("causal_downsampling", own(&P::causalDownsampling))
            .bind("subsampling", &S::subsamplingKind)
            .bind("subsampling_factor", own(&P::subsamplingFactor))
            .bind("subsampling_conv_channels", own(&P::subsamplingChannels))
            .bind("reduction", &S::reductionKind)
            .bind("reduction_position", &S::reductionLayer)
            .bind("reduction_factor", own(&P::reductionFactor))
            .bind("ff_expansion_factor", own(&P::ffExpansion))
            .bind("self_attention_model", &S::attentionModel)
            .bind("n_heads", own(&P::heads))
            .bind("att_context_size", &S::contexts)
            .bind("att_context_probs", &S::contextChances)
            .bind("att_context_style", &S::contextStyle)
            .bind("xscaling", own(&P::xscaling))
            .bind("untie_biases", own(&P::untieBiases))
            .bind("conv_kernel_size", &S::convKernel)
            .bind("conv_norm_type", &S::convNorm)
            .bind("conv_context_size", &S::convContext)
            .bind("conv_context_style", &S::convStyle)
            .bind("use_bias", own(&P::useBias))
            .bind("dropout", own(&P::dropout))
            .bind("dropout_pre_encoder", own(&P::dropoutPreEncoder))
            .bind("dropout_emb", own(&P::dropoutEmb))
            .bind("dropout_att", own(&P::dropoutAtt))
            .bind("stochastic_depth_drop_prob", own(&P::stochasticDepth))
            .bind("stochastic_depth_mode", own(&P::stochasticDepthMode))
            .bind("stochastic_depth_start_layer", own(&P::stochasticDepthStart))
            .bind("global_tokens", own(&P::globalTokens))
            .bind("global_tokens_spacing", own(&P::globalSpacing))
            .bind("global_attn_separate", own(&P::globalSeparate));
        return made;
    }();
    return schema;
}

class ConformerReader {
public:
    ConformerReader(const Config& config, const std::string& path) : m_config(config), m_path(path) {}

    Result<EncoderParams> read() {
        Result<ConformerSection> section = conformerSchema().read(m_config, m_path);
        if (!section) return fail(section.error());
        ConformerSection& s = *section;
        s.subsampling = s.subsamplingKind.value_or("");
        s.reduction = s.reductionKind.value_or("");
        s.reductionPosition = s.reductionLayer.value_or(-1);
        for (const Status& status : {readAttention(s), readContexts(s), readConv(s)})
            if (!status) return fail(status.error());
        return EncoderParams(static_cast<const nn::ConformerParams&>(s));
    }

private:
    [[nodiscard]] Status refuse(const char* key, std::string why, std::string remedy) const {
        Error error = m_config.errorAt(below(m_path, key), "Cannot build the encoder", std::move(why),
                                       std::move(remedy));
        error.className = "ValueError";
        return fail(std::move(error));
    }

    Status readAttention(ConformerSection& s) const {
        if (s.attentionModel == "rel_pos")
            s.attention = nn::AttentionKind::Relative;
        else if (s.attentionModel == "abs_pos")
            s.attention = nn::AttentionKind::Absolute;
        else if (s.attentionModel == "rel_pos_local_attn")
            s.attention = nn::AttentionKind::Local;
        else
            return refuse("self_attention_model",
                          "Not valid self_attention_model: '" + s.attentionModel + "'!",
                          "Use rel_pos, abs_pos or rel_pos_local_attn");
        return {};
    }

    Status readContexts(ConformerSection& s) const {
        if (s.contextStyle != "regular" && s.contextStyle != "chunked_limited")
            return refuse("att_context_style", "the style '" + s.contextStyle + "' is not supported",
                          "Use regular or chunked_limited");
        s.chunked = s.contextStyle == "chunked_limited";
        s.windowChances = s.contextChances.value_or(std::vector<double>{});
        const std::vector<Value> given = s.contexts.value_or(std::vector<Value>{});
        const bool single = !given.empty() && given.front().isInt();
        const auto add = [&](const std::vector<Value>& pair) {
            const bool fits = pair.size() == 2 && pair[0].isInt() && pair[1].isInt();
            if (fits) s.windows.push_back({pair[0].asInt(), pair[1].asInt()});
            return fits;
        };
        bool valid = !single || add(given);
        for (const Value& pair : single ? std::vector<Value>{} : given)
            valid = valid && pair.isList() && add(pair.asList());
        if (valid) return {};
        return refuse("att_context_size", "att_context_size is neither two numbers nor a list of such pairs",
                      "Write for example [128, 128]");
    }

    Status readConv(ConformerSection& s) const {
        if (s.convStyle != "regular")
            return refuse("conv_context_style", "the style '" + s.convStyle + "' is not supported",
                          "Use regular");
        s.conv.kernel = s.convKernel;
        s.conv.norm = s.convNorm;
        s.conv.left = s.conv.right = (s.convKernel - 1) / 2;
        const Value& context = s.convContext;
        if (context.isNull()) return {};
        const bool causal = context.isString() && context.asString() == "causal";
        const bool pair = context.isList() && context.asList().size() == 2 && context.asList()[0].isInt() &&
                          context.asList()[1].isInt();
        if (!causal && !pair)
            return refuse("conv_context_size",
                          "Invalid conv_context_size! It should be the string 'causal' or a list of two "
                          "integers.",
                          "Use null for a symmetric one");
        s.conv.left = causal ? s.convKernel - 1 : context.asList()[0].asInt();
        s.conv.right = causal ? 0 : context.asList()[1].asInt();
        return {};
    }

    const Config& m_config;
    std::string m_path;
};

} // namespace

Result<EncoderParams> readEncoder(const Config& config, const std::string& path) {
    const config::Node* target = config.find(below(path, "_target_"));
    const bool named = target && target->value.isString();
    const std::string_view className = named ? classNameOf(target->value.asString())
                                       : config.find(below(path, "d_model")) ? "ConformerEncoder"
                                                                             : "ConvASREncoder";
    if (className == "ConvASREncoder") return readConvAsrEncoder(config, path);
    if (className == "ConformerEncoder") return ConformerReader(config, path).read();
    return fail(config.errorAt(below(path, "_target_"), "Cannot build the model",
                               "'" + target->value.asString() + "' is not a class this program has",
                               "Use ConvASREncoder or ConformerEncoder"));
}

std::int64_t encoderFeatures(const EncoderParams& params) {
    if (const auto* conv = std::get_if<nn::ConvAsrEncoderParams>(&params))
        return conv->featIn * conv->frameSplicing;
    return std::get<nn::ConformerParams>(params).featIn;
}

Result<std::shared_ptr<nn::AcousticEncoder>> makeEncoder(const EncoderParams& params, nn::Random& random) {
    const auto widened = [](auto made) -> Result<std::shared_ptr<nn::AcousticEncoder>> {
        if (!made) return fail(made.error());
        return std::shared_ptr<nn::AcousticEncoder>(std::move(*made));
    };
    if (const auto* conv = std::get_if<nn::ConvAsrEncoderParams>(&params))
        return widened(nn::ConvAsrEncoder::make(*conv, random));
    return widened(nn::ConformerEncoder::make(std::get<nn::ConformerParams>(params), random))
        .map_error([](Error error) {
            error.key = below("encoder", error.key);
            return error;
        });
}

} // namespace fathom::model
