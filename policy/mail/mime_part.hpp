// A part of a message, RFC 2045: what its header says, and what is below it. Made by policy/mail/mime.hpp.
// Tested by mail/mime_test.
#pragma once

#include "policy/mail/mime_field.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct mime_part {
    std::string type = "text"; // lower case, as all names here
    std::string subtype = "plain";
    std::vector<mime_parameter> parameters;
    std::string encoding = "7bit"; // Content-Transfer-Encoding
    std::string file_name;         // of Content-Disposition, else the parameter `name`
    bool ambiguous = false;        // this part, not those below it
    bool wordy_header = false;     // more than the fields, each once and short, that programs give to a part
    std::size_t header_words = 0;  // octets of the values in its header, but for file names

    std::string_view header; // as it stands, with the empty line; of the message itself: nothing
    std::string_view body;   // as it stands, encoded; without the line end that belongs to the delimiter
    std::string_view preamble;
    std::string_view epilogue;
    std::vector<mime_part> parts; // of a multipart; the one message of message/rfc822

    bool is(std::string_view wanted_type, std::string_view wanted_subtype) const {
        return type == wanted_type && subtype == wanted_subtype;
    }
    bool is_leaf() const { return parts.empty(); }

    // The first of that name (lower case); empty if there is none.
    std::string_view parameter(std::string_view name) const {
        for (const auto& one : parameters)
            if (one.name == name) return one.value;
        return {};
    }
};

} // namespace sealgate::policy
