// SPDX-License-Identifier: Apache-2.0
// PyYAML's parser, composer and safe constructor over YamlScanner's tokens, as OmegaConf's loader sets them
// up. Internal.
#pragma once

#include "engine/config/config.h"
#include "engine/config/yaml_scanner.h"

#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>

namespace fathom::config::detail {

/// Where a scalar stands in the text.
struct ScalarPlace {
    std::size_t start = 0; ///< bytes, quotes included; start == end for a value that is not written (`key:`)
    std::size_t end = 0;
    char style = 0;      ///< 0 plain, otherwise ' " | >
    bool tagged = false; ///< a tag stands before it
};

class YamlDocument {
public:
    YamlDocument(std::string_view text, const std::string& file, Layer layer);

    /// The single document; throws YamlFailure.
    [[nodiscard]] Node read();
    /// Also notes the place of the scalar at a path, if it is written there or an alias stands there.
    [[nodiscard]] Node read(std::span<const std::string> path, std::optional<ScalarPlace>& place);

private:
    struct Built {
        Node node{};
        bool isMergeKey = false;
    };
    struct Key {
        Value value{};
        bool isScalar = true;
        bool isMerge = false;
        YamlMark mark{};
    };
    struct Properties {
        std::string anchor{};
        std::string tag{};
        bool hasTag = false;
        YamlMark start{};
        bool present = false;
    };
    struct Anchored {
        Built built{};
        std::size_t size = 1;
        bool complete = false;
    };
    /// A map under construction.
    class Entries {
    public:
        /// The child of the same key, as Python's dict has it; null for none.
        [[nodiscard]] Node* find(const Node& named);

        std::vector<Node> children{};
        std::vector<Node> merged{}; ///< the maps of `<<`, the strongest last

    private:
        std::unordered_map<std::string, std::size_t> m_index{}; ///< empty while there are few
    };
    /// The rest of the way to the scalar whose place is wanted.
    struct Way {
        bool isOn = false;
        std::span<const std::string> rest{};
    };

    [[noreturn]] void refuse(const char* className, std::string why, const YamlMark& mark) const {
        throw YamlFailure{className, std::move(why), mark};
    }
    [[noreturn]] void refuseToken(const std::string& what, const std::string& expected);
    /// What is wrong with a value counts once the whole text is read: PyYAML makes the values afterwards.
    void later(YamlFailure failure);
    [[nodiscard]] bool is(YamlTokenType type) { return m_scanner.is(type); }
    [[nodiscard]] bool isOneOf(std::initializer_list<YamlTokenType> types);
    void directives();
    Node document();

    Built parseNode(bool block, bool indentless);
    Properties properties();
    Built content(bool block, bool indentless, const Properties& properties);
    Built alias();
    [[nodiscard]] Value scalarValue(const YamlToken& token, const Properties& properties);
    Built scalar(const YamlToken& token, const Properties& properties);
    Node emptyScalar(const YamlMark& mark);
    void remember(const Properties& properties, const Built& built);
    [[nodiscard]] Node collection(NodeKind kind, const YamlMark& start) const;
    [[nodiscard]] Assignment assignmentAt(const YamlMark& mark) const;
    void note(const YamlToken& token, bool tagged);

    // yaml_collections.cpp
    Node blockSequence();
    Node indentlessSequence();
    Node blockMapping();
    Node flowSequence();
    Node flowMapping();
    Node flowPair();
    /// Types that stand where a key or a value is left out.
    using Types = std::initializer_list<YamlTokenType>;
    /// KEY, or KEY: VALUE, from the key's token on.
    void entry(Entries& entries, bool block, Types noKey, Types noValue);
    Key key(bool block);
    template <class Parse> Node below(std::string_view key, const Parse& parse);
    Node item(std::size_t index, bool block);
    void addItem(Node& list, Node&& child) const;
    void addEntry(Entries& entries, const Key& key, Node&& value, const YamlMark& valueMark);
    void addMerge(Entries& entries, Node&& value, const YamlMark& mark);
    Node mapOf(Entries&& entries, const YamlMark& start) const;

    std::string_view m_text;
    const std::string& m_file;
    Layer m_layer;
    YamlScanner m_scanner;
    std::map<std::string, std::string> m_handles;
    std::unordered_map<std::string, Anchored> m_anchors;
    std::optional<YamlFailure> m_later;
    std::size_t m_expanded = 0; ///< nodes that aliases stand for
    int m_depth = 0;
    Way m_way{};
    std::optional<ScalarPlace>* m_place = nullptr;
};

} // namespace fathom::config::detail
