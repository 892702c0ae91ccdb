// SPDX-License-Identifier: Apache-2.0
// An event file that TensorBoard reads, written by a thread of its own.
//
//   auto writer = store::EventFileWriter::create(folder, {});
//   (*writer)->scalar("train_loss", 4, 1.5);
//
// Nothing here waits for the disk. What was put is in the file within two seconds; when it cannot be written
// it is kept and tried again, up to 64 MiB, after which new events are lost.
#pragma once

#include "engine/base/result.h"
#include "engine/store/event_encoding.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace fathom::store {

class EventFileWriter {
public:
    struct Options {
        double flushSeconds = 2; ///< longest time that an event waits; at most 2
        std::string filenameSuffix{};
        std::optional<std::int64_t> purgeStep{}; ///< see sessionStartEvent
        /// Called from the writer's thread when writing begins to fail, and when events are lost; once each.
        std::function<void(const Error&)> onError{};
    };
    /// Creates the folder and `events.out.tfevents.<seconds>.<host>.<pid>.<n><suffix>` in it, n counting the
    /// files of this process. Errors are Failed.
    [[nodiscard]] static Result<std::unique_ptr<EventFileWriter>> create(const std::filesystem::path& folder,
                                                                         Options options);
    /// Writes what waits, then joins the thread; gives up on a file that cannot be written.
    ~EventFileWriter();

    // Any thread.
    void scalar(std::string_view tag, std::int64_t step, double value) noexcept;
    void text(std::string_view tag, std::int64_t step, std::string_view text) noexcept;
    void audio(std::string_view tag, std::int64_t step, std::span<const float> samples,
               int sampleRate) noexcept;
    void hyperparameters(const Hyperparameters& values, const std::vector<std::string>& metrics) noexcept;
    /// Returns once everything put before the call is in the file, or the time is up. Not for a training.
    bool flush(int timeoutMs = 5000);
    [[nodiscard]] const std::filesystem::path& path() const;

private:
    struct Impl;
    explicit EventFileWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::store
