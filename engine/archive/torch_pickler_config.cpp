// SPDX-License-Identifier: Apache-2.0
// The attributes of OmegaConf 2.3's containers and nodes, as their __getstate__ gives them, in this order.
#include "engine/archive/torch_pickler.h"

namespace fathom::archive {

namespace {

constexpr std::string_view kBase = "omegaconf.base";

} // namespace

/// NEWOBJ without arguments; its number in the memo.
std::uint32_t TorchPickler::newObject(std::string_view module, std::string_view className) {
    m_pickle.global(module, className);
    m_pickle.op(')');
    m_pickle.op('\x81');
    return m_pickle.memoize();
}

/// Opens the dict with an object's attributes; closeAttributes() sets them.
void TorchPickler::openAttributes() {
    m_pickle.op('}');
    m_pickle.memoize();
    m_pickle.op('(');
}

void TorchPickler::closeAttributes() {
    m_pickle.op('u');
    m_pickle.op('b');
}

bool TorchPickler::configMetadata(std::string_view objectType, ConfigParent parent,
                                  const ConfigFlags& flags) {
    const bool isContainer = !objectType.empty();
    m_pickle.shared("_metadata");
    newObject(kBase, isContainer ? "ContainerMetadata" : "Metadata");
    openAttributes();
    m_pickle.shared("ref_type");
    m_pickle.global("typing", "Any");
    m_pickle.shared("object_type");
    if (isContainer)
        m_pickle.global("__builtin__", objectType);
    else
        m_pickle.op('N');
    m_pickle.shared("optional");
    m_pickle.op('\x88');
    m_pickle.shared("key");
    configKey(parent);
    m_pickle.shared("flags");
    if (!configFlags(flags)) return false;
    m_pickle.shared("flags_root");
    m_pickle.op('\x89');
    m_pickle.shared("resolver_cache");
    m_pickle.global("collections", "defaultdict");
    m_pickle.global("__builtin__", "dict");
    m_pickle.endTuple(1);
    m_pickle.op('R');
    m_pickle.memoize();
    if (isContainer) {
        m_pickle.shared("key_type");
        if (objectType == "list")
            m_pickle.global("__builtin__", "long"); // Python 3's int
        else
            m_pickle.global("typing", "Any");
        m_pickle.shared("element_type");
        m_pickle.global("typing", "Any");
    }
    closeAttributes();
    m_pickle.shared("_parent");
    if (parent)
        m_pickle.recall(*parent);
    else
        m_pickle.op('N');
    return true;
}

/// The key of the node at the end of the path, in its parent.
void TorchPickler::configKey(ConfigParent parent) {
    if (!parent) return m_pickle.op('N');
    const Step& step = m_path.back();
    if (step.key == nullptr) return m_pickle.integer(static_cast<std::int64_t>(step.index));
    if (step.key->isText()) return m_pickle.shared(step.key->text());
    m_pickle.integer(step.key->number());
}

bool TorchPickler::configFlags(const ConfigFlags& flags) {
    m_pickle.op('}');
    m_pickle.memoize();
    if (flags.empty()) return true;
    if (flags.size() > 1) m_pickle.op('(');
    for (const auto& [name, isSet] : flags) {
        if (!text(name)) return false;
        m_pickle.op(isSet ? '\x88' : '\x89');
    }
    m_pickle.op(flags.size() > 1 ? 'u' : 's');
    return true;
}

bool TorchPickler::config(const TorchObject& value, ConfigParent parent) {
    using Kind = TorchObject::Kind;
    switch (value.kind()) {
    case Kind::None:
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float:
    case Kind::String:
        newObject("omegaconf.nodes", "AnyNode");
        openAttributes();
        if (!configMetadata({}, parent, {})) return false;
        m_pickle.shared("_val");
        if (!object(value)) return false;
        closeAttributes();
        return true;
    case Kind::DictConfig:
    case Kind::ListConfig: {
        const bool isDict = value.kind() == Kind::DictConfig;
        const std::uint32_t self = isDict ? newObject("omegaconf.dictconfig", "DictConfig")
                                          : newObject("omegaconf.listconfig", "ListConfig");
        openAttributes();
        if (!configMetadata(isDict ? "dict" : "list", parent, value.flags())) return false;
        m_pickle.shared("_content");
        m_pickle.op(isDict ? '}' : ']');
        m_pickle.memoize();
        if (!(isDict ? entries(value, Keys::Shared, self) : items(value, self))) return false;
        closeAttributes();
        return true;
    }
    default:
        return refuse("an OmegaConf container holds only scalars and OmegaConf containers");
    }
}

} // namespace fathom::archive
