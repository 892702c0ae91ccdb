// SPDX-License-Identifier: Apache-2.0
// Writes pickles of protocol 2 as CPython's pickler does, memo numbers included.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fathom::archive {

/// Appends opcodes. The caller keeps to the grammar; begin with `PickleWriter w;`, end with `w.finish()`.
class PickleWriter {
public:
    PickleWriter() : m_out("\x80\x02") {}

    void op(char opcode) { m_out += opcode; }
    /// GLOBAL, or a BINGET of the earlier one.
    void global(std::string_view module, std::string_view name);
    /// A string object of its own, as most strings in a pickle are. Empty and one-character strings are
    /// always the same object.
    void text(std::string_view text);
    /// The same object each time: literals of Python source, storage keys.
    void shared(std::string_view text);
    void integer(std::int64_t value);
    /// A tuple of integers with its memo entry; () has none.
    void integers(std::span<const std::int64_t> values);
    void real(double value);
    /// The opcode that makes a tuple of the last `count` values, where more than three came after a '('; with
    /// its memo entry, which () has not.
    void endTuple(std::size_t count);
    /// BINPUT with the next number, which it returns.
    std::uint32_t memoize();
    /// BINGET
    void recall(std::uint32_t index);
    [[nodiscard]] std::string finish() {
        op('.');
        return std::move(m_out);
    }

private:
    void newText(std::string_view text);
    template <class T> void raw(T value);

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    std::string m_out;
    std::uint32_t m_next = 0;
    std::unordered_map<std::string, std::uint32_t> m_globals{};
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> m_shared{};
};

} // namespace fathom::archive
