// SPDX-License-Identifier: Apache-2.0
// YAML 1.1 tokens with positions: a port of PyYAML's scanner, so that the same texts are read and refused.
// Internal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::config::detail {

struct YamlMark {
    std::size_t index = 0; ///< byte offset
    int line = 0;          ///< 0-based
    int column = 0;        ///< 0-based, in code points
};

/// What scanner, parser and composer throw; the class is PyYAML's.
struct YamlFailure {
    std::string className;
    std::string why;
    YamlMark mark;
};

enum class YamlTokenType {
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowMappingStart,
    FlowSequenceEnd,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
};

struct YamlToken {
    YamlTokenType type = YamlTokenType::StreamEnd;
    YamlMark start{};
    YamlMark end{};
    std::string value{};  ///< name of an anchor, alias or directive, suffix of a tag, text of a scalar
    std::string handle{}; ///< of a tag; of a TAG directive, whose prefix is `value`
    bool hasHandle = false;
    char style = 0; ///< of a scalar: 0 plain, otherwise ' " | >
};

/// The token's name in PyYAML's messages.
[[nodiscard]] std::string_view nameOf(YamlTokenType type);

class YamlScanner {
public:
    explicit YamlScanner(std::string_view text);

    [[nodiscard]] const YamlToken& peek() {
        if (!m_isReady) fetchUntilReady();
        return m_tokens[m_next];
    }
    YamlToken take();
    /// Takes a token that is not looked at any more.
    void skip();
    [[nodiscard]] bool is(YamlTokenType type) { return peek().type == type; }

private:
    struct SimpleKey {
        int level = 0; ///< of flow collections
        std::size_t tokenNumber = 0;
        bool required = false;
        YamlMark mark{};
    };

    [[nodiscard]] char at(std::size_t offset = 0) const {
        return m_mark.index + offset < m_text.size() ? m_text[m_mark.index + offset] : '\0';
    }
    [[nodiscard]] bool atEnd(std::size_t offset = 0) const { return m_mark.index + offset >= m_text.size(); }
    [[nodiscard]] std::size_t breakLength(std::size_t offset = 0) const {
        const char c = at(offset);
        if (c == '\n' || c == '\r') return 1;
        return c == '\xC2' || c == '\xE2' ? wideBreakLength(offset) : 0;
    }
    [[nodiscard]] std::size_t wideBreakLength(std::size_t offset) const;
    [[nodiscard]] bool isBreakOrEnd(std::size_t offset = 0) const {
        return atEnd(offset) || breakLength(offset) > 0;
    }
    [[nodiscard]] bool isBlankOrEnd(std::size_t offset = 0) const {
        return isBreakOrEnd(offset) || at(offset) == ' ' || at(offset) == '\t';
    }
    [[nodiscard]] bool isSpaceOrEnd(std::size_t offset = 0) const {
        return isBreakOrEnd(offset) || at(offset) == ' ';
    }
    [[nodiscard]] std::string shown(std::size_t offset = 0) const;
    [[nodiscard]] bool atDocumentIndicator() const;
    [[noreturn]] void refuse(std::string why) const {
        throw YamlFailure{"ScannerError", std::move(why), m_mark};
    }
    void forward(std::size_t bytes = 1);
    /// The same over text that has no line break.
    void forwardOnLine(std::size_t bytes);
    void skipSpaces();
    void skipComment();
    /// What a line break, if there is one here, reads as.
    std::string_view lineBreak();
    /// Text that has no line break.
    std::string_view takeText(std::size_t bytes);

    void fetchUntilReady();
    [[nodiscard]] bool needMore();
    void fetchMore();
    bool fetchIndicator(char c);
    void staleSimpleKeys();
    void saveSimpleKey();
    void removeSimpleKey();
    [[nodiscard]] bool hasSimpleKey() const {
        return !m_simpleKeys.empty() && m_simpleKeys.back().level == m_flowLevel;
    }
    void unwind(int column);
    bool addIndent(int column);
    YamlToken& push(YamlTokenType type, const YamlMark& start, const YamlMark& end);

    void toNextToken();
    void fetchStreamEnd();
    void fetchDocumentIndicator(YamlTokenType type);
    void fetchFlowStart(YamlTokenType type);
    void fetchFlowEnd(YamlTokenType type);
    void fetchFlowEntry();
    void fetchBlockEntry();
    void fetchKey();
    void fetchValue();
    void fetchDirective();
    void fetchAnchor(YamlTokenType type);
    void fetchTag();
    void fetchBlockScalar(char style);
    void fetchQuoted(char quote);
    void fetchPlain();
    [[nodiscard]] std::size_t plainLength() const;
    [[nodiscard]] bool startsPlain() const;

    std::string tagHandle(const char* what);
    std::string tagUri(const char* what);
    void blockScalarHeader(int& chomping, int& increment);
    void ignoredLine(const char* what);
    std::string blockScalarBreaks(int indent);
    void quotedText(bool isDouble, std::string& out);
    void quotedBlanks(std::string& out);
    void escape(std::string& out);
    std::string quotedBreaks();
    bool plainBlanks(std::string& out);

    std::string_view m_text;
    YamlMark m_mark{};
    bool m_done = false;
    int m_flowLevel = 0;
    std::vector<YamlToken> m_tokens; ///< those from m_next on are still to be taken
    std::size_t m_next = 0;
    std::size_t m_taken = 0;
    bool m_isReady = false; ///< the next token is known
    int m_indent = -1;
    std::vector<int> m_indents;
    bool m_allowSimpleKey = true;
    std::vector<SimpleKey> m_simpleKeys; ///< at most one a level, the deepest last
};

} // namespace fathom::config::detail
