// SPDX-License-Identifier: Apache-2.0
// Where a value came from.
#pragma once

#include <cstdint>
#include <string>

namespace fathom::config {

/// Lowest precedence first.
enum class Layer { Dataclass, Yaml, Group, CommandLine, Edited };

enum class Operation { Set, Add, Delete, Interpolate };

/// One assignment to one key, in the order in which they were made; the last one wins.
struct Assignment {
    Layer layer = Layer::Yaml;
    Operation operation = Operation::Set;
    std::string file{}; ///< the YAML file, or the schema's name for Layer::Dataclass; empty for overrides
    int line = 0;       ///< 1-based, 0 when there is none
    int column = 0;     ///< 1-based
    int argument = -1;  ///< index into ComposeRequest::overrides, -1 for files
    std::string text{}; ///< raw text of the value as written

    /// "configs/asr/quartznet.yaml:33:9", "override 3: model.optim.lr=0.02" or "dataclass TrainerConfig".
    [[nodiscard]] std::string where() const;
};

} // namespace fathom::config
