// SPDX-License-Identifier: Apache-2.0
// New runs, with their numbers and configs. Internal to engine/store; throws DatabaseError.
#pragma once

#include "engine/store/bulk_writer.h"
#include "engine/store/config_rows.h"
#include "engine/store/database.h"

namespace fathom::store {

/// Its statements are prepared once, for as many runs as come.
class RunInserter {
public:
    explicit RunInserter(Database& database);
    /// One transaction; the run gets the next number of its name.
    Run insert(const ForeignRun& request);
    /// Config, layers and environment. Within the caller's transaction; if that is rolled back, call
    /// forget().
    void writeConfig(RunId run, const NewRun& description);
    void forget() { m_config.forget(); }

private:
    void insertRow(Run& run);

    Database& m_database;
    Statement m_number;
    Statement m_insert;
    Statement m_tag;
    ConfigWriter m_config;
};

} // namespace fathom::store
