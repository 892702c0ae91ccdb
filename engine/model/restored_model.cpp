// SPDX-License-Identifier: Apache-2.0
#include "engine/model/restored_model.h"

#include "engine/model/model.h"

namespace fathom::model {

namespace {

class Restored : public run::RestoredModel {
public:
    explicit Restored(std::unique_ptr<Model> model) : m_model(std::move(model)) {}

    Result<std::vector<run::NamedArray>> forward(const std::vector<run::NamedArray>& inputs) override {
        return m_model->forward(inputs);
    }
    Result<std::vector<run::Transcript>> transcribe(const std::vector<std::filesystem::path>& audio,
                                                    std::stop_token stop) override {
        return m_model->transcribe(audio, std::move(stop));
    }
    Status saveTo(const std::filesystem::path& path) override { return saveModel(*m_model, path); }

private:
    std::unique_ptr<Model> m_model;
};

} // namespace

Result<std::unique_ptr<run::RestoredModel>> restoreForUse(const std::filesystem::path& nemoFile,
                                                          const run::RestoreOptions& options) {
    try {
        const Result<archive::Nemo> nemo = archive::Nemo::open(nemoFile);
        if (!nemo) return fail(nemo.error());
        Result<std::unique_ptr<Model>> model = restoreModel(*nemo, options);
        if (!model) return fail(model.error());
        return std::make_unique<Restored>(std::move(*model));
    } catch (const std::exception& error) {
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot restore " + nemoFile.string(),
                     .why = error.what(),
                     .remedy = "",
                     .file = nemoFile.string()});
    }
}

} // namespace fathom::model
