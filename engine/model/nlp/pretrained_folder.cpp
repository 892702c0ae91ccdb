// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/pretrained_folder.h"

#include "engine/archive/nemo.h"
#include "engine/nn/weights.h"

#include <cstring>
#include <map>

namespace fathom::model {

namespace fs = std::filesystem;

namespace {

/// "bert_model.embeddings.LayerNorm.gamma" → "embeddings.LayerNorm.weight".
std::string plainName(std::string name, std::size_t prefix) {
    name.erase(0, prefix);
    for (const auto& [old, now] :
         {std::pair{"LayerNorm.gamma", "LayerNorm.weight"}, std::pair{"LayerNorm.beta", "LayerNorm.bias"}})
        if (name.ends_with(old)) name.replace(name.size() - std::strlen(old), std::string::npos, now);
    return name;
}

/// NeMo removes what the expression ^bert.*?\. finds in the first name from all of them.
std::size_t prefixOf(const archive::Checkpoint& checkpoint) {
    for (const archive::Tensor& tensor : checkpoint.tensors())
        if (tensor.name.starts_with("bert"))
            if (const std::size_t dot = tensor.name.find('.'); dot != std::string::npos) return dot + 1;
    return 0;
}

Result<std::shared_ptr<const archive::Checkpoint>> openWeights(const fs::path& source) {
    std::error_code code;
    fs::path file = source;
    if (fs::is_directory(source, code)) {
        const auto inside = weightsIn(source);
        if (!inside)
            return fail({.kind = ErrorKind::BadInput,
                         .what = "Cannot load the encoder's weights",
                         .why = "the folder has neither model.safetensors nor pytorch_model.bin",
                         .remedy = "Give a folder or a file with weights",
                         .file = source.string()});
        file = *inside;
    }
    if (file.extension() == ".nemo") {
        const Result<archive::Nemo> nemo = archive::Nemo::open(file);
        if (!nemo) return fail(nemo.error());
        return nemo->weights();
    }
    auto checkpoint = archive::Checkpoint::open(file);
    if (!checkpoint) return fail(checkpoint.error());
    return std::make_shared<const archive::Checkpoint>(std::move(*checkpoint));
}

} // namespace

std::optional<fs::path> weightsIn(const fs::path& folder) {
    std::error_code code;
    for (const char* name : {"model.safetensors", "pytorch_model.bin"})
        if (fs::is_regular_file(folder / name, code)) return folder / name;
    return std::nullopt;
}

Status loadEncoder(nn::BertEncoder& encoder, const fs::path& source) {
    const auto checkpoint = openWeights(source);
    if (!checkpoint) return fail(checkpoint.error());
    const std::size_t prefix = prefixOf(**checkpoint);
    const std::string lead = prefix == 0 ? "" : "bert";
    std::map<std::string, const archive::Tensor*> available;
    for (const archive::Tensor& tensor : (*checkpoint)->tensors())
        if (tensor.name.starts_with(lead) && tensor.name.size() > prefix)
            available[plainName(tensor.name, prefix)] = &tensor;
    const auto refuse = [&](std::string why) {
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot load the encoder's weights",
                     .why = std::move(why),
                     .remedy = "Use weights of the encoder that language_model.config describes",
                     .file = source.string()});
    };
    std::vector<std::pair<torch::Tensor, const archive::Tensor*>> copies;
    for (const nn::NamedTensor& item : nn::stateDict(encoder)) {
        const auto found = available.find(item.name);
        if (found == available.end()) {
            if (item.name.starts_with("pooler.")) continue; // nothing reads it
            return refuse("it has no tensor '" + item.name + "'");
        }
        if (found->second->shape != item.tensor.sizes().vec())
            return refuse("'" + item.name + "' has another shape there than here");
        copies.emplace_back(item.tensor, found->second);
    }
    const torch::NoGradGuard noGrad;
    for (auto& [target, tensor] : copies)
        target.copy_(nn::viewOf(*tensor));
    return {};
}

} // namespace fathom::model
