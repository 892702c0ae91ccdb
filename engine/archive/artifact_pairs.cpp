// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/artifact_pairs.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace fathom::archive {

namespace {

class Pairing {
public:
    Pairing(const ArchiveSide& before, const ArchiveSide& after)
        : m_before(before), m_after(after), m_partner(before.files.size(), kFree) {
        m_isTaken.resize(after.files.size());
    }

    std::vector<ArtifactPair> run() {
        byName();
        byConfigKey();
        byBaseName([](const ArchiveFile& a, const ArchiveFile& b) { return haveEqualContents(a, b); });
        byBaseName([](const ArchiveFile&, const ArchiveFile&) { return true; });
        std::vector<ArtifactPair> pairs;
        for (std::size_t i = 0; i < m_partner.size(); ++i)
            pairs.push_back(
                {&m_before.files[i], m_partner[i] == kFree ? nullptr : &m_after.files[m_partner[i]]});
        for (std::size_t i = 0; i < m_isTaken.size(); ++i)
            if (!m_isTaken[i]) pairs.push_back({nullptr, &m_after.files[i]});
        return pairs;
    }

private:
    static constexpr std::size_t kFree = static_cast<std::size_t>(-1);
    using Places = std::map<std::string_view, std::size_t>;

    static Places placesOf(const ArchiveFiles& files) {
        Places places;
        for (std::size_t i = 0; i < files.size(); ++i)
            places.insert_or_assign(files[i].name, i);
        return places;
    }

    void join(std::size_t before, std::size_t after) {
        if (m_partner[before] != kFree || m_isTaken[after]) return;
        m_partner[before] = after;
        m_isTaken[after] = true;
    }

    void byName() {
        const Places after = placesOf(m_after.files);
        for (std::size_t i = 0; i < m_partner.size(); ++i)
            if (const auto it = after.find(m_before.files[i].name); it != after.end()) join(i, it->second);
    }

    void byConfigKey() {
        const Places before = placesOf(m_before.files);
        const Places after = placesOf(m_after.files);
        std::map<std::string_view, std::string_view> named;
        for (const auto& [key, value] : m_after.config)
            if (const auto name = artifactNamed(value); !name.empty()) named.emplace(key, name);
        for (const auto& [key, value] : m_before.config) {
            const auto from = before.find(artifactNamed(value));
            const auto to = named.find(key);
            if (from == before.end() || to == named.end()) continue;
            if (const auto it = after.find(to->second); it != after.end()) join(from->second, it->second);
        }
    }

    template <class Accept> void byBaseName(const Accept& accept) {
        std::multimap<std::string_view, std::size_t> after;
        for (std::size_t i = 0; i < m_isTaken.size(); ++i)
            if (!m_isTaken[i]) after.emplace(withoutPrefix(m_after.files[i].name), i);
        for (std::size_t i = 0; i < m_partner.size(); ++i) {
            if (m_partner[i] != kFree) continue;
            const auto [begin, end] = after.equal_range(withoutPrefix(m_before.files[i].name));
            const auto it = std::find_if(begin, end, [&](const auto& candidate) {
                return accept(m_before.files[i], m_after.files[candidate.second]);
            });
            if (it == end) continue;
            join(i, it->second);
            after.erase(it);
        }
    }

    const ArchiveSide& m_before;
    const ArchiveSide& m_after;
    std::vector<std::size_t> m_partner; ///< for each file of before
    std::vector<bool> m_isTaken;        ///< for each of after
};

} // namespace

std::vector<ArtifactPair> pairArtifacts(const ArchiveSide& before, const ArchiveSide& after) {
    return Pairing(before, after).run();
}

bool haveEqualContents(const ArchiveFile& a, const ArchiveFile& b) {
    return a.bytes.size() == b.bytes.size() &&
           (a.bytes.empty() || std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0);
}

std::string_view artifactNamed(const Value& value) {
    if (!value.isString() || !value.asString().starts_with("nemo:")) return {};
    return std::string_view(value.asString()).substr(5);
}

std::string_view withoutPrefix(std::string_view name) {
    constexpr std::size_t kDigits = 32;
    if (name.size() <= kDigits + 1 || name[kDigits] != '_') return name;
    const std::string_view digits = name.substr(0, kDigits);
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return name;
    return name.substr(kDigits + 1);
}

} // namespace fathom::archive
