// The structure of a message, RFC 2045 and 2046: a tree of parts, each a view into the message.
//
// The tree is made for judging, not for showing. Where two mail programs could read the same bytes
// differently (a repeated Content-Type, a boundary that is only the beginning of a line, a missing end, a
// header line that is no field) the part says so: `ambiguous`. Whoever looks for a reason to trust a part
// must not trust an ambiguous one. A part's header can be well formed and still hold a letter:
// `wordy_header`.
//
// The splitting is our own: mimetic's parser recurses without a bound and is quadratic in the length of a
// header line (22 s for 10 MB). mimetic reads what stands inside a field: type, parameters, disposition.
// Refuses: trees deeper or larger than the limits. Everything else is read, however broken. Linear in size
// times depth. Ownership: views point into the message that was parsed, which has to outlive the tree.
#pragma once

#include "policy/mail/message.hpp"
#include "policy/mail/mime_part.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

struct mime_limits {
    std::size_t depth = 100;
    std::size_t parts = 1000;
};

// Nothing where the tree exceeds the limits.
std::optional<mime_part> parse_mime(const message& mail, mime_limits limits = {});

// The first leaf of type text in the tree; none: there is none.
const mime_part* first_text(const mime_part& part);

// A body with its transfer encoding undone: a view into the message where there is nothing to undo.
class decoded_bytes {
public:
    explicit decoded_bytes(std::string_view as_it_stands)
        : view_(as_it_stands) {}
    explicit decoded_bytes(std::string decoded)
        : decoded_(std::move(decoded)) {}

    std::string_view view() const { return decoded_ ? *decoded_ : view_; }

private:
    std::string_view view_;
    std::optional<std::string> decoded_;
};

// Nothing where the encoding is unknown, or where base64 has anything in it that a decoder would skip: a reader
// of the raw bytes would see what the decoded body hides.
std::optional<decoded_bytes> decoded_body(const mime_part& part);

} // namespace sealgate::policy
