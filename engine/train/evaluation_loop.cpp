// SPDX-License-Identifier: Apache-2.0
#include "engine/train/evaluation_loop.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>

namespace fathom::train {
namespace {

constexpr std::int64_t kWarnings = 10;

/// Of all batches so far.
struct Sums {
    std::vector<model::Ratio> ratios{};
    std::vector<double> counts{};
};

/// Adds one batch to the sums, and its first samples to the report.
void add(model::EvaluationStep& step, Sums& sums, EvaluationReport& report) {
    sums.counts.resize(std::max(sums.counts.size(), step.counts.size()));
    for (std::size_t i = 0; i < step.counts.size(); ++i)
        sums.counts[i] += step.counts[i];
    for (const model::Ratio& ratio : step.metrics) {
        const auto sum = std::find_if(sums.ratios.begin(), sums.ratios.end(),
                                      [&](const model::Ratio& s) { return s.name == ratio.name; });
        if (sum == sums.ratios.end()) {
            sums.ratios.push_back(ratio);
            continue;
        }
        sum->numerator += ratio.numerator;
        sum->denominator += ratio.denominator;
    }
    for (model::Sample& sample : step.samples)
        if (report.samples.size() < kSampleLimit) report.samples.push_back(std::move(sample));
}

std::vector<model::Metric> metricsOf(const Sums& sums, model::Model& model, model::Split split) {
    std::vector<model::Metric> metrics;
    for (const model::Ratio& sum : sums.ratios)
        metrics.push_back({sum.name, sum.denominator == 0 ? std::numeric_limits<double>::infinity()
                                                          : sum.numerator / sum.denominator});
    if (!sums.counts.empty())
        std::ranges::move(model.epochMetrics(split, sums.counts), std::back_inserter(metrics));
    for (model::Metric& metric : metrics)
        metric.name.insert(0, model::metricPrefix(split));
    return metrics;
}

Result<model::EvaluationStep> evaluateBatch(const EvaluationInputs& inputs, const Precision& precision,
                                            const model::Batch& batch) {
    const torch::NoGradGuard noGrad;
    const c10::InferenceMode inference(inputs.inferenceMode);
    const Precision::Autocast autocast = precision.autocast();
    return inputs.model.evaluationStep(batch);
}

} // namespace

const model::Metric* EvaluationReport::find(std::string_view name) const {
    for (const model::Metric& metric : metrics)
        if (metric.name == name) return &metric;
    return nullptr;
}

void SkippedItems::warn(const model::Batch& batch) {
    for (const std::string& note : batch.notes)
        m_log.warning(note);
    for (const Error& error : batch.skipped) {
        ++m_count;
        if (m_count <= kWarnings)
            m_log.warning("skipped (" + std::to_string(m_count) + "): " + error.message());
        if (m_count == kWarnings)
            m_log.warning("more than ten items were skipped; further ones are only counted");
    }
}

Result<std::optional<EvaluationReport>> evaluate(const EvaluationInputs& inputs,
                                                 const EvaluationContext& context, const LoopState& state) {
    const auto begin = std::chrono::steady_clock::now();
    const model::Split split = inputs.split;
    const Hooks& hooks = context.hooks;
    inputs.model.module().eval();
    if (Status fine = hooks.call([&](Callback& c) { return c.onEvaluationStart(state, split); }); !fine)
        return fail(fine.error());
    if (Status fine = hooks.call([&](Callback& c) { return c.onEvaluationEpochStart(state, split); }); !fine)
        return fail(fine.error());
    auto order = epochBatches(inputs.dataset->size(), inputs.dataset->loader(), context.seed, 0);
    if (inputs.batches >= 0) order.resize(std::min(order.size(), static_cast<std::size_t>(inputs.batches)));
    const auto stream = openStream(inputs.dataset, std::move(order), &context.skipped.log(), context.seed);

    EvaluationReport report{.split = split};
    Sums sums;
    while (true) {
        if (context.stop.stop_requested()) return std::optional<EvaluationReport>{};
        auto next = stream->next(context.stop);
        if (!next && next.error().kind == ErrorKind::Interrupted) return std::optional<EvaluationReport>{};
        if (!next) return fail(next.error());
        if (!*next) break;
        model::Batch& batch = **next;
        context.skipped.warn(batch);
        if (batch.size() == 0) continue;
        context.precision.convert(batch);
        if (Status fine =
                hooks.call([&](Callback& c) { return c.onEvaluationBatchStart(state, split, batch); });
            !fine)
            return fail(fine.error());
        Result<model::EvaluationStep> step = evaluateBatch(inputs, context.precision, batch);
        if (!step) return fail(std::move(step.error()));
        add(*step, sums, report);
        report.items += batch.size();
        if (Status fine =
                hooks.call([&](Callback& c) { return c.onEvaluationBatchEnd(state, split, batch); });
            !fine)
            return fail(fine.error());
    }
    report.metrics = metricsOf(sums, inputs.model, split);
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (Status fine = hooks.call([&](Callback& c) { return c.onEvaluationEpochEnd(state, report); }); !fine)
        return fail(fine.error());
    return std::optional(std::move(report));
}

} // namespace fathom::train
