// SPDX-License-Identifier: Apache-2.0
#include "engine/query/table.h"

#include "engine/query/lexer.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

namespace fathom::query {

namespace {

constexpr std::string_view kSearch = "\x01search"; // no attribute of a user

std::int64_t number(store::RunId id) {
    return static_cast<std::int64_t>(id);
}

std::string joined(const std::vector<std::string>& texts, char separator) {
    std::string all;
    for (const std::string& text : texts) {
        if (!all.empty()) all += separator;
        all += text;
    }
    return all;
}

std::string searchText(const store::Run& run) {
    std::string text = run.title();
    for (const std::string& part :
         {stateName(run), run.configName, joined(run.overrides, ' '), joined(run.tags, ' '), run.note})
        text.append(1, ' ').append(part);
    if (run.state == store::RunState::Created) text += " starting";
    return folded(text);
}

std::string_view flagText(bool flag) {
    return flag ? "true" : "false";
}

using Setter = std::function<void(Column&, Row, const store::Run&)>;

template <class Get> Setter textOf(Get get) {
    return [get](Column& column, Row row, const store::Run& run) {
        const auto& text = get(run);
        if (text.empty())
            column.clear(row);
        else
            column.setText(row, text);
    };
}

/// A number that is only there from `least` on.
template <class Get> Setter numberOf(Get get, double least) {
    return [get, least](Column& column, Row row, const store::Run& run) {
        const auto value = static_cast<double>(get(run));
        column.setNumber(row, value < least ? kMissing : value);
    };
}

double duration(const store::Run& run) {
    if (run.startedAt <= 0) return -1;
    return (run.endedAt > 0 ? run.endedAt : run.updatedAt) - run.startedAt;
}

constexpr double kAny = -std::numeric_limits<double>::infinity();
constexpr double kPositive = std::numeric_limits<double>::min();

const std::map<std::string, Setter, std::less<>>& setters() {
    using store::Run;
    static const std::map<std::string, Setter, std::less<>> all{
        {"id", numberOf([](const Run& run) { return number(run.id); }, kAny)},
        {"name", textOf([](const Run& run) -> const std::string& { return run.name; })},
        {"number", numberOf([](const Run& run) { return run.number; }, kAny)},
        {"run", textOf([](const Run& run) { return run.title(); })},
        {"state", textOf([](const Run& run) { return stateName(run); })},
        {"started", numberOf([](const Run& run) { return run.startedAt; }, kPositive)},
        {"ended", numberOf([](const Run& run) { return run.endedAt; }, kPositive)},
        {"created", numberOf([](const Run& run) { return run.createdAt; }, kPositive)},
        {"updated", numberOf([](const Run& run) { return run.updatedAt; }, kPositive)},
        {"duration", numberOf([](const Run& run) { return duration(run); }, 0)},
        {"step", numberOf([](const Run& run) { return run.progress.step; }, kAny)},
        {"steps", numberOf([](const Run& run) { return run.progress.totalSteps; }, 0)},
        {"epoch", numberOf([](const Run& run) { return run.progress.epoch; }, kAny)},
        {"speed", numberOf([](const Run& run) { return run.progress.stepsPerSecond; }, kPositive)},
        {"phase", textOf([](const Run& run) -> const std::string& { return run.progress.phase; })},
        {"config", textOf([](const Run& run) -> const std::string& { return run.configName; })},
        {"config_path", textOf([](const Run& run) -> const std::string& { return run.configPath; })},
        {"overrides", textOf([](const Run& run) { return joined(run.overrides, ' '); })},
        {"command", textOf([](const Run& run) -> const std::string& { return run.command; })},
        {"directory", textOf([](const Run& run) -> const std::string& { return run.directory; })},
        {"error", textOf([](const Run& run) -> const std::string& { return run.error; })},
        {"host", textOf([](const Run& run) -> const std::string& { return run.process.host; })},
        {"note", textOf([](const Run& run) -> const std::string& { return run.note; })},
        {"tags", textOf([](const Run& run) { return joined(run.tags, kTagSeparator); })},
        {"starred", textOf([](const Run& run) { return flagText(run.starred); })},
        {"archived", textOf([](const Run& run) { return flagText(run.archived); })},
        {"source", textOf([](const Run& run) -> const std::string& { return run.source; })},
        {std::string(kSearch), textOf(searchText)},
    };
    return all;
}

} // namespace

std::string stateName(const store::Run& run) {
    const bool isPaused = run.state == store::RunState::Running && run.progress.phase == "paused";
    return isPaused ? run.progress.phase : std::string(name(run.state));
}

void Table::reset(std::vector<RunPtr> runs) {
    std::sort(runs.begin(), runs.end(),
              [](const RunPtr& a, const RunPtr& b) { return number(a->id) < number(b->id); });
    std::vector<std::optional<Row>> before;
    if (!m_columns.empty())
        for (const RunPtr& run : runs)
            before.push_back(rowOf(run->id));
    for (auto& [field, column] : m_columns) {
        Column moved;
        moved.resize(runs.size());
        for (std::size_t row = 0; row < runs.size(); ++row)
            if (before[row]) moved.copy(row, column, *before[row]);
        column = std::move(moved);
    }
    m_runs = std::move(runs);
    m_attributes.clear();
}

std::optional<Row> Table::rowOf(store::RunId id) const {
    const auto found =
        std::lower_bound(m_runs.begin(), m_runs.end(), id, [](const RunPtr& run, store::RunId wanted) {
            return number(run->id) < number(wanted);
        });
    if (found == m_runs.end() || (*found)->id != id) return std::nullopt;
    return static_cast<Row>(found - m_runs.begin());
}

bool Table::put(RunPtr run) {
    if (const auto row = rowOf(run->id)) {
        m_runs[*row] = std::move(run);
        setAttributes(*row);
        return false;
    }
    const auto place =
        std::lower_bound(m_runs.begin(), m_runs.end(), run->id,
                         [](const RunPtr& each, store::RunId id) { return number(each->id) < number(id); });
    const auto row = static_cast<Row>(place - m_runs.begin());
    m_runs.insert(place, std::move(run));
    for (auto& [name, column] : m_attributes)
        column.insert(row);
    for (auto& [field, column] : m_columns)
        column.insert(row);
    setAttributes(row);
    return true;
}

void Table::remove(const std::vector<store::RunId>& runs) {
    std::vector<std::uint8_t> flags(rows(), 1);
    for (const store::RunId id : runs)
        if (const auto row = rowOf(id)) flags[*row] = 0;
    for (auto& [name, column] : m_attributes)
        column.keep(flags);
    for (auto& [field, column] : m_columns)
        column.keep(flags);
    std::size_t kept = 0;
    for (std::size_t row = 0; row < flags.size(); ++row)
        if (flags[row] != 0) m_runs[kept++] = std::move(m_runs[row]);
    m_runs.resize(kept);
}

bool Table::has(const Field& field) const {
    return field.kind == Field::Kind::Attribute || m_columns.contains(field);
}

const Column& Table::column(const Field& field) const {
    static const Column none;
    if (field.kind == Field::Kind::Attribute) return attributeColumn(field.name);
    const auto found = m_columns.find(field);
    return found == m_columns.end() ? none : found->second;
}

const Column& Table::searchTexts() const {
    return attributeColumn(std::string(kSearch));
}

Column& Table::attributeColumn(const std::string& name) const {
    const auto [found, isNew] = m_attributes.try_emplace(name);
    if (!isNew) return found->second;
    found->second.resize(rows());
    if (const auto setter = setters().find(name); setter != setters().end())
        for (Row row = 0; row < rows(); ++row)
            setter->second(found->second, row, *m_runs[row]);
    return found->second;
}

void Table::setAttributes(Row row) {
    for (auto& [name, column] : m_attributes)
        if (const auto setter = setters().find(name); setter != setters().end())
            setter->second(column, row, *m_runs[row]);
}

void Table::place(const LoadedColumn& loaded) {
    Column& column = m_columns[loaded.field];
    column = Column();
    column.resize(rows());
    refresh(loaded);
}

void Table::refresh(const LoadedColumn& loaded) {
    const auto column = m_columns.find(loaded.field);
    if (column == m_columns.end()) return;
    Row next = 0; // most often they come in the order of the rows
    for (std::size_t i = 0; i < loaded.runs.size(); ++i) {
        if (next >= rows() || m_runs[next]->id != loaded.runs[i]) {
            const auto row = rowOf(loaded.runs[i]);
            if (!row) continue;
            next = *row;
        }
        column->second.copy(next++, loaded.cells, i);
    }
}

std::vector<Field> Table::placed() const {
    std::vector<Field> fields;
    for (const auto& [field, column] : m_columns)
        fields.push_back(field);
    return fields;
}

} // namespace fathom::query
