// SPDX-License-Identifier: Apache-2.0
// Edits to a `.nemo`, kept in memory until they are saved; each can be undone.
//
//   auto editor = archive::NemoEditor::open("quartznet.nemo");
//   editor->setConfig("optim.lr=0.02");
//   editor->putArtifact("tokenizer.model_path", {.name = "tokenizer.model", .content = bytes});
//   for (const archive::PlannedChange& change : editor->changes()) …
//   archive::saveNemo(editor->draft(), "quartznet.nemo");        // engine/archive/nemo_save.h
#pragma once

#include "engine/archive/inspect.h"
#include "engine/archive/nemo_state.h"

namespace fathom::archive {

/// One line of what saving will do.
struct PlannedChange {
    enum class Part { Config, Member, Tensor };
    Part part = Part::Config;
    ChangeKind kind = ChangeKind::Changed;
    std::string name{};   ///< dotted config key, member name without "./", or tensor name
    std::string before{}; ///< for display; empty where it was not there
    std::string after{};  ///< for display; empty where it will not be there
};

/// What a restore would stumble over: `nemo:` references to no member and a key `model` (Error); artifacts
/// that nothing names, absolute paths, open `${}`, `???` and no target (Warning).
[[nodiscard]] std::vector<Finding> lint(const NemoDraft& draft);

/// One thread at a time. Every edit takes milliseconds: it reads no file and no weights. Errors of edits are
/// Usage, name the key or member, and leave everything as it was.
class NemoEditor {
public:
    [[nodiscard]] static Result<NemoEditor> open(const std::filesystem::path& path);
    /// BadInput when the archive has no readable config.
    [[nodiscard]] static Result<NemoEditor> edit(Nemo nemo);

    [[nodiscard]] const Nemo& original() const { return m_nemo; }
    /// What saveNemo takes: later edits do not touch it.
    [[nodiscard]] NemoDraft draft() const { return {m_nemo, m_states[m_current].state}; }
    [[nodiscard]] const NemoState& state() const { return *m_states[m_current].state; }

    // --- config

    /// One override in Hydra's grammar: `optim.lr=0.02`, `+new.key=1`, `~optim.sched`.
    [[nodiscard]] Status setConfig(const std::string& override);
    /// Replaces all edits of the config at once; for views that edit the list itself. `label` is for
    /// undoText().
    [[nodiscard]] Status setConfigEdits(std::vector<std::string> overrides, const std::string& label);
    [[nodiscard]] const std::vector<std::string>& configEdits() const { return state().configEdits; }
    [[nodiscard]] const std::string& configYaml() const { return state().configYaml; }
    /// The config with interpolations as their text.
    [[nodiscard]] Result<Value> config() const;

    // --- artifacts: files that a config key names by "nemo:<member>"

    struct Artifact {
        std::string key{};    ///< "tokenizer.model_path"
        std::string member{}; ///< "<32 hex>_tokenizer.model"
        bool isMissing = false;
    };
    [[nodiscard]] std::vector<Artifact> artifacts() const;
    /// Makes `file` the artifact of the config key, which is added where it is not there. The member is
    /// called <MD5 of the content>_<name>, so that equal contents give equal archives. A member that no key
    /// names any more goes.
    [[nodiscard]] Status putArtifact(const std::string& key, const NamedFile& file);
    /// Sets the key to null, as for an optional artifact that is not there.
    [[nodiscard]] Status removeArtifact(const std::string& key);
    /// The artifact of `otherKey` in another archive becomes that of `key` here.
    [[nodiscard]] Status mergeArtifact(const std::string& key, const Nemo& other,
                                       const std::string& otherKey);

    // --- members other than config and weights

    /// Config keys that name the member follow.
    [[nodiscard]] Status renameMember(const std::string& name, const std::string& newName);
    [[nodiscard]] Status removeMember(const std::string& name);
    /// New content under the same name.
    [[nodiscard]] Status replaceMember(const std::string& name, std::string content);
    /// What the member will hold; empty span when there is none of that name. Valid until the next edit.
    [[nodiscard]] Result<std::span<const std::byte>> bytes(const std::string& name) const;

    // --- weights

    /// The state_dict to be. Errors where the weights cannot be rewritten (damaged, distributed, or holding
    /// entries that are no tensors).
    [[nodiscard]] Result<std::shared_ptr<const std::vector<EditedTensor>>> tensors() const;
    /// Floating-point tensors whose name matches become `dtype` (a floating-point one), rounded to nearest
    /// even. `pattern` is a glob: `*` any characters, `?` one. Returns how many change.
    [[nodiscard]] Result<std::size_t> convertTensors(const std::string& pattern, DType dtype);
    [[nodiscard]] Result<std::size_t> dropTensors(const std::string& pattern);
    /// Each `*` and `?` of `newName` takes what the one at the same place of `pattern` matched:
    /// `encoder.*` to `enc.*`. No two tensors may get one name.
    [[nodiscard]] Result<std::size_t> renameTensors(const std::string& pattern, const std::string& newName);

    // --- history

    [[nodiscard]] bool canUndo() const { return m_current > 0; }
    [[nodiscard]] bool canRedo() const { return m_current + 1 < m_states.size(); }
    /// What undo() would take back: "set optim.lr"; empty where there is nothing.
    [[nodiscard]] std::string undoText() const {
        return canUndo() ? m_states[m_current].label : std::string();
    }
    [[nodiscard]] std::string redoText() const {
        return canRedo() ? m_states[m_current + 1].label : std::string();
    }
    void undo();
    void redo();
    /// Something differs from the opened archive.
    [[nodiscard]] bool isModified() const;

    // --- before saving

    /// Everything that saving will change, in the order config, members, tensors.
    [[nodiscard]] std::vector<PlannedChange> changes() const;

private:
    struct Step {
        std::string label{}; ///< of the edit that led here
        std::shared_ptr<const NemoState> state{};
    };
    NemoEditor(Nemo nemo, NemoState state);
    void push(std::string label, NemoState next);
    [[nodiscard]] Status applyConfig(std::string label, std::vector<std::string> edits, NemoState next);
    [[nodiscard]] std::string overrideOf(const std::string& key, const Value& value) const;
    template <class Change>
    [[nodiscard]] Result<std::size_t> changeTensors(std::string label, const std::string& pattern,
                                                    const Change& change);

    Nemo m_nemo;
    std::string m_originalYaml;
    std::vector<Step> m_states{};
    std::size_t m_current = 0;
};

} // namespace fathom::archive
