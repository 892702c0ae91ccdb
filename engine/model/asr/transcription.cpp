// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/transcription.h"

#include "engine/data/audio.h"
#include "engine/data/audio_stream.h"
#include "engine/nn/work_scope.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace fathom::model {

namespace {

/// Float32 rows on the CPU, and the valid ones of each item.
struct OutputRows {
    explicit OutputRows(const SpeechRecognizer::Output& output)
        : logProbs(output.logProbs.to(torch::kCPU, torch::kFloat32).contiguous()),
          lengths(output.lengths.values()) {}
    [[nodiscard]] std::span<const float> item(std::size_t index, std::int64_t from, std::int64_t to) const {
        const std::int64_t width = logProbs.size(2);
        const float* begin = logProbs.const_data_ptr<float>() +
                             (static_cast<std::int64_t>(index) * logProbs.size(1) + from) * width;
        return {begin, static_cast<std::size_t>((to - from) * width)};
    }
    torch::Tensor logProbs;
    std::vector<std::int64_t> lengths;
};

/// Outputs of a long recording as they come, decoded at pauses, so that none is kept for long.
class PartDecoder {
public:
    PartDecoder(const CtcDecoder& decoder, std::int64_t blank) : m_decoder(decoder), m_blank(blank) {}

    void add(std::span<const float> rows) {
        const auto width = static_cast<std::size_t>(m_blank) + 1;
        for (std::size_t at = 0; at < rows.size(); at += width) {
            const auto row = rows.subspan(at, width);
            m_rows.insert(m_rows.end(), row.begin(), row.end());
            ++m_frames;
            const bool isBlank = std::ranges::max_element(row) - row.begin() == m_blank;
            m_pause = isBlank ? m_pause + 1 : 0;
            if ((m_frames >= kLeastFrames && m_pause >= kPause) || (m_frames >= kMostFrames && isBlank))
                flush();
        }
    }
    CtcDecoder::Pieces finish() {
        flush();
        return std::move(m_said);
    }

private:
    static constexpr std::size_t kLeastFrames = 500, kMostFrames = 3000, kPause = 8;

    void flush() {
        if (m_frames > 0 || m_said.parts == 0) m_decoder.decode(m_rows, m_frames, m_said);
        m_rows.clear();
        m_frames = 0;
    }

    const CtcDecoder& m_decoder;
    std::int64_t m_blank;
    CtcDecoder::Pieces m_said;
    std::vector<float> m_rows;
    std::size_t m_frames = 0;
    std::size_t m_pause = 0; ///< blank frames since the last that is not
};

class Transcription {
public:
    Transcription(const SpeechRecognizer& recognizer, const run::TranscribeOptions& options,
                  const CtcDecoder& decoder, const std::stop_token& stop)
        : m_recognizer(recognizer), m_options(options), m_decoder(decoder), m_stop(stop) {}

    Result<std::vector<run::Transcript>> run(const std::vector<std::filesystem::path>& audio) {
        std::vector<run::Transcript> out(audio.size());
        std::vector<double> seconds;
        for (const std::filesystem::path& file : audio) {
            const Result<data::AudioInfo> info = data::audioInfo(file);
            if (!info) return fail(info.error());
            seconds.push_back(info->duration);
        }
        m_total = std::accumulate(seconds.begin(), seconds.end(), 0.0);
        std::vector<std::size_t> clips(audio.size());
        std::iota(clips.begin(), clips.end(), std::size_t{0});
        std::ranges::stable_sort(clips, std::greater<>(), [&](std::size_t i) { return seconds[i]; });
        std::size_t done = 0;
        while (done < clips.size() && isLong(seconds[clips[done]])) {
            Result<run::Transcript> transcript = transcribeLong(audio[clips[done]]);
            if (!transcript) return fail(transcript.error());
            out[clips[done++]] = std::move(*transcript);
        }
        while (done < clips.size()) {
            const std::size_t count =
                std::min(static_cast<std::size_t>(std::max(1, m_options.batchSize)), clips.size() - done);
            const auto batch = std::span(clips).subspan(done, count);
            if (const Status transcribed = transcribeBatch(audio, batch, out); !transcribed)
                return fail(transcribed.error());
            done += count;
            for (const std::size_t i : batch)
                advance(seconds[i]);
        }
        for (std::size_t i = 0; i < audio.size(); ++i)
            out[i].audioFile = audio[i].string();
        return out;
    }

private:
    [[nodiscard]] bool isLong(double seconds) const {
        return m_options.bufferSeconds > 0 && seconds > m_options.bufferSeconds;
    }

    Status checkStop() const {
        if (!m_stop.stop_requested()) return {};
        return fail({.kind = ErrorKind::Interrupted,
                     .what = "Transcription stopped",
                     .why = "stop was requested",
                     .remedy = ""});
    }

    void advance(double seconds) {
        m_done += seconds;
        if (m_options.progress) m_options.progress(std::min(m_done, m_total), m_total);
    }

    Status transcribeBatch(const std::vector<std::filesystem::path>& audio,
                           std::span<const std::size_t> batch, std::vector<run::Transcript>& out) {
        if (const Status going = checkStop(); !going) return going;
        std::vector<std::vector<float>> signals;
        std::vector<std::int64_t> lengths;
        for (const std::size_t i : batch) {
            Result<std::vector<float>> samples = data::readAudio(audio[i], m_recognizer.sampleRate);
            if (!samples) return fail(samples.error());
            lengths.push_back(static_cast<std::int64_t>(samples->size()));
            signals.push_back(std::move(*samples));
        }
        const torch::Tensor signal =
            torch::zeros({static_cast<std::int64_t>(signals.size()), *std::ranges::max_element(lengths)});
        for (std::size_t row = 0; row < signals.size(); ++row)
            std::memcpy(signal[static_cast<std::int64_t>(row)].data_ptr<float>(), signals[row].data(),
                        signals[row].size() * sizeof(float));
        const OutputRows rows(m_recognizer.run(signal, nn::Lengths(lengths)));
        for (std::size_t row = 0; row < batch.size(); ++row) {
            CtcDecoder::Pieces said;
            const std::int64_t frames = rows.lengths[row];
            m_decoder.decode(rows.item(row, 0, frames), static_cast<std::size_t>(frames), said);
            out[batch[row]] = m_decoder.transcript(said, m_recognizer.frameSeconds());
        }
        return {};
    }

    /// Samples of a window and of the context at each of its ends, multiples of a frame's.
    struct Window {
        std::int64_t length = 0, context = 0;
    };
    [[nodiscard]] Window window() const {
        const std::int64_t frame = m_recognizer.frameSamples;
        const auto length =
            static_cast<std::int64_t>(m_options.bufferSeconds * m_recognizer.sampleRate) / frame;
        return {std::max<std::int64_t>(length, 5) * frame, std::max<std::int64_t>(length / 5, 1) * frame};
    }

    Result<run::Transcript> transcribeLong(const std::filesystem::path& file) {
        Result<data::AudioStream> stream = data::AudioStream::open(file, m_recognizer.sampleRate);
        if (!stream) return fail(stream.error());
        const auto [length, context] = window();
        PartDecoder parts(m_decoder, m_recognizer.decoding.tokenizer().size());
        std::vector<float> samples; // of the window
        std::int64_t left = 0;      // of them, context before what is wanted
        for (bool isLast = false; !isLast;) {
            if (const Status going = checkStop(); !going) return fail(going.error());
            const std::size_t wanted = static_cast<std::size_t>(length) - samples.size();
            const Result<std::vector<float>> more = stream->read(wanted);
            if (!more) return fail(more.error());
            isLast = more->size() < wanted;
            samples.insert(samples.end(), more->begin(), more->end());
            if (static_cast<std::int64_t>(samples.size()) <= left)
                break; // the file ended with the window before
            const std::int64_t right = isLast ? 0 : context;
            decodeWindow(samples, left, right, parts);
            advance(static_cast<double>(more->size()) / m_recognizer.sampleRate);
            // The next window begins a context before what this one left.
            samples.erase(samples.begin(),
                          samples.end() - std::min<std::ptrdiff_t>(std::ssize(samples), right + context));
            left = context;
        }
        return m_decoder.transcript(parts.finish(), m_recognizer.frameSeconds());
    }

    /// Keeps the frames of the samples between the contexts.
    void decodeWindow(std::vector<float>& samples, std::int64_t left, std::int64_t right,
                      PartDecoder& parts) const {
        const auto count = static_cast<std::int64_t>(samples.size());
        const torch::Tensor signal = torch::from_blob(samples.data(), {1, count});
        const OutputRows rows(m_recognizer.run(signal, nn::Lengths(std::vector{count})));
        const std::int64_t from = std::min(left / m_recognizer.frameSamples, rows.lengths[0]);
        const std::int64_t to = right == 0
                                    ? rows.lengths[0]
                                    : std::min((count - right) / m_recognizer.frameSamples, rows.lengths[0]);
        parts.add(rows.item(0, from, std::max(from, to)));
    }

    const SpeechRecognizer& m_recognizer;
    const run::TranscribeOptions& m_options;
    const CtcDecoder& m_decoder;
    const std::stop_token& m_stop;
    double m_total = 0, m_done = 0; ///< s
};

} // namespace

std::vector<std::string> beamTexts(const CtcDecoder& decoder, const SpeechRecognizer::Output& output) {
    const OutputRows rows(output);
    std::vector<std::string> texts;
    for (std::size_t item = 0; item < rows.lengths.size(); ++item) {
        CtcDecoder::Pieces said;
        decoder.decode(rows.item(item, 0, rows.lengths[item]), static_cast<std::size_t>(rows.lengths[item]),
                       said);
        texts.push_back(decoder.text(said));
    }
    return texts;
}

Result<std::vector<run::Transcript>> transcribe(const SpeechRecognizer& recognizer,
                                                const std::vector<std::filesystem::path>& audio,
                                                const run::TranscribeOptions& options,
                                                const std::stop_token& stop) {
    const auto decoder = CtcDecoder::make(recognizer.decoding, recognizer.params, options);
    if (!decoder) return fail(decoder.error());
    const nn::WorkScope scope;
    const torch::NoGradGuard noGrad;
    return Transcription(recognizer, options, **decoder, stop).run(audio);
}

} // namespace fathom::model
