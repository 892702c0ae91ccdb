// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/table_layout.h"

#include <QCryptographicHash>
#include <QSettings>
#include <QStringList>

#include <algorithm>

namespace fathom::app {

namespace {

using query::Aggregate;
using query::Field;

QString groupOf(const std::filesystem::path& workspace) {
    const QByteArray name = QByteArray::fromStdString(workspace.string());
    return QLatin1String("workspace-") +
           QLatin1String(QCryptographicHash::hash(name, QCryptographicHash::Sha1).toHex().left(12));
}

QStringList texts(const std::vector<Field>& fields) {
    QStringList all;
    for (const Field& field : fields)
        all.append(QString::fromStdString(query::text(field)));
    return all;
}

std::vector<Field> fields(const QStringList& texts) {
    std::vector<Field> all;
    for (const QString& text : texts)
        if (const auto field = query::fieldOf(text.toStdString())) all.push_back(*field);
    return all;
}

Field attribute(const char* name) {
    return {.kind = Field::Kind::Attribute, .name = name};
}

} // namespace

std::vector<Field> defaultColumns(const query::Schema& schema) {
    std::vector<Field> columns{attribute("run"), attribute("state"), attribute("started"),
                               attribute("duration"), attribute("step")};
    const auto add = [&](const char* name, Aggregate aggregate) {
        if (std::binary_search(schema.metrics.begin(), schema.metrics.end(), name))
            columns.push_back({.kind = Field::Kind::Metric, .name = name, .aggregate = aggregate});
    };
    add("train_loss", Aggregate::Last);
    add("val_loss", Aggregate::Last);
    add("val_loss", Aggregate::Least);
    for (const char* error : {"val_wer", "val_cer", "val_ppl"}) {
        add(error, Aggregate::Last);
        add(error, Aggregate::Least);
    }
    for (const char* score : {"val_accuracy", "val_acc", "val_f1", "val_bleu", "val_sacreBLEU"}) {
        add(score, Aggregate::Last);
        add(score, Aggregate::Greatest);
    }
    columns.push_back(attribute("config"));
    columns.push_back(attribute("tags"));
    return columns;
}

void saveLayout(QSettings& settings, const std::filesystem::path& workspace, const TableLayout& layout) {
    settings.beginGroup(groupOf(workspace));
    settings.setValue(QStringLiteral("columns"), texts(layout.columns));
    settings.setValue(QStringLiteral("groups"), texts(layout.groups));
    QStringList keys;
    for (const query::SortKey& key : layout.sort)
        keys.append((key.isDescending ? QStringLiteral("-") : QString()) +
                    QString::fromStdString(query::text(key.field)));
    settings.setValue(QStringLiteral("sort"), keys);
    settings.setValue(QStringLiteral("pinned"), layout.pinned);
    QVariantHash widths;
    for (auto width = layout.widths.cbegin(); width != layout.widths.cend(); ++width)
        widths.insert(width.key(), width.value());
    settings.setValue(QStringLiteral("widths"), widths);
    settings.setValue(QStringLiteral("filter"), layout.filter);
    settings.endGroup();
}

TableLayout loadLayout(QSettings& settings, const std::filesystem::path& workspace) {
    TableLayout layout;
    settings.beginGroup(groupOf(workspace));
    layout.columns = fields(settings.value(QStringLiteral("columns")).toStringList());
    layout.groups = fields(settings.value(QStringLiteral("groups")).toStringList());
    for (QString key : settings.value(QStringLiteral("sort")).toStringList()) {
        const bool isDescending = key.startsWith(QLatin1Char('-'));
        if (isDescending) key.remove(0, 1);
        if (const auto field = query::fieldOf(key.toStdString()))
            layout.sort.push_back({*field, isDescending});
    }
    layout.pinned = std::max(0, settings.value(QStringLiteral("pinned"), layout.pinned).toInt());
    const QVariantHash widths = settings.value(QStringLiteral("widths")).toHash();
    for (auto width = widths.cbegin(); width != widths.cend(); ++width)
        layout.widths.insert(width.key(), width.value().toInt());
    layout.filter = settings.value(QStringLiteral("filter")).toString();
    settings.endGroup();
    return layout;
}

} // namespace fathom::app
