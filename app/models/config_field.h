// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of a config key besides its value: what an editor offers, what a tooltip says.
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace fathom::app {

struct ConfigField {
    enum class Path { None, File, Folder };

    QString type{};        ///< "float", "Optional[int]"; what the value is where nothing is demanded
    QStringList choices{}; ///< the only legal texts; empty when anything goes
    std::optional<double> minimum{};
    std::optional<double> maximum{};
    QString help{};     ///< one line
    QString groupKey{}; ///< a section that a config group fills: what an override of the group names
    Path path = Path::None;
    bool isDemanded = false;      ///< `type` is what a schema demands, not what the value happens to be
    bool switchesSection = false; ///< the name of an optimizer or scheduler: its section's fields follow it
    bool isMissingFile = false;   ///< it names a file or folder that does not exist

    friend bool operator==(const ConfigField& a, const ConfigField& b) = default;
};

/// Whether the text is a number within the field's range, or no number at all. `why` says what is wrong.
[[nodiscard]] bool isWithinRange(const ConfigField& field, const QString& text, QString* why = nullptr);
/// "at least 0", "0 … 1", or empty.
[[nodiscard]] QString rangeText(const ConfigField& field);
/// Whether a key of this name holds the path of a file or folder, by NeMo's and Lightning's habits.
[[nodiscard]] ConfigField::Path pathKindOf(const QString& key);

} // namespace fathom::app
