// SPDX-License-Identifier: Apache-2.0
#include "engine/model/restored_model.h"

#include "engine/model/model.h"
#include "engine/nn/work_scope.h"

namespace fathom::model {

namespace {

class ModelForUse : public run::RestoredModel {
public:
    explicit ModelForUse(Restored restored)
        : m_model(std::move(restored.model)), m_report(std::move(restored.report)) {}

    const run::RestoreReport& report() const override { return m_report; }

    Result<std::vector<run::NamedArray>> forward(const std::vector<run::NamedArray>& inputs) override {
        const nn::WorkScope scope;
        return m_model->forward(inputs);
    }
    run::Inference& inference() override { return *m_model; }
    Status saveTo(const std::filesystem::path& path) override { return saveModel(*m_model, path); }

private:
    std::unique_ptr<Model> m_model;
    run::RestoreReport m_report;
};

} // namespace

Result<std::unique_ptr<run::RestoredModel>> restoreForUse(const std::filesystem::path& file,
                                                          const run::RestoreOptions& options) {
    try {
        Result<Restored> restored = [&]() -> Result<Restored> {
            if (file.extension() == ".ckpt") return loadFromCheckpoint(file, options);
            const Result<archive::Nemo> nemo = archive::Nemo::open(file);
            if (!nemo) return fail(nemo.error());
            return restoreModel(*nemo, options);
        }();
        if (!restored) return fail(restored.error());
        return std::make_unique<ModelForUse>(std::move(*restored));
    } catch (const std::exception& error) {
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot restore " + file.string(),
                     .why = error.what(),
                     .remedy = "",
                     .file = file.string()});
    }
}

} // namespace fathom::model
