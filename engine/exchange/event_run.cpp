// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/event_run.h"

#include "engine/exchange/event_purges.h"
#include "engine/exchange/event_values.h"

#include <algorithm>
#include <set>
#include <sys/stat.h>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

/// Seconds since the epoch; 0 where there is none.
double changedAt(const fs::path& folder) {
    struct stat info {};
    if (stat(folder.c_str(), &info) != 0) return 0;
    return static_cast<double>(info.st_mtim.tv_sec) + static_cast<double>(info.st_mtim.tv_nsec) * 1e-9;
}

std::string runName(const fs::path& folder, const fs::path& root) {
    const fs::path relative = folder.lexically_relative(root);
    if (!relative.empty() && relative != ".") return relative.generic_string();
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(root, error);
    return whole.filename().empty() ? "tensorboard" : whole.filename().string();
}

} // namespace

bool isEventFile(const fs::path& path) {
    return path.filename().string().find("tfevents") != std::string::npos;
}

Result<std::vector<EventFolder>> findEventFolders(const fs::path& root) {
    std::error_code error;
    if (fs::is_regular_file(root, error))
        return std::vector<EventFolder>{{root, runName(root.parent_path(), root.parent_path())}};
    std::set<fs::path> folders;
    fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (isEventFile(entry->path()) && entry->is_regular_file(error))
            folders.insert(entry->path().parent_path());
    if (error)
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot look for event files",
                     .why = error.message(),
                     .remedy = "Check that the folder exists and may be read",
                     .file = root.string()});
    std::vector<EventFolder> found;
    for (const fs::path& folder : folders)
        found.push_back({folder, runName(folder, root)});
    return found;
}

struct EventRun::Impl {
    Impl(fs::path where, EventOptions how) : folder(std::move(where)), options(how) {}

    const fs::path folder;
    const EventOptions options;
    std::deque<RecordReader> files{};
    std::set<fs::path> known{};
    double listedAt = 0;       ///< the folder's time of change when it was listed
    std::uint64_t index = 0;   ///< of the next event
    std::uint64_t planned = 0; ///< events whose purges were looked for beforehand
    EventPurges purges{};
    EventValues values{options};
    EventMessage message{};
    ImportCounts told{}; ///< what of the files' damage and length the sink's counts have

    Status discover(RunSink& sink);
    void lookForPurges(const std::stop_token& stop);
    [[nodiscard]] bool readFiles(RunSink& sink, const std::stop_token& stop);
    [[nodiscard]] bool take(std::string_view record, RunSink& sink);
    void beginAnew(RunSink& sink);
    void tellDamage(RunSink& sink);
};

EventRun::EventRun(fs::path folder, EventOptions options)
    : m_impl(std::make_unique<Impl>(std::move(folder), options)) {}
EventRun::EventRun(EventRun&&) noexcept = default;
EventRun& EventRun::operator=(EventRun&&) noexcept = default;
EventRun::~EventRun() = default;

/// Opens the files that are new, in the order of their names.
Status EventRun::Impl::discover(RunSink& sink) {
    std::error_code error;
    std::vector<fs::path> paths;
    listedAt = changedAt(folder);
    if (fs::is_regular_file(folder, error)) {
        paths.push_back(folder);
    } else {
        fs::directory_iterator entry(folder, error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error))
            if (isEventFile(entry->path()) && entry->is_regular_file(error)) paths.push_back(entry->path());
    }
    if (error)
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot list the event files",
                     .why = error.message(),
                     .remedy = "Check that the folder may be read",
                     .file = folder.string()});
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
        if (!known.insert(path).second) continue;
        Result<RecordReader> reader = RecordReader::open(path);
        if (reader)
            files.push_back(std::move(*reader));
        else
            sink.counts.warn(reader.error().message());
    }
    return {};
}

/// Reads everything once, to learn from where on later files replace what earlier ones say.
void EventRun::Impl::lookForPurges(const std::stop_token& stop) {
    planned = 0;
    for (const RecordReader& file : files) {
        Result<RecordReader> reader = RecordReader::open(file.path());
        if (!reader) continue;
        for (std::string_view record; !stop.stop_requested() && reader->next(record); ++planned) {
            if (!parseEvent(record, message, EventDepth::Head)) continue;
            if (purges.needsValues() && message.fileVersion.empty() && !parseEvent(record, message)) continue;
            purges.note(planned, message);
        }
    }
    purges.prepare();
}

/// False: what the sink has was purged just now.
bool EventRun::Impl::take(std::string_view record, RunSink& sink) {
    const std::uint64_t number = index++;
    if (!parseEvent(record, message)) {
        ++sink.counts.badRecords;
        return true;
    }
    if (number >= planned && purges.note(number, message) && values.greatestStep() >= message.step)
        return false;
    values.take(message, sink, [&](std::string_view tag) { return purges.keeps(number, tag, message.step); });
    return true;
}

bool EventRun::Impl::readFiles(RunSink& sink, const std::stop_token& stop) {
    for (RecordReader& file : files) {
        if (file.isReplaced()) return false;
        std::size_t count = 0;
        for (std::string_view record; file.next(record);) {
            if (!take(record, sink)) return false;
            if (++count % 4096 == 0 && (stop.stop_requested() || !sink.good())) return true;
        }
        if (!file.status()) sink.counts.warn(file.status().error().message());
    }
    return true;
}

void EventRun::Impl::beginAnew(RunSink& sink) {
    sink.counts = {};
    sink.restart();
    files.clear();
    known.clear();
    index = 0;
    purges = {};
    values = EventValues(options);
    told = {};
}

void EventRun::Impl::tellDamage(RunSink& sink) {
    ImportCounts now;
    for (const RecordReader& file : files) {
        now.bytes += file.offset();
        now.badRecords += file.damage().records + file.damage().gaps;
        now.badBytes += file.damage().bytes;
    }
    if (now.badBytes > told.badBytes)
        for (const RecordReader& file : files)
            if (file.damage().any())
                sink.counts.warn(
                    file.path().string() + ": " + std::to_string(file.damage().records + file.damage().gaps) +
                    " damaged places (" + std::to_string(file.damage().bytes) +
                    " bytes) were skipped, the first at byte " + std::to_string(file.damage().firstOffset));
    sink.counts.bytes += now.bytes - told.bytes;
    sink.counts.badRecords += now.badRecords - told.badRecords;
    sink.counts.badBytes += now.badBytes - told.badBytes;
    told = std::move(now);
}

Status EventRun::readNew(RunSink& sink, const std::stop_token& stop) {
    if (Status found = m_impl->discover(sink); !found) return found;
    if (m_impl->index == 0 && m_impl->files.size() > 1) m_impl->lookForPurges(stop);
    while (!m_impl->readFiles(sink, stop)) {
        m_impl->beginAnew(sink);
        if (Status found = m_impl->discover(sink); !found) return found;
        m_impl->lookForPurges(stop);
    }
    m_impl->tellDamage(sink);
    m_impl->values.describe(sink);
    sink.flush();
    return {};
}

bool EventRun::hasNews() const {
    // A folder's time has the grain of the kernel's tick: one that changed just now may change again in it.
    const double changed = changedAt(m_impl->folder);
    if (changed != m_impl->listedAt || wallTime() - changed < 0.1) return true;
    return std::any_of(m_impl->files.begin(), m_impl->files.end(),
                       [](const RecordReader& file) { return file.hasGrown(); });
}

} // namespace fathom::exchange
