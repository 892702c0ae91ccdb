// SPDX-License-Identifier: Apache-2.0
#include "engine/store/config_rows.h"

#include "engine/base/checksum.h"

namespace fathom::store {

namespace {

/// Numbers and texts lie as SQLite's own, so that any tool can compare them; the rest as JSON.
void bindValue(Statement& statement, int index, const Value& value, std::string& text) {
    switch (value.type()) {
    case Value::Type::Null:
        return statement.setNull(index);
    case Value::Type::Bool:
        return statement.set(index, value.asBool() ? 1 : 0);
    case Value::Type::Int:
        return statement.set(index, value.asInt());
    case Value::Type::Float:
        return statement.set(index, value.asFloat()); // NaN becomes NULL
    case Value::Type::String:
        return statement.set(index, value.asString());
    case Value::Type::List:
    case Value::Type::Map:
        text = toJson(value);
        return statement.set(index, text);
    }
}

std::int64_t idOf(Statement& find) {
    const std::int64_t id = find.step() ? find.integer(0) : 0;
    find.reset();
    return id;
}

} // namespace

ConfigWriter::ConfigWriter(Database& database)
    : m_insertKey(database, "INSERT INTO config_keys(name) VALUES(?) RETURNING id"),
      m_findKey(database, "SELECT id FROM config_keys WHERE name = ?"),
      m_insertOrigin(database, "INSERT INTO config_origins(layer, place) VALUES(?, ?) RETURNING id"),
      m_findOrigin(database, "SELECT id FROM config_origins WHERE layer = ? AND place = ?"),
      m_insertValue(database, "INSERT OR REPLACE INTO config_values(key, run, origin, position, type, value) "
                              "VALUES(?, ?, ?, ?, ?, ?)"),
      m_insertText(database, "INSERT INTO texts(sha256, text) VALUES(?, ?) RETURNING id"),
      m_findText(database, "SELECT id FROM texts WHERE sha256 = ?"),
      m_insertLayer(database,
                    "INSERT OR REPLACE INTO layers(run, position, kind, name, text) VALUES(?, ?, ?, ?, ?)"),
      m_insertEnvironment(database, "INSERT OR REPLACE INTO environment(name, run, value) VALUES(?, ?, ?)") {}

void ConfigWriter::forget() {
    m_keys.clear();
    m_origins.clear();
}

std::int64_t ConfigWriter::keyId(const std::string& name) {
    std::int64_t& id = m_keys[name];
    if (id == 0) id = idOf(m_findKey.bind(name));
    if (id == 0) id = idOf(m_insertKey.bind(name));
    return id;
}

std::int64_t ConfigWriter::originId(const std::string& layer, const std::string& place) {
    std::int64_t& id = m_origins[{layer, place}];
    if (id == 0) id = idOf(m_findOrigin.bind(layer, place));
    if (id == 0) id = idOf(m_insertOrigin.bind(layer, place));
    return id;
}

std::int64_t ConfigWriter::textId(const std::string& text) {
    const std::string digest = sha256Hex(std::as_bytes(std::span(text)));
    if (const std::int64_t id = idOf(m_findText.bind(digest)); id != 0) return id;
    return idOf(m_insertText.bind(digest, text));
}

void ConfigWriter::write(RunId run, std::span<const ConfigLeaf> leaves) {
    std::string text;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const ConfigLeaf& leaf = leaves[i];
        m_insertValue.bind(keyId(leaf.key), run, originId(leaf.layer, leaf.origin),
                           static_cast<std::int64_t>(i), leaf.value.typeName());
        bindValue(m_insertValue, 6, leaf.value, text);
        m_insertValue.run();
    }
}

void ConfigWriter::write(RunId run, std::span<const ConfigLayer> layers) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const ConfigLayer& layer = layers[i];
        m_insertLayer.bind(run, static_cast<std::int64_t>(i), layer.kind, layer.name, textId(layer.text))
            .run();
    }
}

void ConfigWriter::write(RunId run, const Environment& environment) {
    for (const auto& [name, value] : environment)
        m_insertEnvironment.bind(name, run, value).run();
}

Value readValue(const Statement& row, int typeColumn, int valueColumn) {
    const std::string_view type = row.bytes(typeColumn);
    if (type == "null") return {};
    if (type == "bool") return row.integer(valueColumn) != 0;
    if (type == "int") return row.integer(valueColumn);
    if (type == "float") return row.real(valueColumn);
    if (type == "str") return row.text(valueColumn);
    Result<Value> parsed = fromJson(row.text(valueColumn));
    return parsed ? std::move(*parsed) : Value(row.text(valueColumn));
}

} // namespace fathom::store
