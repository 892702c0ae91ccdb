// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/expanded_file.h"

#include "engine/archive/byte_reader.h"
#include "engine/base/checksum.h"
#include "engine/base/clock.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

namespace fathom::archive {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLeaveFree = std::uint64_t{256} << 20;
constexpr std::uint64_t kSpaceCheck = std::uint64_t{64} << 20;
constexpr std::uint64_t kProgressStep = std::uint64_t{1} << 20;

/// Made where it is missing; nothing when it cannot be had or is somebody else's.
std::optional<fs::path> cacheFolder() {
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    const char* const home = std::getenv("HOME");
    fs::path folder;
    if (cache != nullptr && fs::path(cache).is_absolute())
        folder = cache;
    else if (home != nullptr && fs::path(home).is_absolute())
        folder = fs::path(home) / ".cache";
    else
        return std::nullopt;
    folder = folder / "fathom" / "archives";
    std::error_code code;
    if (fs::create_directories(folder, code)) fs::permissions(folder, fs::perms::owner_all, code);
    struct stat info {};
    const bool isOurs = stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
                        info.st_uid == geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    return isOurs && access(folder.c_str(), W_OK | X_OK) == 0 ? std::optional(folder) : std::nullopt;
}

/// With the machine's boot: a copy is not synced to the disk, which would take longer than expanding it, so
/// after a power cut it could be damaged.
std::string keyOf(const FileIdentity& file) {
    std::string text = thisProcess().bootId + ' ';
    for (const std::uint64_t number : {file.device, file.inode, file.bytes})
        text += std::to_string(number) + ' ';
    text += std::to_string(file.modified) + ' ' + std::to_string(file.changed);
    return md5Hex(asBytes(text));
}

Status checkSpace(const AtomicFile& file, const fs::path& folder) {
    struct statvfs disk {};
    if (fstatvfs(file.descriptor(), &disk) != 0) return {}; // writing will tell
    const std::uint64_t left = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    if (left >= kLeaveFree) return {};
    return fail({ErrorKind::Failed, "Cannot expand the compressed archive",
                 "only " + std::to_string(left >> 20U) + " MiB are left on the disk of " + folder.string(),
                 "Free some space there or set XDG_CACHE_HOME to a folder on another disk"});
}

Result<AtomicFile> expandInto(const fs::path& target, const MappedFile& packed, const OpenOptions& options) {
    auto file = AtomicFile::create(target);
    if (!file) return file;
    fchmod(file->descriptor(), S_IRUSR | S_IWUSR);
    const std::string label = packed.path().string();
    const auto expander = makeExpander(compressionOf(packed.bytes()), packed.bytes(), label);
    if (!expander) return fail(expander.error());
    const std::uint64_t total = packed.bytes().size();
    const std::uint64_t limit = largestExpansion(total);
    std::uint64_t written = 0;
    std::uint64_t nextCheck = 0;
    std::uint64_t nextProgress = 0;
    for (;;) {
        if (options.stop.stop_requested()) return fail({ErrorKind::Interrupted, "Interrupted", "", ""});
        if (written >= nextCheck) {
            if (auto space = checkSpace(*file, target.parent_path()); !space) return fail(space.error());
            nextCheck += kSpaceCheck;
        }
        if (options.progress && (*expander)->consumed() >= nextProgress) {
            options.progress((*expander)->consumed(), total);
            nextProgress = (*expander)->consumed() + kProgressStep;
        }
        const auto piece = (*expander)->next();
        if (!piece) return fail(piece.error());
        if (piece->empty()) break;
        if (piece->size() > limit - written)
            return fail({ErrorKind::BadInput, "Cannot expand the compressed file",
                         "it grows to more than " + std::to_string(limit) + " bytes, which weights never do",
                         "Do not trust it; unpack it by hand if you know where it is from", label});
        if (auto done = file->write(*piece); !done) return fail(done.error());
        written += piece->size();
    }
    if (options.progress) options.progress(total, total);
    return file;
}

Result<std::shared_ptr<const MappedFile>> expandUnnamed(const MappedFile& packed,
                                                        const OpenOptions& options) {
    std::error_code code;
    const fs::path target = fs::temp_directory_path(code) /
                            ("fathom-" + keyOf(packed.identity()) + "-" + std::to_string(getpid()) + ".tar");
    auto file = expandInto(target, packed, options);
    if (!file) return fail(file.error());
    if (auto committed = file->commit(AtomicFile::Durability::Volatile); !committed)
        return fail(committed.error());
    auto mapped = MappedFile::open(target);
    unlink(target.c_str());
    return mapped;
}

bool isAbandoned(const fs::path& path, const struct stat& info) {
    constexpr std::time_t kDay = 24 * 60 * 60;
    return path.filename().string().starts_with('.') && info.st_mtime < std::time(nullptr) - kDay;
}

} // namespace

Result<std::shared_ptr<const MappedFile>> expandedFile(const std::shared_ptr<const MappedFile>& packed,
                                                       const OpenOptions& options) {
    const auto folder = cacheFolder();
    if (!folder) return expandUnnamed(*packed, options);
    const fs::path target = *folder / (keyOf(packed->identity()) + ".tar");
    if (auto kept = MappedFile::open(target)) {
        utimensat(AT_FDCWD, target.c_str(), nullptr, 0); // used now: the last to be evicted
        return kept;
    }
    auto file = expandInto(target, *packed, options);
    if (!file) return fail(file.error());
    if (auto committed = file->commit(AtomicFile::Durability::Volatile); !committed)
        return fail(committed.error());
    auto mapped = MappedFile::open(target); // before it may be evicted for being larger than all may be
    evictExpanded(*folder, kExpandedLimit);
    return mapped;
}

void evictExpanded(const fs::path& folder, std::uint64_t limit) {
    struct Kept {
        fs::path path{};
        timespec used{};
        std::uint64_t bytes = 0;
    };
    std::vector<Kept> files;
    std::uint64_t total = 0;
    std::error_code code;
    for (auto it = fs::directory_iterator(folder, code); !code && it != fs::directory_iterator();
         it.increment(code)) {
        struct stat info {};
        if (lstat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
        if (isAbandoned(it->path(), info)) unlink(it->path().c_str());
        if (it->path().extension() != ".tar") continue;
        files.push_back({it->path(), info.st_mtim, static_cast<std::uint64_t>(info.st_size)});
        total += files.back().bytes;
    }
    std::sort(files.begin(), files.end(), [](const Kept& a, const Kept& b) {
        return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
    });
    for (const Kept& file : files) {
        if (total <= limit) return;
        if (unlink(file.path.c_str()) == 0) total -= file.bytes;
    }
}

} // namespace fathom::archive
