// SPDX-License-Identifier: Apache-2.0
// Errors as values. Every public engine function that can fail returns Result<T>.
//
//   Result<Manifest> manifest = readManifest(path);
//   if (!manifest) return fail(manifest.error());
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace fathom {

/// Who has to act; decides the process exit code.
enum class ErrorKind {
    Failed,      ///< the work itself failed (exit 1)
    Usage,       ///< wrong arguments or configuration (exit 2)
    BadInput,    ///< a file that was handed in is missing or broken (exit 3)
    Interrupted, ///< stopped on request (exit 130)
};

/// What was tried, on what, why it did not work, and what to do about it.
struct Error {
    ErrorKind kind = ErrorKind::Failed;
    std::string what;        ///< "Cannot read the manifest"
    std::string why;         ///< "line 3 is not JSON"
    std::string remedy;      ///< "Correct the line or set skip_bad_files=true"
    std::string file{};      ///< path, or empty
    int line = 0;            ///< 1-based; 0 when there is none
    int column = 0;          ///< 1-based; 0 when there is none
    std::string key{};       ///< dotted config key, or empty
    std::string className{}; ///< Hydra's, OmegaConf's or Python's name for it, where one exists

    /// One line for a terminal: `file:line:column: what: why. remedy.`
    [[nodiscard]] std::string message() const;
    /// 0 is never returned: 1, 2, 3 or 130.
    [[nodiscard]] int exitCode() const;
};

template <class T> using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

/// `Cannot open FILE: <strerror(errno)>` for the current errno.
[[nodiscard]] Error systemError(ErrorKind kind, std::string what, const std::string& file,
                                std::string remedy = {});

} // namespace fathom
