// SPDX-License-Identifier: Apache-2.0
// Field numbers are those of tensorflow's event.proto, summary.proto, tensor.proto and types.proto, and of
// the hparams plugin's api.proto and plugin_data.proto.
#include "engine/exchange/event_message.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <utility>

namespace fathom::exchange {

namespace {

using Reader = protozero::pbf_reader;
using Wire = protozero::pbf_wire_type;

/// Number and wire type together, so that a field of another type is passed over and not misread.
constexpr std::uint32_t field(protozero::pbf_tag_type number, Wire type) {
    return protozero::tag_and_type(number, type);
}

std::string_view bytesOf(Reader& reader) {
    const protozero::data_view view = reader.get_view();
    return {view.data(), view.size()};
}

double halfToDouble(std::uint32_t bits) {
    const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
    const int exponent = static_cast<int>(bits >> 10 & 0x1fU);
    const double fraction = static_cast<double>(bits & 0x3ffU);
    if (exponent == 31) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
    if (exponent == 0) return sign * std::ldexp(fraction, -24);
    return sign * std::ldexp(1024 + fraction, exponent - 25);
}

double bfloat16ToDouble(std::uint32_t bits) {
    return static_cast<double>(std::bit_cast<float>(bits << 16));
}

enum DataType {
    kFloat = 1,
    kDouble = 2,
    kInt32 = 3,
    kUint8 = 4,
    kInt16 = 5,
    kInt8 = 6,
    kString = 7,
    kInt64 = 9,
    kBool = 10,
    kBfloat16 = 14,
    kUint16 = 17,
    kHalf = 19,
    kUint32 = 22,
    kUint64 = 23
};

template <class Number> bool loadContent(std::string_view content, double& number) {
    Number value{};
    if (content.size() != sizeof value) return false;
    std::memcpy(&value, content.data(), sizeof value);
    number = static_cast<double>(value);
    return true;
}

/// tensor_content: the one element as it lies in memory, little-endian.
bool numberOf(int type, std::string_view content, double& number) {
    std::uint16_t half = 0;
    switch (type) {
    case kFloat:
        return loadContent<float>(content, number);
    case kDouble:
        return loadContent<double>(content, number);
    case kInt32:
        return loadContent<std::int32_t>(content, number);
    case kUint8:
    case kBool:
        return loadContent<std::uint8_t>(content, number);
    case kInt16:
        return loadContent<std::int16_t>(content, number);
    case kInt8:
        return loadContent<std::int8_t>(content, number);
    case kInt64:
        return loadContent<std::int64_t>(content, number);
    case kUint16:
        return loadContent<std::uint16_t>(content, number);
    case kUint32:
        return loadContent<std::uint32_t>(content, number);
    case kUint64:
        return loadContent<std::uint64_t>(content, number);
    case kHalf:
    case kBfloat16:
        if (content.size() != sizeof half) return false;
        std::memcpy(&half, content.data(), sizeof half);
        number = type == kHalf ? halfToDouble(half) : bfloat16ToDouble(half);
        return true;
    default:
        return false;
    }
}

/// A repeated number, packed or not: the first, and how many there are.
struct Numbers {
    double first = 0;
    std::size_t count = 0;

    void add(double number) {
        if (count++ == 0) first = number;
    }
};

double integerOf(int type, std::uint64_t bits) {
    if (type == kHalf) return halfToDouble(static_cast<std::uint32_t>(bits & 0xffffU));
    if (type == kBfloat16) return bfloat16ToDouble(static_cast<std::uint32_t>(bits & 0xffffU));
    if (type == kUint64) return static_cast<double>(bits);
    return static_cast<double>(static_cast<std::int64_t>(bits));
}

template <class Number> void addFixed(std::string_view packed, Numbers& numbers) {
    if (packed.size() < sizeof(Number)) return;
    Number value{};
    std::memcpy(&value, packed.data(), sizeof value);
    numbers.add(static_cast<double>(value));
    numbers.count = packed.size() / sizeof(Number);
}

void addVarints(int type, std::string_view packed, Numbers& numbers) {
    const char* at = packed.data();
    const char* const end = at + packed.size();
    while (at != end)
        numbers.add(integerOf(type, protozero::decode_varint(&at, end)));
}

/// The elements of a shape, 1 for none; an unknown dimension makes 0.
std::uint64_t elementsOf(Reader shape) {
    std::uint64_t elements = 1;
    while (shape.next()) {
        if (shape.tag_and_type() != field(2, Wire::length_delimited)) {
            shape.skip();
            continue;
        }
        std::uint64_t size = 0;
        for (Reader dimension = shape.get_message(); dimension.next();)
            if (dimension.tag_and_type() == field(1, Wire::varint))
                size = dimension.get_uint64();
            else
                dimension.skip();
        elements = size > 1'000'000 ? 0 : std::min<std::uint64_t>(elements * size, 1'000'000);
    }
    return elements;
}

void readTensor(std::string_view bytes, SummaryValue& value) {
    Reader tensor(bytes.data(), bytes.size());
    value.kind = SummaryValue::Kind::Tensor;
    int type = 0;
    std::uint64_t elements = 1;
    std::string_view content;
    Numbers numbers;
    bool hasText = false;
    while (tensor.next()) {
        switch (tensor.tag_and_type()) {
        case field(1, Wire::varint):
            type = static_cast<int>(tensor.get_uint64());
            break;
        case field(2, Wire::length_delimited):
            elements = elementsOf(tensor.get_message());
            break;
        case field(4, Wire::length_delimited):
            content = bytesOf(tensor);
            break;
        case field(5, Wire::length_delimited):
            addFixed<float>(bytesOf(tensor), numbers);
            break;
        case field(5, Wire::fixed32):
            numbers.add(static_cast<double>(tensor.get_float()));
            break;
        case field(6, Wire::length_delimited):
            addFixed<double>(bytesOf(tensor), numbers);
            break;
        case field(6, Wire::fixed64):
            numbers.add(tensor.get_double());
            break;
        case field(7, Wire::length_delimited):  // int_val
        case field(10, Wire::length_delimited): // int64_val
        case field(11, Wire::length_delimited): // bool_val
        case field(13, Wire::length_delimited): // half_val
        case field(16, Wire::length_delimited): // uint32_val
        case field(17, Wire::length_delimited): // uint64_val
            addVarints(type, bytesOf(tensor), numbers);
            break;
        case field(7, Wire::varint):
        case field(10, Wire::varint):
        case field(11, Wire::varint):
        case field(13, Wire::varint):
        case field(16, Wire::varint):
        case field(17, Wire::varint):
            numbers.add(integerOf(type, tensor.get_uint64()));
            break;
        case field(8, Wire::length_delimited):
            if (const std::string_view text = bytesOf(tensor); !std::exchange(hasText, true)) {
                value.text = text;
                value.tensor = bytes;
            }
            break;
        default:
            tensor.skip();
        }
    }
    if (type == kString || elements != 1) return;
    value.hasNumber = numbers.count == 1 || (numbers.count == 0 && numberOf(type, content, value.number));
    if (numbers.count == 1) value.number = numbers.first;
}

void readMetadata(Reader metadata, SummaryValue& value) {
    while (metadata.next()) {
        if (metadata.tag_and_type() == field(4, Wire::varint)) {
            value.isScalarClass = metadata.get_uint64() == 1; // DATA_CLASS_SCALAR
        } else if (metadata.tag_and_type() == field(1, Wire::length_delimited)) {
            for (Reader plugin = metadata.get_message(); plugin.next();) {
                if (plugin.tag_and_type() == field(1, Wire::length_delimited))
                    value.plugin = bytesOf(plugin);
                else if (plugin.tag_and_type() == field(2, Wire::length_delimited))
                    value.content = bytesOf(plugin);
                else
                    plugin.skip();
            }
        } else {
            metadata.skip();
        }
    }
}

/// Images and audio have their bytes in field 4; audio says its type in 5.
void readMedia(Reader media, SummaryValue& value, SummaryValue::Kind kind) {
    value.kind = kind;
    while (media.next()) {
        if (media.tag_and_type() == field(4, Wire::length_delimited))
            value.media = bytesOf(media);
        else if (media.tag_and_type() == field(5, Wire::length_delimited))
            value.mediaType = bytesOf(media);
        else
            media.skip();
    }
}

void readValue(Reader reader, SummaryValue& value) {
    using Kind = SummaryValue::Kind;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(1, Wire::length_delimited):
            value.tag = bytesOf(reader);
            break;
        case field(2, Wire::fixed32):
            value.kind = Kind::Scalar;
            value.number = static_cast<double>(reader.get_float());
            value.hasNumber = true;
            break;
        case field(4, Wire::length_delimited):
            readMedia(reader.get_message(), value, Kind::Image);
            break;
        case field(5, Wire::length_delimited):
            value.kind = Kind::Histogram;
            reader.skip();
            break;
        case field(6, Wire::length_delimited):
            readMedia(reader.get_message(), value, Kind::Audio);
            break;
        case field(8, Wire::length_delimited):
            readTensor(bytesOf(reader), value);
            break;
        case field(9, Wire::length_delimited):
            readMetadata(reader.get_message(), value);
            break;
        default:
            reader.skip();
        }
    }
}

void readSummary(Reader summary, EventMessage& event) {
    while (summary.next()) {
        if (summary.tag_and_type() == field(1, Wire::length_delimited))
            readValue(summary.get_message(), event.values.emplace_back());
        else
            summary.skip();
    }
}

bool isStart(Reader session) {
    bool starts = false;
    while (session.next()) {
        if (session.tag_and_type() == field(1, Wire::varint))
            starts = session.get_uint64() == 1;
        else
            session.skip();
    }
    return starts;
}

void readEvent(Reader reader, EventMessage& event, EventDepth depth) {
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(1, Wire::fixed64):
            event.wallTime = reader.get_double();
            break;
        case field(2, Wire::varint):
            event.step = reader.get_int64();
            break;
        case field(3, Wire::length_delimited):
            event.fileVersion = bytesOf(reader);
            break;
        case field(5, Wire::length_delimited):
            if (depth == EventDepth::Whole)
                readSummary(reader.get_message(), event);
            else
                reader.skip();
            event.hasSummary = true;
            break;
        case field(7, Wire::length_delimited):
            event.isSessionStart = isStart(reader.get_message());
            break;
        case field(10, Wire::length_delimited): // source metadata
            reader.skip();
            break;
        default:
            event.isOther = true;
            reader.skip();
        }
    }
}

std::uint8_t byteAt(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// The form that nearly all records have: wall time, step, one summary with one tag and its simple_value,
/// each length one byte. False: it is another, and nothing was read.
bool readPlainScalar(std::string_view record, EventMessage& event) {
    if (record.size() < 20 || record[0] != 0x09) return false;
    std::size_t at = 9;
    std::uint64_t step = 0;
    if (record[at] == 0x10) {
        int shift = 0;
        do {
            if (++at == record.size() || shift > 56) return false;
            step |= static_cast<std::uint64_t>(byteAt(record, at) & 0x7fU) << shift;
            shift += 7;
        } while (byteAt(record, at) >= 0x80);
        ++at;
    }
    for (const char field : {char{0x2a}, char{0x0a}}) { // Event.summary, Summary.value
        if (at + 2 > record.size() || record[at] != field || byteAt(record, at + 1) >= 0x80 ||
            at + 2 + byteAt(record, at + 1) != record.size())
            return false;
        at += 2;
    }
    if (at + 2 > record.size() || record[at] != 0x0a || byteAt(record, at + 1) >= 0x80) return false;
    const std::size_t length = byteAt(record, at + 1);
    const std::size_t value = at + 2 + length;
    if (value + 5 != record.size() || record[value] != 0x15) return false;
    float number = 0;
    std::memcpy(&event.wallTime, record.data() + 1, sizeof event.wallTime);
    std::memcpy(&number, record.data() + value + 1, sizeof number);
    event.step = static_cast<std::int64_t>(step);
    event.hasSummary = true;
    SummaryValue& scalar = event.values.emplace_back();
    scalar.tag = record.substr(at + 2, length);
    scalar.kind = SummaryValue::Kind::Scalar;
    scalar.number = static_cast<double>(number);
    scalar.hasNumber = true;
    return true;
}

Value valueOf(Reader reader) {
    Value value;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(2, Wire::fixed64):
            value = Value(reader.get_double());
            break;
        case field(3, Wire::length_delimited):
            value = Value(bytesOf(reader));
            break;
        case field(4, Wire::varint):
            value = Value(reader.get_uint64() != 0);
            break;
        default:
            reader.skip();
        }
    }
    return value;
}

void readSessionStart(Reader reader, HparamsContent& hparams) {
    hparams.kind = HparamsContent::Kind::SessionStart;
    while (reader.next()) {
        if (reader.tag_and_type() == field(5, Wire::fixed64)) {
            hparams.time = reader.get_double();
        } else if (reader.tag_and_type() == field(1, Wire::length_delimited)) {
            auto& [name, value] = hparams.values.emplace_back();
            for (Reader entry = reader.get_message(); entry.next();) {
                if (entry.tag_and_type() == field(1, Wire::length_delimited))
                    name = bytesOf(entry);
                else if (entry.tag_and_type() == field(2, Wire::length_delimited))
                    value = valueOf(entry.get_message());
                else
                    entry.skip();
            }
        } else {
            reader.skip();
        }
    }
}

void readSessionEnd(Reader reader, HparamsContent& hparams) {
    hparams.kind = HparamsContent::Kind::SessionEnd;
    while (reader.next()) {
        if (reader.tag_and_type() == field(1, Wire::varint))
            hparams.status = static_cast<int>(reader.get_uint64() & 0xffU);
        else if (reader.tag_and_type() == field(2, Wire::fixed64))
            hparams.time = reader.get_double();
        else
            reader.skip();
    }
}

} // namespace

void EventMessage::clear() {
    wallTime = 0;
    step = 0;
    fileVersion = {};
    isSessionStart = hasSummary = isOther = false;
    values.clear();
}

bool parseEvent(std::string_view record, EventMessage& event, EventDepth depth) {
    event.clear();
    if (depth == EventDepth::Whole && readPlainScalar(record, event)) return true;
    try {
        readEvent(Reader(record.data(), record.size()), event, depth);
        return true;
    } catch (const protozero::exception&) {
        return false;
    }
}

std::vector<std::string_view> stringsOf(std::string_view tensor) {
    std::vector<std::string_view> strings;
    try {
        for (Reader reader(tensor.data(), tensor.size()); reader.next();) {
            if (reader.tag_and_type() == field(8, Wire::length_delimited))
                strings.push_back(bytesOf(reader));
            else
                reader.skip();
        }
    } catch (const protozero::exception&) { // parseEvent() has read it: only of other bytes
        strings.clear();
    }
    return strings;
}

bool parseHparams(std::string_view content, HparamsContent& hparams) {
    hparams = {};
    try {
        Reader reader(content.data(), content.size());
        while (reader.next()) {
            if (reader.tag_and_type() == field(3, Wire::length_delimited)) {
                readSessionStart(reader.get_message(), hparams);
            } else if (reader.tag_and_type() == field(4, Wire::length_delimited)) {
                readSessionEnd(reader.get_message(), hparams);
            } else {
                if (reader.tag_and_type() == field(2, Wire::length_delimited))
                    hparams.kind = HparamsContent::Kind::Experiment;
                reader.skip();
            }
        }
        return true;
    } catch (const protozero::exception&) {
        return false;
    }
}

} // namespace fathom::exchange
