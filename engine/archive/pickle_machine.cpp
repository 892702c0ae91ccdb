// SPDX-License-Identifier: Apache-2.0
// Opcodes as in Python's pickletools. Those that only text protocols (0 and 1) or extension registries use
// are refused.
#include "engine/archive/pickle_machine.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/pickle_known.h"

#include <algorithm>

namespace fathom::archive {

namespace {

constexpr std::size_t kMaxNodes = 6'000'000; // about 500 MB; a checkpoint of 100,000 tensors has 1.5 million

double bigEndianDouble(std::span<const std::byte> bytes) {
    std::uint64_t bits = 0;
    for (const std::byte byte : bytes)
        bits = bits << 8 | std::to_integer<std::uint64_t>(byte);
    return std::bit_cast<double>(bits);
}

std::string hexOfLittleEndian(std::span<const std::byte> bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text = "0x";
    for (std::size_t i = bytes.size(); i-- > 0;) {
        text += kDigits[std::to_integer<unsigned>(bytes[i]) >> 4];
        text += kDigits[std::to_integer<unsigned>(bytes[i]) & 15];
    }
    return text;
}

} // namespace

PickleMachine::PickleMachine(PickleDocument& document, std::span<const std::byte> bytes, std::string label)
    : m_document(document), m_bytes(bytes), m_label(std::move(label)) {}

Result<NodeId> PickleMachine::run(std::size_t& position) {
    const auto error = [&](std::string why) {
        Error result;
        result.kind = ErrorKind::BadInput;
        result.what = "Cannot read the checkpoint's pickle";
        result.why = std::move(why);
        result.remedy = "Save the model again with torch.save";
        result.file = m_label;
        return fail(std::move(result));
    };
    m_position = position;
    m_stack.clear();
    m_marks.clear();
    m_memo.clear(); // each pickle of a sequence has its own
    while (const auto op = take<unsigned char>()) {
        if (*op == '.') {
            if (m_stack.size() != 1 || !m_marks.empty()) return error("it ends with values left over");
            position = m_position;
            return m_stack.back();
        }
        Step step = Step::NotMine;
        for (const auto handler : {&PickleMachine::stackAndMemo, &PickleMachine::text, &PickleMachine::scalar,
                                   &PickleMachine::sequence, &PickleMachine::mapping, &PickleMachine::object,
                                   &PickleMachine::framing}) {
            step = (this->*handler)(*op);
            if (step != Step::NotMine) break;
        }
        if (step == Step::NotMine)
            return error("opcode " + std::to_string(*op) + " at byte " + std::to_string(m_position - 1) +
                         " is not allowed");
        if (step == Step::Failed)
            return error((m_why.empty() ? "it is damaged" : m_why) + " at byte " +
                         std::to_string(m_position));
        if (m_document.nodes.size() > kMaxNodes)
            return error("it holds more objects than any checkpoint has");
    }
    return error("it ends too early");
}

PickleMachine::Step PickleMachine::failed(std::string why) {
    m_why = std::move(why);
    return Step::Failed;
}

PickleMachine::Step PickleMachine::push(NodeId id) {
    m_stack.push_back(id);
    return Step::Done;
}

PickleMachine::Step PickleMachine::pushNew(PickleNode node) {
    return push(m_document.add(std::move(node)));
}

PickleMachine::Step PickleMachine::pushTuple(std::vector<NodeId> items) {
    if (items.empty()) return push(kEmptyTuple);
    PickleNode node(PickleKind::Tuple);
    node.items = std::move(items);
    return pushNew(std::move(node));
}

std::optional<std::span<const std::byte>> PickleMachine::takeBytes(std::uint64_t count) {
    const auto part = slice(m_bytes, m_position, count);
    if (part) m_position += static_cast<std::size_t>(count);
    return part;
}

template <class T> std::optional<T> PickleMachine::take() {
    const auto value = readAs<T>(m_bytes, m_position);
    if (value) m_position += sizeof(T);
    return value;
}

std::optional<std::string_view> PickleMachine::takeLine() {
    const std::string_view rest = asText(m_bytes.subspan(m_position));
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    m_position += end + 1;
    return rest.substr(0, end);
}

std::optional<NodeId> PickleMachine::top() const {
    const std::size_t floor = m_marks.empty() ? 0 : m_marks.back();
    if (m_stack.size() <= floor) return std::nullopt;
    return m_stack.back();
}

std::optional<NodeId> PickleMachine::pop() {
    const auto id = top();
    if (id) m_stack.pop_back();
    return id;
}

std::optional<std::vector<NodeId>> PickleMachine::popToMark() {
    if (m_marks.empty()) return std::nullopt;
    const auto from = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    std::vector<NodeId> items(from, m_stack.end());
    m_stack.erase(from, m_stack.end());
    m_marks.pop_back();
    return items;
}

std::optional<std::string_view> PickleMachine::popText() {
    const auto id = pop();
    if (!id || m_document.nodes[*id].kind != PickleKind::String) return std::nullopt;
    return m_document.nodes[*id].text;
}

PickleMachine::Step PickleMachine::scalar(unsigned char op) {
    const auto integer = [&](std::optional<std::int64_t> value) {
        if (!value) return Step::Failed;
        PickleNode node(PickleKind::Int);
        node.integer = *value;
        return pushNew(std::move(node));
    };
    switch (op) {
    case 'N':
        return push(kNone);
    case 0x88:
        return push(kTrue);
    case 0x89:
        return push(kFalse);
    case 'J':
        return integer(take<std::int32_t>());
    case 'K':
        return integer(take<std::uint8_t>());
    case 'M':
        return integer(take<std::uint16_t>());
    case 0x8a: { // LONG1
        const auto length = take<std::uint8_t>();
        return length ? longInteger(*length) : Step::Failed;
    }
    case 0x8b: { // LONG4
        const auto length = take<std::uint32_t>();
        return length ? longInteger(*length) : Step::Failed;
    }
    case 'G': { // BINFLOAT
        const auto bytes = takeBytes(8);
        if (!bytes) return Step::Failed;
        PickleNode node(PickleKind::Float);
        node.real = bigEndianDouble(*bytes);
        return pushNew(std::move(node));
    }
    default:
        return Step::NotMine;
    }
}

PickleMachine::Step PickleMachine::longInteger(std::uint64_t length) {
    const auto bytes = takeBytes(length);
    if (!bytes) return Step::Failed;
    if (length > 8) {
        if (length > 1024) return failed("an integer is larger than any checkpoint has");
        PickleNode node(PickleKind::BigInt);
        node.text = m_document.keep(hexOfLittleEndian(*bytes));
        return pushNew(std::move(node));
    }
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < bytes->size(); ++i)
        bits |= std::to_integer<std::uint64_t>((*bytes)[i]) << (8 * i);
    if (length > 0 && length < 8 && (std::to_integer<unsigned>(bytes->back()) & 0x80U) != 0)
        bits |= ~std::uint64_t{0} << (8 * length);
    PickleNode node(PickleKind::Int);
    node.integer = static_cast<std::int64_t>(bits);
    return pushNew(std::move(node));
}

PickleMachine::Step PickleMachine::text(unsigned char op) {
    std::optional<std::uint64_t> length;
    PickleKind kind = PickleKind::String;
    switch (op) {
    case 0x8c: // SHORT_BINUNICODE
    case 'U':  // SHORT_BINSTRING, a Python 2 str
        length = take<std::uint8_t>();
        break;
    case 'X': // BINUNICODE
    case 'T': // BINSTRING
        length = take<std::uint32_t>();
        break;
    case 0x8d:
        length = take<std::uint64_t>();
        break; // BINUNICODE8
    case 'C':  // SHORT_BINBYTES
        kind = PickleKind::Bytes;
        length = take<std::uint8_t>();
        break;
    case 'B': // BINBYTES
        kind = PickleKind::Bytes;
        length = take<std::uint32_t>();
        break;
    case 0x8e: // BINBYTES8
    case 0x96: // BYTEARRAY8
        kind = PickleKind::Bytes;
        length = take<std::uint64_t>();
        break;
    default:
        return Step::NotMine;
    }
    const auto bytes = length ? takeBytes(*length) : std::nullopt;
    if (!bytes) return Step::Failed;
    PickleNode node(kind);
    node.text = asText(*bytes);
    return pushNew(std::move(node));
}

PickleMachine::Step PickleMachine::append(NodeId target, std::span<const NodeId> items, PickleKind kind) {
    PickleNode& node = m_document.nodes[target];
    const bool fits = node.kind == kind || (node.kind == PickleKind::Object && !node.hasEntries);
    if (!fits) return failed("it appends to something that is not a list or set");
    node.items.insert(node.items.end(), items.begin(), items.end());
    return Step::Done;
}

PickleMachine::Step PickleMachine::sequence(unsigned char op) {
    const auto tuple = [&](std::size_t count) {
        std::vector<NodeId> items(count);
        for (std::size_t i = count; i-- > 0;) {
            const auto id = pop();
            if (!id) return Step::Failed;
            items[i] = *id;
        }
        return pushTuple(std::move(items));
    };
    switch (op) {
    case ')':
        return push(kEmptyTuple);
    case ']':
        return pushNew(PickleNode(PickleKind::List));
    case 0x8f:
        return pushNew(PickleNode(PickleKind::Set));
    case 0x85:
        return tuple(1);
    case 0x86:
        return tuple(2);
    case 0x87:
        return tuple(3);
    case 'a': {
        const auto item = pop();
        const auto target = top();
        return item && target ? append(*target, std::span(&*item, 1), PickleKind::List) : Step::Failed;
    }
    case 't':
    case 'l':
    case 'e':
    case 0x90:
    case 0x91:
        break;
    default:
        return Step::NotMine;
    }
    auto items = popToMark();
    if (!items) return failed("a mark is missing");
    if (op == 't') return pushTuple(std::move(*items));
    if (op == 'l' || op == 0x91) {
        PickleNode node(op == 'l' ? PickleKind::List : PickleKind::Set);
        node.items = std::move(*items);
        return pushNew(std::move(node));
    }
    const auto target = top();
    return target ? append(*target, *items, op == 'e' ? PickleKind::List : PickleKind::Set) : Step::Failed;
}

PickleMachine::Step PickleMachine::setItems(NodeId target, std::span<const NodeId> items) {
    PickleNode& node = m_document.nodes[target];
    const bool fits = node.kind == PickleKind::Dict ||
                      (node.kind == PickleKind::Object && (node.hasEntries || node.items.empty()));
    if (!fits || items.size() % 2 != 0) return failed("it sets items of something that is not a dict");
    node.hasEntries = true;
    node.items.insert(node.items.end(), items.begin(), items.end());
    return Step::Done;
}

PickleMachine::Step PickleMachine::mapping(unsigned char op) {
    switch (op) {
    case '}': {
        PickleNode node(PickleKind::Dict);
        node.hasEntries = true;
        return pushNew(std::move(node));
    }
    case 's': {
        const auto value = pop();
        const auto key = pop();
        const auto target = top();
        if (!value || !key || !target) return Step::Failed;
        const NodeId entry[] = {*key, *value};
        return setItems(*target, entry);
    }
    case 'u':
    case 'd':
        break;
    default:
        return Step::NotMine;
    }
    const auto items = popToMark();
    if (!items) return failed("a mark is missing");
    if (op == 'd') {
        PickleNode node(PickleKind::Dict);
        node.hasEntries = true;
        pushNew(std::move(node));
    }
    const auto target = top();
    return target ? setItems(*target, *items) : Step::Failed;
}

PickleMachine::Step PickleMachine::memoize(std::uint32_t index) {
    const auto id = top();
    if (!id) return Step::Failed;
    m_memo[index] = *id;
    return Step::Done;
}

PickleMachine::Step PickleMachine::recall(std::uint32_t index) {
    const auto it = m_memo.find(index);
    return it == m_memo.end() ? failed("it recalls something that it never stored") : push(it->second);
}

PickleMachine::Step PickleMachine::stackAndMemo(unsigned char op) {
    const auto with = [&](auto index, auto action) {
        return index ? (this->*action)(static_cast<std::uint32_t>(*index)) : Step::Failed;
    };
    switch (op) {
    case 'q':
        return with(take<std::uint8_t>(), &PickleMachine::memoize);
    case 'r':
        return with(take<std::uint32_t>(), &PickleMachine::memoize);
    case 'h':
        return with(take<std::uint8_t>(), &PickleMachine::recall);
    case 'j':
        return with(take<std::uint32_t>(), &PickleMachine::recall);
    case 0x94:
        return memoize(static_cast<std::uint32_t>(m_memo.size()));
    case '(':
        m_marks.push_back(m_stack.size());
        return Step::Done;
    case '0': // POP takes a mark where there is nothing above it
        if (pop()) return Step::Done;
        if (m_marks.empty()) return Step::Failed;
        m_marks.pop_back();
        return Step::Done;
    case '1':
        return popToMark() ? Step::Done : Step::Failed;
    case '2': {
        const auto id = top();
        return id ? push(*id) : Step::Failed;
    }
    default:
        return Step::NotMine;
    }
}

NodeId PickleMachine::global(std::string_view module, std::string_view name) {
    std::string full(module);
    full += '.';
    full += name;
    const auto [it, isNew] = m_globals.try_emplace(full, kNone);
    if (!isNew) return it->second;
    if (!isKnownGlobal(full)) m_document.opaqueGlobals.push_back(full);
    PickleNode node(PickleKind::Global);
    node.text = m_document.keep(std::move(full));
    it->second = m_document.add(std::move(node));
    return it->second;
}

PickleMachine::Step PickleMachine::make(NodeId callable, NodeId arguments) {
    if (m_document.nodes[arguments].kind != PickleKind::Tuple)
        return failed("the arguments of a call are not a tuple");
    if (const auto known = makeKnown(m_document, callable, arguments)) return push(*known);
    if (m_document.copiedItems > PickleDocument::kMaxCopiedItems)
        return failed("it copies lists over and over");
    PickleNode node(PickleKind::Object);
    node.type = callable;
    node.arguments = arguments;
    return pushNew(std::move(node));
}

PickleMachine::Step PickleMachine::build(NodeId target, NodeId state) {
    PickleNode& node = m_document.nodes[target];
    switch (node.kind) {
    case PickleKind::Object:
    case PickleKind::Dict:
    case PickleKind::List:
    case PickleKind::Set:
    case PickleKind::Tensor:
        node.state = state;
        return Step::Done;
    default:
        return failed("it sets attributes of something that has none");
    }
}

PickleMachine::Step PickleMachine::persistent(NodeId id) {
    if (const auto storage = makeStorage(m_document, id)) return push(*storage);
    PickleNode node(PickleKind::Object);
    node.type = global("pickle", "persistent_id");
    PickleNode arguments(PickleKind::Tuple);
    arguments.items = {id};
    node.arguments = m_document.add(std::move(arguments));
    return pushNew(std::move(node));
}

PickleMachine::Step PickleMachine::object(unsigned char op) {
    switch (op) {
    case 'c': { // GLOBAL
        const auto module = takeLine();
        const auto name = module ? takeLine() : std::nullopt;
        return name ? push(global(*module, *name)) : Step::Failed;
    }
    case 0x93: { // STACK_GLOBAL
        const auto name = popText();
        const auto module = popText();
        return name && module ? push(global(*module, *name)) : Step::Failed;
    }
    case 'R':    // REDUCE
    case 0x81: { // NEWOBJ
        const auto arguments = pop();
        const auto callable = pop();
        return arguments && callable ? make(*callable, *arguments) : Step::Failed;
    }
    case 0x92: { // NEWOBJ_EX: the keyword arguments are kept as the state
        const auto keywords = pop();
        const auto arguments = pop();
        const auto callable = pop();
        if (!keywords || !arguments || !callable || make(*callable, *arguments) != Step::Done)
            return Step::Failed;
        return m_document.nodes[m_stack.back()].kind == PickleKind::Object ? build(m_stack.back(), *keywords)
                                                                           : Step::Done;
    }
    case 'o': { // OBJ
        auto items = popToMark();
        if (!items || items->empty()) return failed("an object has no class");
        const NodeId callable = items->front();
        items->erase(items->begin());
        pushTuple(std::move(*items));
        const auto arguments = pop();
        return arguments ? make(callable, *arguments) : Step::Failed;
    }
    case 'b': { // BUILD
        const auto state = pop();
        const auto target = top();
        return state && target ? build(*target, *state) : Step::Failed;
    }
    case 'Q': { // BINPERSID
        const auto id = pop();
        return id ? persistent(*id) : Step::Failed;
    }
    default:
        return Step::NotMine;
    }
}

PickleMachine::Step PickleMachine::framing(unsigned char op) {
    switch (op) {
    case 0x80: { // PROTO
        const auto protocol = take<std::uint8_t>();
        if (!protocol) return Step::Failed;
        return *protocol >= 2 && *protocol <= 5
                   ? Step::Done
                   : failed("its protocol " + std::to_string(*protocol) + " is not supported");
    }
    case 0x95: { // FRAME
        const auto length = take<std::uint64_t>();
        return length && slice(m_bytes, m_position, *length) ? Step::Done : Step::Failed;
    }
    default:
        return Step::NotMine;
    }
}

} // namespace fathom::archive
