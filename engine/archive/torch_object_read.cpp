// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/torch_object.h"

#include <algorithm>
#include <map>

namespace fathom::archive {

namespace {

constexpr std::size_t kMaxObjects = 2'000'000; // a small pickle can name one list again and again

/// Makes a tree of the graph. The path leads to the value being read.
class Reader {
public:
    Result<TorchObject> read(const PickleValue& value) {
        if (auto refused = enter(); !refused) return fail(refused.error());
        switch (value.kind()) {
        case PickleKind::None:
            return TorchObject();
        case PickleKind::Bool:
            return *value.toBool();
        case PickleKind::Int:
            return *value.toInt();
        case PickleKind::Float:
            return *value.toDouble();
        case PickleKind::String:
            return value.text();
        case PickleKind::Global:
            return TorchObject::global(std::string(value.text()));
        case PickleKind::Tensor:
            if (const Tensor* tensor = value.tensor())
                return TorchObject(
                    *tensor, {.isParameter = value.isParameter(), .requiresGrad = value.requiresGrad()});
            return fail(refusal("it is a tensor without a storage"));
        case PickleKind::List:
        case PickleKind::Tuple:
            return sequence(value);
        case PickleKind::Dict:
            return dict(value);
        case PickleKind::Object:
            return object(value);
        case PickleKind::BigInt:
            return fail(refusal("it is an integer of more than 64 bits"));
        case PickleKind::Bytes:
            return fail(refusal("it is bytes"));
        case PickleKind::Set:
            return fail(refusal("it is a set"));
        case PickleKind::Storage:
            return fail(refusal("it is a storage"));
        }
        return fail(refusal("it is unknown"));
    }

private:
    Error refusal(std::string why) const {
        std::string what = "Cannot take over the checkpoint";
        for (std::size_t i = 0; i < m_path.size(); ++i)
            what += (i == 0 ? "'s " : ".") + m_path[i];
        return {.kind = ErrorKind::BadInput,
                .what = std::move(what),
                .why = std::move(why),
                .remedy = "Leave out this part of it"};
    }

    Status enter() {
        if (m_left == 0) return fail(refusal("it holds more objects than any checkpoint has"));
        --m_left;
        if (m_path.size() > static_cast<std::size_t>(TorchObject::kMaxDepth))
            return fail(refusal("it holds itself, or has too many levels"));
        return {};
    }

    Result<TorchObject> sequence(const PickleValue& value) {
        if (!value.state().isNone()) return fail(refusal("it is a list with attributes"));
        TorchObject::Items items;
        items.reserve(value.size());
        for (std::size_t i = 0; i < value.size(); ++i) {
            auto item = within(std::to_string(i), value.at(i), &Reader::read);
            if (!item) return item;
            items.push_back(std::move(*item));
        }
        return value.kind() == PickleKind::List ? TorchObject::list(std::move(items))
                                                : TorchObject::tuple(std::move(items));
    }

    using Read = Result<TorchObject> (Reader::*)(const PickleValue&);

    Result<TorchObject> within(std::string name, const PickleValue& value, Read readChild) {
        m_path.push_back(std::move(name));
        auto result = (this->*readChild)(value);
        if (result) m_path.pop_back();
        return result;
    }

    /// As in Python the last value of equal keys wins, in the place of the first.
    Result<TorchObject::Entries> entries(const PickleValue& value, Read readChild) {
        TorchObject::Entries all;
        all.reserve(value.size());
        std::map<TorchKey, std::size_t> places;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const PickleValue key = value.keyAt(i);
            const auto number = key.toInt();
            if (!number && !key.isString())
                return fail(refusal("it has a key that is neither a string nor an integer"));
            const TorchKey name = number ? TorchKey(*number) : TorchKey(key.text());
            auto item = within(number ? std::to_string(*number) : name.text(), value.at(i), readChild);
            if (!item) return fail(item.error());
            const auto [place, isNew] = places.try_emplace(name, all.size());
            if (isNew)
                all.emplace_back(name, std::move(*item));
            else
                all[place->second].second = std::move(*item);
        }
        return all;
    }

    Result<TorchObject> dict(const PickleValue& value) {
        const std::string_view type = value.className();
        const bool isOrdered = type == "collections.OrderedDict";
        if (!isOrdered && !type.empty()) return fail(refusal("it is a " + std::string(type)));
        auto all = entries(value, &Reader::read);
        if (!all) return fail(all.error());
        const PickleValue state = value.state();
        if (!isOrdered && !state.isNone()) return fail(refusal("it is a dict with attributes"));
        if (!isOrdered) return TorchObject::dict(std::move(*all));
        if (!state.isNone() && (!state.isDict() || !state.className().empty()))
            return fail(refusal("its attributes are no dict"));
        auto attributes = within("__dict__", state, &Reader::read);
        if (!attributes) return attributes;
        return TorchObject::orderedDict(std::move(*all), std::move(*attributes));
    }

    Result<TorchObject> object(const PickleValue& value) {
        if (isConfig(value.className())) return config(value);
        return fail(refusal("it is an object of the class " + std::string(value.className())));
    }

    static bool isConfig(std::string_view className) {
        return className == "omegaconf.dictconfig.DictConfig" ||
               className == "omegaconf.listconfig.ListConfig";
    }

    /// A container or node of OmegaConf: what it holds is in its attributes `_content` or `_val`.
    Result<TorchObject> config(const PickleValue& value) {
        if (auto refused = enter(); !refused) return fail(refused.error());
        const std::string_view type = value.className();
        const PickleValue state = value.state();
        const auto inner =
            state.find(isConfig(type) || type == "omegaconf.base.UnionNode" ? "_content" : "_val");
        if (!type.starts_with("omegaconf.") || !inner)
            return fail(refusal("it is an object of the class " + std::string(type)));
        if (type == "omegaconf.base.UnionNode" && inner->kind() == PickleKind::Object) return config(*inner);
        if (!isConfig(type) || inner->isNone() || inner->isString()) // the latter: "???", an interpolation
            return scalar(*inner);
        auto flags = configFlags(state);
        if (!flags) return fail(flags.error());
        if (inner->isDict()) {
            auto all = entries(*inner, &Reader::config);
            if (!all) return fail(all.error());
            return TorchObject::dictConfig(std::move(*all), std::move(*flags));
        }
        if (inner->kind() != PickleKind::List) return fail(refusal("its content is no dict or list"));
        TorchObject::Items items;
        for (std::size_t i = 0; i < inner->size(); ++i) {
            auto item = within(std::to_string(i), inner->at(i), &Reader::config);
            if (!item) return item;
            items.push_back(std::move(*item));
        }
        return TorchObject::listConfig(std::move(items), std::move(*flags));
    }

    Result<TorchObject> scalar(const PickleValue& value) {
        switch (value.kind()) {
        case PickleKind::None:
        case PickleKind::Bool:
        case PickleKind::Int:
        case PickleKind::Float:
        case PickleKind::String:
            return read(value);
        default:
            return fail(refusal("it is a value that configs of YAML do not have"));
        }
    }

    Result<ConfigFlags> configFlags(const PickleValue& state) const {
        ConfigFlags result;
        const auto metadata = state.find("_metadata");
        const auto flags = metadata ? metadata->state().find("flags") : std::nullopt;
        for (std::size_t i = 0; flags && i < flags->size(); ++i) {
            const PickleValue value = flags->at(i);
            if (!flags->keyAt(i).isString() || (!value.toBool() && !value.isNone()))
                return fail(refusal("its flags are no booleans"));
            if (value.toBool()) result.emplace_back(flags->keyAt(i).text(), *value.toBool());
        }
        return result;
    }

    std::size_t m_left = kMaxObjects;
    std::vector<std::string> m_path{};
};

} // namespace

Result<TorchObject> fromPickle(const PickleValue& value) {
    return Reader().read(value);
}

} // namespace fathom::archive
