// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_problem.h"

#include "app/models/config_tree.h"
#include "app/models/override_list.h"
#include "engine/config/explain.h"
#include "engine/config/override.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/suggest.h"

#include <QCoreApplication>
#include <QDir>

#include <algorithm>

namespace fathom::app {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ConfigProblem", text);
}

class Fixer {
public:
    Fixer(const std::string& item, int argument, const config::Config& config)
        : m_item(item), m_parts(splitOverride(item)), m_argument(argument), m_config(config) {}

    std::vector<ConfigFix> fixes() {
        if (!config::parseOverride(m_item)) {
            quote();
        } else if (m_parts.prefix == "+" && m_config.find(m_parts.key)) {
            use(tr("Change the key that is there"), join("", m_parts.key));
        } else if (!m_config.find(m_parts.key)) {
            rename();
            if (m_parts.prefix.empty() && m_parts.value && m_parts.key.find('/') == std::string::npos)
                use(tr("Add it as a new key"), join("+", m_parts.key));
        } else {
            choose();
        }
        m_fixes.push_back({tr("Drop this override"), m_argument, {}});
        return std::move(m_fixes);
    }

private:
    [[nodiscard]] std::string join(const std::string& prefix, const std::string& key) const {
        return prefix + key + (m_parts.value ? "=" + *m_parts.value : std::string());
    }
    void use(const QString& text, const std::string& replacement) {
        m_fixes.push_back({text, m_argument, replacement});
    }
    void quote() {
        if (!m_parts.value) return;
        // An unfinished list or string is still being typed; as a text it would not be what was meant.
        if (m_parts.value->find_first_of("[{'\"") == 0) return;
        const std::string quoted =
            m_parts.prefix + m_parts.key + "=" + config::quoteForOverride(*m_parts.value);
        if (config::parseOverride(quoted)) use(tr("Put the value in quotes"), quoted);
    }
    /// Of the legal values a similar one.
    void choose() {
        const std::string near =
            m_parts.value ? config::closest(*m_parts.value, schemas::choicesAt(m_config, m_parts.key))
                          : std::string();
        if (!near.empty() && near != *m_parts.value)
            use(tr("Use %1").arg(QString::fromStdString(near)), m_parts.prefix + m_parts.key + "=" + near);
    }
    /// A similar name beside it, the same name elsewhere, or a similar path.
    void rename() {
        const std::string key = nearestKey();
        if (!key.empty()) use(tr("Use %1").arg(QString::fromStdString(key)), join(m_parts.prefix, key));
    }
    [[nodiscard]] std::string nearestKey() const {
        const std::size_t dot = m_parts.key.rfind('.');
        const std::string section = dot == std::string::npos ? std::string() : m_parts.key.substr(0, dot);
        const std::string last = m_parts.key.substr(dot + 1); // npos + 1 is 0
        const std::vector<std::string> keys = config::allKeys(m_config);
        if (const config::Node* const node = m_config.find(section)) {
            std::vector<std::string> names;
            for (const config::Node& child : node->children)
                if (!child.removed) names.push_back(child.key);
            const std::string near = config::closest(last, names);
            if (!near.empty()) return section.empty() ? near : section + '.' + near;
        }
        std::vector<std::string> same;
        for (const std::string& key : keys)
            if (key.substr(key.rfind('.') + 1) == last) same.push_back(key);
        if (same.size() == 1) return same.front();
        return m_config.find(section) ? std::string() : config::closest(m_parts.key, keys);
    }

    const std::string& m_item;
    OverrideParts m_parts;
    int m_argument;
    const config::Config& m_config;
    std::vector<ConfigFix> m_fixes;
};

} // namespace

std::vector<ConfigFix> fixesFor(const std::string& item, int argument, const config::Config& config) {
    return Fixer(item, argument, config).fixes();
}

QString displayPath(const QString& path) {
    const QString relative = QDir::current().relativeFilePath(path);
    if (relative.isEmpty()) return QStringLiteral(".");
    return relative.startsWith(QStringLiteral("..")) ? QDir::cleanPath(path) : relative;
}

QString sentence(const Error& error) {
    QString text = QString::fromStdString(error.what);
    if (!error.why.empty()) text += QStringLiteral(": ") + QString::fromStdString(error.why);
    if (!error.file.empty() && error.line > 0) {
        text +=
            QStringLiteral(" (%1:%2)").arg(displayPath(QString::fromStdString(error.file))).arg(error.line);
    }
    if (!error.remedy.empty()) text += QStringLiteral(". ") + QString::fromStdString(error.remedy);
    return text.simplified();
}

} // namespace fathom::app
