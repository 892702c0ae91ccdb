// SPDX-License-Identifier: Apache-2.0
#include "engine/text/sentencepiece_model.h"

#include "engine/text/utf8.h"

#include <protozero/pbf_reader.hpp>

#include <cmath>
#include <cstdio>
#include <unordered_map>

namespace fathom::text {

namespace {

using Reader = protozero::pbf_reader;
using Wire = protozero::pbf_wire_type;
using Type = SentencePieceModel::Type;

constexpr std::uint32_t field(protozero::pbf_tag_type number, Wire type) {
    return protozero::tag_and_type(number, type);
}

std::string_view view(protozero::data_view data) {
    return {data.data(), data.size()};
}

/// Reads a normalizer; what is wrong with it, or nothing. `model` is null for one that is only checked.
std::string readNormalizer(Reader reader, SentencePieceModel* model) {
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(2, Wire::length_delimited): {
            CharacterMap characters(view(reader.get_view()));
            if (!characters.damage().empty()) return "the character map " + characters.damage();
            if (model) model->characters = std::move(characters);
            break;
        }
        case field(3, Wire::varint): {
            const bool value = reader.get_bool();
            if (model) model->addDummyPrefix = value;
            break;
        }
        case field(4, Wire::varint): {
            const bool value = reader.get_bool();
            if (model) model->removeExtraWhitespaces = value;
            break;
        }
        case field(5, Wire::varint): {
            const bool value = reader.get_bool();
            if (model) model->escapeWhitespaces = value;
            break;
        }
        default:
            reader.skip();
        }
    }
    return {};
}

void readTrainer(Reader reader, SentencePieceModel& model) {
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(3, Wire::varint):
            model.algorithm = static_cast<SentencePieceModel::Algorithm>(reader.get_enum());
            break;
        case field(24, Wire::varint):
            model.treatWhitespaceAsSuffix = reader.get_bool();
            break;
        case field(35, Wire::varint):
            model.byteFallback = reader.get_bool();
            break;
        default:
            reader.skip();
        }
    }
}

std::string readPiece(Reader reader, SentencePieceModel& model) {
    SentencePieceModel::Piece piece;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
        case field(1, Wire::length_delimited):
            piece.text = view(reader.get_view());
            break;
        case field(2, Wire::fixed32):
            piece.score = reader.get_float();
            break;
        case field(3, Wire::varint):
            piece.type = static_cast<Type>(reader.get_enum());
            break;
        default:
            reader.skip();
        }
    }
    const std::string name = "piece " + std::to_string(model.pieces.size());
    if (piece.text.empty()) return name + " is empty";
    if (!isUtf8(piece.text) || piece.text.find('\0') != std::string::npos) return name + " is not text";
    if (!std::isfinite(piece.score)) return name + " has no finite score";
    if (piece.type < Type::Normal || piece.type > Type::Byte)
        return name + " is of unknown type " + std::to_string(static_cast<std::int32_t>(piece.type));
    model.pieces.push_back(std::move(piece));
    return {};
}

/// Pieces for bytes must be those of all 256, one behind the other.
std::string findBytes(SentencePieceModel& model) {
    std::int64_t count = 0;
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        if (model.pieces[id].type != Type::Byte) continue;
        if (model.firstByte < 0) model.firstByte = static_cast<std::int64_t>(id);
        char expected[8];
        std::snprintf(expected, sizeof expected, "<0x%02X>", static_cast<unsigned>(count & 0xFF));
        if (static_cast<std::int64_t>(id) != model.firstByte + count || model.pieces[id].text != expected)
            return "piece " + std::to_string(id) + " is not that of the next byte, " + expected;
        ++count;
    }
    if (count != 0 && count != 256) return "it has pieces for " + std::to_string(count) + " of the 256 bytes";
    if (count == 0 && model.byteFallback)
        return "it spells unknown characters as bytes but has no pieces for them";
    return {};
}

std::string checkTogether(SentencePieceModel& model) {
    if (model.pieces.empty()) return "it has no pieces";
    std::unordered_map<std::string_view, std::size_t> seen;
    int unknown = 0;
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        if (!seen.emplace(model.pieces[id].text, id).second)
            return "piece " + std::to_string(id) + " is there twice: '" + model.pieces[id].text + "'";
        if (model.pieces[id].type != Type::Unknown) continue;
        model.unknown = static_cast<std::int64_t>(id);
        ++unknown;
    }
    if (unknown != 1) return "it has " + std::to_string(unknown) + " pieces for the unknown instead of one";
    return findBytes(model);
}

} // namespace

tl::expected<SentencePieceModel, std::string> parseSentencePieceModel(std::string_view bytes) {
    SentencePieceModel model;
    try {
        for (Reader reader(bytes.data(), bytes.size()); reader.next();) {
            std::string why;
            switch (reader.tag_and_type()) {
            case field(1, Wire::length_delimited):
                why = readPiece(reader.get_message(), model);
                break;
            case field(2, Wire::length_delimited):
                readTrainer(reader.get_message(), model);
                break;
            case field(3, Wire::length_delimited):
                why = readNormalizer(reader.get_message(), &model);
                break;
            case field(5, Wire::length_delimited):
                why = readNormalizer(reader.get_message(), nullptr);
                break;
            default:
                reader.skip();
            }
            if (!why.empty()) return tl::unexpected(std::move(why));
        }
    } catch (const protozero::exception&) {
        return tl::unexpected(std::string("it is not a SentencePiece model, or it is cut off"));
    }
    if (std::string why = checkTogether(model); !why.empty()) return tl::unexpected(std::move(why));
    return model;
}

} // namespace fathom::text
