// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_reader.h"

#include "engine/config/interpolation.h"
#include "engine/config/yaml_document.h"

namespace fathom::config {

namespace {

/// Control characters and broken UTF-8, which YAML does not allow anywhere.
void refuseUnprintable(std::string_view text) {
    detail::YamlMark mark;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
        if (control) {
            mark.index = i;
            throw detail::YamlFailure{
                "ReaderError",
                "unacceptable character #x00" + std::string(1, "0123456789abcdef"[c >> 4]) +
                    std::string(1, "0123456789abcdef"[c & 15]) + ": special characters are not allowed",
                mark};
        }
        if (c == '\n') {
            ++mark.line;
            mark.column = 0;
        } else {
            ++mark.column;
        }
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
        checkInterpolations(root);
        return root;
    } catch (const detail::YamlFailure& failure) {
        return fail(placed(failure, file));
    }
}

} // namespace fathom::config
