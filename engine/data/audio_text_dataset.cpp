// SPDX-License-Identifier: Apache-2.0
#include "engine/data/audio_text_dataset.h"

#include "engine/base/value.h"
#include "engine/data/audio.h"
#include "engine/data/draws.h"
#include "engine/text/utf8.h"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

namespace fathom::data {

namespace {

std::string describe(const std::vector<std::string>& characters) {
    std::string text;
    for (const std::string& character : characters) {
        if (!text.empty()) text += ", ";
        text += text::describeCharacter(character);
    }
    return text;
}

Error unknownCharacters(const Manifest& manifest, const ManifestEntry& entry,
                        const std::vector<std::string>& unknown) {
    return manifest.error(entry, "Cannot encode the text",
                          (unknown.size() == 1 ? "the character " : "the characters ") + describe(unknown) +
                              (unknown.size() == 1 ? " is" : " are") + " not in labels",
                          "Correct the text, add to labels, or set drop_unknown_characters=true");
}

} // namespace

AudioTextDataset::AudioTextDataset(const AudioTextOptions& options, Manifest manifest)
    : m_options(options), m_manifest(std::move(manifest)), m_slow(options.slow) {}

Result<std::shared_ptr<const AudioTextDataset>> AudioTextDataset::open(const AudioTextOptions& options,
                                                                       const TextEncoder& encode) {
    Result<Manifest> manifest =
        options.buckets.empty() ? readManifest(options.manifests, options.manifest) : Manifest{};
    if (!manifest) return fail(manifest.error());
    std::shared_ptr<AudioTextDataset> dataset(new AudioTextDataset(options, std::move(*manifest)));
    for (const TarBucket& bucket : options.buckets)
        if (Status added = dataset->addBucket(bucket); !added) return fail(added.error());
    if (Status encoded = dataset->encodeTexts(encode); !encoded) return fail(encoded.error());
    dataset->m_cache = std::make_unique<AudioCache>(dataset->size(), options.cacheBytes);
    return dataset;
}

Status AudioTextDataset::encodeTexts(const TextEncoder& encode) {
    std::vector<ManifestEntry> usable;
    usable.reserve(m_manifest.entries.size());
    for (ManifestEntry& entry : m_manifest.entries) {
        text::EncodedText encoded = encode(entry.text);
        if (!encoded.unknown.empty() && !m_options.dropUnknownCharacters && !m_options.unknownHaveId) {
            Error error = unknownCharacters(m_manifest, entry, encoded.unknown);
            if (!m_options.manifest.skipBadFiles) return fail(std::move(error));
            m_manifest.skipped.push_back(std::move(error));
            m_manifest.seconds -= entry.duration;
            continue;
        }
        for (const std::string& character : encoded.unknown)
            ++m_dropped[character];
        if (encoded.ids.empty() && m_empty.count++ == 0)
            m_empty.first =
                m_manifest.error(entry, "The text is empty", "the model learns that nothing is said", {});
        if (isImpossible(entry, encoded.ids) && m_options.leaveOutImpossible) {
            m_manifest.seconds -= entry.duration;
            continue;
        }
        if (m_options.bosId) encoded.ids.insert(encoded.ids.begin(), *m_options.bosId);
        if (m_options.eosId) encoded.ids.push_back(*m_options.eosId);
        m_tokens.push_back(std::move(encoded.ids));
        usable.push_back(std::move(entry));
    }
    m_manifest.entries = std::move(usable);
    if (!m_manifest.entries.empty()) return {};
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot use the manifest",
                 .why = "no line is left; the first: " + (m_manifest.skipped.empty()
                                                              ? m_impossible.first.message()
                                                              : m_manifest.skipped.front().message()),
                 .remedy = "Correct the texts or the labels",
                 .file = m_manifest.files.front().string()});
}

/// Whether CTC has no path: a frame for each token, and one for the blank between two that are equal.
bool AudioTextDataset::isImpossible(const ManifestEntry& entry, std::span<const std::int64_t> tokens) {
    if (m_options.framesPerSecond <= 0) return false;
    std::size_t needed = tokens.size();
    for (std::size_t i = 1; i < tokens.size(); ++i)
        if (tokens[i] == tokens[i - 1]) ++needed;
    const auto frames =
        static_cast<std::size_t>(std::min(entry.duration * m_options.framesPerSecond, 1e15)) + 1;
    if (needed <= frames) return false;
    if (m_impossible.count++ == 0)
        m_impossible.first =
            m_manifest.error(entry, "The recording is too short for its text",
                             "its tokens need " + std::to_string(needed) +
                                 " frames of the model, and there are " + std::to_string(frames),
                             "Correct duration or text");
    return true;
}

/// Joins the bucket's lines with the members of its tars.
Status AudioTextDataset::addBucket(const TarBucket& bucket) {
    ManifestOptions options = m_options.manifest;
    options.tarred = true;
    options.maxUtts = 0; // as in NeMo
    Result<Manifest> manifest = readManifest(bucket.manifests, options);
    if (!manifest) return fail(manifest.error());
    Result<TarSet> tars = TarSet::open(bucket.tars);
    if (!tars) return fail(tars.error());
    std::unordered_map<std::string, std::vector<std::size_t>> lines;
    for (std::size_t i = 0; i < manifest->entries.size(); ++i)
        lines[fileIdOf(manifest->entries[i].audio.string())].push_back(i);
    std::vector<bool> found(manifest->entries.size());
    const std::size_t before = size();
    for (std::size_t member = 0; member < tars->members().size(); ++member) {
        const auto named = lines.find(fileIdOf(tars->members()[member].name));
        if (named == lines.end()) continue;
        for (const std::size_t line : named->second) {
            ManifestEntry entry = manifest->entries[line];
            entry.file += m_manifest.files.size();
            entry.bucket = m_tars.size();
            entry.member = member;
            m_manifest.seconds += entry.duration;
            m_manifest.entries.push_back(std::move(entry));
            found[line] = true;
        }
    }
    for (std::size_t line = 0; line < found.size(); ++line) {
        if (found[line]) continue;
        if (m_withoutMember.count++ == 0)
            m_withoutMember.first =
                manifest->error(manifest->entries[line], "Cannot find the recording",
                                "no tar file has " + fileIdOf(manifest->entries[line].audio.string()), {});
    }
    m_manifest.files.insert(m_manifest.files.end(), manifest->files.begin(), manifest->files.end());
    m_manifest.filtered += manifest->filtered;
    m_manifest.filteredSeconds += manifest->filteredSeconds;
    m_tars.push_back(std::move(*tars));
    if (size() > before) return {};
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot use the tar files",
                 .why = "none of their " + std::to_string(m_tars.back().members().size()) +
                        " files has the name of a line in the manifest",
                 .remedy = "Correct tarred_audio_filepaths or manifest_filepath",
                 .file = bucket.manifests.front().string()});
}

std::vector<std::size_t> AudioTextDataset::bucketSizes() const {
    std::vector<std::size_t> sizes(m_tars.size());
    for (const ManifestEntry& entry : m_manifest.entries)
        if (!sizes.empty()) ++sizes[entry.bucket];
    return sizes;
}

std::string AudioTextDataset::source(const ManifestEntry& entry) const {
    std::string source = m_tars.empty()
                             ? entry.audio.string()
                             : m_tars[entry.bucket].label(m_tars[entry.bucket].members()[entry.member]);
    if (entry.offset > 0) // as the W3C's Media Fragments name a part
        source += "#t=" + formatFloat(entry.offset) + ',' + formatFloat(entry.offset + entry.duration);
    return source;
}

Result<std::vector<float>> AudioTextDataset::decode(const ManifestEntry& entry) const {
    if (m_tars.empty()) return readAudio(entry.audio, m_options.sampleRate, entry.offset, entry.duration);
    const TarSet& tars = m_tars[entry.bucket];
    const Result<std::string> content = tars.read(tars.members()[entry.member]);
    if (!content) return fail(content.error());
    return decodeAudio(*content, source(entry), m_options.sampleRate, entry.offset, entry.duration);
}

Result<AudioSample> AudioTextDataset::read(std::size_t index) const {
    const ManifestEntry& entry = m_manifest.entries.at(index);
    AudioSample sample{.signal = {}, .tokens = m_tokens[index], .index = index, .line = entry.line};
    if (auto cached = m_cache->find(index)) {
        sample.signal = std::move(*cached);
        return sample;
    }
    try {
        const auto begin = SlowWatch::Clock::now();
        m_slow.begin(index, begin);
        Result<std::vector<float>> signal = decode(entry);
        m_slow.end(index);
        if (const auto slow =
                m_slow.add(std::chrono::duration<double>(SlowWatch::Clock::now() - begin).count()))
            sample.note = m_manifest.error(entry, "Reading " + source(entry) + ' ' + *slow, {}, {}).message();
        if (!signal) {
            const Error& error = signal.error();
            return fail(m_manifest.error(entry, error.what, error.file + ": " + error.why, error.remedy));
        }
        if (m_options.trimSilence) *signal = trimSilence(std::move(*signal));
        m_cache->put(index, *signal);
        sample.signal = std::move(*signal);
        return sample;
    } catch (const std::exception& error) { // out of memory
        m_slow.end(index);
        return fail(m_manifest.error(entry, "Cannot read the recording", source(entry) + ": " + error.what(),
                                     "Lower batch_size or num_workers"));
    }
}

std::string AudioTextDataset::underWay() const {
    const auto oldest = m_slow.oldest();
    if (!oldest) return {};
    const ManifestEntry& entry = m_manifest.entries[oldest->index];
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.0f s", oldest->seconds);
    return m_manifest.error(entry, "Reading " + source(entry) + " has taken " + seconds + " so far", {}, {})
        .message();
}

Result<AudioBatch> AudioTextDataset::load(std::span<const std::int64_t> indices, const std::stop_token& stop,
                                          std::uint64_t seed) const {
    AudioBatch batch;
    std::vector<AudioSample> samples;
    samples.reserve(indices.size());
    for (const std::int64_t index : indices) {
        if (stop.stop_requested())
            return fail({.kind = ErrorKind::Interrupted,
                         .what = "Loading stopped",
                         .why = "stop was requested",
                         .remedy = {}});
        Result<AudioSample> sample = read(static_cast<std::size_t>(index));
        if (!sample) {
            if (!m_options.manifest.skipBadFiles) return fail(sample.error());
            batch.skipped.push_back(sample.error());
            continue;
        }
        if (m_options.augmentor) {
            const std::uint64_t own = Draws::seed(seed, static_cast<std::uint64_t>(index));
            if (Status changed = m_options.augmentor->apply(sample->signal, own); !changed)
                return fail(changed.error());
        }
        const ManifestEntry& entry = m_manifest.entries[sample->index];
        if (!sample->note.empty()) batch.notes.push_back(std::move(sample->note));
        batch.sources.push_back(source(entry));
        batch.texts.push_back(entry.text);
        batch.signalLengths.push_back(static_cast<std::int64_t>(sample->signal.size()));
        batch.tokenLengths.push_back(static_cast<std::int64_t>(sample->tokens.size()));
        batch.maxSignal = std::max(batch.maxSignal, batch.signalLengths.back());
        batch.maxTokens = std::max(batch.maxTokens, batch.tokenLengths.back());
        samples.push_back(std::move(*sample));
    }
    batch.signal.resize(samples.size() * static_cast<std::size_t>(batch.maxSignal));
    batch.tokens.resize(samples.size() * static_cast<std::size_t>(batch.maxTokens), m_options.padId);
    for (std::size_t row = 0; row < samples.size(); ++row) {
        const auto item = static_cast<std::int64_t>(row);
        std::copy(samples[row].signal.begin(), samples[row].signal.end(),
                  batch.signal.begin() + item * batch.maxSignal);
        std::copy(samples[row].tokens.begin(), samples[row].tokens.end(),
                  batch.tokens.begin() + item * batch.maxTokens);
    }
    return batch;
}

std::string AudioTextDataset::summary() const {
    char hours[32];
    std::snprintf(hours, sizeof hours, "%.2f", m_manifest.seconds / 3600);
    std::string text = std::to_string(size()) + " recordings, " + hours + " hours";
    if (m_manifest.filtered > 0) {
        std::snprintf(hours, sizeof hours, "%.2f", m_manifest.filteredSeconds / 3600);
        text += "; " + std::to_string(m_manifest.filtered) + " (" + hours + " hours) left out by duration";
    }
    if (!m_manifest.skipped.empty())
        text += "; " + std::to_string(m_manifest.skipped.size()) + " cannot be used";
    return text;
}

std::vector<std::string> AudioTextDataset::warnings() const {
    std::vector<std::string> lines;
    if (!m_manifest.skipped.empty())
        lines.push_back(std::to_string(m_manifest.skipped.size()) +
                        (m_manifest.skipped.size() == 1 ? " line was" : " lines were") +
                        " left out, the first: " + m_manifest.skipped.front().message());
    const auto tell = [&](const Lines& kind, const char* one, const char* several) {
        if (kind.count > 0)
            lines.push_back(std::to_string(kind.count) + (kind.count == 1 ? one : several) +
                            ", the first: " + kind.first.message());
    };
    tell(m_withoutMember, " line of the manifests has no recording in the tar files",
         " lines of the manifests have no recording in the tar files");
    tell(m_empty, " text is empty", " texts are empty");
    if (m_options.leaveOutImpossible)
        tell(m_impossible, " line was left out because its recording is too short for its text",
             " lines were left out because their recordings are too short for their texts");
    else
        tell(m_impossible, " recording is too short for its text, whose loss counts as 0",
             " recordings are too short for their texts, whose loss counts as 0");
    if (m_options.unknownHaveId && !m_dropped.empty()) {
        constexpr std::size_t kNamed = 8;
        std::string names;
        std::size_t named = 0;
        for (const auto& [word, texts] : m_dropped) { // libstdc++'s views do not compile with clang before 15
            if (named++ == kNamed) break;
            names += (names.empty() ? "" : ", ") + word;
        }
        lines.push_back(std::to_string(m_dropped.size()) +
                        " characters or words of the texts are unknown to the tokenizer and became its "
                        "unknown token: " +
                        names);
        return lines;
    }
    for (const auto& [character, texts] : m_dropped)
        lines.push_back("the character " + text::describeCharacter(character) +
                        " is not in labels and was dropped from " + std::to_string(texts) +
                        (texts == 1 ? " text" : " texts"));
    return lines;
}

} // namespace fathom::data
