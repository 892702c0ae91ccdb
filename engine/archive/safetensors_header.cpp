// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/safetensors_header.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace fathom::archive {

namespace {

constexpr std::size_t kMaxDimensions = 64;

/// Takes the parser's events, so that a header of 100 MB never becomes a tree, and stops at the first thing
/// that does not belong.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
public:
    SafetensorsHeader header{};
    std::string why{};

    bool null() override { return refuse("a null"); }
    bool boolean(bool) override { return refuse("a boolean"); }
    bool binary(binary_t&) override { return refuse("binary data"); }
    bool number_float(number_float_t, const string_t&) override { return refuse("a fraction"); }
    bool number_integer(number_integer_t) override { return refuse("a negative number"); }

    bool number_unsigned(number_unsigned_t number) override {
        if (m_place != Place::Shape && m_place != Place::Offsets) return refuse("a number");
        if (m_place == Place::Offsets) {
            if (m_count == 2) return refuse("more than two offsets");
            entry().offsets[m_count++] = number;
            return true;
        }
        if (++m_count > kMaxDimensions ||
            number > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
            return refuse("an impossible shape");
        entry().shape.push_back(static_cast<std::int64_t>(number));
        return true;
    }

    bool string(string_t& text) override {
        if (m_place == Place::Metadata) {
            header.metadata.emplace_back(m_key, std::move(text));
            return true;
        }
        if (m_place != Place::Entry || m_key != "dtype") return refuse("a text");
        entry().dtype = std::move(text);
        return true;
    }

    bool start_object(std::size_t) override {
        if (m_place == Place::Start) {
            m_place = Place::Root;
            return true;
        }
        if (m_place != Place::Root) return refuse("an object");
        m_fields.clear();
        m_place = m_key == "__metadata__" ? Place::Metadata : Place::Entry;
        if (m_place == Place::Entry) header.entries.push_back({.name = m_key});
        return true;
    }

    bool end_object() override {
        if (m_place == Place::Entry && m_fields.size() != 3)
            return refused("tensor " + entry().name + " needs dtype, shape and data_offsets");
        m_place = m_place == Place::Root ? Place::End : Place::Root;
        return true;
    }

    bool start_array(std::size_t) override {
        if (m_place != Place::Entry || (m_key != "shape" && m_key != "data_offsets")) return refuse("a list");
        m_place = m_key == "shape" ? Place::Shape : Place::Offsets;
        m_count = 0;
        return true;
    }

    bool end_array() override {
        if (m_place == Place::Offsets && m_count != 2) return refuse("fewer than two offsets");
        m_place = Place::Entry;
        return true;
    }

    bool key(string_t& name) override {
        m_key = std::move(name);
        const bool isNew =
            m_place == Place::Root ? m_names.insert(m_key).second : m_fields.insert(m_key).second;
        if (!isNew) return refused("it names " + m_key + " twice");
        const bool isField = m_key == "dtype" || m_key == "shape" || m_key == "data_offsets";
        return m_place != Place::Entry || isField ||
               refused("tensor " + entry().name + " has a field " + m_key +
                       ", which the format does not know");
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        return refused("its header is not JSON at byte " + std::to_string(position + 8));
    }

private:
    enum class Place { Start, Root, Metadata, Entry, Shape, Offsets, End };

    SafetensorsEntry& entry() { return header.entries.back(); }
    bool refused(std::string text) {
        why = std::move(text);
        return false;
    }
    bool refuse(const char* what) {
        return refused(std::string("its header has ") + what + " where it may not" +
                       (header.entries.empty() ? "" : ", at or behind tensor " + entry().name));
    }

    Place m_place = Place::Start;
    std::string m_key{};
    std::size_t m_count = 0;
    std::unordered_set<std::string> m_names{};
    std::unordered_set<std::string> m_fields{};
};

} // namespace

tl::expected<SafetensorsHeader, std::string> parseSafetensorsHeader(std::string_view json) {
    HeaderReader reader;
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader)) return tl::unexpected(reader.why);
    return std::move(reader.header);
}

} // namespace fathom::archive
