// SPDX-License-Identifier: Apache-2.0
#include "engine/base/file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fathom {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() {
        if (m_fd >= 0) close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return m_fd; }

private:
    int m_fd;
};

Error cannotOpen(const std::filesystem::path& path) {
    return systemError(ErrorKind::BadInput, "Cannot open the file", path.string(),
                       errno == ENOENT ? "Check the path" : "Check its permissions");
}

/// For mkostemp, beside the target.
std::string temporaryName(const std::filesystem::path& target) {
    std::string name(1, '.'); // GCC 12's -Wrestrict misreads `"." + std::string`
    name.append(target.filename().string()).append(".XXXXXX");
    return (target.parent_path() / name).string();
}

Error isFolder(const std::filesystem::path& path) {
    errno = EISDIR;
    return systemError(ErrorKind::BadInput, "Cannot open the file", path.string(),
                       "Give a file, not a folder");
}

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileIdentity identityOf(const struct stat& info) {
    return {.device = info.st_dev,
            .inode = info.st_ino,
            .bytes = static_cast<std::uint64_t>(info.st_size),
            .modified = nanoseconds(info.st_mtim),
            .changed = nanoseconds(info.st_ctim)};
}

} // namespace

Result<FileIdentity> identify(const std::filesystem::path& path) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return fail(cannotOpen(path));
    return identityOf(info);
}

Result<std::string> readFile(const std::filesystem::path& path) {
    const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return fail(cannotOpen(path));
    struct stat info {};
    if (fstat(fd.get(), &info) != 0) return fail(cannotOpen(path));
    if (S_ISDIR(info.st_mode)) return fail(isFolder(path));
    std::string content;
    content.reserve(static_cast<std::size_t>(info.st_size));
    char buffer[1 << 16];
    for (;;) {
        const ssize_t count = read(fd.get(), buffer, sizeof buffer);
        if (count == 0) return content;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(systemError(ErrorKind::BadInput, "Cannot read the file", path.string()));
        content.append(buffer, static_cast<std::size_t>(count));
    }
}

MappedFile::MappedFile(std::filesystem::path path, const FileIdentity& identity,
                       std::span<const std::byte> bytes)
    : m_path(std::move(path)), m_identity(identity), m_bytes(bytes) {}

MappedFile::~MappedFile() {
    if (!m_bytes.empty()) munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return fail(cannotOpen(path));
    struct stat info {};
    if (fstat(fd.get(), &info) != 0) return fail(cannotOpen(path));
    if (S_ISDIR(info.st_mode)) return fail(isFolder(path));
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size == 0) return std::shared_ptr<const MappedFile>(new MappedFile(path, identityOf(info), {}));
    void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (address == MAP_FAILED)
        return fail(systemError(ErrorKind::BadInput, "Cannot map the file", path.string()));
    return std::shared_ptr<const MappedFile>(
        new MappedFile(path, identityOf(info), {static_cast<const std::byte*>(address), size}));
}

AtomicFile::AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int fd)
    : m_target(std::move(target)), m_temporary(std::move(temporary)), m_fd(fd) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_target(std::move(other.m_target)),
      m_temporary(std::move(other.m_temporary)),
      m_fd(std::exchange(other.m_fd, -1)) {}

AtomicFile::~AtomicFile() {
    if (m_fd < 0) return;
    close(m_fd);
    if (!m_temporary.empty()) unlink(m_temporary.c_str());
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target) {
    const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
    std::filesystem::path temporary;
    const bool canBeNamed = access("/proc/self/fd", X_OK) == 0;
    int fd = canBeNamed ? open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
    if (fd < 0) { // NFS, some overlays
        std::string pattern = temporaryName(target);
        fd = mkostemp(pattern.data(), O_CLOEXEC);
        temporary = pattern;
    }
    if (fd < 0)
        return fail(systemError(ErrorKind::Failed, "Cannot write the file", target.string(),
                                "Check that its folder exists and may be written to"));
    // mkostemp makes 0600; a replaced file keeps its mode, a new one gets the usual one.
    struct stat info {};
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, stat(target.c_str(), &info) == 0 ? (info.st_mode & 07777) : (0666 & ~mask));
    return AtomicFile(target, temporary, fd);
}

std::filesystem::path AtomicFile::temporaryPath() const {
    if (!m_temporary.empty()) return m_temporary;
    return "/proc/self/fd/" + std::to_string(m_fd);
}

Status AtomicFile::giveName() {
    for (int tries = 0; m_temporary.empty(); ++tries) {
        std::string pattern = temporaryName(m_target);
        const int reserved = mkostemp(pattern.data(), O_CLOEXEC); // for a name that is free
        if (reserved >= 0) {
            close(reserved);
            unlink(pattern.c_str());
        }
        if (linkat(AT_FDCWD, temporaryPath().c_str(), AT_FDCWD, pattern.c_str(), AT_SYMLINK_FOLLOW) == 0)
            m_temporary = pattern;
        else if (errno != EEXIST || tries == 100)
            return fail(systemError(ErrorKind::Failed, "Cannot write the file", m_target.string(),
                                    "Check that its folder may be written to"));
    }
    return {};
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(m_fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return fail(systemError(ErrorKind::Failed, "Cannot write the file", m_target.string(),
                                    errno == ENOSPC ? "Free some disk space" : ""));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Status AtomicFile::write(std::string_view text) {
    return write(std::as_bytes(std::span(text.data(), text.size())));
}

Status AtomicFile::commit(Durability durability) {
    const bool isDurable = durability == Durability::Durable;
    const auto error = [&] {
        return fail(systemError(ErrorKind::Failed, "Cannot write the file", m_target.string(),
                                errno == ENOSPC ? "Free some disk space" : ""));
    };
    if (isDurable && fsync(m_fd) != 0) return error();
    if (auto named = giveName(); !named) return named;
    if (rename(m_temporary.c_str(), m_target.c_str()) != 0) return error();
    close(std::exchange(m_fd, -1));
    if (!isDurable) return {};
    const std::filesystem::path folder = m_target.has_parent_path() ? m_target.parent_path() : ".";
    const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0) fsync(directory.get()); // best effort: some file systems refuse it
    return {};
}

Status writeFileAtomically(const std::filesystem::path& path, std::string_view content) {
    auto file = AtomicFile::create(path);
    if (!file) return fail(file.error());
    if (auto written = file->write(content); !written) return written;
    return file->commit();
}

} // namespace fathom
