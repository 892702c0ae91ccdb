// SPDX-License-Identifier: GPL-3.0-or-later
// The list of Hydra overrides behind the Configure page. The tree, the command-line box and fathom-cli are
// three views of it.
//
//   OverrideList list{{"trainer.max_epochs=3"}, 1};    // one from the command line, none edited
//   list.set("model.optim.lr", "0.02");                // appends model.optim.lr=0.02 as an edit
//   list.remove("model.test_ds");                      // appends ~model.test_ds
//   list.reset("model.optim.lr");                      // back to the layer below
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::app {

/// An override cut at its operator and first '='. Nothing is checked; the engine does that.
struct OverrideParts {
    std::string prefix{}; ///< "", "+", "++" or "~"
    std::string key{};
    std::optional<std::string> value{}; ///< nullopt where there is no '='
};

[[nodiscard]] OverrideParts splitOverride(std::string_view text);

/// A value; copy it to remember it (undo does).
struct OverrideList {
    std::vector<std::string> items{};
    std::size_t editedFrom =
        0; ///< items before it came from the command line, the others from edits in the tree

    /// `key=value`; an earlier edit of the key is replaced in place and keeps its `+`. `value` is in override
    /// grammar.
    void set(std::string_view key, std::string_view value);
    /// `+key=value` for a key that the config does not have.
    void add(std::string_view key, std::string_view value);
    /// `~key`. A key that an edit added simply loses that edit; edits below the key go with it.
    void remove(std::string_view key);
    /// Drops what decides the key now: its edits and those below it, or, where there are none, its last
    /// override from the command line. False when nothing overrides it.
    bool reset(std::string_view key);
    /// Replaces the override at `index`; an empty text drops it.
    void put(std::size_t index, std::string text);
    /// True when an override names the key or one below it.
    [[nodiscard]] bool touches(std::string_view key) const;
    /// Takes a list typed by the user: trailing items that were edits before stay edits, the rest is command
    /// line.
    void replace(std::vector<std::string> typed);

    friend bool operator==(const OverrideList& a, const OverrideList& b) = default;
};

/// True when `key` is `ancestor` or lies below it ("model.optim.lr" below "model.optim").
[[nodiscard]] bool isAtOrBelow(std::string_view key, std::string_view ancestor);

} // namespace fathom::app
