#include "policy/mail/mime_header.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::policy {

namespace {

// RFC 2045 section 3, RFC 2183, RFC 3282, RFC 2557, and what is seen in the parts of real mail. Room for a
// file name in UTF-8 and RFC 2231, and for little more than is usual elsewhere.
struct known_field {
    std::string_view name;
    std::size_t longest_value;
};
constexpr std::array<known_field, 13> part_fields = {{{"Content-Type", 1000},
                                                      {"Content-Transfer-Encoding", 40},
                                                      {"Content-Disposition", 1000},
                                                      {"Content-Description", 120},
                                                      {"Content-ID", 200},
                                                      {"Content-Language", 40},
                                                      {"Content-Length", 20},
                                                      {"Content-Location", 120},
                                                      {"Content-MD5", 40},
                                                      {"MIME-Version", 20},
                                                      {"X-Attachment-Id", 80},
                                                      {"X-PGP-Encoding-Format", 40},
                                                      {"X-Unix-Mode", 20}}};

// Finds a header that could hold text.
class field_census {
public:
    // Whether a field of that name and length is expected here, and for the first time.
    bool expects(std::string_view name, std::string_view value) {
        const auto known =
            std::ranges::find_if(part_fields, [&](const known_field& field) { return text::iequals(field.name, name); });
        if (known == part_fields.end() || value.size() > known->longest_value) return false;
        return !std::exchange(seen_[static_cast<std::size_t>(known - part_fields.begin())], true);
    }

private:
    std::array<bool, part_fields.size()> seen_{};
};

// A NUL, a CR that ends no line, or a fold with nothing behind it: some readers end a line or the header
// there.
bool has_odd_line(std::string_view lines) {
    if (lines.contains('\0')) return true;
    for (auto at = lines.find('\r'); at != std::string_view::npos; at = lines.find('\r', at + 1))
        if (at + 1 == lines.size() || lines[at + 1] != '\n') return true;
    for (auto at = lines.find('\n'); at != std::string_view::npos; at = lines.find('\n', at + 1)) {
        if (at + 1 == lines.size()) break;
        const auto behind = lines.find_first_not_of(" \t\r", at + 1);
        if (behind == std::string_view::npos || lines[behind] == '\n') return true;
    }
    return false;
}

// RFC 5322 section 2.2.
bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
}

enum class structural_field { content_type, encoding, disposition, other };

structural_field kind_of(std::string_view name) {
    if (text::iequals(name, "Content-Type")) return structural_field::content_type;
    if (text::iequals(name, "Content-Transfer-Encoding")) return structural_field::encoding;
    if (text::iequals(name, "Content-Disposition")) return structural_field::disposition;
    return structural_field::other;
}

constexpr std::size_t longest_usual_type = 140;
constexpr std::size_t longest_usual_disposition = 200; // three dates and a size

// Octets of a field but for a file name in it, also as RFC 2231 has it in pieces. Measured on the whole, whatever is quoted
// in it how.
std::size_t size_without_name(std::string_view field, const std::vector<mime_parameter>& parameters, std::string_view name) {
    const auto is_name = [&](std::string_view parameter) {
        return parameter.starts_with(name) && (parameter.size() == name.size() || parameter[name.size()] == '*');
    };
    std::size_t rest = field.size();
    for (const auto& one : parameters)
        if (is_name(one.name)) rest -= std::min(rest, one.value.size());
    return rest;
}

// Collects the fields of one header into a part. A repeated field: the first counts, and the part is
// ambiguous.
class header_reader {
public:
    explicit header_reader(mime_part& part)
        : part_(part) {}

    void read(std::string_view name, std::string_view value) {
        const auto kind = kind_of(name);
        part_.header_words += value.size();
        if (kind == structural_field::other) return;
        auto& seen = seen_[static_cast<std::size_t>(kind)];
        if (std::exchange(seen, true)) {
            part_.ambiguous = true;
            return;
        }
        if (value.size() > longest_field_value || has_odd_line(value)) part_.ambiguous = true;
        apply(kind, unfolded(value.substr(0, longest_field_value)));
    }

private:
    void apply(structural_field kind, const std::string& value) {
        switch (kind) {
        case structural_field::content_type: apply_type(value); break;
        case structural_field::encoding: part_.encoding = text::lower(value); break;
        case structural_field::disposition: apply_disposition(value); break;
        case structural_field::other: break;
        }
    }

    void apply_type(const std::string& value) {
        auto read = parse_content_type(value);
        part_.type = std::move(read.type);
        part_.subtype = std::move(read.subtype);
        part_.parameters = std::move(read.parameters);
        part_.ambiguous = part_.ambiguous || !read.plain;
        // A boundary has a limit of its own.
        weigh(value, part_.parameters, "name", longest_usual_type + part_.parameter("boundary").size());
        if (part_.file_name.empty()) part_.file_name = file_name_in(part_.parameters, "name");
    }

    void apply_disposition(const std::string& value) {
        const auto parameters = disposition_parameters(value);
        weigh(value, parameters, "filename", longest_usual_disposition);
        if (auto name = file_name_in(parameters, "filename"); !name.empty()) part_.file_name = std::move(name);
    }

    void weigh(std::string_view value, const std::vector<mime_parameter>& parameters, std::string_view name,
               std::size_t longest_usual) {
        const auto words = size_without_name(value, parameters, name);
        part_.header_words -= value.size() - words;
        part_.wordy_header = part_.wordy_header || words > longest_usual;
    }

    mime_part& part_;
    bool seen_[3] = {};
};

} // namespace

void read_header_of(const message& mail, mime_part& part) {
    header_reader reader(part);
    for (const auto& field : mail.fields) reader.read(field.name, field.value);
}

std::string_view read_header(std::string_view entity, mime_part& part) {
    header_reader reader(part);
    field_census census;
    while (!entity.empty()) {
        auto rest = entity;
        if (rest.starts_with("\r\n") || rest.starts_with('\n')) return rest.substr(rest.find('\n') + 1);
        const auto line = take_folded_line(rest);
        const auto colon = line.find(':');
        const auto name = line.substr(0, colon);
        if (colon == std::string_view::npos || !is_field_name(name)) {
            part.ambiguous = true; // a header that ends without an empty line
            return entity;
        }
        const auto value = line.substr(colon + 1);
        part.ambiguous = part.ambiguous || has_odd_line(line);
        part.wordy_header = part.wordy_header || !census.expects(name, value);
        reader.read(name, value);
        entity = rest;
    }
    return entity;
}

} // namespace sealgate::policy
