// SPDX-License-Identifier: Apache-2.0
// A value that many threads read and that is replaced as a whole now and then, and a list of named things
// kept so.
//
//   Registry<Entry> optimizers("optimizer");              // struct Entry { std::string name; … };
//   Status added = optimizers.add({"signum", …});         // refused when there is one of that name
//   if (const Entry* found = optimizers.find("signum")) … // stays valid as long as the registry
#pragma once

#include "engine/base/result.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fathom {

/// Readers take no lock, and what they were given stays where it is until the Published itself goes: meant
/// for values that change a few times in the life of a process. Any thread.
template <class T> class Published {
public:
    explicit Published(T first) { publish(std::move(first)); }
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;

    [[nodiscard]] const T& operator*() const { return *m_current.load(std::memory_order_acquire); }
    [[nodiscard]] const T* operator->() const { return &**this; }

    /// Publishes a changed copy, or nothing when `change` (of T&, giving Status) fails.
    template <class Change> [[nodiscard]] Status update(Change&& change) {
        const std::lock_guard lock(m_mutex);
        T next = **this;
        if (Status changed = change(next); !changed) return changed;
        publish(std::move(next));
        return {};
    }

private:
    void publish(T next) {
        m_versions.push_back(std::make_unique<const T>(std::move(next)));
        m_current.store(m_versions.back().get(), std::memory_order_release);
    }

    std::mutex m_mutex; // of writers
    std::vector<std::unique_ptr<const T>> m_versions;
    std::atomic<const T*> m_current = nullptr;
};

/// Things by name, in the order in which they were added. `Entry` has a member `name`. Any thread.
template <class Entry> class Registry {
public:
    /// `kind` is what an entry is called in errors.
    explicit Registry(std::string kind) : m_kind(std::move(kind)), m_listing(Listing{}) {}

    /// Refused (ValueError) when the name is empty or taken.
    [[nodiscard]] Status add(Entry entry) {
        return m_listing.update([&](Listing& listing) -> Status {
            const std::string why = entry.name.empty() ? "it has no name"
                                    : listing.find(entry.name) != nullptr
                                        ? "there is one of that name already"
                                        : "";
            if (!why.empty()) {
                Error error{.what = "Cannot register the " + m_kind + " '" + entry.name + "'",
                            .why = why,
                            .remedy = "Choose another name"};
                error.className = "ValueError";
                return fail(std::move(error));
            }
            listing.names.push_back(entry.name);
            listing.entries.push_back(std::make_shared<const Entry>(std::move(entry)));
            return {};
        });
    }
    /// Null when there is none of that name.
    [[nodiscard]] const Entry* find(std::string_view name) const { return m_listing->find(name); }
    [[nodiscard]] const std::vector<std::string>& names() const { return m_listing->names; }

private:
    struct Listing {
        std::vector<std::string> names{};
        std::vector<std::shared_ptr<const Entry>> entries{};
        [[nodiscard]] const Entry* find(std::string_view name) const {
            for (const auto& entry : entries)
                if (entry->name == name) return entry.get();
            return nullptr;
        }
    };

    const std::string m_kind;
    Published<Listing> m_listing;
};

} // namespace fathom
