// SPDX-License-Identifier: Apache-2.0
// What a parameter struct is made of: names, types, defaults, ranges, one line of help. Plain data, no
// templates; a Schema<T> (engine/config/schema.h) adds the conversion to a struct. Many are written as text,
// a dataclass each:
//
//   Novograd(Optimizer)
//     betas: Tuple[float, float] = [0.95, 0.98]      # decay rates of the two moments | 0..1
//     luc: bool = false                              # limit the rate by layer-wise trust ratios
//
// The type is Python's, the default YAML ("???": has to be given) or an instance as `Name(field: value)`.
// After "|": `0..1`, `>= 0`, `<= 1`, `file`, `folder`, `output` or the legal words, separated by commas;
// words ending in ", ..." are suggestions; `no effect: why` marks what is accepted and not obeyed. A line of
// `...` lets other keys pass.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::config {

enum class PathKind {
    None,
    File,   ///< that has to exist
    Folder, ///< that has to exist
    Output, ///< a folder that is made where it does not exist
};

struct FieldOptions {
    std::optional<double> minimum{};    ///< inclusive
    std::optional<double> maximum{};    ///< inclusive
    std::vector<std::string> choices{}; ///< for strings: the only ones allowed
    bool choicesAreOpen = false;        ///< choices are suggestions: others are allowed
    PathKind path = PathKind::None;     ///< a string that names a file or folder
    std::string noEffect{}; ///< why values other than the default change nothing; empty: it is obeyed
};

struct Description;

/// One field, untyped: what a tree shows of it.
struct Field {
    std::string name{};
    std::string
        type{}; ///< as Python writes it: "float", "Optional[int]", "List[str]", "Any", or a struct's name
    Value defaultValue{}; ///< "???" when the field must be given
    std::string help{};   ///< one line
    FieldOptions options{};
    std::shared_ptr<const Description>
        nested{}; ///< of the struct that `type` names, be it an item of a list or dict
    bool required = false;

    /// Whether the type is `Optional[…]` or `Any`.
    [[nodiscard]] bool takesNull() const;
    /// Whether `nested` describes the items of the list that the field holds.
    [[nodiscard]] bool isListOfNested() const;
};

/// A struct's fields in order.
struct Description {
    std::string name{};
    std::vector<std::string> bases{}; ///< every one, nearest first
    std::vector<Field> fields{};
    bool isOpen = false; ///< other keys are allowed

    [[nodiscard]] const Field* field(std::string_view fieldName) const;
    [[nodiscard]] std::vector<std::string> fieldNames() const;
    /// All fields at their defaults, nested structs too.
    [[nodiscard]] Value defaults() const;
};

/// Descriptions by name. Immutable once built; entries stay where they are.
class DescriptionSet {
public:
    /// Adds every struct of a text in the format above and returns them. Types and bases may name structs
    /// that were added before; a struct that there is already is an error (Usage), as is a malformed line,
    /// and what came before it has been added then.
    [[nodiscard]] Result<std::vector<std::shared_ptr<const Description>>> read(std::string_view text);
    /// The same for a text that is part of the program: mistakes in it are assertions, and a test reads all
    /// of them.
    void add(std::string_view text);
    void add(Description description);
    [[nodiscard]] std::shared_ptr<const Description> find(std::string_view name) const;
    /// In the order of their names.
    [[nodiscard]] const std::map<std::string, std::shared_ptr<const Description>, std::less<>>& all() const {
        return m_all;
    }

private:
    std::map<std::string, std::shared_ptr<const Description>, std::less<>> m_all;
};

} // namespace fathom::config
