// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/event_values.h"

namespace fathom::exchange {

namespace {

std::string_view nameOf(SummaryValue::Kind kind) {
    switch (kind) {
    case SummaryValue::Kind::Audio:
        return "audio";
    case SummaryValue::Kind::Image:
        return "image";
    case SummaryValue::Kind::Histogram:
        return "histogram";
    case SummaryValue::Kind::Scalar:
    case SummaryValue::Kind::Tensor:
    case SummaryValue::Kind::Other:
        break;
    }
    return "tensor";
}

/// `index` tells several of one value apart.
std::string fileNameOf(std::string_view tag, std::int64_t step, std::size_t index, std::string_view suffix) {
    std::string name(tag.substr(0, 100));
    for (char& c : name)
        if (c == '/' || static_cast<unsigned char>(c) < 0x20) c = '_';
    if (name.empty() || name.front() == '.') name.insert(name.begin(), '_');
    name += '-' + std::to_string(step);
    if (index > 0) name += '-' + std::to_string(index);
    return name + std::string(suffix);
}

/// By how the bytes begin; empty where that is unknown.
std::string_view knownSuffix(std::string_view bytes) {
    if (bytes.starts_with("\x89PNG")) return ".png";
    if (bytes.starts_with("GIF8")) return ".gif";
    if (bytes.starts_with("\xff\xd8")) return ".jpg";
    return bytes.starts_with("RIFF") ? ".wav" : std::string_view();
}

std::string_view suffixOf(const SummaryValue& value) {
    if (value.kind == SummaryValue::Kind::Audio) return value.mediaType == "audio/wav" ? ".wav" : ".audio";
    const std::string_view known = knownSuffix(value.media);
    return known.empty() ? ".image" : known;
}

/// torch's add_text appends this to the tag.
std::string_view withoutSuffix(std::string_view tag) {
    constexpr std::string_view kSuffix = "/text_summary";
    return tag.ends_with(kSuffix) ? tag.substr(0, tag.size() - kSuffix.size()) : tag;
}

} // namespace

/// Logs repeat their tags in one order, so the one that followed the last time is tried before the table.
std::size_t EventValues::find(std::string_view name) {
    if (!m_tags.empty()) {
        const std::size_t guess = m_tags[m_last].follower;
        if (m_tags[guess].name == name) return guess;
    }
    const auto found = m_byName.find(name);
    std::size_t index = m_tags.size();
    if (found != m_byName.end()) {
        index = found->second;
    } else {
        m_tags.push_back({.name = std::string(name)});
        m_byName.emplace(m_tags.back().name, index);
    }
    m_tags[m_last].follower = index;
    return index;
}

EventValues::Tag& EventValues::tagOf(const SummaryValue& value) {
    m_last = find(value.tag);
    Tag& tag = m_tags[m_last];
    if (tag.role == Role::Unknown || tag.role == Role::Other) classify(tag, value);
    return tag;
}

/// Only the first value of a tag need have the metadata.
void EventValues::classify(Tag& tag, const SummaryValue& value) {
    if (value.kind == SummaryValue::Kind::Scalar || value.plugin == "scalars" || value.isScalarClass)
        tag.role = Role::Scalar;
    else if (value.plugin == "text")
        tag.role = Role::Text;
    else if (value.plugin == "hparams")
        tag.role = Role::Hparams;
    else
        tag.role = Role::Other;
    if (tag.kind.empty()) tag.kind = value.plugin.empty() ? nameOf(value.kind) : value.plugin;
}

void EventValues::takeOther(const Tag& tag, const EventMessage& event, const SummaryValue& value,
                            RunSink& sink) {
    if (tag.role == Role::Text) {
        noteTime(event);
        sink.event({.wallTime = event.wallTime,
                    .text = std::string(withoutSuffix(tag.name)) + ": " + std::string(value.text),
                    .kind = "text",
                    .step = event.step});
        ++sink.counts.events;
    } else if (tag.role == Role::Hparams) {
        takeHparams(value);
    } else if (!value.media.empty() && m_options.keepMedia) {
        takeMedia(tag, event, value, sink);
    } else if (!m_options.keepMedia || !takeTensorMedia(tag, event, value, sink)) {
        ++sink.counts.skipped[tag.kind.empty() ? "tensor" : tag.kind];
    }
}

void EventValues::takeMedia(const Tag& tag, const EventMessage& event, const SummaryValue& value,
                            RunSink& sink) {
    noteTime(event);
    sink.media(nameOf(value.kind), fileNameOf(tag.name, event.step, 0, suffixOf(value)), value.media);
    ++sink.counts.artifacts;
}

/// TensorFlow 2 writes images as strings after width and height, clips as strings with a label each: what has
/// the beginning of a file is one.
bool EventValues::takeTensorMedia(const Tag& tag, const EventMessage& event, const SummaryValue& value,
                                  RunSink& sink) {
    const bool isImage = tag.kind == "images";
    if (!isImage && tag.kind != "audio") return false;
    std::size_t count = 0;
    for (const std::string_view bytes : stringsOf(value.tensor)) {
        const std::string_view suffix = knownSuffix(bytes);
        if (suffix.empty()) continue;
        sink.media(isImage ? "image" : "audio", fileNameOf(tag.name, event.step, count++, suffix), bytes);
        ++sink.counts.artifacts;
    }
    if (count > 0) noteTime(event);
    return count > 0;
}

void EventValues::takeHparams(const SummaryValue& value) {
    HparamsContent hparams;
    if (!parseHparams(value.content, hparams)) return;
    if (hparams.kind == HparamsContent::Kind::SessionStart) {
        m_description.run.leaves.clear();
        for (auto& [key, held] : hparams.values)
            m_description.run.leaves.push_back({.key = std::move(key), .value = std::move(held)});
        if (hparams.time > 0) m_description.startedAt = hparams.time;
    } else if (hparams.kind == HparamsContent::Kind::SessionEnd) {
        m_description.state = hparams.status == 2 ? store::RunState::Failed : store::RunState::Completed;
        if (hparams.time > 0) m_description.endedAt = hparams.time;
    }
}

} // namespace fathom::exchange
