#include "policy/mail/mime.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/mime_field.hpp"
#include "policy/mail/transfer_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_boundary = 70; // RFC 2046 section 5.1.1

bool is_identity(std::string_view encoding) { return encoding == "7bit" || encoding == "8bit" || encoding == "binary"; }

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

// Reads the header at the front of an entity and returns what follows the empty line.
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

enum class delimiter_kind { between, closing };

struct delimiter {
    std::size_t begin; // of the line end before it, which belongs to it
    std::size_t after; // the beginning of the next line
    delimiter_kind kind;
    bool exact; // nothing but white space behind it
};

std::size_t find_from(std::string_view in, std::string_view what, std::size_t from) {
    const auto* hit = static_cast<const char*>(memmem(in.data() + from, in.size() - from, what.data(), what.size()));
    return hit == nullptr ? std::string_view::npos : static_cast<std::size_t>(hit - in.data());
}

std::size_t before_line_end(std::string_view body, std::size_t at) {
    if (at > 0 && body[at - 1] == '\n') --at;
    if (at > 0 && body[at - 1] == '\r') --at;
    return at;
}

// RFC 2046 section 5.1.1: it is enough that a line begins with the boundary. Many readers want the whole
// line; `exact` tells where they differ.
std::optional<delimiter> next_delimiter(std::string_view body, std::string_view dash_boundary, std::size_t from) {
    for (;;) {
        const auto at = find_from(body, dash_boundary, from);
        if (at == std::string_view::npos) return std::nullopt;
        from = at + 1;
        if (at > 0 && body[at - 1] != '\n') continue;
        const auto newline = body.find('\n', at);
        const auto after = newline == std::string_view::npos ? body.size() : newline + 1;
        auto tail = body.substr(at + dash_boundary.size(), after - at - dash_boundary.size());
        const auto kind = tail.starts_with("--") ? delimiter_kind::closing : delimiter_kind::between;
        if (kind == delimiter_kind::closing) tail.remove_prefix(2);
        return delimiter{.begin = before_line_end(body, at), .after = after, .kind = kind, .exact = text::trim(tail).empty()};
    }
}

class tree_builder {
public:
    explicit tree_builder(mime_limits limits)
        : limits_(limits) {}

    // Fills in what is below a part whose header has been read. False: beyond the limits.
    bool build(mime_part& part, std::size_t depth) {
        if (depth > limits_.depth || ++count_ > limits_.parts) return false;
        const bool is_composite = part.type == "multipart" || part.is("message", "rfc822");
        if (!is_composite) return true;
        if (!is_identity(part.encoding)) { // RFC 2045 section 6.4 forbids it, and readers differ
            part.ambiguous = true;
            return true;
        }
        return part.type == "multipart" ? build_multipart(part, depth) : add_entity(part, part.body, depth);
    }

private:
    bool add_entity(mime_part& parent, std::string_view entity, std::size_t depth) {
        mime_part part;
        if (parent.is("multipart", "digest")) part.type = "message", part.subtype = "rfc822";
        part.body = read_header(entity, part);
        part.header = entity.substr(0, entity.size() - part.body.size());
        if (!build(part, depth + 1)) return false;
        parent.parts.push_back(std::move(part));
        return true;
    }

    bool build_multipart(mime_part& part, std::size_t depth) {
        const auto boundary = part.parameter("boundary");
        if (boundary.empty() || boundary.size() > longest_boundary) {
            part.ambiguous = true;
            return true;
        }
        const auto dash_boundary = "--" + std::string(boundary);
        const auto body = part.body;
        auto mark = next_delimiter(body, dash_boundary, 0);
        if (mark) part.preamble = body.substr(0, mark->begin);
        while (mark && mark->kind == delimiter_kind::between) {
            part.ambiguous = part.ambiguous || !mark->exact;
            const auto begin = mark->after;
            mark = next_delimiter(body, dash_boundary, begin);
            const auto end = mark ? std::max(mark->begin, begin) : body.size();
            if (!add_entity(part, body.substr(begin, end - begin), depth)) return false;
        }
        if (mark) part.epilogue = body.substr(mark->after);
        part.ambiguous = part.ambiguous || !mark || !mark->exact || part.parts.empty();
        return true;
    }

    mime_limits limits_;
    std::size_t count_ = 0;
};

} // namespace

std::string_view mime_part::parameter(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, &mime_parameter::name);
    return found == parameters.end() ? std::string_view{} : std::string_view(found->value);
}

std::optional<mime_part> parse_mime(const message& mail, mime_limits limits) {
    mime_part root;
    header_reader reader(root);
    for (const auto& field : mail.fields) reader.read(field.name, field.value);
    root.body = mail.body;
    if (!tree_builder(limits).build(root, 1)) return std::nullopt;
    return root;
}

const mime_part* first_text(const mime_part& part) {
    if (part.is_leaf()) return part.type == "text" ? &part : nullptr;
    for (const auto& one : part.parts)
        if (const auto* found = first_text(one)) return found;
    return nullptr;
}

std::optional<decoded_bytes> decoded_body(const mime_part& part) {
    if (part.encoding == "base64") {
        auto decoded = text::decode_strict_base64(part.body);
        return decoded ? std::optional<decoded_bytes>(*std::move(decoded)) : std::nullopt;
    }
    if (part.encoding == "quoted-printable") return decoded_bytes(decode_quoted_printable(part.body));
    return is_identity(part.encoding) ? std::optional<decoded_bytes>(part.body) : std::nullopt;
}

} // namespace sealgate::policy
