// SPDX-License-Identifier: Apache-2.0
#include "engine/config/config.h"

#include "engine/config/interpolation.h"
#include "engine/config/key_index.h"
#include "engine/config/resolver.h"
#include "engine/config/yaml_writer.h"

#include <charconv>

namespace fathom::config {

std::string Assignment::where() const {
    if (argument >= 0) return "override " + std::to_string(argument + 1) + ": " + text;
    if (layer == Layer::Dataclass) return "dataclass " + file;
    if (line <= 0) return file;
    return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

bool Node::isMissing() const {
    return kind == NodeKind::Scalar && value.isString() && value.asString() == "???";
}

bool Node::isInterpolation() const {
    return kind == NodeKind::Scalar && value.isString() && value.asString().find("${") != std::string::npos;
}

const Node* Node::child(std::string_view name) const {
    if (kind == NodeKind::List) {
        std::size_t index = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), index);
        if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) return nullptr;
        for (const Node& each : children)
            if (!each.removed && index-- == 0) return &each;
        return nullptr;
    }
    for (const Node& each : children)
        if (!each.removed && each.key == name) return &each;
    return nullptr;
}

Config::Config(Node root)
    : m_root(std::make_shared<const Node>(std::move(root))),
      m_index(std::make_shared<const detail::KeyIndex>(*m_root)) {}

const Node& Config::root() const {
    return *m_root;
}

const Node* Config::find(std::string_view path) const {
    const Node* node = m_root.get();
    if (path.empty()) return node;
    for (const std::string& part : detail::splitKey(path)) {
        node = m_index->child(*node, part);
        if (!node) return nullptr;
    }
    return node;
}

Value Config::unresolved(std::string_view path) const {
    const Node* node = find(path);
    return node ? detail::valueFromNode(*node) : Value{};
}

Result<Value> Config::resolved(std::string_view path) const {
    detail::Resolver resolver(*m_root, m_index.get());
    return resolver.resolve(path);
}

Error Config::errorAt(std::string_view path, std::string what, std::string why, std::string remedy) const {
    Error error{ErrorKind::Usage, std::move(what), std::move(why), std::move(remedy)};
    error.key = std::string(path);
    const Node* node = m_root.get();
    const auto place = [&](const Node& at) {
        if (at.history.empty()) return;
        const Assignment& made = at.history.back();
        error.file = made.argument >= 0 ? std::string() : made.file;
        error.line = made.argument >= 0 ? 0 : made.line;
        error.column = made.argument >= 0 ? 0 : made.column;
    };
    place(*node);
    if (path.empty()) return error;
    for (const std::string& part : detail::splitKey(path)) {
        node = m_index->child(*node, part);
        if (!node) break;
        place(*node);
    }
    return error;
}

Result<std::string> Config::toYaml(std::string_view path, bool resolve) const {
    if (!resolve) return writeYaml(unresolved(path));
    Result<Value> value = resolved(path);
    if (!value) return fail(value.error());
    return writeYaml(*value);
}

} // namespace fathom::config
