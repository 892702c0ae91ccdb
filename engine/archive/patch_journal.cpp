// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/patch_journal.h"

#include "engine/archive/byte_reader.h"
#include "engine/base/checksum.h"
#include "engine/base/file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace fathom::archive {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMagic = "FATHOM-UNDO 1\n";
constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kPage = 4096; // the kernel takes a kill between pages, not within one

/// Beside the file itself, whatever link leads to it.
fs::path journalOf(const fs::path& link) {
    std::error_code code;
    fs::path file = fs::canonical(link, code);
    if (code) file = link;
    return file.parent_path() / ("." + file.filename().string() + ".fathom-undo");
}

Error cannotWrite(const fs::path& file) {
    return systemError(ErrorKind::Failed, "Cannot write the file", file.string(),
                       errno == ENOSPC ? "Free some disk space" : "Check its permissions");
}

Error busy(const fs::path& file) {
    return {.kind = ErrorKind::Failed,
            .what = "Cannot open the archive",
            .why = "another program is saving it",
            .remedy = "Try again when it is done",
            .file = file.string()};
}

struct Undo {
    std::uint64_t offset = 0;
    std::string_view before{};
    std::string_view after{};
};

void put(std::string& out, std::uint64_t value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Result<std::string> readAt(int fd, const fs::path& file, std::uint64_t offset, std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t done = 0; done < count;) {
        const ssize_t got = pread(fd, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return fail(cannotWrite(file));
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

Status writeAt(int fd, const fs::path& file, std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(cannotWrite(file));
        offset += static_cast<std::uint64_t>(count);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

std::uint64_t sizeOf(int fd) {
    struct stat info {};
    return fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

void removeDurably(const fs::path& journal) {
    unlink(journal.c_str());
    const fs::path folder = journal.has_parent_path() ? journal.parent_path() : fs::path(".");
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

/// The patches of a whole journal for a file of this size; nothing for any other text.
std::optional<std::vector<Undo>> parse(const std::string& journal, std::uint64_t fileBytes) {
    if (journal.size() < kMagic.size() + 16 + kDigestDigits || !journal.starts_with(kMagic))
        return std::nullopt;
    const std::string_view body = std::string_view(journal).substr(0, journal.size() - kDigestDigits);
    if (sha256Hex(asBytes(body)) != std::string_view(journal).substr(body.size())) return std::nullopt;
    const auto bytes = asBytes(body);
    std::uint64_t at = kMagic.size();
    const auto next = [&] {
        const auto value = readAs<std::uint64_t>(bytes, at);
        at += sizeof(std::uint64_t);
        return value.value_or(0);
    };
    if (next() != fileBytes) return std::nullopt;
    std::vector<Undo> patches;
    for (std::uint64_t left = next(); left > 0; --left) {
        Undo undo{.offset = next()};
        const std::uint64_t count = next();
        const auto before = slice(bytes, at, count);
        const auto after = before ? slice(bytes, at + count, count) : std::nullopt;
        if (!after || undo.offset > fileBytes || count > fileBytes - undo.offset) return std::nullopt;
        undo.before = asText(*before);
        undo.after = asText(*after);
        at += 2 * count;
        patches.push_back(undo);
    }
    return patches;
}

/// Whether each page of the file's bytes is the old or the new one: a cut write leaves nothing else.
bool isBetween(const Undo& undo, std::string_view now) {
    for (std::size_t i = 0; i < now.size();) {
        const std::size_t page = kPage - (undo.offset + i) % kPage;
        const std::string_view part = now.substr(i, page);
        if (part != undo.before.substr(i, page) && part != undo.after.substr(i, page)) return false;
        i += part.size();
    }
    return true;
}

/// Puts the old bytes back where the file is still what the patches left, and removes the journal.
Status putBack(int fd, const fs::path& file, const std::vector<Undo>& patches) {
    for (const Undo& undo : patches) {
        const auto now = readAt(fd, file, undo.offset, undo.before.size());
        if (!now) return fail(now.error());
        if (!isBetween(undo, *now)) return {};
    }
    for (const Undo& undo : patches)
        if (auto written = writeAt(fd, file, undo.offset, undo.before); !written) return written;
    if (fdatasync(fd) != 0) return fail(cannotWrite(file));
    removeDurably(journalOf(file));
    return {};
}

} // namespace

Result<FileLock> FileLock::take(const fs::path& file, bool forWriting) {
    const int fd = open(file.c_str(), (forWriting ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0) return fail(cannotWrite(file));
    FileLock lock(fd);
    using namespace std::chrono_literals;
    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (errno != EWOULDBLOCK && errno != EINTR) return lock; // a file system without locks
        if (tries == 100) return fail(busy(file));
        std::this_thread::sleep_for(20ms);
    }
    return lock;
}

FileLock::~FileLock() {
    if (m_fd >= 0) close(m_fd);
}
FileLock::FileLock(FileLock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}

Status patchFile(const fs::path& file, const FileLock& lock, const std::vector<Patch>& patches) {
    const int fd = lock.descriptor();
    std::string journal(kMagic);
    put(journal, sizeOf(fd));
    put(journal, patches.size());
    for (const Patch& patch : patches) {
        const auto before = readAt(fd, file, patch.offset, patch.bytes.size());
        if (!before) return fail(before.error());
        put(journal, patch.offset);
        put(journal, patch.bytes.size());
        journal.append(*before).append(patch.bytes);
    }
    journal += sha256Hex(asBytes(journal));
    const fs::path path = journalOf(file);
    if (auto written = writeFileAtomically(path, journal); !written) return written;
    for (const Patch& patch : patches) {
        if (auto written = writeAt(fd, file, patch.offset, patch.bytes); !written) {
            if (const auto undo = parse(journal, sizeOf(fd))) (void)putBack(fd, file, *undo);
            return written;
        }
    }
    if (fdatasync(fd) != 0) return fail(cannotWrite(file));
    removeDurably(path);
    return {};
}

Status recoverPatch(const fs::path& file) {
    const fs::path path = journalOf(file);
    std::error_code code;
    if (!fs::exists(path, code)) return {};
    const auto lock = FileLock::take(file, true);
    if (!lock) return fail(lock.error());
    if (!fs::exists(path, code)) return {}; // whoever was saving is done
    const auto journal = readFile(path);
    if (!journal) return fail(journal.error());
    const auto patches = parse(*journal, sizeOf(lock->descriptor()));
    return patches ? putBack(lock->descriptor(), file, *patches) : Status{};
}

} // namespace fathom::archive
