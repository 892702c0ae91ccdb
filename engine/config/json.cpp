// SPDX-License-Identifier: Apache-2.0
#include "engine/config/json.h"

namespace fathom::config {

std::string configJson(const Value& value) {
    if (value.isList()) {
        std::string out = "[";
        for (const Value& item : value.asList())
            out += (out.size() > 1 ? ", " : "") + configJson(item);
        return out + "]";
    }
    if (!value.isMap()) return toJson(value);
    if (const Value* digits = value.asMap().find("$int");
        digits && value.asMap().size() == 1 && digits->isString())
        return digits->asString();
    std::string out = "{";
    for (const auto& [key, item] : value.asMap())
        out += (out.size() > 1 ? ", " : "") + toJson(Value(key)) + ": " + configJson(item);
    return out + "}";
}

} // namespace fathom::config
