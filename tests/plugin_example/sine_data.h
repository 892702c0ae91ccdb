// SPDX-License-Identifier: GPL-3.0-or-later
// Points of a sine: a data set that needs no files.
#pragma once

#include "engine/config/config.h"
#include "engine/model/model.h"

namespace example {

class SineData : public fathom::model::Dataset {
public:
    /// Reads the section at `path`; null when the config has none.
    [[nodiscard]] static fathom::Result<std::shared_ptr<const SineData>>
    read(const fathom::config::Config& config, const std::string& path);

    [[nodiscard]] std::int64_t size() const override { return m_x.size(0); }
    [[nodiscard]] const fathom::model::LoaderOptions& loader() const override { return m_loader; }
    /// x [B, 1] and y [B, 1], float32.
    [[nodiscard]] fathom::Result<fathom::model::Batch>
    load(std::span<const std::int64_t> indices) const override;
    [[nodiscard]] std::string summary() const override;

private:
    SineData(torch::Tensor x, torch::Tensor y, const fathom::model::LoaderOptions& loader);

    torch::Tensor m_x;
    torch::Tensor m_y;
    fathom::model::LoaderOptions m_loader;
};

} // namespace example
