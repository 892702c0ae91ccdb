// SPDX-License-Identifier: Apache-2.0
// tensorflow.Event messages, as far as runs are made of them: both forms of scalars, texts, hyperparameters,
// audio and images.
#pragma once

#include "engine/base/value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom::exchange {

/// One value of a summary. The views point into the record.
struct SummaryValue {
    enum class Kind { Scalar, Tensor, Audio, Image, Histogram, Other };

    std::string_view tag{};
    Kind kind = Kind::Other;
    double number = 0;            ///< of a Scalar, and of a Tensor whose hasNumber
    bool hasNumber = false;       ///< a tensor of one number
    std::string_view text{};      ///< the first string of a tensor of strings
    std::string_view tensor{};    ///< such a tensor as a whole, for stringsOf()
    std::string_view media{};     ///< encoded audio or image
    std::string_view mediaType{}; ///< "audio/wav"
    std::string_view plugin{};    ///< "scalars", "text", "hparams"; only the first value of a tag has it
    std::string_view content{};   ///< of the plugin
    bool isScalarClass = false;   ///< the metadata says so
};

struct EventMessage {
    double wallTime = 0;
    std::int64_t step = 0;
    std::string_view fileVersion{}; ///< "brain.Event:2", in the first record of a file
    bool isSessionStart = false;
    bool hasSummary = false;
    bool isOther = false; ///< a graph, run metadata, a log message
    std::vector<SummaryValue> values{};

    void clear();
};

/// Head leaves the values of a summary out.
enum class EventDepth { Head, Whole };

/// Reads a record; `event` is cleared first and keeps its memory. False: the bytes are no such message.
[[nodiscard]] bool parseEvent(std::string_view record, EventMessage& event,
                              EventDepth depth = EventDepth::Whole);

/// All strings of a tensor, as TensorFlow 2 keeps images and audio in them.
[[nodiscard]] std::vector<std::string_view> stringsOf(std::string_view tensor);

/// What the hparams plugin put into a summary's metadata.
struct HparamsContent {
    enum class Kind { None, Experiment, SessionStart, SessionEnd };

    Kind kind = Kind::None;
    std::vector<std::pair<std::string, Value>> values{}; ///< of a start
    double time = 0;                                     ///< of a start or end
    int status = 0;                                      ///< of an end: 1 success, 2 failure, 3 running
};

/// False: the bytes are no such message.
[[nodiscard]] bool parseHparams(std::string_view content, HparamsContent& hparams);

} // namespace fathom::exchange
