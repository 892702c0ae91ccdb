// SPDX-License-Identifier: Apache-2.0
#include "engine/data/tar_set.h"

#include "engine/archive/tar_index.h"
#include "engine/base/file.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace fathom::data {

namespace {

/// Open for the length of a read: a set may have more files than a process may hold open.
class Descriptor {
public:
    explicit Descriptor(const std::filesystem::path& path)
        : m_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~Descriptor() {
        if (m_fd >= 0) ::close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] bool isOpen() const { return m_fd >= 0; }

    /// Bytes that were read; fewer at the end of the file, negative on an error (errno).
    [[nodiscard]] ssize_t readAt(std::uint64_t offset, char* into, std::size_t bytes) const {
        std::size_t done = 0;
        while (done < bytes) {
            const ssize_t got = ::pread(m_fd, into + done, bytes - done, static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return got;
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return static_cast<ssize_t>(done);
    }

private:
    int m_fd;
};

} // namespace

Result<TarSet> TarSet::open(const std::vector<std::filesystem::path>& files) {
    TarSet set;
    set.m_files = files;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto mapped = MappedFile::open(files[i]);
        Error error;
        if (mapped) {
            auto members = archive::indexTar((*mapped)->bytes(), files[i].string());
            if (members) {
                for (archive::Member& member : *members)
                    if (member.type == archive::MemberType::File)
                        set.m_members.push_back({i, member.offset, member.bytes, std::move(member.name)});
                continue;
            }
            error = members.error();
        } else {
            error = mapped.error();
        }
        error.kind = ErrorKind::BadInput;
        error.what = "Cannot read the recordings of " + files[i].string();
        error.file = files[i].string();
        error.remedy = "Correct tarred_audio_filepaths; tar files must not be compressed";
        return fail(std::move(error));
    }
    return set;
}

Result<std::string> TarSet::read(const TarMember& member) const {
    const std::string what = "Cannot read the recording " + label(member);
    const std::string file = m_files[member.tar].string();
    const Descriptor tar(m_files[member.tar]);
    if (!tar.isOpen()) return fail(systemError(ErrorKind::BadInput, what, file, "Restore the tar file"));
    std::string content(member.bytes, '\0');
    const ssize_t got = tar.readAt(member.offset, content.data(), content.size());
    if (got < 0) return fail(systemError(ErrorKind::BadInput, what, file, "Restore the tar file"));
    if (static_cast<std::size_t>(got) == content.size()) return content;
    return fail({.kind = ErrorKind::BadInput,
                 .what = what,
                 .why = "the tar file became shorter since it was opened",
                 .remedy = "Restore the tar file",
                 .file = file});
}

std::string TarSet::label(const TarMember& member) const {
    return m_files[member.tar].string() + '/' + member.name;
}

std::string fileIdOf(std::string_view path) {
    return std::filesystem::path(path).filename().stem().string();
}

} // namespace fathom::data
