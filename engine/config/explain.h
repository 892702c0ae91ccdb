// SPDX-License-Identifier: Apache-2.0
// Why a key has its value: every assignment in order, what an interpolation is computed from, and who depends
// on the key.
#pragma once

#include "engine/config/config.h"

#include <string>
#include <string_view>
#include <vector>

namespace fathom::config {

/// Something that an interpolation reads.
struct InterpolationSource {
    std::string key{};            ///< absolute; "oc.env:HOME" for what a resolver reads
    bool exists = false;          ///< for keys: whether the config has it
    Value value{};                ///< resolved; null where that fails
    std::string where{};          ///< of the assignment that gave the value, as Assignment::where()
    bool isInterpolation = false; ///< it is computed itself: explain it to go on
};

struct Explanation {
    std::string key{};
    Value value{}; ///< as composed, interpolations as their text; null for a removed key
    bool removed = false;
    std::vector<Assignment> assignments{};      ///< oldest first, the last one wins
    std::vector<InterpolationSource> sources{}; ///< what the value's interpolations read, in order, each once
    std::vector<std::string> references{};      ///< the keys among them
    std::vector<std::string>
        dependents{}; ///< keys whose interpolations name this key, one above or one below it
};

/// Errors (Usage): the key never existed; the nearest existing key is suggested.
[[nodiscard]] Result<Explanation> explain(const Config& config, std::string_view key);

/// The absolute keys that a text's interpolations name, for a value that stands at `key`. Keys that are
/// themselves computed are left out: they need a config (see Explanation::sources).
[[nodiscard]] std::vector<std::string> referencesOf(const std::string& text, std::string_view key);

/// Every key of the config, containers too, in order.
[[nodiscard]] std::vector<std::string> allKeys(const Config& config);

} // namespace fathom::config
