// SPDX-License-Identifier: Apache-2.0
// The group overrides of the command line and of defaults lists, and which of them were used (Hydra's
// Overrides). Internal.
#pragma once

#include "engine/config/override.h"
#include "engine/config/repository.h"

#include <map>
#include <set>

namespace fathom::config::detail {

class GroupChoices {
public:
    /// Splits overrides of groups from those of values. Throws ComposeFailure.
    GroupChoices(const Repository& repository, const std::vector<Override>& overrides);

    [[nodiscard]] const std::vector<DefaultItem>& appended() const { return m_appended; }
    [[nodiscard]] const std::vector<std::size_t>& valueOverrides() const { return m_valueOverrides; }
    void addOverride(const std::string& config, const DefaultItem& item);
    /// Gives the item the option that an override chose.
    void applyTo(DefaultItem& item);
    void setKnown(const DefaultItem& item);
    [[nodiscard]] bool isDeleted(const DefaultItem& item) const;
    void markDeleted(DefaultItem& item);
    /// Every override and deletion must have met an entry of a defaults list.
    void ensureAllUsed() const;
    [[nodiscard]] Node knownChoices() const;
    [[nodiscard]] std::string suggestion(const std::string& word, const std::vector<std::string>& candidates,
                                         std::string otherwise) const;

private:
    struct Choice {
        std::string key{};
        std::optional<std::string> value{};
        std::vector<std::string> options{};
        bool hasOptions = false;
        bool external = false;
        bool used = false;
        std::string config{}; ///< that holds the override
    };
    struct Deletion {
        std::optional<std::string> name{};
        bool used = false;
    };
    void addGroupOverride(const Override& override);
    [[nodiscard]] Choice* find(const std::string& key);

    std::vector<Choice> m_choices;
    std::vector<DefaultItem> m_appended;
    std::vector<std::size_t> m_valueOverrides;
    std::vector<std::pair<std::string, std::optional<std::string>>> m_known;
    std::map<std::string, std::set<std::string>> m_knownByGroup;
    std::vector<std::pair<std::string, Deletion>> m_deletions;
};

} // namespace fathom::config::detail
