// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a checkpoint again, every value taken over. For ckpt_roundtrip.sh.
//
// usage: rewrite_ckpt FROM.ckpt TO.ckpt
#include "engine/archive/torch_file_writer.h"

#include <cstdio>

using namespace fathom;

namespace {

Status rewrite(const char* from, const char* to) {
    const auto checkpoint = archive::Checkpoint::open(from);
    if (!checkpoint) return fail(checkpoint.error());
    const auto object = archive::fromPickle(checkpoint->root());
    if (!object) return fail(object.error());
    return archive::writeTorchFile(to, *object);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: rewrite_ckpt FROM.ckpt TO.ckpt\n");
        return 2;
    }
    const auto written = rewrite(argv[1], argv[2]);
    if (!written) std::fprintf(stderr, "%s\n", written.error().message().c_str());
    return written ? 0 : written.error().exitCode();
}
