// SPDX-License-Identifier: Apache-2.0
// Hydra 1.3's override grammar: `key=value`, `+key=`, `++key=`, `~key`, groups, packages, quoting, casts and
// sweeps.
//
//   Result<Override> lr = parseOverride("model.optim.lr=1e-3");
//   toValue(lr->element);                              // Value(0.001)
//   parseOverride("a=choice(1,2)")->element.sweep;     // what -m expands
#pragma once

#include "engine/base/value.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom::config {

enum class OverrideKind { Change, Add, ForceAdd, Delete };
enum class SweepKind { SimpleChoice, Choice, Glob, Range, Interval };

struct Sweep;

/// One parsed value: what stands after `=`, or one item of a list.
struct Element {
    enum class Type { Primitive, Quoted, List, Dict, Sweep };
    Type type = Type::Primitive;
    Value value{};                                      ///< Primitive, and the text of Quoted
    char quote = '\'';                                  ///< Quoted only
    std::vector<Element> items{};                       ///< List
    std::vector<std::pair<Element, Element>> entries{}; ///< Dict, in order, keys primitive
    std::shared_ptr<Sweep> sweep{};                     ///< Sweep
};

struct Sweep {
    SweepKind kind = SweepKind::Choice;
    std::vector<Element> choices{};     ///< SimpleChoice, Choice
    std::vector<std::string> include{}; ///< Glob
    std::vector<std::string> exclude{}; ///< Glob
    Value start{}, stop{}, step{};      ///< Range (int or float); Interval uses start and stop, floats
    std::vector<std::string> tags{};
    bool shuffle = false;
};

struct Override {
    OverrideKind kind = OverrideKind::Change;
    std::string key{};                    ///< dotted key or group path, as written
    std::optional<std::string> package{}; ///< what follows `@`
    bool hasValue = true;                 ///< false for `~key`
    Element element{};
    std::string input{}; ///< the argument as written

    [[nodiscard]] bool isSweep() const { return element.type == Element::Type::Sweep; }
    /// What follows the first `=`, as written.
    [[nodiscard]] std::string valueText() const;
};

/// Parses one argument. Errors (Usage) are of class OverrideParseException and carry Hydra's text; the column
/// is that of the argument. Nesting deeper than 100 levels is refused.
[[nodiscard]] Result<Override> parseOverride(std::string_view text);

/// The value with quotes removed. Keys of dicts that are not strings become `{"$map": [[key, value], …]}`.
[[nodiscard]] Value toValue(const Element& element);

/// The element in override syntax, as Hydra normalises it (`[1,2]`, `{a:1}`, escaped blanks). Sweeps are not
/// elements.
[[nodiscard]] std::string elementText(const Element& element);

/// Refuses sweeps inside a list, a dict or another sweep, as OmegaConf does (ValidationError).
[[nodiscard]] Status checkNestedSweeps(const Element& element);

/// Override syntax for a plain value, quoted where the grammar needs it: what an edited cell becomes on a
/// command line.
[[nodiscard]] std::string overrideText(const Value& value);

/// A string as override syntax: bare where it reads back as this very string (interpolations too), else
/// quoted.
[[nodiscard]] std::string quoteForOverride(std::string_view text);

/// The value part of an override for what a user typed: legal grammar is taken as it is, anything else
/// (sweeps and nothing at all included) becomes a quoted string. Leading and trailing blanks are dropped.
[[nodiscard]] std::string overrideTextFromInput(std::string_view typed);

/// The items of a choice or range as override syntax, in order (shuffled ones too). A glob needs `options`,
/// the names of its group. Intervals cannot be enumerated: HydraException.
[[nodiscard]] Result<std::vector<std::string>> sweepItems(const Sweep& sweep,
                                                          const std::vector<std::string>& options = {});

} // namespace fathom::config
