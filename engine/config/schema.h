// SPDX-License-Identifier: Apache-2.0
// Parameter structs described once: the description is the default layer, the validator, the tooltip and the
// conversion. What NeMo has too is described in engine/config/schemas, which needs no LibTorch, and bound to
// members where it is read:
//
//   struct NovogradParams { double lr{}; std::vector<double> betas{}; };
//   const config::Schema<NovogradParams>& novogradSchema() {
//       static const auto schema = config::Schema<NovogradParams>(schemas::at("Novograd"))
//           .bind("lr", &NovogradParams::lr)
//           .bind("betas", &NovogradParams::betas);   // defaults, ranges and help are the description's
//       return schema;
//   }
//   Result<NovogradParams> params = novogradSchema().read(config, "model.optim");
#pragma once

#include "engine/config/config.h"
#include "engine/config/convert.h"
#include "engine/config/description.h"

#include <cassert>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::config {

namespace detail {

/// The checks that do not depend on the struct: null, "???", range, choices, unknown keys. Errors have the
/// field's name as key.
[[nodiscard]] Status checkField(const Field& field, const Value& value);
[[nodiscard]] Status checkRequired(const Field& field);
[[nodiscard]] Status checkUnknown(const Description& description, const Value::Map& given);
/// Whether OmegaConf would take the value for the field's type; nested structs are left to their own
/// description.
[[nodiscard]] Status checkType(const Field& field, const Value& value);
[[nodiscard]] Error unknownKey(const Description& description, const std::string& key);
[[nodiscard]] Error notAMap(const std::string& schema, const Value& value);
/// `error` of a read at `path`: full key, file, line and column filled in.
[[nodiscard]] Error placed(const Config& config, std::string_view path, Error error);
[[nodiscard]] Error inside(const std::string& field, Error error);

} // namespace detail

/// Immutable once built; any thread may read with it. Cheap to copy only while small: keep one static
/// instance.
template <class T> class Schema {
public:
    /// A struct that only this program has; field() describes its members.
    explicit Schema(std::string name) { m_description.name = std::move(name); }
    /// A struct that is described already; bind() says which member holds which field. Fields without a
    /// member are checked and not kept.
    explicit Schema(const Description& description)
        : m_description(description), m_setters(description.fields.size()) {}

    /// Describes a member whose default is that of `T{}`. Types: bool, integers, floating point, std::string,
    /// Value, and std::optional and std::vector of these.
    template <class M>
    Schema& field(std::string name, M T::*member, std::string help = {}, FieldOptions options = {}) {
        return add(std::move(name), detail::typeNameOf<M>(), detail::toValue(T{}.*member), std::move(help),
                   std::move(options), setter(member));
    }
    /// The same for a member that must be given (`???`).
    template <class M>
    Schema& required(std::string name, M T::*member, std::string help = {}, FieldOptions options = {}) {
        add(std::move(name), detail::typeNameOf<M>(), Value("???"), std::move(help), std::move(options),
            setter(member));
        m_description.fields.back().required = true;
        return *this;
    }
    /// A nested described struct; `N` may be `std::optional<S>`, which stays empty when the key is absent or
    /// null.
    template <class N, class S>
    Schema& nested(std::string name, N T::*member, const Schema<S>& schema, std::string help = {}) {
        Value defaults = schema.defaults();
        if constexpr (detail::IsOptional<N>::value) defaults = Value{};
        add(std::move(name), schema.name(), std::move(defaults), std::move(help), {},
            nestedSetter(member, schema));
        m_description.fields.back().nested = std::make_shared<const Description>(schema.description());
        return *this;
    }

    /// The member that holds a described field. Its default becomes the description's.
    template <class M> Schema& bind(std::string_view name, M T::*member) {
        return bindTo(name, setter(member));
    }
    /// The same for a field that is a described struct.
    template <class N, class S> Schema& bind(std::string_view name, N T::*member, const Schema<S>& schema) {
        return bindTo(name, nestedSetter(member, schema));
    }

    /// Lets keys pass that are not described.
    Schema& open() {
        m_description.isOpen = true;
        return *this;
    }

    [[nodiscard]] const std::string& name() const { return m_description.name; }
    [[nodiscard]] const Description& description() const { return m_description; }
    [[nodiscard]] const std::vector<Field>& fields() const { return m_description.fields; }
    [[nodiscard]] Value defaults() const { return m_description.defaults(); }

    /// Converts plain data. Errors (Usage) have OmegaConf's class and text, and the key below this struct.
    [[nodiscard]] Result<T> read(const Value& value) const {
        T out = m_prototype;
        if (!value.isMap()) return fail(detail::notAMap(name(), value));
        const Value::Map& given = value.asMap();
        if (Status status = detail::checkUnknown(m_description, given); !status) return fail(status.error());
        for (std::size_t i = 0; i < fields().size(); ++i) {
            const Field& field = fields()[i];
            const Value* item = given.find(field.name);
            if (!item) {
                if (Status status = detail::checkRequired(field); !status) return fail(status.error());
                continue;
            }
            if (Status status = detail::checkField(field, *item); !status) return fail(status.error());
            const Status set = m_setters[i] ? m_setters[i](out, *item) : detail::checkType(field, *item);
            if (!set) return fail(m_setters[i] ? detail::inside(field.name, set.error()) : set.error());
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
    using Setter = std::function<Status(T&, const Value&)>;

    template <class M> static Setter setter(M T::*member) {
        return [member](T& target, const Value& value) { return detail::assign<M>(value, target.*member); };
    }
    template <class N, class S> static Setter nestedSetter(N T::*member, const Schema<S>& schema) {
        return [member, schema](T& target, const Value& value) -> Status {
            if constexpr (detail::IsOptional<N>::value) {
                if (value.isNull()) {
                    (target.*member).reset();
                    return {};
                }
            }
            Result<S> inner = schema.read(value);
            if (!inner) return fail(inner.error());
            target.*member = std::move(*inner);
            return {};
        };
    }
    Schema& add(std::string name, std::string type, Value defaultValue, std::string help,
                FieldOptions options, Setter set) {
        Field field;
        field.name = std::move(name);
        field.type = std::move(type);
        field.defaultValue = std::move(defaultValue);
        field.help = std::move(help);
        field.options = std::move(options);
        m_description.fields.push_back(std::move(field));
        m_setters.push_back(std::move(set));
        return *this;
    }
    Schema& bindTo(std::string_view name, Setter set) {
        const Field* field = m_description.field(name);
        assert(field && "the description has no such field");
        if (!field->required) {
            [[maybe_unused]] const Status fits = set(m_prototype, field->defaultValue);
            assert(fits && "the member cannot hold the described default");
        }
        m_setters[static_cast<std::size_t>(field - m_description.fields.data())] = std::move(set);
        return *this;
    }

    T m_prototype{}; ///< with the described defaults
    Description m_description;
    std::vector<Setter> m_setters; ///< one for each field; empty where no member holds it
};

} // namespace fathom::config
