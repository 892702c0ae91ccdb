// SPDX-License-Identifier: GPL-3.0-or-later
#include "sine_data.h"

#include "engine/config/schema.h"

#include <numbers>

namespace example {

namespace {

using namespace fathom;

struct SineParams {
    std::int64_t points = 256;
    double frequency = 1.0;
    int batchSize = 32;
    bool shuffle = false;
};

const config::Schema<SineParams>& schema() {
    static const auto schema =
        config::Schema<SineParams>("SineData")
            .field("points", &SineParams::points, "points from -1 to 1", {.minimum = 1})
            .field("frequency", &SineParams::frequency, "periods between -1 and 1")
            .field("batch_size", &SineParams::batchSize, "points in a batch", {.minimum = 1})
            .field("shuffle", &SineParams::shuffle, "a new order each epoch");
    return schema;
}

} // namespace

SineData::SineData(torch::Tensor x, torch::Tensor y, const model::LoaderOptions& loader)
    : m_x(std::move(x)), m_y(std::move(y)), m_loader(loader) {}

Result<std::shared_ptr<const SineData>> SineData::read(const config::Config& config,
                                                       const std::string& path) {
    if (!config.find(path)) return nullptr;
    const Result<SineParams> params = schema().read(config, path);
    if (!params) return fail(params.error());
    const torch::Tensor x = torch::linspace(-1, 1, params->points).unsqueeze(1);
    const torch::Tensor y = torch::sin(x * (std::numbers::pi * params->frequency));
    return std::shared_ptr<const SineData>(
        new SineData(x, y, {.batchSize = params->batchSize, .shuffle = params->shuffle}));
}

Result<model::Batch> SineData::load(std::span<const std::int64_t> indices) const {
    const torch::Tensor rows = torch::tensor(at::IntArrayRef(indices.data(), indices.size()), torch::kInt64);
    model::Batch batch{.tensors = {m_x.index_select(0, rows), m_y.index_select(0, rows)}};
    for (const std::int64_t index : indices)
        batch.sources.push_back("point " + std::to_string(index));
    return batch;
}

std::string SineData::summary() const {
    return std::to_string(size()) + " points";
}

} // namespace example
