// SPDX-License-Identifier: Apache-2.0
#include "engine/train/experiment.h"

#include "engine/base/clock.h"
#include "engine/base/file.h"

#include <cstdio>
#include <mutex>
#include <unistd.h>

namespace fathom::train {
namespace {

constexpr const char* kSection = "exp_manager";

Error problem(const config::Config& config, const std::string& key, std::string why, std::string remedy) {
    return config.errorAt(std::string(kSection) + '.' + key, "Cannot set up the experiment", std::move(why),
                          std::move(remedy));
}

std::filesystem::path uniqueFolder(const std::filesystem::path& root, bool datetime) {
    for (int number = 0;; ++number) {
        std::string name = datetime ? localTimestamp(wallTime()) : "version_" + std::to_string(number);
        if (datetime && number > 0) name += '-' + std::to_string(number);
        std::error_code error;
        // create_directory tells whether it was this call that made it, so that two runs cannot share a
        // folder.
        if (std::filesystem::create_directory(root / name, error) || error) return root / name;
    }
}

std::string whyNot(const std::error_code& error) {
    return error.message();
}

} // namespace

std::filesystem::path experimentRoot(const ExpManagerParams& params, const config::Config& config) {
    if (params.explicitLogDir)
        return std::filesystem::absolute(*params.explicitLogDir).lexically_normal().parent_path();
    std::filesystem::path base = "nemo_experiments";
    if (params.expDir)
        base = *params.expDir;
    else if (const Result<Value> root = config.resolved("trainer.default_root_dir");
             config.find("trainer.default_root_dir") && root && root->isString())
        base = root->asString();
    return (std::filesystem::absolute(base) / params.name.value_or("default")).lexically_normal();
}

Status checkWritable(const ExpManagerParams& params, const config::Config& config) {
    const std::filesystem::path root = experimentRoot(params, config);
    const auto refuse = [&](const std::string& why) {
        Error error = problem(config, params.explicitLogDir ? "explicit_log_dir" : "exp_dir",
                              "cannot write to " + root.string() + ": " + why,
                              "Choose another folder with exp_manager.exp_dir=…");
        return fail(std::move(error));
    };
    std::error_code error;
    std::filesystem::create_directories(root, error);
    if (error) return refuse(whyNot(error));
    std::string probe = (root / ".probe-XXXXXX").string();
    const int descriptor = mkstemp(probe.data());
    if (descriptor < 0) return refuse(std::error_code(errno, std::generic_category()).message());
    ::close(descriptor);
    ::unlink(probe.c_str());
    return {};
}

class Experiment::FileLog : public Log {
public:
    FileLog(const std::filesystem::path& path, Log& next)
        : m_file(std::fopen(path.c_str(), "ae")), m_next(next) {}
    ~FileLog() override {
        if (m_file) std::fclose(m_file);
    }
    void write(LogLevel level, std::string_view text) noexcept override {
        m_next.write(level, text);
        append(level, text);
    }
    void append(LogLevel level, std::string_view text) noexcept {
        const std::lock_guard lock(m_mutex);
        if (!m_file) return;
        const std::string_view word = fathom::name(level);
        std::fprintf(m_file, "%.3f %-7.*s %.*s\n", wallTime(), static_cast<int>(word.size()), word.data(),
                     static_cast<int>(text.size()), text.data());
        std::fflush(m_file);
    }

private:
    std::mutex m_mutex;
    std::FILE* m_file;
    Log& m_next;
};

Experiment::Experiment() = default;
Experiment::~Experiment() = default;

Result<std::unique_ptr<Experiment>> Experiment::create(const ExpManagerParams& params,
                                                       const config::Config& config) {
    if (Status fine = checkWritable(params, config); !fine) return fail(std::move(fine.error()));
    const std::filesystem::path root = experimentRoot(params, config);
    std::unique_ptr<Experiment> experiment(new Experiment);
    experiment->m_name = params.name.value_or("default");
    if (params.explicitLogDir)
        experiment->m_folder = std::filesystem::absolute(*params.explicitLogDir).lexically_normal();
    else if (params.version)
        experiment->m_folder = root / *params.version;
    else
        experiment->m_folder = uniqueFolder(root, params.useDatetimeVersion);
    experiment->m_checkpoints = params.checkpoint.dirpath
                                    ? std::filesystem::absolute(*params.checkpoint.dirpath)
                                    : experiment->m_folder / "checkpoints";
    std::error_code error;
    std::filesystem::create_directories(experiment->m_folder, error);
    if (!error) std::filesystem::create_directories(experiment->m_checkpoints, error);
    if (error)
        return fail(problem(config, "exp_dir",
                            "cannot create " + experiment->m_checkpoints.string() + ": " + whyNot(error),
                            "Choose another folder with exp_manager.exp_dir=…"));
    return experiment;
}

Status Experiment::describe(const std::string& command, const config::Config& config) const {
    if (Status written = writeFileAtomically(m_folder / "cmd-args.log", command + '\n'); !written)
        return written;
    const Result<std::string> yaml = config.toYaml("", true);
    if (!yaml) return fail(yaml.error());
    return writeFileAtomically(m_folder / "config.yaml", *yaml);
}

Log& Experiment::logTo(Log& next) {
    m_log = std::make_unique<FileLog>(m_folder / "log.txt", next);
    return *m_log;
}

void Experiment::note(LogLevel level, std::string_view text) noexcept {
    if (m_log) m_log->append(level, text);
}

Result<std::optional<std::filesystem::path>> findResume(const ExpManagerParams& params, const Experiment&,
                                                        Log&) {
    if (!params.resumeFromCheckpoint) return std::optional<std::filesystem::path>{};
    return std::optional<std::filesystem::path>(*params.resumeFromCheckpoint);
}

} // namespace fathom::train
