// SPDX-License-Identifier: Apache-2.0
// Parameter structs described once: the description is the default layer, the validator, the tooltip and the
// conversion.
//
//   struct OptimParams { std::string name = "adam"; std::optional<double> lr; std::vector<double> betas{0.9,
//   0.999}; }; const config::Schema<OptimParams>& optimSchema() {
//       static const auto schema = config::Schema<OptimParams>("OptimParams")
//           .field("name", &OptimParams::name, "optimizer", {.choices = {"adam", "adamw", "novograd"}})
//           .field("lr", &OptimParams::lr, "learning rate", {.minimum = 0})
//           .field("betas", &OptimParams::betas, "decay rates of the two moments");
//       return schema;
//   }
//   Result<OptimParams> params = optimSchema().read(config, "model.optim");
#pragma once

#include "engine/config/config.h"
#include "engine/config/convert.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fathom::config {

struct FieldOptions {
    std::optional<double> minimum{};    ///< inclusive
    std::optional<double> maximum{};    ///< inclusive
    std::vector<std::string> choices{}; ///< for strings: the only ones allowed
};

/// One field, untyped: what a tree shows of it.
struct Field {
    std::string name{};
    std::string
        type{}; ///< as Python writes it: "float", "Optional[int]", "List[str]", "Any", or a schema's name
    Value defaultValue{}; ///< "???" when the field must be given
    std::string help{};   ///< one line
    FieldOptions options{};
    std::vector<Field> nested{}; ///< fields of a nested struct
    bool required = false;
};

namespace detail {

/// The checks that do not depend on the struct: null, "???", range, choices, unknown keys. Errors have the
/// field's name as key.
[[nodiscard]] Status checkField(const Field& field, const Value& value);
[[nodiscard]] Status checkRequired(const Field& field, const Value::Map& given);
[[nodiscard]] Status checkUnknown(const std::string& schema, const std::vector<Field>& fields,
                                  const Value::Map& given);
[[nodiscard]] Error notAMap(const std::string& schema, const Value& value);
/// `error` of a read at `path`: full key, file, line and column filled in.
[[nodiscard]] Error placed(const Config& config, std::string_view path, Error error);
[[nodiscard]] Error inside(const std::string& field, Error error);

} // namespace detail

/// Immutable once built; any thread may read with it. Cheap to copy only while small: keep one static
/// instance.
template <class T> class Schema {
public:
    explicit Schema(std::string name) : m_name(std::move(name)) {}

    /// Describes a member whose default is that of `T{}`. Types: bool, integers, floating point, std::string,
    /// Value, and std::optional and std::vector of these.
    template <class M>
    Schema& field(std::string name, M T::*member, std::string help = {}, FieldOptions options = {}) {
        return add(Field{std::move(name),
                         detail::typeNameOf<M>(),
                         detail::toValue(T{}.*member),
                         std::move(help),
                         std::move(options),
                         {},
                         false},
                   member);
    }
    /// The same for a member that must be given (`???`).
    template <class M>
    Schema& required(std::string name, M T::*member, std::string help = {}, FieldOptions options = {}) {
        return add(Field{std::move(name),
                         detail::typeNameOf<M>(),
                         Value("???"),
                         std::move(help),
                         std::move(options),
                         {},
                         true},
                   member);
    }
    /// A nested described struct; `N` may be `std::optional<S>`, which stays empty when the key is absent or
    /// null.
    template <class N, class S>
    Schema& nested(std::string name, N T::*member, const Schema<S>& schema, std::string help = {}) {
        Value defaults = schema.defaults();
        if constexpr (detail::IsOptional<N>::value) defaults = Value{};
        m_fields.push_back(Field{std::move(name),
                                 schema.name(),
                                 std::move(defaults),
                                 std::move(help),
                                 {},
                                 schema.fields(),
                                 false});
        m_setters.push_back([member, schema](T& target, const Value& value) -> Status {
            if constexpr (detail::IsOptional<N>::value) {
                if (value.isNull()) return {};
            }
            Result<S> inner = schema.read(value);
            if (!inner) return fail(inner.error());
            target.*member = std::move(*inner);
            return {};
        });
        return *this;
    }
    /// Lets keys pass that are not described.
    Schema& open() {
        m_open = true;
        return *this;
    }

    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] const std::vector<Field>& fields() const { return m_fields; }
    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] Value defaults() const {
        Value::Map map;
        for (const Field& each : m_fields)
            map.set(each.name, each.defaultValue);
        return map;
    }

    /// Converts plain data. Errors (Usage) have OmegaConf's class and text, and the key below this struct.
    [[nodiscard]] Result<T> read(const Value& value) const {
        T out{};
        if (!value.isMap()) return fail(detail::notAMap(m_name, value));
        const Value::Map& given = value.asMap();
        if (!m_open)
            if (Status status = detail::checkUnknown(m_name, m_fields, given); !status)
                return fail(status.error());
        for (std::size_t i = 0; i < m_fields.size(); ++i) {
            const Value* item = given.find(m_fields[i].name);
            if (!item) {
                if (Status status = detail::checkRequired(m_fields[i], given); !status)
                    return fail(status.error());
                continue;
            }
            if (Status status = detail::checkField(m_fields[i], *item); !status) return fail(status.error());
            if (Status status = m_setters[i](out, *item); !status)
                return fail(detail::inside(m_fields[i].name, status.error()));
        }
        return out;
    }

    /// Converts the subtree at `path` ("" for the root) with its interpolations resolved. An absent subtree
    /// reads as the defaults. Errors also carry file, line and column.
    [[nodiscard]] Result<T> read(const Config& config, std::string_view path) const {
        if (!config.find(path))
            return read(Value(Value::Map{})).map_error([&](Error error) {
                return detail::placed(config, path, std::move(error));
            });
        const Result<Value> value = config.resolved(path);
        if (!value) return fail(value.error());
        return read(*value).map_error(
            [&](Error error) { return detail::placed(config, path, std::move(error)); });
    }

private:
    template <class M> Schema& add(Field description, M T::*member) {
        m_fields.push_back(std::move(description));
        m_setters.push_back(
            [member](T& target, const Value& value) { return detail::assign<M>(value, target.*member); });
        return *this;
    }

    std::string m_name;
    std::vector<Field> m_fields;
    std::vector<std::function<Status(T&, const Value&)>> m_setters;
    bool m_open = false;
};

} // namespace fathom::config
