// SPDX-License-Identifier: Apache-2.0
// Files that a model's config names: found when it is built, packed when it is saved. The rules are those of
// ModelPT.register_artifact and SaveRestoreConnector._handle_artifacts.
//
//   ArtifactRegistry artifacts(nemo);                                  // or none, for a model that is new
//   auto vocab = artifacts.add("tokenizer.vocab_path", "nemo:<hex>_vocab.txt");
//   read((*vocab)->bytes());
//   auto packed = artifacts.pack(configYaml);                          // nemo: names in the config, files
#pragma once

#include "engine/archive/nemo.h"
#include "engine/base/file.h"

#include <map>

namespace fathom::archive {

/// A file that a config key names. Immutable; keeps its bytes alive.
class Artifact {
public:
    enum class Source { Local, Archive, Memory };

    [[nodiscard]] Source source() const {
        return m_content ? Source::Memory : m_file ? Source::Local : Source::Archive;
    }
    /// The file's path, the member's name without "./", or the base name of what was made in memory.
    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }

private:
    friend class ArtifactRegistry;
    std::string m_name{};
    std::span<const std::byte> m_bytes{};
    std::shared_ptr<const MappedFile> m_file{};     ///< null for a member
    std::shared_ptr<const Nemo> m_archive{};        ///< of a member
    std::shared_ptr<const std::string> m_content{}; ///< of what no file holds
    std::uint32_t m_mode = 0644;
};

/// One thread at a time.
class ArtifactRegistry {
public:
    ArtifactRegistry() = default;
    explicit ArtifactRegistry(const Nemo& nemo) : m_archive(std::make_shared<const Nemo>(nemo)) {}

    /// Whether members of an archive can be found.
    [[nodiscard]] bool hasArchive() const { return m_archive != nullptr; }

    /// Finds the file that `source` names, and remembers it under the key (a second time the last one wins):
    /// a local file, a member ("nemo:<name>"), or a member of that base name (archives before NeMo 1.7).
    /// nullopt for an empty source, and for one that is nowhere when `isRequired` is false; the config's key
    /// becomes null then. Errors (BadInput) name the key: not found, a `.nemo` (a model in a model).
    [[nodiscard]] Result<std::optional<Artifact>> add(const std::string& key, const std::string& source,
                                                      bool isRequired = true);
    /// Remembers a file that is to be made when the model is saved: `name` is its base name.
    void addContent(const std::string& key, const std::string& name, std::string content);
    /// add() for every key of the config that names a member; for classes whose keys nobody reads here.
    [[nodiscard]] Status addReferences(const Value& config);

    struct Packed {
        std::string configYaml{}; ///< every key with the name of its member
        std::vector<NamedFile> files{};
    };
    /// What goes into an archive. Local files are read now and, like content from memory, called <MD5 of the
    /// content>_<base name>; members keep their names. Errors: a local file is gone (BadInput), the config
    /// has no such key (Usage).
    [[nodiscard]] Result<Packed> pack(const std::string& configYaml) const;

private:
    std::shared_ptr<const Nemo> m_archive{};   ///< null for a model that was not restored
    std::map<std::string, Artifact> m_items{}; ///< by config key
};

} // namespace fathom::archive
