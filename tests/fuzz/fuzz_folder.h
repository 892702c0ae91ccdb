// SPDX-License-Identifier: GPL-3.0-or-later
// Files for what reads from files only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace fathom::fuzz {

/// In memory where /dev/shm is, one for each process.
struct Folder {
    std::filesystem::path path{};

    Folder() {
        std::error_code ignored;
        const bool hasMemory = std::filesystem::is_directory("/dev/shm", ignored);
        path = (hasMemory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
               ("fathom-fuzz-" + std::to_string(getpid()));
        std::filesystem::create_directories(path);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

inline void write(const std::filesystem::path& file, const std::uint8_t* data, std::size_t size) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

inline void append(const std::filesystem::path& file, const std::uint8_t* data, std::size_t size) {
    std::ofstream(file, std::ios::binary | std::ios::app)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

} // namespace fathom::fuzz
