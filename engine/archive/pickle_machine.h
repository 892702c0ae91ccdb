// SPDX-License-Identifier: Apache-2.0
// Runs a pickle of protocol 2 to 5 into a PickleDocument. A restricted machine: it builds data and calls
// nothing.
#pragma once

#include "engine/archive/pickle_document.h"

#include <optional>
#include <unordered_map>

namespace fathom::archive {

/// One pickle from a byte sequence that may hold several. Errors are BadInput with `label` as file.
class PickleMachine {
public:
    PickleMachine(PickleDocument& document, std::span<const std::byte> bytes, std::string label);

    /// Reads from `position` to STOP and leaves `position` behind it.
    [[nodiscard]] Result<NodeId> run(std::size_t& position);

private:
    enum class Step { Done, NotMine, Failed };

    [[nodiscard]] Step scalar(unsigned char op);
    [[nodiscard]] Step text(unsigned char op);
    [[nodiscard]] Step longInteger(std::uint64_t length);
    [[nodiscard]] Step sequence(unsigned char op);
    [[nodiscard]] Step mapping(unsigned char op);
    [[nodiscard]] Step stackAndMemo(unsigned char op);
    [[nodiscard]] Step object(unsigned char op);
    [[nodiscard]] Step framing(unsigned char op);

    Step push(NodeId id);
    Step pushNew(PickleNode node);
    Step pushTuple(std::vector<NodeId> items);
    Step failed(std::string why);
    template <class T> [[nodiscard]] std::optional<T> take();
    [[nodiscard]] std::optional<std::span<const std::byte>> takeBytes(std::uint64_t count);
    [[nodiscard]] std::optional<std::string_view> takeLine();
    [[nodiscard]] std::optional<NodeId> pop();
    [[nodiscard]] std::optional<std::vector<NodeId>> popToMark();
    [[nodiscard]] std::optional<NodeId> top() const;
    [[nodiscard]] std::optional<std::string_view> popText();
    [[nodiscard]] Step append(NodeId target, std::span<const NodeId> items, PickleKind kind);
    [[nodiscard]] Step setItems(NodeId target, std::span<const NodeId> items);
    [[nodiscard]] Step memoize(std::uint32_t index);
    [[nodiscard]] Step recall(std::uint32_t index);
    [[nodiscard]] NodeId global(std::string_view module, std::string_view name);
    [[nodiscard]] Step make(NodeId callable, NodeId arguments);
    [[nodiscard]] Step build(NodeId target, NodeId state);
    [[nodiscard]] Step persistent(NodeId id);

    PickleDocument& m_document;
    std::span<const std::byte> m_bytes;
    std::string m_label;
    std::size_t m_position = 0;
    std::vector<NodeId> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint32_t, NodeId> m_memo;
    std::unordered_map<std::string, NodeId> m_globals;
    std::string m_why;
};

} // namespace fathom::archive
