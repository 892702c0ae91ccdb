// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/nemo_save.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/patch_journal.h"
#include "engine/archive/save_layout.h"
#include "engine/base/checksum.h"
#include "engine/base/clock.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fathom::archive {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kCopyPiece = std::uint64_t{32} << 20;

Error cannotSave(const fs::path& path, std::string why, std::string remedy,
                 ErrorKind kind = ErrorKind::Failed) {
    return {.kind = kind,
            .what = "Cannot save the archive",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = path.string()};
}

/// The file that a path leads to, which is what gets replaced: links stay.
fs::path resolved(const fs::path& path) {
    std::error_code code;
    fs::path target = fs::canonical(path, code);
    return code ? path : target;
}

bool isSameFile(const fs::path& path, const std::optional<FileIdentity>& identity) {
    if (!identity) return false;
    const auto now = identify(path);
    return now && now->device == identity->device && now->inode == identity->inode;
}

/// Errors that the opened archive did not have.
Status checkLint(const NemoDraft& draft, const fs::path& target) {
    const auto before = NemoEditor::edit(draft.original);
    const std::vector<Finding> known = before ? lint(before->draft()) : std::vector<Finding>{};
    for (const Finding& finding : lint(draft)) {
        const bool isKnown =
            std::any_of(known.begin(), known.end(), [&](const Finding& f) { return f.text == finding.text; });
        if (finding.severity == Severity::Error && !isKnown)
            return fail(cannotSave(target, finding.text, "Correct it or undo the edit", ErrorKind::Usage));
    }
    return {};
}

class Rewriter {
public:
    Rewriter(const NemoDraft& draft, const SaveLayout& layout, fs::path target, const SaveOptions& options)
        : m_draft(draft), m_layout(layout), m_target(std::move(target)), m_options(options) {}

    /// The new file, complete and verified but not yet in the place of the old one.
    Result<AtomicFile> write(SaveReport& report) {
        auto file = AtomicFile::create(m_target);
        if (!file) return fail(file.error());
        if (fallocate(file->descriptor(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(m_layout.bytes())) !=
                0 &&
            errno == ENOSPC)
            return fail(systemError(ErrorKind::Failed, "Cannot save the archive", m_target.string(),
                                    "Free some disk space"));
        BufferedSink buffer(*file);
        TarWriter tar([&](std::span<const std::byte> bytes) { return emit(buffer, bytes); });
        for (const SavePiece& piece : m_layout.pieces())
            if (auto written = writePiece(piece, tar, buffer, *file); !written) return fail(written.error());
        if (auto finished = tar.finish(); !finished) return fail(finished.error());
        if (auto flushed = buffer.flush(); !flushed) return fail(flushed.error());
        if (auto verified = verify(*file, report); !verified) return fail(verified.error());
        report.bytesWritten = m_done;
        return std::move(*file);
    }

private:
    Status advance(std::uint64_t bytes) {
        m_done += bytes;
        if (m_options.stop.stop_requested())
            return fail({ErrorKind::Interrupted, "Saving was stopped", "the archive is what it was", ""});
        if (m_options.progress) m_options.progress(m_done, m_layout.bytes());
        return {};
    }

    Status emit(BufferedSink& buffer, std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), kCopyPiece));
            if (auto written = buffer.write(piece); !written) return written;
            if (auto advanced = advance(piece.size()); !advanced) return advanced;
            bytes = bytes.subspan(piece.size());
        }
        return {};
    }

    Status writePiece(const SavePiece& piece, TarWriter& tar, BufferedSink& buffer, AtomicFile& file) {
        if (piece.kind == SavePiece::Kind::Record) {
            tar.skip(piece.bytes);
            if (auto flushed = buffer.flush(); !flushed) return flushed;
            return copy(piece.offset, piece.bytes, file);
        }
        if (auto begun = tar.begin(piece.entry); !begun) return begun;
        if (piece.kind == SavePiece::Kind::Weights) {
            const auto written = m_layout.weights()->write(
                [&](std::span<const std::byte> bytes) { return tar.content(bytes); });
            if (!written) return written;
        } else if (auto written = tar.content(piece.content); !written) {
            return written;
        }
        return tar.end();
    }

    /// Bytes of the opened tar, in the kernel where both files are on one file system.
    Status copy(std::uint64_t offset, std::uint64_t count, AtomicFile& file) {
        while (count > 0) {
            auto from = static_cast<off64_t>(offset);
            const std::uint64_t piece = std::min(count, kCopyPiece);
            const int source = m_layout.sourceDescriptor();
            ssize_t copied = source < 0 ? -1
                                        : copy_file_range(source, &from, file.descriptor(), nullptr,
                                                          static_cast<std::size_t>(piece), 0);
            if (copied < 0 && source >= 0 && errno == EINTR) continue;
            if (copied <= 0) {
                const auto bytes = m_draft.original.tarBytes().subspan(static_cast<std::size_t>(offset),
                                                                       static_cast<std::size_t>(piece));
                if (auto written = file.write(bytes); !written) return written;
                copied = static_cast<ssize_t>(piece);
            }
            offset += static_cast<std::uint64_t>(copied);
            count -= static_cast<std::uint64_t>(copied);
            if (auto advanced = advance(static_cast<std::uint64_t>(copied)); !advanced) return advanced;
        }
        return {};
    }

    Error wrong(const std::string& why) const {
        return cannotSave(m_target, "what was written does not read back: " + why,
                          "The archive is what it was. Check the disk, then save again");
    }

    /// Reads the new file back: its members, all that was changed, and the checksums of new weights.
    Status verify(const AtomicFile& file, SaveReport& report) const {
        const auto written = MappedFile::open(file.temporaryPath());
        if (!written) return fail(written.error());
        const auto bytes = (*written)->bytes();
        const auto members = indexTar(bytes, m_target.string());
        if (!members) return fail(wrong(members.error().message()));
        const auto& pieces = m_layout.pieces();
        if (members->size() != pieces.size()) return fail(wrong("its list of members"));
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const SavePiece& piece = pieces[i];
            const Member& member = (*members)[i];
            const auto payload = bytes.subspan(static_cast<std::size_t>(member.offset),
                                               static_cast<std::size_t>(member.bytes));
            if (plainMemberName(member.name) != plainMemberName(piece.entry.name) ||
                member.bytes != piece.entry.bytes)
                return fail(wrong(piece.entry.name));
            if (piece.kind == SavePiece::Kind::Content &&
                !std::equal(payload.begin(), payload.end(), piece.content.begin(), piece.content.end()))
                return fail(wrong(piece.entry.name));
            if (piece.kind == SavePiece::Kind::Weights) {
                const auto weights = Checkpoint::parse(payload, *written, m_target.string());
                if (!weights) return fail(wrong(weights.error().message()));
                if (auto checked = weights->verify(); !checked) return fail(wrong(checked.error().message()));
            }
            if (member.type == MemberType::File)
                report.members.push_back({std::string(plainMemberName(member.name)), member.bytes,
                                          m_options.digests ? sha256Hex(payload) : std::string()});
        }
        return {};
    }

    const NemoDraft& m_draft;
    const SaveLayout& m_layout;
    fs::path m_target;
    const SaveOptions& m_options;
    std::uint64_t m_done = 0;
};

SaveReport patchReport(const SaveLayout& layout) {
    SaveReport report{.wasInPlace = true};
    for (const Patch& patch : *layout.patches())
        report.bytesWritten += patch.bytes.size();
    for (const SavePiece& piece : layout.pieces()) {
        if (piece.entry.isDirectory) continue;
        MemberDigest digest{std::string(plainMemberName(piece.entry.name)), piece.entry.bytes, {}};
        if (piece.kind == SavePiece::Kind::Content) digest.sha256 = sha256Hex(piece.content);
        report.members.push_back(std::move(digest));
    }
    return report;
}

/// The file itself can take the change where it stands.
bool goesInPlace(const NemoDraft& draft, const SaveLayout& layout, const fs::path& path,
                 const SaveOptions& options) {
    return options.allowInPlace && layout.patches() && isSameFile(path, draft.original.identity()) &&
           access(path.c_str(), W_OK) == 0;
}

Status checkUntouched(const Nemo& original) {
    if (!original.identity()) return {};
    const auto now = identify(original.path());
    if (now && *now == *original.identity()) return {};
    return fail(cannotSave(original.path(),
                           now ? "it was changed on disk since it was opened" : "it is not there any more",
                           "Open it again, or save to another name", ErrorKind::BadInput));
}

Status checkTarget(const fs::path& target) {
    std::error_code code;
    if (fs::is_directory(target, code))
        return fail(
            cannotSave(target, "it is a folder", "Give a .nemo file to pack it into (-o)", ErrorKind::Usage));
    return {};
}

} // namespace

Result<SavePlan> planSave(const NemoDraft& draft, const fs::path& target, const SaveOptions& options) {
    const fs::path path = resolved(target);
    if (auto checked = checkTarget(path); !checked) return fail(checked.error());
    const auto layout = SaveLayout::make(draft, wallTime());
    if (!layout) return fail(layout.error());
    SavePlan plan;
    plan.isInPlace = goesInPlace(draft, *layout, path, options);
    plan.bytesToWrite = layout->bytes();
    if (plan.isInPlace) {
        plan.bytesToWrite = 0;
        for (const Patch& patch : *layout->patches())
            plan.bytesToWrite += patch.bytes.size();
    }
    if (draft.original.isCompressed())
        plan.notes.emplace_back("it is compressed and becomes a plain tar, as NeMo writes them");
    return plan;
}

Result<SaveReport> saveNemo(const NemoDraft& draft, const fs::path& target, const SaveOptions& options) {
    const fs::path path = resolved(target);
    if (auto checked = checkTarget(path); !checked) return fail(checked.error());
    if (auto checked = checkLint(draft, path); !checked) return fail(checked.error());
    const bool isSame = isSameFile(path, draft.original.identity());
    const auto layout = SaveLayout::make(draft, wallTime());
    if (!layout) return fail(layout.error());
    const bool isInPlace = goesInPlace(draft, *layout, path, options);
    std::optional<FileLock> lock;
    if (isSame) {
        auto taken = FileLock::take(path, isInPlace);
        if (!taken) return fail(taken.error());
        lock.emplace(std::move(*taken));
    }
    if (auto checked = checkUntouched(draft.original); !checked) return fail(checked.error());
    if (isInPlace) {
        if (auto patched = patchFile(path, *lock, *layout->patches()); !patched) return fail(patched.error());
        return patchReport(*layout);
    }
    SaveReport report;
    auto file = Rewriter(draft, *layout, path, options).write(report);
    if (!file) return fail(file.error());
    if (auto checked = checkUntouched(draft.original); !checked) return fail(checked.error());
    if (auto committed = file->commit(); !committed) return fail(committed.error());
    return report;
}

} // namespace fathom::archive
