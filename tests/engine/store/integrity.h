// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <sqlite3.h>

namespace fathom::testing {

/// What `PRAGMA integrity_check` says of a database file; "ok" when it is whole.
inline QByteArray integrity(const QString& file) {
    sqlite3* database = nullptr;
    sqlite3_open(file.toUtf8().constData(), &database);
    QByteArray result;
    sqlite3_exec(
        database, "PRAGMA integrity_check",
        [](void* text, int, char** columns, char**) {
            *static_cast<QByteArray*>(text) += columns[0];
            return 0;
        },
        &result, nullptr);
    sqlite3_close(database);
    return result;
}

} // namespace fathom::testing
