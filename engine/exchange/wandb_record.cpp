// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/wandb_record.h"

#include <algorithm>
#include <cmath>
#include <protozero/pbf_reader.hpp>

namespace fathom::exchange {

namespace {

using Reader = protozero::pbf_reader;
using Wire = protozero::pbf_wire_type;

constexpr std::uint32_t field(protozero::pbf_tag_type number, Wire type) {
    return protozero::tag_and_type(number, type);
}

constexpr Wire kBytes = Wire::length_delimited;

std::string textOf(Reader& reader) {
    return reader.get_string();
}

/// google.protobuf.Timestamp.
double timeOf(Reader reader) {
    double seconds = 0;
    double fraction = 0;
    while (reader.next()) {
        if (reader.tag_and_type() == field(1, Wire::varint))
            seconds = static_cast<double>(reader.get_int64());
        else if (reader.tag_and_type() == field(2, Wire::varint))
            fraction = static_cast<double>(reader.get_int64()) * 1e-9;
        else
            reader.skip();
    }
    return seconds + fraction;
}

/// Nothing that a run logs is deeper; what is would need a stack as deep.
constexpr int kDeepest = 100;

bool isTooDeep(std::string_view json) {
    int depth = 0;
    bool isText = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (isText && c == '\\') ++i;
        if (c == '"') isText = !isText;
        if (isText) continue;
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        if (depth > kDeepest) return true;
    }
    return false;
}

/// JSON as Python and Go write it: NaN and infinities stand there bare, or as strings.
Value jsonValue(const std::string& text) {
    if (isTooDeep(text)) return Value(text);
    if (text == "NaN" || text == "\"NaN\"") return Value(std::nan(""));
    if (text == "Infinity" || text == "\"Infinity\"") return Value(HUGE_VAL);
    if (text == "-Infinity" || text == "\"-Infinity\"") return Value(-HUGE_VAL);
    Result<Value> value = fromJson(text);
    return value ? std::move(*value) : Value(text);
}

/// HistoryItem, SummaryItem, ConfigItem and StatsItem: key 1, nested_key 2, value_json 16; new versions write
/// history's values typed in 3 to 8.
WandbItem itemOf(Reader reader) {
    WandbItem item;
    std::string nested;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(1, kBytes):
            item.key = textOf(reader);
            break;
        case field(2, kBytes):
            nested += (nested.empty() ? "" : ".") + textOf(reader);
            break;
        case field(4, Wire::varint):
            item.value = Value(reader.get_uint64() != 0);
            break;
        case field(5, Wire::varint):
            item.value = Value(reader.get_sint64());
            break;
        case field(6, Wire::fixed64):
            item.value = Value(reader.get_double());
            break;
        case field(7, kBytes):
            item.value = Value(textOf(reader));
            break;
        case field(8, kBytes):
        case field(16, kBytes):
            item.value = jsonValue(textOf(reader));
            break;
        default:
            reader.skip();
        }
    }
    if (!nested.empty()) item.key = std::move(nested);
    return item;
}

/// The message of a record whose field `items` repeats an item.
template <class Other>
void readItems(Reader reader, protozero::pbf_tag_type items, WandbRecord& record, Other&& other) {
    while (reader.next())
        if (reader.tag_and_type() == field(items, kBytes))
            record.items.push_back(itemOf(reader.get_message()));
        else if (!other(reader))
            reader.skip();
}

bool nothing(Reader&) {
    return false;
}

void readGit(Reader reader, WandbRecord& record) {
    while (reader.next()) {
        if (reader.tag_and_type() == field(1, kBytes))
            record.environment.emplace_back("git.remote", textOf(reader));
        else if (reader.tag_and_type() == field(2, kBytes))
            record.environment.emplace_back("git.commit", textOf(reader));
        else
            reader.skip();
    }
}

void readRun(Reader reader, WandbRecord& record) {
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(1, kBytes):
            record.id = textOf(reader);
            break;
        case field(2, kBytes):
            record.entity = textOf(reader);
            break;
        case field(3, kBytes):
            record.project = textOf(reader);
            break;
        case field(4, kBytes):
            readItems(reader.get_message(), 1, record, nothing);
            break;
        case field(6, kBytes):
            record.environment.emplace_back("wandb.group", textOf(reader));
            break;
        case field(7, kBytes):
            record.environment.emplace_back("wandb.job_type", textOf(reader));
            break;
        case field(8, kBytes):
            record.displayName = textOf(reader);
            break;
        case field(9, kBytes):
            record.notes = textOf(reader);
            break;
        case field(10, kBytes):
            record.tags.push_back(textOf(reader));
            break;
        case field(12, kBytes):
            record.environment.emplace_back("wandb.sweep", textOf(reader));
            break;
        case field(13, kBytes):
            record.environment.emplace_back("host.name", textOf(reader));
            break;
        case field(17, kBytes):
            record.time = timeOf(reader.get_message());
            break;
        case field(21, kBytes):
            readGit(reader.get_message(), record);
            break;
        default:
            reader.skip();
        }
    }
}

void readOutput(Reader reader, WandbRecord& record) {
    while (reader.next()) {
        if (reader.tag_and_type() == field(2, kBytes))
            record.time = timeOf(reader.get_message());
        else if (reader.tag_and_type() == field(3, kBytes))
            record.text = textOf(reader);
        else
            reader.skip();
    }
}

void readEnvironment(Reader reader, WandbRecord& record) {
    static constexpr std::pair<protozero::pbf_tag_type, const char*> kTexts[] = {
        {1, "host.os"},      {2, "python.version"},     {12, "host.name"},
        {13, "host.user"},   {14, "python.executable"}, {18, "host.gpu"},
        {25, "cuda.version"}};
    while (reader.next()) {
        if (reader.wire_type() != kBytes) {
            reader.skip();
            continue;
        }
        const protozero::pbf_tag_type tag = reader.tag();
        if (tag == 5) {
            record.arguments.push_back(textOf(reader));
        } else if (tag == 6) {
            record.program = textOf(reader);
        } else if (tag == 9) {
            readGit(reader.get_message(), record);
        } else {
            const auto* known = std::find_if(std::begin(kTexts), std::end(kTexts),
                                             [&](const auto& each) { return each.first == tag; });
            if (known != std::end(kTexts))
                record.environment.emplace_back(known->second, textOf(reader));
            else
                reader.skip();
        }
    }
}

void readHistory(Reader reader, WandbRecord& record) {
    readItems(reader, 1, record, [&](Reader& other) {
        if (other.tag_and_type() != field(2, kBytes)) return false;
        for (Reader step = other.get_message(); step.next();)
            if (step.tag_and_type() == field(1, Wire::varint))
                record.step = step.get_int64();
            else
                step.skip();
        return true;
    });
}

void readExit(Reader reader, WandbRecord& record) {
    while (reader.next())
        if (reader.tag_and_type() == field(1, Wire::varint))
            record.exitCode = static_cast<int>(reader.get_int64());
        else
            reader.skip();
}

void readRecord(Reader reader, WandbRecord& record) {
    using Kind = WandbRecord::Kind;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(2, kBytes):
            record.kind = Kind::History;
            readHistory(reader.get_message(), record);
            break;
        case field(3, kBytes):
            record.kind = Kind::Summary;
            readItems(reader.get_message(), 1, record, nothing);
            break;
        case field(4, kBytes):
        case field(13, kBytes):
            record.kind = Kind::Output;
            readOutput(reader.get_message(), record);
            break;
        case field(5, kBytes):
            record.kind = Kind::Config;
            readItems(reader.get_message(), 1, record, nothing);
            break;
        case field(7, kBytes):
            record.kind = Kind::Stats;
            readItems(reader.get_message(), 3, record, [&](Reader& other) {
                if (other.tag_and_type() != field(2, kBytes)) return false;
                record.time = timeOf(other.get_message());
                return true;
            });
            break;
        case field(17, kBytes):
            record.kind = Kind::Run;
            readRun(reader.get_message(), record);
            break;
        case field(18, kBytes):
            record.kind = Kind::Exit;
            readExit(reader.get_message(), record);
            break;
        case field(26, kBytes):
            record.kind = Kind::Environment;
            readEnvironment(reader.get_message(), record);
            break;
        default:
            reader.skip();
        }
    }
}

} // namespace

bool parseWandb(std::string_view bytes, WandbRecord& record) {
    record = {};
    try {
        readRecord(Reader(bytes.data(), bytes.size()), record);
        return true;
    } catch (const protozero::exception&) {
        return false;
    }
}

} // namespace fathom::exchange
