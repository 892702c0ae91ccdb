// SPDX-License-Identifier: Apache-2.0
// CSV files, in one of two forms.
//   long:  run (may be left out), name, step, wall_time, value — what `fathom-cli runs export` writes
//   wide:  a column for the step, one for the time (both may be left out), and one for each metric
#include "engine/base/file.h"
#include "engine/exchange/csv_reader.h"
#include "engine/exchange/source.h"
#include "engine/exchange/text_values.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <memory>
#include <set>
#include <utility>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

std::size_t columnOf(const std::vector<std::string>& header, std::initializer_list<const char*> names) {
    for (const char* name : names)
        for (std::size_t i = 0; i < header.size(); ++i)
            if (lower(header[i]) == name) return i;
    return kNone;
}

/// Which column is what.
struct Layout {
    std::vector<std::string> header{};
    std::size_t run = kNone; ///< long form only
    std::size_t name = kNone;
    std::size_t value = kNone;
    std::size_t step = kNone;
    std::size_t time = kNone;

    [[nodiscard]] bool isLong() const { return name != kNone; }
};

Layout layoutOf(const std::vector<std::string_view>& row) {
    Layout layout;
    layout.header.assign(row.begin(), row.end());
    layout.step =
        columnOf(layout.header, {"step", "_step", "global_step", "trainer/global_step", "iteration", "iter"});
    layout.time =
        columnOf(layout.header, {"wall_time", "wall time", "walltime", "_timestamp", "timestamp", "time"});
    const std::size_t name = columnOf(layout.header, {"name", "metric", "tag"});
    const std::size_t value = columnOf(layout.header, {"value"});
    if (name != kNone && value != kNone && layout.step != kNone) {
        layout.name = name;
        layout.value = value;
        layout.run = columnOf(layout.header, {"run"});
    }
    return layout;
}

/// The header; an error names a file without one.
Result<Layout> readLayout(CsvReader& reader) {
    std::vector<std::string_view> row;
    if (!reader.next(row)) {
        if (!reader.status()) return fail(reader.status().error());
        return fail(reader.errorHere("it is empty", "Name a file with a header and rows"));
    }
    if (std::all_of(row.begin(), row.end(), [](std::string_view cell) { return numberIn(cell).has_value(); }))
        return fail(reader.errorHere("its first line has numbers where the names of the columns should be",
                                     "Add a line with the names: step, and one for each metric"));
    return layoutOf(row);
}

/// Rows of one file on their way into a sink.
class CsvRun {
public:
    CsvRun(CsvReader& reader, const Layout& layout, double defaultTime, std::string fileStem)
        : m_reader(reader), m_layout(layout), m_defaultTime(defaultTime), m_stem(std::move(fileStem)) {}

    /// What there is, or has come in since. Rows of other runs are passed over; `run` empty: all.
    Status read(RunSink& sink, const std::string& run, const std::stop_token& stop) {
        std::vector<std::string_view> row;
        m_series.resize(m_layout.header.size(), -1);
        for (std::size_t count = 0; sink.good() && m_reader.next(row); ++count) {
            if (count % 4096 == 0 && stop.stop_requested()) return {};
            if (m_layout.isLong() && m_layout.run != kNone && cell(row, m_layout.run) != run) continue;
            if (Status taken = take(row, sink); !taken) return taken;
        }
        sink.counts.bytes += m_reader.bytesRead() - std::exchange(m_bytesTold, m_reader.bytesRead());
        return m_reader.status();
    }

private:
    static std::string_view cell(const std::vector<std::string_view>& row, std::size_t column) {
        return column < row.size() ? row[column] : std::string_view();
    }

    Status take(const std::vector<std::string_view>& row, RunSink& sink) {
        std::int64_t step = m_rows++;
        if (m_layout.step != kNone) {
            const std::string_view text = cell(row, m_layout.step);
            const std::optional<std::int64_t> read = integerIn(text);
            if (!read)
                return fail(m_reader.errorHere("the step '" + std::string(text.substr(0, 40)) +
                                                   "' is no whole number",
                                               "Correct the row, or take it out"));
            step = *read;
        }
        const double time = numberIn(cell(row, m_layout.time)).value_or(m_defaultTime);
        return m_layout.isLong() ? takeLong(row, step, time, sink) : takeWide(row, step, time, sink);
    }

    Status takeLong(const std::vector<std::string_view>& row, std::int64_t step, double time, RunSink& sink) {
        const std::string_view name = cell(row, m_layout.name);
        const std::string_view text = cell(row, m_layout.value);
        const std::optional<double> value = numberIn(text);
        if (!value)
            return fail(m_reader.errorHere("the value '" + std::string(text.substr(0, 40)) + "' is no number",
                                           "Correct the row, or take it out"));
        if (name != m_lastName || m_lastSeries < 0) {
            m_lastName = name;
            m_lastSeries = sink.series(name);
        }
        sink.put(m_lastSeries, step, time, *value);
        ++sink.counts.points;
        return {};
    }

    Status takeWide(const std::vector<std::string_view>& row, std::int64_t step, double time, RunSink& sink) {
        if (row.size() > m_layout.header.size())
            return fail(m_reader.errorHere("the row has " + std::to_string(row.size()) +
                                               " cells, the header " + std::to_string(m_layout.header.size()),
                                           "Quote cells that hold the delimiter"));
        for (std::size_t column = 0; column < row.size(); ++column) {
            if (column == m_layout.step || column == m_layout.time || row[column].empty()) continue;
            const std::optional<double> value = numberIn(row[column]);
            if (!value) {
                ++sink.counts.skipped["text"];
                continue;
            }
            if (m_series[column] < 0) m_series[column] = sink.series(seriesName(column));
            sink.put(m_series[column], step, time, *value);
            ++sink.counts.points;
        }
        return {};
    }

    /// TensorBoard's download has a column "Value"; the file is named after the tag.
    [[nodiscard]] std::string seriesName(std::size_t column) const {
        const std::string& name = m_layout.header[column];
        if (name == "Value") return m_stem;
        return name.empty() ? "column " + std::to_string(column + 1) : name;
    }

    CsvReader& m_reader;
    const Layout& m_layout;
    const double m_defaultTime;
    const std::string m_stem;
    std::int64_t m_rows = 0;
    std::uint64_t m_bytesTold = 0;
    std::vector<int> m_series{};
    std::string m_lastName{};
    int m_lastSeries = -1;
};

/// One file, read once or as it grows.
class CsvFile {
public:
    CsvFile(fs::path path, std::string run) : m_path(std::move(path)), m_run(std::move(run)) {}

    Status read(RunSink& sink, const std::stop_token& stop, bool isGrowing) {
        if (m_open && m_open->reader.isReplaced()) {
            sink.counts = {};
            sink.restart();
            m_open.reset();
        }
        if (!m_open) {
            if (Status opened = open(isGrowing); !opened) return opened;
        }
        if (m_open == nullptr) return {};
        const Status read = m_open->rows.read(sink, m_run, stop);
        sink.flush();
        if (!isGrowing) m_open.reset(); // thousands of files must not stay open
        return read;
    }
    [[nodiscard]] bool hasNews() const { return !m_open || m_open->reader.hasNews(); }
    void rewind() { m_open.reset(); }

private:
    struct Open {
        Open(CsvReader file, double time, std::string stem)
            : reader(std::move(file)), rows(reader, layout, time, std::move(stem)) {}
        CsvReader reader;
        Layout layout{};
        CsvRun rows;
    };

    Status open(bool isGrowing) {
        Result<CsvReader> reader = CsvReader::open(m_path);
        if (!reader) return fail(reader.error());
        auto opened = std::make_unique<Open>(std::move(*reader), modifiedAt(m_path), m_path.stem().string());
        if (isGrowing) opened->reader.expectMore();
        Result<Layout> layout = readLayout(opened->reader);
        if (!layout) { // a header that is being written is not there yet
            const bool isThere = opened->reader.line() > 0 || !opened->reader.status();
            return isGrowing && !isThere ? Status() : fail(layout.error());
        }
        opened->layout = std::move(*layout);
        m_open = std::move(opened);
        return {};
    }

    const fs::path m_path;
    const std::string m_run;
    std::unique_ptr<Open> m_open{};
};

/// `before(sink)` tells what stands beside the file, once.
SourceRun csvRun(std::string key, std::string name, const fs::path& path, const std::string& run,
                 const SourceOptions& options, std::function<void(RunSink&)> before = {}) {
    const auto file = std::make_shared<CsvFile>(path, run);
    SourceRun source{.key = std::move(key),
                     .name = std::move(name),
                     .read =
                         [file, before = std::move(before),
                          isGrowing = options.isGrowing](RunSink& sink, const std::stop_token& stop) {
                             if (before) before(sink);
                             return file->read(sink, stop, isGrowing);
                         },
                     .rewind = [file] { file->rewind(); }};
    if (options.isGrowing) source.hasNews = [file] { return file->hasNews(); };
    return source;
}

/// The runs that a long file tells of, in the order in which they appear.
Result<std::vector<std::string>> runsIn(CsvReader& reader, std::size_t column) {
    std::vector<std::string> names;
    std::set<std::string, std::less<>> known;
    std::vector<std::string_view> row;
    while (reader.next(row)) {
        const std::string_view name = column < row.size() ? row[column] : std::string_view();
        if (known.contains(name)) continue;
        known.emplace(name);
        names.emplace_back(name);
    }
    if (!reader.status()) return fail(reader.status().error());
    return names;
}

/// "quartznet" of the title "quartznet/7".
std::string withoutNumber(const std::string& title) {
    const std::size_t slash = title.rfind('/');
    if (slash == std::string::npos || slash + 1 == title.size() || slash == 0) return title;
    return title.find_first_not_of("0123456789", slash + 1) == std::string::npos ? title.substr(0, slash)
                                                                                 : title;
}

void describeLightning(const fs::path& folder, RunSink& sink) {
    const fs::path file = folder / "hparams.yaml";
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return;
    store::ForeignRun description;
    description.run.directory = wholePath(folder);
    const Result<Value> hparams = readYamlFile(file);
    if (hparams && hparams->isMap() && !hparams->asMap().empty())
        description.run.leaves = store::leavesOf(*hparams);
    if (!hparams) sink.counts.warn("The hyperparameters were left out: " + hparams.error().message());
    if (const Result<std::string> text = readFile(file))
        description.run.layers.push_back({.kind = "yaml", .name = file.string(), .text = *text});
    sink.describe(description);
}

} // namespace

Result<Source> openCsv(const fs::path& path, const SourceOptions& options) {
    Result<CsvReader> reader = CsvReader::open(path);
    if (!reader) return fail(reader.error());
    const Result<Layout> layout = readLayout(*reader);
    if (!layout) return fail(layout.error());
    Source source{.formats = {Format::Csv}};
    const std::string whole = wholePath(path);
    if (!layout->isLong() || layout->run == kNone) {
        std::vector<std::string_view> row;
        if (layout->header.size() == 1 && !options.isGrowing && !reader->next(row) && reader->status())
            return fail(reader->errorHere("it is a single line without a comma",
                                          "Name a file with a header and rows"));
        source.runs.push_back(csvRun("csv:" + whole, path.stem().string(), path, {}, options));
        return source;
    }
    const Result<std::vector<std::string>> names = runsIn(*reader, layout->run);
    if (!names) return fail(names.error());
    for (const std::string& name : *names)
        source.runs.push_back(csvRun("csv:" + whole + '#' + name,
                                     name.empty() ? path.stem().string() : withoutNumber(name), path, name,
                                     options));
    return source;
}

Result<Source> openLightningLogs(const fs::path& path, const SourceOptions& options) {
    Source source{.formats = {Format::LightningLogs}};
    const std::vector<fs::path> files =
        filesAt(path, [](const fs::path& file) { return file.filename() == "metrics.csv"; });
    for (const fs::path& file : files) {
        const fs::path folder = fs::path(wholePath(file)).parent_path();
        const fs::path relative = folder.lexically_relative(wholePath(path));
        const bool isBelow = !relative.empty() && relative != "." && *relative.begin() != "..";
        source.runs.push_back(csvRun(
            "lightning:" + folder.string(),
            isBelow ? relative.generic_string()
                    : folder.parent_path().filename().string() + '/' + folder.filename().string(),
            file, {}, options, [file](RunSink& sink) { describeLightning(file.parent_path(), sink); }));
        source.runs.back().folder = folder;
    }
    return source;
}

} // namespace fathom::exchange
