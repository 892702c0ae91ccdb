// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/audio_preprocessor.h"

namespace fathom::nn {

int FrameParams::windowSamples() const {
    return nWindowSize ? *nWindowSize : static_cast<int>(windowSize * sampleRate);
}

int FrameParams::hopSamples() const {
    return nWindowStride ? *nWindowStride : static_cast<int>(windowStride * sampleRate);
}

int FrameParams::fftSize() const {
    if (nFft && *nFft > 0) return *nFft;
    int size = 1;
    while (size < windowSamples())
        size *= 2;
    return size;
}

Status FrameParams::checkFrames() const {
    if (sampleRate <= 0)
        return fail(preprocessorError("sample_rate", "sample_rate must be positive", "Use 16000"));
    if (windowSamples() <= 0 || hopSamples() <= 0)
        return fail(preprocessorError("window_size", "window and stride must be at least one sample",
                                      "Use 0.02 and 0.01 seconds"));
    if (fftSize() < windowSamples())
        return fail(preprocessorError(
            "n_fft", "n_fft is smaller than the window of " + std::to_string(windowSamples()) + " samples",
            "Set n_fft to null or to a larger number"));
    return {};
}

Error preprocessorError(const std::string& key, const std::string& why, const std::string& remedy) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot build the preprocessor",
            .why = why,
            .remedy = remedy,
            .key = key,
            .className = "ValueError"};
}

} // namespace fathom::nn
