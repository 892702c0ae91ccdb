// SPDX-License-Identifier: Apache-2.0
// The rows behind manifest.h, for the recorder too. Internal to engine/store; throws DatabaseError.
#pragma once

#include "engine/store/database.h"
#include "engine/store/types.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fathom::store {

/// How an archive is named in the store: its whole path, links followed.
[[nodiscard]] std::string manifestKey(const std::filesystem::path& archive);

/// Within the caller's transaction; see writeManifest.
void writeManifestRows(Database& database, const std::string& archive,
                       const std::vector<ArchiveMember>& members);

} // namespace fathom::store
