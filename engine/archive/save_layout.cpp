// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/save_layout.h"

#include "engine/archive/byte_reader.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fathom::archive {

namespace {

constexpr std::uint64_t kLargestPatch = std::uint64_t{64} << 20;
/// Room that a rewritten config gets, so that its next edits fit in place: a PAX header with 2 KiB of
/// comment.
constexpr std::uint64_t kConfigHeaderBytes = 6 * kTarBlock;
constexpr std::uint64_t kEndBytes = 2 * kTarBlock;
constexpr std::uint64_t kRecordBytes = 20 * kTarBlock;

std::uint64_t recordBytes(const Member& member) {
    return member.offset - member.recordOffset + tarPadded(member.bytes);
}

/// Its last block may be missing at the end of a file.
bool isWhole(const Nemo& nemo, const Member& member) {
    return member.recordOffset + recordBytes(member) <= nemo.tarBytes().size();
}

/// A global PAX header rules all members after it, so records cannot be moved alone.
bool hasGlobalHeader(const Nemo& nemo) {
    const auto tar = nemo.tarBytes();
    return std::any_of(nemo.members().begin(), nemo.members().end(), [&](const Member& member) {
        for (std::uint64_t at = member.recordOffset; at + kTarBlock < member.offset; at += kTarBlock)
            if (tar[static_cast<std::size_t>(at) + 156] == std::byte{'g'} &&
                asText(tar.subspan(static_cast<std::size_t>(at) + 257, 5)) == "ustar")
                return true;
        return false;
    });
}

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

/// Index of the last file of that name, which is the one that counts.
std::size_t lastCalled(const NemoDraft& draft, std::string_view fileName) {
    const auto& members = draft.state->members;
    for (std::size_t i = members.size(); i-- > 0;)
        if (members[i].source && isCalled(members[i].name, fileName) &&
            draft.original.members()[*members[i].source].type == MemberType::File)
            return i;
    return kNowhere;
}

bool isConfigChanged(const NemoDraft& draft) {
    const auto yaml = draft.original.configYaml();
    return !yaml || *yaml != draft.state->configYaml;
}

} // namespace

SaveLayout::~SaveLayout() {
    if (m_source >= 0) close(m_source);
}

SaveLayout::SaveLayout(SaveLayout&& other) noexcept
    : m_pieces(std::move(other.m_pieces)),
      m_weights(std::move(other.m_weights)),
      m_patches(std::move(other.m_patches)),
      m_bytes(other.m_bytes),
      m_source(std::exchange(other.m_source, -1)) {}

Result<SaveLayout> SaveLayout::make(const NemoDraft& draft, double now) {
    SaveLayout layout;
    if (auto prepared = layout.prepareWeights(draft); !prepared) return fail(prepared.error());
    layout.addPieces(draft, now);
    std::uint64_t bytes = kEndBytes;
    for (const SavePiece& piece : layout.m_pieces)
        bytes += piece.bytes;
    layout.m_bytes = (bytes + kRecordBytes - 1) / kRecordBytes * kRecordBytes;
    layout.findPatches(draft);
    layout.openSource(draft.original);
    return layout;
}

Status SaveLayout::prepareWeights(const NemoDraft& draft) {
    if (!draft.state->tensors) return {};
    const auto weights = draft.original.weights();
    if (!weights) return fail(weights.error());
    std::vector<StateDictEntry> entries;
    for (const EditedTensor& edited : *draft.state->tensors) {
        entries.push_back({(*weights)->tensors()[edited.source], edited.dtype});
        entries.back().tensor.name = edited.name;
    }
    auto writer = prepareStateDict(entries, (*weights)->modules(), "model_weights");
    if (!writer) return fail(writer.error());
    m_weights.emplace(std::move(*writer));
    return {};
}

void SaveLayout::addPieces(const NemoDraft& draft, double now) {
    const Nemo& original = draft.original;
    const bool isFolder = original.tarBytes().empty();
    const bool isFresh = isFolder || hasGlobalHeader(original);
    const auto config = isConfigChanged(draft) ? lastCalled(draft, kConfigName) : kNowhere;
    const auto weights = m_weights ? lastCalled(draft, kWeightsName) : kNowhere;
    if (isFolder) // as NeMo packs it
        m_pieces.push_back({.kind = SavePiece::Kind::Content,
                            .entry = {.name = "./", .isDirectory = true, .mode = 0700, .mtime = now}});
    for (std::size_t i = 0; i < draft.state->members.size(); ++i) {
        const EditedMember& member = draft.state->members[i];
        const Member* const old = member.source ? &original.members()[*member.source] : nullptr;
        SavePiece piece{.entry = {.name = member.name, .mode = member.mode, .mtime = now}};
        const bool isNew = member.content || i == config || i == weights;
        const bool keepsHeaders =
            old != nullptr && !isNew && old->name == member.name && isWhole(original, *old);
        if (old != nullptr && keepsHeaders &&
            (!isFresh || old->type == MemberType::Link || old->type == MemberType::Other)) {
            piece.entry.bytes = old->bytes;
            piece.offset = old->recordOffset;
            piece.bytes = recordBytes(*old);
            m_pieces.push_back(std::move(piece));
            continue;
        }
        piece.kind = i == weights ? SavePiece::Kind::Weights : SavePiece::Kind::Content;
        if (i == weights) {
            piece.entry.bytes = m_weights->bytes();
        } else {
            piece.entry.isDirectory = old != nullptr && old->type == MemberType::Directory;
            if (piece.entry.isDirectory)
                piece.entry.name += '/';
            else if (i == config)
                piece.content = asBytes(draft.state->configYaml);
            else
                piece.content = member.content ? asBytes(*member.content) : original.bytes(*member.source);
            piece.entry.bytes = piece.content.size();
        }
        if (!isNew && old != nullptr && old->mtime > 0) piece.entry.mtime = old->mtime;
        if (i == config) piece.entry.headerBytes = kConfigHeaderBytes;
        m_pieces.push_back(std::move(piece));
    }
    for (SavePiece& piece : m_pieces) {
        if (piece.kind == SavePiece::Kind::Record) continue;
        if (!tarHeaders(piece.entry)) piece.entry.headerBytes = 0; // a name that fills the room by itself
        piece.bytes = tarHeaders(piece.entry)->size() + tarPadded(piece.entry.bytes);
    }
}

/// Everything has to lie where it lay. A new header takes what its content leaves of the old record.
void SaveLayout::findPatches(const NemoDraft& draft) {
    const Nemo& original = draft.original;
    const auto& members = draft.state->members;
    if (!original.identity() || original.isCompressed() || m_weights || original.tarFile() == nullptr ||
        members.size() != original.members().size() || m_pieces.size() != members.size())
        return;
    std::vector<Patch> patches;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const Member& old = original.members()[i];
        if (members[i].source != i || members[i].name != old.name || !isWhole(original, old)) return;
        const SavePiece& piece = m_pieces[i];
        if (piece.kind == SavePiece::Kind::Record) continue;
        const std::uint64_t room = recordBytes(old);
        if (tarPadded(piece.entry.bytes) + kTarBlock > room) return;
        TarEntry entry = piece.entry;
        entry.headerBytes = room - tarPadded(piece.entry.bytes);
        auto headers = tarHeaders(entry);
        if (!headers) return;
        Patch patch{.offset = old.recordOffset, .bytes = std::move(*headers)};
        patch.bytes += asText(piece.content);
        patch.bytes.resize(static_cast<std::size_t>(room), '\0');
        total += room;
        if (total > kLargestPatch) return;
        patches.push_back(std::move(patch));
    }
    struct stat info {};
    const bool isShared = stat(original.path().c_str(), &info) == 0 && info.st_nlink > 1;
    if (!isShared) m_patches = std::move(patches); // another name of the file keeps what it holds
}

void SaveLayout::openSource(const Nemo& original) {
    const auto file = original.tarFile();
    if (!file) return;
    m_source = open(file->path().c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (m_source < 0) return;
    const bool isIt = fstat(m_source, &info) == 0 && info.st_dev == file->identity().device &&
                      info.st_ino == file->identity().inode;
    if (!isIt) close(std::exchange(m_source, -1));
}

} // namespace fathom::archive
