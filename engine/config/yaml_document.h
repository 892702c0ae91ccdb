// SPDX-License-Identifier: Apache-2.0
// PyYAML's parser, composer and safe constructor over YamlScanner's tokens, as OmegaConf's loader sets them
// up. Internal.
#pragma once

#include "engine/config/config.h"
#include "engine/config/yaml_scanner.h"

#include <map>
#include <unordered_map>
#include <unordered_set>

namespace fathom::config::detail {

/// Where a scalar stands in the text.
struct ScalarPlace {
    std::size_t start = 0; ///< bytes, quotes included; start == end for a value that is not written (`key:`)
    std::size_t end = 0;
    char style = 0;      ///< 0 plain, otherwise ' " | >
    bool flow = false;   ///< inside [ ] or { }
    bool alias = false;  ///< written as *name
    bool tagged = false; ///< a tag stands before it
};

class YamlDocument {
public:
    YamlDocument(std::string_view text, const std::string& file, Layer layer);

    /// The single document; throws YamlFailure.
    [[nodiscard]] Node read();
    /// Also notes the place of every scalar value by its dotted path.
    [[nodiscard]] Node read(std::map<std::string, ScalarPlace>& places);

private:
    struct Built {
        Node node;
        bool isStringTag = false; ///< PyYAML's tag is str, so that duplicate keys count
        bool isMergeKey = false;
    };
    struct Properties {
        std::string anchor{};
        std::string tag{};
        bool hasTag = false;
        YamlMark start{};
        bool present = false;
    };
    struct Anchored {
        Built built;
        std::size_t size = 1;
        bool complete = false;
    };
    /// A map under construction.
    struct Entries {
        std::vector<Node> children{};
        std::unordered_map<std::string, std::size_t> index{};
        std::unordered_set<std::string> names{};
        std::vector<Node> merged{};
    };

    [[noreturn]] void refuse(const char* className, std::string why, const YamlMark& mark) const {
        throw YamlFailure{className, std::move(why), mark};
    }
    [[noreturn]] void refuseToken(const std::string& what, const std::string& expected);
    [[nodiscard]] bool is(YamlTokenType type) { return m_scanner.is(type); }
    void directives();
    Built document();

    Built parseNode(bool block, bool indentless);
    Properties properties();
    Built content(bool block, bool indentless, const Properties& properties);
    Built alias();
    Built scalar(const YamlToken& token, const Properties& properties);
    Built emptyScalar(const YamlMark& mark);
    Built blockSequence();
    Built indentlessSequence();
    Built blockMapping();
    Built flowSequence();
    Built flowMapping();
    Built flowPair();
    void remember(const Properties& properties, const Built& built);

    Value plainOrTagged(const YamlToken& token, const Properties& properties, Built& out) const;
    void addEntry(Entries& entries, Built&& key, const YamlMark& keyMark, Built&& value,
                  const YamlMark& valueMark);
    void addMerge(Entries& entries, Node&& value, const YamlMark& mark) const;
    Built finish(Entries&& entries, const YamlMark& start) const;
    Built finish(std::vector<Node>&& items, const YamlMark& start) const;
    [[nodiscard]] Assignment assignmentAt(const YamlMark& mark) const;
    void count(std::size_t nodes, const YamlMark& mark);
    void note(const YamlMark& start, const YamlMark& end, char style, bool alias, bool tagged);
    Built valueOf(const std::string& key, bool block, bool indentless);

    std::string_view m_text;
    const std::string& m_file;
    Layer m_layer;
    YamlScanner m_scanner;
    std::map<std::string, std::string> m_handles;
    std::unordered_map<std::string, Anchored> m_anchors;
    std::size_t m_nodes = 0;
    int m_depth = 0;
    int m_flow = 0;
    std::string m_path;
    std::map<std::string, ScalarPlace>* m_places = nullptr;
};

} // namespace fathom::config::detail
