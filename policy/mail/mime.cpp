#include "policy/mail/mime.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/mime_header.hpp"
#include "policy/mail/transfer_encoding.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_boundary = 70; // RFC 2046 section 5.1.1

bool is_identity(std::string_view encoding) { return encoding == "7bit" || encoding == "8bit" || encoding == "binary"; }

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

std::optional<mime_part> parse_mime(const message& mail, mime_limits limits) {
    mime_part root;
    read_header_of(mail, root);
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
