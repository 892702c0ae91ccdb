// SPDX-License-Identifier: GPL-3.0-or-later
// CTC beam search over ten seconds (250 frames of 40 ms, 1,024 tokens), and an ARPA model of a million
// n-grams read.
#include "engine/base/file.h"
#include "engine/decode/ctc_beam_search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>

using namespace fathom;
using namespace fathom::decode;

namespace {

template <class F> double fastestMs(int rounds, const F& work) {
    double best = 1e9;
    for (int i = 0; i < rounds; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        best = std::min(
            best,
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    return best;
}

/// Frames as a trained model gives them: one token or the blank has most of the mass.
std::vector<float> rows(std::size_t frames, std::size_t width, double sharpness) {
    std::mt19937 engine(1);
    std::normal_distribution<double> normal;
    std::vector<float> out;
    std::vector<double> logits(width);
    for (std::size_t t = 0; t < frames; ++t) {
        double sum = 0;
        for (double& logit : logits)
            logit = normal(engine);
        logits[engine() % 3 == 0 ? engine() % width : width - 1] += sharpness;
        for (const double logit : logits)
            sum += std::exp(logit);
        for (const double logit : logits)
            out.push_back(static_cast<float>(logit - std::log(sum)));
    }
    return out;
}

std::string word(std::size_t number) {
    std::string out;
    for (++number; number > 0; number /= 26)
        out += static_cast<char>('a' + number % 26);
    return out;
}

/// A trigram model of 50,000 words.
std::string arpa(std::size_t bigrams, std::size_t trigrams) {
    constexpr std::size_t kWords = 50000;
    std::string text = "\\data\\\nngram 1=" + std::to_string(kWords + 3) +
                       "\nngram 2=" + std::to_string(bigrams) + "\nngram 3=" + std::to_string(trigrams) +
                       "\n\n\\1-grams:\n-9\t<unk>\n-99\t<s>\t-0.3\n-1.2\t</s>\n";
    for (std::size_t i = 0; i < kWords; ++i)
        text += "-4.71293\t" + word(i) + "\t-0.301\n";
    text += "\n\\2-grams:\n";
    for (std::size_t i = 0; i < bigrams; ++i)
        text += "-2.34567\t" + word(i % kWords) + ' ' + word((i * 7 + i / kWords) % kWords) + "\t-0.1234\n";
    text += "\n\\3-grams:\n";
    for (std::size_t i = 0; i < trigrams; ++i)
        text += "-1.23456\t" + word(i % kWords) + ' ' + word((i * 7 + i / kWords) % kWords) + ' ' +
                word((i * 11 + i / kWords) % kWords) + '\n';
    return text + "\n\\end\\\n";
}

} // namespace

int main() {
    constexpr std::size_t kFrames = 250, kTokens = 1024;
    std::vector<BeamToken> tokens;
    for (std::size_t i = 0; i < kTokens; ++i)
        tokens.push_back({word(i), i % 3 != 0});
    const std::string text = arpa(450000, 500000);
    std::shared_ptr<const NgramModel> model;
    const double reading = fastestMs(3, [&] { model = *NgramModel::parse(text, "bench.arpa"); });
    std::printf("ARPA: %zu n-grams, %.0f MB in %.0f ms\n", model->ngrams(),
                static_cast<double>(text.size()) / 1e6, reading);
    for (const double sharpness : {12.0, 8.0, 5.0}) {
        const auto frames = rows(kFrames, kTokens + 1, sharpness);
        for (const int beam : {4, 16, 64}) {
            const CtcBeamSearch plain(tokens, {.beamSize = beam}), guided(tokens, {.beamSize = beam}, model);
            std::printf("sharpness %4.1f, beam %2d: %6.1f ms, with the model %6.1f ms\n", sharpness, beam,
                        fastestMs(5, [&] { (void)plain.run(frames, kFrames); }),
                        fastestMs(5, [&] { (void)guided.run(frames, kFrames); }));
        }
    }
    return 0;
}
