// SPDX-License-Identifier: Apache-2.0
// The pickle of a TorchObject, opcode for opcode what torch.save's pickler writes where equal strings are one
// object, but for keys of OrderedDicts. Internal to TorchFileWriter.
#pragma once

#include "engine/archive/pickle_writer.h"
#include "engine/archive/torch_file_writer.h"

#include <map>
#include <tuple>

namespace fathom::archive {

class TorchPickler {
public:
    /// Of the whole file; call once.
    [[nodiscard]] Result<std::string> pickle(const TorchObject& root);
    /// Of the tensors met, in the order of their keys "0", "1", …
    [[nodiscard]] std::vector<TorchFileWriter::Storage>& storages() { return m_storages; }

private:
    enum class Keys { Shared, OfTheirOwn };
    /// Where the walk is: an entry's key or an index.
    struct Step {
        const TorchKey* key = nullptr;
        std::size_t index = 0;
    };
    /// The memo number of the OmegaConf container that holds a value; nothing for a plain one.
    using ConfigParent = std::optional<std::uint32_t>;

    // Those that return bool write one object each; false when m_error says why not.
    bool object(const TorchObject& value);
    bool container(const TorchObject& value);
    bool text(std::string_view value);
    bool key(const TorchKey& value, Keys keys);
    bool global(std::string_view dottedName);
    bool tuple(const TorchObject& value);
    bool items(const TorchObject& list, ConfigParent parent);
    bool entries(const TorchObject& dict, Keys keys, ConfigParent parent);
    /// The value at the end of the path.
    bool child(const TorchObject& value, ConfigParent parent);
    bool orderedDict(const TorchObject& dict);
    void emptyOrderedDict();
    bool tensor(const TorchObject& value);
    bool checkTensor(const Tensor& tensor, DType dtype);
    void rebuild(const Tensor& tensor, DType dtype, bool requiresGrad);
    std::size_t storageKey(const Tensor& tensor, DType dtype);

    // OmegaConf's classes: torch_pickler_config.cpp.
    bool config(const TorchObject& value, ConfigParent parent);
    bool configMetadata(std::string_view objectType, ConfigParent parent, const ConfigFlags& flags);
    void configKey(ConfigParent parent);
    bool configFlags(const ConfigFlags& flags);
    std::uint32_t newObject(std::string_view module, std::string_view className);
    void openAttributes();
    void closeAttributes();

    bool refuse(std::string why);

    PickleWriter m_pickle{};
    std::vector<TorchFileWriter::Storage> m_storages{};
    std::map<std::tuple<const std::byte*, std::size_t, DType, DType>, std::size_t> m_known{};
    std::vector<Step> m_path{};
    Error m_error{};
};

} // namespace fathom::archive
