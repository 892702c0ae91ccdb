// SPDX-License-Identifier: Apache-2.0
// The dataclass layer: every parameter struct that this program or NeMo has, and which of them describes a
// place of a composed config. Needs no LibTorch: the window, the command line and the torch part read the
// same descriptions.
//
//   const config::Field* lr = schemas::fieldAt(config, "model.optim.lr");   // type, default, range, help
//   schemas::optimizer("novograd")->defaults();                             // what `name: novograd` alone
//   means schemas::choicesAt(config, "model.optim.sched.name");                   // every schedule
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/config/description.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::config {
class SchemaStore;
}

namespace fathom::schemas {

// Programs and plugins add to them while the process runs. Reading takes no lock, and what was read stays
// valid until the process ends.

/// All of them.
[[nodiscard]] const config::DescriptionSet& catalog();
/// By class name ("ConformerEncoder", "AdamWParams", "AAYNBaseConfig"); null when there is none.
[[nodiscard]] const config::Description* find(std::string_view className);
/// The same for a name that is known to exist; for code that binds members to it.
[[nodiscard]] const config::Description& at(std::string_view className);

/// The names that `optim.name` may have, in NeMo's order.
[[nodiscard]] const std::vector<std::string>& optimizerNames();
/// An optimizer's section in NeMo's flat style, with the defaults of its constructor ("adamw" has
/// weight_decay 0.01); null for an unknown name. The dataclasses for `optim.args` are find("AdamWParams").
[[nodiscard]] const config::Description* optimizer(std::string_view name);
/// The names that `sched.name` may have, in NeMo's order.
[[nodiscard]] const std::vector<std::string>& schedulerNames();
/// A scheduler's section in NeMo's flat style; null for an unknown name.
[[nodiscard]] const config::Description* scheduler(std::string_view name);

enum class Role { Optimizer, Scheduler, Model };

/// A name that configs may then use, with the struct that describes its section.
struct Addition {
    Role role = Role::Optimizer;
    std::string name{};
    /// In the format of engine/config/description.h. The last struct describes the section, those before it
    /// what it is made of; all may build on the catalog's. A model's is called like the model. Empty: the
    /// catalog describes the name already.
    std::string text{};
};

/// Adds all, or none when one of them is wrong: a name or struct that there is already, a malformed text.
/// Errors (Usage) say which.
[[nodiscard]] Status extend(std::span<const Addition> additions);

/// The last struct of a text in that format, which may build on the catalog's but is not added to it.
[[nodiscard]] Result<config::Description> describe(std::string_view text);

/// The model class of the section at `path`: the last part of `target` or, because NeMo's scripts name the
/// class in Python and most of its YAML files do not, what the section's shape tells; empty when neither
/// does.
[[nodiscard]] std::string modelClassAt(const config::Config& config, std::string_view path);
/// What describes the map at `path` of a composed config: `trainer`, `exp_manager`, the model by its class or
/// shape, its modules by `_target_`, `optim` and `sched` by their names. Null when nothing does.
[[nodiscard]] const config::Description* descriptionAt(const config::Config& config, std::string_view path);
/// The field that describes `path` itself, whether or not the config has the key; null when nothing does.
[[nodiscard]] const config::Field* fieldAt(const config::Config& config, std::string_view path);
/// The legal values of a key as they are written: words, bools, names of optimizers and schedules; empty when
/// they cannot be listed.
[[nodiscard]] std::vector<std::string> choicesAt(const config::Config& config, std::string_view path);

/// The config with the dataclass layer below it: keys of described sections that no layer gives are there
/// with their defaults (Layer::Dataclass, after the given keys), and the histories of the others begin with
/// the default that was beaten. Sections that are absent or null stay so.
[[nodiscard]] config::Config withDefaults(const config::Config& config);

/// The catalog, additions included, as Hydra's config store holds it: `schema_<Name>` and
/// `<group>/<name>_schema`.
[[nodiscard]] std::shared_ptr<const config::SchemaStore> builtinStore();

} // namespace fathom::schemas
