// SPDX-License-Identifier: Apache-2.0
#include "engine/base/clock.h"

#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace fathom {

namespace {

/// Start time of a process in clock ticks since boot, or 0 when there is no such process.
std::int64_t processStartTime(std::int64_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    // The name in parentheses may hold blanks and parentheses; what follows the last one does not.
    const std::size_t nameEnd = text.rfind(')');
    if (nameEnd == std::string::npos) return 0;
    std::istringstream fields(text.substr(nameEnd + 1));
    std::string state;
    fields >> state;
    if (state == "Z" || state == "X") return 0;
    std::int64_t number = 0;
    for (int field = 4; field <= 22; ++field)
        fields >> number;
    return number;
}

std::string bootId() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    file >> id;
    return id;
}

std::string hostName() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

} // namespace

double wallTime() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string localTimestamp(double secondsSinceEpoch) {
    const auto seconds = static_cast<std::time_t>(secondsSinceEpoch);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d_%H-%M-%S", &local);
    return text;
}

bool ProcessIdentity::isAlive() const {
    return host == hostName() && bootId == fathom::bootId() && startTime != 0 &&
           processStartTime(pid) == startTime;
}

ProcessIdentity thisProcess() {
    const auto pid = static_cast<std::int64_t>(getpid());
    return {pid, processStartTime(pid), bootId(), hostName()};
}

} // namespace fathom
