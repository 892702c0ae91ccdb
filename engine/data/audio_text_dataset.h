// SPDX-License-Identifier: Apache-2.0
// Speech with transcripts: a manifest, its texts as ids, and its recordings decoded on demand.
//
//   auto labels = text::CharTokenizer::create({" ", "a", …});
//   auto dataset = AudioTextDataset::open({.manifests = {"train.json"}}, [&](auto text) { return
//   labels->encode(text); }); for (const std::string& warning : (*dataset)->warnings()) log.warning(warning);
//   Result<AudioBatch> batch = (*dataset)->load(indices);
#pragma once

#include "engine/data/audio_cache.h"
#include "engine/data/augmentor.h"
#include "engine/data/manifest.h"
#include "engine/data/slow_watch.h"
#include "engine/data/tar_set.h"
#include "engine/text/tokenizer.h"

#include <functional>
#include <map>
#include <memory>
#include <stop_token>

namespace fathom::data {

/// Recordings in tar files with the manifests that describe them.
struct TarBucket {
    std::vector<std::filesystem::path> manifests{};
    std::vector<std::filesystem::path> tars{};
};

struct AudioTextOptions {
    std::vector<std::filesystem::path> manifests{};
    std::vector<TarBucket> buckets{}; ///< of a tarred set, instead of `manifests`
    ManifestOptions manifest{}; ///< its skipBadFiles also covers broken recordings and unknown characters
    int sampleRate = 16000;     ///< Hz; recordings of another rate are resampled
    bool trimSilence = false;   ///< cut the silence at both ends of each recording
    bool dropUnknownCharacters = false; ///< leave them out of the ids, and count them, instead of an error
    bool unknownHaveId =
        false; ///< the vocabulary has an id for what it does not know, which is no error then
    std::optional<std::int64_t> bosId{}; ///< put before the ids of each text
    std::optional<std::int64_t> eosId{}; ///< put after them
    std::int64_t padId = 0;              ///< fills the ids of a batch
    double framesPerSecond = 0;          ///< that a CTC model has for its tokens; 0: lengths are not compared
    bool leaveOutImpossible =
        false; ///< lines whose tokens need more frames than there are: CTC learns nothing
    std::size_t cacheBytes = 1024UL * 1024 * 1024; ///< decoded recordings kept in memory, at most
    SlowLimits slow{};                             ///< when a read is worth a note
    std::shared_ptr<const Augmentor> augmentor{};  ///< changes the clips of load(); null: nothing does
};

/// One item.
struct AudioSample {
    std::vector<float> signal{}; ///< mono, [-1, 1)
    std::vector<std::int64_t> tokens{};
    std::size_t index = 0;
    int line = 0;       ///< of the manifest
    std::string note{}; ///< that it was slow; mostly empty
};

/// Several items, padded on the right: signal with zeros, tokens with padId. Row-major.
struct AudioBatch {
    std::vector<float> signal{};               ///< [B, T]
    std::vector<std::int64_t> signalLengths{}; ///< [B], in samples
    std::vector<std::int64_t> tokens{};        ///< [B, U]
    std::vector<std::int64_t> tokenLengths{};  ///< [B]
    std::int64_t maxSignal = 0;                ///< T
    std::int64_t maxTokens = 0;                ///< U
    std::vector<std::string> sources{}; ///< the recordings' paths; a part of one as "a.wav#t=12.5,15.0"
    std::vector<std::string> texts{};   ///< as the manifest has them
    std::vector<Error> skipped{};       ///< broken recordings left out because of skipBadFiles
    std::vector<std::string> notes{};   ///< recordings that were slow, with the manifest's line
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(sources.size()); }
};

/// What a tokenizer offers: text::Tokenizer::encode.
using TextEncoder = std::function<text::EncodedText(std::string_view text)>;

/// Immutable but for its cache; any thread may read.
class AudioTextDataset {
public:
    /// Reads the manifests and encodes the texts. An unknown character is an error (BadInput) that names the
    /// manifest's line and the character, unless the options say otherwise. Of a tarred set the items are the
    /// members that a line names, in the tars' order, as in NeMo: a line without a recording and a recording
    /// without a line are left out, and a member that comes twice is there twice.
    [[nodiscard]] static Result<std::shared_ptr<const AudioTextDataset>> open(const AudioTextOptions& options,
                                                                              const TextEncoder& encode);

    [[nodiscard]] std::size_t size() const { return m_manifest.entries.size(); }
    [[nodiscard]] const Manifest& manifest() const { return m_manifest; }
    [[nodiscard]] std::span<const std::int64_t> tokens(std::size_t index) const { return m_tokens.at(index); }

    /// Decodes one recording or finds it in the cache. Errors (BadInput) name the manifest's line and the
    /// recording.
    [[nodiscard]] Result<AudioSample> read(std::size_t index) const;
    /// The items at `indices`, in that order. With skipBadFiles there may be fewer, even none. A request to
    /// stop ends it after the item it is at (Interrupted). What the augmentor does to an item depends on
    /// `seed`, which should be another one in each epoch, and the item alone.
    [[nodiscard]] Result<AudioBatch> load(std::span<const std::int64_t> indices,
                                          const std::stop_token& stop = {}, std::uint64_t seed = 0) const;
    /// The item whose read began first and is not done: "train.json:7: reading clip.wav has taken 12 s so
    /// far"; empty when there is none.
    [[nodiscard]] std::string underWay() const;
    /// Items of each bucket, which follow each other; empty without buckets.
    [[nodiscard]] std::vector<std::size_t> bucketSizes() const;
    [[nodiscard]] double duration(std::size_t index) const { return m_manifest.entries.at(index).duration; }

    /// "374 recordings, 0.19 hours; 2 left out by duration".
    [[nodiscard]] std::string summary() const;
    /// What the options let pass: lines left out, characters dropped. One line each.
    [[nodiscard]] std::vector<std::string> warnings() const;

private:
    AudioTextDataset(const AudioTextOptions& options, Manifest manifest);
    [[nodiscard]] Status addBucket(const TarBucket& bucket);
    [[nodiscard]] Status encodeTexts(const TextEncoder& encode);
    [[nodiscard]] bool isImpossible(const ManifestEntry& entry, std::span<const std::int64_t> tokens);
    [[nodiscard]] Result<std::vector<float>> decode(const ManifestEntry& entry) const;
    [[nodiscard]] std::string source(const ManifestEntry& entry) const;

    const AudioTextOptions m_options;
    Manifest m_manifest;
    std::vector<std::vector<std::int64_t>> m_tokens;
    std::map<std::string, std::size_t> m_dropped; ///< character → texts that had it
    std::vector<TarSet> m_tars;                   ///< of each bucket
    /// Lines of one kind, and an error about the first of them.
    struct Lines {
        std::size_t count = 0;
        Error first{};
    };
    Lines m_withoutMember{};
    Lines m_empty{};      ///< texts without a token
    Lines m_impossible{}; ///< texts too long for their recording
    std::unique_ptr<AudioCache> m_cache;
    mutable SlowWatch m_slow;
};

} // namespace fathom::data
