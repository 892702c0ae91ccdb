// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/open_progress.h"

#include <cstdio>
#include <unistd.h>

namespace fathom::cli {

namespace {

void draw(std::uint64_t done, std::uint64_t total) {
    if (done >= total)
        std::fputs("\r\x1b[2K", stderr);
    else
        std::fprintf(stderr, "\rexpanding the archive  %3d%% of %.0f MB",
                     static_cast<int>(100 * static_cast<double>(done) / static_cast<double>(total)),
                     static_cast<double>(total) / 1e6);
    std::fflush(stderr);
}

} // namespace

archive::OpenOptions openOptions(const CommandContext& context) {
    archive::OpenOptions options{.stop = context.stop.get_token()};
    if (isatty(STDERR_FILENO) != 0) options.progress = draw;
    return options;
}

} // namespace fathom::cli
