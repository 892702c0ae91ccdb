// SPDX-License-Identifier: Apache-2.0
#include "engine/store/file_system.h"

#include <sys/vfs.h>

namespace fathom::store {

std::string_view networkFileSystemName(std::uint64_t magic) {
    switch (magic & 0xFFFFFFFFU) { // statfs::f_type is signed and may have been extended
    case 0x00006969U:
        return "NFS";
    case 0x0000517BU:
    case 0xFF534D42U:
    case 0xFE534D42U:
        return "SMB";
    case 0x5346414FU:
    case 0x6B414653U:
        return "AFS";
    case 0x73757245U:
        return "Coda";
    case 0x0BD00BD0U:
        return "Lustre";
    case 0x47504653U:
        return "GPFS";
    case 0x00C36400U:
        return "Ceph";
    case 0x19830326U:
        return "BeeGFS";
    case 0xAAD7AAEAU:
        return "PanFS";
    case 0x7461636FU:
        return "OCFS2";
    case 0x01161970U:
        return "GFS2";
    default:
        return {};
    }
}

std::string_view networkFileSystem(const std::filesystem::path& path) {
    struct statfs info {};
    if (statfs(path.c_str(), &info) != 0) return {};
    return networkFileSystemName(static_cast<std::uint64_t>(info.f_type));
}

} // namespace fathom::store
