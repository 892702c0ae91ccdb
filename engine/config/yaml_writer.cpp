// SPDX-License-Identifier: Apache-2.0
// A port of the parts of PyYAML's emitter that OmegaConf.to_yaml reaches.
#include "engine/config/yaml_writer.h"

#include "engine/config/convert.h"
#include "engine/config/resolver.h"
#include "engine/config/unicode.h"
#include "engine/config/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fathom::config {

namespace {

constexpr std::size_t kWidth = 80;
constexpr int kIndent = 2;
constexpr std::size_t kLongestSimpleKey = 128;

bool isBreak(char32_t c) {
    return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
}
bool isBlankOrBreak(char32_t c) {
    return c == 0 || c == ' ' || c == '\t' || c == '\r' || isBreak(c);
}
bool isIn(char32_t c, std::u32string_view set) {
    return set.find(c) != std::u32string_view::npos;
}
bool isPrintable(char32_t c) {
    if (c == '\n' || (c >= 0x20 && c <= 0x7E)) return true;
    return (c == 0x85 || (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
            (c >= 0x10000 && c < 0x10FFFF)) &&
           c != 0xFEFF;
}

enum class Style { Plain, Single, Double };

struct Analysis {
    bool multiline = false;
    bool blockPlain = true;
    bool single = true;
};

struct Traits {
    bool indicators = false, breaks = false, special = false;
    bool edgeBlank = false, breakSpace = false, spaceBreak = false;
};

Traits traitsOf(const std::u32string& text) {
    Traits found;
    if (text.starts_with(U"---") || text.starts_with(U"...")) found.indicators = true;
    bool previousSpace = false, previousBreak = false, precededByBlank = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char32_t c = text[i];
        const bool followedByBlank = i + 1 >= text.size() || isBlankOrBreak(text[i + 1]);
        if (i == 0) {
            if (isIn(c, U"#,[]{}&*!|>'\"%@`")) found.indicators = true;
            if ((c == '?' || c == ':' || c == '-') && followedByBlank) found.indicators = true;
        } else {
            if (c == ':' && followedByBlank) found.indicators = true;
            if (c == '#' && precededByBlank) found.indicators = true;
        }
        if (isBreak(c)) found.breaks = true;
        if (!isPrintable(c)) found.special = true;
        const bool edge = i == 0 || i + 1 == text.size();
        if (c == ' ') {
            found.edgeBlank = found.edgeBlank || edge;
            found.breakSpace = found.breakSpace || previousBreak;
        } else if (isBreak(c)) {
            found.edgeBlank = found.edgeBlank || edge;
            found.spaceBreak = found.spaceBreak || previousSpace;
        }
        previousSpace = c == ' ';
        previousBreak = isBreak(c);
        precededByBlank = isBlankOrBreak(c);
    }
    return found;
}

Analysis analyze(const std::u32string& text) {
    const Traits found = traitsOf(text);
    Analysis out;
    out.multiline = found.breaks;
    out.blockPlain = !found.edgeBlank && !found.breakSpace && !found.spaceBreak && !found.special &&
                     !found.breaks && !found.indicators;
    out.single = !found.breakSpace && !found.spaceBreak && !found.special;
    return out;
}

constexpr std::array kBoolWords{"y",  "Y",  "yes",  "Yes",  "YES",  "n",     "N",     "no",
                                "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE",
                                "on", "On", "ON",   "off",  "Off",  "OFF"};

/// What OmegaConf quotes on top of PyYAML: bool words, and what Python's int() or float() accept.
bool isQuotedByOmegaConf(const std::string& text) {
    std::int64_t integer = 0;
    double number = 0;
    return std::ranges::find(kBoolWords, text, [](const char* word) { return std::string_view(word); }) !=
               kBoolWords.end() ||
           pythonInt(text, integer) || pythonFloat(text, number);
}

class Writer {
public:
    std::string run(const Value& value) {
        node(value, Context::Root);
        if (!m_out.empty() && m_out.back() != '\n') m_out += '\n';
        return std::move(m_out);
    }

private:
    enum class Context { Root, MapValue, ListItem, Key };

    struct Indent {
        explicit Indent(Writer& writer, bool deeper, int atRoot = 0)
            : m_writer(writer), m_before(writer.m_indent) {
            if (m_writer.m_indent < 0)
                m_writer.m_indent = atRoot;
            else if (deeper)
                m_writer.m_indent += kIndent;
        }
        ~Indent() { m_writer.m_indent = m_before; }
        Indent(const Indent&) = delete;
        Indent& operator=(const Indent&) = delete;
        Writer& m_writer;
        int m_before;
    };

    void put(std::string_view ascii) {
        m_out += ascii;
        m_column += ascii.size();
    }
    void put(std::u32string_view text) {
        for (const char32_t c : text)
            appendUtf8(m_out, c);
        m_column += text.size();
    }
    void lineBreak() {
        m_out += '\n';
        m_column = 0;
        m_whitespace = true;
        m_indention = true;
    }
    void writeIndent() {
        const auto indent = static_cast<std::size_t>(std::max(m_indent, 0));
        if (!m_indention || m_column > indent || (m_column == indent && !m_whitespace)) lineBreak();
        if (m_column < indent) {
            m_whitespace = true;
            put(std::string(indent - m_column, ' '));
        }
    }
    void indicator(std::string_view text, bool needBlank, bool whitespace = false, bool indention = false) {
        if (!m_whitespace && needBlank) put(" ");
        m_whitespace = whitespace;
        m_indention = m_indention && indention;
        put(text);
    }

    void node(const Value& value, Context context) {
        if (value.isList()) {
            list(value.asList(), context);
        } else if (value.isMap() && !detail::isSpecialScalar(value)) {
            map(value, context);
        } else {
            scalarNode(value, context);
        }
    }

    void list(const Value::List& items, Context context) {
        if (items.empty()) {
            indicator("[", true, true);
            indicator("]", false);
            return;
        }
        const bool indentless = context == Context::MapValue && !m_indention;
        const Indent indent(*this, !indentless);
        for (const Value& item : items) {
            writeIndent();
            indicator("-", true, false, true);
            node(item, Context::ListItem);
        }
    }

    void map(const Value& value, Context) {
        const Value::Map& entries = value.asMap();
        if (entries.empty()) {
            indicator("{", true, true);
            indicator("}", false);
            return;
        }
        const Indent indent(*this, true);
        const Value* pairs = entries.size() == 1 ? entries.find("$map") : nullptr;
        if (pairs && pairs->isList()) {
            for (const Value& pair : pairs->asList())
                entry(pair.asList()[0], pair.asList()[1]);
            return;
        }
        for (const auto& [key, item] : entries)
            entry(Value(key), item);
    }

    void entry(const Value& key, const Value& item) {
        writeIndent();
        if (isSimpleKey(key)) {
            scalarNode(key, Context::Key);
            indicator(":", false);
        } else {
            indicator("?", true, false, true);
            node(key, Context::MapValue);
            writeIndent();
            indicator(":", true, false, true);
        }
        node(item, Context::MapValue);
    }

    static bool isSimpleKey(const Value& key) {
        if (key.isMap()) return !key.asMap().find("$bytes"); // a block of its own
        if (!key.isString()) return true;
        const std::u32string text = decodeUtf8(key.asString());
        // The tag PyYAML counts in is "tag:yaml.org,2002:str" shortened to "!!str".
        return text.size() + 5 < kLongestSimpleKey && !text.empty() && !analyze(text).multiline;
    }

    void scalarNode(const Value& value, Context context) {
        const Indent indent(*this, true, kIndent);
        if (value.isString()) {
            string(value.asString(), context);
            return;
        }
        if (value.isMap()) {
            special(value, context);
            return;
        }
        std::string text;
        switch (value.type()) {
        case Value::Type::Null:
            text = "null";
            break;
        case Value::Type::Bool:
            text = value.asBool() ? "true" : "false";
            break;
        case Value::Type::Float:
            text = floatText(value.asFloat());
            break;
        default:
            text = pythonStr(value);
            break;
        }
        plain(decodeUtf8(text), context != Context::Key);
    }

    static std::string floatText(double value) {
        if (std::isnan(value)) return ".nan";
        if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
        std::string text = formatFloat(value);
        const std::size_t exponent = text.find('e');
        if (exponent != std::string::npos && text.find('.') == std::string::npos) text.insert(exponent, ".0");
        return text;
    }

    void string(const std::string& raw, Context context) {
        const std::u32string text = decodeUtf8(raw);
        const Analysis analysis = analyze(text);
        const bool key = context == Context::Key;
        const bool quote = isQuotedByOmegaConf(raw);
        if (!quote && !isPlainYamlOther(raw) && analysis.blockPlain &&
            !(key && (text.empty() || analysis.multiline))) {
            plain(text, !key);
        } else if (analysis.single && !(key && analysis.multiline)) {
            singleQuoted(text, !key);
        } else {
            doubleQuoted(text, !key);
        }
    }

    void special(const Value& value, Context context) {
        const auto& [tag, payload] = *value.asMap().begin();
        if (tag == "$enum") {
            const std::string& member = payload.asString();
            string(member.substr(member.find('.') + 1), context);
        } else if (tag == "$path") {
            path(payload.asString());
        } else if (tag == "$bytes") {
            bytes(payload.asString());
        } else {
            plain(decodeUtf8(payload.asString()), false);
        }
    }

    /// PyYAML represents a path by its constructor call with the parts as arguments.
    void path(const std::string& text) {
        indicator("!!python/object/apply:pathlib.PosixPath", true);
        Value::List parts;
        if (text.starts_with('/')) parts.emplace_back("/");
        for (std::size_t start = 0; start < text.size();) {
            const std::size_t end = std::min(text.find('/', start), text.size());
            if (end > start) parts.emplace_back(text.substr(start, end - start));
            start = end + 1;
        }
        if (parts.size() == 1 && parts[0] == Value(".")) parts.clear();
        m_indent -= kIndent;
        list(parts, Context::MapValue);
        m_indent += kIndent;
    }

    void bytes(const std::string& hex) {
        indicator("!!binary", true);
        indicator("|", true);
        static constexpr std::string_view kDigits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string data;
        for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
            data += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
        std::string encoded;
        std::size_t inLine = 0;
        for (std::size_t i = 0; i < data.size(); i += 3) {
            std::uint32_t group = 0;
            const std::size_t count = std::min<std::size_t>(3, data.size() - i);
            for (std::size_t j = 0; j < 3; ++j)
                group = group << 8 | (j < count ? static_cast<unsigned char>(data[i + j]) : 0U);
            for (std::size_t j = 0; j < 4; ++j)
                encoded += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
            if ((inLine += 4) == 76) encoded += '\n', inLine = 0;
        }
        lineBreak();
        for (std::size_t start = 0; start < encoded.size();) {
            const std::size_t end = std::min(encoded.find('\n', start), encoded.size());
            writeIndent();
            put(encoded.substr(start, end - start));
            m_whitespace = m_indention = false;
            start = end + 1;
        }
    }

    void beginScalar() {
        if (!m_whitespace) put(" ");
        m_whitespace = false;
        m_indention = false;
    }

    void plain(const std::u32string& text, bool split) {
        if (text.empty()) return;
        beginScalar();
        bool spaces = false;
        std::size_t start = 0;
        for (std::size_t end = 0; end <= text.size(); ++end) {
            const char32_t c = end < text.size() ? text[end] : 0;
            const bool last = end == text.size();
            if (spaces && (last || c != ' ')) {
                if (start + 1 == end && m_column > kWidth && split) {
                    writeIndent();
                    m_whitespace = m_indention = false;
                } else {
                    put(std::u32string_view(text).substr(start, end - start));
                }
                start = end;
            } else if (!spaces && (last || c == ' ')) {
                put(std::u32string_view(text).substr(start, end - start));
                start = end;
            }
            spaces = !last && c == ' ';
        }
    }

    void singleQuoted(const std::u32string& text, bool split) {
        indicator("'", true);
        bool spaces = false, breaks = false;
        std::size_t start = 0;
        for (std::size_t end = 0; end <= text.size(); ++end) {
            const bool last = end == text.size();
            const char32_t c = last ? 0 : text[end];
            const std::u32string_view piece = std::u32string_view(text).substr(start, end - start);
            if (spaces) {
                if (last || c != ' ') {
                    if (start + 1 == end && m_column > kWidth && split && start != 0 && !last)
                        writeIndent();
                    else
                        put(piece);
                    start = end;
                }
            } else if (breaks) {
                if (last || !isBreak(c)) {
                    writeBreaks(piece);
                    start = end;
                }
            } else if ((last || c == ' ' || isBreak(c) || c == '\'') && start < end) {
                put(piece);
                start = end;
            }
            if (!last && c == '\'') {
                put("''");
                start = end + 1;
            }
            spaces = !last && c == ' ';
            breaks = !last && isBreak(c);
        }
        indicator("'", false);
    }

    void writeBreaks(std::u32string_view piece) {
        if (piece.front() == '\n') lineBreak();
        for (const char32_t c : piece) {
            if (c == '\n') {
                lineBreak();
            } else {
                appendUtf8(m_out, c);
                m_column = 0;
                m_whitespace = m_indention = true;
            }
        }
        writeIndent();
    }

    static std::string escape(char32_t c) {
        switch (c) {
        case 0:
            return "\\0";
        case 7:
            return "\\a";
        case 8:
            return "\\b";
        case 9:
            return "\\t";
        case 10:
            return "\\n";
        case 11:
            return "\\v";
        case 12:
            return "\\f";
        case 13:
            return "\\r";
        case 0x1B:
            return "\\e";
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case 0x85:
            return "\\N";
        case 0xA0:
            return "\\_";
        case 0x2028:
            return "\\L";
        case 0x2029:
            return "\\P";
        default:
            break;
        }
        char buffer[16];
        const auto code = static_cast<unsigned>(c);
        if (code <= 0xFF)
            std::snprintf(buffer, sizeof buffer, "\\x%02X", code);
        else if (code <= 0xFFFF)
            std::snprintf(buffer, sizeof buffer, "\\u%04X", code);
        else
            std::snprintf(buffer, sizeof buffer, "\\U%08X", code);
        return buffer;
    }

    static bool isEscaped(char32_t c) {
        if (c == '"' || c == '\\' || c == 0x85 || c == 0x2028 || c == 0x2029 || c == 0xFEFF) return true;
        return !((c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD));
    }

    void doubleQuoted(const std::u32string& text, bool split) {
        indicator("\"", true);
        std::size_t start = 0;
        for (std::size_t end = 0; end <= text.size(); ++end) {
            const bool last = end == text.size();
            const char32_t c = last ? 0 : text[end];
            if (last || isEscaped(c)) {
                if (start < end) put(std::u32string_view(text).substr(start, end - start));
                start = end;
                if (!last) {
                    put(escape(c));
                    start = end + 1;
                }
            }
            if (end > 0 && end + 1 < text.size() && (c == ' ' || start >= end) &&
                m_column + end - std::min(start, end) > kWidth + (start > end ? 1 : 0) && split) {
                if (start < end) put(std::u32string_view(text).substr(start, end - start));
                put("\\");
                start = std::max(start, end);
                writeIndent();
                m_whitespace = m_indention = false;
                if (text[start] == ' ') put("\\");
            }
        }
        indicator("\"", false);
    }

    std::string m_out;
    std::size_t m_column = 0;
    int m_indent = -1;
    bool m_whitespace = true;
    bool m_indention = true;
};

} // namespace

std::string writeYaml(const Value& value) {
    return Writer().run(value);
}

} // namespace fathom::config
