// SPDX-License-Identifier: Apache-2.0
#include "engine/store/event_file_writer.h"

#include "engine/base/clock.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

namespace fathom::store {

namespace {

constexpr std::size_t kMostWaiting = std::size_t{64} << 20;
constexpr std::size_t kWriteAtOnce = std::size_t{1} << 20;
constexpr double kLongestWait = 2;

std::string fileName(const std::string& suffix) {
    static std::atomic<int> count{0};
    const ProcessIdentity process = thisProcess();
    return "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(wallTime())) + '.' +
           process.host + '.' + std::to_string(process.pid) + '.' + std::to_string(count++) + suffix;
}

} // namespace

struct EventFileWriter::Impl {
    std::filesystem::path path{};
    int descriptor = -1;
    Options options{};

    std::mutex mutex{};
    std::condition_variable_any wake{};    ///< something to write at once
    std::condition_variable_any written{}; ///< `done` moved
    // Guarded by the mutex:
    std::string waiting{};         ///< framed records
    std::uint64_t put = 0;         ///< bytes ever put
    std::uint64_t done = 0;        ///< bytes ever written
    std::uint64_t flushTarget = 0; ///< `done` that somebody waits for
    bool isFailing = false;        ///< the last write did
    bool hasLost = false;          ///< events, for want of room

    std::jthread thread{}; ///< last: ends before the others go

    ~Impl() {
        thread.request_stop();
        if (thread.joinable()) thread.join();
        if (descriptor >= 0) ::close(descriptor);
    }

    void add(const std::string& record) {
        const std::string frame = framed(record);
        const std::lock_guard lock(mutex);
        if (put - done + frame.size() > kMostWaiting) {
            hasLost = true;
            return;
        }
        waiting += frame;
        put += frame.size();
        if (waiting.size() >= kWriteAtOnce) wake.notify_one();
    }

    /// The thread: at least every `flushSeconds` takes what waits and writes it.
    void run(const std::stop_token& stop) {
        std::string block; ///< what of it is not in the file yet
        bool toldFailure = false;
        bool toldLoss = false;
        while (true) {
            const bool isLast = stop.stop_requested();
            bool loses = false;
            {
                std::unique_lock lock(mutex);
                if (!isLast)
                    wake.wait_for(lock, stop, std::chrono::duration<double>(options.flushSeconds), [&] {
                        return !isFailing && (done < flushTarget || waiting.size() >= kWriteAtOnce);
                    });
                if (block.empty()) block.swap(waiting);
                loses = hasLost;
            }
            const std::size_t before = block.size();
            const int problem = write(block);
            bool isDone = false;
            {
                const std::lock_guard lock(mutex);
                done += before - block.size();
                isFailing = problem != 0;
                isDone = isFailing || done == put;
            }
            written.notify_all();
            if (problem != 0 && !std::exchange(toldFailure, true))
                tell(std::error_code(problem, std::generic_category()).message());
            if (loses && !std::exchange(toldLoss, true)) tell("events were lost");
            if (isLast && isDone) return;
        }
    }

private:
    /// Writes the block's bytes and takes them off it; errno, or 0.
    int write(std::string& block) const {
        std::size_t at = 0;
        int problem = 0;
        while (at < block.size()) {
            const ssize_t count = ::write(descriptor, block.data() + at, block.size() - at);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) {
                problem = errno;
                break;
            }
            at += static_cast<std::size_t>(count);
        }
        block.erase(0, at);
        return problem;
    }

    void tell(std::string why) const {
        if (!options.onError) return;
        options.onError(
            {.kind = ErrorKind::Failed,
             .what = "Cannot write " + path.string(),
             .why = std::move(why),
             .remedy = "Free some space there; events are kept and written later, as far as memory allows",
             .file = path.string()});
    }
};

EventFileWriter::EventFileWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
EventFileWriter::~EventFileWriter() = default;

Result<std::unique_ptr<EventFileWriter>> EventFileWriter::create(const std::filesystem::path& folder,
                                                                 Options options) {
    auto impl = std::make_unique<Impl>();
    std::error_code ignored; // opening the file says it better
    std::filesystem::create_directories(folder, ignored);
    impl->path = folder / fileName(options.filenameSuffix);
    impl->descriptor = ::open(impl->path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (impl->descriptor < 0)
        return fail(systemError(ErrorKind::Failed, "Cannot create the event file", impl->path.string(),
                                "Check that the folder can be written"));
    impl->options = std::move(options);
    impl->options.flushSeconds = std::clamp(impl->options.flushSeconds, 0.01, kLongestWait);
    const EventTime now{wallTime(), impl->options.purgeStep.value_or(0)};
    impl->add(versionEvent(now));
    if (impl->options.purgeStep) impl->add(sessionStartEvent(now));
    impl->thread = std::jthread([target = impl.get()](const std::stop_token& stop) { target->run(stop); });
    return std::unique_ptr<EventFileWriter>(new EventFileWriter(std::move(impl)));
}

// Without memory for an event there is none; the training goes on.

void EventFileWriter::scalar(std::string_view tag, std::int64_t step, double value) noexcept try {
    m_impl->add(scalarEvent({wallTime(), step}, tag, value));
} catch (...) {
}

void EventFileWriter::text(std::string_view tag, std::int64_t step, std::string_view text) noexcept try {
    m_impl->add(textEvent({wallTime(), step}, tag, text));
} catch (...) {
}

void EventFileWriter::audio(std::string_view tag, std::int64_t step, std::span<const float> samples,
                            int sampleRate) noexcept try {
    m_impl->add(audioEvent({wallTime(), step}, tag, samples, sampleRate));
} catch (...) {
}

void EventFileWriter::hyperparameters(const Hyperparameters& values,
                                      const std::vector<std::string>& metrics) noexcept try {
    for (const std::string& event : hyperparameterEvents(wallTime(), values, metrics))
        m_impl->add(event);
} catch (...) {
}

bool EventFileWriter::flush(int timeoutMs) {
    std::unique_lock lock(m_impl->mutex);
    const std::uint64_t target = m_impl->put;
    m_impl->flushTarget = target;
    m_impl->wake.notify_one();
    return m_impl->written.wait_for(lock, std::chrono::milliseconds(timeoutMs),
                                    [&] { return m_impl->done >= target; });
}

const std::filesystem::path& EventFileWriter::path() const {
    return m_impl->path;
}

} // namespace fathom::store
