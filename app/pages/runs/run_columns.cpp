// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_columns.h"

#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/shell/app_context.h"
#include "engine/query/load.h"

namespace fathom::app {

namespace {

constexpr int kDelayMs = 500;
constexpr std::size_t kMostByRun = 50; ///< with more changed runs it is quicker to read whole columns

using Columns = std::vector<query::LoadedColumn>;

struct News {
    query::Schema schema{};
    Columns columns{};
    bool isWhole = false;
};

Result<Columns> readColumns(store::Reader& reader, const std::vector<query::Field>& fields,
                            const std::stop_token& stop) {
    Columns columns;
    for (const query::Field& field : fields) {
        if (stop.stop_requested()) break;
        Result<query::LoadedColumn> column = query::loadColumn(reader, field);
        if (!column) return fail(column.error());
        columns.push_back(std::move(*column));
    }
    return columns;
}

Result<News> readNews(store::Reader& reader, const std::vector<query::Field>& fields,
                      const std::vector<store::RunId>& runs, const std::stop_token& stop) {
    Result<query::Schema> schema = query::readSchema(reader);
    if (!schema) return fail(schema.error());
    News news{.schema = std::move(*schema), .isWhole = runs.size() > kMostByRun};
    Result<Columns> columns =
        news.isWhole ? readColumns(reader, fields, stop) : query::loadCells(reader, fields, runs);
    if (!columns) return fail(columns.error());
    news.columns = std::move(*columns);
    return news;
}

} // namespace

RunColumns::RunColumns(RunTableModel& model, AppContext& context, QObject* parent)
    : QObject(parent), m_model(model), m_context(context) {
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &RunColumns::refresh);
    connect(&model, &RunTableModel::columnsWanted, this, &RunColumns::load);
    connect(&model, &RunTableModel::runsChanged, this, &RunColumns::noteChanged);
}

/// `work(reader, stop)` in the background, then `done(value)` here; an error is told.
template <class T, class Read, class Done> void RunColumns::read(Read work, Done done) {
    ++m_loading;
    m_context.jobs().run(
        QString(), this,
        [workspace = m_context.workspace(),
         work = std::move(work)](const std::stop_token& stop) -> Result<T> {
            Result<store::Reader> reader = store::Reader::open(workspace);
            if (!reader) return fail(reader.error());
            return work(*reader, stop);
        },
        [this, done = std::move(done)](const Result<T>& result) {
            --m_loading;
            if (!result) Q_EMIT failed(result.error());
            done(result ? &*result : nullptr);
        });
}

void RunColumns::load() {
    const std::vector<query::Field> fields = m_model.takeWanted();
    if (fields.empty()) return;
    for (const query::Field& field : fields) // each by itself: what is read first shows first
        read<query::LoadedColumn>(
            [field](store::Reader& reader, const std::stop_token&) {
                return query::loadColumn(reader, field);
            },
            [this, field](const query::LoadedColumn* column) {
                if (column != nullptr)
                    m_model.place(*column);
                else
                    m_model.forgetWanted({field});
            });
}

void RunColumns::readNames() {
    if (m_hasSchema) return;
    read<query::Schema>(
        [](store::Reader& reader, const std::stop_token&) { return query::readSchema(reader); },
        [this](const query::Schema* schema) {
            if (schema != nullptr) takeSchema(*schema);
        });
}

void RunColumns::noteChanged(const std::vector<store::RunId>& runs) {
    // The first list: every column is yet to be read, and will be as the runs are now.
    const bool isFirst = m_model.table().placed().empty() && runs.size() == m_model.table().rows();
    if (isFirst && m_hasSchema) return;
    m_changed.insert(runs.begin(), runs.end());
    if (!m_hasSchema)
        refresh();
    else if (!m_delay.isActive())
        m_delay.start();
}

void RunColumns::refresh() {
    const std::vector<query::Field> fields = m_model.table().placed();
    const std::vector<store::RunId> runs(m_changed.begin(), m_changed.end());
    m_changed.clear();
    read<News>([fields, runs](store::Reader& reader,
                              const std::stop_token& stop) { return readNews(reader, fields, runs, stop); },
               [this](const News* news) {
                   if (news == nullptr) return;
                   takeSchema(news->schema);
                   for (const query::LoadedColumn& column : news->columns)
                       m_model.place(column, !news->isWhole);
               });
}

void RunColumns::takeSchema(const query::Schema& schema) {
    const bool isSame = m_hasSchema && schema.configKeys == m_schema.configKeys &&
                        schema.metrics == m_schema.metrics && schema.environment == m_schema.environment;
    if (isSame) return;
    m_hasSchema = true;
    m_schema = schema;
    Q_EMIT schemaChanged();
}

} // namespace fathom::app
