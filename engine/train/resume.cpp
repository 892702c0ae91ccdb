// SPDX-License-Identifier: Apache-2.0
#include "engine/train/resume.h"

#include "engine/base/file.h"

#include <algorithm>
#include <array>

namespace fathom::train {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

constexpr std::string_view kUnfinished = "-unfinished";

/// Entries of a folder, of all below it if need be, for which `wanted` holds; sorted.
template <class Wanted> Paths entries(const fs::path& folder, bool recursive, Wanted&& wanted) {
    Paths found;
    std::error_code error;
    if (recursive) {
        for (fs::recursive_directory_iterator
                 it(folder, fs::directory_options::skip_permission_denied, error),
             end;
             !error && it != end; it.increment(error))
            if (wanted(*it)) found.push_back(it->path());
    } else {
        for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
            if (wanted(*it)) found.push_back(it->path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// Folders called *<ending> (distributed checkpoints) if there are any, otherwise files called
/// *<ending>.ckpt.
Paths checkpointsEnding(const fs::path& folder, const std::string& ending) {
    std::error_code ignored;
    const Paths folders = entries(folder, false, [&](const fs::directory_entry& entry) {
        return entry.is_directory(ignored) && entry.path().filename().string().ends_with(ending);
    });
    if (!folders.empty()) return folders;
    return entries(folder, true, [&](const fs::directory_entry& entry) {
        return entry.path().filename().string().ends_with(ending + ".ckpt");
    });
}

/// One of several processes' parts of a checkpoint.
bool isSharded(const fs::path& checkpoint, const fs::path& folder) {
    const std::string text = checkpoint.lexically_relative(folder).string();
    return std::ranges::any_of(std::array{"mp_rank", "tp_rank", "fsdp_shard"},
                               [&](const char* part) { return text.find(part) != std::string::npos; });
}

std::string listed(const Paths& paths) {
    std::string text;
    for (const fs::path& path : paths)
        text += (text.empty() ? "" : ", ") + path.string();
    return '[' + text + ']';
}

class ResumeSearch {
public:
    ResumeSearch(const ExpManagerParams& params, const config::Config& config, const fs::path& folder)
        : m_params(params), m_config(config), m_folder(folder) {}

    Result<ResumeChoice> run() {
        if (m_params.resumeFromCheckpoint && !m_params.resumeFromCheckpoint->empty())
            m_choice.checkpoint = *m_params.resumeFromCheckpoint;
        if (m_params.resumeIfExists)
            if (Status fine = search(); !fine) return fail(std::move(fine.error()));
        std::error_code ignored;
        if (m_choice.checkpoint && !fs::exists(*m_choice.checkpoint, ignored))
            return fail(refusal("resume_from_checkpoint", "FileNotFoundError",
                                "Checkpoint file not found: " + m_choice.checkpoint->string(),
                                "Correct the path; it is relative to the current folder"));
        return std::move(m_choice);
    }

private:
    [[nodiscard]] Error refusal(const char* key, const char* className, std::string why,
                                std::string remedy) const {
        Error error = m_config.errorAt(std::string("exp_manager.") + key, "Cannot resume the training",
                                       std::move(why), std::move(remedy));
        error.className = className;
        return error;
    }

    /// Takes the unfinished ones out; an error when nothing is left of something.
    Status dropUnfinished(Paths& paths, const char* which) {
        const std::size_t all = paths.size();
        std::erase_if(paths, [&](const fs::path& path) {
            if (!isUnfinished(path)) return false;
            m_choice.warnings.push_back(
                "Checkpoint " + path.string() +
                " has the unfinished marker set - skipped while looking for the last one.");
            return true;
        });
        if (all == 0 || !paths.empty()) return {};
        return fail(refusal("resume_if_exists", "ValueError",
                            std::string(which) +
                                " checkpoint is unfinished and cannot be used to resume the training",
                            "Remove it and its -unfinished marker from " + m_folder.string() +
                                " by hand, or name another one with exp_manager.resume_from_checkpoint=… and "
                                "resume_if_exists=false"));
    }

    Status search() {
        Paths ends = checkpointsEnding(m_folder, "end");
        if (Status fine = dropUnfinished(ends, "End"); !fine) return fine;
        Paths lasts = checkpointsEnding(m_folder, "last");
        if (Status fine = dropUnfinished(lasts, "Last"); !fine) return fine;
        if (ends.empty() && lasts.empty()) return nothingFound();
        if (!ends.empty() && !m_params.resumePastEnd)
            return fail(refusal(
                "resume_past_end", "ValueError",
                "Found " + ends.front().string() +
                    " indicating that the last training run has already completed",
                "Set exp_manager.resume_past_end=true to go on all the same, or choose another name"));
        if (!ends.empty()) return take(ends, "*end.ckpt");
        keepNewest(lasts);
        return take(lasts, "*last.ckpt");
    }

    /// A run that was killed after it wrote its last checkpoint and before it removed the one before leaves
    /// two in its folder. NeMo asks the user; but both are whole, and the newer one is what is wanted.
    void keepNewest(Paths& lasts) {
        const auto isElsewhere = [&](const fs::path& path) {
            return path.parent_path() != lasts.front().parent_path() || isSharded(path, m_folder);
        };
        if (lasts.size() < 2 || std::any_of(lasts.begin(), lasts.end(), isElsewhere)) return;
        std::error_code error;
        const auto newest = *std::max_element(lasts.begin(), lasts.end(), [&](const auto& a, const auto& b) {
            return fs::last_write_time(a, error) < fs::last_write_time(b, error);
        });
        m_choice.warnings.push_back("Several checkpoints match *last.ckpt: " + listed(lasts) +
                                    "; going on from the newest, " + newest.string());
        lasts = {newest};
    }

    Status nothingFound() {
        const std::string where =
            "There were no checkpoints found in checkpoint_dir or no checkpoint folder at checkpoint_dir :" +
            m_folder.string() + ". ";
        if (!m_params.resumeIgnoreNoCheckpoint)
            return fail(refusal(
                "resume_if_exists", "NotFoundError", where + "Cannot resume",
                "Set exp_manager.resume_ignore_no_checkpoint=true to start anew where there is none"));
        m_choice.warnings.push_back(where + (m_choice.checkpoint
                                                 ? "Training from " + m_choice.checkpoint->string() + '.'
                                                 : std::string("Training from scratch.")));
        return {};
    }

    Status take(const Paths& found, const std::string& pattern) {
        if (isSharded(found.front(), m_folder))
            return fail(
                refusal("resume_if_exists", "ValueError",
                        found.front().string() + " is a part of a checkpoint that several devices share",
                        "Convert it into one file first"));
        if (found.size() > 1)
            return fail(
                refusal("resume_if_exists", "ValueError",
                        "Multiple checkpoints " + listed(found) + " that matches " + pattern,
                        "Keep the one to go on from and move the others out of " + m_folder.string()));
        m_choice.checkpoint = found.front();
        return {};
    }

    const ExpManagerParams& m_params;
    const config::Config& m_config;
    const fs::path& m_folder;
    ResumeChoice m_choice{};
};

Error cannot(const char* what, const fs::path& path, const std::error_code& error) {
    return {.kind = ErrorKind::Failed,
            .what = std::string(what) + ' ' + path.string(),
            .why = error.message(),
            .remedy = "Check that the folder is there and can be written",
            .file = path.string()};
}

} // namespace

Result<ResumeChoice> findResume(const ExpManagerParams& params, const config::Config& config,
                                const std::filesystem::path& checkpoints) {
    return ResumeSearch(params, config, checkpoints).run();
}

std::filesystem::path unfinishedMarker(const std::filesystem::path& checkpoint) {
    std::string name = checkpoint.filename().string();
    for (const std::string_view ending :
         {std::string_view(".nemo"), std::string_view(".ckpt"), std::string_view("-EMA")})
        if (name.ends_with(ending)) name.resize(name.size() - ending.size());
    return checkpoint.parent_path() / (name + std::string(kUnfinished));
}

bool isUnfinished(const std::filesystem::path& checkpoint) {
    std::error_code ignored;
    return fs::exists(unfinishedMarker(checkpoint), ignored);
}

Status markUnfinished(const std::filesystem::path& checkpoint) {
    Result<AtomicFile> marker = AtomicFile::create(unfinishedMarker(checkpoint));
    if (!marker) return fail(std::move(marker.error()));
    return marker->commit(AtomicFile::Durability::Volatile);
}

Status clearUnfinished(const std::filesystem::path& checkpoint) {
    const fs::path marker = unfinishedMarker(checkpoint);
    std::error_code error;
    fs::remove(marker, error);
    if (error) return fail(cannot("Cannot remove", marker, error));
    return {};
}

std::vector<std::string> removeUnfinished(const std::filesystem::path& folder) {
    std::error_code ignored;
    std::vector<std::string> said;
    const Paths markers = entries(folder, false, [&](const fs::directory_entry& entry) {
        return entry.is_regular_file(ignored) && entry.path().filename().string().ends_with(kUnfinished);
    });
    if (markers.empty()) return said;
    Paths checkpoints = entries(folder, true, [&](const fs::directory_entry& entry) {
        return entry.path().extension() == ".ckpt" && entry.is_regular_file(ignored);
    });
    for (const fs::path& each : entries(folder, false, [&](const fs::directory_entry& entry) {
             return entry.is_directory(ignored) && !entry.is_symlink(ignored);
         }))
        checkpoints.push_back(each); // distributed checkpoints
    for (const fs::path& checkpoint : checkpoints) {
        if (std::ranges::find(markers, unfinishedMarker(checkpoint)) == markers.end()) continue;
        said.push_back("Removing unfinished checkpoint: " + checkpoint.string());
        fs::remove_all(checkpoint, ignored);
    }
    for (const fs::path& marker : markers)
        fs::remove(marker, ignored);
    return said;
}

} // namespace fathom::train
