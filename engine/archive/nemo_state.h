// SPDX-License-Identifier: Apache-2.0
// What an archive holds after some edits: the config as overrides, the members as references to where their
// bytes are, the tensors as views. A value; nothing is read or converted before it is saved.
#pragma once

#include "engine/archive/nemo.h"
#include "engine/archive/state_dict_writer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::archive {

inline constexpr std::string_view kConfigName = "model_config.yaml";
inline constexpr std::string_view kWeightsName = "model_weights.ckpt";
inline constexpr std::string_view kArtifactPrefix = "nemo:";

/// One member of the archive to be. Its content is what the opened archive has there, or new bytes.
struct EditedMember {
    std::string name{};                           ///< as stored, "./model_config.yaml"
    std::optional<std::size_t> source{};          ///< index into the opened archive's members; nullopt: added
    std::shared_ptr<const std::string> content{}; ///< new bytes; null where those of `source` stay
    std::uint32_t mode = 0644;

    friend bool operator==(const EditedMember& a, const EditedMember& b) = default;
};

struct NemoState {
    /// Overrides in Hydra's grammar over the opened archive's config, in order.
    std::vector<std::string> configEdits{};
    std::string configYaml{}; ///< the config with the edits made
    std::vector<EditedMember> members{};
    /// The state_dict to be; null where the weights stay as they are.
    std::shared_ptr<const std::vector<StateDictEntry>> tensors{};
};

/// An opened archive and what is to become of it. Immutable, cheap to copy; any thread may read.
struct NemoDraft {
    Nemo original;
    std::shared_ptr<const NemoState> state{};
};

} // namespace fathom::archive
