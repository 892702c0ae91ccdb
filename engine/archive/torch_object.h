// SPDX-License-Identifier: Apache-2.0
// What torch.save can be given, as a value: the other direction of PickleValue.
//
//   const auto configs = TorchObject::dictConfig({{"cfg", TorchObject::config(cfg, {{"struct", true}})}});
//   const auto checkpoint = TorchObject::dict({
//       {"epoch", 3},
//       {"state_dict", TorchObject::stateDict(tensors, modules)},
//       {"lr_schedulers", TorchObject::list({TorchObject::dict({{"last_epoch", 200}})})},
//       {"hyper_parameters", configs},
//       {"hparams_type", TorchObject::global("omegaconf.dictconfig.DictConfig")},
//   });
//   if (auto written = writeTorchFile(path, checkpoint); !written) …   // torch_file_writer.h
#pragma once

#include "engine/archive/checkpoint.h"

#include <compare>
#include <concepts>
#include <memory>
#include <variant>

namespace fathom::archive {

/// Key of a Python dict. Ordered by type, then value.
class TorchKey {
public:
    TorchKey(const char* text) : m_key(std::string(text)) {}
    TorchKey(std::string text) : m_key(std::move(text)) {}
    TorchKey(std::string_view text) : m_key(std::string(text)) {}
    template <std::integral T>
    requires(!std::same_as<T, bool> && (std::signed_integral<T> || sizeof(T) < 8)) TorchKey(T number)
        : m_key(static_cast<std::int64_t>(number)) {}

    [[nodiscard]] bool isText() const { return std::holds_alternative<std::string>(m_key); }
    /// Requires isText().
    [[nodiscard]] const std::string& text() const { return std::get<std::string>(m_key); }
    /// Requires !isText().
    [[nodiscard]] std::int64_t number() const { return std::get<std::int64_t>(m_key); }

    friend auto operator<=>(const TorchKey&, const TorchKey&) = default;

private:
    std::variant<std::int64_t, std::string> m_key;
};

struct TorchTensorOptions {
    std::optional<DType> dtype{}; ///< to write it as (see float_convert.h); its own when not given
    bool isParameter = false;     ///< torch.nn.Parameter instead of torch.Tensor
    bool requiresGrad = false;

    friend bool operator==(const TorchTensorOptions&, const TorchTensorOptions&) = default;
};

/// Flags of an OmegaConf container: {{"struct", true}, {"readonly", false}}.
using ConfigFlags = std::vector<std::pair<std::string, bool>>;

/// Immutable, and cheap to copy: containers, and the bytes of tensors, are shared. Any thread may read. A
/// container that is put into two places is written as two equal ones.
class TorchObject {
public:
    enum class Kind {
        None,
        Bool,
        Int,
        Float,
        String,
        Global, ///< a class or function by name
        Tensor,
        List,
        Tuple,
        Dict,
        OrderedDict,
        DictConfig, ///< OmegaConf's; items are of the kinds None to String, DictConfig and ListConfig
        ListConfig,
    };
    using Items = std::vector<TorchObject>;
    using Entry = std::pair<TorchKey, TorchObject>;
    using Entries = std::vector<Entry>;

    /// Levels of containers within containers; Python's pickler gives up before 500, OmegaConf before 100.
    /// What lies deeper is dropped at once, and writing the object is an error.
    static constexpr int kMaxDepth = 300;

    TorchObject() = default; ///< None
    TorchObject(std::nullptr_t) {}
    TorchObject(bool value) : m_data(value) {}
    template <std::integral T>
    requires(!std::same_as<T, bool> && (std::signed_integral<T> || sizeof(T) < 8)) TorchObject(T value)
        : m_data(static_cast<std::int64_t>(value)) {}
    TorchObject(double value) : m_data(value) {}
    TorchObject(const char* text) : m_data(std::string(text)) {}
    TorchObject(std::string text) : m_data(std::move(text)) {}
    TorchObject(std::string_view text) : m_data(std::string(text)) {}
    /// A torch.Tensor; the tensor's name does not matter.
    TorchObject(Tensor tensor) : TorchObject(std::move(tensor), {}) {}
    TorchObject(Tensor tensor, const TorchTensorOptions& options);

    [[nodiscard]] static TorchObject list(Items items = {});
    [[nodiscard]] static TorchObject tuple(Items items = {});
    /// Of numbers or strings.
    template <class Range> [[nodiscard]] static TorchObject listOf(const Range& values) {
        return list(Items(std::begin(values), std::end(values)));
    }
    /// Two equal keys are an error of whoever writes the object.
    [[nodiscard]] static TorchObject dict(Entries entries = {});
    /// `attributes`: what its `__dict__` holds, a Dict; None for nothing.
    [[nodiscard]] static TorchObject orderedDict(Entries entries = {}, TorchObject attributes = {});
    /// What nn.Module.state_dict() gives: an OrderedDict of the named tensors, with `_metadata` unless
    /// `modules` is empty.
    [[nodiscard]] static TorchObject stateDict(const std::vector<Tensor>& tensors,
                                               const std::vector<ModuleVersion>& modules = {});
    [[nodiscard]] static TorchObject stateDict(Entries tensors, const std::vector<ModuleVersion>& modules);
    /// "module.Name", as PickleValue::text() has it.
    [[nodiscard]] static TorchObject global(std::string dottedName);

    /// Dicts, lists and scalars.
    [[nodiscard]] static TorchObject plain(const Value& value);
    /// OmegaConf.create(value): a DictConfig of a map, a ListConfig of a list, else the scalar itself. "???"
    /// and
    /// "${…}" stay the strings that OmegaConf takes for missing values and interpolations.
    [[nodiscard]] static TorchObject config(const Value& value, const ConfigFlags& flags = {});
    [[nodiscard]] static TorchObject dictConfig(Entries entries, ConfigFlags flags = {});
    [[nodiscard]] static TorchObject listConfig(Items items, ConfigFlags flags = {});

    [[nodiscard]] Kind kind() const;
    [[nodiscard]] bool isNone() const { return kind() == Kind::None; }
    [[nodiscard]] std::optional<bool> toBool() const;
    [[nodiscard]] std::optional<std::int64_t> toInt() const;
    /// Of a float or int.
    [[nodiscard]] std::optional<double> toDouble() const;
    /// Of a String; of a Global its dotted name; else empty.
    [[nodiscard]] std::string_view text() const;
    /// Of a Tensor, else nullptr.
    [[nodiscard]] const Tensor* tensor() const;
    [[nodiscard]] TorchTensorOptions tensorOptions() const;

    /// Elements of a list, tuple or ListConfig, entries of the dicts; 0 for others.
    [[nodiscard]] std::size_t size() const;
    /// Element, or value of an entry. Requires i < size().
    [[nodiscard]] const TorchObject& at(std::size_t i) const;
    /// Of lists, tuples and ListConfigs; else empty.
    [[nodiscard]] const Items& items() const;
    /// Of dicts, OrderedDicts and DictConfigs; else empty.
    [[nodiscard]] const Entries& entries() const;
    /// Value of a key, or nullptr. Linear.
    [[nodiscard]] const TorchObject* find(const TorchKey& key) const;
    /// Of an OrderedDict; else None.
    [[nodiscard]] const TorchObject& attributes() const;
    [[nodiscard]] const ConfigFlags& flags() const;
    /// Whether something in it was deeper than kMaxDepth.
    [[nodiscard]] bool isTooDeep() const;

    /// The same dict, OrderedDict or DictConfig with one value replaced in its place, or appended. Requires
    /// one.
    [[nodiscard]] TorchObject with(const TorchKey& key, TorchObject value) const;

    /// As Python would find them: order of keys counts, tensors and floats are equal bit for bit, strides do
    /// not matter.
    friend bool operator==(const TorchObject& a, const TorchObject& b);

private:
    struct Container;
    struct HeldTensor;
    struct GlobalName {
        std::string name;
    };

    [[nodiscard]] static TorchObject contain(Container container);
    [[nodiscard]] static TorchObject convert(const Value& value, Kind map, Kind list, int depth);
    [[nodiscard]] const Container* container() const;
    [[nodiscard]] int depth() const;

    std::variant<std::monostate, bool, std::int64_t, double, std::string, GlobalName,
                 std::shared_ptr<const HeldTensor>, std::shared_ptr<const Container>>
        m_data;
};

/// What a pickle holds, to be written again. OmegaConf's containers keep their flags, and their values lose
/// the types of structured configs. BadInput for what a TorchObject cannot say: opaque objects, sets, bytes,
/// keys that are neither strings nor integers, what holds itself; the error says where it lies.
[[nodiscard]] Result<TorchObject> fromPickle(const PickleValue& value);

} // namespace fathom::archive
