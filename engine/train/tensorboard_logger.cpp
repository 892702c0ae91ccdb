// SPDX-License-Identifier: Apache-2.0
#include "engine/train/tensorboard_logger.h"

#include "engine/config/convert.h"
#include "engine/data/audio.h"

#include <algorithm>

namespace fathom::train {
namespace {

constexpr std::size_t kTexts = 8;
constexpr std::size_t kRecordings = 4;
constexpr double kLongestRecording = 30; ///< seconds

store::Hyperparameters hyperparametersOf(const Value& parameters) {
    store::Hyperparameters values;
    for (const auto& [name, value] : flattened(parameters)) {
        if (value.isNumber())
            values.emplace_back(name, value.toDouble());
        else if (value.isBool())
            values.emplace_back(name, value.asBool() ? 1.0 : 0.0);
        else
            values.emplace_back(name, config::pythonStr(value));
    }
    return values;
}

} // namespace

TensorBoardLogger::TensorBoardLogger(std::unique_ptr<store::EventFileWriter> writer,
                                     const SummaryWriterParams& params)
    : m_writer(std::move(writer)), m_params(params) {}

Result<std::unique_ptr<TensorBoardLogger>>
TensorBoardLogger::create(const std::filesystem::path& folder, const SummaryWriterParams& params, Log& log) {
    auto writer = store::EventFileWriter::create(
        folder, {.flushSeconds = params.flushSecs,
                 .filenameSuffix = params.filenameSuffix,
                 .purgeStep = params.purgeStep,
                 .onError = [&log](const Error& error) { log.warning(error.message()); }});
    if (!writer) return fail(std::move(writer.error()));
    return std::unique_ptr<TensorBoardLogger>(new TensorBoardLogger(std::move(*writer), params));
}

std::string TensorBoardLogger::tagOf(std::string_view name) const {
    return m_params.prefix.empty() ? std::string(name) : m_params.prefix + '-' + std::string(name);
}

void TensorBoardLogger::hyperparameters(const Value& parameters) {
    if (!m_params.defaultHpMetric) return; // without a metric Lightning writes none
    m_writer->scalar(tagOf("hp_metric"), 0, -1);
    m_writer->hyperparameters(hyperparametersOf(parameters), {"hp_metric"});
}

void TensorBoardLogger::metrics(std::span<const model::Metric> metrics, std::int64_t step) {
    for (const model::Metric& metric : metrics)
        m_writer->scalar(tagOf(metric.name), step, metric.value);
}

void TensorBoardLogger::samples(std::span<const model::Sample> samples, model::Split split,
                                std::int64_t step) {
    const std::string head = std::string(model::metricPrefix(split)) + "samples/";
    const bool wantsAudio = !std::exchange(m_hasAudio, true);
    for (std::size_t i = 0; i < std::min(samples.size(), kTexts); ++i) {
        const std::string tag = tagOf(head + std::to_string(i));
        m_writer->text(tag, step,
                       "reference: " + samples[i].reference + "  \npredicted: " + samples[i].prediction);
        if (wantsAudio && i < kRecordings) putAudio(tag + "/audio", samples[i].source, step);
    }
}

void TensorBoardLogger::putAudio(const std::string& tag, const std::string& source, std::int64_t step) {
    // Of models that do not hear the source is no recording.
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(source, ignored)) return;
    const auto info = data::audioInfo(source);
    if (!info) return;
    const auto audio = data::readAudio(source, 0, 0, std::min(info->duration, kLongestRecording));
    if (audio) m_writer->audio(tag, step, *audio, info->sampleRate);
}

} // namespace fathom::train
