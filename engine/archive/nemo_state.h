// SPDX-License-Identifier: Apache-2.0
// What an archive holds after some edits: the config as overrides, the members as references to where their
// bytes are, the tensors as views. A value; nothing is read or converted before it is saved.
#pragma once

#include "engine/archive/nemo.h"

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

/// True for the member that `fileName` names: at the top of the archive or in a folder.
[[nodiscard]] inline bool isCalled(std::string_view memberName, std::string_view fileName) {
    const std::string_view name = plainMemberName(memberName);
    return name == fileName || (name.ends_with(fileName) && name.size() > fileName.size() &&
                                name[name.size() - fileName.size() - 1] == '/');
}

/// One tensor of the state_dict to be.
struct EditedTensor {
    std::size_t source = 0; ///< index into the tensors of the opened archive's weights
    std::string name{};
    DType dtype = DType::Float32; ///< to write it as
};

struct NemoState {
    /// Overrides in Hydra's grammar over the opened archive's config, in order.
    std::vector<std::string> configEdits{};
    std::string configYaml{}; ///< the config with the edits made
    std::vector<EditedMember> members{};
    /// The state_dict to be; null where the weights stay as they are.
    std::shared_ptr<const std::vector<EditedTensor>> tensors{};
};

/// An opened archive and what is to become of it. Immutable, cheap to copy; any thread may read.
struct NemoDraft {
    Nemo original;
    std::shared_ptr<const NemoState> state{};
};

} // namespace fathom::archive
