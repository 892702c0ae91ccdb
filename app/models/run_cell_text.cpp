// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/run_cell_text.h"

#include "app/models/run_state_text.h"
#include "widgets/number_format.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {

using query::Aggregate;
using query::Field;
using query::Type;
using Kind = query::Field::Kind;

constexpr int kMostDigits = 10;

QString translated(const char* source) {
    return QCoreApplication::translate("fathom::app::RunCell", source);
}

bool isAttribute(const Field& field, const char* name) {
    return field.kind == Kind::Attribute && field.name == name;
}

bool isCount(const Field& field) {
    if (field.kind == Kind::Metric)
        return field.aggregate == Aggregate::LeastStep || field.aggregate == Aggregate::GreatestStep ||
               field.aggregate == Aggregate::Points;
    return field.kind == Kind::Attribute && field.name != "speed";
}

QString stepText(const store::Progress& progress) {
    if (progress.totalSteps < 0) return widgets::formatCount(progress.step);
    return widgets::formatCount(progress.step) + QStringLiteral(" / ") +
           widgets::formatCount(progress.totalSteps);
}

QString attributeTitle(const std::string& name) {
    static const std::pair<const char*, const char*> kTitles[] = {
        {"run", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Run")},
        {"state", QT_TRANSLATE_NOOP("fathom::app::RunCell", "State")},
        {"started", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Started")},
        {"ended", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Ended")},
        {"created", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Created")},
        {"updated", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Updated")},
        {"duration", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Duration")},
        {"step", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Step")},
        {"epoch", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Epoch")},
        {"config", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Config")},
        {"tags", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Tags")},
        {"note", QT_TRANSLATE_NOOP("fathom::app::RunCell", "Note")}};
    for (const auto& [key, title] : kTitles)
        if (name == key) return translated(title);
    return QString::fromStdString(name);
}

/// The part of a dotted key from its n-th last dot on.
std::string_view lastParts(std::string_view key, int parts) {
    std::size_t at = key.size();
    for (int i = 0; i < parts; ++i) {
        if (at == 0) return key;
        at = key.rfind('.', at - 1);
        if (at == std::string_view::npos) return key;
    }
    return key.substr(at + 1);
}

QString shortKey(const Field& field, std::span<const Field> others) {
    for (int parts = 1;; ++parts) {
        const std::string_view end = lastParts(field.name, parts);
        const bool isAlone = std::none_of(others.begin(), others.end(), [&](const Field& other) {
            return other.kind == field.kind && other.name != field.name &&
                   lastParts(other.name, parts) == end;
        });
        if (isAlone || end.size() == field.name.size())
            return QString::fromUtf8(end.data(), static_cast<qsizetype>(end.size()));
    }
}

} // namespace

QString numberText(const Field& field, double value) {
    if (std::isnan(value)) return {};
    const Type type = query::typeOf(field);
    if (type == Type::Moment) return widgets::formatMoment(value);
    if (type == Type::Duration) return widgets::formatDuration(std::floor(value));
    if (isCount(field) && value == std::trunc(value)) return widgets::formatCount(static_cast<qint64>(value));
    return widgets::formatNumber(value);
}

QString cellText(const query::Table& table, query::Row row, const Field& field) {
    if (isAttribute(field, "state")) return stateText(table.run(row));
    if (isAttribute(field, "step")) return stepText(table.run(row).progress);
    const query::Column& column = table.column(field);
    if (field.kind == Kind::Config) { // as it was written, unless that is the rest of some arithmetic
        const QString exact = QString::fromStdString(column.shown(row));
        const bool isLong = column.textId(row) == query::kNoText && exact.size() > kMostDigits;
        return isLong ? widgets::formatNumber(column.number(row)) : exact;
    }
    if (column.textId(row) == query::kNoText) return numberText(field, column.number(row));
    QString text = QString::fromStdString(column.text(row));
    return text.replace(QLatin1Char('\n'),
                        query::typeOf(field) == Type::Tags ? QStringLiteral(", ") : QStringLiteral(" "));
}

QString exactCellText(const query::Table& table, query::Row row, const Field& field) {
    if (isAttribute(field, "state") && !table.run(row).error.empty())
        return QString::fromStdString(table.run(row).error);
    if (isAttribute(field, "run")) return QString::fromStdString(table.run(row).command);
    const query::Column& column = table.column(field);
    const double number = column.number(row);
    if (column.textId(row) != query::kNoText) return QString::fromStdString(column.text(row));
    if (std::isnan(number)) return {};
    const bool isPlain = query::typeOf(field) == Type::Number || query::typeOf(field) == Type::Any;
    return isPlain ? widgets::formatExact(number) : numberText(field, number);
}

bool isNumeric(const query::Table& table, const Field& field) {
    const Type type = query::typeOf(field);
    if (type == Type::Number || type == Type::Duration) return true;
    return type == Type::Any && !table.column(field).numbers().empty();
}

QString headerText(const Field& field, std::span<const Field> others) {
    if (field.kind == Kind::Attribute) return attributeTitle(field.name);
    if (field.kind == Kind::Config) return shortKey(field, others);
    const QString name = QString::fromStdString(field.name);
    const QString aggregate = QString::fromStdString(query::caption(field));
    if (aggregate.isEmpty()) return name;
    return field.aggregate == Aggregate::Best ? name + QLatin1Char(' ') + aggregate
                                              : aggregate + QLatin1Char(' ') + name;
}

QString fieldToolTip(const Field& field) {
    const QString text = QString::fromStdString(query::text(field));
    if (const query::Attribute* known = query::attribute(field.name);
        field.kind == Kind::Attribute && known != nullptr)
        return text + QStringLiteral(": ") +
               QString::fromUtf8(known->help.data(), static_cast<qsizetype>(known->help.size()));
    return text;
}

} // namespace fathom::app
