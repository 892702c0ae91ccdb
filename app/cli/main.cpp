// SPDX-License-Identifier: GPL-3.0-or-later
// fathom-cli: the engine without a window. Each subcommand is a file of its own beside this one.
#include "app/cli/classify_command.h"
#include "app/cli/command.h"
#include "app/cli/config_command.h"
#include "app/cli/forward_command.h"
#include "app/cli/nemo_command.h"
#include "app/cli/runs_command.h"
#include "app/cli/schedule_command.h"
#include "app/cli/train_command.h"
#include "app/cli/tokenizer_command.h"
#include "app/cli/transcribe_command.h"
#include "app/cli/translate_command.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <pthread.h>
#include <thread>
#include <unistd.h>

namespace {

class StderrLog : public fathom::Log {
public:
    void write(fathom::LogLevel level, std::string_view text) noexcept override {
        const std::string_view prefix = level == fathom::LogLevel::Error     ? "error: "
                                        : level == fathom::LogLevel::Warning ? "warning: "
                                                                             : "";
        std::fprintf(stderr, "%.*s%.*s\n", static_cast<int>(prefix.size()), prefix.data(),
                     static_cast<int>(text.size()), text.data());
    }
};

sigset_t interruptSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

/// Waits for Ctrl+C: the first asks to stop, the second ends the process.
void watchInterrupts(std::stop_source& stop, fathom::Log& log) {
    const sigset_t set = interruptSignals();
    std::thread([&stop, &log, set] {
        int signal = 0;
        sigwait(&set, &signal);
        log.warning("interrupted, ending after this step; press Ctrl+C again to end at once");
        stop.request_stop();
        sigwait(&set, &signal);
        _exit(130);
    }).detach(); // lives as long as the process; it only ever waits for a signal
}

} // namespace

int main(int argc, char** argv) {
    // Blocked before any thread starts, so that only the watcher ever sees them.
    const sigset_t set = interruptSignals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_DFL);

    static StderrLog log;
    static std::stop_source stop;
    watchInterrupts(stop, log);
    fathom::cli::CommandContext context{log, stop};

    CLI::App app("Train, inspect and run NeMo-style models without a window.", "fathom-cli");
    app.require_subcommand(1);
    app.set_version_flag("--version", FATHOM_VERSION);
    fathom::cli::addTrainCommand(app, context);
    fathom::cli::addForwardCommand(app, context);
    fathom::cli::addTranscribeCommand(app, context);
    fathom::cli::addTokenizerCommand(app, context);
    fathom::cli::addClassifyCommand(app, context);
    fathom::cli::addTranslateCommand(app, context);
    fathom::cli::addNemoCommand(app, context);
    fathom::cli::addRunsCommand(app, context);
    fathom::cli::addConfigCommand(app, context);
    fathom::cli::addScheduleCommand(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        log.error(error.what());
        return 1;
    }
    return context.exitCode;
}
