// SPDX-License-Identifier: Apache-2.0
// Adafactor (Shazeer & Stern 2018), as nemo.core.optim.adafactor computes it: the rate it used for a
// parameter is written back to the group and is where the next parameter starts from.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

#include <algorithm>

namespace fathom::optim {
namespace {

struct AdafactorParams {
    std::optional<double> lr{};
    std::vector<double> eps{};
    double clipThreshold{};
    double decayRate{};
    std::optional<double> beta1{};
    double weightDecay{};
    bool scaleParameter{};
    bool relativeStep{};
    bool warmupInit{};
    double minStep{};

    static const config::Schema<AdafactorParams>& schema() {
        using P = AdafactorParams;
        static const auto schema = config::Schema<P>(schemas::at("Adafactor"))
                                       .bind("lr", &P::lr)
                                       .bind("eps", &P::eps)
                                       .bind("clip_threshold", &P::clipThreshold)
                                       .bind("decay_rate", &P::decayRate)
                                       .bind("beta1", &P::beta1)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("scale_parameter", &P::scaleParameter)
                                       .bind("relative_step", &P::relativeStep)
                                       .bind("warmup_init", &P::warmupInit)
                                       .bind("min_step", &P::minStep);
        return schema;
    }
    [[nodiscard]] Status check() const {
        if (warmupInit && !relativeStep)
            return fail(invalid("warmup_init", "warmup_init requires relative_step=True",
                                "Set relative_step=true or warmup_init=false"));
        if (eps.size() != 2)
            return fail(invalid("eps", "eps are not two numbers", "Give for example eps=[1e-30,0.001]"));
        return {};
    }
};

std::vector<std::int64_t> withoutAxis(const torch::Tensor& parameter, std::int64_t fromEnd) {
    std::vector<std::int64_t> shape = parameter.sizes().vec();
    if (static_cast<std::int64_t>(shape.size()) >= fromEnd) shape.erase(shape.end() - fromEnd);
    return shape;
}

torch::Tensor rootMeanSquare(const torch::Tensor& tensor) {
    return tensor.norm() / std::sqrt(static_cast<double>(tensor.numel()));
}

class Adafactor : public Grouped<AdafactorParams> {
public:
    Adafactor(Setup setup, std::vector<AdafactorParams> params)
        : Grouped(
              std::move(setup), std::move(params), StepFormat::Integer,
              {{"exp_avg", SlotType::AtLeastFloat32, [](const auto& p) { return p.sizes().vec(); }},
               {"exp_avg_sq_row", SlotType::AtLeastFloat32, [](const auto& p) { return withoutAxis(p, 1); }},
               {"exp_avg_sq_col", SlotType::AtLeastFloat32, [](const auto& p) { return withoutAxis(p, 2); }},
               {"exp_avg_sq", SlotType::AtLeastFloat32, [](const auto& p) { return p.sizes().vec(); }},
               {"RMS", SlotType::AtLeastFloat32, [](const auto&) { return Shape{}; }}}) {}

private:
    static constexpr std::size_t kMeans = 0, kRows = 1, kColumns = 2, kSquares = 3, kSize = 4;

    void prepare(std::size_t group, std::size_t index) override;
    void update(std::size_t group, const Indices& indices) override;
    /// Their rates; the group's is the last of them afterwards.
    TensorList ratesOf(std::size_t group, const Indices& indices);
    /// grad / sqrt(second moment), which this updates.
    torch::Tensor normalised(const AdafactorParams& p, std::size_t index, const torch::Tensor& grad);
};

void Adafactor::prepare(std::size_t group, std::size_t index) {
    const torch::Tensor& parameter = parameters()[index];
    const auto options = parameter.options()
                             .dtype(at::promote_types(parameter.scalar_type(), torch::kFloat32))
                             .requires_grad(false);
    const auto make = [&](std::size_t number, const Shape& shape) {
        if (!slot(number)[index].defined()) slot(number)[index] = torch::zeros(shape, options);
    };
    if (params(group).beta1) make(kMeans, parameter.sizes().vec());
    if (parameter.dim() >= 2) {
        make(kRows, withoutAxis(parameter, 1));
        make(kColumns, withoutAxis(parameter, 2));
    } else {
        make(kSquares, parameter.sizes().vec());
    }
    make(kSize, {});
}

TensorList Adafactor::ratesOf(std::size_t group, const Indices& indices) {
    const AdafactorParams& p = params(group);
    const auto relative = [&](std::size_t index) {
        const auto step = static_cast<double>(steps(index));
        return std::min(p.warmupInit ? 1e-6 * step : p.minStep, 1 / std::sqrt(step));
    };
    const torch::Tensor sizes = at::stack(subset(slot(kSize), indices));
    torch::Tensor rates = p.scaleParameter ? sizes.clamp_min(p.eps[1]) : torch::ones_like(sizes);
    if (p.relativeStep) {
        std::vector<double> factors;
        for (const std::size_t i : indices)
            factors.push_back(relative(i));
        rates = rates * torch::tensor(factors, torch::kFloat64).to(rates.options());
    } else {
        const torch::Tensor& start = rateTensor(group);
        rates = rates.cumprod(0);
        rates = start.defined() ? rates * start : rates * rate(group);
    }
    if (p.scaleParameter)
        writeBack(group, rates[-1].clone());
    else if (p.relativeStep)
        writeBack(group, relative(indices.back()));
    return rates.unbind();
}

torch::Tensor Adafactor::normalised(const AdafactorParams& p, std::size_t index, const torch::Tensor& grad) {
    const double decay = 1 - std::pow(static_cast<double>(steps(index)), p.decayRate);
    const torch::Tensor squares = grad.square().add_(p.eps[0]);
    if (grad.dim() < 2) {
        torch::Tensor& moment = slot(kSquares)[index];
        moment.mul_(decay).add_(squares, 1 - decay);
        return moment.rsqrt().mul_(grad);
    }
    torch::Tensor& rows = slot(kRows)[index];
    torch::Tensor& columns = slot(kColumns)[index];
    rows.mul_(decay).add_(squares.mean(-1), 1 - decay);
    columns.mul_(decay).add_(squares.mean(-2), 1 - decay);
    const torch::Tensor rowFactors = (rows / rows.mean(-1, true)).rsqrt_().unsqueeze(-1);
    return rowFactors.mul(columns.unsqueeze(-2).rsqrt()).mul_(grad);
}

void Adafactor::update(std::size_t group, const Indices& indices) {
    const AdafactorParams& p = params(group);
    TensorList weights; // in at least float32; those of half precision are copied back
    TensorList updates;
    for (const std::size_t i : indices) {
        const torch::Tensor& parameter = parameters()[i];
        const auto type = at::promote_types(parameter.scalar_type(), torch::kFloat32);
        weights.push_back(parameter.detach().to(type));
        slot(kSize)[i] = rootMeanSquare(weights.back());
        updates.push_back(normalised(p, i, parameter.grad().to(type)));
        updates.back().div_((rootMeanSquare(updates.back()) / p.clipThreshold).clamp_(1.0));
    }
    const TensorList rates = ratesOf(group, indices);
    at::_foreach_mul_(updates, rates);
    if (p.beta1) {
        const TensorList means = subset(slot(kMeans), indices);
        average(means, updates, *p.beta1);
        updates = means;
    }
    if (p.weightDecay != 0) {
        TensorList decays = at::_foreach_mul(weights, rates);
        at::_foreach_add_(weights, decays, -p.weightDecay);
    }
    at::_foreach_sub_(weights, updates);
    for (std::size_t k = 0; k < indices.size(); ++k)
        if (const torch::Tensor& parameter = parameters()[indices[k]];
            parameter.scalar_type() != weights[k].scalar_type())
            parameter.detach().copy_(weights[k]);
}

} // namespace

Built buildAdafactor(Setup setup) {
    for (std::size_t group = 0; group < setup.groups.size(); ++group) {
        const auto params = Grouped<AdafactorParams>::read(setup.groups[group].options);
        if (params && !params->lr && !params->relativeStep)
            return tl::unexpected(BuildError{
                group, invalid("lr", "there is no learning rate", "Give lr or set relative_step=true")});
        if (params && params->lr && params->relativeStep)
            return tl::unexpected(BuildError{group, invalid("lr",
                                                            "Cannot combine manual lr and relative_step "
                                                            "options",
                                                            "Set lr=null or relative_step=false")});
    }
    return build<Adafactor, AdafactorParams>(std::move(setup));
}

} // namespace fathom::optim
