// SPDX-License-Identifier: Apache-2.0
// The config of runs as rows: one for each leaf, the files and overrides it came from, and the environment.
// Internal to engine/store; throws DatabaseError.
#pragma once

#include "engine/store/database.h"
#include "engine/store/types.h"

#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

namespace fathom::store {

/// Within the caller's transactions. Remembers the ids of keys and origins, which no purge takes out.
class ConfigWriter {
public:
    explicit ConfigWriter(Database& database);
    void write(RunId run, std::span<const ConfigLeaf> leaves);
    void write(RunId run, std::span<const ConfigLayer> layers);
    void write(RunId run, const Environment& environment);
    /// After a transaction that was rolled back: it took new ids with it.
    void forget();

private:
    [[nodiscard]] std::int64_t keyId(const std::string& name);
    [[nodiscard]] std::int64_t originId(const std::string& layer, const std::string& place);
    [[nodiscard]] std::int64_t textId(const std::string& text);

    Statement m_insertKey;
    Statement m_findKey;
    Statement m_insertOrigin;
    Statement m_findOrigin;
    Statement m_insertValue;
    Statement m_insertText;
    Statement m_findText;
    Statement m_insertLayer;
    Statement m_insertEnvironment;
    std::unordered_map<std::string, std::int64_t> m_keys;
    std::map<std::pair<std::string, std::string>, std::int64_t> m_origins; ///< by layer and place
};

/// The value that a row's `type` and `value` columns say.
[[nodiscard]] Value readValue(const Statement& row, int typeColumn, int valueColumn);

} // namespace fathom::store
