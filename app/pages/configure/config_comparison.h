// SPDX-License-Identifier: GPL-3.0-or-later
// What the open config is compared with: its own files without overrides, or another config.
#pragma once

#include "app/models/config_diff.h"
#include "app/pages/configure/config_document.h"

#include <QObject>

namespace fathom::app {

/// GUI thread only. The other side is composed in the background.
class ConfigComparison : public QObject {
    Q_OBJECT
public:
    ConfigComparison(ConfigDocument& document, JobRunner& jobs, QObject* parent);

    /// What the files say without the overrides.
    void compareWithFiles();
    /// Another config, as it is on disk.
    void compareWith(const QString& file);
    void stop();

    [[nodiscard]] bool isActive() const { return m_mode != Mode::None; }
    [[nodiscard]] bool isComposing() const { return m_isComposing; }
    /// Name of the other side.
    [[nodiscard]] QString title() const;
    [[nodiscard]] const std::vector<ConfigDifference>& differences() const { return m_differences; }
    /// Why the other side cannot be shown.
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }

Q_SIGNALS:
    void changed();

private:
    enum class Mode { None, Files, Other };
    void composeOther();
    void compare();

    ConfigDocument& m_document;
    JobRunner& m_jobs;
    Mode m_mode = Mode::None;
    ConfigState m_other;
    ConfigTree m_tree;
    std::optional<Error> m_error;
    std::vector<ConfigDifference> m_differences;
    bool m_isComposing = false;
};

} // namespace fathom::app
