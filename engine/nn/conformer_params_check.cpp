// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conformer_params_check.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fathom::nn {

namespace {

Status refuse(std::string key, std::string why, std::string remedy) {
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot build the encoder",
                 .why = std::move(why),
                 .remedy = std::move(remedy),
                 .key = std::move(key),
                 .className = "ValueError"});
}

Status checkWindows(const ConformerParams& p) {
    for (const AttentionWindow& window : p.windows) {
        if (window.left < -1 || window.right < -1)
            return refuse("att_context_size", "a context is a number of frames, or -1 for all",
                          "Write for example [128, 128] or [-1, -1]");
        if (!p.chunked || p.attention == AttentionKind::Local) continue;
        if (window.right < 0 && p.windows.size() == 1)
            return refuse("att_context_size", "Right context can not be unlimited for chunked_limited style!",
                          "Give the frames of a chunk less one, or use att_context_style=regular");
        if (window.left > 0 && window.left % (window.right + 1) != 0)
            return refuse("att_context_size",
                          "the left context " + std::to_string(window.left) +
                              " is not a multiple of the chunk of " + std::to_string(window.right + 1) +
                              " frames",
                          "Use a multiple");
    }
    if (!p.windowChances.empty()) {
        if (p.windowChances.size() != p.windows.size())
            return refuse("att_context_probs",
                          "The size of the att_context_probs should be the same as att_context_size.",
                          "Give one number for each context");
        const double sum = std::accumulate(p.windowChances.begin(), p.windowChances.end(), 0.0);
        if (std::abs(sum - 1) > 1e-9)
            return refuse(
                "att_context_probs",
                "The sum of numbers in att_context_probs should be equal to one to be a distribution.",
                "Correct the numbers");
    }
    if (p.attention != AttentionKind::Local) return {};
    if (p.windows.empty() || std::max(p.windows.front().left, p.windows.front().right) <= 0 ||
        std::min(p.windows.front().left, p.windows.front().right) < 0)
        return refuse("att_context_size", "When using local attention, context size must be set > 0",
                      "Write for example [128, 128]");
    return {};
}

Status checkReduction(const ConformerParams& p) {
    if (p.reduction.empty() || p.reductionFactor <= 1) return {};
    if (p.reduction != "pooling" && p.reduction != "striding")
        return refuse("reduction", "the reduction '" + p.reduction + "' is not known",
                      "Use pooling or striding");
    if (p.reductionPosition < -1 || p.reductionPosition >= p.layers)
        return refuse("reduction_position", "there is no layer " + std::to_string(p.reductionPosition),
                      "Use -1 for the end, or a number below n_layers");
    return {};
}

} // namespace

Status checkConformer(const ConformerParams& p) {
    if (p.layers <= 0 || p.width <= 0 || p.featIn <= 0 || p.ffExpansion <= 0)
        return refuse("d_model", "feat_in, n_layers, d_model and ff_expansion_factor must be positive",
                      "Correct them");
    if (p.heads <= 0 || p.width % p.heads != 0)
        return refuse("n_heads",
                      "n_heads " + std::to_string(p.heads) + " does not divide d_model " +
                          std::to_string(p.width),
                      "Use a divisor");
    if (p.stochasticDepth < 0 || p.stochasticDepth >= 1)
        return refuse("stochastic_depth_drop_prob", "stochastic_depth_drop_prob has to be in [0, 1).",
                      "Use 0");
    if (p.stochasticDepthStart < 1 || p.stochasticDepthStart > p.layers)
        return refuse("stochastic_depth_start_layer",
                      "stochastic_depth_start_layer has to be in [1, num layers].", "Use 1");
    if (p.stochasticDepthMode != "linear" && p.stochasticDepthMode != "uniform")
        return refuse("stochastic_depth_mode",
                      "stochastic_depth_mode has to be one of [\"linear\", \"uniform\"]. Current value: " +
                          p.stochasticDepthMode,
                      "Use linear");
    if (p.globalTokens < 0 || p.globalSpacing < 1)
        return refuse("global_tokens", "global_tokens and global_tokens_spacing cannot be that small",
                      "Use 0 and 1");
    if (const Status windows = checkWindows(p); !windows) return windows;
    return checkReduction(p);
}

} // namespace fathom::nn
