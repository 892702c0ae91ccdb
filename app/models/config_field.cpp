// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_field.h"

#include "widgets/number_format.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ConfigField", text);
}

bool endsWithAny(const QString& text, std::initializer_list<const char*> endings) {
    for (const char* const ending : endings) {
        if (text.endsWith(QLatin1String(ending))) return true;
    }
    return false;
}

} // namespace

QString rangeText(const ConfigField& field) {
    const auto number = [](double value) { return widgets::formatExact(value); };
    if (field.minimum && field.maximum)
        return tr("%1 … %2").arg(number(*field.minimum), number(*field.maximum));
    if (field.minimum) return tr("at least %1").arg(number(*field.minimum));
    if (field.maximum) return tr("at most %1").arg(number(*field.maximum));
    return {};
}

bool isWithinRange(const ConfigField& field, const QString& text, QString* why) {
    bool isNumber = false;
    const double number = text.trimmed().toDouble(&isNumber);
    const bool fits = !isNumber || ((!field.minimum || number >= *field.minimum) &&
                                    (!field.maximum || number <= *field.maximum));
    if (!fits && why) *why = tr("%1 is out of range: %2").arg(text.trimmed(), rangeText(field));
    return fits;
}

ConfigField::Path pathKindOf(const QString& key) {
    if (endsWithAny(key, {"_dir", "_folder", "root_dir"}) || key == QLatin1String("dir"))
        return ConfigField::Path::Folder;
    if (endsWithAny(key, {"_filepath", "_file", "_path", "filepath"}) || key == QLatin1String("file"))
        return ConfigField::Path::File;
    return ConfigField::Path::None;
}

} // namespace fathom::app
