// SPDX-License-Identifier: Apache-2.0
#include "engine/text/bert_words.h"

#include "engine/text/normal_form.h"
#include "engine/text/rust_unicode.h"
#include "engine/text/utf8.h"

#include <utf8proc.h>

#include <algorithm>

namespace fathom::text {

namespace {

utf8proc_category_t category(char32_t code) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

template <std::size_t size> bool within(const rust::Range (&ranges)[size], char32_t code) {
    const auto* const end = ranges + size;
    const auto* const found = std::lower_bound(
        ranges, end, code, [](const rust::Range& range, char32_t wanted) { return range.last < wanted; });
    return found != end && found->first <= code;
}

bool isSpace(char32_t code) {
    if (code < 0x80) return code == ' ' || code == '\t' || code == '\n' || code == '\r';
    return code == 0x2028 || code == 0x2029 || category(code) == UTF8PROC_CATEGORY_ZS;
}

bool isIdeograph(char32_t code, BertBackend backend) {
    if (code < 0x3400) return false;
    const char32_t extensionE = backend == BertBackend::Fast ? 0x2B920 : 0x2B820;
    return code <= 0x4DBF || (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
           (code >= 0x20000 && code <= 0x2A6DF) || (code >= 0x2A700 && code <= 0x2B81F) ||
           (code >= extensionE && code <= 0x2CEAF) || (code >= 0x2F800 && code <= 0x2FA1F);
}

/// The classes that differ between the two implementations.
class Classes {
public:
    explicit Classes(BertBackend backend) : m_fast(backend == BertBackend::Fast) {}

    [[nodiscard]] bool isRemoved(char32_t code) const {
        if (code < 0x80) return (code < ' ' && !isSpace(code)) || code == 0x7F;
        if (code == 0xFFFD) return true;
        const utf8proc_category_t own = category(code);
        // Python's rule takes all of C, code points that are not assigned among them.
        const bool control = own == UTF8PROC_CATEGORY_CC || own == UTF8PROC_CATEGORY_CF ||
                             own == UTF8PROC_CATEGORY_CO || own == UTF8PROC_CATEGORY_CS ||
                             (own == UTF8PROC_CATEGORY_CN && !m_fast);
        return control != (m_fast && within(rust::kControls, code));
    }
    [[nodiscard]] bool isPunctuation(char32_t code) const {
        if (code < 0x80)
            return (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) ||
                   (code >= 123 && code <= 126);
        const utf8proc_category_t own = category(code);
        const bool mark = own >= UTF8PROC_CATEGORY_PC && own <= UTF8PROC_CATEGORY_PO;
        return mark != (m_fast && within(rust::kPunctuation, code));
    }
    [[nodiscard]] bool isAccent(char32_t code) const {
        if (code < 0x300) return false;
        return (category(code) == UTF8PROC_CATEGORY_MN) != (m_fast && within(rust::kMarks, code));
    }

private:
    bool m_fast;
};

void lower(Word& word) {
    constexpr char32_t kCapitalIWithDot = 0x130; // the only character that lower-cases to two
    for (std::size_t i = 0; i < word.size(); ++i) {
        const char32_t code = word[i].code;
        if (code < 0x80) {
            if (code >= 'A' && code <= 'Z') word[i].code = code + 32;
        } else if (code == kCapitalIWithDot) {
            word[i].code = 'i';
            word.insert(word.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                        {0x307, word[i].begin, word[i].end});
        } else {
            word[i].code = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
        }
    }
}

class Splitter {
public:
    explicit Splitter(const WordPieceOptions& options)
        : m_options(options),
          m_classes(options.backend),
          m_stripsAccents(options.stripAccents.value_or(options.doLowerCase)) {}

    std::vector<Word> split(std::string_view text, std::size_t offset) {
        for (std::size_t at = 0; at < text.size();) {
            const std::string_view rest = text.substr(at);
            const std::size_t length = sequenceLength(rest);
            const bool broken = length > 1 || (rest[0] & 0x80) != 0 ? !isUtf8(rest.substr(0, length)) : false;
            const std::size_t end = at + (broken ? 1 : length);
            if (!broken)
                add({codePoint(rest.substr(0, length)), position(offset + at), position(offset + end)});
            at = end;
        }
        finish();
        return std::move(m_words);
    }

private:
    static std::uint32_t position(std::size_t at) { return static_cast<std::uint32_t>(at); }

    void add(const Character& character) {
        if (m_classes.isRemoved(character.code)) return;
        if (isSpace(character.code)) return finish();
        const bool alone = m_options.tokenizeChineseChars && isIdeograph(character.code, m_options.backend);
        if (alone) finish();
        m_word.push_back(character);
        if (alone) finish();
    }

    /// Normalizes the word that has been gathered and cuts it at its punctuation marks.
    void finish() {
        if (m_word.empty()) return;
        const bool slow = m_options.backend == BertBackend::Slow;
        if (slow && m_options.doLowerCase) lower(m_word);
        if (slow) m_word = composed(m_word);
        if (slow && isSpecial(m_word)) {
            m_words.push_back(std::move(m_word));
            m_word.clear();
            return;
        }
        if (slow && m_options.doLowerCase) lower(m_word);
        if (m_stripsAccents) {
            m_word = decomposed(m_word);
            std::erase_if(m_word, [&](const Character& c) { return m_classes.isAccent(c.code); });
        }
        if (!slow && m_options.doLowerCase) lower(m_word);
        bool begins = true;
        for (const Character& character : m_word) {
            const bool mark = m_classes.isPunctuation(character.code);
            if (begins || mark) m_words.emplace_back();
            m_words.back().push_back(character);
            begins = mark;
        }
        m_word.clear();
    }

    [[nodiscard]] bool isSpecial(const Word& word) const {
        if (word.front().code != '[' && word.front().code != '<') return false;
        std::string spelled;
        for (const Character& character : word)
            appendUtf8(spelled, character.code);
        return spelled == m_options.unkToken || spelled == m_options.sepToken ||
               spelled == m_options.padToken || spelled == m_options.clsToken ||
               spelled == m_options.maskToken;
    }

    const WordPieceOptions& m_options;
    Classes m_classes;
    bool m_stripsAccents;
    Word m_word;
    std::vector<Word> m_words;
};

} // namespace

std::vector<Word> bertWords(std::string_view text, const WordPieceOptions& options, std::size_t offset) {
    return Splitter(options).split(text, offset);
}

} // namespace fathom::text
