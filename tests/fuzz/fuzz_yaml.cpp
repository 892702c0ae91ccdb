// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a YAML file: it is composed, written, read back and edited.
#include "engine/config/convert.h"
#include "engine/config/diagnostics.h"
#include "engine/config/resolver.h"
#include "engine/config/yaml_edit.h"
#include "engine/config/yaml_reader.h"
#include "engine/config/yaml_writer.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace fathom;

namespace {

void require(bool holds, const char* what, const std::string& text) {
    if (holds) return;
    std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
    std::abort();
}

void compose(std::string_view text) {
    const config::ComposeRequest request{.configName = "c", .files = {{"c.yaml", std::string(text)}}};
    const Result<config::Config> config = config::compose(request);
    if (config) (void)config->resolved();
    require(config::diagnose(request).composes == config.has_value(), "diagnose disagrees",
            std::string(text));
}

void writeAndRead(const config::Node& root) {
    const Value value = config::detail::valueFromNode(root);
    const std::string written = config::writeYaml(value);
    const Result<config::Node> again = config::readYaml(written, "written.yaml", config::Layer::Yaml);
    require(again.has_value(), "the writer's text cannot be read", written);
    if (written.find("\xC2\x85") != std::string::npos)
        return; // PyYAML's own dump loses a "\\N" to a line break
    require(toJson(config::detail::valueFromNode(*again)) == toJson(value),
            "the writer's text reads as another", written);
}

struct Leaf {
    std::string key{};
    const config::Node* node = nullptr;
};

void collect(const config::Node& node, const std::string& path, std::vector<Leaf>& out) {
    if (node.kind == config::NodeKind::Scalar && !path.empty()) out.push_back({path, &node});
    for (const config::Node& child : node.children)
        if (!child.key.empty() && child.key.find_first_of(".[]") == std::string::npos &&
            child.typedKey.isNull())
            collect(child, path.empty() ? child.key : path + "." + child.key, out);
}

/// Every leaf of the changed text is as before, but the edited one and its aliases.
void edit(std::string_view text, const config::Node& root) {
    std::vector<Leaf> leaves;
    collect(root, {}, leaves);
    if (leaves.empty()) return;
    static const std::array<Value, 5> kValues{Value(7), Value(1e-9), Value(), Value("a: b # c"),
                                              Value("two\nlines")};
    const std::size_t chosen = std::hash<std::string_view>{}(text);
    const Leaf& leaf = leaves[chosen % leaves.size()];
    const Value& value = kValues[chosen / leaves.size() % kValues.size()];
    const Result<config::YamlEdit> edit = config::editYaml(text, leaf.key, value);
    if (!edit) return;
    const std::string changed = config::applyEdit(text, *edit);
    require(config::applyEdit(changed, edit->inverse()) == text, "undo gives another text", changed);
    const Result<config::Node> after = config::readYaml(changed, "changed.yaml", config::Layer::Yaml);
    require(after.has_value(), "the edited text cannot be read", changed);
    std::vector<Leaf> leavesAfter;
    collect(*after, {}, leavesAfter);
    require(leaves.size() == leavesAfter.size(), "the edit changed the shape", changed);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const config::Assignment& made = leaves[i].node->history.back();
        const config::Assignment& edited = leaf.node->history.back();
        const bool isEdited = made.line == edited.line && made.column == edited.column;
        require(leaves[i].key == leavesAfter[i].key &&
                    (isEdited || toJson(leaves[i].node->value) == toJson(leavesAfter[i].node->value)),
                "the edit changed another leaf", changed);
        if (leaves[i].key == leaf.key)
            require(leavesAfter[i].node->value == value, "the edited leaf has another value", changed);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Result<config::Node> root = config::readYaml(text, "c.yaml", config::Layer::Yaml);
    if (!root) return 0;
    compose(text);
    writeAndRead(*root);
    edit(text, *root);
    return 0;
}
