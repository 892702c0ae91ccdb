// SPDX-License-Identifier: Apache-2.0
// Plain values to typed ones, accepting and refusing what OmegaConf's structured configs do.
#pragma once

#include "engine/base/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace fathom::config {

/// An error of OmegaConf's class and text; the caller adds key and position.
[[nodiscard]] Error conversionError(std::string className, std::string why, std::string remedy);

/// int and strings of an int; not float, bool, "3.0".
[[nodiscard]] Result<std::int64_t> toInt(const Value& value);
/// float, int and numeric strings; not bool.
[[nodiscard]] Result<double> toFloat(const Value& value);
/// bool, int (non-zero is true), and yes, y, on, true, 1, no, n, off, false, 0 in any case; not float.
[[nodiscard]] Result<bool> toBool(const Value& value);
/// any scalar as Python's str() writes it; not list, dict or null.
[[nodiscard]] Result<std::string> toText(const Value& value);

/// The value as Python's str() writes it: True, None, 1e-09, [1, 'a'], {'k': 1}.
[[nodiscard]] std::string pythonStr(const Value& value);
/// The value as Python's repr() writes it: strings in quotes.
[[nodiscard]] std::string pythonRepr(const Value& value);
/// Python's type name: int, float, bool, str, NoneType, list, dict.
[[nodiscard]] std::string pythonTypeName(const Value& value);

/// Whether a map of this key alone has a meaning of its own: {"$enum": …}, {"$map": …} and the like.
[[nodiscard]] bool isReservedKey(std::string_view key);
/// A map of [key, value] pairs, the last of equal keys winning. With keys that are not strings, or that alone
/// would be taken for something else, it is {"$map": pairs}.
[[nodiscard]] Value mapOfPairs(Value::List pairs);

/// Whether the scalar is OmegaConf's MISSING.
[[nodiscard]] inline bool isMissing(const Value& value) {
    return value.isString() && value.asString() == "???";
}

namespace detail {

template <class M> struct IsOptional : std::false_type {};
template <class M> struct IsOptional<std::optional<M>> : std::true_type {};
template <class M> struct IsVector : std::false_type {};
template <class M> struct IsVector<std::vector<M>> : std::true_type {};

/// The name of a member's type as Python writes it: int, float, Optional[int], List[str], Any.
template <class M> std::string typeNameOf() {
    if constexpr (IsOptional<M>::value)
        return "Optional[" + typeNameOf<typename M::value_type>() + "]";
    else if constexpr (IsVector<M>::value)
        return "List[" + typeNameOf<typename M::value_type>() + "]";
    else if constexpr (std::is_same_v<M, bool>)
        return "bool";
    else if constexpr (std::is_integral_v<M>)
        return "int";
    else if constexpr (std::is_floating_point_v<M>)
        return "float";
    else if constexpr (std::is_same_v<M, std::string>)
        return "str";
    else
        return "Any";
}

/// The default of a member as plain data.
template <class M> Value toValue(const M& member) {
    if constexpr (IsOptional<M>::value)
        return member ? toValue(*member) : Value{};
    else if constexpr (IsVector<M>::value) {
        Value::List list;
        for (const auto& item : member)
            list.push_back(toValue<typename M::value_type>(item));
        return list;
    } else if constexpr (std::is_same_v<M, bool>)
        return Value(member);
    else if constexpr (std::is_integral_v<M>)
        return Value(static_cast<std::int64_t>(member));
    else if constexpr (std::is_floating_point_v<M>)
        return Value(static_cast<double>(member));
    else
        return Value(member);
}

template <class M> Status assign(const Value& value, M& member);

template <class M> Status assignList(const Value& value, M& member) {
    if (!value.isList())
        return fail(conversionError("ValidationError",
                                    "Invalid value assigned: " + pythonTypeName(value) +
                                        " is not a ListConfig, list or tuple.",
                                    "Give a list: [" + pythonStr(value) + "]"));
    M items;
    for (std::size_t i = 0; i < value.asList().size(); ++i) {
        typename M::value_type item{};
        if (Status status = assign<typename M::value_type>(value.asList()[i], item); !status) {
            Error error = status.error();
            error.key = std::to_string(i) + (error.key.empty() ? "" : "." + error.key);
            return fail(std::move(error));
        }
        items.push_back(std::move(item));
    }
    member = std::move(items);
    return {};
}

template <class M> Status assignInt(const Value& value, M& member) {
    const Result<std::int64_t> number = toInt(value);
    if (!number) return fail(number.error());
    member = static_cast<M>(*number);
    if (static_cast<std::int64_t>(member) != *number)
        return fail(conversionError("ValidationError",
                                    "Value '" + pythonStr(value) + "' does not fit an int of " +
                                        std::to_string(sizeof(M) * 8) + " bits",
                                    "Give a smaller number"));
    return {};
}

/// Converts `value` into a member of one of the supported types.
template <class M> Status assign(const Value& value, M& member) {
    if constexpr (IsOptional<M>::value) {
        if (value.isNull()) {
            member.reset();
            return {};
        }
        typename M::value_type inner{};
        if (Status status = assign<typename M::value_type>(value, inner); !status) return status;
        member = std::move(inner);
        return {};
    } else if constexpr (std::is_same_v<M, Value>) {
        member = value;
        return {};
    } else {
        if (value.isNull())
            return fail(conversionError("ValidationError", "field is not Optional",
                                        "Give a value or remove the key"));
        if constexpr (IsVector<M>::value)
            return assignList(value, member);
        else if constexpr (std::is_same_v<M, bool>)
            return toBool(value).map([&](bool converted) { member = converted; });
        else if constexpr (std::is_integral_v<M>)
            return assignInt(value, member);
        else if constexpr (std::is_floating_point_v<M>)
            return toFloat(value).map([&](double converted) { member = static_cast<M>(converted); });
        else
            return toText(value).map([&](std::string converted) { member = std::move(converted); });
    }
}

} // namespace detail

} // namespace fathom::config
