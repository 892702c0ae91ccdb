// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/pickle_value.h"

#include "engine/archive/pickle_document.h"

#include <unordered_set>

namespace fathom::archive {

namespace {

const PickleNode& noneNode() {
    static const PickleNode node;
    return node;
}

const PickleNode& nodeOf(const std::shared_ptr<const PickleDocument>& document, std::uint32_t id) {
    return document ? document->nodes[id] : noneNode();
}

std::string shapeText(const Tensor& tensor) {
    std::string text(name(tensor.dtype));
    text += '[';
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(tensor.shape[i]);
    return text + ']';
}

constexpr std::size_t kMaxValues = 1'000'000;

/// Turns the graph into a tree, as far as a tree of reasonable size can show it.
class Planter {
public:
    explicit Planter(std::size_t limit) : m_left(limit) {}

    Value plant(const PickleValue& source, int depth) {
        m_isTooDeep = m_isTooDeep || depth > kMaxDepth;
        if (m_left == 0 || depth > kMaxDepth) return {};
        --m_left;
        switch (source.kind()) {
        case PickleKind::None:
            return {};
        case PickleKind::Bool:
            return *source.toBool();
        case PickleKind::Int:
            return *source.toInt();
        case PickleKind::Float:
            return *source.toDouble();
        case PickleKind::String:
        case PickleKind::BigInt:
            return Value(source.text());
        case PickleKind::Bytes:
            return marked("$bytes", std::to_string(source.text().size()) + " bytes");
        case PickleKind::Global:
            return marked("$class", std::string(source.text()));
        case PickleKind::Storage:
            return marked("$storage", std::string(source.text()));
        case PickleKind::Tensor:
            return source.tensor() != nullptr ? marked("$tensor", shapeText(*source.tensor())) : Value{};
        default:
            break;
        }
        if (!m_open.insert(source.id()).second) return {}; // inside itself
        Value result = container(source, depth);
        m_open.erase(source.id());
        return result;
    }

    [[nodiscard]] bool isExhausted() const { return m_left == 0; }
    [[nodiscard]] bool isTooDeep() const { return m_isTooDeep; }

private:
    static constexpr int kMaxDepth = 100;
    static constexpr std::size_t kMaxEntries = 10'000;

    static Value marked(const char* key, std::string text) {
        return Value(Value::Map{{key, Value(std::move(text))}});
    }

    static std::string keyText(const PickleValue& key) {
        if (const auto integer = key.toInt()) return std::to_string(*integer);
        if (const auto real = key.toDouble()) return formatFloat(*real);
        if (const auto boolean = key.toBool()) return *boolean ? "True" : "False";
        return key.isNone() ? "None" : std::string(key.text());
    }

    Value container(const PickleValue& source, int depth) {
        if (source.kind() == PickleKind::Object) return object(source, depth);
        if (source.isDict()) return entries(source, depth);
        Value::List list;
        for (std::size_t i = 0; i < source.size() && m_left > 0; ++i)
            list.push_back(plant(source.at(i), depth + 1));
        return Value(std::move(list));
    }

    Value entries(const PickleValue& source, int depth) {
        // ValueMap::set searches; nobody reads so long a list in a tree anyway.
        if (source.size() > kMaxEntries) return marked("$dict", std::to_string(source.size()) + " entries");
        Value::Map map;
        for (std::size_t i = 0; i < source.size() && m_left > 0; ++i) {
            std::string key = keyText(source.keyAt(i));
            Value value = plant(source.at(i), depth + 1);
            map.set(std::move(key), std::move(value));
        }
        return Value(std::move(map));
    }

    /// OmegaConf: containers hold `_content`, nodes hold `_val`, both in their state.
    Value object(const PickleValue& source, int depth) {
        const PickleValue state = source.state();
        if (source.className().starts_with("omegaconf.")) {
            for (const char* key : {"_content", "_val"})
                if (const auto inner = state.find(key)) return plant(*inner, depth + 1);
        }
        if (source.size() > 0 && !source.keyAt(0).isNone()) return entries(source, depth);
        return marked("$object", std::string(source.className()));
    }

    std::size_t m_left;
    bool m_isTooDeep = false;
    std::unordered_set<std::uint32_t> m_open{};
};

} // namespace

PickleDocument::PickleDocument() {
    nodes.emplace_back(PickleKind::None);
    nodes.emplace_back(PickleKind::Bool).integer = 1;
    nodes.emplace_back(PickleKind::Bool).integer = 0;
    nodes.emplace_back(PickleKind::Tuple);
}

PickleValue::PickleValue(std::shared_ptr<const PickleDocument> document, std::uint32_t id)
    : m_document(std::move(document)), m_id(id) {}

PickleKind PickleValue::kind() const {
    return nodeOf(m_document, m_id).kind;
}

std::optional<bool> PickleValue::toBool() const {
    const PickleNode& node = nodeOf(m_document, m_id);
    return node.kind == PickleKind::Bool ? std::optional(node.integer != 0) : std::nullopt;
}

std::optional<std::int64_t> PickleValue::toInt() const {
    const PickleNode& node = nodeOf(m_document, m_id);
    return node.kind == PickleKind::Int ? std::optional(node.integer) : std::nullopt;
}

std::optional<double> PickleValue::toDouble() const {
    const PickleNode& node = nodeOf(m_document, m_id);
    if (node.kind == PickleKind::Float) return node.real;
    if (node.kind == PickleKind::Int) return static_cast<double>(node.integer);
    return std::nullopt;
}

std::string_view PickleValue::text() const {
    return nodeOf(m_document, m_id).text;
}

std::string_view PickleValue::className() const {
    const PickleNode& node = nodeOf(m_document, m_id);
    return m_document && node.type != kNone ? m_document->nodes[node.type].text : std::string_view{};
}

std::size_t PickleValue::size() const {
    const PickleNode& node = nodeOf(m_document, m_id);
    return node.hasEntries ? node.items.size() / 2 : node.items.size();
}

PickleValue PickleValue::at(std::size_t i) const {
    const PickleNode& node = nodeOf(m_document, m_id);
    return {m_document, node.items[node.hasEntries ? 2 * i + 1 : i]};
}

PickleValue PickleValue::keyAt(std::size_t i) const {
    const PickleNode& node = nodeOf(m_document, m_id);
    return node.hasEntries ? PickleValue(m_document, node.items[2 * i]) : PickleValue();
}

std::optional<PickleValue> PickleValue::find(std::string_view key) const {
    const PickleNode& node = nodeOf(m_document, m_id);
    if (!node.hasEntries) return std::nullopt;
    for (std::size_t i = node.items.size() / 2; i-- > 0;) {
        const PickleNode& candidate = m_document->nodes[node.items[2 * i]];
        if (candidate.kind == PickleKind::String && candidate.text == key) return at(i);
    }
    return std::nullopt;
}

PickleValue PickleValue::arguments() const {
    return {m_document, nodeOf(m_document, m_id).arguments};
}
PickleValue PickleValue::state() const {
    return {m_document, nodeOf(m_document, m_id).state};
}

const Tensor* PickleValue::tensor() const {
    const PickleNode& node = nodeOf(m_document, m_id);
    if (node.kind != PickleKind::Tensor) return nullptr;
    const auto index = static_cast<std::size_t>(node.integer);
    return index < m_document->tensors.size() ? &m_document->tensors[index] : nullptr;
}

bool PickleValue::isParameter() const {
    return nodeOf(m_document, m_id).isParameter;
}
bool PickleValue::requiresGrad() const {
    return nodeOf(m_document, m_id).requiresGrad;
}

Result<Value> toValue(const PickleValue& value) {
    Planter planter(kMaxValues);
    Value result = planter.plant(value, 0);
    if (!planter.isExhausted()) return result;
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot show the checkpoint's contents",
                 .why = "they are more than a million values",
                 .remedy = "Open a part of them"});
}

bool isReasonable(const PickleValue& value) {
    Planter planter(kMaxValues);
    (void)planter.plant(value, 0);
    return !planter.isExhausted() && !planter.isTooDeep();
}

} // namespace fathom::archive
