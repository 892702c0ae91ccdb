// SPDX-License-Identifier: Apache-2.0
// An optimizer whose groups are each described by a parameter struct: what most optimizers, of plugins too,
// are.
#pragma once

#include "engine/config/schema.h"
#include "engine/optim/optimizer.h"

#include <cmath>

namespace fathom::optim {

/// A value that PyTorch's or NeMo's constructor refuses. `key` is the field's name.
[[nodiscard]] Error invalid(std::string key, std::string why, std::string remedy);

/// Two numbers (or three) in [0, 1).
[[nodiscard]] Status checkBetas(const std::vector<double>& betas, std::size_t count);

/// The keys of `options` that the struct has: groups also hold what schedules and PyTorch add.
[[nodiscard]] Value::Map known(const Value::Map& options, const config::Description& description);

/// `Params` has `static const config::Schema<Params>& schema()` and `Status check() const`.
template <class Params> class Grouped : public Optimizer {
protected:
    Grouped(Setup setup, std::vector<Params> params, StepFormat stepFormat, std::vector<Slot> slots)
        : Optimizer(std::move(setup), stepFormat, std::move(slots)), m_params(std::move(params)) {}

    [[nodiscard]] const Params& params(std::size_t group) const { return m_params[group]; }

    Status readOptions(const std::vector<Value::Map>& options) override {
        std::vector<Params> params;
        for (const Value::Map& each : options) {
            Result<Params> read = Grouped::read(each);
            if (!read) return fail(std::move(read.error()));
            params.push_back(std::move(*read));
        }
        m_params = std::move(params);
        return {};
    }

public:
    [[nodiscard]] static Result<Params> read(const Value::Map& options) {
        const auto& schema = Params::schema();
        Result<Params> params = schema.read(Value(known(options, schema.description())));
        if (!params) return params;
        if (Status status = params->check(); !status) return fail(status.error());
        return params;
    }

private:
    std::vector<Params> m_params;
};

/// Reads the options of every group and constructs T from them.
template <class T, class Params> [[nodiscard]] Built build(Setup setup) {
    std::vector<Params> params;
    for (std::size_t group = 0; group < setup.groups.size(); ++group) {
        Result<Params> read = Grouped<Params>::read(setup.groups[group].options);
        if (!read) return tl::unexpected(BuildError{group, std::move(read.error())});
        params.push_back(std::move(*read));
    }
    return std::unique_ptr<Optimizer>(std::make_unique<T>(std::move(setup), std::move(params)));
}

} // namespace fathom::optim
