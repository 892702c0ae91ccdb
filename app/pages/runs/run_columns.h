// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the columns that the table asks for from the store, and new cells of runs that go on. Reads in the
// background.
#pragma once

#include "app/models/run_table_model.h"
#include "engine/base/result.h"

#include <QObject>
#include <QTimer>

namespace fathom::app {

class AppContext;

class RunColumns : public QObject {
    Q_OBJECT
public:
    RunColumns(RunTableModel& model, AppContext& context, QObject* parent = nullptr);

    [[nodiscard]] const query::Schema& schema() const { return m_schema; }
    /// Reads what there is to be asked for, while the list of runs is read elsewhere.
    void readNames();
    [[nodiscard]] bool hasSchema() const { return m_hasSchema; }
    /// True while something is on its way.
    [[nodiscard]] bool isLoading() const { return m_loading > 0 || m_delay.isActive(); }

Q_SIGNALS:
    /// Other keys or metrics than before.
    void schemaChanged();
    void failed(const fathom::Error& error);

private:
    void load();
    void noteChanged(const std::vector<store::RunId>& runs);
    void refresh();
    void takeSchema(const query::Schema& schema);
    template <class T, class Read, class Done> void read(Read work, Done done);

    RunTableModel& m_model;
    AppContext& m_context;
    query::Schema m_schema;
    bool m_hasSchema = false;
    std::set<store::RunId> m_changed;
    QTimer m_delay; ///< changes that come together are read together
    int m_loading = 0;
};

} // namespace fathom::app
