// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_reader.h"

#include "engine/config/yaml_scalar.h"

#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace fathom::config {

namespace {

constexpr std::size_t kMaxDepth = 200;
constexpr std::size_t kMaxNodes = 1'000'000;

struct ReadFailure {
    Error error;
};

std::size_t countNodes(const Node& node) {
    std::size_t count = 1;
    for (const Node& child : node.children)
        count += countNodes(child);
    return count;
}

class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(std::string_view text, const std::string& file, Layer layer)
        : m_text(text), m_file(file), m_layer(layer) {}

    Node takeRoot() { return std::move(m_root); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        m_lastPlainMerge = false;
        add(scalarNode(mark, Value{}, "null"), anchor, mark, false);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = m_anchors.find(anchor);
        if (found == m_anchors.end())
            refuse(mark, "ComposerError", "an alias refers to a value that is not complete yet",
                   "Remove the alias");
        m_nodes += found->second.size;
        checkBudget(mark);
        m_lastPlainMerge = false;
        add(Node(found->second.node), 0, mark, found->second.isStringTag);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        bool isStringTag = false;
        Value typed = taggedValue(mark, tag, value, isStringTag);
        Node node = scalarNode(mark, std::move(typed), tag == "!" ? quotedText(mark, value) : value);
        m_lastPlainMerge = tag == "?" && value == "<<";
        add(std::move(node), anchor, mark, isStringTag);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:seq" && !isPathTag(tag))
            refuseTag(mark, tag);
        push(mark, NodeKind::List, anchor);
        m_stack.back().isPath = isPathTag(tag);
    }
    void OnSequenceEnd() override { pop(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:map") refuseTag(mark, tag);
        push(mark, NodeKind::Map, anchor);
    }
    void OnMapEnd() override { pop(); }

private:
    struct Frame {
        Node node;
        YAML::anchor_t anchor = 0;
        YAML::Mark mark;
        bool isPath = false;
        // Maps only.
        bool wantsKey = true;
        bool keyIsMerge = false;
        Node key;
        std::vector<Node> merged; ///< what `<<` brings, in the order in which it was written
        std::unordered_set<std::string> names;
        std::unordered_map<std::string, std::size_t> index;
    };
    struct Anchored {
        Node node;
        std::size_t size = 1;
        bool isStringTag = false;
    };

    [[noreturn]] void refuse(const YAML::Mark& mark, std::string className, std::string why,
                             std::string remedy) const {
        Error error{ErrorKind::Usage, "Cannot read YAML", std::move(why), std::move(remedy)};
        error.file = m_file;
        error.line = mark.line + 1;
        error.column = mark.column + 1;
        error.className = std::move(className);
        throw ReadFailure{std::move(error)};
    }
    [[noreturn]] void refuseTag(const YAML::Mark& mark, const std::string& tag) const {
        refuse(mark, "ConstructorError", "could not determine a constructor for the tag '" + tag + "'",
               "Remove the tag");
    }
    void checkBudget(const YAML::Mark& mark) const {
        if (m_nodes > kMaxNodes)
            refuse(mark, "ConstructorError", "the aliases expand to more than a million values",
                   "Use fewer aliases");
    }
    static bool isPathTag(const std::string& tag) {
        return tag == "tag:yaml.org,2002:python/object/apply:pathlib.PosixPath" ||
               tag == "tag:yaml.org,2002:python/object/apply:pathlib.Path";
    }

    /// The scalar as it stands in the file, quotes included.
    [[nodiscard]] std::string quotedText(const YAML::Mark& mark, const std::string& value) const {
        const auto start = static_cast<std::size_t>(mark.pos);
        if (start >= m_text.size()) return value;
        const char quote = m_text[start];
        if (quote == '"' || quote == '\'') {
            for (std::size_t i = start + 1; i < m_text.size(); ++i) {
                if (quote == '"' && m_text[i] == '\\') {
                    ++i;
                } else if (m_text[i] == quote) {
                    if (quote == '\'' && i + 1 < m_text.size() && m_text[i + 1] == quote) {
                        ++i;
                        continue;
                    }
                    return std::string(m_text.substr(start, i + 1 - start));
                }
            }
        }
        return value;
    }

    [[nodiscard]] Assignment assignment(const YAML::Mark& mark) const {
        Assignment made;
        made.layer = m_layer;
        made.file = m_file;
        made.line = mark.line + 1;
        made.column = mark.column + 1;
        return made;
    }

    Node scalarNode(const YAML::Mark& mark, Value value, std::string rawText) {
        ++m_nodes;
        checkBudget(mark);
        Node node;
        node.value = std::move(value);
        Assignment made = assignment(mark);
        made.text = std::move(rawText);
        if (node.isInterpolation()) made.operation = Operation::Interpolate;
        node.history.push_back(std::move(made));
        return node;
    }

    Value taggedValue(const YAML::Mark& mark, const std::string& tag, const std::string& text,
                      bool& isStringTag) {
        if (tag == "!" || tag == "tag:yaml.org,2002:str") {
            isStringTag = true;
            return text;
        }
        const bool known = tag == "?" || tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" ||
                           tag == "tag:yaml.org,2002:bool" || tag == "tag:yaml.org,2002:null";
        if (!known) refuseTag(mark, tag);
        if (tag == "tag:yaml.org,2002:null") return Value{};
        Result<Value> value = yamlScalar(text);
        if (!value) refuse(mark, value.error().className, value.error().why, value.error().remedy);
        if (tag == "?") {
            isStringTag = value->isString();
            return std::move(*value);
        }
        if (tag == "tag:yaml.org,2002:int" && value->isInt()) return std::move(*value);
        if (tag == "tag:yaml.org,2002:bool" && value->isBool()) return std::move(*value);
        double number = 0;
        if (tag == "tag:yaml.org,2002:float" && value->isNumber()) return value->toDouble();
        if (tag == "tag:yaml.org,2002:float" && pythonFloat(text, number)) return number;
        refuse(mark, "ValueError", "'" + text + "' does not fit its tag " + tag,
               "Correct the value or remove the tag");
    }

    void push(const YAML::Mark& mark, NodeKind kind, YAML::anchor_t anchor) {
        ++m_nodes;
        checkBudget(mark);
        if (m_stack.size() >= kMaxDepth)
            refuse(mark, "RecursionError", "it is nested more than 200 levels deep", "Flatten the file");
        Frame frame;
        frame.node.kind = kind;
        frame.node.history.push_back(assignment(mark));
        frame.anchor = anchor;
        frame.mark = mark;
        m_stack.push_back(std::move(frame));
    }

    void pop() {
        Frame frame = std::move(m_stack.back());
        m_stack.pop_back();
        if (!frame.merged.empty()) applyMerges(frame);
        if (frame.isPath) makePath(frame);
        const YAML::Mark mark = frame.mark;
        add(std::move(frame.node), frame.anchor, mark, false);
    }

    static void makePath(Frame& frame) {
        std::string path;
        for (const Node& part : frame.node.children) {
            if (!path.empty() && path.back() != '/') path += '/';
            if (part.value.isString()) path += part.value.asString();
        }
        frame.node.kind = NodeKind::Scalar;
        frame.node.children.clear();
        frame.node.value = Value(Value::Map{{"$path", Value(path)}});
    }

    /// Merged keys come before the map's own, which win; of several merged maps the first wins (PyYAML's
    /// order of keys).
    static void applyMerges(Frame& frame) {
        std::vector<Node> children;
        std::unordered_map<std::string, std::size_t> index;
        const auto put = [&](Node&& child) {
            const auto [it, fresh] = index.emplace(child.key, children.size());
            if (fresh)
                children.push_back(std::move(child));
            else
                children[it->second] = std::move(child);
        };
        for (Node& source : frame.merged)
            for (Node& child : source.children)
                put(std::move(child));
        for (Node& child : frame.node.children)
            put(std::move(child));
        frame.node.children = std::move(children);
    }

    void add(Node&& node, YAML::anchor_t anchor, const YAML::Mark& mark, bool isStringTag) {
        if (anchor != 0) m_anchors[anchor] = Anchored{node, countNodes(node), isStringTag};
        if (m_stack.empty()) {
            m_root = std::move(node);
            return;
        }
        Frame& frame = m_stack.back();
        if (frame.node.kind == NodeKind::List) {
            node.key = std::to_string(frame.node.children.size());
            node.typedKey = Value{};
            frame.node.children.push_back(std::move(node));
        } else if (frame.wantsKey) {
            takeKey(frame, std::move(node), mark, isStringTag);
        } else {
            takeValue(frame, std::move(node), mark);
        }
    }

    void takeKey(Frame& frame, Node&& key, const YAML::Mark& mark, bool isStringTag) {
        frame.wantsKey = false;
        frame.keyIsMerge = m_lastPlainMerge;
        m_lastPlainMerge = false;
        if (frame.keyIsMerge) return;
        if (key.kind != NodeKind::Scalar)
            refuse(mark, "ConstructorError", "found unhashable key", "Use text as key");
        if (isStringTag && !frame.names.insert(key.value.asString()).second)
            refuse(mark, "ConstructorError", "found duplicate key " + key.value.asString(),
                   "Remove one of the two");
        if (key.value.isNull())
            refuse(mark, "KeyValidationError", "Incompatible key type 'NoneType'", "Put the key in quotes");
        frame.key = std::move(key);
    }

    void takeValue(Frame& frame, Node&& node, const YAML::Mark& mark) {
        frame.wantsKey = true;
        if (frame.keyIsMerge) {
            takeMerge(frame, std::move(node), mark);
            return;
        }
        node.typedKey = Value{};
        if (frame.key.value.isString()) {
            node.key = frame.key.value.asString();
        } else {
            node.typedKey = frame.key.value;
            node.key = keyText(frame.key.value);
        }
        const std::string identity = (node.typedKey.isNull() ? "s" : "t") + node.key;
        const auto [it, fresh] = frame.index.emplace(identity, frame.node.children.size());
        if (fresh)
            frame.node.children.push_back(std::move(node));
        else
            frame.node.children[it->second] = std::move(node);
    }

    void takeMerge(Frame& frame, Node&& node, const YAML::Mark& mark) {
        if (node.kind == NodeKind::Map) {
            frame.merged.push_back(std::move(node));
            return;
        }
        bool allMaps = node.kind == NodeKind::List;
        for (const Node& child : node.children)
            allMaps = allMaps && child.kind == NodeKind::Map;
        if (!allMaps)
            refuse(mark, "ConstructorError", "expected a mapping or list of mappings for merging",
                   "Merge a map: `<<: *name`");
        for (auto it = node.children.rbegin(); it != node.children.rend(); ++it)
            frame.merged.push_back(std::move(*it));
    }

    static std::string keyText(const Value& value) {
        if (value.isBool()) return value.asBool() ? "True" : "False";
        if (value.isInt()) return std::to_string(value.asInt());
        if (value.isFloat()) return formatFloat(value.asFloat());
        return toJson(value);
    }

    std::string_view m_text;
    const std::string& m_file;
    Layer m_layer;
    Node m_root;
    std::vector<Frame> m_stack;
    std::unordered_map<YAML::anchor_t, Anchored> m_anchors;
    std::size_t m_nodes = 0;
    bool m_lastPlainMerge = false;
};

Error yamlError(const YAML::Exception& error, const std::string& file) {
    Error out{ErrorKind::Usage, "Cannot read YAML", error.msg, "Correct the file"};
    out.file = file;
    out.line = error.mark.line + 1;
    out.column = error.mark.column + 1;
    out.className = "ScannerError";
    return out;
}

} // namespace

Result<Node> readYaml(std::string_view text, const std::string& file, Layer layer) {
    TreeBuilder builder(text, file, layer);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) {
            Node empty;
            empty.kind = NodeKind::Map;
            return empty;
        }
        Node root = builder.takeRoot();
        TreeBuilder rest(text, file, layer);
        if (parser.HandleNextDocument(rest)) {
            Error error{ErrorKind::Usage, "Cannot read YAML",
                        "expected a single document in the stream, but found another",
                        "Keep one document in a file"};
            error.file = file;
            error.className = "ComposerError";
            return fail(std::move(error));
        }
        return root;
    } catch (const ReadFailure& failure) {
        return fail(failure.error);
    } catch (const YAML::Exception& error) {
        return fail(yamlError(error, file));
    }
}

} // namespace fathom::config
