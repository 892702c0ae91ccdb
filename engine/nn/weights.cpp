// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/weights.h"

#include "engine/nn/norm.h"

#include <memory>
#include <sys/mman.h>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace fathom::nn {

namespace {

void collect(const torch::nn::Module& module, const std::string& prefix, std::vector<NamedTensor>& out) {
    for (const auto& item : module.named_parameters(/*recurse=*/false))
        out.push_back({prefix + item.key(), item.value()});
    for (const auto& item : module.named_buffers(/*recurse=*/false))
        out.push_back({prefix + item.key(), item.value()});
    for (const auto& item : module.named_children())
        collect(*item.value(), prefix + item.key() + ".", out);
}

void collectVersions(const torch::nn::Module& module, const std::string& path,
                     std::vector<archive::ModuleVersion>& out) {
    const auto* norm = dynamic_cast<const Norm*>(&module);
    const bool isInstanceNorm = module.name() == "InstanceNorm1d"; // has no parameters, but PyTorch's version
    out.push_back({path, norm ? norm->stateVersion() : isInstanceNorm ? 2 : 1});
    for (const auto& item : module.named_children())
        collectVersions(*item.value(), path.empty() ? item.key() : path + "." + item.key(), out);
}

archive::DType dtypeOf(torch::ScalarType type) {
    switch (type) {
    case torch::kFloat64:
        return archive::DType::Float64;
    case torch::kFloat16:
        return archive::DType::Float16;
    case torch::kBFloat16:
        return archive::DType::BFloat16;
    case torch::kInt8:
        return archive::DType::Int8;
    case torch::kInt16:
        return archive::DType::Int16;
    case torch::kInt32:
        return archive::DType::Int32;
    case torch::kInt64:
        return archive::DType::Int64;
    case torch::kUInt8:
        return archive::DType::UInt8;
    case torch::kBool:
        return archive::DType::Bool;
    default:
        return archive::DType::Float32;
    }
}

std::string sizeText(const std::vector<std::int64_t>& shape) {
    std::string text = "torch.Size([";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "])";
}

void appendQuoted(std::string& text, const char* title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text += std::string("\n\t") + title + " key(s) in state_dict: ";
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i ? ", \"" : "\"") + names[i] + '"';
    text += ". ";
}

/// BatchNorm gained num_batches_tracked with version 2.
bool mayLack(const std::string& name, const archive::Checkpoint& checkpoint) {
    constexpr std::string_view kSuffix = ".num_batches_tracked";
    if (!name.ends_with(kSuffix)) return false;
    const std::string_view path = std::string_view(name).substr(0, name.size() - kSuffix.size());
    for (const archive::ModuleVersion& module : checkpoint.modules()) {
        if (module.path == path) return module.version < 2;
    }
    return true;
}

/// Lets whoever trains on the view write to pages of his own. False where the system does not allow for them
/// (strict overcommit).
bool makeWritable(const torch::Tensor& view) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(view.const_data_ptr());
    const std::uintptr_t first = begin / page * page;
    const std::uintptr_t last = (begin + view.nbytes() + page - 1) / page * page;
    return mprotect(reinterpret_cast<void*>(first), last - first, PROT_READ | PROT_WRITE) == 0;
}

/// Torch's kernels want the alignment that its allocator gives, and torch.save keeps it in files.
bool isShareable(const torch::Tensor& target, const torch::Tensor& view) {
    constexpr std::uintptr_t kAlignment = 64;
    return target.is_cpu() && target.is_contiguous() && target.scalar_type() == view.scalar_type() &&
           reinterpret_cast<std::uintptr_t>(view.const_data_ptr()) % kAlignment == 0 && makeWritable(view);
}

} // namespace

std::vector<NamedTensor> stateDict(const torch::nn::Module& module) {
    std::vector<NamedTensor> out;
    collect(module, "", out);
    return out;
}

std::vector<archive::ModuleVersion> moduleVersions(const torch::nn::Module& module) {
    std::vector<archive::ModuleVersion> out;
    collectVersions(module, "", out);
    return out;
}

archive::Tensor toArchive(const std::string& name, const torch::Tensor& tensor) {
    const auto held = std::make_shared<const torch::Tensor>(tensor.detach().to(torch::kCPU).contiguous());
    archive::Tensor out;
    out.name = name;
    out.dtype = dtypeOf(held->scalar_type());
    out.shape = held->sizes().vec();
    out.stride = held->strides().vec();
    out.bytes = {static_cast<const std::byte*>(held->const_data_ptr()), held->nbytes()};
    out.owner = held;
    return out;
}

torch::ScalarType scalarType(archive::DType dtype) {
    switch (dtype) {
    case archive::DType::Float32:
        return torch::kFloat32;
    case archive::DType::Float64:
        return torch::kFloat64;
    case archive::DType::Float16:
        return torch::kFloat16;
    case archive::DType::BFloat16:
        return torch::kBFloat16;
    case archive::DType::Int8:
        return torch::kInt8;
    case archive::DType::Int16:
        return torch::kInt16;
    case archive::DType::Int32:
        return torch::kInt32;
    case archive::DType::Int64:
        return torch::kInt64;
    case archive::DType::UInt8:
        return torch::kUInt8;
    case archive::DType::UInt16:
        return torch::kUInt16;
    case archive::DType::UInt32:
        return torch::kUInt32;
    case archive::DType::UInt64:
        return torch::kUInt64;
    case archive::DType::Bool:
        return torch::kBool;
    case archive::DType::Complex64:
        return torch::kComplexFloat;
    case archive::DType::Complex128:
        return torch::kComplexDouble;
    case archive::DType::Float8E4M3:
        return torch::kFloat8_e4m3fn;
    case archive::DType::Float8E5M2:
        return torch::kFloat8_e5m2;
    }
    return torch::kFloat32;
}

torch::Tensor viewOf(const archive::Tensor& tensor) {
    const auto options = torch::TensorOptions().dtype(scalarType(tensor.dtype));
    const bool aligned =
        reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % archive::itemSize(tensor.dtype) == 0;
    if (!aligned || !tensor.isContiguous()) {
        const auto copy = std::make_shared<std::vector<std::byte>>(tensor.contiguousBytes());
        return torch::from_blob(
            copy->data(), tensor.shape, [copy](void*) {}, options);
    }
    // from_blob takes a pointer to non-const bytes; nobody writes through it.
    auto* data = const_cast<std::byte*>(tensor.bytes.data());
    return torch::from_blob(
        data, tensor.shape, [owner = tensor.owner](void*) {}, options);
}

std::string LoadReport::message(const std::string& className) const {
    std::string text = "Error(s) in loading state_dict for " + className + ":";
    appendQuoted(text, "Missing", missing);
    appendQuoted(text, "Unexpected", unexpected);
    for (const std::string& line : mismatched)
        text += "\n\t" + line;
    return text;
}

Result<LoadReport> loadStateDict(torch::nn::Module& module, const archive::Checkpoint& checkpoint,
                                 const LoadOptions& options) {
    LoadReport report;
    std::vector<std::pair<torch::Tensor, const archive::Tensor*>> copies;
    std::unordered_map<std::string_view, const archive::Tensor*> available;
    for (const archive::Tensor& tensor : checkpoint.tensors())
        if (!options.wants || options.wants(tensor.name)) available[tensor.name] = &tensor;
    std::unordered_set<std::string_view> used;
    const std::vector<NamedTensor> wanted = stateDict(module);
    for (const NamedTensor& item : wanted) {
        const auto found = available.find(item.name);
        if (found == available.end()) {
            if (!mayLack(item.name, checkpoint)) report.missing.push_back(item.name);
            continue;
        }
        used.insert(found->first);
        if (found->second->shape != item.tensor.sizes().vec())
            report.mismatched.push_back("size mismatch for " + item.name + ": copying a param with shape " +
                                        sizeText(found->second->shape) +
                                        " from checkpoint, the shape in current model is " +
                                        sizeText(item.tensor.sizes().vec()) + ".");
        else
            copies.emplace_back(item.tensor, found->second);
    }
    for (const archive::Tensor& tensor : checkpoint.tensors()) {
        if (available.contains(tensor.name) && !used.contains(tensor.name))
            report.unexpected.push_back(tensor.name);
    }
    const bool namesDiffer =
        !report.missing.empty() || (!report.unexpected.empty() && !options.tolerateUnexpected);
    if (!report.mismatched.empty() || (options.strict && namesDiffer))
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot load the weights",
                     .why = report.message(options.className),
                     .remedy = "Use the config the weights were saved with",
                     .className = "RuntimeError"});
    const torch::NoGradGuard noGrad;
    for (auto& [target, source] : copies) {
        const torch::Tensor view = viewOf(*source);
        if (options.share && isShareable(target, view))
            target.set_data(view);
        else
            target.copy_(view);
    }
    report.loaded = copies.size();
    return report;
}

} // namespace fathom::nn
