// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the golden files of tests/data/hydra and keeping the books of what passes.
#pragma once

#include "engine/base/file.h"
#include "engine/base/value.h"

#include <QTest>
#include <set>
#include <sstream>

namespace golden {

/// FATHOM_GOLDEN names another folder in the same format, such as one that tests/oracle/hydra_fuzz.py wrote.
inline std::string path(const std::string& name) {
    const QString folder = qEnvironmentVariable("FATHOM_GOLDEN", QStringLiteral(FATHOM_TEST_DATA "/hydra"));
    return folder.toStdString() + "/" + name;
}

/// The rows of a file, and those of hydra_more/ unless another folder was named.
inline std::vector<fathom::Value> lines(const std::string& name) {
    std::vector<fathom::Value> out;
    std::vector<std::string> files{path(name)};
    if (!qEnvironmentVariableIsSet("FATHOM_GOLDEN")) files.push_back(FATHOM_TEST_DATA "/hydra_more/" + name);
    for (const std::string& file : files) {
        const fathom::Result<std::string> text = fathom::readFile(file);
        if (!text) qFatal("%s", text.error().message().c_str());
        std::istringstream stream(*text);
        for (std::string line; std::getline(stream, line);) {
            const fathom::Result<fathom::Value> value = fathom::fromJson(line);
            if (!value) qFatal("%s: %s", file.c_str(), value.error().message().c_str());
            out.push_back(*value);
        }
    }
    return out;
}

inline const fathom::Value& at(const fathom::Value& map, std::string_view key) {
    static const fathom::Value null;
    const fathom::Value* found = map.isMap() ? map.asMap().find(key) : nullptr;
    return found ? *found : null;
}

inline std::string text(const fathom::Value& map, std::string_view key) {
    const fathom::Value& value = at(map, key);
    return value.isString() ? value.asString() : std::string();
}

/// The first difference, or "" when equal. Maps are compared in order, NaN equals NaN.
inline std::string difference(const std::string& what, const std::string& got, const std::string& wanted) {
    return got == wanted ? std::string() : what + ": got " + got + " wanted " + wanted;
}

/// A value as it reads back from JSON: integers beyond 64 bits become floats, as in the golden files that are
/// read the same way.
inline std::string normalized(const std::string& json) {
    const fathom::Result<fathom::Value> value = fathom::fromJson(json);
    return value ? fathom::toJson(*value) : json;
}

/// Collects results and compares them with known_failures.txt: a case that fails and is not listed there
/// fails the test.
class Books {
public:
    explicit Books(std::string name) : m_name(std::move(name)) {
        const fathom::Result<std::string> known = fathom::readFile(path("known_failures.txt"));
        std::istringstream stream(known ? *known : std::string());
        for (std::string line; std::getline(stream, line);)
            if (!line.empty() && line[0] != '#') m_known.insert(line);
    }
    void add(const std::string& id, const std::string& problem) {
        ++m_total;
        const bool known = m_known.contains(id);
        if (problem.empty()) {
            ++m_passed;
            if (known) qInfo("%s passes now: take it out of known_failures.txt", id.c_str());
        } else if (!known) {
            m_broken.push_back(id + ": " + problem);
        } else if (qEnvironmentVariableIsSet("FATHOM_SHOW_KNOWN")) {
            qInfo("known: %s: %s", id.c_str(), problem.c_str());
        }
    }
    /// Prints the count; returns the number of cases that broke.
    [[nodiscard]] int close() const {
        for (const std::string& each : m_broken)
            qWarning("%s", each.substr(0, 900).c_str());
        qInfo("%s: %d of %d pass", m_name.c_str(), m_passed, m_total);
        return static_cast<int>(m_broken.size());
    }

private:
    std::string m_name;
    std::set<std::string> m_known;
    std::vector<std::string> m_broken;
    int m_total = 0;
    int m_passed = 0;
};

} // namespace golden
