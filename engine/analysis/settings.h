// SPDX-License-Identifier: Apache-2.0
// Named values of several runs side by side: config leaves, and facts about environment, code and data.
//
//   const auto rows = analysis::compareSettings({&first, &second}, 0);
//   for (const auto& row : rows) if (row.differs) show(row.key, row.runs);
#pragma once

#include "engine/base/value.h"

#include <string>
#include <vector>

namespace fathom::analysis {

/// One value of a run and who set it.
struct Setting {
    std::string key{};
    Value value{};
    std::string layer{};  ///< "dataclass", "yaml", "command line" …; empty where nobody recorded it
    std::string origin{}; ///< "configs/asr/x.yaml:33", or empty

    friend bool operator==(const Setting&, const Setting&) = default;
};

/// Of one run; each key once.
using Settings = std::vector<Setting>;

struct ComparedKey {
    std::string key{};
    std::vector<const Setting*> runs{}; ///< one for each run, null where it lacks the key
    bool differs = false;               ///< not every run has the same value

    /// True when this run's value is another than the baseline's, or only one of both has the key.
    [[nodiscard]] bool differsBetween(std::size_t baseline, std::size_t run) const;
};

/// Every key that a run has, in the order of the baseline; what the baseline lacks comes behind the key that
/// it follows in the run that has it. The rows point into `runs`, which have to outlive them. Values are
/// equal when type and contents are: 1 and 1.0 are not.
[[nodiscard]] std::vector<ComparedKey> compareSettings(const std::vector<const Settings*>& runs,
                                                       std::size_t baseline);

/// For display: a text as it is, everything else as JSON.
[[nodiscard]] std::string displayText(const Value& value);

} // namespace fathom::analysis
