// SPDX-License-Identifier: Apache-2.0
#include "engine/plugin/plugins.h"

#include "engine/config/schemas/catalog.h"

#include <algorithm>
#include <dlfcn.h>
#include <memory>
#include <mutex>
#include <sys/stat.h>

namespace fathom::plugin {
namespace {

namespace fs = std::filesystem;

Error refused(const fs::path& file, std::string why, std::string remedy) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot load the plugin",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = file.string()};
}

/// Which file it is, and whether it is as it was.
struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t bytes = 0;
    timespec changed{};

    [[nodiscard]] bool isSameFile(const Stamp& other) const {
        return device == other.device && inode == other.inode;
    }
    [[nodiscard]] bool isUnchanged(const Stamp& other) const {
        return isSameFile(other) && bytes == other.bytes && changed.tv_sec == other.changed.tv_sec &&
               changed.tv_nsec == other.changed.tv_nsec;
    }
};

struct Loaded {
    Plugin plugin{};
    Stamp stamp{};
};

/// Refuses at the first mistake and takes nothing more.
class Collector : public Registrar {
public:
    explicit Collector(Plugin& plugin) : m_plugin(plugin) {}

    void registerOptimizer(OptimizerRegistration registration) override {
        if (registration.schema.empty() && schemas::optimizer(registration.name))
            return refuse("optimizer", registration.name, "there is one of that name already");
        take("optimizer", m_plugin.optimizers, std::move(registration));
    }
    void registerScheduler(SchedulerRegistration registration) override {
        if (schedule::findScheduler(registration.name))
            return refuse("scheduler", registration.name, "there is one of that name already");
        take("scheduler", m_plugin.schedulers, std::move(registration));
    }
    void registerModel(ModelRegistration registration) override {
        take("model", m_plugin.models, std::move(registration));
    }
    [[nodiscard]] const std::string& problem() const { return m_problem; }

private:
    void refuse(const std::string& kind, const std::string& name, const std::string& why) {
        if (m_problem.empty()) m_problem = "Cannot register the " + kind + " '" + name + "': " + why;
    }
    template <class R> void take(const std::string& kind, std::vector<R>& list, R registration) {
        if (!registration.factory) return refuse(kind, registration.name, "it has no factory");
        if (std::ranges::find(list, registration.name, &R::name) != list.end())
            return refuse(kind, registration.name, "the plugin registers it twice");
        list.push_back(std::move(registration));
    }

    Plugin& m_plugin;
    std::string m_problem;
};

/// An open shared object; closed again unless it is kept.
class Library {
public:
    explicit Library(const fs::path& file) : m_handle(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
    ~Library() {
        if (m_handle) dlclose(m_handle);
    }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    [[nodiscard]] bool isOpen() const { return m_handle != nullptr; }
    template <class Function> [[nodiscard]] Function* symbol(const char* name) const {
        return reinterpret_cast<Function*>(dlsym(m_handle, name));
    }
    void keep() { m_handle = nullptr; }

private:
    void* m_handle;
};

Status checkAbi(const Library& library, const fs::path& file) {
    const auto abi = library.symbol<int()>("fathomPluginAbi");
    if (!abi || !library.symbol<void(Registrar&)>("fathomRegisterPlugin"))
        return fail(refused(file,
                            "it is not a plugin of Fathom: it has no " +
                                std::string(abi ? "fathomRegisterPlugin" : "fathomPluginAbi"),
                            "Export fathomPluginAbi and fathomRegisterPlugin (docs/plugins.md)"));
    if (const int built = abi(); built != kAbi)
        return fail(refused(file,
                            "it was built for version " + std::to_string(built) +
                                " of the plugin interface, this is version " + std::to_string(kAbi),
                            "Build it again with the headers of this Fathom"));
    return {};
}

/// Calls the plugin's registration and takes what it brings.
Status registerAll(const Library& library, Plugin& plugin) {
    Collector collector(plugin);
    std::string thrown;
    try {
        library.symbol<void(Registrar&)>("fathomRegisterPlugin")(collector);
    } catch (const std::exception& error) {
        thrown = error.what();
    } catch (...) {
        thrown = "an unknown exception";
    }
    if (!thrown.empty())
        return fail(refused(plugin.file, "its registration failed: " + thrown, "Ask the plugin's author"));
    if (!collector.problem().empty())
        return fail(refused(plugin.file, collector.problem(), "Choose another name in the plugin"));
    if (Status described = describe(plugin); !described) {
        const Error& error = described.error();
        return fail(refused(plugin.file, error.what + ": " + error.why, error.remedy));
    }
    return {};
}

Result<std::unique_ptr<const Loaded>> open(const fs::path& file, const Stamp& stamp) {
    auto made = std::make_unique<Loaded>(Loaded{{.file = file}, stamp});
    Library library(file);
    if (!library.isOpen()) {
        const char* const reason = dlerror();
        return fail(refused(file, reason ? reason : "unknown reason",
                            "Check that it is a shared object and that what it needs is installed"));
    }
    if (Status fits = checkAbi(library, file); !fits) return fail(fits.error());
    if (Status registered = registerAll(library, made->plugin); !registered) {
        made.reset(); // its functions are the library's
        return fail(registered.error());
    }
    library.keep();
    return made;
}

/// Plugins of this process; they are never unloaded, because what they registered is in use.
class Loader {
public:
    [[nodiscard]] Result<const Plugin*> load(const fs::path& given) {
        std::error_code problem;
        const fs::path file = fs::canonical(given, problem);
        struct stat info {};
        if (problem || stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
            return fail(refused(given, problem ? problem.message() : "it is not a file", "Correct the path"));
        const Stamp stamp{info.st_dev, info.st_ino, info.st_size, info.st_mtim};
        const std::lock_guard lock(m_mutex);
        for (const auto& known : m_loaded) {
            if (known->plugin.file != file && !known->stamp.isSameFile(stamp)) continue;
            if (known->stamp.isUnchanged(stamp)) return &known->plugin;
            return fail(refused(file, "it has changed since it was loaded", "Start Fathom again"));
        }
        auto made = open(file, stamp);
        if (!made) return fail(std::move(made.error()));
        m_loaded.push_back(std::move(*made));
        return &m_loaded.back()->plugin;
    }

private:
    std::mutex m_mutex;
    std::vector<std::unique_ptr<const Loaded>> m_loaded;
};

Loader& loader() {
    static Loader* const kept = new Loader; // not destroyed at exit: threads may still use what it loaded
    return *kept;
}

/// Beside the config that names it, then in the current folder.
fs::path resolve(const std::string& name, const std::string& configFile) {
    std::error_code ignored;
    if (const fs::path beside = fs::path(configFile).parent_path() / name;
        !configFile.empty() && fs::exists(beside, ignored))
        return beside;
    return name;
}

} // namespace

Status describe(const Plugin& plugin) {
    std::vector<schemas::Addition> additions;
    for (const OptimizerRegistration& each : plugin.optimizers)
        additions.push_back({schemas::Role::Optimizer, each.name, each.schema});
    for (const SchedulerRegistration& each : plugin.schedulers)
        additions.push_back({schemas::Role::Scheduler, each.name, each.schema});
    for (const ModelRegistration& each : plugin.models)
        additions.push_back({schemas::Role::Model, each.name, each.schema});
    if (Status described = schemas::extend(additions); !described) return described;
    for (SchedulerRegistration each : plugin.schedulers) {
        each.schema.clear(); // described just now
        if (Status added = schedule::registerScheduler(std::move(each)); !added) return added;
    }
    return {};
}

Status Selection::add(const fs::path& file) {
    return add(file, 0);
}

/// One of the first `mayRepeat` plugins may come again.
Status Selection::add(const fs::path& file, std::size_t mayRepeat) {
    const Result<const Plugin*> loaded = loader().load(file);
    if (!loaded) return fail(loaded.error());
    const auto found = std::ranges::find(m_plugins, *loaded);
    if (found == m_plugins.end())
        m_plugins.push_back(*loaded);
    else if (found - m_plugins.begin() >= static_cast<std::ptrdiff_t>(mayRepeat))
        return fail(refused(file, "it is named twice", "Name it once"));
    return {};
}

Status Selection::addFrom(const config::Config& config) {
    if (!config.find("plugins")) return {};
    const Result<Value> list = config.resolved("plugins");
    if (!list) return fail(list.error());
    if (list->isNull()) return {};
    const auto wrong = [&](const std::string& key) {
        return fail(config.errorAt(key, "Cannot load the plugins", "plugins is not a list of paths",
                                   "Write for example plugins: [libmine.so]"));
    };
    if (!list->isList()) return wrong("plugins");
    const std::size_t before = m_plugins.size();
    for (std::size_t i = 0; i < list->asList().size(); ++i) {
        const std::string key = "plugins." + std::to_string(i);
        const Value& item = list->asList()[i];
        if (!item.isString() || item.asString().empty()) return wrong(key);
        Error place = config.errorAt(key, {}, {}, {});
        const Status added = add(resolve(item.asString(), place.file), before);
        if (added) continue;
        place.what = "Cannot load the plugin " + item.asString();
        place.why = added.error().why;
        place.remedy = added.error().remedy;
        return fail(std::move(place));
    }
    return {};
}

} // namespace fathom::plugin
