// SPDX-License-Identifier: GPL-3.0-or-later
// How fast texts become ids: bench_tokenizer TOKENIZER TEXTS [ROUNDS] [slow|fast], one sentence a line, on
// one thread. Prints JSON; tests/bench/peer_tokenizers.py sets it beside Python's tools.
#include "engine/base/file.h"
#include "engine/text/open_tokenizer.h"
#include "engine/text/words.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace fathom;
using Clock = std::chrono::steady_clock;

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_tokenizer TOKENIZER TEXTS [ROUNDS] [slow|fast]\n");
        return 2;
    }
    text::OpenTokenizerOptions options;
    if (argc > 4 && std::strcmp(argv[4], "fast") == 0) options.wordPiece.backend = text::BertBackend::Fast;
    const auto tokenizer = text::openTokenizer(argv[1], options);
    const Result<std::string> content = readFile(argv[2]);
    if (!tokenizer || !content) {
        std::fprintf(stderr, "%s\n", (tokenizer ? content.error() : tokenizer.error()).message().c_str());
        return 3;
    }
    const std::vector<std::string_view> lines = text::splitLines(*content);
    std::vector<double> seconds;
    std::size_t ids = 0;
    const int rounds = std::max(argc > 3 ? std::atoi(argv[3]) : 5, 1);
    for (int round = 0; round < rounds; ++round) {
        const Clock::time_point begin = Clock::now();
        ids = 0;
        for (const std::string_view line : lines)
            ids += (*tokenizer)->encode(line).ids.size();
        seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    std::ranges::sort(seconds);
    std::printf("{\"sentences\": %zu, \"ids\": %zu, \"bytes\": %zu, \"best_s\": %.4f, \"median_s\": %.4f}\n",
                lines.size(), ids, content->size(), seconds.front(), seconds[seconds.size() / 2]);
    return 0;
}
