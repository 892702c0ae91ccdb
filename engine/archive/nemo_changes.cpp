// SPDX-License-Identifier: Apache-2.0
// What saving an edited archive would change, and what is wrong with it.
#include "engine/archive/config_check.h"
#include "engine/archive/config_leaves.h"
#include "engine/archive/nemo_editor.h"
#include "engine/config/yaml_reader.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace fathom::archive {

namespace {

using Part = PlannedChange::Part;

Leaves leavesOf(const std::string& yaml) {
    auto node = config::readYaml(yaml, std::string(kConfigName), config::Layer::Yaml);
    return node ? leaves(config::Config(std::move(*node)).unresolved()) : Leaves{};
}

void addConfig(const Leaves& before, const Leaves& after, std::vector<PlannedChange>& out) {
    std::unordered_map<std::string_view, const Value*> old;
    for (const auto& [key, value] : before)
        old.emplace(key, &value);
    for (const auto& [key, value] : after) {
        const auto it = old.find(key);
        if (it == old.end()) {
            out.push_back({Part::Config, ChangeKind::Added, key, {}, toJson(value)});
            continue;
        }
        if (*it->second != value)
            out.push_back({Part::Config, ChangeKind::Changed, key, toJson(*it->second), toJson(value)});
        old.erase(it);
    }
    for (const auto& [key, value] : before)
        if (old.contains(key)) out.push_back({Part::Config, ChangeKind::Removed, key, toJson(value), {}});
}

std::string sizeText(std::uint64_t bytes) {
    return std::to_string(bytes) + " bytes";
}

std::string tensorText(const Tensor& tensor, DType dtype) {
    std::string text(name(dtype));
    text += '[';
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(tensor.shape[i]);
    return text + ']';
}

void addTensors(const std::vector<Tensor>& before, const std::vector<EditedTensor>& after,
                std::vector<PlannedChange>& out) {
    std::vector<const EditedTensor*> now(before.size(), nullptr);
    for (const EditedTensor& tensor : after)
        now[tensor.source] = &tensor;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const std::string was = tensorText(before[i], before[i].dtype);
        if (now[i] == nullptr) {
            out.push_back({Part::Tensor, ChangeKind::Removed, before[i].name, was, {}});
            continue;
        }
        std::string is = tensorText(before[i], now[i]->dtype);
        if (now[i]->name != before[i].name) is = now[i]->name + ' ' + is;
        if (is != was) out.push_back({Part::Tensor, ChangeKind::Changed, before[i].name, was, is});
    }
}

/// Looks through a config for what a restore would stumble over.
class Linter {
public:
    Linter(const std::vector<EditedMember>& members, const Nemo& original) {
        for (const EditedMember& member : members) {
            const bool isFile = !member.source || original.members()[*member.source].type == MemberType::File;
            if (isFile) m_files.emplace_back(plainMemberName(member.name));
        }
    }

    std::vector<Finding> run(const config::Config& config) {
        const Value values = config.unresolved();
        m_findings = checkModelConfig(values, m_files);
        for (const auto& [key, value] : leaves(values))
            if (value.isString()) checkText(config, key, value.asString());
        for (const std::string& file : m_files)
            if (!m_named.contains(file) && !isCalled(file, kConfigName) && !isWeights(file))
                warning("nothing in the config names the artifact " + file);
        return std::move(m_findings);
    }

private:
    void warning(std::string text) { m_findings.push_back({Severity::Warning, std::move(text)}); }

    static bool isWeights(std::string_view file) {
        return isCalled(file, kWeightsName) || file.find("model_weights/") != std::string_view::npos;
    }

    void checkText(const config::Config& config, const std::string& key, const std::string& text) {
        if (text.starts_with(kArtifactPrefix)) {
            m_named.insert(text.substr(kArtifactPrefix.size()));
            return;
        }
        // Archives before NeMo 1.7 name artifacts by their bare file names.
        const std::size_t slash = text.rfind('/');
        const std::string base = slash == std::string::npos ? text : text.substr(slash + 1);
        if (std::find(m_files.begin(), m_files.end(), base) != m_files.end()) m_named.insert(base);
        const config::Node* const node = config.find(key);
        if (text == "???")
            warning("the config's " + key + " is missing (\?\?\?)");
        else if (node != nullptr && node->isInterpolation())
            warning("the config's " + key + " is left open: " + text +
                    (config.resolved(key) ? "" : ", which cannot be resolved"));
        else if (text.starts_with('/') && text.size() > 1)
            warning("the config's " + key + " names a path of one machine: " + text);
    }

    std::vector<std::string> m_files{};
    std::unordered_set<std::string> m_named{};
    std::vector<Finding> m_findings{};
};

} // namespace

std::vector<PlannedChange> NemoEditor::changes() const {
    std::vector<PlannedChange> out;
    if (state().configYaml != m_originalYaml)
        addConfig(leavesOf(m_originalYaml), leavesOf(state().configYaml), out);
    std::vector<bool> stays(m_nemo.members().size(), false);
    for (const EditedMember& member : state().members) {
        const std::string plain(plainMemberName(member.name));
        if (!member.source) {
            out.push_back({Part::Member, ChangeKind::Added, plain, {}, sizeText(member.content->size())});
            continue;
        }
        stays[*member.source] = true;
        const Member& old = m_nemo.members()[*member.source];
        const std::string oldName(plainMemberName(old.name));
        if (oldName != plain)
            out.push_back({Part::Member, ChangeKind::Changed, oldName, sizeText(old.bytes), plain});
        if (member.content)
            out.push_back({Part::Member, ChangeKind::Changed, plain, sizeText(old.bytes),
                           sizeText(member.content->size())});
    }
    for (std::size_t i = 0; i < stays.size(); ++i)
        if (!stays[i])
            out.push_back({Part::Member,
                           ChangeKind::Removed,
                           std::string(plainMemberName(m_nemo.members()[i].name)),
                           sizeText(m_nemo.members()[i].bytes),
                           {}});
    if (state().tensors)
        if (const auto weights = m_nemo.weights()) addTensors((*weights)->tensors(), *state().tensors, out);
    return out;
}

std::vector<Finding> lint(const NemoDraft& draft) {
    auto node = config::readYaml(draft.state->configYaml, std::string(kConfigName), config::Layer::Yaml);
    if (!node) return {{Severity::Error, node.error().message()}};
    return Linter(draft.state->members, draft.original).run(config::Config(std::move(*node)));
}

} // namespace fathom::archive
