// SPDX-License-Identifier: Apache-2.0
// A run as TensorBoard sees it: a folder's event files in the order of their names, one after the other.
#pragma once

#include "engine/exchange/event_message.h"
#include "engine/exchange/record_reader.h"
#include "engine/exchange/run_sink.h"

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>

namespace fathom::exchange {

struct EventOptions {
    bool keepMedia = false; ///< audio and images become files; otherwise they are counted as skipped
};

/// Reads a folder's event files, and later what was added to them. One thread.
class EventRun {
public:
    /// `folder`, or one event file.
    EventRun(std::filesystem::path folder, EventOptions options);
    EventRun(EventRun&&) noexcept;
    EventRun& operator=(EventRun&&) noexcept;
    ~EventRun();

    /// Hands what is new to the sink: everything at the first call. What a later session start purges is left
    /// out, as TensorBoard does; if it was handed over by an earlier call, the sink is restarted and gets all
    /// anew. Errors (BadInput) are those of the folder; a file that cannot be read is warned of.
    [[nodiscard]] Status readNew(RunSink& sink, const std::stop_token& stop);
    /// Whether there may be something new: a file grew or was added. A few microseconds for each file.
    [[nodiscard]] bool hasNews() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Whether TensorBoard would take a file of this name for an event file.
[[nodiscard]] bool isEventFile(const std::filesystem::path& path);

/// A folder with event files and the run's name: the folder relative to `root`, or root's own name.
struct EventFolder {
    std::filesystem::path path{};
    std::string name{};
};

/// Those at and below `root`, sorted; symbolic links to folders are not followed. `root` may be one event
/// file.
[[nodiscard]] Result<std::vector<EventFolder>> findEventFolders(const std::filesystem::path& root);

} // namespace fathom::exchange
