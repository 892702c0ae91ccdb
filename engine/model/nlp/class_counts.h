// SPDX-License-Identifier: Apache-2.0
// NeMo's ClassificationReport: what follows from how often each class was hit, missed and seen wrongly.
#pragma once

#include "engine/model/model.h"

#include <span>
#include <string>
#include <vector>

namespace fathom::model {

/// True positives, false negatives and false positives of each class, one behind the other: [3 · classes].
class ClassCounts {
public:
    explicit ClassCounts(std::int64_t classes) : m_values(3 * static_cast<std::size_t>(classes)) {}
    /// Of values() that were added up.
    explicit ClassCounts(std::span<const double> values) : m_values(values.begin(), values.end()) {}

    void add(std::int64_t label, std::int64_t prediction);
    [[nodiscard]] const std::vector<double>& values() const { return m_values; }
    [[nodiscard]] std::size_t classes() const { return m_values.size() / 3; }

    /// precision, f1 and recall, micro-averaged and in percent as NeMo logs them, then those of each class as
    /// "f1_<name>", where the classes are not too many to look at. `names[i]` is of class i.
    [[nodiscard]] std::vector<Metric> metrics(const std::vector<std::string>& names) const;
    /// The lines of NeMo's report: each class, then micro, macro and weighted averages.
    [[nodiscard]] std::vector<std::string> report(const std::vector<std::string>& names) const;

private:
    struct Figures {
        double precision = 0, recall = 0, f1 = 0, support = 0;
    };
    [[nodiscard]] Figures figures(double hits, double missed, double wrong) const;
    [[nodiscard]] Figures ofClass(std::size_t label) const;
    [[nodiscard]] Figures micro() const;
    std::vector<double> m_values;
};

} // namespace fathom::model
