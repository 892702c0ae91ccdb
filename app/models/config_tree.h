// SPDX-License-Identifier: GPL-3.0-or-later
// A composed config as plain rows for the tree: built in the background, shown by ConfigModel.
#pragma once

#include "app/models/config_field.h"
#include "app/models/config_problem.h"
#include "engine/config/config.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace fathom::app {

/// Where a value was written. Line and column are 1-based, 0 for none.
struct ConfigOrigin {
    config::Layer layer = config::Layer::Yaml;
    QString file{};
    int line = 0;
    int argument = -1; ///< index into the overrides, -1 for files
    QString text{};    ///< "configs/asr/quartznet.yaml:33:9", for tooltips

    friend bool operator==(const ConfigOrigin& a, const ConfigOrigin& b) = default;
};

/// Beat: an assignment that lost, below its key. Problem: an inline message below its key.
enum class ConfigKind { Scalar, List, Map, Beat, Problem };

/// One row without what lies below it.
struct ConfigRow {
    ConfigKind kind = ConfigKind::Scalar;
    QString key{};
    QString path{};     ///< dotted; of the key it belongs to for beats and problems
    QString value{};    ///< scalars and lists of scalars: text that can be edited; maps: a summary
    QString text{};     ///< maps and nested lists: the whole in override grammar; otherwise empty
    QString resolved{}; ///< what an interpolation stands for; empty when it is none
    Value::Type type = Value::Type::Null;
    ConfigField field{}; ///< what is known of the key besides its value
    std::optional<ConfigOrigin> origin{};
    QStringList references{};   ///< keys that its interpolation is computed from
    QStringList dependents{};   ///< keys whose interpolations name it
    bool isLeaf = true;         ///< edited as one value: a scalar or a list without containers
    bool isRemoved = false;     ///< by an override
    bool isMissing = false;     ///< ???
    bool isBroken = false;      ///< its interpolation cannot be resolved
    bool isDefault = false;     ///< not in the config: what the schema says when the key is absent
    bool isEditedBelow = false; ///< a map with a key that an edit decides
    int problem = -1;           ///< Problem: index into the list of problems

    friend bool operator==(const ConfigRow& a, const ConfigRow& b) = default;
};

struct ConfigItem : ConfigRow {
    std::vector<ConfigItem> children{};
};

struct ConfigTree {
    ConfigItem root{};
    std::vector<ConfigProblem> problems{}; ///< what is open or odd in a config that composed, in tree order
};

/// A group of the defaults list and the option that was taken.
struct ConfigGroup {
    QString path{};   ///< dotted key of the section that the option fills
    QString key{};    ///< what an override names it: "model/encoder" or "db@backup"
    QString option{}; ///< "quartznet"
    QStringList options{};

    friend bool operator==(const ConfigGroup& a, const ConfigGroup& b) = default;
};

/// The rows of the config. Pure but for asking whether files exist; any thread.
[[nodiscard]] ConfigItem buildConfigTree(const config::Config& config,
                                         const std::vector<ConfigGroup>& groups = {});
/// The same with what the schemas say where the config says nothing, as rows of Layer::Dataclass.
[[nodiscard]] ConfigItem buildConfigTreeWithDefaults(const config::Config& config,
                                                     const std::vector<ConfigGroup>& groups = {});
/// The tree with a row for each problem below the key it names, or below its nearest ancestor that the tree
/// has.
[[nodiscard]] ConfigItem withProblems(ConfigItem root, const std::vector<ConfigProblem>& problems);
/// The key's row, or nullptr. Beats and problems are not found.
[[nodiscard]] const ConfigItem* findKey(const ConfigItem& root, const QString& path);
/// How a value is shown and edited: override grammar, but strings without quotes where that is unambiguous.
[[nodiscard]] QString displayText(const Value& value);

} // namespace fathom::app
