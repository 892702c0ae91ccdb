// SPDX-License-Identifier: Apache-2.0
#include "engine/run/environment.h"

#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "engine/run/git_info.h"

#include <filesystem>
#include <fstream>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

namespace fathom::run {

namespace {

constexpr std::size_t kLargestPatch = std::size_t{1} << 20; ///< of a run's row; git-info.log has all of it

/// The rest of the first line of a file that begins with `key`, without what parts it from the value.
std::string entry(const char* file, std::string_view key) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(key)) continue;
        const std::size_t begin = line.find_first_not_of(" \t:=\"", key.size());
        const std::size_t end = line.find_last_not_of("\" ");
        return begin == std::string::npos ? std::string() : line.substr(begin, end + 1 - begin);
    }
    return {};
}

void addGit(store::Environment& environment) {
    const auto git = gitState(".");
    if (!git) return;
    environment["git.commit"] = git->commit;
    if (!git->branch.empty()) environment["git.branch"] = git->branch;
    if (git->patch && git->patch->size() <= kLargestPatch)
        environment["git.patch"] = *git->patch;
    else
        environment["git.patch"] = "(too large: see git-info.log in the run's folder)\n";
}

/// The files of a data section: one with commas between, or a list.
std::vector<std::string> filesOf(const Value& value) {
    std::vector<std::string> files;
    if (value.isList())
        for (const Value& item : value.asList())
            for (std::string& file : filesOf(item))
                files.push_back(std::move(file));
    if (!value.isString()) return files;
    const std::string& text = value.asString();
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) files.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return files;
}

struct DataFigures {
    Hasher digest{Digest::Sha256};
    std::int64_t entries = 0;
    std::int64_t bytes = 0;
    double seconds = 0;
};

/// False where the file cannot be read.
bool addFile(const std::string& file, DataFigures& figures) {
    std::ifstream lines(file);
    if (!lines) return false;
    for (std::string line; std::getline(lines, line);) {
        figures.bytes += static_cast<std::int64_t>(line.size()) + 1;
        line += '\n';
        figures.digest.update(std::as_bytes(std::span(line)));
        if (line.find_first_not_of(" \r\n") == std::string::npos) continue;
        ++figures.entries;
        if (line.front() != '{') continue;
        if (const Result<Value> item = fromJson(line))
            if (const Value* duration = item->at("duration"); duration != nullptr && duration->isNumber())
                figures.seconds += duration->toDouble();
    }
    return true;
}

} // namespace

store::Environment hostEnvironment() {
    store::Environment environment;
    addGit(environment);
    utsname system{};
    if (::uname(&system) == 0) {
        environment["host.name"] = system.nodename;
        environment["host.kernel"] = std::string(system.sysname) + ' ' + system.release;
    }
    environment["host.os"] = entry("/etc/os-release", "PRETTY_NAME=");
    environment["host.cpu"] = entry("/proc/cpuinfo", "model name");
    environment["host.cores"] = std::to_string(std::thread::hardware_concurrency());
    environment["host.memory_bytes"] =
        std::to_string(std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE));
    std::error_code ignored;
    environment["process.directory"] = std::filesystem::current_path(ignored).string();
    environment["fathom.version"] = FATHOM_VERSION;
    std::erase_if(environment, [](const auto& item) { return item.second.empty(); });
    return environment;
}

store::Environment dataEnvironment(const config::Config& config) {
    store::Environment environment;
    const Result<Value> model = config.resolved("model");
    if (!model || !model->isMap()) return environment;
    for (const auto& [name, section] : model->asMap()) {
        if (!name.ends_with("_ds") || !section.isMap()) continue;
        DataFigures figures;
        bool isComplete = false;
        for (const char* key : {"manifest_filepath", "file_path", "src_file_name", "tgt_file_name"}) {
            const Value* value = section.asMap().find(key);
            if (value == nullptr) continue;
            for (const std::string& file : filesOf(*value))
                isComplete = addFile(file, figures);
        }
        if (!isComplete) continue;
        const std::string prefix = "data." + name + '.';
        environment[prefix + "sha256"] = figures.digest.hex();
        environment[prefix + "entries"] = std::to_string(figures.entries);
        environment[prefix + "bytes"] = std::to_string(figures.bytes);
        if (figures.seconds > 0) environment[prefix + "hours"] = formatFloat(figures.seconds / 3600);
    }
    return environment;
}

} // namespace fathom::run
