// SPDX-License-Identifier: Apache-2.0
// What a user does to runs: notes, tags, stars, the archive, the trash. Each call is one short transaction
// and waits for the disk; not for the GUI thread. Readers see the change as they see a run's progress.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <span>
#include <string>

namespace fathom::store {

[[nodiscard]] Status setNote(const std::filesystem::path& workspace, RunId run, const std::string& text);
[[nodiscard]] Status setStarred(const std::filesystem::path& workspace, std::span<const RunId> runs, bool on);
[[nodiscard]] Status setArchived(const std::filesystem::path& workspace, std::span<const RunId> runs,
                                 bool on);
/// A run that has the tag keeps it. Tags are texts without line breaks, not empty.
[[nodiscard]] Status addTag(const std::filesystem::path& workspace, std::span<const RunId> runs,
                            const std::string& tag);
[[nodiscard]] Status removeTag(const std::filesystem::path& workspace, std::span<const RunId> runs,
                               const std::string& tag);

/// Into the trash: Reader::runs() leaves them out, nothing else changes. A run that is still going on is
/// refused (Usage), and then none is moved.
[[nodiscard]] Status trash(const std::filesystem::path& workspace, std::span<const RunId> runs);
/// Out of the trash.
[[nodiscard]] Status restore(const std::filesystem::path& workspace, std::span<const RunId> runs);

struct PurgeSize {
    std::int64_t databaseBytes = 0; ///< what their rows take, about
    std::int64_t fileBytes = 0;     ///< of the folders that are theirs alone
};
/// What purge() would free.
[[nodiscard]] Result<PurgeSize> purgeSize(const std::filesystem::path& workspace,
                                          std::span<const RunId> runs);
/// For good: the rows and, with `files`, the runs' own folders. One in which another run lies, as a resumed
/// one does, stays, and so does what a run was imported from. A folder that holds the workspace or the
/// current folder is refused (Usage), as is a run that is still going on; then nothing was deleted. Returns
/// what was freed; the database gives its pages to later runs and does not get smaller.
[[nodiscard]] Result<PurgeSize> purge(const std::filesystem::path& workspace, std::span<const RunId> runs,
                                      bool files);

} // namespace fathom::store
