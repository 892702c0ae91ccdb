// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/vocabulary.h"

#include "widgets/number_format.h"

#include <QStringDecoder>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace fathom::app {

namespace {

using Bytes = std::span<const std::byte>;

std::optional<QString> utf8(Bytes bytes) {
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless); // half a character is none
    QString text = decode(
        QByteArrayView(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())));
    if (decode.hasError()) return std::nullopt;
    return text;
}

/// Walks the fields of one protocol-buffer message. Nothing is trusted: a length or number that runs over the
/// end makes the message bad.
class Fields {
public:
    explicit Fields(Bytes message) : m_rest(message) {}

    /// False at the end, or when the message is bad.
    bool next() {
        if (m_rest.empty()) return false;
        const std::uint64_t tag = varint();
        number = tag >> 3;
        wire = tag & 7;
        switch (wire) {
        case 0:
            value = varint();
            break;
        case 1:
            take(8);
            break;
        case 2:
            take(varint());
            break;
        case 5:
            take(4);
            break;
        default:
            isBad = true; // groups are not in use any more
        }
        isBad = isBad || number == 0;
        return !isBad;
    }

    /// Of a wire type 5 field.
    [[nodiscard]] float asFloat() const {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < content.size() && i < 4; ++i)
            bits |= std::to_integer<std::uint32_t>(content[i]) << (8 * i);
        return std::bit_cast<float>(bits);
    }

    std::uint64_t number = 0;
    std::uint64_t wire = 0;
    std::uint64_t value = 0;
    Bytes content{};
    bool isBad = false;

private:
    std::uint64_t varint() {
        std::uint64_t result = 0;
        for (unsigned shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
            const auto byte = std::to_integer<std::uint64_t>(m_rest.front());
            m_rest = m_rest.subspan(1);
            result |= (byte & 0x7f) << shift;
            if (byte < 0x80) return result;
        }
        isBad = true;
        return 0;
    }
    void take(std::uint64_t size) {
        if (isBad || size > m_rest.size()) {
            isBad = true;
            return;
        }
        content = m_rest.first(static_cast<std::size_t>(size));
        m_rest = m_rest.subspan(static_cast<std::size_t>(size));
    }
    Bytes m_rest;
};

QString typeName(std::uint64_t type) {
    switch (type) {
    case 1:
        return VocabularyModel::tr("normal");
    case 2:
        return VocabularyModel::tr("unknown");
    case 3:
        return VocabularyModel::tr("control");
    case 4:
        return VocabularyModel::tr("user-defined");
    case 5:
        return VocabularyModel::tr("unused");
    case 6:
        return VocabularyModel::tr("byte");
    default:
        return VocabularyModel::tr("type %1").arg(type);
    }
}

std::optional<VocabularyEntry> parsePiece(Bytes message) {
    VocabularyEntry entry;
    std::uint64_t type = 1;
    bool hasToken = false;
    Fields field(message);
    while (field.next()) {
        if (field.number == 1 && field.wire == 2) {
            const auto token = utf8(field.content);
            if (!token) return std::nullopt;
            entry.token = *token;
            hasToken = true;
        } else if (field.number == 2 && field.wire == 5) {
            entry.score = static_cast<double>(field.asFloat());
        } else if (field.number == 3 && field.wire == 0) {
            type = field.value;
        }
    }
    if (field.isBad || !hasToken) return std::nullopt;
    if (!entry.score) entry.score = 0; // proto2 leaves out what is the default
    entry.type = typeName(type);
    return entry;
}

} // namespace

std::optional<Vocabulary> parseVocabulary(Bytes bytes) {
    const auto text = utf8(bytes);
    if (!text || text->contains(QChar(0))) return std::nullopt;
    Vocabulary vocabulary;
    const auto lines = QStringView(*text).split(QLatin1Char('\n'));
    bool isScored = true;
    for (qsizetype i = 0; i < lines.size(); ++i) {
        QStringView line = lines[i];
        if (line.endsWith(QLatin1Char('\r'))) line.chop(1);
        if (line.isEmpty() && i + 1 == lines.size()) break;
        VocabularyEntry entry;
        const qsizetype tab = line.lastIndexOf(QLatin1Char('\t'));
        bool isNumber = false;
        const double score = tab >= 0 ? line.mid(tab + 1).toDouble(&isNumber) : 0;
        isScored = isScored && isNumber;
        if (isScored) {
            entry.token = line.left(tab).toString();
            entry.score = score;
        } else {
            entry.token = line.toString();
        }
        vocabulary.push_back(std::move(entry));
    }
    if (isScored) return vocabulary;
    // One line without a score: then no tab was one.
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
        QStringView line = lines[static_cast<qsizetype>(i)];
        if (line.endsWith(QLatin1Char('\r'))) line.chop(1);
        vocabulary[i] = {line.toString(), std::nullopt, {}};
    }
    return vocabulary;
}

std::optional<Vocabulary> parseSentencePieces(Bytes bytes) {
    Vocabulary pieces;
    Fields field(bytes);
    while (field.next()) {
        if (field.number != 1 || field.wire != 2) continue;
        auto piece = parsePiece(field.content);
        if (!piece) return std::nullopt;
        pieces.push_back(std::move(*piece));
    }
    if (field.isBad || pieces.empty()) return std::nullopt;
    return pieces;
}

void VocabularyModel::setVocabulary(Vocabulary vocabulary) {
    beginResetModel();
    m_vocabulary = std::move(vocabulary);
    m_hasScores =
        std::ranges::any_of(m_vocabulary, [](const auto& entry) { return entry.score.has_value(); });
    m_hasTypes = std::ranges::any_of(m_vocabulary, [](const auto& entry) { return !entry.type.isEmpty(); });
    endResetModel();
}

int VocabularyModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_vocabulary.size());
}

int VocabularyModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant VocabularyModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const VocabularyEntry& entry = m_vocabulary[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole) {
        return column == IndexColumn || column == ScoreColumn
                   ? QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter)
                   : QVariant();
    }
    if (role == Qt::ToolTipRole && column == ScoreColumn && entry.score)
        return widgets::formatExact(*entry.score);
    if (role != Qt::DisplayRole && role != SortRole) return {};
    switch (column) {
    case IndexColumn:
        return role == SortRole ? QVariant(index.row()) : widgets::formatCount(index.row());
    case TokenColumn:
        return entry.token;
    case ScoreColumn:
        if (!entry.score) return {};
        return role == SortRole ? QVariant(*entry.score) : widgets::formatNumber(*entry.score);
    case TypeColumn:
        return entry.type;
    default:
        return {};
    }
}

QVariant VocabularyModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && (section == IndexColumn || section == ScoreColumn))
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case IndexColumn:
        return tr("Index");
    case TokenColumn:
        return tr("Token");
    case ScoreColumn:
        return tr("Score");
    case TypeColumn:
        return tr("Type");
    default:
        return {};
    }
}

} // namespace fathom::app
