// SPDX-License-Identifier: Apache-2.0
// Artifact names and what becomes of a key: NeMo's SaveRestoreConnector (register_artifact,
// _handle_artifacts).
#include "engine/archive/nemo_editor.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/config_leaves.h"
#include "engine/archive/float_convert.h"
#include "engine/archive/glob.h"
#include "engine/base/checksum.h"
#include "engine/config/override.h"
#include "engine/config/yaml_apply.h"
#include "engine/config/yaml_reader.h"

#include <algorithm>
#include <unordered_set>

namespace fathom::archive {

namespace {

Error cannotEdit(const std::string& what, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot change " + what, std::move(why), std::move(remedy)};
    return error;
}

Result<Value> parsed(const std::string& yaml) {
    auto node = config::readYaml(yaml, std::string(kConfigName), config::Layer::Yaml);
    if (!node) return fail(node.error());
    return config::Config(std::move(*node)).unresolved();
}

/// Names of members that the config refers to.
std::unordered_set<std::string> referenced(const Value& config) {
    std::unordered_set<std::string> names;
    for (const auto& [key, value] : leaves(config))
        if (value.isString() && value.asString().starts_with(kArtifactPrefix))
            names.insert(value.asString().substr(kArtifactPrefix.size()));
    return names;
}

bool isHexPrefixed(std::string_view name) {
    constexpr std::size_t kDigits = 32;
    return name.size() > kDigits + 1 && name[kDigits] == '_' &&
           std::all_of(name.begin(), name.begin() + kDigits,
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// "tokenizer.model" of "some/where/<32 hex>_tokenizer.model".
std::string baseName(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (isHexPrefixed(name)) name.remove_prefix(33);
    return std::string(name);
}

bool isOwnFile(std::string_view name) {
    return isCalled(name, kConfigName) || isCalled(name, kWeightsName);
}

EditedMember* findMember(std::vector<EditedMember>& members, std::string_view name) {
    const auto it = std::find_if(members.rbegin(), members.rend(), [&](const EditedMember& member) {
        return plainMemberName(member.name) == plainMemberName(name);
    });
    return it == members.rend() ? nullptr : &*it;
}

/// `name` with the folder prefix ("./") that the archive's members have.
std::string storedName(const NemoState& state, std::string_view name) {
    const bool hasDot = std::any_of(state.members.begin(), state.members.end(), [](const EditedMember& m) {
        return m.name.starts_with("./") && isOwnFile(m.name);
    });
    return std::string(hasDot ? "./" : "").append(name);
}

/// Where the archive is sorted (NeMo's are), in order, else at the end.
void insertSorted(std::vector<EditedMember>& members, EditedMember member) {
    const auto isLater = [&](const EditedMember& other) {
        return plainMemberName(other.name) != "." && other.name > member.name;
    };
    members.insert(std::find_if(members.begin(), members.end(), isLater), std::move(member));
}

} // namespace

NemoEditor::NemoEditor(Nemo nemo, NemoState state)
    : m_nemo(std::move(nemo)), m_originalYaml(state.configYaml) {
    m_states.push_back({{}, std::make_shared<const NemoState>(std::move(state))});
}

Result<NemoEditor> NemoEditor::open(const std::filesystem::path& path) {
    auto nemo = Nemo::open(path);
    if (!nemo) return fail(nemo.error());
    return edit(std::move(*nemo));
}

Result<NemoEditor> NemoEditor::edit(Nemo nemo) {
    NemoState state;
    auto yaml = nemo.configYaml();
    if (!yaml) return fail(yaml.error());
    state.configYaml = std::move(*yaml);
    if (auto config = parsed(state.configYaml); !config) {
        Error error = config.error();
        error.kind = ErrorKind::BadInput;
        error.file = nemo.path().string() + ':' + std::string(kConfigName);
        return fail(std::move(error));
    }
    for (std::size_t i = 0; i < nemo.members().size(); ++i) {
        const Member& member = nemo.members()[i];
        state.members.push_back({.name = member.name, .source = i, .mode = member.mode});
    }
    return NemoEditor(std::move(nemo), std::move(state));
}

void NemoEditor::push(std::string label, NemoState next) {
    m_states.resize(m_current + 1);
    m_states.push_back({std::move(label), std::make_shared<const NemoState>(std::move(next))});
    ++m_current;
}

void NemoEditor::undo() {
    if (canUndo()) --m_current;
}
void NemoEditor::redo() {
    if (canRedo()) ++m_current;
}

bool NemoEditor::isModified() const {
    const NemoState& first = *m_states.front().state;
    return state().configYaml != first.configYaml || state().members != first.members ||
           state().tensors != nullptr;
}

Result<Value> NemoEditor::config() const {
    return parsed(state().configYaml);
}

// --- config

/// Recomputes the text, then lets artifacts follow: one that a key named and none names now goes, one that is
/// named again comes back.
Status NemoEditor::applyConfig(std::string label, std::vector<std::string> edits, NemoState next) {
    auto yaml = config::applyOverrides(m_originalYaml, edits, std::string(kConfigName));
    if (!yaml) return fail(yaml.error());
    const auto config = parsed(*yaml);
    if (!config) return fail(config.error());
    const auto before = parsed(m_originalYaml);
    if (!before) return fail(before.error());
    const auto wasNamed = referenced(*before);
    const auto isNamed = referenced(*config);
    std::erase_if(next.members, [&](const EditedMember& member) {
        const std::string name(plainMemberName(member.name));
        if (isOwnFile(name) || isNamed.contains(name)) return false;
        return !member.source ||
               wasNamed.contains(std::string(plainMemberName(m_nemo.members()[*member.source].name)));
    });
    for (std::size_t i = 0; i < m_nemo.members().size(); ++i) {
        const Member& member = m_nemo.members()[i];
        if (!isNamed.contains(std::string(plainMemberName(member.name))) ||
            findMember(next.members, member.name) != nullptr)
            continue;
        const auto isLater = [&](const EditedMember& other) { return other.source && *other.source > i; };
        next.members.insert(std::find_if(next.members.begin(), next.members.end(), isLater),
                            {.name = member.name, .source = i, .mode = member.mode});
    }
    next.configEdits = std::move(edits);
    next.configYaml = std::move(*yaml);
    push(std::move(label), std::move(next));
    return {};
}

Status NemoEditor::setConfig(const std::string& override) {
    const auto parsedOverride = config::parseOverride(override);
    if (!parsedOverride) return fail(parsedOverride.error());
    if (parsedOverride->isSweep())
        return fail(cannotEdit(parsedOverride->key, "a sweep has no place in an archive",
                               "Give one value, or quote it if it is text"));
    std::vector<std::string> edits = state().configEdits;
    edits.push_back(override);
    const bool isRemoval = parsedOverride->kind == config::OverrideKind::Delete;
    return applyConfig((isRemoval ? "remove " : "set ") + parsedOverride->key, std::move(edits), state());
}

Status NemoEditor::setConfigEdits(std::vector<std::string> overrides, const std::string& label) {
    return applyConfig(label, std::move(overrides), state());
}

// --- artifacts

std::vector<NemoEditor::Artifact> NemoEditor::artifacts() const {
    std::vector<Artifact> list;
    const auto values = config();
    if (!values) return list;
    std::unordered_set<std::string_view> names;
    for (const EditedMember& member : state().members)
        names.insert(plainMemberName(member.name));
    for (const auto& [key, value] : leaves(*values)) {
        if (!value.isString() || !value.asString().starts_with(kArtifactPrefix)) continue;
        std::string member = value.asString().substr(kArtifactPrefix.size());
        const bool isMissing = !names.contains(member);
        list.push_back({key, std::move(member), isMissing});
    }
    return list;
}

std::string NemoEditor::overrideOf(const std::string& key, const Value& value) const {
    const auto values = config();
    const bool isThere = values && values->at(key) != nullptr;
    return std::string(isThere ? "" : "+").append(key) + '=' + config::overrideText(value);
}

Status NemoEditor::putArtifact(const std::string& key, const NamedFile& file) {
    const auto values = config();
    if (!values) return fail(values.error());
    const Value* const now = values->at(key);
    if (now != nullptr && (now->isMap() || now->isList()))
        return fail(cannotEdit(key, "it is a section of the config, not the name of a file",
                               "Give the key that names the file, such as tokenizer.model_path"));
    const std::string base = baseName(file.name);
    if (base.empty() || base == "." || base == "..")
        return fail(cannotEdit(key, "\"" + file.name + "\" is no file name", "Give the artifact a name"));
    const std::string name = md5Hex(asBytes(file.content)) + '_' + base;
    NemoState next = state();
    if (findMember(next.members, name) == nullptr) {
        EditedMember member{.name = storedName(next, name),
                            .content = std::make_shared<const std::string>(file.content),
                            .mode = file.mode & 0777U};
        EditedMember* const old =
            now != nullptr && now->isString() && now->asString().starts_with(kArtifactPrefix)
                ? findMember(next.members, now->asString().substr(kArtifactPrefix.size()))
                : nullptr;
        // In the place of the old one, which goes unless another key names it too.
        if (old != nullptr)
            next.members.insert(next.members.begin() + (old - next.members.data()), std::move(member));
        else
            insertSorted(next.members, std::move(member));
    }
    std::vector<std::string> edits = state().configEdits;
    edits.push_back(overrideOf(key, Value(std::string(kArtifactPrefix) + name)));
    return applyConfig((now != nullptr ? "replace " : "add ") + key, std::move(edits), std::move(next));
}

Status NemoEditor::removeArtifact(const std::string& key) {
    const auto values = config();
    if (!values) return fail(values.error());
    const Value* const now = values->at(key);
    if (now == nullptr || !now->isString() || !now->asString().starts_with(kArtifactPrefix)) {
        Error error = cannotEdit(key, now == nullptr ? "the config has no such key" : "it names no artifact",
                                 "Remove a config key with `set FILE ~" + key + "`");
        error.key = key;
        return fail(std::move(error));
    }
    std::vector<std::string> edits = state().configEdits;
    edits.push_back(key + "=null");
    return applyConfig("remove " + key, std::move(edits), state());
}

Status NemoEditor::mergeArtifact(const std::string& key, const Nemo& other, const std::string& otherKey) {
    const auto values = modelConfig(other);
    if (!values) return fail(values.error());
    const Value* const named = values->at(otherKey);
    if (named == nullptr || !named->isString() || !named->asString().starts_with(kArtifactPrefix))
        return fail(cannotEdit(key, other.path().string() + " names no artifact by " + otherKey,
                               "See `fathom-cli nemo show` for its config"));
    const std::string member = named->asString().substr(kArtifactPrefix.size());
    const auto content = other.bytes(member);
    if (!content) return fail(content.error());
    const auto it = std::find_if(other.members().begin(), other.members().end(),
                                 [&](const Member& m) { return plainMemberName(m.name) == member; });
    return putArtifact(key, {.name = member, .content = std::string(asText(*content)), .mode = it->mode});
}

// --- members

namespace {

Error noMember(const std::string& name) {
    return cannotEdit(name, "the archive holds no such member", "See `fathom-cli nemo ls` for the names");
}

Status checkOther(const std::string& name) {
    if (isOwnFile(name))
        return fail(cannotEdit(name, "every archive needs it under this name",
                               "Change the config key by key, and the weights tensor by tensor"));
    return {};
}

} // namespace

Status NemoEditor::renameMember(const std::string& name, const std::string& newName) {
    if (auto checked = checkOther(name); !checked) return checked;
    NemoState next = state();
    EditedMember* const member = findMember(next.members, name);
    if (member == nullptr) return fail(noMember(name));
    const bool isPlain = !newName.empty() && newName != "." && newName != ".." && !isOwnFile(newName) &&
                         newName.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
    if (!isPlain)
        return fail(
            cannotEdit(name, "\"" + newName + "\" is no name for a member", "Give a plain file name"));
    if (findMember(next.members, newName) != nullptr)
        return fail(cannotEdit(name, "there is a member " + newName + " already", "Choose another name"));
    const std::string plain(plainMemberName(name));
    member->name = storedName(next, newName);
    std::vector<std::string> edits = state().configEdits;
    for (const Artifact& artifact : artifacts())
        if (artifact.member == plain)
            edits.push_back(overrideOf(artifact.key, Value(std::string(kArtifactPrefix) + newName)));
    return applyConfig("rename " + plain, std::move(edits), std::move(next));
}

Status NemoEditor::removeMember(const std::string& name) {
    if (auto checked = checkOther(name); !checked) return checked;
    NemoState next = state();
    EditedMember* const member = findMember(next.members, name);
    if (member == nullptr) return fail(noMember(name));
    const std::string plain(plainMemberName(name));
    for (const Artifact& artifact : artifacts())
        if (artifact.member == plain)
            return fail(cannotEdit(name, "the config's " + artifact.key + " names it",
                                   "Remove the artifact: `fathom-cli nemo rm FILE " + artifact.key + "`"));
    next.members.erase(next.members.begin() + (member - next.members.data()));
    push("remove " + plain, std::move(next));
    return {};
}

Status NemoEditor::replaceMember(const std::string& name, std::string content) {
    if (auto checked = checkOther(name); !checked) return checked;
    NemoState next = state();
    EditedMember* const member = findMember(next.members, name);
    if (member == nullptr) return fail(noMember(name));
    if (member->source && m_nemo.members()[*member->source].type != MemberType::File)
        return fail(cannotEdit(name, "it is no file", "Remove it, or add a file of another name"));
    member->content = std::make_shared<const std::string>(std::move(content));
    push("replace " + std::string(plainMemberName(name)), std::move(next));
    return {};
}

Result<std::span<const std::byte>> NemoEditor::bytes(const std::string& name) const {
    if (isCalled(name, kConfigName)) return asBytes(state().configYaml);
    for (auto it = state().members.rbegin(); it != state().members.rend(); ++it) {
        if (plainMemberName(it->name) != plainMemberName(name)) continue;
        if (it->content) return asBytes(*it->content);
        return m_nemo.bytes(*it->source);
    }
    return fail(noMember(name));
}

// --- weights

Result<std::shared_ptr<const std::vector<EditedTensor>>> NemoEditor::tensors() const {
    if (state().tensors) return state().tensors;
    const auto weights = m_nemo.weights();
    if (!weights) return fail(weights.error());
    const PickleValue& root = (*weights)->root();
    if (!root.isDict() || root.size() != (*weights)->tensors().size()) {
        Error error{ErrorKind::Usage, "Cannot change the weights",
                    "they hold entries that are no tensors, which would be lost",
                    "Save the model again with NeMo"};
        error.file = m_nemo.path().string();
        return fail(std::move(error));
    }
    auto entries = std::make_shared<std::vector<EditedTensor>>();
    const std::vector<Tensor>& tensors = (*weights)->tensors();
    for (std::size_t i = 0; i < tensors.size(); ++i)
        entries->push_back({i, tensors[i].name, tensors[i].dtype});
    return std::shared_ptr<const std::vector<EditedTensor>>(std::move(entries));
}

/// Gives each entry that matches to `change`, which says whether it stays; pushes the result.
template <class Change>
Result<std::size_t> NemoEditor::changeTensors(std::string label, const std::string& pattern,
                                              const Change& change) {
    const auto now = tensors();
    if (!now) return fail(now.error());
    const Glob glob(pattern);
    auto next = std::make_shared<std::vector<EditedTensor>>();
    std::unordered_set<std::string> names;
    std::size_t changed = 0;
    for (const EditedTensor& entry : **now) {
        EditedTensor edited = entry;
        const auto match = glob.match(entry.name);
        const bool stays = !match || change(edited, *match);
        if (!stays || edited.dtype != entry.dtype || edited.name != entry.name) ++changed;
        if (!stays) continue;
        if (!names.insert(edited.name).second)
            return fail(cannotEdit("the tensors " + pattern, "two would be called " + edited.name,
                                   "Choose names that stay apart"));
        next->push_back(std::move(edited));
    }
    if (changed == 0) return std::size_t{0};
    NemoState state = this->state();
    state.tensors = std::move(next);
    push(std::move(label), std::move(state));
    return changed;
}

Result<std::size_t> NemoEditor::convertTensors(const std::string& pattern, DType dtype) {
    if (!isConvertible(dtype))
        return fail(cannotEdit("the tensors " + pattern,
                               std::string(name(dtype)) + " is no floating-point dtype to convert to",
                               "Give float32, float64, float16 or bfloat16"));
    return changeTensors("convert to " + std::string(name(dtype)), pattern,
                         [&](EditedTensor& entry, const Glob::Match&) {
                             if (isConvertible(entry.dtype)) entry.dtype = dtype;
                             return true;
                         });
}

Result<std::size_t> NemoEditor::dropTensors(const std::string& pattern) {
    return changeTensors("drop tensors", pattern, [](EditedTensor&, const Glob::Match&) { return false; });
}

Result<std::size_t> NemoEditor::renameTensors(const std::string& pattern, const std::string& newName) {
    if (auto checked = Glob(pattern).checkReplacement(newName); !checked) return fail(checked.error());
    return changeTensors("rename tensors", pattern, [&](EditedTensor& entry, const Glob::Match& match) {
        entry.name = Glob::replace(newName, match);
        return true;
    });
}

} // namespace fathom::archive
