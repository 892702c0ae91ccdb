// SPDX-License-Identifier: Apache-2.0
#include "engine/train/checkpointer.h"

#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "engine/run/archive_manifest.h"
#include "engine/train/text.h"

#include <cmath>

namespace fathom::train {
namespace {

std::vector<torch::Tensor> weightsOf(model::Model& model) {
    std::vector<torch::Tensor> tensors = model.module().parameters();
    for (torch::Tensor& buffer : model.module().buffers())
        tensors.push_back(buffer);
    return tensors;
}

} // namespace

Checkpointer::Checkpointer(model::Model& model, store::RunWriter& writer, Log& log, Target target)
    : m_model(model), m_writer(writer), m_log(log), m_target(std::move(target)) {}

std::filesystem::path Checkpointer::file(std::string_view suffix) const {
    return m_target.folder / (m_target.prefix + std::string(suffix) + m_target.params.postfix);
}

Status Checkpointer::save(const std::filesystem::path& path) {
    if (Status saved = model::saveModel(m_model, path); !saved) return saved;
    const Result<std::shared_ptr<const MappedFile>> written = MappedFile::open(path);
    if (!written) return fail(written.error());
    const Result<archive::Nemo> nemo = archive::Nemo::open(path);
    if (!nemo) return fail(nemo.error());
    m_writer.artifact({.kind = "nemo",
                       .path = path.string(),
                       .sha256 = sha256Hex((*written)->bytes()),
                       .bytes = static_cast<std::int64_t>((*written)->bytes().size()),
                       .members = run::manifestOf(*nemo)});
    return {};
}

void Checkpointer::keepWeights() {
    const torch::NoGradGuard guard;
    m_bestWeights.clear();
    for (const torch::Tensor& tensor : weightsOf(m_model))
        m_bestWeights.push_back(tensor.detach().to(torch::kCPU, false, true));
}

void Checkpointer::restoreWeights() {
    const torch::NoGradGuard guard;
    std::vector<torch::Tensor> tensors = weightsOf(m_model);
    for (std::size_t i = 0; i < tensors.size() && i < m_bestWeights.size(); ++i)
        tensors[i].copy_(m_bestWeights[i]);
}

Status Checkpointer::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (report.split != model::Split::Validation) return {};
    const CheckpointParams& params = m_target.params;
    if (params.alwaysSaveNemo)
        if (Status saved = save(file("")); !saved) return saved;
    const model::Metric* metric = report.find(params.monitor);
    if (!metric) {
        std::string known;
        for (const model::Metric& each : report.metrics)
            known += (known.empty() ? "" : ", ") + each.name;
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot choose the best model",
                     .why = "the validation reports no '" + params.monitor + '\'',
                     .remedy = "Set exp_manager.checkpoint_callback_params.monitor to one of " + known,
                     .key = "exp_manager.checkpoint_callback_params.monitor",
                     .className = "MisconfigurationException"});
    }
    const bool better = !m_best || (params.mode == "max" ? metric->value > *m_best : metric->value < *m_best);
    if (!better || std::isnan(metric->value)) return {};
    m_best = metric->value;
    if (params.saveBestModel) keepWeights();
    const std::filesystem::path path = file("-best");
    if (Status saved = save(path); !saved) return saved;
    m_log.info("step " + std::to_string(state.globalStep) + ": " + params.monitor + " reached " +
               shortNumber(metric->value, 5) + ", saved " + path.filename().string());
    return {};
}

Status Checkpointer::onFitEnd(const LoopState&, run::TrainEnd) {
    if (!m_target.params.saveNemoOnTrainEnd) return {};
    if (m_target.params.saveBestModel && !m_bestWeights.empty()) {
        restoreWeights();
        m_log.info("restored the weights with the best " + m_target.params.monitor + " (" +
                   shortNumber(*m_best, 5) + ")");
    }
    const std::filesystem::path path = file("");
    if (Status saved = save(path); !saved) return saved;
    m_log.info("saved " + path.string());
    return {};
}

} // namespace fathom::train
