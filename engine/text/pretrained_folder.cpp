// SPDX-License-Identifier: Apache-2.0
#include "engine/text/pretrained_folder.h"

#include "engine/base/file.h"

#include <cstdlib>
#include <utility>

namespace fathom::text {

namespace fs = std::filesystem;

namespace {

bool isFolderOfModel(const fs::path& folder) {
    std::error_code code;
    return fs::is_regular_file(folder / "config.json", code) ||
           fs::is_regular_file(folder / "vocab.txt", code);
}

fs::path hub() {
    if (const char* folder = std::getenv("HF_HUB_CACHE")) return folder;
    if (const char* home = std::getenv("HF_HOME")) return fs::path(home) / "hub";
    const char* home = std::getenv("HOME");
    return fs::path(home ? home : "/") / ".cache/huggingface/hub";
}

} // namespace

std::optional<fs::path> findPretrainedFolder(const std::string& name) {
    if (name.empty()) return std::nullopt;
    if (isFolderOfModel(name)) return fs::path(name);
    std::string plain = name;
    for (std::size_t at = plain.find('/'); at != std::string::npos; at = plain.find('/'))
        plain.replace(at, 1, "--");
    std::error_code code;
    for (const std::string& folder : {"models--" + plain, "models--google-bert--" + plain})
        for (const auto& snapshot : fs::directory_iterator(hub() / folder / "snapshots", code))
            if (isFolderOfModel(snapshot.path())) return snapshot.path();
    return std::nullopt;
}

Result<Value> readJsonFile(const fs::path& file) {
    const Result<std::string> text = readFile(file);
    if (!text) return fail(text.error());
    return fromJson(*text).map_error([&](Error error) {
        error.file = file.string();
        return error;
    });
}

} // namespace fathom::text
