// SPDX-License-Identifier: Apache-2.0
// Field numbers are those of tensorflow's event.proto, summary.proto and tensor.proto, and of the hparams
// plugin's api.proto and plugin_data.proto.
#include "engine/store/event_encoding.h"

#include "engine/base/checksum.h"

#include <algorithm>
#include <cmath>
#include <protozero/pbf_writer.hpp>

namespace fathom::store {
namespace {

using Writer = protozero::pbf_writer;

/// An Event with the summary value that `fill` writes, under `tag`.
template <class Fill> std::string summaryEvent(EventTime time, std::string_view tag, Fill&& fill) {
    std::string event;
    Writer writer(event);
    writer.add_double(1, time.wallTime);
    if (time.step != 0) writer.add_int64(2, time.step);
    Writer summary(writer, 5);
    Writer value(summary, 1);
    value.add_string(1, tag.data(), tag.size());
    fill(value);
    value.commit();
    summary.commit();
    return event;
}

void addPlugin(Writer& value, std::string_view name, std::string_view content) {
    Writer metadata(value, 9);
    Writer plugin(metadata, 1);
    plugin.add_string(1, name.data(), name.size());
    if (!content.empty()) plugin.add_bytes(2, content.data(), content.size());
}

template <class Number> void append(std::string& bytes, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i)
        bytes += static_cast<char>((static_cast<std::uint64_t>(number) >> (8 * i)) & 0xffU);
}

std::string wavOf(std::span<const float> samples, int sampleRate) {
    const auto rate = static_cast<std::uint32_t>(sampleRate);
    const auto size = static_cast<std::uint32_t>(samples.size() * 2);
    std::string wav = "RIFF";
    append(wav, std::uint32_t{36 + size});
    wav += "WAVEfmt ";
    append(wav, std::uint32_t{16});
    append(wav, std::uint16_t{1}); // PCM
    append(wav, std::uint16_t{1}); // mono
    append(wav, rate);
    append(wav, std::uint32_t{rate * 2});
    append(wav, std::uint16_t{2});  // bytes a frame
    append(wav, std::uint16_t{16}); // bits a sample
    wav += "data";
    append(wav, size);
    for (const float sample : samples) {
        const float inside = std::isnan(sample) ? 0.0F : std::clamp(sample, -1.0F, 1.0F);
        append(wav, static_cast<std::uint16_t>(static_cast<std::int16_t>(inside * 32767.0F)));
    }
    return wav;
}

/// HParamsPluginData as the metadata of a summary.
std::string pluginEvent(double wallTime, std::string_view tag, protozero::pbf_tag_type field,
                        const std::string& message) {
    std::string content;
    Writer(content).add_message(field, message);
    return summaryEvent({.wallTime = wallTime}, tag,
                        [&](Writer& value) { addPlugin(value, "hparams", content); });
}

std::uint32_t maskedCrc(std::string_view bytes) {
    const std::uint32_t crc = crc32c(std::as_bytes(std::span(bytes.data(), bytes.size())));
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

} // namespace

std::string versionEvent(EventTime time) {
    std::string event;
    Writer writer(event);
    writer.add_double(1, time.wallTime);
    if (time.step != 0) writer.add_int64(2, time.step);
    writer.add_string(3, "brain.Event:2");
    Writer source(writer, 10);
    source.add_string(1, "fathom.engine.store.event_file_writer");
    source.commit();
    return event;
}

std::string sessionStartEvent(EventTime time) {
    std::string event;
    Writer writer(event);
    writer.add_double(1, time.wallTime);
    if (time.step != 0) writer.add_int64(2, time.step);
    Writer session(writer, 7);
    session.add_enum(1, 1); // START
    session.commit();
    return event;
}

std::string scalarEvent(EventTime time, std::string_view tag, double value) {
    return summaryEvent(time, tag, [&](Writer& out) { out.add_float(2, static_cast<float>(value)); });
}

std::string doubleEvent(EventTime time, std::string_view tag, double value) {
    return summaryEvent(time, tag, [&](Writer& out) {
        Writer tensor(out, 8);
        tensor.add_enum(1, 2); // DT_DOUBLE; without dimensions
        tensor.add_message(2, "", 0);
        tensor.add_packed_double(6, &value, &value + 1);
        tensor.commit();
        addPlugin(out, "scalars", {});
    });
}

std::string textEvent(EventTime time, std::string_view tag, std::string_view text) {
    return summaryEvent(time, std::string(tag) + "/text_summary", [&](Writer& value) {
        Writer tensor(value, 8);
        tensor.add_enum(1, 7); // DT_STRING
        Writer shape(tensor, 2);
        Writer dimension(shape, 2);
        dimension.add_int64(1, 1);
        dimension.commit();
        shape.commit();
        tensor.add_bytes(8, text.data(), text.size());
        tensor.commit();
        addPlugin(value, "text", {});
    });
}

std::string audioEvent(EventTime time, std::string_view tag, std::span<const float> samples, int sampleRate) {
    return summaryEvent(time, tag, [&](Writer& value) {
        Writer audio(value, 6);
        audio.add_float(1, static_cast<float>(sampleRate));
        audio.add_int64(2, 1); // channels
        audio.add_int64(3, static_cast<std::int64_t>(samples.size()));
        audio.add_bytes(4, wavOf(samples, sampleRate));
        audio.add_string(5, "audio/wav");
    });
}

std::vector<std::string> hyperparameterEvents(double wallTime, const Hyperparameters& values,
                                              const std::vector<std::string>& metrics) {
    constexpr int kString = 1, kFloat64 = 3; // DataType
    std::string experiment;
    std::string start;
    Writer experimentWriter(experiment);
    Writer startWriter(start);
    for (const auto& [name, value] : values) {
        const double* number = std::get_if<double>(&value);
        Writer info(experimentWriter, 4);
        info.add_string(1, name);
        info.add_enum(4, number ? kFloat64 : kString);
        info.commit();
        Writer entry(startWriter, 1); // of a map<string, google.protobuf.Value>
        entry.add_string(1, name);
        Writer held(entry, 2);
        if (number)
            held.add_double(2, *number);
        else
            held.add_string(3, std::get<std::string>(value));
        held.commit();
        entry.commit();
    }
    for (const std::string& name : metrics) {
        Writer info(experimentWriter, 5);
        Writer metric(info, 1);
        metric.add_string(2, name);
        metric.commit();
        info.commit();
    }
    std::string end;
    Writer(end).add_enum(1, 1); // STATUS_SUCCESS, which Lightning says at the start, too
    return {pluginEvent(wallTime, "_hparams_/experiment", 2, experiment),
            pluginEvent(wallTime, "_hparams_/session_start_info", 3, start),
            pluginEvent(wallTime, "_hparams_/session_end_info", 4, end)};
}

void appendFramed(std::string& out, std::string_view record) {
    const std::size_t start = out.size();
    append(out, static_cast<std::uint64_t>(record.size()));
    append(out, maskedCrc(std::string_view(out).substr(start)));
    out += record;
    append(out, maskedCrc(record));
}

std::string framed(std::string_view record) {
    std::string frame;
    appendFramed(frame, record);
    return frame;
}

} // namespace fathom::store
