// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_reader.h"

#include "engine/config/interpolation.h"
#include "engine/config/unicode.h"
#include "engine/config/yaml_document.h"

namespace fathom::config {

namespace {

detail::YamlMark markAt(std::string_view text, std::size_t index) {
    detail::YamlMark mark;
    mark.index = index;
    for (const char c : text.substr(0, index)) {
        ++mark.column;
        if (c != '\n') continue;
        ++mark.line;
        mark.column = 0;
    }
    return mark;
}

std::string hexOf(std::uint32_t number, int digits) {
    std::string out;
    while (--digits >= 0)
        out += "0123456789abcdef"[number >> (4 * digits) & 15];
    return out;
}

/// PyYAML's Reader.NON_PRINTABLE.
bool isPrintable(char32_t code) {
    if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
    return code < 0x7F || code == 0x85 || (code >= 0xA0 && code != 0xFFFE && code != 0xFFFF);
}

/// Control characters and broken UTF-8, which YAML does not allow anywhere.
void refuseUnprintable(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte < 0x7F) {
            ++i;
            continue;
        }
        const CodePoint point = codePointAt(text, i);
        if (point.length == 0)
            throw detail::YamlFailure{"UnicodeDecodeError",
                                      "'utf-8' codec can't decode byte 0x" + hexOf(byte, 2) +
                                          " in position " + std::to_string(i),
                                      markAt(text, i)};
        if (!isPrintable(point.code))
            throw detail::YamlFailure{"ReaderError",
                                      "unacceptable character #x" + hexOf(point.code, 4) +
                                          ": special characters are not allowed",
                                      markAt(text, i)};
        i += point.length;
    }
}

/// OmegaConf parses interpolations as it reads them, so that a wrong one is an error of the file.
void checkInterpolations(const Node& node) {
    if (node.isInterpolation()) {
        const Result<Interpolation> parsed = parseInterpolation(node.value.asString());
        if (!parsed) {
            detail::YamlMark mark;
            if (!node.history.empty()) {
                mark.line = node.history.back().line - 1;
                mark.column = node.history.back().column - 1;
            }
            throw detail::YamlFailure{"GrammarParseError", parsed.error().why, mark};
        }
    }
    for (const Node& child : node.children)
        checkInterpolations(child);
}

Error placed(const detail::YamlFailure& failure, const std::string& file) {
    Error error{ErrorKind::Usage, "Cannot read YAML", failure.why, "Correct the file"};
    error.className = failure.className;
    error.file = file;
    error.line = failure.mark.line + 1;
    error.column = failure.mark.column + 1;
    return error;
}

} // namespace

Result<Node> readYaml(std::string_view text, const std::string& file, Layer layer) {
    try {
        refuseUnprintable(text);
        Node root = detail::YamlDocument(text, file, layer).read();
        if (root.kind != NodeKind::Scalar) checkInterpolations(root); // a lone text becomes a key
        return root;
    } catch (const detail::YamlFailure& failure) {
        return fail(placed(failure, file));
    }
}

} // namespace fathom::config
