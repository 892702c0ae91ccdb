// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/jasper_block.h"

#include <algorithm>

namespace fathom::nn {

namespace {

Error blockUsage(const std::string& key, const std::string& why, const std::string& remedy) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot build the encoder",
            .why = why,
            .remedy = remedy,
            .key = "encoder.jasper." + key,
            .className = "ValueError"};
}

/// A layer without parameters; it takes its number in NeMo's list.
void registerPlaceholder(torch::nn::Module& owner, std::int64_t& index, const char* name) {
    owner.register_module(std::to_string(index++), std::make_shared<torch::nn::Module>(name));
}

torch::Tensor shuffled(const torch::Tensor& x, std::int64_t groups) {
    const std::int64_t perGroup = x.size(1) / groups;
    return x.view({x.size(0), groups, perGroup, x.size(2)}).transpose(1, 2).reshape(x.sizes());
}

torch::Tensor applyUnit(const ConvUnit& unit, torch::Tensor x, Lengths& lengths) {
    if (unit.depthwise) x = unit.depthwise->forward(x, lengths);
    x = unit.norm->forward(unit.conv->forward(x, lengths));
    return unit.shuffleGroups > 1 ? shuffled(x, unit.shuffleGroups) : x;
}

} // namespace

JasperBlock::JasperBlock(const JasperBlockParams& params, const JasperContext& context)
    : torch::nn::Module("JasperBlock"), m_params(params), m_context(context) {}

Result<std::shared_ptr<JasperBlock>> JasperBlock::make(const JasperBlockParams& params,
                                                       const JasperContext& context, Random& random) {
    const std::shared_ptr<JasperBlock> block(new JasperBlock(params, context));
    if (const Status checked = block->check(); !checked) return fail(checked.error());
    if (const Status built = block->build(random); !built) return fail(built.error());
    return block;
}

Status JasperBlock::check() const {
    const auto positive = [](const std::vector<std::int64_t>& values) {
        return !values.empty() && values[0] > 0;
    };
    if (m_params.filters <= 0 || m_params.repeat <= 0)
        return fail(blockUsage("filters", "filters and repeat must be positive", "Correct the block"));
    if (!positive(m_params.kernel) || !positive(m_params.stride) || !positive(m_params.dilation))
        return fail(blockUsage("kernel", "kernel, stride and dilation are lists of one positive number",
                               "Write kernel: [11]"));
    if (m_params.stride[0] > 1 && m_params.dilation[0] > 1)
        return fail(
            blockUsage("stride", "Only stride OR dilation may be greater than 1", "Set one of them to 1"));
    const std::string& mode = m_context.residualMode;
    if (mode != "add" && mode != "stride_add" && mode != "max")
        return fail(blockUsage("residual_mode", "residual_mode '" + mode + "' is not known",
                               "Use add, stride_add or max"));
    if (m_params.heads != -1 && !m_params.separable)
        return fail(blockUsage("heads", "Only use heads for depthwise convolutions", "Set separable: true"));
    if (m_params.heads != -1 && (m_params.heads <= 0 || m_context.in % m_params.heads != 0))
        return fail(blockUsage("heads", "heads does not divide the channels", "Use a divisor"));
    if (m_params.groups <= 0 || m_context.in % m_params.groups != 0 ||
        m_params.filters % m_params.groups != 0)
        return fail(blockUsage("groups", "groups does not divide the channels", "Use a divisor"));
    if (m_params.se && (m_params.seReductionRatio <= 0 || m_params.filters < m_params.seReductionRatio))
        return fail(
            blockUsage("se_reduction_ratio", "se_reduction_ratio is larger than filters", "Lower it"));
    return {};
}

ConvParams JasperBlock::mainConv(std::int64_t in, bool last) const {
    ConvParams conv;
    conv.in = in;
    conv.out = m_params.filters;
    conv.kernel = m_params.kernel[0];
    if (m_params.kernelSizeFactor != 1.0) {
        conv.kernel = std::max<std::int64_t>(
            1, static_cast<std::int64_t>(static_cast<double>(conv.kernel) * m_params.kernelSizeFactor));
        if (conv.kernel % 2 == 0) ++conv.kernel;
    }
    conv.stride = m_params.strideLast && !last ? 1 : m_params.stride[0];
    conv.dilation = m_params.dilation[0];
    conv.masked = m_context.convMask;
    const std::int64_t d = conv.dilation;
    const std::int64_t k = conv.kernel;
    if (m_params.futureContext < 0) {
        conv.paddingLeft = conv.paddingRight = d * (k - 1) / 2;
    } else {
        const std::int64_t future = m_params.futureContext;
        conv.paddingLeft = d == 1 ? k - 1 - future : d * k - 1 - d * future;
        conv.paddingRight = d * future;
    }
    return conv;
}

// Registers the layers under consecutive numbers of `owner`, as NeMo's flat list does.
Result<ConvUnit> JasperBlock::unit(ConvParams conv, bool separable, torch::nn::Module& owner,
                                   std::int64_t& index, Random& random) {
    const auto add = [&](const ConvParams& params) {
        return owner.register_module(std::to_string(index++),
                                     std::make_shared<MaskedConv1d>(params, m_context.initMode, random));
    };
    ConvUnit unit;
    const std::int64_t groups = conv.groups;
    if (separable) {
        ConvParams depthwise = conv;
        depthwise.out = depthwise.groups = conv.in;
        depthwise.heads = m_params.heads;
        unit.depthwise = add(depthwise);
        conv = ConvParams{.in = conv.in, .out = conv.out, .groups = groups, .masked = conv.masked};
    }
    unit.conv = add(conv);
    Result<std::shared_ptr<Norm>> norm =
        makeNorm(m_context.normalizationMode, m_context.normGroups, conv.out);
    if (!norm) return fail(norm.error());
    unit.norm = owner.register_module(std::to_string(index++), *norm);
    if (groups > 1) {
        registerPlaceholder(owner, index, "GroupShuffle");
        unit.shuffleGroups = groups;
    }
    return unit;
}

Status JasperBlock::build(Random& random) {
    const auto mconv = register_module("mconv", std::make_shared<torch::nn::Module>("ModuleList"));
    std::int64_t index = 0;
    std::int64_t in = m_context.in;
    for (int i = 0; i < m_params.repeat; ++i) {
        const bool last = i + 1 == m_params.repeat;
        ConvParams conv = mainConv(in, last);
        conv.groups = m_params.groups;
        Result<ConvUnit> unit = this->unit(conv, m_params.separable, *mconv, index, random);
        if (!unit) return fail(unit.error());
        m_units.push_back(std::move(*unit));
        if (!last) {
            registerPlaceholder(*mconv, index, "Activation");
            registerPlaceholder(*mconv, index, "Dropout");
        }
        in = m_params.filters;
    }
    if (m_params.se) {
        const SqueezeExciteParams se{m_params.filters, m_params.seReductionRatio, m_params.seContextSize,
                                     m_context.activation};
        m_squeezeExcite = mconv->register_module(
            std::to_string(index), std::make_shared<SqueezeExcite>(se, m_context.initMode, random));
    }
    if (m_params.residual) {
        if (const Status built = buildResiduals(random); !built) return built;
    }
    const auto mout = register_module("mout", std::make_shared<torch::nn::Module>("Sequential"));
    std::int64_t outIndex = 0;
    registerPlaceholder(*mout, outIndex, "Activation");
    registerPlaceholder(*mout, outIndex, "Dropout");
    return {};
}

Status JasperBlock::buildResiduals(Random& random) {
    m_dense = !m_context.panes.empty();
    const std::vector<std::int64_t> panes = m_dense ? m_context.panes : std::vector{m_context.in};
    const auto res = register_module("res", std::make_shared<torch::nn::Module>("ModuleList"));
    for (std::size_t pane = 0; pane < panes.size(); ++pane) {
        const auto list =
            res->register_module(std::to_string(pane), std::make_shared<torch::nn::Module>("ModuleList"));
        std::int64_t index = 0;
        const ConvParams conv{.in = panes[pane],
                              .out = m_params.filters,
                              .stride = m_context.residualMode == "stride_add" ? m_params.stride[0] : 1,
                              .masked = m_context.convMask};
        Result<ConvUnit> unit = this->unit(conv, false, *list, index, random);
        if (!unit) return fail(unit.error());
        m_residuals.push_back(std::move(*unit));
    }
    return {};
}

JasperState JasperBlock::forward(JasperState state, Random* random) const {
    torch::Tensor x = state.outputs.back();
    Lengths lengths = state.lengths;
    for (std::size_t i = 0; i < m_units.size(); ++i) {
        x = applyUnit(m_units[i], x, lengths);
        if (i + 1 < m_units.size()) x = dropout(activate(x, m_context.activation), m_params.dropout, random);
    }
    if (m_squeezeExcite) x = m_squeezeExcite->forward(x, lengths, random);
    for (std::size_t i = 0; i < m_residuals.size(); ++i) {
        Lengths before = state.lengths;
        const torch::Tensor& pane = m_dense ? state.outputs[i] : state.outputs.back();
        const torch::Tensor residual = applyUnit(m_residuals[i], pane, before);
        x = addsResidual() ? x + residual : torch::max(x, residual);
    }
    x = dropout(activate(x, m_context.activation), m_params.dropout, random);
    if (m_dense)
        state.outputs.push_back(x);
    else
        state.outputs.assign(1, x);
    state.lengths = lengths;
    return state;
}

} // namespace fathom::nn
