// SPDX-License-Identifier: Apache-2.0
#include "engine/train/experiment.h"

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/config/yaml_writer.h"
#include "engine/run/git_info.h"
#include "engine/train/resume.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace fathom::train {
namespace {

namespace fs = std::filesystem;

Error problem(const config::Config& config, const std::string& key, std::string why, std::string remedy) {
    return config.errorAt("exp_manager." + key, "Cannot set up the experiment", std::move(why),
                          std::move(remedy));
}

Error cannotCreate(const config::Config& config, const fs::path& folder, const std::error_code& error) {
    return problem(config, "exp_dir", "cannot create " + folder.string() + ": " + error.message(),
                   "Choose another folder with exp_manager.exp_dir=…");
}

/// The highest n of the folders <prefix><n>, -1 without one.
int highest(const fs::path& root, std::string_view prefix) {
    int found = -1;
    std::error_code error;
    for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        std::error_code ignored;
        if (!name.starts_with(prefix) || !it->is_directory(ignored)) continue;
        // As Lightning reads them: version_3 and version_3_old are both 3.
        const std::string digits = name.substr(prefix.size(), name.find('_', prefix.size()) - prefix.size());
        const bool isNumber = !digits.empty() && digits.size() < 9 &&
                              digits.find_first_not_of("0123456789") == std::string::npos;
        if (isNumber) found = std::max(found, std::stoi(digits));
    }
    return found;
}

/// Makes the first of `nameOf(0)`, `nameOf(1)`, … that is not there.
template <class NameOf>
Result<fs::path> makeUnique(const fs::path& root, const config::Config& config, NameOf&& nameOf) {
    for (int number = 0;; ++number) {
        const fs::path folder = root / nameOf(number);
        std::error_code error;
        // create_directory tells whether it was this call that made it, so that two runs cannot share one.
        if (fs::create_directory(folder, error)) return folder;
        if (error) return fail(cannotCreate(config, folder, error));
    }
}

Result<fs::path> makeNumbered(const fs::path& root, const config::Config& config, const std::string& prefix) {
    const int first = highest(root, prefix) + 1;
    return makeUnique(root, config, [&](int number) { return prefix + std::to_string(first + number); });
}

/// The version that the config or the environment names. NeMo sets the variable too, so that processes of one
/// run agree; here one process holds several runs, which must not.
std::optional<std::string> namedVersion(const ExpManagerParams& params) {
    if (params.version && !params.version->empty()) return params.version;
    const char* named = std::getenv("NEMO_EXPM_VERSION");
    return named && *named ? std::optional<std::string>(named) : std::nullopt;
}

/// The run's folder where it does not have to be a new one.
std::optional<fs::path> knownFolder(const ExpManagerParams& params) {
    if (params.explicitLogDir) return fs::absolute(*params.explicitLogDir).lexically_normal();
    if (const auto version = namedVersion(params)) return experimentRoot(params) / *version;
    if (params.resumeIfExists) return experimentRoot(params);
    return std::nullopt;
}

fs::path checkpointsOf(const ExpManagerParams& params, const fs::path& folder) {
    return params.checkpoint.dirpath ? fs::absolute(*params.checkpoint.dirpath).lexically_normal()
                                     : folder / "checkpoints";
}

Status checkWritable(const ExpManagerParams& params, const config::Config& config) {
    const fs::path root = experimentRoot(params);
    const auto refuse = [&](const std::string& why) {
        return fail(problem(config, params.explicitLogDir ? "explicit_log_dir" : "exp_dir",
                            "cannot write to " + root.string() + ": " + why,
                            "Choose another folder with exp_manager.exp_dir=…"));
    };
    std::error_code error;
    fs::create_directories(root, error);
    if (error) return refuse(error.message());
    std::string probe = (root / ".probe-XXXXXX").string();
    const int descriptor = mkstemp(probe.data());
    if (descriptor < 0) return refuse(std::error_code(errno, std::generic_category()).message());
    ::close(descriptor);
    ::unlink(probe.c_str());
    return {};
}

/// As Python's shutil.copy: contents and permissions.
Status copyFiles(const ExpManagerParams& params, const config::Config& config, const fs::path& folder) {
    for (const std::string& name : params.filesToCopy) {
        std::error_code error;
        fs::copy_file(name, folder / fs::path(name).filename(), fs::copy_options::overwrite_existing, error);
        if (error)
            return fail(problem(config, "files_to_copy", "cannot copy " + name + ": " + error.message(),
                                "Correct the path; it is relative to the current folder"));
    }
    return {};
}

} // namespace

std::filesystem::path experimentRoot(const ExpManagerParams& params) {
    if (params.explicitLogDir) return fs::absolute(*params.explicitLogDir).lexically_normal().parent_path();
    const fs::path base = fs::absolute(params.expDir.value_or("nemo_experiments"));
    return (base / params.name.value_or("default")).lexically_normal();
}

Status checkExperiment(const ExpManagerParams& params, const config::Config& config) {
    if (Status fine = checkWritable(params, config); !fine) return fine;
    for (const std::string& name : params.filesToCopy) {
        std::error_code ignored;
        if (!fs::is_regular_file(name, ignored))
            return fail(problem(config, "files_to_copy", name + " is not a file",
                                "Correct the path; it is relative to the current folder"));
    }
    const fs::path folder = knownFolder(params).value_or(experimentRoot(params));
    const Result<ResumeChoice> resume = findResume(params, config, checkpointsOf(params, folder));
    return resume ? Status{} : Status(fail(resume.error()));
}

Status Experiment::makeFolder(const ExpManagerParams& params, const config::Config& config) {
    const fs::path root = experimentRoot(params);
    const std::optional<fs::path> known = knownFolder(params);
    std::error_code error;
    if (known) {
        m_folder = *known;
        if (params.explicitLogDir && fs::exists(m_folder, error))
            say(LogLevel::Warning,
                "Exp_manager is logging to " + m_folder.string() + ", but it already exists.");
        fs::create_directories(m_folder, error);
        return error ? Status(fail(cannotCreate(config, m_folder, error))) : Status{};
    }
    const std::string now = localTimestamp(wallTime());
    Result<fs::path> made =
        params.useDatetimeVersion
            ? makeUnique(root, config,
                         [&](int number) { return number == 0 ? now : now + '-' + std::to_string(number); })
            : makeNumbered(root, config, "version_");
    if (!made) return fail(std::move(made.error()));
    m_folder = std::move(*made);
    return {};
}

Status Experiment::moveOldFiles(const config::Config& config) {
    // Without this file no run was here: a folder that the user chose by mistake stays as it is.
    std::error_code error;
    if (!fs::exists(m_folder / "cmd-args.log", error)) return {};
    std::vector<fs::path> files;
    for (fs::directory_iterator it(m_folder, error), end; !error && it != end; it.increment(error))
        if (std::error_code ignored; it->is_regular_file(ignored) &&
                                     !it->path().filename().string().starts_with("events.out.tfevents"))
            files.push_back(it->path());
    const Result<fs::path> target = makeNumbered(m_folder, config, "run_");
    if (!target) return fail(target.error());
    for (const fs::path& file : files) {
        fs::rename(file, *target / file.filename(), error);
        if (error) return fail(cannotCreate(config, *target / file.filename(), error));
    }
    return {};
}

Result<std::unique_ptr<Experiment>> Experiment::create(const ExpManagerParams& params,
                                                       const config::Config& config) {
    if (Status fine = checkExperiment(params, config); !fine) return fail(std::move(fine.error()));
    std::unique_ptr<Experiment> made(new Experiment);
    made->m_name = params.name.value_or("default");
    if (Status fine = made->makeFolder(params, config); !fine) return fail(std::move(fine.error()));
    made->m_checkpoints = checkpointsOf(params, made->m_folder);
    Result<ResumeChoice> resume = findResume(params, config, made->m_checkpoints);
    if (!resume) return fail(std::move(resume.error()));
    made->m_resumeFrom = std::move(resume->checkpoint);
    if (params.resumeIfExists && !params.explicitLogDir && !namedVersion(params))
        made->say(LogLevel::Warning, "No version folders would be created under the log folder as "
                                     "'resume_if_exists' is enabled.");
    for (std::string& warning : resume->warnings)
        made->say(LogLevel::Warning, std::move(warning));
    if (made->m_resumeFrom)
        made->say(LogLevel::Info, "Resuming training from checkpoint: " + made->m_resumeFrom->string());
    if (Status moved = made->moveOldFiles(config); !moved) return fail(std::move(moved.error()));

    made->m_tensorboard = made->m_folder;
    if (params.createTensorboardLogger && params.resumeIfExists && made->m_folder == experimentRoot(params)) {
        Result<fs::path> version = makeNumbered(made->m_folder, config, "version_");
        if (!version) return fail(std::move(version.error()));
        made->m_tensorboard = std::move(*version);
    }
    if (params.summaryWriter.subDir) made->m_tensorboard /= *params.summaryWriter.subDir;
    for (const fs::path& folder : {made->m_checkpoints, made->m_tensorboard}) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return fail(cannotCreate(config, folder, error));
    }
    if (params.createCheckpointCallback)
        for (std::string& said : removeUnfinished(made->m_checkpoints))
            made->say(LogLevel::Warning, std::move(said));
    if (Status copied = copyFiles(params, config, made->m_folder); !copied)
        return fail(std::move(copied.error()));
    made->say(LogLevel::Info, "Experiments will be logged at " + made->m_folder.string());
    return made;
}

Status Experiment::describe(const std::string& command, const config::Config& config) const {
    if (Status written = writeFileAtomically(m_folder / "cmd-args.log", command); !written) return written;
    if (const auto git = run::gitState("."))
        if (Status written = writeFileAtomically(m_folder / "git-info.log", run::gitInfo(*git)); !written) return written;
    const Result<std::string> yaml = config.toYaml("", true);
    if (!yaml) return fail(yaml.error());
    return writeFileAtomically(m_folder / "config.yaml", *yaml);
}

Status Experiment::writeHyperparameters(const Value& parameters) const {
    const fs::path file = m_tensorboard / "hparams.yaml";
    std::error_code ignored;
    if (fs::exists(file, ignored)) return {};
    return writeFileAtomically(file, config::writeYaml(parameters));
}

Log& Experiment::logTo(Log& next) {
    m_log = std::make_unique<ExperimentLog>(m_folder, next);
    for (const auto& [level, text] : std::exchange(m_pending, {}))
        m_log->write(level, text);
    return *m_log;
}

void Experiment::note(LogLevel level, std::string_view text) noexcept {
    if (m_log) m_log->append(level, text);
}

} // namespace fathom::train
