// SPDX-License-Identifier: Apache-2.0
// TensorBoard's records: tensorflow.Event messages with the summaries that torch.utils.tensorboard writes,
// and the TFRecord frame around them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fathom::store {

/// A hyperparameter as TensorBoard's hparams plugin takes it; Lightning makes bools numbers, and texts of the
/// rest.
using Hyperparameters = std::vector<std::pair<std::string, std::variant<double, std::string>>>;

/// When an event was, in seconds since the epoch and as a step.
struct EventTime {
    double wallTime = 0;
    std::int64_t step = 0;
};

/// The first record of a file.
[[nodiscard]] std::string versionEvent(EventTime time);
/// Has TensorBoard hide what earlier files of the folder say from this step on.
[[nodiscard]] std::string sessionStartEvent(EventTime time);
[[nodiscard]] std::string scalarEvent(EventTime time, std::string_view tag, double value);
/// The same at full precision: a tensor of one double, as SummaryWriter writes with double_precision.
[[nodiscard]] std::string doubleEvent(EventTime time, std::string_view tag, double value);
/// Markdown, under `<tag>/text_summary` as torch's add_text.
[[nodiscard]] std::string textEvent(EventTime time, std::string_view tag, std::string_view text);
/// A WAV of 16 bits; samples are clipped to [-1, 1].
[[nodiscard]] std::string audioEvent(EventTime time, std::string_view tag, std::span<const float> samples,
                                     int sampleRate);
/// The three records of the hparams plugin: the experiment, the session's start with the values, and its end.
[[nodiscard]] std::vector<std::string> hyperparameterEvents(double wallTime, const Hyperparameters& values,
                                                            const std::vector<std::string>& metrics);

/// length (64 bits), its masked CRC-32C, the record, its masked CRC-32C; little-endian.
[[nodiscard]] std::string framed(std::string_view record);
/// The same at the end of `out`.
void appendFramed(std::string& out, std::string_view record);

} // namespace fathom::store
