// SPDX-License-Identifier: Apache-2.0
// Runs that W&B kept on disk: <folder>/run-<id>.wandb and what lies beside it in files/.
#include "engine/base/file.h"
#include "engine/exchange/source.h"
#include "engine/exchange/text_values.h"
#include "engine/exchange/wandb_log.h"
#include "engine/exchange/wandb_record.h"

#include <algorithm>
#include <set>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSystem = "system/";

/// One log on its way into a sink.
class WandbRun {
public:
    WandbRun(fs::path path, RunSink& sink) : m_path(std::move(path)), m_sink(sink) {}

    Status read(const std::stop_token& stop) {
        Result<WandbLog> log = WandbLog::open(m_path);
        if (!log) return fail(log.error());
        m_description.state = store::RunState::Interrupted; // until the log says how it ended
        m_description.run.directory = wholePath(m_path.parent_path());
        std::uint64_t count = 0;
        for (std::string record; m_sink.good() && log->next(record);) {
            if (++count % 1024 == 0 && stop.stop_requested()) return {};
            if (parseWandb(record, m_record))
                take();
            else
                ++m_sink.counts.badRecords;
        }
        finish();
        tell(*log);
        return log->status();
    }

private:
    void take() {
        using Kind = WandbRecord::Kind;
        switch (m_record.kind) {
        case Kind::History:
            takeHistory();
            break;
        case Kind::Summary:
            for (WandbItem& item : m_record.items)
                m_summary.set(std::move(item.key), std::move(item.value));
            break;
        case Kind::Run:
            takeRun();
            [[fallthrough]];
        case Kind::Config:
            for (WandbItem& item : m_record.items)
                if (!item.key.starts_with('_')) m_config.set(std::move(item.key), std::move(item.value));
            break;
        case Kind::Output:
            takeOutput(m_record.text, m_record.time);
            break;
        case Kind::Stats:
            for (const WandbItem& item : m_record.items)
                put(kSystem + item.key, item.value, m_record.time);
            break;
        case Kind::Environment:
            takeEnvironment();
            break;
        case Kind::Exit:
            m_description.state =
                m_record.exitCode == 0 ? store::RunState::Completed : store::RunState::Failed;
            if (m_record.exitCode != 0)
                m_description.error = "exit code " + std::to_string(m_record.exitCode);
            break;
        case Kind::Other:
            break;
        }
    }

    void takeHistory() {
        ++m_step;
        if (m_record.step >= 0) m_step = m_record.step;
        for (const WandbItem& item : m_record.items) {
            if (item.key == "_timestamp" && item.value.isNumber()) m_time = item.value.toDouble();
            if (item.key == "_step" && item.value.isInt()) m_step = item.value.asInt();
        }
        for (const WandbItem& item : m_record.items)
            if (!item.key.starts_with('_')) put(item.key, item.value, m_time);
    }

    /// Numbers become points, maps are gone into, and the rest is counted.
    void put(const std::string& name, const Value& value, double time) {
        if (value.isNumber() || value.isBool()) {
            m_logged.insert(name);
            m_sink.put(m_sink.series(name), m_step, time,
                       value.isBool() ? (value.asBool() ? 1 : 0) : value.toDouble());
            ++m_sink.counts.points;
        } else if (value.isMap()) {
            const Value* type = value.asMap().find("_type");
            if (type != nullptr && type->isString())
                ++m_sink.counts.skipped[type->asString().substr(0, 60)];
            else
                for (const auto& [key, child] : value.asMap())
                    put(name + '.' + key, child, time);
        } else if (!value.isNull()) {
            ++m_sink.counts.skipped[value.isString() ? "text" : "list"];
        }
    }

    void takeRun() {
        m_description.note = m_record.notes;
        m_description.tags = m_record.tags;
        if (m_record.time > 0) m_description.startedAt = m_time = m_record.time;
        for (auto& [name, value] : m_record.environment)
            m_description.run.environment[name] = value;
        m_description.run.environment["wandb.id"] = m_record.id;
        if (!m_record.project.empty()) m_description.run.environment["wandb.project"] = m_record.project;
    }

    void takeEnvironment() {
        for (auto& [name, value] : m_record.environment)
            m_description.run.environment[name] = value;
        if (m_record.program.empty()) return;
        m_description.run.command = m_record.program;
        for (const std::string& argument : m_record.arguments)
            m_description.run.command += ' ' + argument;
    }

    /// Pieces of a terminal's output, lines as events.
    void takeOutput(std::string_view text, double time) {
        m_hasOutput = true;
        for (const char c : text) {
            if (c == '\n')
                emitLine(time);
            else if (c == '\r')
                m_line.clear(); // a progress bar draws over its line
            else if (m_line.size() < kLongestLine)
                m_line += c;
        }
        m_lineTime = time;
    }

    void emitLine(double time) {
        if (!m_line.empty()) {
            m_sink.event({.wallTime = time, .text = m_line});
            ++m_sink.counts.events;
        }
        m_line.clear();
    }

    void finish() {
        emitLine(m_lineTime);
        readFilesBeside();
        for (const auto& [name, value] : m_summary) // set by hand, never logged
            if (!name.starts_with('_') && !m_logged.contains(name) && value.isNumber())
                put(name, value, m_time);
        if (!m_config.empty()) m_description.run.leaves = store::leavesOf(Value(m_config));
        m_sink.describe(m_description);
        m_sink.flush();
    }

    /// What a log that breaks off lacks, W&B may have written there.
    void readFilesBeside() {
        const fs::path files = m_path.parent_path() / "files";
        std::error_code ignored;
        if (m_config.empty() && fs::exists(files / "config.yaml", ignored)) {
            const Result<Value> config = readYamlFile(files / "config.yaml");
            if (!config) m_sink.counts.warn(config.error().message());
            if (config && config->isMap())
                for (const auto& [key, entry] : config->asMap())
                    if (const Value* value = entry.isMap() ? entry.asMap().find("value") : nullptr;
                        value != nullptr && !key.starts_with('_'))
                        m_config.set(key, *value);
        }
        if (m_summary.empty())
            if (const Result<std::string> text = readFile(files / "wandb-summary.json"))
                if (Result<Value> summary = fromJson(*text); summary && summary->isMap())
                    m_summary = summary->asMap();
        if (!m_hasOutput)
            if (const Result<std::string> text = readFile(files / "output.log")) {
                takeOutput(*text, modifiedAt(files / "output.log"));
                emitLine(m_lineTime);
            }
    }

    void tell(const WandbLog& log) {
        const RecordDamage& damage = log.damage();
        m_sink.counts.bytes += log.offset();
        m_sink.counts.badRecords += damage.records;
        m_sink.counts.badBytes += damage.bytes;
        if (damage.any())
            m_sink.counts.warn(m_path.string() + ": " + std::to_string(damage.records) + " damaged blocks (" +
                               std::to_string(damage.bytes) + " bytes) were skipped, the first at byte " +
                               std::to_string(damage.firstOffset));
    }

    static constexpr std::size_t kLongestLine = 4096;

    const fs::path m_path;
    RunSink& m_sink;
    WandbRecord m_record{};
    store::ForeignRun m_description{};
    Value::Map m_config{};
    Value::Map m_summary{};
    std::set<std::string> m_logged{};
    std::int64_t m_step = -1;
    double m_time = 0;
    std::string m_line{};
    double m_lineTime = 0;
    bool m_hasOutput = false;
};

/// Name and key stand at the log's beginning.
Result<SourceRun> describe(const fs::path& path) {
    Result<WandbLog> log = WandbLog::open(path);
    if (!log) return fail(log.error());
    WandbRecord record;
    std::string bytes;
    for (int i = 0; i < 1000 && record.kind != WandbRecord::Kind::Run && log->next(bytes); ++i)
        if (!parseWandb(bytes, record)) record = {};
    if (record.kind != WandbRecord::Kind::Run) record = {};
    const std::string id = record.id.empty() ? path.stem().string() : record.id;
    std::string name = record.displayName.empty() ? id : record.displayName;
    if (!record.project.empty()) name = record.project + '/' + name;
    // A resumed run has a folder for each time, all of one id.
    const fs::path folder = fs::path(wholePath(path)).parent_path();
    return SourceRun{.key = "wandb:" + record.entity + '/' + record.project + '/' + id + '@' +
                            folder.filename().string(),
                     .name = std::move(name),
                     .folder = folder,
                     .read = [path](RunSink& sink, const std::stop_token& stop) {
                         return WandbRun(path, sink).read(stop);
                     }};
}

} // namespace

Result<Source> openWandbRuns(const fs::path& path) {
    const std::vector<fs::path> files =
        filesAt(path, [](const fs::path& file) { return file.extension() == ".wandb"; });
    Source source{.formats = {Format::WandbRuns}};
    for (const fs::path& file : files) {
        Result<SourceRun> run = describe(file);
        if (run)
            source.runs.push_back(std::move(*run));
        else if (files.size() == 1)
            return fail(run.error());
        else
            source.warnings.push_back(run.error().message());
    }
    return source;
}

} // namespace fathom::exchange
