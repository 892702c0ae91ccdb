// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/text_values.h"

#include "engine/base/file.h"
#include "engine/config/config.h"
#include "engine/config/yaml_reader.h"

#include <charconv>
#include <cmath>

namespace fathom::exchange {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

template <class Number> std::optional<Number> whole(std::string_view text) {
    Number number{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end != text.data() + text.size() || problem == std::errc::invalid_argument) return std::nullopt;
    if (problem == std::errc::result_out_of_range) return std::nullopt;
    return number;
}

} // namespace

std::optional<double> numberIn(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    if (auto number = whole<double>(text)) return number;
    // Out of range: what strtod makes of it, which is 0 or infinite.
    if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
        return std::nullopt;
    const std::string copy(text);
    char* end = nullptr;
    const double number = std::strtod(copy.c_str(), &end);
    return *end == '\0' ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> integerIn(std::string_view text) {
    text = trimmed(text);
    if (auto integer = whole<std::int64_t>(text)) return integer;
    const std::optional<double> number = numberIn(text);
    if (!number || std::trunc(*number) != *number || std::abs(*number) > 9e15) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

Value plainValue(std::string_view text) {
    if (text == "True" || text == "true") return Value(true);
    if (text == "False" || text == "false") return Value(false);
    if (text == "None" || text == "null") return {};
    if (const auto integer = whole<std::int64_t>(text)) return Value(*integer);
    if (const auto number = whole<double>(text)) return Value(*number);
    return Value(text);
}

Result<Value> readYamlFile(const std::filesystem::path& path) {
    const Result<std::string> text = readFile(path);
    if (!text) return fail(text.error());
    Result<config::Node> node = config::readYaml(*text, path.string(), {});
    if (!node) {
        Error error = node.error();
        error.kind = ErrorKind::BadInput;
        return fail(std::move(error));
    }
    return config::Config(std::move(*node)).unresolved();
}

double modifiedAt(const std::filesystem::path& path) {
    const auto identity = identify(path);
    return identity ? static_cast<double>(identity->modified) * 1e-9 : 0;
}

std::string wholePath(const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::weakly_canonical(path, error);
    return error ? path.string() : whole.string();
}

} // namespace fathom::exchange
