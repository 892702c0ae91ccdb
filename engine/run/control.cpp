// SPDX-License-Identifier: Apache-2.0
#include "engine/run/control.h"

#include "engine/store/commands.h"
#include "engine/store/reader.h"

#include <charconv>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>

namespace fathom::run {
namespace {

using Kind = Command::Kind;
using Clock = std::chrono::steady_clock;

constexpr Kind kKinds[] = {Kind::Stop,     Kind::Pause,           Kind::Resume,      Kind::Checkpoint,
                           Kind::Validate, Kind::SetLearningRate, Kind::SetMaxEpochs};
constexpr std::chrono::milliseconds kLookInterval{20};

Error unusable(std::string_view text, std::string why) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot understand the command '" + std::string(text) + "'",
            .why = std::move(why),
            .remedy = "Use pause, resume, stop, checkpoint, validate, lr=VALUE or max_epochs=N"};
}

bool hasValue(Kind kind) {
    return kind == Kind::SetLearningRate || kind == Kind::SetMaxEpochs;
}

std::optional<Kind> kindOf(std::string_view word) {
    for (const Kind kind : kKinds)
        if (name(kind) == word) return kind;
    return std::nullopt;
}

/// Why the command cannot take this value; empty: it can.
std::string objection(const Command& command) {
    if (command.kind == Kind::SetLearningRate && !(std::isfinite(command.value) && command.value > 0))
        return "a learning rate is a number above 0";
    if (command.kind != Kind::SetMaxEpochs) return {};
    const bool isWhole = std::floor(command.value) == command.value &&
                         command.value <= static_cast<double>(std::numeric_limits<int>::max());
    return isWhole && (command.value == -1 || command.value >= 1)
               ? std::string{}
               : "a number of epochs is whole and from 1 on, or -1 for no limit";
}

} // namespace

std::string_view name(Kind kind) {
    switch (kind) {
    case Kind::Stop:
        return "stop";
    case Kind::Pause:
        return "pause";
    case Kind::Resume:
        return "resume";
    case Kind::Checkpoint:
        return "checkpoint";
    case Kind::Validate:
        return "validate";
    case Kind::SetLearningRate:
        return "lr";
    case Kind::SetMaxEpochs:
        return "max_epochs";
    }
    return "";
}

Result<Command> parseCommand(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::optional<Kind> kind = kindOf(text.substr(0, equals));
    if (!kind) return fail(unusable(text, "there is no such command"));
    if (hasValue(*kind) != (equals != std::string_view::npos))
        return fail(unusable(text, hasValue(*kind) ? "it needs a value" : "it takes no value"));
    Command command{.kind = *kind};
    if (hasValue(*kind)) {
        const std::string_view number = text.substr(equals + 1);
        const char* const end = number.data() + number.size();
        const auto parsed = std::from_chars(number.data(), end, command.value);
        if (parsed.ec != std::errc{} || parsed.ptr != end)
            return fail(unusable(text, std::string(number).append(" is not a number")));
    }
    if (std::string why = objection(command); !why.empty()) return fail(unusable(text, std::move(why)));
    return command;
}

std::optional<Command> fromRow(const store::CommandRow& row) {
    const std::optional<Kind> kind = kindOf(row.kind);
    if (!kind) return std::nullopt;
    const Command command{.kind = *kind, .value = row.value, .id = row.id};
    return objection(command).empty() ? std::optional(command) : std::nullopt;
}

bool isRefusal(std::string_view outcome) {
    return outcome.starts_with("not obeyed") || outcome.starts_with("learning rate unchanged");
}

Result<std::int64_t> sendCommand(const std::filesystem::path& workspace, store::RunId run,
                                 const Command& command) {
    return store::sendCommand(workspace, run, std::string(name(command.kind)), command.value);
}

Result<std::string> awaitOutcome(const std::filesystem::path& workspace, std::int64_t command,
                                 std::chrono::milliseconds timeout, const std::stop_token& stop) {
    constexpr const char* kWhat = "Cannot tell what became of the command";
    Result<store::Reader> reader = store::Reader::open(workspace);
    if (!reader) return fail(std::move(reader.error()));
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    for (const auto giveUp = Clock::now() + timeout;;) {
        const auto row = reader->command(command);
        if (!row) return fail(row.error());
        if (!*row) return fail({.what = kWhat, .why = "the run was removed", .remedy = {}});
        if ((*row)->takenAt > 0) return (*row)->outcome;
        const auto run = reader->run((*row)->run);
        if (!run) return fail(run.error());
        if (*run && store::isOver((*run)->state))
            return fail({.what = kWhat,
                         .why = (*run)->title() + " is " + std::string(store::name((*run)->state)),
                         .remedy = "Look at its events: `fathom-cli runs show`"});
        if (Clock::now() >= giveUp)
            return fail({.what = kWhat,
                         .why = "the run has not taken it yet",
                         .remedy = "It will between two batches, after a validation for example; a longer "
                                   "--timeout waits for that"});
        changed.wait_for(lock, stop, kLookInterval, [] { return false; });
        if (stop.stop_requested())
            return fail({.kind = ErrorKind::Interrupted, .what = kWhat, .why = "interrupted", .remedy = {}});
    }
}

} // namespace fathom::run
