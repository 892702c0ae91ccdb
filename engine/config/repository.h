// SPDX-License-Identifier: Apache-2.0
// Where configs are looked up: files in memory and on disk, hydra.searchpath, dataclasses. Internal to
// engine/config.
#pragma once

#include "engine/config/compose.h"
#include "engine/config/structured.h"

#include <map>
#include <memory>
#include <optional>

namespace fathom::config::detail {

/// One entry of a defaults list, with what its place in the tree adds (Hydra's InputDefault).
struct DefaultItem {
    bool isGroup = false;
    std::string path{};                 ///< configs: "name", "/abs/name", "_self_"
    std::string group{};                ///< groups
    std::optional<std::string> value{}; ///< groups: the option; empty is null
    std::vector<std::string> options{}; ///< groups: several options
    bool hasOptions = false;
    std::optional<std::string> package{};
    bool optional = false;
    bool override = false;
    bool appended = false; ///< by +group=option
    bool primary = false;
    bool deleted = false;
    std::string parentGroup{}; ///< group folder of the config that holds the list
    std::string parentPackage{};
    std::optional<std::string> packageHeader{};

    [[nodiscard]] bool isSelf() const { return isGroup ? value == "_self_" : path == "_self_"; }
    [[nodiscard]] std::string groupPath() const;
    [[nodiscard]] std::string configPath() const;
    [[nodiscard]] std::optional<std::string> name() const;
    [[nodiscard]] std::string finalPackage(bool useHeader = true) const;
    [[nodiscard]] std::string overrideKey() const;
    [[nodiscard]] bool isInterpolation() const;
    [[nodiscard]] bool isMissing() const;
    void placeIn(const std::string& group, const std::string& package);
    void setPackageHeader(const std::optional<std::string>& header);

private:
    [[nodiscard]] std::string defaultPackage() const;
    [[nodiscard]] std::string relativeGroup() const;
};

struct LoadedConfig {
    Node config{};
    std::optional<std::string> packageHeader{};
    std::vector<DefaultItem> defaults{};
    bool isDataclass = false;
};

/// What stands for the primary config when none is named.
inline constexpr const char* kEmptyConfig = "_dummy_empty_config_";

class Repository {
public:
    /// `schemas` may be null. Throws ComposeFailure when the folder of the primary config does not exist.
    Repository(const ComposeRequest& request, std::shared_ptr<const SchemaStore> schemas);

    /// nullptr when no source has it. Throws ComposeFailure for broken files and wrong defaults lists.
    [[nodiscard]] const LoadedConfig* load(const std::string& path);
    /// The nodes of a config that load() has found, moved out: who asks for it again has it read again.
    [[nodiscard]] Node take(const std::string& path);
    [[nodiscard]] bool hasConfig(const std::string& path) const;
    [[nodiscard]] bool hasGroup(const std::string& path) const;
    [[nodiscard]] std::vector<std::string> options(const std::string& group) const;
    /// The dataclass that a file of this name is validated against, or null.
    [[nodiscard]] std::shared_ptr<const ClassType> schemaFor(const std::string& path) const;
    /// The sources as Hydra lists them below "Config search path:".
    [[nodiscard]] std::string searchPath() const;
    /// Entries of hydra.searchpath, which come after the primary folder.
    void addSearchPath(const std::string& entry, const std::string& provider);

private:
    struct Source {
        std::string provider;
        std::filesystem::path folder;
        bool hasMemory = false; ///< request.files lie over it
    };
    [[nodiscard]] std::optional<LoadedConfig> loadFile(const std::string& path) const;
    [[nodiscard]] std::optional<std::pair<std::string, std::string>> textOf(const Source& source,
                                                                            const std::string& path) const;

    const ComposeRequest& m_request;
    std::shared_ptr<const SchemaStore> m_schemas;
    std::vector<Source> m_sources;
    std::map<std::string, std::unique_ptr<LoadedConfig>> m_cache;
};

/// "name" or "name.yml" or "name.yaml" to the file's name.
[[nodiscard]] std::string fileNameOf(const std::string& config);

} // namespace fathom::config::detail
