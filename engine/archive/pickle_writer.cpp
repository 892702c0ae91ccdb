// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/pickle_writer.h"

#include <bit>
#include <cstring>
#include <limits>

namespace fathom::archive {

template <class T> void PickleWriter::raw(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof value);
    m_out.append(bytes, sizeof bytes);
}

void PickleWriter::recall(std::uint32_t index) {
    if (index < 256) {
        op('h');
        raw(static_cast<std::uint8_t>(index));
    } else {
        op('j');
        raw(index);
    }
}

std::uint32_t PickleWriter::memoize() {
    if (m_next < 256) {
        op('q');
        raw(static_cast<std::uint8_t>(m_next));
    } else {
        op('r');
        raw(m_next);
    }
    return m_next++;
}

void PickleWriter::global(std::string_view module, std::string_view name) {
    std::string line(module);
    line += '\n';
    line += name;
    line += '\n';
    const auto [it, isNew] = m_globals.try_emplace(line, m_next);
    if (!isNew) return recall(it->second);
    op('c');
    m_out += line;
    memoize();
}

void PickleWriter::newText(std::string_view text) {
    op('X');
    raw(static_cast<std::uint32_t>(text.size()));
    m_out += text;
    memoize();
}

void PickleWriter::text(std::string_view text) {
    return text.size() <= 1 ? shared(text) : newText(text);
}

void PickleWriter::shared(std::string_view text) {
    if (const auto it = m_shared.find(text); it != m_shared.end()) return recall(it->second);
    m_shared.emplace(text, m_next);
    newText(text);
}

void PickleWriter::integer(std::int64_t value) {
    if (value >= 0 && value < 256) {
        op('K');
        raw(static_cast<std::uint8_t>(value));
    } else if (value >= 0 && value < 65536) {
        op('M');
        raw(static_cast<std::uint16_t>(value));
    } else if (value >= std::numeric_limits<std::int32_t>::min() &&
               value <= std::numeric_limits<std::int32_t>::max()) {
        op('J');
        raw(static_cast<std::int32_t>(value));
    } else {
        std::size_t bytes = 8; // as few as keep the sign
        while (bytes > 1 && value >> (8 * bytes - 9) == value >> 63)
            --bytes;
        op('\x8a');
        raw(static_cast<std::uint8_t>(bytes));
        for (std::size_t i = 0; i < bytes; ++i)
            raw(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

void PickleWriter::real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    op('G');
    for (int shift = 56; shift >= 0; shift -= 8) // big-endian
        raw(static_cast<std::uint8_t>(bits >> shift));
}

void PickleWriter::endTuple(std::size_t count) {
    if (count == 0) return op(')');
    op(count == 1 ? '\x85' : count == 2 ? '\x86' : count == 3 ? '\x87' : 't');
    memoize();
}

void PickleWriter::integers(std::span<const std::int64_t> values) {
    if (values.size() > 3) op('(');
    for (const std::int64_t value : values)
        integer(value);
    endTuple(values.size());
}

} // namespace fathom::archive
