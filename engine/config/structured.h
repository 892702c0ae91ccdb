// SPDX-License-Identifier: Apache-2.0
// Dataclasses as OmegaConf sees them: types, defaults, conversions. Read from JSON in the format of
// tests/data/hydra/schemas.json.
#pragma once

#include "engine/config/config.h"
#include "engine/config/description.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::config {

enum class TypeKind { Any, Int, Float, Bool, Str, Bytes, Path, Enum, Union, List, Dict, Class };

struct EnumType {
    std::string name{};
    std::vector<std::pair<std::string, Value>> members{};
};

struct ClassType;

/// What an annotation allows.
struct NodeType {
    TypeKind kind = TypeKind::Any;
    bool optional = false;
    std::string text{};                        ///< without Optional, as Python writes it: "int", "List[int]"
    std::shared_ptr<const NodeType> key{};     ///< Dict
    std::shared_ptr<const NodeType> element{}; ///< Dict and List
    std::vector<std::shared_ptr<const NodeType>> alternatives{}; ///< Union
    std::shared_ptr<const EnumType> enumeration{};
    std::string className{}; ///< Class

    [[nodiscard]] bool isContainer() const {
        return kind == TypeKind::List || kind == TypeKind::Dict || kind == TypeKind::Class;
    }
};

struct ClassField {
    std::string name{};
    std::shared_ptr<const NodeType> type{};
    /// "???" when missing, {"$dataclass": name} for an instance, which may also have "$fields" that differ
    /// from the class's defaults.
    Value defaultValue{};
};

struct ClassType {
    std::string name{};
    std::vector<std::string> ancestors{}; ///< every base class, direct or not
    std::vector<ClassField> fields{};

    [[nodiscard]] bool isSubclassOf(std::string_view other) const;
};

/// Hydra's ConfigStore. Immutable once built.
class SchemaStore {
public:
    /// Reads dataclasses and enums; each is registered as `schema_<Name>` and, in every group, as
    /// `<name>_schema`. Errors (BadInput) name the file.
    [[nodiscard]] static Result<std::shared_ptr<SchemaStore>> load(const std::filesystem::path& file);
    /// A store that has what `base` has.
    [[nodiscard]] static std::shared_ptr<SchemaStore> over(const SchemaStore& base);
    /// Reads more of them. Errors (BadInput) name the file.
    [[nodiscard]] Status loadMore(const std::filesystem::path& file);
    /// Registers a described struct.
    void add(const Description& description);
    /// Registers a class under another name, such as the primary config's own.
    [[nodiscard]] Status alias(const std::string& name, const std::string& className);

    /// By registered name; null when there is none.
    [[nodiscard]] std::shared_ptr<const ClassType> find(const std::string& registered) const;
    [[nodiscard]] std::shared_ptr<const ClassType> classNamed(const std::string& name) const;
    [[nodiscard]] std::shared_ptr<const NodeType> parseType(std::string_view text) const;

private:
    void addClasses(const Value::Map& classes);
    void add(std::shared_ptr<const ClassType> type);
    std::map<std::string, std::shared_ptr<const ClassType>> m_classes;
    std::map<std::string, std::shared_ptr<const EnumType>> m_enums;
    std::map<std::string, std::string> m_registered;
    std::vector<std::string> m_grouped; ///< classes that are also `<name>_schema` in every group
};

namespace detail {

/// An instance with its defaults; every node carries its type. Layer::Dataclass.
[[nodiscard]] Node instantiate(const std::shared_ptr<const ClassType>& type, const SchemaStore& store);

/// The value as the scalar type wants it (null, "???" and interpolations pass where they may). Errors are
/// ValidationError.
[[nodiscard]] Result<Value> convertTo(const NodeType& type, const Value& value);

/// The map key as the key type wants it. Errors are KeyValidationError.
[[nodiscard]] Result<Value> convertKey(const NodeType& type, const Value& key);

} // namespace detail

} // namespace fathom::config
