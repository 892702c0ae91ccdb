// SPDX-License-Identifier: Apache-2.0
// Where text for people goes. Handed down from main; there is no global logger.
#pragma once

#include <string_view>

namespace fathom {

enum class LogLevel { Debug, Info, Warning, Error };

/// "debug", "info", "warning" or "error".
[[nodiscard]] constexpr std::string_view name(LogLevel level) {
    switch (level) {
    case LogLevel::Debug:
        return "debug";
    case LogLevel::Info:
        return "info";
    case LogLevel::Warning:
        return "warning";
    case LogLevel::Error:
        return "error";
    }
    return "info";
}

class Log {
public:
    virtual ~Log() = default;
    /// One line without a newline. Never throws. Any thread.
    virtual void write(LogLevel level, std::string_view text) noexcept = 0;

    void info(std::string_view text) noexcept { write(LogLevel::Info, text); }
    void warning(std::string_view text) noexcept { write(LogLevel::Warning, text); }
    void error(std::string_view text) noexcept { write(LogLevel::Error, text); }
};

} // namespace fathom
