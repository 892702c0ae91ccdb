// SPDX-License-Identifier: Apache-2.0
#include "engine/config/interpolation.h"

#include "engine/config/override_lexer.h"
#include "engine/config/yaml_scalar.h"

namespace fathom::config {

namespace {

constexpr int kMaxDepth = 50;

struct ParseFailure {
    std::string why;
};

/// A recursive descent over the characters; the lexer's modes of OmegaConfGrammarLexer.g4 are the functions'
/// names.
class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    Interpolation configValue() {
        Interpolation out = text('\0');
        if (!done()) unexpected();
        return out;
    }
    Interpolation singleElement() {
        Interpolation out = element();
        if (!done()) unexpected();
        return out;
    }

private:
    using Kind = Interpolation::Kind;

    [[nodiscard]] bool done() const { return m_at >= m_text.size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0';
    }
    [[nodiscard]] bool atInterpolation() const { return peek() == '$' && peek(1) == '{'; }
    void blanks() {
        while (peek() == ' ' || peek() == '\t')
            ++m_at;
    }
    /// The position of `c` behind blanks, or npos.
    [[nodiscard]] bool blanksThen(char c) const {
        std::size_t at = m_at;
        while (at < m_text.size() && (m_text[at] == ' ' || m_text[at] == '\t'))
            ++at;
        return at < m_text.size() && m_text[at] == c;
    }
    void takeAround(char c) {
        blanks();
        if (peek() != c) unexpected();
        ++m_at;
        blanks();
    }
    [[noreturn]] void unexpected() const {
        if (done()) throw ParseFailure{"mismatched input '<EOF>': the text ends inside an interpolation"};
        const char c = peek();
        const bool known = c == '\'' || c == '"' || c == '[' || c == ']' || c == '{' || c == '}' ||
                           c == ':' || c == ',' || c == '.' || c == '$';
        if (!known) throw ParseFailure{"token recognition error at: '" + std::string(1, c) + "'"};
        throw ParseFailure{"no viable alternative at input '" +
                           std::string(m_text.substr(m_start, m_at + 1 - m_start)) + "'"};
    }
    struct Deeper {
        explicit Deeper(int& depth) : m_depth(depth) {
            if (++m_depth > kMaxDepth) throw ParseFailure{"it is nested more than 50 levels deep"};
        }
        ~Deeper() { --m_depth; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        int& m_depth;
    };

    static Interpolation literal(std::string text) {
        Interpolation out;
        out.value = Value(std::move(text));
        return out;
    }
    static Interpolation joined(std::vector<Interpolation> parts) {
        if (parts.size() == 1) return std::move(parts.front());
        Interpolation out;
        out.kind = Kind::Concat;
        out.children = std::move(parts);
        return out;
    }

    /// The top level (`quote` is 0) or the inside of quotes, up to but without the closing one.
    Interpolation text(char quote) {
        std::vector<Interpolation> parts;
        std::string run;
        const auto flush = [&] {
            if (!run.empty()) parts.push_back(literal(std::move(run)));
            run.clear();
        };
        while (!done()) {
            if (quote != '\0' && peek() == quote) break;
            if (atInterpolation()) {
                flush();
                parts.push_back(interpolation());
            } else if (peek() == '\\') {
                backslashes(quote, run);
            } else {
                run += m_text[m_at++];
            }
        }
        flush();
        if (parts.empty()) return literal({});
        return joined(std::move(parts));
    }

    /// Backslashes count only before `${`, before the closing quote and at the end of a quoted text.
    void backslashes(char quote, std::string& run) {
        std::size_t count = 0;
        while (peek() == '\\') {
            ++m_at;
            ++count;
        }
        if (atInterpolation()) {
            run.append(count / 2, '\\');
            if (count % 2 == 1) {
                run += "${";
                m_at += 2;
            }
        } else if (quote != '\0' && peek() == quote) {
            run.append(count / 2, '\\');
            if (count % 2 == 1) {
                run += quote;
                ++m_at;
            }
        } else {
            run.append(count, '\\');
        }
    }

    Interpolation interpolation() {
        const Deeper deeper(m_depth);
        const std::size_t start = m_at;
        if (m_depth == 1) m_start = start;
        m_at += 2;
        blanks();
        std::vector<Interpolation> parts;
        bool canName = true; // dots and brackets at other places than a resolver's name has them
        while (peek() == '.') {
            parts.push_back(literal("."));
            ++m_at;
            canName = false;
        }
        key(parts, canName);
        while (!blanksThen('}') && !blanksThen(':')) {
            if (peek() == '.') {
                parts.push_back(literal("."));
                ++m_at;
                if (peek() == '[') unexpected();
                key(parts, canName);
            } else if (peek() == '[') {
                key(parts, canName);
            } else {
                unexpected();
            }
        }
        Interpolation out;
        if (blanksThen(':')) {
            if (!canName) unexpected();
            takeAround(':');
            out.kind = Kind::Resolver;
            out.name = std::move(parts);
            sequence('}', out.children);
            blanks();
            if (peek() != '}') unexpected();
            ++m_at;
        } else {
            blanks();
            ++m_at;
            out.kind = Kind::Node;
            out.children = std::move(parts);
        }
        out.source = std::string(m_text.substr(start, m_at - start));
        return out;
    }

    void key(std::vector<Interpolation>& parts, bool& canName) {
        const bool bracket = peek() == '[';
        if (bracket) {
            parts.push_back(literal("["));
            ++m_at;
            canName = false;
        }
        if (atInterpolation()) {
            parts.push_back(interpolation());
        } else {
            const std::size_t start = m_at;
            while (!done() && std::string_view("\\{}()[]:. \t'\"").find(peek()) == std::string_view::npos)
                ++m_at;
            if (m_at == start) unexpected();
            const std::string_view word = m_text.substr(start, m_at - start);
            canName = canName && detail::matchId(word, 0) == word.size();
            parts.push_back(literal(std::string(word)));
        }
        if (bracket) {
            if (peek() != ']') unexpected();
            parts.push_back(literal("]"));
            ++m_at;
        }
    }

    /// (element (COMMA element?)*) | (COMMA element?)+, where a missing element is an empty string.
    void sequence(char close, std::vector<Interpolation>& out) {
        if (blanksThen(close)) return;
        bool wanted = true;
        while (true) {
            if (blanksThen(',')) {
                if (wanted) out.push_back(literal({}));
                takeAround(',');
                wanted = true;
                if (blanksThen(close)) {
                    out.push_back(literal({}));
                    return;
                }
                continue;
            }
            if (blanksThen(close)) return;
            if (!wanted) unexpected();
            out.push_back(element());
            wanted = false;
        }
    }

    Interpolation element() {
        const Deeper deeper(m_depth);
        const std::size_t start = m_at;
        Interpolation out;
        const char c = peek();
        if (c == '\'' || c == '"') {
            ++m_at;
            out = text(c);
            if (out.kind == Kind::Literal && out.value.isNull()) out.value = Value("");
            if (peek() != c) unexpected();
            ++m_at;
            // Quoted text is always a string, even around a single interpolation.
            if (out.kind != Kind::Literal && out.kind != Kind::Concat) {
                Interpolation whole;
                whole.kind = Kind::Concat;
                whole.children.push_back(std::move(out));
                out = std::move(whole);
            }
        } else if (c == '[') {
            ++m_at;
            blanks();
            out.kind = Kind::List;
            sequence(']', out.children);
            blanks();
            if (peek() != ']') unexpected();
            ++m_at;
        } else if (c == '{') {
            out = dict();
        } else {
            out = primitive(true);
        }
        if (out.source.empty()) out.source = std::string(m_text.substr(start, m_at - start));
        return out;
    }

    Interpolation dict() {
        Interpolation out;
        out.kind = Kind::Dict;
        ++m_at;
        blanks();
        if (blanksThen('}')) {
            takeAround('}');
            return out;
        }
        while (true) {
            Interpolation name = primitive(false);
            takeAround(':');
            out.keys.push_back(name.value);
            out.children.push_back(element());
            if (!blanksThen(',')) break;
            takeAround(',');
        }
        blanks();
        if (peek() != '}') unexpected();
        ++m_at;
        return out;
    }

    struct Piece {
        Interpolation part;
        bool ended = true;
    };

    /// One token of value mode; `ended` when none of a primitive's tokens starts here.
    Piece piece(bool asValue) {
        Piece out;
        if (asValue && atInterpolation()) return {interpolation(), false};
        const std::size_t number = detail::matchFloat(m_text, m_at);
        const std::size_t integer = detail::matchInt(m_text, m_at);
        const std::size_t id = detail::matchId(m_text, m_at);
        const std::size_t escapes = detail::matchEscapes(m_text, m_at);
        const std::size_t longest = std::max({number, integer, id, escapes});
        if (longest == 0) return otherPiece(asValue);
        const std::string_view word = m_text.substr(m_at, longest);
        m_at += longest;
        out.ended = false;
        out.part.source = std::string(word);
        double real = 0;
        std::int64_t whole = 0;
        if (longest == number) {
            if (pythonFloat(word, real)) out.part.value = Value(real);
        } else if (longest == integer) {
            out.part.value = pythonInt(word, whole) ? Value(whole) : bigInt(word);
        } else if (longest == id) {
            if (detail::equalsIgnoringCase(word, "null"))
                out.part.value = Value{};
            else if (detail::equalsIgnoringCase(word, "true") || detail::equalsIgnoringCase(word, "false"))
                out.part.value = Value(detail::equalsIgnoringCase(word, "true"));
            else
                out.part.value = Value(word);
        } else {
            std::string plain;
            for (std::size_t i = 1; i < word.size(); i += 2)
                plain += word[i];
            out.part.source = plain; // escapes are undone in a concatenation too
            out.part.value = Value(std::move(plain));
        }
        return out;
    }

    Piece otherPiece(bool asValue) {
        Piece out;
        std::size_t length = 0;
        if (detail::isUnquotedChar(peek())) length = 1;
        const bool closes =
            blanksThen(',') || blanksThen(']') || blanksThen('}') || (!asValue && blanksThen(':'));
        if (peek() == ' ' || peek() == '\t' || peek() == ':') {
            if (closes) return out;
            const std::size_t start = m_at;
            if (blanksThen(':'))
                takeAround(':');
            else
                blanks();
            length = m_at - start;
            m_at = start;
        }
        if (length == 0) return out;
        const std::string_view word = m_text.substr(m_at, length);
        m_at += length;
        out.ended = false;
        out.part.source = std::string(word);
        out.part.value = Value(word);
        return out;
    }

    Interpolation primitive(bool asValue) {
        std::vector<Interpolation> parts;
        while (!done()) {
            Piece next = piece(asValue);
            if (next.ended) break;
            parts.push_back(std::move(next.part));
        }
        if (parts.empty()) unexpected();
        if (parts.size() == 1) return std::move(parts.front());
        bool constant = true;
        std::string whole;
        for (Interpolation& part : parts) {
            if (part.kind != Kind::Literal) {
                constant = false;
                continue;
            }
            part.value = Value(part.source);
            whole += part.source;
        }
        return constant ? literal(std::move(whole)) : joined(std::move(parts));
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_start = 0;
    int m_depth = 0;
};

template <class Body> Result<Interpolation> guarded(std::string_view text, Body body) {
    try {
        return body();
    } catch (const ParseFailure& failure) {
        Error error{ErrorKind::Usage, "Cannot read the interpolation " + std::string(text), failure.why,
                    "Correct it, or write \\${ for a literal ${"};
        error.className = "GrammarParseError";
        return fail(std::move(error));
    }
}

} // namespace

bool holdsInterpolation(std::string_view text) {
    std::size_t backslashes = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '$' && text[i + 1] == '{' && backslashes % 2 == 0) return true;
        backslashes = text[i] == '\\' ? backslashes + 1 : 0;
    }
    return false;
}

Result<Interpolation> parseInterpolation(std::string_view text) {
    return guarded(text, [&] { return Parser(text).configValue(); });
}

Result<Interpolation> parseElement(std::string_view text) {
    return guarded(text, [&] { return Parser(text).singleElement(); });
}

} // namespace fathom::config
