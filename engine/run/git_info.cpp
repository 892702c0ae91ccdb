// SPDX-License-Identifier: Apache-2.0
#include "engine/run/git_info.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace fathom::run {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestOutput = std::size_t{32} << 20;

/// A git that is under way; killed and waited for when this goes.
class GitProcess {
public:
    GitProcess(const std::filesystem::path& folder, const std::vector<std::string>& arguments) {
        std::array<int, 2> pipe{};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return;
        m_output = pipe[0];
        // External diff programs and hooks of the repository's configuration are not run.
        std::vector<std::string> words{"git", "-C", folder.string(), "-c", "core.fsmonitor=false"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions{};
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (::posix_spawnp(&m_pid, "git", &actions, nullptr, argv.data(), environ) != 0) m_pid = -1;
        posix_spawn_file_actions_destroy(&actions);
        ::close(pipe[1]);
    }
    ~GitProcess() {
        if (m_output >= 0) ::close(m_output);
        if (m_pid <= 0) return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    GitProcess(const GitProcess&) = delete;
    GitProcess& operator=(const GitProcess&) = delete;

    /// What it printed, once it ended well before `end`.
    std::optional<std::string> outputUntil(Clock::time_point end) {
        if (m_pid <= 0) return std::nullopt;
        std::string text;
        std::array<char, 65536> buffer{};
        while (true) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
            pollfd ready{m_output, POLLIN, 0};
            if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return std::nullopt;
            const ssize_t count = ::read(m_output, buffer.data(), buffer.size());
            if (count < 0) return std::nullopt;
            if (count == 0) break;
            text.append(buffer.data(), static_cast<std::size_t>(count));
            if (text.size() > kLargestOutput) return std::nullopt;
        }
        int status = 0;
        const pid_t ended = ::waitpid(m_pid, &status, 0); // its output is closed: it is about to end
        m_pid = -1;
        if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
        return text;
    }

private:
    pid_t m_pid = -1;
    int m_output = -1;
};

} // namespace

std::optional<GitState> gitState(const std::filesystem::path& folder, std::chrono::milliseconds limit) {
    const Clock::time_point end = Clock::now() + limit;
    const auto firstLine = [](const std::optional<std::string>& text) {
        return text ? text->substr(0, text->find('\n')) : std::string();
    };
    GitState state;
    state.commit = firstLine(GitProcess(folder, {"rev-parse", "HEAD"}).outputUntil(end));
    if (state.commit.empty()) return std::nullopt;
    state.branch = firstLine(GitProcess(folder, {"symbolic-ref", "--short", "-q", "HEAD"}).outputUntil(end));
    state.patch = GitProcess(folder, {"--no-optional-locks", "diff", "--no-ext-diff", "--no-textconv"})
                      .outputUntil(end);
    return state;
}

std::string gitInfo(const GitState& state) {
    return "commit hash: " + state.commit + '\n' +
           state.patch.value_or("(git diff took too long or is too large, and was left out)\n");
}

} // namespace fathom::run
