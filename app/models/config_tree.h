// SPDX-License-Identifier: GPL-3.0-or-later
// A composed config as plain rows for the tree: built in the background, shown by ConfigModel.
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"

#include <QString>

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

struct ConfigItem {
    ConfigKind kind = ConfigKind::Scalar;
    QString key{};
    QString path{};     ///< dotted; of the key it belongs to for beats and problems
    QString value{};    ///< scalars and lists of scalars: text that can be edited; maps: a summary
    QString resolved{}; ///< what an interpolation stands for; empty when it is none
    Value::Type type = Value::Type::Null;
    std::optional<ConfigOrigin> origin{};
    bool isLeaf = true; ///< edited as one value: a scalar or a list without containers
    bool isRemoved = false;
    bool isMissing = false; ///< ???
    bool isBroken = false;  ///< its interpolation cannot be resolved
    std::vector<ConfigItem> children{};
};

struct ConfigProblem {
    Error error{};
    bool isBlocking = false; ///< the config could not be composed; otherwise it composed, with a gap in it
};

struct ConfigTree {
    ConfigItem root{};
    std::vector<ConfigProblem>
        problems{}; ///< `???` and interpolations that cannot be resolved, in tree order
};

/// Pure; any thread.
[[nodiscard]] ConfigTree buildConfigTree(const config::Config& config);
/// The tree with a row for each problem below the key it names, or below its nearest ancestor that the tree
/// has.
[[nodiscard]] ConfigItem withProblems(ConfigItem root, const std::vector<ConfigProblem>& problems);
/// How a value is shown and edited: override grammar, but strings without quotes where that is unambiguous.
[[nodiscard]] QString displayText(const Value& value);

} // namespace fathom::app
