// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/exporter.h"

#include "engine/exchange/export_points.h"

#include <charconv>
#include <cmath>

namespace fathom::exchange {

namespace {

constexpr std::size_t kWriteAtOnce = std::size_t{1} << 18;

/// Text on its way out, in large pieces.
class TextOut {
public:
    explicit TextOut(const WriteText& write) : m_write(write) {}

    std::string text{};

    Status flushIfLarge() { return text.size() < kWriteAtOnce ? Status() : flush(); }
    Status flush() {
        Status written = m_write(text);
        m_bytes += text.size();
        text.clear();
        return written;
    }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    const WriteText& m_write;
    std::uint64_t m_bytes = 0;
};

template <class Number> void append(std::string& text, Number number) {
    char digits[40];
    const auto result = std::to_chars(digits, digits + sizeof digits, number);
    text.append(digits, result.ptr);
}

/// Python's float() reads it back, to the bit.
void appendCsv(std::string& text, double value) {
    if (std::isnan(value))
        text += "nan";
    else if (std::isinf(value))
        text += value > 0 ? "inf" : "-inf";
    else
        text += formatFloat(value);
}

std::string quoted(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n;\t") == std::string::npos) return cell;
    std::string text = "\"";
    for (const char c : cell)
        text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + '"';
}

Value::Map runObject(const store::Run& run) {
    return {{"run", run.title()},
            {"name", run.name},
            {"state", store::name(run.state)},
            {"created_at", run.createdAt},
            {"started_at", run.startedAt},
            {"ended_at", run.endedAt},
            {"step", run.progress.step},
            {"command", run.command},
            {"directory", run.directory},
            {"note", run.note},
            {"tags", Value(Value::List(run.tags.begin(), run.tags.end()))}};
}

Status describeJson(store::Reader& reader, const store::Run& run, std::string& text) {
    const auto leaves = reader.configLeaves(run.id);
    if (!leaves) return fail(leaves.error());
    const auto environment = reader.environment(run.id);
    if (!environment) return fail(environment.error());
    Value::Map config;
    for (const store::ConfigLeaf& leaf : *leaves)
        config.append(leaf.key, leaf.value);
    Value::Map facts;
    for (const auto& [name, value] : *environment)
        facts.append(name, value);
    Value::Map object = runObject(run);
    object.append("config", Value(std::move(config)));
    object.append("environment", Value(std::move(facts)));
    text += toJson(Value(std::move(object))) + '\n';
    return {};
}

/// Run after run, series after series, a line for each point. The format is told by
///   status begin(run, text)              what stands before the run's points
///   string prefix(run, name)             of each line of a series
///   void point(text, point)              its rest
template <class Format>
Result<ExportCounts> exportText(store::Reader& reader, std::span<const store::RunId> runs, TextOut& out,
                                const ExportOptions& options, const Format& format) {
    ExportCounts counts;
    for (const store::RunId id : runs) {
        const Result<store::Run> run = exportedRun(reader, id);
        if (!run) return fail(run.error());
        if (Status begun = format.begin(*run, out.text); !begun) return fail(begun.error());
        const Status done =
            visitSeries(reader, id, options, [&](const std::string& name, const auto& points) -> Status {
                const std::string prefix = format.prefix(*run, name);
                for (const store::StoredPoint& point : points) {
                    out.text += prefix;
                    append(out.text, point.step);
                    format.point(out.text, point);
                    if (Status written = out.flushIfLarge(); !written) return written;
                }
                counts.points += points.size();
                return {};
            });
        if (!done) return fail(done.error());
        ++counts.runs;
    }
    if (Status written = out.flush(); !written) return fail(written.error());
    counts.bytes = out.bytes();
    return counts;
}

struct CsvFormat {
    bool namesRuns = false;

    [[nodiscard]] static Status begin(const store::Run&, std::string&) { return {}; }
    [[nodiscard]] std::string prefix(const store::Run& run, const std::string& name) const {
        return (namesRuns ? quoted(run.title()) + ',' : std::string()) + quoted(name) + ',';
    }
    static void point(std::string& text, const store::StoredPoint& point) {
        text += ',';
        appendCsv(text, point.wallTime);
        text += ',';
        appendCsv(text, point.value);
        text += '\n';
    }
};

struct JsonFormat {
    store::Reader& reader;

    [[nodiscard]] Status begin(const store::Run& run, std::string& text) const {
        return describeJson(reader, run, text);
    }
    [[nodiscard]] static std::string prefix(const store::Run& run, const std::string& name) {
        return "{\"run\":" + toJson(Value(run.title())) + ",\"name\":" + toJson(Value(name)) + ",\"step\":";
    }
    static void point(std::string& text, const store::StoredPoint& point) {
        text += ",\"wall_time\":";
        text += toJson(Value(point.wallTime));
        text += ",\"value\":";
        text += toJson(Value(point.value));
        text += "}\n";
    }
};

} // namespace

Result<ExportCounts> exportCsv(store::Reader& reader, std::span<const store::RunId> runs,
                               const WriteText& write, const ExportOptions& options) {
    TextOut out(write);
    const CsvFormat format{.namesRuns = runs.size() > 1};
    out.text = format.namesRuns ? "run,name,step,wall_time,value\n" : "name,step,wall_time,value\n";
    return exportText(reader, runs, out, options, format);
}

Result<ExportCounts> exportJsonLines(store::Reader& reader, std::span<const store::RunId> runs,
                                     const WriteText& write, const ExportOptions& options) {
    TextOut out(write);
    return exportText(reader, runs, out, options, JsonFormat{reader});
}

} // namespace fathom::exchange
