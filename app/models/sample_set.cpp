// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/sample_set.h"

#include "engine/store/reader.h"

#include <QString>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>

namespace fathom::app {

namespace {

struct Key {
    std::string_view source;
    std::string_view reference;
    friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
    std::size_t operator()(const Key& key) const {
        const std::hash<std::string_view> hash;
        return hash(key.source) * 31 + hash(key.reference);
    }
};

std::string folded(const store::Sample& sample) {
    std::string texts = sample.reference + '\n' + sample.prediction + '\n' + sample.source;
    const bool isAscii =
        std::none_of(texts.begin(), texts.end(), [](char c) { return static_cast<unsigned char>(c) > 127; });
    if (!isAscii) return QString::fromStdString(texts).toLower().toStdString();
    for (char& c : texts)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return texts;
}

} // namespace

SampleKind sampleKind(std::string_view name) {
    if (name == "class") return SampleKind::Classes;
    if (name == "bleu") return SampleKind::Translation;
    return SampleKind::Words;
}

SampleSetPtr makeSampleSet(store::RunId run, std::int64_t step, std::vector<store::Sample> samples) {
    auto set = std::make_shared<SampleSet>();
    set->run = run;
    set->step = step;
    set->samples = std::move(samples);
    if (!set->samples.empty()) set->kind = sampleKind(set->samples.front().kind);
    set->folded.reserve(set->samples.size());
    for (const store::Sample& sample : set->samples)
        set->folded.push_back(folded(sample));
    return set;
}

Result<SampleLook> readSamples(const std::filesystem::path& workspace, const SampleRequest& request) {
    std::error_code ignored;
    if (!std::filesystem::exists(workspace / "runs.sqlite", ignored)) return SampleLook{};
    auto reader = store::Reader::open(workspace);
    if (!reader) return fail(reader.error());
    auto steps = reader->sampleSteps(request.run);
    if (!steps) return fail(steps.error());
    SampleLook look{.steps = std::move(*steps)};
    if (look.steps.empty()) return look;
    // A resumed run may have rewritten the past: a step that is gone is answered by the newest.
    std::int64_t step = request.step.value_or(look.steps.back());
    if (!std::binary_search(look.steps.begin(), look.steps.end(), step)) step = look.steps.back();
    if (step == request.known) return look;
    auto samples = reader->samples(request.run, step);
    if (!samples) return fail(samples.error());
    if (const auto facts = reader->environment(request.run); facts && facts->contains("process.directory"))
        look.folders.emplace_back(facts->at("process.directory"));
    look.folders.push_back(workspace);
    if (const auto run = reader->run(request.run); run && *run) look.folders.push_back((*run)->directory);
    look.set = makeSampleSet(request.run, step, std::move(*samples));
    return look;
}

std::vector<int> matchSamples(const SampleSet& set, const SampleSet& other) {
    std::unordered_map<Key, int, KeyHash> places;
    std::unordered_map<int, int> byIndex;
    places.reserve(other.samples.size());
    for (std::size_t i = 0; i < other.samples.size(); ++i) {
        const store::Sample& sample = other.samples[i];
        const int place = static_cast<int>(i);
        const auto [found, isNew] = places.try_emplace({sample.source, sample.reference}, place);
        if (!isNew || sample.source.empty()) found->second = -1; // says nothing
        byIndex.try_emplace(sample.index, place);
    }
    std::vector<int> matches;
    matches.reserve(set.samples.size());
    for (const store::Sample& sample : set.samples) {
        const auto place = places.find({sample.source, sample.reference});
        int match = place == places.end() ? -1 : place->second;
        const auto same = byIndex.find(sample.index);
        if (match < 0 && same != byIndex.end()) {
            const store::Sample& candidate = other.samples[static_cast<std::size_t>(same->second)];
            if (candidate.reference == sample.reference && candidate.source == sample.source)
                match = same->second;
        }
        matches.push_back(match);
    }
    return matches;
}

} // namespace fathom::app
