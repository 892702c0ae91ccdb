// SPDX-License-Identifier: Apache-2.0
// What a column of the table of runs holds: an attribute of the run, a config key, a metric, or a fact of its
// environment.
//
//   started   config.model.optim.lr   val_wer   min(val_wer)   best(val_loss, by val_wer)   env.git.commit
#pragma once

#include "engine/base/result.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::query {

/// What a field of a metric shows of its series.
enum class Aggregate {
    Last,
    Least,
    Greatest,
    LeastStep,    ///< the step of the least value
    GreatestStep, ///< the step of the greatest value
    Points,       ///< how many were logged
    Best          ///< the value at the step where another metric is best
};

struct Field {
    enum class Kind { Attribute, Config, Metric, Environment };
    Kind kind = Kind::Attribute;
    std::string name{};
    Aggregate aggregate = Aggregate::Last; ///< of a Metric
    std::string by{};                      ///< Best: the other metric
    bool isGreatestBest = false;           ///< Best: whether the greatest value of `by` is the best one

    friend auto operator<=>(const Field&, const Field&) = default;
};

/// What the cells of a field are, as far as it is known before any is read.
enum class Type {
    Number,
    Moment,   ///< seconds since the Unix epoch
    Duration, ///< seconds
    Text,
    Tags, ///< texts, of which each counts for itself
    Flag, ///< "true" or "false"
    Any   ///< whatever the config says
};

struct Attribute {
    std::string_view name;
    Type type;
    std::string_view help; ///< for completion, one phrase
};

/// All of them, in the order in which they are offered.
[[nodiscard]] const std::vector<Attribute>& attributes();
[[nodiscard]] const Attribute* attribute(std::string_view name);
[[nodiscard]] Type typeOf(const Field& field);

/// As the language writes it, so that Schema::field() reads it back: "config.model.optim.lr", "min(val_wer)".
[[nodiscard]] std::string text(const Field& field);
/// What text() wrote, read back without asking whether any run has it; nullopt for other texts.
[[nodiscard]] std::optional<Field> fieldOf(std::string_view text);
/// "min", "step of max" …: what a header says of an aggregate; empty for Last.
[[nodiscard]] std::string caption(const Field& field);

/// True when the greatest value of a metric is its best one: accuracies, BLEU, F1; false for losses and rates
/// of errors.
[[nodiscard]] bool isGreatestBest(std::string_view metric);

/// The names that the runs of a workspace have.
struct Schema {
    // Sorted, without doubles.
    std::vector<std::string> configKeys{};
    std::vector<std::string> metrics{};
    std::vector<std::string> environment{};

    void sort();
    /// A plain name to a field: an attribute, else a metric, a config key, a fact of the environment, or the
    /// end of exactly one config key ("optim.lr"). `config.`, `metric.`, `env.` and `run.` say which. The
    /// Error's `why` and `remedy` say what is like it.
    [[nodiscard]] Result<Field> resolve(std::string_view name) const;
    [[nodiscard]] Result<Field> resolveMetric(std::string_view name) const;
    /// The field that text() wrote, or that a user names: "val_wer", "min(val_wer)".
    [[nodiscard]] Result<Field> field(std::string_view text) const;
};

} // namespace fathom::query
